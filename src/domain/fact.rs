//! Facts: the signed quantities that records contribute, from which every figure is summed.
//!
//! Invariant: [`facts`] is a function of one event alone: no state, no clock, no other record. So a
//! verifier who holds a record's BODY knows its facts, and a figure "as of P" is the same sum over
//! the facts below P.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::command::EconomicMeasure;
use crate::domain::event::{Declared, Event, Exchange, MeteredPeriodRecorded, Side};
use crate::domain::id::{ContractId, DeliveryId, FirmId, MaterialId, ParkId, SiteId};
use crate::domain::money::{Currency, MAX_MONEY_SCALE, Money};
use crate::domain::quantity::{Basis, Method, Quantity};
use crate::domain::shapes::{MaterialBrief, MaterialKind, Party};
use crate::domain::time::Day;
use crate::domain::unit::Dimension;

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
}

impl Measure {
    /// All of them, in the order of their numbers.
    pub const ALL: [Measure; 18] = [
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
    ];

    /// The measure with that number in rows.
    pub fn of_number(number: u8) -> Option<Measure> {
        Measure::ALL.get(usize::from(number)).copied()
    }
}

/// What the quantity of a fact counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FactUnit {
    /// Base units of a dimension, see [`Dimension::base_name`].
    Physical(Dimension, Basis),
    /// Ten-thousandths of the currency's unit, in prices of a year.
    Money(Currency, u16),
}

/// One signed quantity that one record contributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub measure: Measure,
    pub park: ParkId,
    pub firm: FirmId,
    pub site: SiteId,
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
    declarations(event, &mut each);
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
        Event::MeteredPeriodRecorded(e) => metered(e, each),
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
        Event::EntryConfirmed(e) => {
            let (measure, of) = match e.side {
                Side::Supplier => (M::OneSidedAccepted, Receiver),
                Side::Receiver => (M::OneSidedDispatched, Supplier),
            };
            if let Some(quantity) = &e.quantity {
                flow(measure, of, &e.exchange, e.day, -quantity.amount(), e.method);
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

/// A metered period is dispatched and received in one.
fn metered(event: &MeteredPeriodRecorded, each: &mut impl FnMut(Fact)) {
    let MeteredPeriodRecorded { by, day, exchange, method, one_sided, quantity, .. } = event;
    let mut flow = |measure, of| {
        each(of_exchange(measure, of, exchange, *day, quantity.amount(), *method));
    };
    flow(Measure::Dispatched, Of::Supplier);
    flow(Measure::Received, Of::Receiver);
    if *one_sided && *by == Side::Supplier {
        flow(Measure::OneSidedDispatched, Of::Supplier);
    }
}

/// What an event of a return contributes.
#[expect(clippy::wildcard_enum_match_arm, reason = "other events contribute none")]
fn declarations(event: &Event, each: &mut impl FnMut(Fact)) {
    use Measure as M;
    match event {
        Event::GenerationDeclared(e) => {
            let of = Some(&e.material);
            each(of_return(M::Generated, &e.declared, of, &e.quantity, e.method));
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
                ten_thousandths(&e.amount),
                unit,
                Method::Declared,
            ));
        }
        _ => {}
    }
}

fn difference(dispatched: &Quantity, received: &Quantity) -> i64 {
    (dispatched.amount() - received.amount()).abs()
}

/// Money has at most four digits after the point, and the rule of returns bounds what is before it.
fn ten_thousandths(money: &Money) -> i64 {
    let amount = money.amount();
    let units = amount.units() * 10i128.pow(u32::from(MAX_MONEY_SCALE - amount.scale()));
    i64::try_from(units).expect("a return with more is refused")
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
    let (own, other) = match of {
        Of::Supplier => (supplier, receiver),
        Of::Receiver => (receiver, supplier),
    };
    let Party { firm, park, recycler, site } = other.clone();
    Fact {
        measure,
        park: own.park.clone(),
        firm: own.firm.clone(),
        site: own.site.clone(),
        recycler: own.recycler,
        counterparty: Some(Counterparty { firm, park, recycler, site }),
        material: Some(material.material.clone()),
        kind: Some(material.kind),
        code: material.code.clone(),
        day,
        amount,
        unit: FactUnit::Physical(material.dimension, material.basis),
        method,
        contract: Some(contract.clone()),
        delivery: Some(delivery.clone()),
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
        firm: declared.firm.clone(),
        site: declared.site.clone(),
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
    }
}
