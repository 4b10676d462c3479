//! `cancel_delivery`: a dispatched load did not leave after all.

use crate::domain::command::CancelDelivery;
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryCancelled, Side};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::Decision;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::lookup;
use crate::domain::states::States;

pub fn cancel_delivery<S: States>(context: &Context<'_, S>, data: &CancelDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    let supplier = &exchange.supplier;
    named::require_side(context, Side::Supplier, supplier)?;
    shared::not_cancelled(delivery)?;
    let (None, Some(dispatched)) = (&delivery.received, &delivery.dispatched) else {
        let message = format!("{} has arrived; the receiver may reject it", data.delivery);
        return Err(Refusal::new(Code::AlreadyReceived, DELIVERY, message));
    };
    let day = lookup::day_at(context, &supplier.park);
    shared::not_closed(context, &supplier.park, day, "the cancellation")?;
    let cancelled = DeliveryCancelled {
        day,
        exchange: exchange.clone(),
        method: dispatched.method,
        quantity: dispatched.quantity,
        reason: data.reason.clone(),
    };
    Ok(vec![cancelled.into()])
}
