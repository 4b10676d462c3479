//! What of a settlement window a price is due for: its deliveries, and what is missing to a line's
//! minimum.
//!
//! Invariant: a delivery counts as its sheet counts it, by the settled quantity or the accepted
//! one, on the day on which it is booked. A delivery beyond a limit of the formula was taken all
//! the same: nobody pays for missing what the other side delivered badly.

use crate::domain::price::amount::{Load, Shortfall};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::Term;
use crate::domain::sheet::{Drawn, of_days};
use crate::domain::state::{Contract, Delivery, Line};
use crate::domain::states::States;
use crate::domain::time::Day;

/// In base units; none while it is neither accepted nor settled otherwise.
fn payable(delivery: &Delivery) -> Option<i64> {
    let settled = delivery.settled.as_ref().map(|settled| settled.quantity.amount());
    settled.or(delivery.accepted)
}

/// What of a sheet is paid for on one line, in its order.
pub fn loads(drawn: &Drawn, line: &Line) -> Vec<Load> {
    let unit = line.quantity.unit();
    let of_line = drawn.deliveries.iter().map(|one| &one.state);
    let of_line = of_line.filter(|one| one.exchange.line == line.line);
    let load = |delivery: &Delivery| {
        let quantity = Quantity::from_amount(payable(delivery)?, unit).ok()?;
        let delivery = delivery.exchange.delivery.clone();
        (!quantity.is_zero()).then_some(Load { delivery, quantity })
    };
    of_line.filter_map(load).collect()
}

/// What is missing to the line's minimum in those of its windows that end in a settlement window.
/// Minimums are not shared out over a window that the contract covers in part.
pub fn shortfalls<S: States>(
    states: &S,
    contract: &Contract,
    line: &Line,
    window: &Term,
) -> Vec<Shortfall> {
    let Some(minimum) = line.minimum else { return Vec::new() };
    let last = contract.last_day.map_or(contract.term.to, |last| last.min(contract.term.to));
    let mut found = Vec::new();
    let mut day = window.from.max(contract.term.from);
    while day <= window.to && day <= last {
        let from = line.window_start(&contract.term, day);
        let whole = end(line, contract, from);
        let to = whole.min(last);
        if to <= window.to {
            let taken = taken(states, contract, line, from, to);
            let missing = minimum.amount().saturating_sub(taken).max(0);
            if missing > 0 {
                let missing = minimum.resized(missing);
                found.push(Shortfall { from, to, minimum, missing });
            }
        }
        let Some(next) = whole.checked_add(1) else { break };
        day = next;
    }
    found
}

/// The last day of the line's window that begins on a day.
fn end(line: &Line, contract: &Contract, from: Day) -> Day {
    use crate::domain::command::Window;
    match line.window {
        Window::Term => contract.term.to,
        Window::Month => from.month().last(),
        Window::Year => Day::from_civil(from.year(), 12, 31).expect("each year has that day"),
    }
}

fn taken<S: States>(states: &S, contract: &Contract, line: &Line, from: Day, to: Day) -> i64 {
    let booked = of_days(states, contract, from, to);
    let own = booked.iter().filter(|one| one.state.exchange.line == line.line);
    let sum = own.filter_map(|one| payable(&one.state)).fold(0_i64, i64::saturating_add);
    let before = line.opening.as_ref();
    let before = before.filter(|one| line.window_start(&contract.term, one.day) == from);
    sum.saturating_add(before.map_or(0, |one| one.quantity.amount()))
}
