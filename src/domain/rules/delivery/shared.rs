//! What the rules of deliveries share: finding one, its material as it is now, and the refusals
//! that several of them have.

use std::sync::Arc;

use crate::domain::decide::Context;
use crate::domain::event::Exchange;
use crate::domain::id::{DeliveryId, MaterialId, ParkId};
use crate::domain::quantity::{MAX_AMOUNT, Method, Quantity};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup::{self, Found};
use crate::domain::shapes::Party;
use crate::domain::state::{Contract, Delivery, Line, Material, Site, Weight, WindowBalance};
use crate::domain::states::{States, Stored};
use crate::domain::time::Day;

/// Where a command names its delivery.
pub const DELIVERY: &str = "/data/delivery";

/// The delivery with that id.
pub fn delivery<S: States>(context: &Context<'_, S>, id: &DeliveryId) -> Found<Delivery> {
    context.states.find(id.as_str()).ok_or_else(|| {
        let message =
            format!("there is no delivery {id}; record its dispatch or its receipt first");
        Refusal::new(Code::UnknownDelivery, DELIVERY, message)
    })
}

/// A contract's material as it is now: its hazard may have been decided since.
pub fn material<S: States>(states: &S, id: &MaterialId) -> Arc<Stored<Material>> {
    states.find(id.as_str()).expect("a contract names materials that were defined")
}

/// The site of a party, with its permits.
pub fn site<S: States>(states: &S, party: &Party) -> Arc<Stored<Site>> {
    states.find(party.site.as_str()).expect("a contract names sites that were registered")
}

/// What a delivery under a contract line moves.
pub fn exchange(
    contract: &Contract,
    line: &Line,
    material: &Material,
    delivery: &DeliveryId,
) -> Exchange {
    let mut brief = line.material.clone();
    brief.hazard = material.hazard;
    Exchange {
        contract: contract.contract.clone(),
        delivery: delivery.clone(),
        line: line.line,
        material: brief,
        receiver: contract.receiver.clone(),
        supplier: contract.supplier.clone(),
    }
}

/// What arrived and was not cancelled before.
pub fn received(delivery: &Delivery) -> Result<&Weight, Refusal> {
    not_cancelled(delivery, DELIVERY)?;
    delivery.received.as_ref().ok_or_else(|| {
        let id = &delivery.exchange.delivery;
        let message = format!("{id} has not been received; record its receipt (receive_delivery)");
        Refusal::new(Code::NotReceived, DELIVERY, message)
    })
}

pub fn not_cancelled(delivery: &Delivery, pointer: &str) -> Result<(), Refusal> {
    if !delivery.cancelled {
        return Ok(());
    }
    let id = &delivery.exchange.delivery;
    let message = format!("{id} was cancelled; a load that moves after all is another delivery");
    Err(Refusal::new(Code::DeliveryCancelled, pointer, message))
}

/// Refuses to date a decision into a month that is closed.
pub fn not_closed<S: States>(
    context: &Context<'_, S>,
    park: &ParkId,
    day: Day,
    what: &str,
) -> Result<(), Refusal> {
    let month = day.month();
    if !lookup::is_closed(context.states, park, month) {
        return Ok(());
    }
    let message = format!("{what} falls on {day}, and {month} is closed in {park}");
    Err(Refusal::new(Code::PeriodClosed, "/occurred_at", message))
}

/// What a line's window sums up to with one more quantity. What is recorded has no other bound than
/// this, so without it the sums of a line could overflow.
pub fn window_total(
    contract: &Contract,
    line: &Line,
    day: Day,
    sum: fn(&WindowBalance) -> i64,
    quantity: &Quantity,
    pointer: &str,
) -> Result<i64, Refusal> {
    let balance = line.balance(line.window_start(&contract.term, day));
    countable(sum(&balance), quantity, pointer)
}

/// A sum with one more quantity; refused if no quantity could say it.
pub fn countable(before: i64, quantity: &Quantity, pointer: &str) -> Result<i64, Refusal> {
    let sum = before.checked_add(quantity.amount()).filter(|sum| *sum <= MAX_AMOUNT);
    sum.ok_or_else(|| {
        let message = "with what was recorded before, this is more than a contract line can count";
        Refusal::new(Code::AmountTooLarge, pointer, message)
    })
}

/// How a part of a measured quantity was come by: no scale has weighed it on its own.
pub fn method_of_part(whole: Method) -> Method {
    match whole {
        Method::Weighed => Method::Calculated,
        Method::Metered | Method::Calculated | Method::Estimated | Method::Declared => whole,
    }
}
