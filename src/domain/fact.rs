//! Facts: the signed quantities that records contribute, from which every figure is summed.
//!
//! Invariant: [`facts`] is a function of one event alone: no state, no clock, no other record. So a
//! verifier who holds a record's BODY knows its facts, and a figure "as of P" is the same sum over
//! the facts below P.

mod bearing;
mod facility;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::command::{EconomicMeasure, Entry};
use crate::domain::decimal::Decimal;
use crate::domain::event::{
    Declared, DisputeSettled, DisputeWithdrawn, Event, Exchange, FigureStated, FigureWithdrawn,
    Held, MeteredAdjustmentConfirmed, Side, Stated, StockDrawn,
};
use crate::domain::id::{ContractId, DeliveryId, FacilityId, FirmId, MaterialId, ParkId, SiteId};
use crate::domain::money::{Currency, MAX_MONEY_SCALE, Money};
use crate::domain::name::Name;
use crate::domain::quantity::{Basis, Method, Quantity};
use crate::domain::shapes::{MaterialBrief, MaterialKind, Party, Theme};
use crate::domain::stated_unit::{ItemUnit, StatedUnit};
use crate::domain::time::Day;
use crate::domain::unit::Dimension;

pub use bearing::{BEARERS, is_countable};

/// What a fact measures. Facts of unlike measures never add. The numbers are those of rows.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Measure {
    /// Left the supplier's site, as declared. Of the supplier's park; taken back when cancelled.
    Dispatched = 0,
    /// Arrived at the receiver's site, as weighed or metered there. Of the receiver's park.
    Received = 1,
    /// Accepted by the receiver (confirmed receipt). Of the receiver's park, on the day of receipt.
    Accepted = 2,
    /// The same acceptance, as the supplier's park sees it.
    Delivered = 3,
    /// Used in a final recovery (R1 to R11), or as a utility or product. Of the receiver's park.
    Used = 4,
    /// Passed on in an interim recovery (R12, R13): never counts as used.
    UsedInterim = 5,
    /// Disposed of by the receiver.
    Disposed = 6,
    /// Rejected by the receiver.
    Rejected = 7,
    /// By how much the two sides' weights differ without being explained; taken back when resolved.
    Unreconciled = 8,
    Generated = 9,
    /// Used by the firm that generated it, at the same site.
    OwnReused = 10,
    FreshWater = 11,
    Recirculated = 12,
    /// On hand at the period's end.
    Stock = 13,
    GrossOutput = 14,
    ValueAdded = 15,
    /// The part of what was dispatched that stands by the supplier's word alone, to a receiver who
    /// is not registered; taken back by the receiver's first word. Of the supplier's park.
    OneSidedDispatched = 16,
    /// The part of what was accepted that stands by the receiver's word alone; taken back by the
    /// supplier's first word. Of the receiver's park.
    OneSidedAccepted = 17,
    /// What is disputed, as it stood when the dispute was raised; taken back when it ends. Of the
    /// receiver's park.
    Disputed = 18,
    /// A figure that was stated, of the item that the fact names.
    Stated = 19,
    /// Generated from by-products that came in, as ash of a fuel that was one: no fresh generation,
    /// and shown apart from it.
    GeneratedFromByProducts = 20,
    /// What a firm used of a shared facility: never an exchange, and added to none.
    FacilityUsed = 21,
}

impl Measure {
    /// All of them, in the order of their numbers.
    pub const ALL: [Measure; 22] = [
        Measure::Dispatched,
        Measure::Received,
        Measure::Accepted,
        Measure::Delivered,
        Measure::Used,
        Measure::UsedInterim,
        Measure::Disposed,
        Measure::Rejected,
        Measure::Unreconciled,
        Measure::Generated,
        Measure::OwnReused,
        Measure::FreshWater,
        Measure::Recirculated,
        Measure::Stock,
        Measure::GrossOutput,
        Measure::ValueAdded,
        Measure::OneSidedDispatched,
        Measure::OneSidedAccepted,
        Measure::Disputed,
        Measure::Stated,
        Measure::GeneratedFromByProducts,
        Measure::FacilityUsed,
    ];

    /// The measure with that number in rows.
    pub fn of_number(number: u8) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| *measure as u8 == number)
    }
}

