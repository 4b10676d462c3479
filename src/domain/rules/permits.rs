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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::rules::testing::with;
    use crate::domain::testing::{OPENED, World};

    const TONNE: i64 = 1_000_000;

    fn permit(id: &str, more: Value) -> Value {
        let permit = json!({
            "codes": [{"code": "05 06 03*", "edition": "2000", "scheme": "eu_low"}],
            "issuer": "an authority",
            "number": id,
            "operations": ["R9"],
            "permit": id,
            "site": "sit_cement",
            "term": {"from": "2025-03-01", "to": "2025-05-31"},
        });
        with(permit, more)
    }

    /// What the cement works may do with tar on a day, under these permits.
    fn gate(
        world: &World,
        operation: Option<Operation>,
        day: &str,
        tonnes: i64,
    ) -> Result<(), GateProblem> {
        let (site, material) = (world.state("sit_cement"), world.state("mat_tar"));
        let (day, amount) = (day.parse().unwrap(), tonnes * TONNE);
        hazard_gate(&world.states, &site, &material, operation, day, amount)
    }

    fn use_up(world: &mut World, day: &str, tonnes: i64) {
        let (site, material) = (world.state("sit_cement"), world.state("mat_tar"));
        count_use(&mut world.states, 0, &site, &material, day.parse().unwrap(), tonnes * TONNE);
    }

    #[test]
    fn invariant_11_hazardous_waste_needs_a_permit_for_code_operation_day_and_amount() {
        let mut world = World::standard();
        let day = "2025-03-10";
        assert_eq!(gate(&world, None, day, 1), Err(GateProblem::NoPermit));
        let capacity = json!({"capacity_per_year": {"unit": "TNE", "value": "10"}});
        let data = permit("prm_a", capacity);
        world.take("keeper", OPENED, "register_permit", &data);
        assert_eq!(gate(&world, None, day, 10), Ok(()));
        assert_eq!(gate(&world, Some(Operation::R9), day, 10), Ok(()));
        assert_eq!(gate(&world, Some(Operation::R1), day, 1), Err(GateProblem::NoPermit));
        assert_eq!(gate(&world, None, "2025-02-28", 1), Err(GateProblem::NotValid));
        assert_eq!(gate(&world, None, "2025-06-01", 1), Err(GateProblem::NotValid));
        assert_eq!(gate(&world, None, day, 11), Err(GateProblem::OverCapacity));
        use_up(&mut world, day, 8);
        assert_eq!(gate(&world, None, "2025-05-31", 2), Ok(()));
        assert_eq!(gate(&world, None, "2025-05-31", 3), Err(GateProblem::OverCapacity));
        let suspend = json!({"from": "2025-04-01", "permit": "prm_a", "reason": "why"});
        world.take("keeper", OPENED, "suspend_permit", &suspend);
        assert_eq!(gate(&world, None, "2025-04-01", 1), Err(GateProblem::NotValid));
        assert_eq!(gate(&world, None, "2025-03-31", 1), Ok(()));
    }

    #[test]
    fn a_second_permit_takes_what_the_first_has_no_room_for() {
        let mut world = World::standard();
        for (id, tonnes) in [("prm_a", "10"), ("prm_b", "5")] {
            let capacity = json!({"capacity_per_year": {"unit": "TNE", "value": tonnes}});
            world.take("keeper", OPENED, "register_permit", &permit(id, capacity));
        }
        for tonnes in [8, 4] {
            use_up(&mut world, "2025-03-10", tonnes);
        }
        let used = |world: &World, id: &str| world.state::<PermitUse>(id).accepted / TONNE;
        assert_eq!((used(&world, "prm_a/2025"), used(&world, "prm_b/2025")), (8, 4));
        assert_eq!(gate(&world, None, "2025-03-10", 2), Ok(()));
        assert_eq!(gate(&world, None, "2025-03-10", 3), Err(GateProblem::OverCapacity));
    }

    #[test]
    fn a_capacity_begins_anew_with_the_year() {
        let mut world = World::standard();
        let terms = json!({
            "capacity_per_year": {"unit": "TNE", "value": "10"},
            "term": {"from": "2025-01-01", "to": "2026-12-31"},
        });
        world.take("keeper", OPENED, "register_permit", &permit("prm_a", terms));
        use_up(&mut world, "2025-12-31", 10);
        assert_eq!(gate(&world, None, "2025-12-31", 1), Err(GateProblem::OverCapacity));
        assert_eq!(gate(&world, None, "2026-01-01", 10), Ok(()));
    }

    #[test]
    fn a_capacity_that_can_t_be_compared_covers_nothing() {
        let mut world = World::standard();
        let volume = json!({"capacity_per_year": {"unit": "MTQ", "value": "10"}});
        world.take("keeper", OPENED, "register_permit", &permit("prm_a", volume));
        assert_eq!(gate(&world, None, "2025-03-10", 1), Err(GateProblem::NoPermit));
    }

    #[test]
    fn what_is_not_hazardous_needs_no_permit_and_is_counted_under_one_all_the_same() {
        let mut world = World::standard();
        let slag = json!([{"code": "10 02", "edition": "2014", "scheme": "eu_low"}]);
        let few = json!({"capacity_per_year": {"unit": "TNE", "value": "10"}, "codes": slag});
        world.take("keeper", OPENED, "register_permit", &permit("prm_a", few));
        let (site, material) = (world.state("sit_cement"), world.state("mat_slag"));
        let day = "2025-03-10".parse().unwrap();
        let gate = hazard_gate(&world.states, &site, &material, None, day, 99 * TONNE);
        assert_eq!(gate, Ok(()));
        count_use(&mut world.states, 0, &site, &material, day, 99 * TONNE);
        assert_eq!(world.state::<PermitUse>("prm_a/2025").accepted, 99 * TONNE);
        // Where no permit is in force, nothing is counted.
        let later = "2025-06-01".parse().unwrap();
        count_use(&mut world.states, 0, &site, &material, later, TONNE);
        assert_eq!(world.state::<PermitUse>("prm_a/2025").accepted, 99 * TONNE);
    }

    #[test]
    fn an_undecided_hazard_stops_at_the_gate_and_every_problem_has_its_words() {
        let world = World::standard();
        let (site, material) = (world.state("sit_recycler"), world.state("mat_dust"));
        let day = "2025-03-10".parse().unwrap();
        let gate = hazard_gate(&world.states, &site, &material, None, day, 1);
        assert_eq!(gate, Err(GateProblem::Undecided));
        for problem in [
            GateProblem::Undecided,
            GateProblem::NoPermit,
            GateProblem::NotValid,
            GateProblem::OverCapacity,
        ] {
            let refusal = problem.refusal(&site, &material, day, "/data/delivery");
            let noted = serde_json::to_value(problem.nonconformity()).unwrap();
            assert_eq!(noted, refusal.code.as_str(), "noted and refused under one name");
            assert!(refusal.message.contains("mat_dust"), "{refusal}");
        }
    }
}
