//! Permits of sites, as authorities grant, suspend and reinstate them.
//!
//! Lifecycle: in force within its term, with suspensions and reinstatements from a day on; each is
//! recorded once it was decided, and may be dated back. What a permit allows is asked of
//! [`permits`](crate::domain::rules::permits).

use crate::domain::command::{RegisterPermit, ReinstatePermit, SuspendPermit};
use crate::domain::decide::Context;
use crate::domain::event::{PermitRegistered, PermitReinstated, PermitSuspended};
use crate::domain::evolve::Meta;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::registry::Decision;
use crate::domain::rules::who::require_park;
use crate::domain::state::{Permit, Site};
use crate::domain::states::{States, StatesMut};

const MAX_CODES: usize = 200;
const MAX_OPERATIONS: usize = 28;

pub fn register_permit<S: States>(context: &Context<'_, S>, data: &RegisterPermit) -> Decision {
    let site = lookup::site(context, &data.site, "/data/site")?;
    require_park(context, &site.state.park, "record a permit of this site")?;
    lookup::absent::<Permit>(context, data.permit.as_str(), "/data/permit")?;
    lookup::counted(&data.codes, 1, MAX_CODES, "/data/codes")?;
    lookup::each_once(&data.codes, "/data/codes")?;
    lookup::counted(&data.operations, 1, MAX_OPERATIONS, "/data/operations")?;
    lookup::each_once(&data.operations, "/data/operations")?;
    lookup::in_order(&data.term, "/data/term")?;
    if data.capacity_per_year.is_some_and(|capacity| capacity.is_zero()) {
        let message = "a capacity is more than zero; leave it out if the permit states none";
        let pointer = "/data/capacity_per_year";
        return Err(Refusal::new(Code::QuantityMustNotBeZero, pointer, message));
    }
    let park = site.state.park.clone();
    let RegisterPermit { capacity_per_year, codes, evidence, issuer, number, .. } = data.clone();
    let RegisterPermit { operations, permit, site, term, .. } = data.clone();
    Ok(vec![
        PermitRegistered {
            capacity_per_year,
            codes,
            evidence,
            issuer,
            number,
            operations,
            park,
            permit,
            site,
            term,
        }
        .into(),
    ])
}

pub fn suspend_permit<S: States>(context: &Context<'_, S>, data: &SuspendPermit) -> Decision {
    let found = lookup::permit(context, &data.permit, "/data/permit")?;
    require_park(context, &found.state.park, "suspend a permit of this site")?;
    if is_suspended(&found.state) {
        let message = format!("{} is suspended already", data.permit);
        return Err(Refusal::new(Code::PermitAlreadySuspended, "/data/permit", message));
    }
    let SuspendPermit { from, permit, reason } = data.clone();
    let park = found.state.park.clone();
    Ok(vec![PermitSuspended { from, park, permit, reason }.into()])
}

pub fn reinstate_permit<S: States>(context: &Context<'_, S>, data: &ReinstatePermit) -> Decision {
    let found = lookup::permit(context, &data.permit, "/data/permit")?;
    require_park(context, &found.state.park, "reinstate a permit of this site")?;
    if !is_suspended(&found.state) {
        let message = format!("{} is not suspended", data.permit);
        return Err(Refusal::new(Code::PermitNotSuspended, "/data/permit", message));
    }
    let ReinstatePermit { from, permit, reason } = data.clone();
    let park = found.state.park.clone();
    Ok(vec![PermitReinstated { from, park, permit, reason }.into()])
}

/// Whether the last decision was to suspend it, from whatever day on.
fn is_suspended(permit: &Permit) -> bool {
    permit.suspensions.last().is_some_and(|(_, suspended)| *suspended)
}

pub(super) fn registered<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &PermitRegistered) {
    let event = event.clone();
    let (id, of) = (event.permit.clone(), event.site.clone());
    let state = Permit {
        capacity_per_year: event.capacity_per_year,
        codes: event.codes,
        issuer: event.issuer,
        number: event.number,
        operations: event.operations,
        park: event.park,
        permit: event.permit,
        site: event.site,
        suspensions: Vec::new(),
        term: event.term,
    };
    states.create(id.as_str(), meta.position, true, state);
    states.change::<Site>(of.as_str(), meta.position, false, |site| site.permits.push(id));
}

pub(super) fn suspended<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &PermitSuspended) {
    states.change::<Permit>(event.permit.as_str(), meta.position, true, |permit| {
        permit.suspensions.push((event.from, true));
    });
}

pub(super) fn reinstated<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &PermitReinstated) {
    states.change::<Permit>(event.permit.as_str(), meta.position, true, |permit| {
        permit.suspensions.push((event.from, false));
    });
}
