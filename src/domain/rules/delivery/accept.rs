//! `accept_delivery` and `reject_delivery`: what the receiver says to what arrived.
//!
//! Invariant: accepted and rejected are what was received. Nothing is accepted beyond the contract,
//! its term and its grade, nor hazardous waste beyond the receiver's permit, all as on the day of
//! the receipt. To reject is always possible, so a load that may not be accepted has a way on.

use crate::domain::command::{AcceptDelivery, RejectDelivery};
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryAccepted, DeliveryRejected, Event, Exchange, Side};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::Decision;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::{lookup, permits};
use crate::domain::shapes::{HazardClass, Nonconformity};
use crate::domain::state::{Contract, ContractStage, Delivery, Material, Weight};
use crate::domain::states::States;
use crate::domain::time::Day;

const QUANTITY: &str = "/data/quantity";
const REASON: &str = "/data/reason";

pub fn accept_delivery<S: States>(context: &Context<'_, S>, data: &AcceptDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let received = undecided(context, delivery)?;
    let (accepted, rest) = split(&received.quantity, data)?;
    let mut events = Vec::with_capacity(2);
    let mut exchange = delivery.exchange.clone();
    if !accepted.is_zero() {
        let material = shared::material(context.states, &exchange.material.material);
        exchange.material.hazard = material.state.hazard;
        check_claim(context, delivery, &material.state, received.day, &accepted)?;
        events.push(Event::from(DeliveryAccepted {
            day: received.day,
            exchange: exchange.clone(),
            method: received.method,
            quantity: accepted,
        }));
    }
    if let (false, Some(reason)) = (rest.is_zero(), &data.reason) {
        events.push(Event::from(DeliveryRejected {
            day: decision_day(context, &exchange)?,
            evidence: Vec::new(),
            exchange,
            method: received.method,
            quantity: rest,
            reason: reason.clone(),
        }));
    }
    Ok(events)
}

pub fn reject_delivery<S: States>(context: &Context<'_, S>, data: &RejectDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let received = undecided(context, delivery)?;
    let rejected = DeliveryRejected {
        day: decision_day(context, &delivery.exchange)?,
        evidence: data.evidence.clone(),
        exchange: delivery.exchange.clone(),
        method: received.method,
        quantity: received.quantity,
        reason: data.reason.clone(),
    };
    Ok(vec![rejected.into()])
}

/// What arrived and was neither accepted nor rejected yet.
fn undecided<'a, S: States>(
    context: &Context<'_, S>,
    delivery: &'a Delivery,
) -> Result<&'a Weight, Refusal> {
    named::require_side(context, Side::Receiver, &delivery.exchange.receiver)?;
    let received = shared::received(delivery)?;
    if delivery.accepted.is_some() || delivery.rejected.is_some() {
        let message = format!("{} is accepted or rejected already", delivery.exchange.delivery);
        return Err(Refusal::new(Code::AlreadyDecided, DELIVERY, message));
    }
    Ok(received)
}

/// The accepted quantity and the rest.
fn split(received: &Quantity, data: &AcceptDelivery) -> Result<(Quantity, Quantity), Refusal> {
    let accepted = data.quantity.unwrap_or(*received);
    named::like(&accepted, received.dimension(), QUANTITY)?;
    let Ok(rest) = received.checked_sub(&accepted) else {
        let message = format!("{accepted} is more than the {received} that were received");
        return Err(Refusal::new(Code::AcceptedExceedsReceived, QUANTITY, message));
    };
    match &data.reason {
        None if !rest.is_zero() => {
            let message = format!("say why the rest, {rest}, is rejected");
            Err(Refusal::new(Code::ReasonNeeded, REASON, message))
        }
        Some(_) if rest.is_zero() => {
            let message = "all is accepted, so there is nothing to give a reason for";
            Err(Refusal::new(Code::UnexpectedMember, REASON, message))
        }
        None | Some(_) => Ok((accepted, rest)),
    }
}

/// The day of a rejection: that of its command, since it says nothing about the receipt's month.
fn decision_day<S: States>(context: &Context<'_, S>, exchange: &Exchange) -> Result<Day, Refusal> {
    let park = &exchange.receiver.park;
    let day = lookup::day_at(context, park);
    shared::not_closed(context, park, day, "the rejection")?;
    Ok(day)
}

/// Every rule that an accepted quantity must keep, as on the day of its receipt.
fn check_claim<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    material: &Material,
    day: Day,
    accepted: &Quantity,
) -> Result<(), Refusal> {
    let exchange = &delivery.exchange;
    let contract = named::contract(context, &exchange.contract, DELIVERY)?;
    let contract = &contract.state;
    check_in_force(contract, day)?;
    check_limit(contract, exchange.line, day, accepted)?;
    if material.hazard != HazardClass::NonHazardous {
        let site = shared::site(context.states, &exchange.receiver);
        let (site, amount) = (&site.state, accepted.amount());
        permits::hazard_gate(context.states, site, material, None, day, amount)
            .map_err(|problem| problem.refusal(site, material, day, DELIVERY))?;
    }
    if delivery.nonconformities.contains(&Nonconformity::BelowGrade) {
        let message = "it was supplied below the contracted grade; reject it";
        return Err(Refusal::new(Code::BelowGrade, DELIVERY, message));
    }
    let park = &exchange.receiver.park;
    if lookup::is_closed(context.states, park, day.month()) {
        let message = format!(
            "it was received on {day}, when it counts as exchanged, and {} is closed in {park}",
            day.month()
        );
        return Err(Refusal::new(Code::PeriodClosed, DELIVERY, message));
    }
    Ok(())
}

fn check_in_force(contract: &Contract, day: Day) -> Result<(), Refusal> {
    let Contract { contract: id, stage, term, .. } = contract;
    let refuse = |code, message| Err(Refusal::new(code, DELIVERY, message));
    match stage {
        ContractStage::Proposed | ContractStage::Declined => {
            let message = format!("{id} is not concluded; both sides confirm it first");
            return refuse(Code::ContractNotConcluded, message);
        }
        ContractStage::Concluded | ContractStage::Terminated if !contract.stands(day) => {
            let message = format!("{id} was terminated before {day}, the day of the receipt");
            return refuse(Code::ContractTerminated, message);
        }
        ContractStage::Concluded | ContractStage::Terminated => {}
    }
    if !term.contains(day) {
        let (from, to) = (term.from, term.to);
        let message = format!("received on {day}, outside the term of {id}, {from} to {to}");
        return refuse(Code::OutsideTerm, message);
    }
    Ok(())
}

fn check_limit(
    contract: &Contract,
    number: u16,
    day: Day,
    accepted: &Quantity,
) -> Result<(), Refusal> {
    let line = contract.line(number).expect("a delivery names a line of its contract");
    let balance = line.balance(line.window_start(&contract.term, day));
    let left = line.limit() - balance.accepted;
    if accepted.amount() <= left {
        return Ok(());
    }
    let message = format!(
        "{accepted} is more than line {number} of {} allows in this window, tolerance included; \
         {} may still be accepted, the rest be rejected",
        contract.contract,
        line.quantity.resized(left)
    );
    Err(Refusal::new(Code::OverContract, QUANTITY, message))
}