/// What the quantity of a fact counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FactUnit {
    /// Base units of a dimension, see [`Dimension::base_name`].
    Physical(Dimension, Basis),
    /// Ten-thousandths of the currency's unit, in prices of a year.
    Money(Currency, u16),
    /// Millionths of the unit of a stated figure.
    Stated(StatedUnit),
    /// None of it, in whatever unit: the amount is zero.
    Nothing,
}

/// One signed quantity that one record contributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub measure: Measure,
    pub park: ParkId,
    /// None of what a park states of itself.
    pub firm: Option<FirmId>,
    pub site: Option<SiteId>,
    pub recycler: bool,
    /// The other side's firm, park and recycler flag; of exchanges.
    pub counterparty: Option<Counterparty>,
    pub material: Option<MaterialId>,
    pub kind: Option<MaterialKind>,
    pub code: Option<MaterialCode>,
    /// In the park's time zone.
    pub day: Day,
    pub amount: i64,
    pub unit: FactUnit,
    pub method: Method,
    pub contract: Option<ContractId>,
    pub delivery: Option<DeliveryId>,
    /// Of a stated figure: what it is a figure of.
    pub item: Option<Name>,
    /// Of what was used of a facility.
    pub facility: Option<FacilityId>,
}

/// The other side of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterparty {
    pub firm: FirmId,
    pub park: ParkId,
    pub recycler: bool,
    pub site: SiteId,
}

/// Whose the fact is in an exchange.
#[derive(Clone, Copy)]
enum Of {
    Supplier,
    Receiver,
}

/// Hands over every fact that an event contributes, always in the same order.
pub fn facts(event: &Event, mut each: impl FnMut(Fact)) {
    flows(event, &mut each);
    metered(event, &mut each);
    words(event, &mut each);
    declarations(event, &mut each);
    facility::uses(event, &mut each);
}

/// What an event of a delivery contributes.
#[expect(clippy::wildcard_enum_match_arm, reason = "other events contribute none")]
fn flows(event: &Event, each: &mut impl FnMut(Fact)) {
    use Measure as M;
    use Of::{Receiver, Supplier};
    let mut flow = |measure, of, exchange: &Exchange, day, amount, method| {
        each(of_exchange(measure, of, exchange, day, amount, method));
    };
    match event {
        Event::DeliveryDispatched(e) => {
            let amount = e.measured.quantity.amount();
            flow(M::Dispatched, Supplier, &e.exchange, e.day, amount, e.measured.method);
            if e.one_sided {
                let method = e.measured.method;
                flow(M::OneSidedDispatched, Supplier, &e.exchange, e.day, amount, method);
            }
        }
        Event::DeliveryCancelled(e) => {
            let amount = -e.quantity.amount();
            flow(M::Dispatched, Supplier, &e.exchange, e.day, amount, e.method);
            if e.one_sided {
                flow(M::OneSidedDispatched, Supplier, &e.exchange, e.day, amount, e.method);
            }
        }
        Event::DeliveryReceived(e) => {
            let amount = e.measured.quantity.amount();
            flow(M::Received, Receiver, &e.exchange, e.day, amount, e.measured.method);
        }
        Event::DiscrepancyRaised(e) => {
            let amount = difference(&e.dispatched, &e.received);
            flow(M::Unreconciled, Receiver, &e.exchange, e.day, amount, Method::Calculated);
        }
        Event::DiscrepancyResolved(e) => {
            let amount = -difference(&e.dispatched, &e.received);
            flow(M::Unreconciled, Receiver, &e.exchange, e.day, amount, Method::Calculated);
        }
        Event::DeliveryAccepted(e) => {
            flow(M::Accepted, Receiver, &e.exchange, e.day, e.quantity.amount(), e.method);
            flow(M::Delivered, Supplier, &e.exchange, e.day, e.quantity.amount(), e.method);
            if e.one_sided {
                let amount = e.quantity.amount();
                flow(M::OneSidedAccepted, Receiver, &e.exchange, e.day, amount, e.method);
            }
        }
        Event::DeliveryRejected(e) => {
            flow(M::Rejected, Receiver, &e.exchange, e.day, e.quantity.amount(), e.method);
        }
        Event::RejectionDisposed(e) => {
            flow(M::Disposed, Supplier, &e.exchange, e.day, e.quantity.amount(), e.method);
        }
        Event::DeliveryUsed(e) => {
            let is_final = e.operation.is_none_or(|operation| operation.is_final_recovery());
            let measure = if is_final { M::Used } else { M::UsedInterim };
            flow(measure, Receiver, &e.exchange, e.day, e.quantity.amount(), e.method);
        }
        Event::DeliveryDisposed(e) => {
            flow(M::Disposed, Receiver, &e.exchange, e.day, e.quantity.amount(), e.method);
        }
        _ => {}
    }
}

