//! What events of claims leave behind: the claim, and the books of the deliveries that back it.

use crate::domain::event::{ClaimIssued, ClaimTransferred, Event};
use crate::domain::evolve::Meta;
use crate::domain::id::{ClaimId, DeliveryId};
use crate::domain::rules::contract::named;
use crate::domain::rules::lookup;
use crate::domain::state::{
    Claim, ClaimBook, ClaimedPeriods, Delivery, Holding, Retirement, claimed_periods_id,
};
use crate::domain::states::StatesMut;
use crate::domain::time::UtcMillis;

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::ClaimIssued(e) => issued(states, at, e),
        Event::ClaimAllocationProposed(e) => own(states, at, &e.claim, |claim| {
            claim.proposed = Some((e.by, e.shares.clone()));
        }),
        Event::ClaimAllocated(e) => own(states, at, &e.claim, |claim| {
            let holding = |share: &crate::domain::command::Share| Holding {
                firm: share.firm.clone(),
                parts_per_million: share.parts_per_million,
                retired: None,
            };
            claim.holdings = e.shares.iter().map(holding).collect();
            claim.proposed = None;
        }),
        Event::ClaimTransferred(e) => transferred(states, at, e),
        Event::ClaimRetired(e) => own(states, at, &e.claim, |claim| {
            let (beneficiary, reason) = (e.beneficiary.clone(), e.reason.clone());
            let retired = Retirement { beneficiary, reason, record: at };
            let open = |holding: &&mut Holding| holding.firm == e.firm && holding.retired.is_none();
            for holding in claim.holdings.iter_mut().filter(open) {
                holding.retired = Some(retired.clone());
            }
        }),
        Event::ClaimVoided(e) => {
            own(states, at, &e.claim, |claim| claim.voided = Some(e.cause));
            unbook(states, at, &e.claim);
        }
        _ => unreachable!("{} is no event of a claim", event.kind()),
    }
}

fn own<S: StatesMut>(states: &mut S, at: u64, id: &ClaimId, change: impl FnOnce(&mut Claim)) {
    states.change::<Claim>(id.as_str(), at, true, change);
}

fn issued<S: StatesMut>(states: &mut S, at: u64, event: &ClaimIssued) {
    let ClaimIssued { claim, delivery, material, origins, period, producer, .. } = event.clone();
    let ClaimIssued { purpose, quantity, scheme, user, .. } = event.clone();
    let mut firms = vec![producer.firm.clone(), user.firm.clone()];
    firms.sort_unstable();
    let parks = named::parks(&producer, &user);
    let id = claim.clone();
    let claim = Claim {
        claim,
        delivery,
        firms,
        from: None,
        holdings: Vec::new(),
        material,
        origins,
        parks,
        period,
        producer,
        proposed: None,
        purpose,
        quantity,
        scheme,
        user,
        voided: None,
    };
    book(states, at, &claim);
    states.create(id.as_str(), at, true, claim);
}

fn transferred<S: StatesMut>(states: &mut S, at: u64, event: &ClaimTransferred) {
    let ClaimTransferred { claim: id, firms, from, holder, quantity, to, .. } = event;
    let source = states.find::<Claim>(from.as_str()).expect("only what there is is passed on");
    let mut claim = source.state.clone();
    let rest = claim.quantity.amount() - quantity.amount();
    let rest = claim.quantity.resized(rest);
    claim.claim = id.clone();
    claim.firms = firms.clone();
    claim.from = Some(from.clone());
    claim.quantity = *quantity;
    for holding in &mut claim.holdings {
        if holding.firm == *holder && holding.retired.is_none() {
            holding.firm = to.clone();
        }
    }
    book(states, at, &claim);
    states.create(id.as_str(), at, true, claim);
    states.change::<Claim>(from.as_str(), at, false, |source| source.quantity = rest);
    if rest.is_zero() {
        unbook(states, at, from);
    }
}

/// Puts a claim into the books of the deliveries that back it.
fn book<S: StatesMut>(states: &mut S, at: u64, claim: &Claim) {
    for id in claim.path() {
        let key = id.as_str();
        if !states.exists::<ClaimBook>(key) {
            states.create(key, at, false, ClaimBook::default());
            states.change::<Delivery>(key, at, false, |delivery| delivery.claimed = true);
            book_period(states, at, id);
        }
        states.change::<ClaimBook>(key, at, false, |book| book.claims.push(claim.claim.clone()));
    }
}

/// Takes a claim that counts no more out of them.
fn unbook<S: StatesMut>(states: &mut S, at: u64, id: &ClaimId) {
    let claim = states.find::<Claim>(id.as_str()).expect("it was just changed");
    if claim.state.counts() && !claim.state.quantity.is_zero() {
        return;
    }
    for delivery in claim.state.path() {
        states.change::<ClaimBook>(delivery.as_str(), at, false, |book| {
            book.claims.retain(|claim| claim != id);
        });
    }
}

/// A metered delivery is found again by the months that its period touches.
fn book_period<S: StatesMut>(states: &mut S, at: u64, id: &DeliveryId) {
    let delivery = states.find::<Delivery>(id.as_str()).expect("a claim names what there is");
    let Some((from, to)) = delivery.state.period else { return };
    let exchange = &delivery.state.exchange;
    let month = |at| lookup::day_of(states, &exchange.receiver.park, at).month();
    for month in month(from).through(month(UtcMillis(to.0 - 1))) {
        let row = claimed_periods_id(&exchange.contract, exchange.line, month);
        if !states.exists::<ClaimedPeriods>(&row) {
            states.create(&row, at, false, ClaimedPeriods::default());
        }
        states.change::<ClaimedPeriods>(&row, at, false, |row| row.deliveries.push(id.clone()));
    }
}
