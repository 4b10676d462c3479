//! What becomes of claims when what they stand on is corrected.
//!
//! Invariant: the events stand in the command that corrects, so that no state of the log has a live
//! claim on a weight that was taken back. Retired shares stay; the correction itself is bounded by
//! what was used and by what was retired further on.

use crate::domain::event::{ClaimVoided, Event, VoidCause};
use crate::domain::id::DeliveryId;
use crate::domain::rules::lookup;
use crate::domain::shapes::AdjustmentSign;
use crate::domain::state::{
    Adjustment, ClaimStage, ClaimedPeriods, Contract, Delivery, claimed_periods_id, claims_on,
};
use crate::domain::states::States;
use crate::domain::time::UtcMillis;

/// The claims that a delivery backs are void when its weight is corrected.
pub fn voided_by_correction<S: States>(states: &S, delivery: &Delivery) -> Vec<Event> {
    if !delivery.claimed {
        return Vec::new();
    }
    let mut events = Vec::new();
    void(states, &delivery.exchange.delivery, &mut events);
    events
}

/// The claims on what a meter has counted too much are void.
pub fn voided_by_adjustment<S: States>(
    states: &S,
    contract: &Contract,
    adjustment: &Adjustment,
) -> Vec<Event> {
    let mut events = Vec::new();
    if adjustment.sign == AdjustmentSign::More {
        return events;
    }
    let Adjustment { from, to, line, .. } = adjustment;
    let park = &contract.receiver.park;
    let month = |at| lookup::day_of(states, park, at).month();
    let mut seen: Vec<DeliveryId> = Vec::new();
    for month in month(*from).through(month(UtcMillis(to.0 - 1))) {
        let id = claimed_periods_id(&contract.contract, *line, month);
        let Some(found) = states.find::<ClaimedPeriods>(&id) else { continue };
        for id in &found.state.deliveries {
            let delivery = states.find::<Delivery>(id.as_str());
            let period = delivery.and_then(|delivery| delivery.state.period);
            let touches = period.is_some_and(|(begin, end)| begin < *to && *from < end);
            if touches && !seen.contains(id) {
                seen.push(id.clone());
                void(states, id, &mut events);
            }
        }
    }
    events
}

fn void<S: States>(states: &S, delivery: &DeliveryId, events: &mut Vec<Event>) {
    for claim in claims_on(states, delivery) {
        let claim = &claim.state;
        if !matches!(claim.stage(), ClaimStage::Joint | ClaimStage::Allocated) {
            continue;
        }
        let voided = ClaimVoided {
            cause: VoidCause::BaseCorrected,
            claim: claim.claim.clone(),
            parks: claim.parks.clone(),
            reason: None,
        };
        let event = Event::from(voided);
        // Of one claim that two of the deliveries back.
        if !events.contains(&event) {
            events.push(event);
        }
    }
}