/// What meters contribute.
#[expect(clippy::wildcard_enum_match_arm, reason = "other events contribute none")]
fn metered(event: &Event, each: &mut impl FnMut(Fact)) {
    use Measure as M;
    use Of::{Receiver, Supplier};
    let mut flow = |measure, of, exchange: &Exchange, day, amount, method| {
        each(of_exchange(measure, of, exchange, day, amount, method));
    };
    match event {
        Event::MeteredPeriodRecorded(e) => {
            flow(M::Dispatched, Supplier, &e.exchange, e.day, e.quantity.amount(), e.method);
            flow(M::Received, Receiver, &e.exchange, e.day, e.quantity.amount(), e.method);
            if e.one_sided && e.by == Side::Supplier {
                let amount = e.quantity.amount();
                flow(M::OneSidedDispatched, Supplier, &e.exchange, e.day, amount, e.method);
            }
        }
        Event::MeteredAdjustmentConfirmed(e) => {
            let measures = [
                (M::Dispatched, Supplier),
                (M::Received, Receiver),
                (M::Accepted, Receiver),
                (M::Delivered, Supplier),
            ];
            let used = e.also_used.then_some((M::Used, Receiver));
            for (measure, of) in measures.into_iter().chain(used) {
                each(of_adjustment(measure, of, e));
            }
        }
        _ => {}
    }
}

/// What the word of a side about an entry contributes: that it is disputed, wrong, or right.
#[expect(clippy::wildcard_enum_match_arm, reason = "other events contribute none")]
fn words(event: &Event, each: &mut impl FnMut(Fact)) {
    use Measure as M;
    use Of::{Receiver, Supplier};
    let mut flow = |measure, of, exchange: &Exchange, day, amount, method| {
        each(of_exchange(measure, of, exchange, day, amount, method));
    };
    match event {
        Event::DeliveryDisputed(e) => {
            let Held { day, method, quantity } = &e.held;
            flow(M::Disputed, Receiver, &e.exchange, *day, quantity.amount(), *method);
        }
        Event::DisputeSettled(DisputeSettled { exchange, held, .. })
        | Event::DisputeWithdrawn(DisputeWithdrawn { exchange, held, .. }) => {
            flow(M::Disputed, Receiver, exchange, held.day, -held.quantity.amount(), held.method);
        }
        Event::EntryReversed(e) => {
            let accepted = e.accepted.map(|accepted| -accepted.amount());
            let (entry, amount) = (e.entry, -e.quantity.amount());
            corrected(entry, amount, accepted, e.one_sided, |measure, of, amount| {
                flow(measure, of, &e.exchange, e.day, amount, e.method);
            });
        }
        Event::EntryReplaced(e) => {
            let accepted = e.accepted.map(|accepted| accepted.amount());
            let (entry, amount) = (e.entry, e.measured.quantity.amount());
            corrected(entry, amount, accepted, e.one_sided, |measure, of, amount| {
                flow(measure, of, &e.exchange, e.day, amount, e.measured.method);
            });
        }
        Event::EntryConfirmed(e) => {
            let (measure, of) = match e.side {
                Side::Supplier => (M::OneSidedAccepted, Receiver),
                Side::Receiver => (M::OneSidedDispatched, Supplier),
            };
            if let Some(quantity) = &e.quantity {
                flow(measure, of, &e.exchange, e.day, -quantity.amount(), e.method);
            }
        }
        _ => {}
    }
}

/// What a reversal takes back and a replacement puts in its place.
fn corrected(
    entry: Entry,
    amount: i64,
    accepted: Option<i64>,
    one_sided: bool,
    mut flow: impl FnMut(Measure, Of, i64),
) {
    match entry {
        Entry::Dispatched => {
            flow(Measure::Dispatched, Of::Supplier, amount);
            if one_sided {
                flow(Measure::OneSidedDispatched, Of::Supplier, amount);
            }
        }
        Entry::Received => {
            flow(Measure::Received, Of::Receiver, amount);
            let Some(accepted) = accepted else { return };
            flow(Measure::Accepted, Of::Receiver, accepted);
            flow(Measure::Delivered, Of::Supplier, accepted);
            if one_sided {
                flow(Measure::OneSidedAccepted, Of::Receiver, accepted);
            }
        }
    }
}

