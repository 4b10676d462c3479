//! `settle_quantity`: what is paid for of a load, where that is not what was accepted.
//!
//! Invariant: it is about an accepted delivery of a window that is not settled, and more than was
//! weighed on either side is never settled.

use crate::domain::command::SettleQuantity;
use crate::domain::decide::Context;
use crate::domain::event::QuantitySettled;
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::{dispute, shared};
use crate::domain::rules::settlement::{CONTRACT, Decision};
use crate::domain::states::States;

const QUANTITY: &str = "/data/quantity";

pub fn settle_quantity<S: States>(context: &Context<'_, S>, data: &SettleQuantity) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    let by = named::side(context, &exchange.supplier, &exchange.receiver)?;
    shared::received(delivery)?;
    dispute::not_disputed(delivery)?;
    if delivery.accepted.is_none() {
        let message = format!("{} is not accepted; nothing of it is settled", data.delivery);
        return Err(Refusal::new(Code::NotAccepted, shared::DELIVERY, message));
    }
    let contract = named::contract(context, &exchange.contract, CONTRACT)?;
    if contract.state.is_settled(delivery.booked) {
        let month = contract.state.settlement_month(delivery.booked);
        let message = format!("{} stands on the sheet of {month}, which is settled", data.delivery);
        return Err(Refusal::new(Code::AlreadySettled, shared::DELIVERY, message));
    }
    named::like(&data.quantity, exchange.material.dimension, QUANTITY)?;
    let weights = [&delivery.dispatched, &delivery.received];
    let most =
        weights.into_iter().flatten().map(|weight| weight.quantity).max_by_key(Quantity::amount);
    let most = most.expect("a delivery begins with a weight");
    if data.quantity.amount() > most.amount() {
        let message = format!("at most {most} was weighed, and no more is settled");
        return Err(Refusal::new(Code::SettledExceedsWeighed, QUANTITY, message));
    }
    let SettleQuantity { deduction, evidence, quantity, reason, .. } = data.clone();
    let exchange = exchange.clone();
    Ok(vec![QuantitySettled { by, deduction, evidence, exchange, quantity, reason }.into()])
}
