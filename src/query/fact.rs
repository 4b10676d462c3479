//! Facts as answers show them: each opens to its record and, through that, to the ticket.

use std::ops::ControlFlow;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::event::Event;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::{
    ContractId, DeliveryId, FacilityId, FirmId, MaterialId, ParkId, ScaleId, SiteId,
};
use crate::domain::money::Currency;
use crate::domain::name::Name;
use crate::domain::quantity::{Method, Sum};
use crate::domain::shapes::{MaterialKind, Ticket};
use crate::domain::state::Delivery;
use crate::domain::stated_unit::{ItemUnit, StatedUnit};
use crate::domain::states::States as _;
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::index::{FactFilter, Index, Part, Total, TotalFilter};
use crate::log::LogReader;
use crate::query::answer::QueryError;
use crate::query::cursor::{Cursor, ListKey};
use crate::query::record::broken;
use crate::record::{Decoded, Line};

/// The weighing behind a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TicketView {
    pub number: Text,
    /// Position of the record whose BODY has the whole ticket.
    #[schema(minimum = 0)]
    pub record: u64,
    pub scale: ScaleId,
}

/// An amount of money, exact, in prices of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoneyFact {
    /// With four digits after the point.
    pub amount: String,
    pub currency: Currency,
    pub price_year: u16,
}

impl MoneyFact {
    /// From ten-thousandths of the currency's unit.
    pub fn new(amount: i128, currency: Currency, price_year: u16) -> MoneyFact {
        let (sign, rest) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
        let amount = format!("{sign}{}.{:04}", rest / 10_000, rest % 10_000);
        MoneyFact { amount, currency, price_year }
    }
}

/// A stated figure, exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatedFact {
    #[schema(value_type = String)]
    pub unit: ItemUnit,
    /// With as many digits after the point as it needs.
    pub value: String,
}

impl StatedFact {
    /// From millionths of the unit.
    fn new(amount: i128, unit: StatedUnit) -> StatedFact {
        let (sign, rest) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
        let value = format!("{sign}{}.{:06}", rest / 1_000_000, rest % 1_000_000);
        let value = value.trim_end_matches('0').trim_end_matches('.').to_owned();
        StatedFact { unit: ItemUnit::Of(unit), value }
    }
}

/// An amount by the member in which answers show it; none of nothing.
pub struct Amounts {
    pub money: Option<MoneyFact>,
    pub quantity: Option<Sum>,
    pub stated: Option<StatedFact>,
}

impl Amounts {
    /// From the smallest parts that the unit counts. A park's facts add up to far less than a sum
    /// can hold.
    pub fn new(amount: i128, unit: FactUnit) -> Amounts {
        let mut amounts = Amounts { money: None, quantity: None, stated: None };
        match unit {
            FactUnit::Physical(dimension, basis) => {
                let sum = Sum::new(amount, dimension, basis);
                amounts.quantity = Some(sum.expect("facts add up to less than a sum can hold"));
            }
            FactUnit::Money(currency, price_year) => {
                amounts.money = Some(MoneyFact::new(amount, currency, price_year));
            }
            FactUnit::Stated(unit) => amounts.stated = Some(StatedFact::new(amount, unit)),
            FactUnit::Nothing => {}
        }
        amounts
    }
}

/// One signed quantity that one record contributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FactView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<MaterialCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// The firm on the other side of the exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<FirmId>,
    /// In the park's time zone.
    pub day: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// Of what was used of a facility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility: Option<FacilityId>,
    /// Absent where the park states something of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    /// Of a stated figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<MaterialKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    pub measure: Measure,
    pub method: Method,
    /// Of economic output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<MoneyFact>,
    pub park: ParkId,
    /// The record that contributes it.
    #[schema(minimum = 0)]
    pub position: u64,
    /// Of matter and energy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Of a stated figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<StatedFact>,
    /// The weighing behind it, for those who may read tickets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketView>,
}

/// A part of the facts behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FactPage {
    /// Facts of the records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// In the order of the log.
    #[schema(max_items = 400)]
    pub items: Vec<FactView>,
    /// Ask again with this `cursor` for what follows; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// How many facts there are on all pages.
    #[schema(minimum = 0)]
    pub total: u64,
}

/// Which facts, and which part of them.
#[derive(Clone)]
pub struct FactsOf {
    pub filter: FactFilter,
    pub as_of: u64,
    pub cursor: Option<String>,
    pub limit: usize,
    /// The filters as text, so that a cursor stays with them.
    pub filters: String,
    /// Whether the reader may see the tickets behind them.
    pub tickets: bool,
    /// Whether the facts of a total are kept, where that can be told of all of them at once and the
    /// filter is by whole months: they need not be looked through to be counted then.
    pub by_total: Option<ByTotal>,
}

/// Whether the facts of a total are kept.
pub type ByTotal = Arc<dyn Fn(&Total) -> bool + Send + Sync>;

