//! Which deliveries a contract has on a day: what a month's sheet is drawn up from.
//!
//! Invariant: a delivery is booked once, on the day of the record that it begins with or, if that
//! day is settled, on the first that is not, and stays there. Days are kept in pages of bounded
//! size, so that a row is never long.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ContractId, DeliveryId};
use crate::domain::states::{Aggregate, Kind, States, StatesMut};
use crate::domain::time::Day;

/// A page of a contract's deliveries on a day; its id is `ctr_…/2026-11-05` or, of further pages,
/// `ctr_…/2026-11-05/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayBook {
    /// On the first page: how many there are on all.
    pub count: u64,
    pub deliveries: Vec<DeliveryId>,
}

impl Aggregate for DayBook {
    const KIND: Kind = Kind::DayBook;
}

/// Deliveries on a page.
const PAGE: u64 = 64;

fn page_id(contract: &ContractId, day: Day, page: u64) -> String {
    match page {
        0 => format!("{contract}/{day}"),
        page => format!("{contract}/{day}/{page}"),
    }
}

/// Books a delivery that begins.
pub fn book<S: StatesMut>(
    states: &mut S,
    at: u64,
    contract: &ContractId,
    day: Day,
    delivery: &DeliveryId,
) {
    let first = page_id(contract, day, 0);
    let count = states.find::<DayBook>(&first).map_or(0, |book| book.state.count);
    let page = count / PAGE;
    if count == 0 {
        let deliveries = vec![delivery.clone()];
        return states.create(&first, at, false, DayBook { count: 1, deliveries });
    }
    if page == 0 {
        return states.change::<DayBook>(&first, at, false, |book| {
            book.count += 1;
            book.deliveries.push(delivery.clone());
        });
    }
    states.change::<DayBook>(&first, at, false, |book| book.count += 1);
    let id = page_id(contract, day, page);
    if count % PAGE == 0 {
        let deliveries = vec![delivery.clone()];
        states.create(&id, at, false, DayBook { count: 0, deliveries });
    } else {
        states.change::<DayBook>(&id, at, false, |book| book.deliveries.push(delivery.clone()));
    }
}

/// The deliveries of a contract on the days from the first to the last, in order.
pub fn between<S: States>(
    states: &S,
    contract: &ContractId,
    first: Day,
    last: Day,
) -> Vec<DeliveryId> {
    let mut found = Vec::new();
    let mut day = first;
    while day <= last {
        if let Some(book) = states.find::<DayBook>(&page_id(contract, day, 0)) {
            found.extend(book.state.deliveries.iter().cloned());
            for page in 1..book.state.count.div_ceil(PAGE) {
                let page = states.find::<DayBook>(&page_id(contract, day, page));
                let page = page.expect("a page is made before it is counted");
                found.extend(page.state.deliveries.iter().cloned());
            }
        }
        match day.checked_add(1) {
            Some(next) => day = next,
            None => break,
        }
    }
    found
}