/// What an event of a return contributes.
#[expect(clippy::wildcard_enum_match_arm, reason = "other events contribute none")]
fn declarations(event: &Event, each: &mut impl FnMut(Fact)) {
    use Measure as M;
    match event {
        Event::GenerationDeclared(e) => {
            let of = Some(&e.material);
            let measure =
                if e.from_by_products { M::GeneratedFromByProducts } else { M::Generated };
            each(of_return(measure, &e.declared, of, &e.quantity, e.method));
        }
        Event::OwnReuseDeclared(e) => {
            let is_final = e.operation.is_none_or(|operation| operation.is_final_recovery());
            let measure = if is_final { M::OwnReused } else { M::UsedInterim };
            let of = Some(&e.material);
            each(of_return(measure, &e.declared, of, &e.quantity, e.method));
        }
        Event::StockDeclared(e) => {
            let of = Some(&e.material);
            each(of_return(M::Stock, &e.declared, of, &e.quantity, e.method));
        }
        Event::FreshWaterDeclared(e) => {
            each(of_return(M::FreshWater, &e.declared, None, &e.quantity, e.method));
        }
        Event::RecirculationDeclared(e) => {
            each(of_return(M::Recirculated, &e.declared, None, &e.quantity, e.method));
        }
        Event::EconomicOutputDeclared(e) => {
            let measure = match e.measure {
                EconomicMeasure::GrossOutput => M::GrossOutput,
                EconomicMeasure::ValueAdded => M::ValueAdded,
            };
            let unit = FactUnit::Money(e.amount.currency(), e.price_year);
            each(stated(
                measure,
                &e.declared,
                None,
                ten_thousandths(&e.amount).expect("a return with more is refused"),
                unit,
                Method::Declared,
            ));
        }
        Event::ZeroActivityDeclared(e) => {
            for measure in of_theme(e.theme) {
                each(stated(*measure, &e.declared, None, 0, FactUnit::Nothing, Method::Declared));
            }
        }
        Event::FigureStated(e) => {
            let FigureStated { item, method, price_year, stated, unit, value, .. } = e;
            each(of_item(item, stated, amount_of(unit, value), (*unit, *price_year), *method));
        }
        Event::FigureWithdrawn(e) => {
            let FigureWithdrawn { item, method, price_year, stated, unit, value, .. } = e;
            each(of_item(item, stated, -amount_of(unit, value), (*unit, *price_year), *method));
        }
        Event::StockDrawn(e) => each(of_pile(e)),
        _ => {}
    }
}

/// What a theme's figures measure.
pub fn of_theme(theme: Theme) -> &'static [Measure] {
    match theme {
        Theme::Generation => &[Measure::Generated],
        Theme::OwnReuse => &[Measure::OwnReused],
        Theme::FreshWater => &[Measure::FreshWater],
        Theme::Recirculation => &[Measure::Recirculated],
        Theme::Stock => &[Measure::Stock],
        Theme::EconomicOutput => &[Measure::GrossOutput, Measure::ValueAdded],
    }
}

fn amount_of(unit: &ItemUnit, value: &Decimal) -> i64 {
    unit.amount(value).expect("the rule of statements took it")
}

fn of_item(
    item: &Name,
    stated: &Stated,
    amount: i64,
    (unit, price_year): (ItemUnit, Option<u16>),
    method: Method,
) -> Fact {
    let unit = match unit {
        ItemUnit::Of(unit) => FactUnit::Stated(unit),
        ItemUnit::Money(currency) => {
            FactUnit::Money(currency, price_year.expect("the rule of statements asks for it"))
        }
    };
    Fact {
        measure: Measure::Stated,
        park: stated.park.clone(),
        firm: stated.firm.clone(),
        site: stated.site.clone(),
        recycler: false,
        counterparty: None,
        material: None,
        kind: None,
        code: None,
        day: stated.day,
        amount,
        unit,
        method,
        contract: None,
        delivery: None,
        item: Some(item.clone()),
        facility: None,
    }
}

