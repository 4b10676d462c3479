//! Rules of claims: a used quantity backs one claim of each purpose, whoever asks first.
//!
//! Invariants: of a delivery and purpose, what is claimed of its use is at most what was used, and
//! with what is claimed of it further on at most what was accepted, whatever the scheme, the period
//! or the side. What a trader passed on backs the claim of its final use and no other. Shares are
//! both sides' word and at most the whole. A transfer keeps the quantity, and what was retired
//! stays so. When a delivery is corrected, the claims that it backs are void by the same command.

mod bounds;
mod end;
mod evolve;
mod follow;
mod issue;
#[cfg(test)]
mod model;
mod share;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::id::{ClaimId, DeliveryId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::dispute;
use crate::domain::rules::lookup::Found;
use crate::domain::state::{Claim, ClaimStage, Delivery};
use crate::domain::states::{States, Stored};

pub use bounds::{passed_on, retired_further_on};
pub use end::{retire_claim, void_claim};
pub use evolve::evolve;
pub use follow::{voided_by_adjustment, voided_by_correction};
pub use issue::{issue_claim, sound};
pub use share::{allocate_claim, transfer_claim};

type Decision = Result<Vec<Event>, Refusal>;

const CLAIM: &str = "/data/claim";
const QUANTITY: &str = "/data/quantity";

/// The most claims that a delivery backs.
const MOST: usize = 200;

fn claim<S: States>(context: &Context<'_, S>, id: &ClaimId) -> Found<Claim> {
    context.states.find(id.as_str()).ok_or_else(|| {
        let message = format!("there is no claim {id}; issue it first (issue_claim)");
        Refusal::new(Code::UnknownClaim, CLAIM, message)
    })
}

/// Refuses all but the firms whom a claim concerns.
fn concerned<S: States>(context: &Context<'_, S>, claim: &Claim) -> Result<(), Refusal> {
    if claim.firms.iter().any(|firm| context.actor.is_firm(firm)) {
        return Ok(());
    }
    Err(named::not_a_party(context, "firms of the claim"))
}

/// Refuses a claim of which nothing is left.
fn live(claim: &Claim) -> Result<(), Refusal> {
    let id = &claim.claim;
    let (code, message) = match claim.stage() {
        ClaimStage::Joint | ClaimStage::Allocated => return Ok(()),
        ClaimStage::Voided => (Code::ClaimVoided, format!("{id} is void and stands for nothing")),
        ClaimStage::Retired => (Code::ClaimRetired, format!("{id} is retired, which is final")),
        ClaimStage::Transferred => {
            (Code::ClaimTransferred, format!("all of {id} was passed on as other claims"))
        }
    };
    Err(Refusal::new(code, CLAIM, message))
}

/// Refuses while one of the deliveries that back a claim is disputed.
fn undisputed<S: States>(context: &Context<'_, S>, claim: &Claim) -> Result<(), Refusal> {
    claim.path().try_for_each(|id| {
        dispute::not_disputed(&delivery(context.states, id).state)
            .map_err(|refusal| Refusal { pointer: CLAIM.to_owned(), ..refusal })
    })
}

fn delivery<S: States>(states: &S, id: &DeliveryId) -> Arc<Stored<Delivery>> {
    states.find(id.as_str()).expect("a claim names deliveries that there are")
}
