//! Whether a site may take a material on a day: its permits, and the gate for hazardous waste.
//!
//! Invariant: hazardous waste needs a permit of the receiver that covers one of its codes and the
//! operation, is in force on the day, and has capacity left in the day's year. One function says
//! so: where a receipt is recorded its answer is a nonconformity, where it is claimed a refusal.

use std::sync::Arc;

use crate::domain::code::Operation;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::shapes::{HazardClass, Nonconformity};
use crate::domain::state::{Material, Permit, PermitUse, Site};
use crate::domain::states::{States, StatesMut, Stored};
use crate::domain::time::Day;

/// Why a site may not take a hazardous material, in the order in which it is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateProblem {
    /// A mirror code, and nobody has examined the material.
    Undecided,
    /// None of the site's permits covers it.
    NoPermit,
    /// One does, but not on that day.
    NotValid,
    /// One does on that day, but its capacity of the year is used up.
    OverCapacity,
}

impl GateProblem {
    /// How it is noted where reality is recorded all the same.
    pub fn nonconformity(self) -> Nonconformity {
        match self {
            GateProblem::Undecided => Nonconformity::HazardUndecided,
            GateProblem::NoPermit => Nonconformity::NoPermit,
            GateProblem::NotValid => Nonconformity::PermitNotValid,
            GateProblem::OverCapacity => Nonconformity::OverPermitCapacity,
        }
    }

    /// How it is refused where the material is accepted, used or claimed.
    pub fn refusal(self, site: &Site, material: &Material, day: Day, pointer: &str) -> Refusal {
        let (site, material) = (&site.site, &material.material);
        let year = day.year();
        let (code, message) = match self {
            GateProblem::Undecided => (
                Code::HazardUndecided,
                format!(
                    "{material} has a mirror code: its firm decides first, with evidence, whether \
                     it is hazardous (classify_hazard)"
                ),
            ),
            GateProblem::NoPermit => (
                Code::NoPermit,
                format!(
                    "{material} is hazardous and {site} has no permit that covers its code and \
                     operation; the park records one with register_permit"
                ),
            ),
            GateProblem::NotValid => (
                Code::PermitNotValid,
                format!(
                    "{material} is hazardous and no permit of {site} for it is in force on {day}"
                ),
            ),
            GateProblem::OverCapacity => (
                Code::OverPermitCapacity,
                format!(
                    "{material} is hazardous and the capacity of {site}'s permits for it in {year} \
                     leaves less than this"
                ),
            ),
        };
        Refusal::new(code, pointer, message)
    }
}

/// Whether a site may take `amount` base units of a material on a day. `operation` if it is known
/// yet. Only hazardous waste needs a permit.
pub fn hazard_gate<S: States>(
    states: &S,
    site: &Site,
    material: &Material,
    operation: Option<Operation>,
    day: Day,
    amount: i64,
) -> Result<(), GateProblem> {
    match material.hazard {
        HazardClass::NonHazardous => Ok(()),
        HazardClass::Undecided => Err(GateProblem::Undecided),
        HazardClass::Hazardous => {
            permit_for(states, site, material, operation, day, amount).map(|_| ())
        }
    }
}

/// The first permit of a site under which it may take `amount` base units of a material, whether
/// hazardous or not.
pub fn permit_for<S: States>(
    states: &S,
    site: &Site,
    material: &Material,
    operation: Option<Operation>,
    day: Day,
    amount: i64,
) -> Result<Arc<Stored<Permit>>, GateProblem> {
    let mut covering = covering(states, site, material, operation).peekable();
    if covering.peek().is_none() {
        return Err(GateProblem::NoPermit);
    }
    let mut in_force = covering.filter(|permit| permit.state.in_force(day)).peekable();
    if in_force.peek().is_none() {
        return Err(GateProblem::NotValid);
    }
    let with_room = in_force.find(|permit| has_room(states, &permit.state, day, amount));
    with_room.ok_or(GateProblem::OverCapacity)
}

/// Counts an accepted amount under the permit that it was accepted under; what is not hazardous may
/// have none, or go beyond it.
pub fn count_use<S: StatesMut>(
    states: &mut S,
    position: u64,
    site: &Site,
    material: &Material,
    day: Day,
    amount: i64,
) {
    let permit = permit_for(states, site, material, None, day, amount).ok().or_else(|| {
        covering(states, site, material, None).find(|permit| permit.state.in_force(day))
    });
    let Some(permit) = permit else { return };
    let id = use_id(&permit.state, day);
    let before = states.find::<PermitUse>(&id).map_or(0, |used| used.state.accepted);
    let accepted = before.saturating_add(amount);
    states.create(&id, position, false, PermitUse { accepted });
}

fn covering<'a, S: States>(
    states: &'a S,
    site: &'a Site,
    material: &'a Material,
    operation: Option<Operation>,
) -> impl Iterator<Item = Arc<Stored<Permit>>> + 'a {
    let found = |id| states.find::<Permit>(id).expect("a site lists permits that were registered");
    let permits = site.permits.iter().map(move |id| found(id.as_str()));
    permits.filter(move |permit| {
        let permit = &permit.state;
        // A capacity in another dimension can't be held, so such a permit doesn't cover.
        let alike = |capacity: crate::domain::quantity::Quantity| {
            capacity.dimension() == material.dimension
        };
        permit.capacity_per_year.is_none_or(alike)
            && operation.is_none_or(|operation| permit.operations.contains(&operation))
            && permit.codes.iter().any(|scope| material.codes.iter().any(|code| scope.covers(code)))
    })
}

fn has_room<S: States>(states: &S, permit: &Permit, day: Day, amount: i64) -> bool {
    let Some(capacity) = permit.capacity_per_year else { return true };
    let used = states.find::<PermitUse>(&use_id(permit, day));
    let used = used.map_or(0, |used| used.state.accepted);
    i128::from(used) + i128::from(amount) <= i128::from(capacity.amount())
}

fn use_id(permit: &Permit, day: Day) -> String {
    format!("{}/{:04}", permit.permit, day.year())
}