/// How many facts pass.
fn count(
    index: &Index,
    filter: &FactFilter,
    as_of: u64,
    by_total: &ByTotal,
    keep: impl Fn(&Fact) -> bool,
) -> Result<u64, QueryError> {
    let FactFilter { park, measures, days, firm, material } = filter.clone();
    let (park, (first, last)) = park.zip(days).expect("a figure's facts are of a park and period");
    debug_assert_eq!((first, last), (first.month().first(), last.month().last()), "whole months");
    let of = TotalFilter { measures, firm, material };
    let mut count = 0;
    index.parts_below(&park, (first.month(), last.month()), of, as_of, &mut |part| match part {
        Part::Total(total) if by_total(&total) => count += total.value.facts,
        Part::Fact(fact) if keep(fact) => count += 1,
        Part::Later(fact) if keep(fact) => count -= 1,
        Part::Total(_) | Part::Fact(_) | Part::Later(_) => {}
    })?;
    Ok(count)
}

/// A page of facts that pass the filter and `keep`.
pub fn page(
    index: &Index,
    log: &LogReader,
    wanted: FactsOf,
    keep: impl Fn(&Fact) -> bool,
) -> Result<FactPage, QueryError> {
    let list = ListKey::new("facts", &wanted.filters);
    let (as_of, next) = match &wanted.cursor {
        None => (wanted.as_of, 0),
        Some(cursor) => {
            let cursor = Cursor::decode(cursor, list, index.position())?;
            (cursor.as_of, cursor.next)
        }
    };
    let (mut facts, mut counted, mut after) = (Vec::new(), 0, None);
    // What is not counted need not be read: neither what stands on the pages before nor behind.
    let total = wanted.by_total.as_ref();
    let total = total.map(|by| count(index, &wanted.filter, as_of, by, &keep)).transpose()?;
    let from = if total.is_some() { next } else { 0 };
    index.facts_from(&wanted.filter, from..as_of, &mut |position, fact| {
        if !keep(fact) {
            return ControlFlow::Continue(());
        }
        counted += 1;
        let is_of_last = facts.last().is_some_and(|(last, _)| *last == position);
        // A record's facts stand on one page, so that a page can begin at a position.
        if position < next || after.is_some() {
        } else if facts.len() < wanted.limit || is_of_last {
            facts.push((position, fact.clone()));
        } else {
            after = Some(position);
            if total.is_some() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    let total = total.unwrap_or(counted);
    let next_cursor = after.map(|next| Cursor { list, as_of, next }.encode());
    let items = facts.into_iter().map(|(position, fact)| {
        let ticket = match wanted.tickets {
            true => ticket(index, log, &fact)?,
            false => None,
        };
        Ok(view(position, fact, ticket))
    });
    Ok(FactPage { as_of, items: items.collect::<Result<_, QueryError>>()?, next_cursor, total })
}

fn view(position: u64, fact: Fact, ticket: Option<TicketView>) -> FactView {
    let Amounts { money, quantity, stated } = Amounts::new(fact.amount.into(), fact.unit);
    FactView {
        code: fact.code,
        contract: fact.contract,
        counterparty: fact.counterparty.map(|other| other.firm),
        day: fact.day,
        delivery: fact.delivery,
        facility: fact.facility,
        firm: fact.firm,
        item: fact.item,
        kind: fact.kind,
        material: fact.material,
        measure: fact.measure,
        method: fact.method,
        money,
        park: fact.park,
        position,
        quantity,
        site: fact.site,
        stated,
        ticket,
    }
}

/// The ticket of the weighing that a fact rests on: the supplier's for what was dispatched and
/// delivered, the receiver's for all that follows from the receipt.
fn ticket(index: &Index, log: &LogReader, fact: &Fact) -> Result<Option<TicketView>, QueryError> {
    let Some(delivery) = &fact.delivery else { return Ok(None) };
    let Some(delivery) = index.find::<Delivery>(delivery.as_str()) else { return Ok(None) };
    let weight = match fact.measure {
        Measure::Dispatched | Measure::OneSidedDispatched => &delivery.state.dispatched,
        Measure::Received
        | Measure::Accepted
        | Measure::Delivered
        | Measure::Used
        | Measure::UsedInterim
        | Measure::Disposed
        | Measure::Rejected
        | Measure::Unreconciled
        | Measure::OneSidedAccepted
        | Measure::Disputed => &delivery.state.received,
        Measure::Generated
        | Measure::GeneratedFromByProducts
        | Measure::OwnReused
        | Measure::FreshWater
        | Measure::Recirculated
        | Measure::Stock
        | Measure::GrossOutput
        | Measure::ValueAdded
        | Measure::Stated
        | Measure::FacilityUsed => return Ok(None),
    };
    let Some(record) = weight.as_ref().map(|weight| weight.record) else { return Ok(None) };
    let bytes = log.read(record).map_err(broken)?;
    let line = Line::split(&bytes).map_err(broken)?;
    let decoded = Decoded::read(&line, line.head().map_err(broken)?).map_err(broken)?;
    let ticket = of_event(&decoded.event);
    Ok(ticket.map(|Ticket { number, scale, .. }| TicketView {
        number: number.clone(),
        record,
        scale: scale.clone(),
    }))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only loads are weighed")]
fn of_event(event: &Event) -> Option<&Ticket> {
    match event {
        Event::DeliveryDispatched(e) => e.measured.ticket.as_ref(),
        Event::DeliveryReceived(e) => e.measured.ticket.as_ref(),
        Event::EntryReplaced(e) => e.measured.ticket.as_ref(),
        _ => None,
    }
}
