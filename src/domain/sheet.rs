//! The present sheet of a window: its deliveries, and what they sum up to.
//!
//! Invariant: a function of the states. A cancelled load is on no sheet.

use std::sync::Arc;

use crate::domain::command::SheetLine;
use crate::domain::event::Event;
use crate::domain::id::DeliveryId;
use crate::domain::quantity::{MAX_AMOUNT, Quantity};
use crate::domain::shapes::{Nonconformity, Term};
use crate::domain::state::{Contract, Delivery, day_book};
use crate::domain::states::{States, Stored};
use crate::domain::time::{Day, Month};
use crate::domain::unit::Unit;

/// A sheet, drawn up.
pub struct Drawn {
    pub window: Term,
    /// In the order of booking.
    pub deliveries: Vec<Arc<Stored<Delivery>>>,
    numbers: Vec<Numbers>,
}

/// What of a delivery is summed up, in base units.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Numbers {
    delivery: DeliveryId,
    line: u16,
    unit: Unit,
    dispatched: i64,
    received: i64,
    accepted: i64,
    /// None: what was accepted.
    settled: Option<i64>,
    decided: bool,
}

/// Draws up the sheet of the window that ends in a month.
pub fn draw<S: States>(states: &S, contract: &Contract, month: Month) -> Drawn {
    let window = contract.settlement_window(month);
    let deliveries = of_days(states, contract, window.from, window.to);
    let numbers = deliveries.iter().map(|delivery| Numbers::of(&delivery.state)).collect();
    Drawn { window, deliveries, numbers }
}

/// What was booked on these days and not cancelled.
pub fn of_days<S: States>(
    states: &S,
    contract: &Contract,
    first: Day,
    last: Day,
) -> Vec<Arc<Stored<Delivery>>> {
    let booked = day_book::between(states, &contract.contract, first, last);
    let found = booked.iter().filter_map(|id| states.find::<Delivery>(id.as_str()));
    found.filter(|delivery| !delivery.state.cancelled).collect()
}

/// Whether a delivery came after its own window was settled, and so stands on a later sheet.
pub fn is_late(delivery: &Delivery) -> bool {
    let begun = [&delivery.dispatched, &delivery.received].into_iter().flatten();
    delivery.nonconformities.contains(&Nonconformity::LateForSettlement)
        && begun.map(|weight| weight.day).min().is_some_and(|day| day < delivery.booked)
}

impl Numbers {
    fn of(delivery: &Delivery) -> Numbers {
        let amount = |weight: &Option<crate::domain::state::Weight>| {
            weight.as_ref().map_or(0, |weight| weight.quantity.amount())
        };
        Numbers {
            delivery: delivery.exchange.delivery.clone(),
            line: delivery.exchange.line,
            unit: delivery.exchange.material.dimension.shown_in(),
            dispatched: amount(&delivery.dispatched),
            received: amount(&delivery.received),
            accepted: delivery.accepted.unwrap_or(0),
            settled: delivery.settled.as_ref().map(|settled| settled.quantity.amount()),
            decided: delivery.accepted.is_some() || delivery.rejected.is_some(),
        }
    }
}

impl Drawn {
    /// The sheet as it will be after these events of its deliveries.
    pub fn after(mut self, events: &[Event]) -> Drawn {
        for event in events {
            let Some(exchange) = event.exchange() else { continue };
            let found = self.numbers.iter_mut().find(|one| one.delivery == exchange.delivery);
            let Some(numbers) = found else { continue };
            #[expect(clippy::wildcard_enum_match_arm, reason = "others change no number here")]
            match event {
                Event::DeliveryReceived(e) => numbers.received = e.measured.quantity.amount(),
                Event::DeliveryAccepted(e) => {
                    (numbers.accepted, numbers.decided) = (e.quantity.amount(), true);
                }
                _ => {}
            }
        }
        self
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.numbers.len()).unwrap_or(u32::MAX)
    }

    /// How many are on their way, or wait for being accepted or rejected.
    pub fn undecided(&self) -> usize {
        self.numbers.iter().filter(|one| !one.decided).count()
    }

    /// The first that is disputed.
    pub fn disputed(&self) -> Option<&DeliveryId> {
        let open = |one: &&Arc<Stored<Delivery>>| one.state.open_dispute().is_some();
        self.deliveries.iter().find(open).map(|one| &one.state.exchange.delivery)
    }

    /// The sums of every line that has a delivery, in order; none if a sum is more than a quantity
    /// can say.
    pub fn lines(&self) -> Option<Vec<SheetLine>> {
        let mut numbers: Vec<&Numbers> = self.numbers.iter().collect();
        numbers.sort_by_key(|one| one.line);
        let of_line = |chunk: &[&Numbers]| {
            let unit = chunk[0].unit;
            let sum = |of: fn(&Numbers) -> i64| {
                let sum: i128 = chunk.iter().map(|one| i128::from(of(one))).sum();
                let sum = i64::try_from(sum).ok().filter(|sum| *sum <= MAX_AMOUNT)?;
                Quantity::from_amount(sum, unit).ok()
            };
            Some(SheetLine {
                accepted: sum(|one| one.accepted)?,
                dispatched: sum(|one| one.dispatched)?,
                line: chunk[0].line,
                received: sum(|one| one.received)?,
                settled: sum(|one| one.settled.unwrap_or(one.accepted))?,
            })
        };
        numbers.chunk_by(|one, next| one.line == next.line).map(of_line).collect()
    }
}
