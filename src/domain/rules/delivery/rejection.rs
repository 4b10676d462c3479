//! What becomes of a rejected quantity: it goes back, it goes on, or it is disposed of.
//!
//! Invariant: a rejected quantity has exactly one end. What goes on is a delivery of its own, which
//! names its parent; if that one is cancelled, the rejection is open again. Its end is the
//! supplier's affair, so its day is that of the supplier's park.

use crate::domain::command::{DisposeRejection, RedirectRejection, ReturnRejection};
use crate::domain::decide::Context;
use crate::domain::event::{
    Event, Exchange, RejectionDisposed, RejectionRedirected, RejectionReturned, Side,
};
use crate::domain::id::DeliveryId;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::dispatch::{Departure, joined};
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, usage};
use crate::domain::rules::lookup;
use crate::domain::shapes::Measured;
use crate::domain::state::{Contract, Delivery, RejectionEnd};
use crate::domain::states::States;
use crate::domain::time::Day;

pub fn return_rejection<S: States>(context: &Context<'_, S>, data: &ReturnRejection) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    named::side(context, &exchange.supplier, &exchange.receiver)?;
    let Open { quantity, method, day } = open(context, &delivery.state)?;
    let exchange = exchange.clone();
    Ok(vec![RejectionReturned { day, exchange, method, quantity }.into()])
}

pub fn dispose_rejection<S: States>(context: &Context<'_, S>, data: &DisposeRejection) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    named::side(context, &exchange.supplier, &exchange.receiver)?;
    usage::require_disposal(data.operation)?;
    let Open { quantity, method, day } = open(context, &delivery.state)?;
    let disposed = RejectionDisposed {
        day,
        evidence: data.evidence.clone(),
        exchange: exchange.clone(),
        method,
        operation: data.operation,
        quantity,
    };
    Ok(vec![disposed.into()])
}

pub fn redirect_rejection<S: States>(
    context: &Context<'_, S>,
    data: &RedirectRejection,
) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    named::require_side(context, Side::Supplier, &exchange.supplier)?;
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    check_way(exchange, contract)?;
    let line = named::line(contract, data.line, "/data/line")?;
    if line.material.material != exchange.material.material {
        let message = format!(
            "line {} of {} is {}; what was rejected is {}",
            data.line, data.contract, line.material.material, exchange.material.material
        );
        return Err(Refusal::new(Code::OtherContract, "/data/line", message));
    }
    let Open { quantity, method, day } = open(context, &delivery.state)?;
    let before = joined(context, &data.new_delivery, "/data/new_delivery", contract, line)?;
    // No scale has weighed what leaves again, so it has no ticket.
    let measured = Measured { method: shared::method_of_part(method), quantity, ticket: None };
    let departure = Departure {
        contract,
        line,
        call_off: None,
        delivery: &data.new_delivery,
        measured: &measured,
        before: before.as_deref(),
        day,
        quantity_at: DELIVERY,
    };
    let (mut dispatched, discrepancy) = departure.events(context, Noted::default())?;
    dispatched.parent = Some(data.delivery.clone());
    let redirected = RejectionRedirected {
        day,
        exchange: exchange.clone(),
        method,
        new_delivery: data.new_delivery.clone(),
        quantity,
    };
    let mut events = vec![Event::from(redirected), dispatched.into()];
    events.extend(discrepancy);
    Ok(events)
}

/// A redirected load leaves the same site for another one.
fn check_way(exchange: &Exchange, contract: &Contract) -> Result<(), Refusal> {
    let refuse = |message| Err(Refusal::new(Code::OtherContract, "/data/contract", message));
    if contract.supplier.site != exchange.supplier.site {
        let site = &exchange.supplier.site;
        return refuse(format!("{} is no contract of {site} as supplier", contract.contract));
    }
    if contract.receiver.site == exchange.receiver.site {
        let site = &contract.receiver.site;
        return refuse(format!("{site} has rejected it; name a contract with another receiver"));
    }
    Ok(())
}

/// A rejected quantity that has no end yet.
struct Open {
    quantity: Quantity,
    method: Method,
    day: Day,
}

fn open<S: States>(context: &Context<'_, S>, delivery: &Delivery) -> Result<Open, Refusal> {
    let Exchange { delivery: id, supplier, .. } = &delivery.exchange;
    let (Some(received), Some(rejected)) = (&delivery.received, &delivery.rejected) else {
        let message = format!("nothing of {id} was rejected; reject it first (reject_delivery)");
        return Err(Refusal::new(Code::NothingRejected, DELIVERY, message));
    };
    if let Some(end) = &rejected.end {
        return Err(Refusal::new(Code::RejectionAlreadyEnded, DELIVERY, ended(id, end)));
    }
    let day = lookup::day_at(context, &supplier.park);
    shared::not_closed(context, &supplier.park, day, "the end of the rejection")?;
    let quantity = received.quantity.resized(rejected.amount);
    Ok(Open { quantity, method: received.method, day })
}

fn ended(id: &DeliveryId, end: &RejectionEnd) -> String {
    match end {
        RejectionEnd::Returned => format!("what was rejected of {id} went back already"),
        RejectionEnd::Disposed => format!("what was rejected of {id} was disposed of already"),
        RejectionEnd::Redirected(new) => format!("what was rejected of {id} went on as {new}"),
    }
}
