//! `retire_claim` and `void_claim`: how a claim ends by its firms' will.
//!
//! Invariant: what is retired is never void, passed on or retired again; nobody voids a share that
//! another firm holds.

use crate::domain::command::{RetireClaim, VoidClaim};
use crate::domain::decide::Context;
use crate::domain::event::{ClaimRetired, ClaimVoided, VoidCause};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::claim::{CLAIM, Decision, claim, concerned, live, share, undisputed};
use crate::domain::rules::contract::named;
use crate::domain::states::States;

pub fn retire_claim<S: States>(context: &Context<'_, S>, data: &RetireClaim) -> Decision {
    let claim = claim(context, &data.claim)?;
    let claim = &claim.state;
    let holding = share::held(context, claim)?;
    undisputed(context, claim)?;
    let RetireClaim { beneficiary, claim: id, reason } = data.clone();
    let (firm, parks) = (holding.firm.clone(), claim.parks.clone());
    Ok(vec![ClaimRetired { beneficiary, claim: id, firm, parks, reason }.into()])
}

pub fn void_claim<S: States>(context: &Context<'_, S>, data: &VoidClaim) -> Decision {
    let claim = claim(context, &data.claim)?;
    let claim = &claim.state;
    concerned(context, claim)?;
    live(claim)?;
    if claim.holdings.is_empty() {
        named::side(context, &claim.producer, &claim.user)?;
    }
    if claim.has_retired() {
        let message = format!("a share of {} is retired, which is final", data.claim);
        return Err(Refusal::new(Code::ClaimRetired, CLAIM, message));
    }
    let other = claim.holdings.iter().find(|holding| !context.actor.is_firm(&holding.firm));
    if let Some(other) = other {
        let message = format!("{} holds a share of {}", other.firm, data.claim);
        return Err(Refusal::new(Code::ClaimIsShared, CLAIM, message));
    }
    let voided = ClaimVoided {
        cause: VoidCause::TakenBack,
        claim: data.claim.clone(),
        parks: claim.parks.clone(),
        reason: Some(data.reason.clone()),
    };
    Ok(vec![voided.into()])
}
