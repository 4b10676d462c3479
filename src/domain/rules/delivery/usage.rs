//! `use_delivery` and `dispose_delivery`: what became of what was accepted.
//!
//! Invariant: used, passed on and disposed of are together at most what was accepted. An interim
//! recovery (R12, R13) is recorded and never counts as used. Hazardous waste goes only into an
//! operation that a permit of the day of its receipt allows.

use crate::domain::code::Operation;
use crate::domain::command::{DisposeDelivery, UseDelivery};
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryDisposed, DeliveryUsed, Exchange, Side};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::Decision;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::{lookup, permits};
use crate::domain::shapes::{HazardClass, MaterialKind};
use crate::domain::state::{Delivery, Weight};
use crate::domain::states::States;
use crate::domain::time::Day;

const QUANTITY: &str = "/data/quantity";
const OPERATION: &str = "/data/operation";

pub fn use_delivery<S: States>(context: &Context<'_, S>, data: &UseDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let received = accepted(context, delivery)?;
    check_recovery(data.operation, delivery.exchange.material.kind)?;
    let asked = data.quantity.as_ref();
    let part = part(context, delivery, received, data.operation, asked, "the use")?;
    let used = DeliveryUsed {
        day: part.day,
        exchange: delivery.exchange.clone(),
        method: part.method,
        operation: data.operation,
        product: data.product.clone(),
        quantity: part.quantity,
    };
    Ok(vec![used.into()])
}

pub fn dispose_delivery<S: States>(context: &Context<'_, S>, data: &DisposeDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let received = accepted(context, delivery)?;
    require_disposal(data.operation)?;
    let operation = Some(data.operation);
    let asked = data.quantity.as_ref();
    let part = part(context, delivery, received, operation, asked, "the disposal")?;
    let disposed = DeliveryDisposed {
        day: part.day,
        exchange: delivery.exchange.clone(),
        method: part.method,
        operation: data.operation,
        quantity: part.quantity,
    };
    Ok(vec![disposed.into()])
}

/// What arrived, of a delivery of which something was accepted.
fn accepted<'a, S: States>(
    context: &Context<'_, S>,
    delivery: &'a Delivery,
) -> Result<&'a Weight, Refusal> {
    named::require_side(context, Side::Receiver, &delivery.exchange.receiver)?;
    let received = delivery.received.as_ref().filter(|_| delivery.accepted.is_some());
    received.ok_or_else(|| {
        let id = &delivery.exchange.delivery;
        let message = format!("nothing of {id} was accepted; accept it first (accept_delivery)");
        Refusal::new(Code::NotAccepted, DELIVERY, message)
    })
}

fn check_recovery(operation: Option<Operation>, kind: MaterialKind) -> Result<(), Refusal> {
    match (operation, kind) {
        (None, MaterialKind::ByProduct) => {
            let message = "a by-product is used in a recovery operation; name it, as R5";
            Err(Refusal::new(Code::OperationNeeded, OPERATION, message))
        }
        (Some(operation), _) if !operation.is_recovery() => {
            let message =
                format!("{operation} is a disposal (dispose_delivery); a use is R1 to R13");
            Err(Refusal::new(Code::NotARecovery, OPERATION, message))
        }
        (None, MaterialKind::Utility | MaterialKind::Product) | (Some(_), _) => Ok(()),
    }
}

/// Refuses what is no disposal operation.
pub fn require_disposal(operation: Operation) -> Result<(), Refusal> {
    if operation.is_disposal() {
        return Ok(());
    }
    let message = format!("{operation} is a recovery; a disposal is D1 to D15");
    Err(Refusal::new(Code::NotADisposal, OPERATION, message))
}

/// A part of what was accepted.
struct Part {
    quantity: Quantity,
    method: Method,
    day: Day,
}

/// The part that a command asks for, all that is left by default.
fn part<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    received: &Weight,
    operation: Option<Operation>,
    asked: Option<&Quantity>,
    what: &str,
) -> Result<Part, Refusal> {
    let exchange = &delivery.exchange;
    let left = received.quantity.resized(delivery.left());
    if let Some(asked) = asked {
        named::like(asked, left.dimension(), QUANTITY)?;
        named::not_zero(asked, QUANTITY)?;
    }
    let quantity = asked.copied().unwrap_or(left);
    if quantity.amount() > left.amount() || left.is_zero() {
        let id = &exchange.delivery;
        let message = if left.is_zero() {
            format!("nothing is left of {id}: all that was accepted was used or disposed of")
        } else {
            format!("{quantity} is more than is left of {id}: {left}")
        };
        return Err(Refusal::new(Code::UseExceedsAccepted, QUANTITY, message));
    }
    check_permit(context, exchange, received.day, operation)?;
    let park = &exchange.receiver.park;
    let day = lookup::day_at(context, park);
    shared::not_closed(context, park, day, what)?;
    Ok(Part { quantity, method: received.method, day })
}

/// The permit's capacity was counted when the waste was accepted; what is asked here is whether it
/// allows the operation.
fn check_permit<S: States>(
    context: &Context<'_, S>,
    exchange: &Exchange,
    receipt: Day,
    operation: Option<Operation>,
) -> Result<(), Refusal> {
    if exchange.material.hazard == HazardClass::NonHazardous {
        return Ok(());
    }
    let site = shared::site(context.states, &exchange.receiver);
    let material = shared::material(context.states, &exchange.material.material);
    let (site, material) = (&site.state, &material.state);
    permits::hazard_gate(context.states, site, material, operation, receipt, 0)
        .map_err(|problem| problem.refusal(site, material, receipt, OPERATION))
}
