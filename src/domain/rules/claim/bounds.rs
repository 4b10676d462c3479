//! How much of a delivery can back claims.
//!
//! Invariant: everything is counted from the claims that count, never kept as a second number.

use std::collections::BTreeMap;

use crate::domain::command::ClaimPurpose;
use crate::domain::id::DeliveryId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::claim::{MOST, QUANTITY};
use crate::domain::shapes::AdjustmentSign;
use crate::domain::state::{AdjustmentStage, Claim, Contract, Delivery, DeliveryMode, claims_on};
use crate::domain::states::States;

/// What is claimed of a delivery for one purpose.
#[derive(Default)]
struct Claimed {
    /// Of its own use.
    here: i64,
    /// Of what its receiver passed on.
    further_on: i64,
    /// One of them, for who asks why.
    one: Option<String>,
}

fn claimed<S: States>(states: &S, id: &DeliveryId, purpose: ClaimPurpose) -> Claimed {
    let mut claimed = Claimed::default();
    for claim in claims_on(states, id) {
        let claim = &claim.state;
        if claim.purpose != purpose || !claim.counts() {
            continue;
        }
        let amount = claim.quantity.amount();
        if claim.delivery == *id {
            claimed.here += amount
        } else {
            claimed.further_on += amount
        }
        let Claim { claim, scheme, period, .. } = claim;
        claimed.one = Some(format!("{claim} ({scheme}, {} to {})", period.from, period.to));
    }
    claimed
}

/// Used, less all that a meter was found to have counted too much while it was: adjustments name
/// no delivery, and what is claimed must stand however they fall.
fn used<S: States>(states: &S, delivery: &Delivery) -> i64 {
    let (DeliveryMode::MeteredPeriod, Some((from, to))) = (delivery.mode, delivery.period) else {
        return delivery.used;
    };
    let exchange = &delivery.exchange;
    let contract = states.find::<Contract>(exchange.contract.as_str());
    let contract = contract.expect("a delivery names its contract");
    let less = contract.state.adjustments.iter().filter(|one| {
        one.stage == AdjustmentStage::Confirmed
            && one.sign == AdjustmentSign::Less
            && one.line == exchange.line
            && one.from < to
            && from < one.to
    });
    let less: i64 = less.map(|one| one.quantity.amount()).sum();
    (delivery.used - less).max(0)
}

fn refuse(
    delivery: &Delivery,
    amount: i64,
    limit: i64,
    claimed: &Claimed,
    what: &str,
) -> Result<(), Refusal> {
    let id = &delivery.exchange.delivery;
    let quantity = |amount: i64| {
        let weight = delivery.received.as_ref().expect("what was accepted was received");
        weight.quantity.resized(amount.max(0))
    };
    let taken = claimed.here + claimed.further_on;
    let Some(one) = claimed.one.as_ref().filter(|_| amount <= limit) else {
        let message =
            format!("{} is more than was {what} of {id}: {}", quantity(amount), quantity(limit));
        return Err(Refusal::new(Code::ClaimExceedsUsed, QUANTITY, message));
    };
    let message = format!(
        "{} of {id} is claimed for this purpose already, as by {one}; of what was {what}, {} is \
         left",
        quantity(taken),
        quantity(limit - taken),
    );
    Err(Refusal::new(Code::ClaimedBefore, QUANTITY, message))
}

/// Refuses more than was used and is not claimed yet for that purpose.
pub fn check_use<S: States>(
    states: &S,
    delivery: &Delivery,
    purpose: ClaimPurpose,
    amount: i64,
) -> Result<(), Refusal> {
    let claimed = claimed(states, &delivery.exchange.delivery, purpose);
    let used = used(states, delivery);
    if amount > used - claimed.here {
        return refuse(delivery, amount, used, &claimed, "used");
    }
    let accepted = delivery.accepted.unwrap_or(0);
    if amount > accepted - claimed.here - claimed.further_on {
        return refuse(delivery, amount, accepted, &claimed, "accepted");
    }
    Ok(())
}

/// Refuses more than could be passed on and is not claimed yet for that purpose.
pub fn check_passed<S: States>(
    states: &S,
    delivery: &Delivery,
    purpose: ClaimPurpose,
    amount: i64,
) -> Result<(), Refusal> {
    let claimed = claimed(states, &delivery.exchange.delivery, purpose);
    let accepted = delivery.accepted.unwrap_or(0);
    let passed = accepted - delivery.used - delivery.disposed;
    if amount > passed - claimed.further_on {
        return refuse(delivery, amount, passed, &claimed, "accepted and not used there");
    }
    if amount > accepted - claimed.here - claimed.further_on {
        return refuse(delivery, amount, accepted, &claimed, "accepted");
    }
    Ok(())
}

/// Refuses one claim more than a delivery may back.
pub fn check_count<S: States>(states: &S, id: &DeliveryId, pointer: &str) -> Result<(), Refusal> {
    if claims_on(states, id).len() < MOST {
        return Ok(());
    }
    let message = format!("{id} backs {MOST} claims, which is the most");
    Err(Refusal::new(Code::TooMany, pointer, message))
}

/// What claims say to have been passed on of a delivery: it can't be used where it came in.
pub fn passed_on<S: States>(states: &S, delivery: &Delivery) -> i64 {
    most(states, delivery, |_| true)
}

/// The part of it that is retired, and so stands for ever.
pub fn retired_further_on<S: States>(states: &S, delivery: &Delivery) -> i64 {
    most(states, delivery, Claim::has_retired)
}

/// Of the purposes, the one of which most is claimed further on.
fn most<S: States>(states: &S, delivery: &Delivery, keep: impl Fn(&Claim) -> bool) -> i64 {
    if !delivery.claimed {
        return 0;
    }
    let id = &delivery.exchange.delivery;
    let mut sums = BTreeMap::<ClaimPurpose, i64>::new();
    for claim in claims_on(states, id) {
        let claim = &claim.state;
        if claim.delivery != *id && claim.counts() && keep(claim) {
            *sums.entry(claim.purpose).or_default() += claim.quantity.amount();
        }
    }
    sums.into_values().max().unwrap_or(0)
}
