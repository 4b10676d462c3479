//! `allocate_claim` and `transfer_claim`: whose a claim is.
//!
//! Invariant: shares are the same word of both sides and at most the whole. A transfer makes one
//! claim of a part of another: what the one has, the other has less.

use crate::domain::command::{AllocateClaim, Share, TransferClaim};
use crate::domain::decide::Context;
use crate::domain::event::{ClaimAllocated, ClaimAllocationProposed, ClaimTransferred};
use crate::domain::id::FirmId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::claim::{
    CLAIM, Decision, QUANTITY, bounds, claim, concerned, live, undisputed,
};
use crate::domain::rules::contract::named;
use crate::domain::rules::lookup;
use crate::domain::state::{Claim, Holding};
use crate::domain::states::States;

const SHARES: &str = "/data/shares";
const WHOLE: u32 = 1_000_000;

pub fn allocate_claim<S: States>(context: &Context<'_, S>, data: &AllocateClaim) -> Decision {
    let claim = claim(context, &data.claim)?;
    let claim = &claim.state;
    let by = named::side(context, &claim.producer, &claim.user)?;
    live(claim)?;
    if !claim.holdings.is_empty() {
        let message = format!("both sides have agreed on the shares of {} already", data.claim);
        return Err(Refusal::new(Code::AlreadyAllocated, CLAIM, message));
    }
    check_shares(claim, &data.shares)?;
    let (id, parks, shares) = (data.claim.clone(), claim.parks.clone(), data.shares.clone());
    let agrees =
        claim.proposed.as_ref().is_some_and(|(side, proposed)| *side != by && *proposed == shares);
    let event = if agrees {
        ClaimAllocated { by, claim: id, parks, shares }.into()
    } else {
        ClaimAllocationProposed { by, claim: id, parks, shares }.into()
    };
    Ok(vec![event])
}

fn check_shares(claim: &Claim, shares: &[Share]) -> Result<(), Refusal> {
    lookup::counted(shares, 1, 2, SHARES)?;
    let mut sum = 0u32;
    for (place, share) in shares.iter().enumerate() {
        let refuse = |code, member: &str, message: String| {
            Err(Refusal::new(code, format!("{SHARES}/{place}/{member}"), message))
        };
        let Share { firm, parts_per_million } = share;
        if shares[..place].iter().any(|other| other.firm == *firm) {
            let message = format!("{firm} stands here a second time; name each once");
            return refuse(Code::DuplicateMember, "firm", message);
        }
        if *firm != claim.producer.firm && *firm != claim.user.firm {
            let message =
                format!("{firm} is no side of {}; others get it by transfer", claim.claim);
            return refuse(Code::NotASide, "firm", message);
        }
        if !(1..=WHOLE).contains(parts_per_million) {
            let message = format!("{parts_per_million} is no share: 1 to {WHOLE} parts are");
            return refuse(Code::SharesExceedWhole, "parts_per_million", message);
        }
        sum += parts_per_million;
    }
    if sum <= WHOLE {
        return Ok(());
    }
    let message = format!("the shares come to {sum} parts per million, more than the whole");
    Err(Refusal::new(Code::SharesExceedWhole, SHARES, message))
}

/// The actor's own share, which it may pass on or use up.
pub fn held<'a, S: States>(
    context: &Context<'_, S>,
    claim: &'a Claim,
) -> Result<&'a Holding, Refusal> {
    concerned(context, claim)?;
    live(claim)?;
    let id = &claim.claim;
    if claim.holdings.is_empty() {
        let message = format!(
            "{id} belongs to both sides; nothing is passed on or used up of it before they agree \
             on shares (allocate_claim)"
        );
        return Err(Refusal::new(Code::ClaimIsJoint, CLAIM, message));
    }
    let mut own = claim.holdings.iter().filter(|holding| context.actor.is_firm(&holding.firm));
    let Some(first) = own.clone().next() else {
        let message = format!("{} holds no share of {id}", context.actor);
        return Err(Refusal::new(Code::NotAHolder, "/actor", message));
    };
    own.find(|holding| holding.retired.is_none()).ok_or_else(|| {
        let message = format!("the share of {} in {id} is retired, which is final", first.firm);
        Refusal::new(Code::ClaimRetired, CLAIM, message)
    })
}

pub fn transfer_claim<S: States>(context: &Context<'_, S>, data: &TransferClaim) -> Decision {
    let claim = claim(context, &data.claim)?;
    let claim = &claim.state;
    let holding = held(context, claim)?;
    lookup::absent::<Claim>(context, data.new_claim.as_str(), "/data/new_claim")?;
    lookup::firm(context, &data.to, "/data/to")?;
    if holding.firm == data.to {
        let message = format!("{} holds this share already", data.to);
        return Err(Refusal::new(Code::SameHolder, "/data/to", message));
    }
    undisputed(context, claim)?;
    named::like(&data.quantity, claim.material.dimension, QUANTITY)?;
    named::not_zero(&data.quantity, QUANTITY)?;
    if data.quantity.amount() > claim.quantity.amount() {
        let message = format!("{} has {} and no more", data.claim, claim.quantity);
        return Err(Refusal::new(Code::ClaimExceeded, QUANTITY, message));
    }
    claim.path().try_for_each(|id| bounds::check_count(context.states, id, CLAIM))?;
    let transferred = ClaimTransferred {
        claim: data.new_claim.clone(),
        firms: firms(claim, &holding.firm, &data.to),
        from: data.claim.clone(),
        holder: holding.firm.clone(),
        parks: claim.parks.clone(),
        quantity: data.quantity,
        to: data.to.clone(),
    };
    Ok(vec![transferred.into()])
}

/// Both sides, the other holders, who passes on and who gets it.
fn firms(claim: &Claim, holder: &FirmId, to: &FirmId) -> Vec<FirmId> {
    let sides = [&claim.producer.firm, &claim.user.firm, holder, to];
    let others = claim.holdings.iter().map(|holding| &holding.firm);
    let mut firms: Vec<_> = sides.into_iter().chain(others).cloned().collect();
    firms.sort_unstable();
    firms.dedup();
    firms
}