/// Own material that was drawn from the pile; the rule keeps it apart from what returns declare.
fn of_pile(event: &StockDrawn) -> Fact {
    let StockDrawn { day, method, operation, place, quantity, .. } = event;
    let measure = if operation.is_disposal() {
        Measure::Disposed
    } else if operation.is_final_recovery() {
        Measure::OwnReused
    } else {
        Measure::UsedInterim
    };
    Fact {
        measure,
        park: place.park.clone(),
        firm: Some(place.firm.clone()),
        site: Some(place.site.clone()),
        recycler: false,
        counterparty: None,
        material: Some(place.material.material.clone()),
        kind: Some(place.material.kind),
        code: place.material.code.clone(),
        day: *day,
        amount: quantity.amount(),
        unit: FactUnit::Physical(place.material.dimension, place.material.basis),
        method: *method,
        contract: None,
        delivery: None,
        item: None,
        facility: None,
    }
}

fn difference(dispatched: &Quantity, received: &Quantity) -> i64 {
    (dispatched.amount() - received.amount()).abs()
}

/// Money has at most four digits after the point, and the rule of returns bounds what is before it.
fn ten_thousandths(money: &Money) -> Option<i64> {
    let amount = money.amount();
    let units = amount.units() * 10i128.pow(u32::from(MAX_MONEY_SCALE - amount.scale()));
    i64::try_from(units).ok()
}

fn of_exchange(
    measure: Measure,
    of: Of,
    exchange: &Exchange,
    day: Day,
    amount: i64,
    method: Method,
) -> Fact {
    let Exchange { contract, delivery, material, receiver, supplier, .. } = exchange;
    let sides = match of {
        Of::Supplier => [supplier, receiver],
        Of::Receiver => [receiver, supplier],
    };
    let mut fact = of_sides(measure, sides, material, day, amount, method);
    (fact.contract, fact.delivery) = (Some(contract.clone()), Some(delivery.clone()));
    fact
}

/// A difference is of no single delivery.
fn of_adjustment(measure: Measure, of: Of, event: &MeteredAdjustmentConfirmed) -> Fact {
    let MeteredAdjustmentConfirmed { contract, material, receiver, supplier, .. } = event;
    let sides = match of {
        Of::Supplier => [supplier, receiver],
        Of::Receiver => [receiver, supplier],
    };
    let mut fact = of_sides(measure, sides, material, event.day, event.amount(), event.method);
    fact.contract = Some(contract.clone());
    fact
}

/// Of the first side, with the other as its counterparty.
fn of_sides(
    measure: Measure,
    [own, other]: [&Party; 2],
    material: &MaterialBrief,
    day: Day,
    amount: i64,
    method: Method,
) -> Fact {
    let Party { firm, park, recycler, site } = other.clone();
    Fact {
        measure,
        park: own.park.clone(),
        firm: Some(own.firm.clone()),
        site: Some(own.site.clone()),
        recycler: own.recycler,
        counterparty: Some(Counterparty { firm, park, recycler, site }),
        material: Some(material.material.clone()),
        kind: Some(material.kind),
        code: material.code.clone(),
        day,
        amount,
        unit: FactUnit::Physical(material.dimension, material.basis),
        method,
        contract: None,
        delivery: None,
        item: None,
        facility: None,
    }
}

fn of_return(
    measure: Measure,
    declared: &Declared,
    material: Option<&MaterialBrief>,
    quantity: &Quantity,
    method: Method,
) -> Fact {
    let basis = material.map_or(Basis::AsMetered, |material| material.basis);
    let unit = FactUnit::Physical(quantity.dimension(), basis);
    stated(measure, declared, material, quantity.amount(), unit, method)
}

fn stated(
    measure: Measure,
    declared: &Declared,
    material: Option<&MaterialBrief>,
    amount: i64,
    unit: FactUnit,
    method: Method,
) -> Fact {
    Fact {
        measure,
        park: declared.park.clone(),
        firm: Some(declared.firm.clone()),
        site: Some(declared.site.clone()),
        recycler: false,
        counterparty: None,
        material: material.map(|material| material.material.clone()),
        kind: material.map(|material| material.kind),
        code: material.and_then(|material| material.code.clone()),
        day: declared.day,
        amount,
        unit,
        method,
        contract: None,
        delivery: None,
        item: None,
        facility: None,
    }
}
