//! The second side's word for an entry that one side has recorded.
//!
//! Invariant: what was counted as one-sided is taken out of that exactly once, by the first word of
//! the other side, whatever that word is.

use std::sync::Arc;

use crate::domain::command::ConfirmEntry;
use crate::domain::decide::Context;
use crate::domain::event::{
    DeliveryAccepted, DeliveryReceived, EntryConfirmed, Event, Exchange, Side,
};
use crate::domain::id::ContractId;
use crate::domain::quantity::Method;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{check_claim, difference, dispute};
use crate::domain::rules::partner::Decision;
use crate::domain::shapes::Measured;
use crate::domain::state::{Delivery, Weight, WindowBalance, day_book};
use crate::domain::states::{States, Stored};
use crate::domain::time::Day;

pub fn confirm_entry<S: States>(context: &Context<'_, S>, data: &ConfirmEntry) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    let side = named::side(context, &exchange.supplier, &exchange.receiver)?;
    confirmed(context, delivery, side)
}

/// What one side's confirmation of a delivery causes; refused if that side has spoken.
pub fn confirmed<S: States>(context: &Context<'_, S>, delivery: &Delivery, side: Side) -> Decision {
    shared::not_cancelled(delivery, DELIVERY)?;
    dispute::not_disputed(delivery)?;
    let id = &delivery.exchange.delivery;
    if delivery.has_spoken(side) {
        let message = format!("your side stands for {id} already");
        return Err(Refusal::new(Code::AlreadyConfirmed, DELIVERY, message));
    }
    match side {
        Side::Supplier => {
            shared::received(delivery)?;
            Ok(vec![word_of(delivery, Side::Supplier)])
        }
        Side::Receiver => by_receiver(context, delivery),
    }
}

/// A load is received as it was dispatched; what may be accepted is.
fn by_receiver<S: States>(context: &Context<'_, S>, delivery: &Delivery) -> Decision {
    let mut events = Vec::with_capacity(3);
    let weight = match (&delivery.received, &delivery.dispatched) {
        (Some(received), _) => received.clone(),
        (None, Some(dispatched)) => {
            events.push(as_dispatched(context, delivery, dispatched)?);
            Weight { method: Method::Declared, ..dispatched.clone() }
        }
        (None, None) => unreachable!("a delivery begins with a dispatch or a receipt"),
    };
    let mut exchange = delivery.exchange.clone();
    let material = shared::material(context.states, &exchange.material.material);
    exchange.material.hazard = material.state.hazard;
    // What may not be accepted is still received: the partner has said that it came.
    if check_claim(context, delivery, &material.state, weight.day, &weight.quantity).is_ok() {
        events.push(Event::from(DeliveryAccepted {
            day: weight.day,
            exchange,
            method: weight.method,
            one_sided: false,
            quantity: weight.quantity,
        }));
    }
    events.push(word_of(delivery, Side::Receiver));
    Ok(events)
}

fn as_dispatched<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    dispatched: &Weight,
) -> Result<Event, Refusal> {
    let exchange = &delivery.exchange;
    let contract = named::contract(context, &exchange.contract, DELIVERY)?;
    let contract = &contract.state;
    let line = contract.line(exchange.line).expect("a delivery names a line of its contract");
    let material = shared::material(context.states, &exchange.material.material);
    let (material, receiver) = (&material.state, &exchange.receiver);
    let (day, quantity) = (dispatched.day, &dispatched.quantity);
    let sum = |window: &WindowBalance| window.received;
    let total = shared::window_total(contract, line, day, sum, quantity, DELIVERY)?;
    let mut noted = Noted::default();
    noted.contract(contract, material, day);
    noted.over_delivery(contract, line, day, total);
    noted.gate(context, receiver, material, day, quantity.amount());
    noted.closed(context, &receiver.park, day);
    let exchange = shared::exchange(contract, line, material, &exchange.delivery);
    let same = difference::compare(line, quantity, quantity, day, &mut noted, &exchange);
    debug_assert!(same.is_none(), "a quantity does not differ from itself");
    let measured = Measured { method: Method::Declared, quantity: *quantity, ticket: None };
    let nonconformities = noted.into_list();
    Ok(DeliveryReceived { day, exchange, measured, nonconformities, plate: None }.into())
}

/// With the receiver's first word, whatever it is: the record by which a delivery stops to stand by
/// its supplier's word alone. None if it did not.
pub fn first_word_of_receiver(delivery: &Delivery) -> Option<Event> {
    (delivery.one_sided_dispatch != 0).then(|| word_of(delivery, Side::Receiver))
}

/// As [`first_word_of_receiver`], of the receiver's word and the supplier.
pub fn first_word_of_supplier(delivery: &Delivery) -> Option<Event> {
    (delivery.one_sided_accept != 0).then(|| word_of(delivery, Side::Supplier))
}

fn word_of(delivery: &Delivery, side: Side) -> Event {
    let (weight, counted) = match side {
        Side::Receiver => (&delivery.dispatched, delivery.one_sided_dispatch),
        Side::Supplier => (&delivery.received, delivery.one_sided_accept),
    };
    let weight = weight.as_ref().expect("a side stands for what the other has recorded");
    entry(&delivery.exchange, side, weight, counted)
}

fn entry(exchange: &Exchange, side: Side, weight: &Weight, counted: i64) -> Event {
    EntryConfirmed {
        day: weight.day,
        exchange: exchange.clone(),
        method: weight.method,
        quantity: (counted != 0).then(|| weight.quantity.resized(counted)),
        side,
    }
    .into()
}

/// The deliveries of a contract in a month that a side has not spoken for, in the order of booking.
pub fn open_of_month<S: States>(
    context: &Context<'_, S>,
    contract: &ContractId,
    (from, to): (Day, Day),
    side: Side,
) -> Vec<Arc<Stored<Delivery>>> {
    let mut open = Vec::new();
    for id in day_book::between(context.states, contract, from, to) {
        let delivery = context.states.find::<Delivery>(id.as_str());
        let delivery = delivery.expect("what is booked was recorded");
        let state = &delivery.state;
        let can = match side {
            Side::Supplier => state.received.is_some(),
            Side::Receiver => true,
        };
        let open_dispute = state.open_dispute().is_some();
        if !state.cancelled && !open_dispute && !state.has_spoken(side) && can {
            open.push(delivery);
        }
    }
    open
}
