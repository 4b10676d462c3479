//! `register_facility` and `change_capacity`.

use crate::domain::command::{ChangeCapacity, RegisterFacility};
use crate::domain::decide::Context;
use crate::domain::event::{CapacityChanged, FacilityRegistered};
use crate::domain::facility::FacilityPlace;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::facility::{
    Decision, FACILITY, counted_in, facility, fits, require_operator, room,
};
use crate::domain::rules::lookup;
use crate::domain::rules::who::{require_firm_or_park, require_park};
use crate::domain::state::{CapacityFrom, Facility};
use crate::domain::states::States;

pub fn register_facility<S: States>(context: &Context<'_, S>, data: &RegisterFacility) -> Decision {
    const WHAT: &str = "register a facility of it";
    lookup::park(context, &data.park, "/data/park")?;
    match &data.firm {
        None => require_park(context, &data.park, WHAT)?,
        Some(firm) => {
            lookup::firm(context, firm, "/data/firm")?;
            require_firm_or_park(context, firm, &data.park, WHAT)?;
        }
    }
    lookup::absent::<Facility>(context, data.facility.as_str(), FACILITY)?;
    if let Some(site) = &data.site {
        let found = lookup::site(context, site, "/data/site")?;
        let is_own = data.firm.as_ref().is_none_or(|firm| *firm == found.state.firm);
        if found.state.park != data.park || !is_own {
            let message = format!(
                "{site} is a site of {} in {}; name one of who runs the facility, in its park",
                found.state.firm, found.state.park
            );
            return Err(Refusal::new(Code::OtherSite, "/data/site", message));
        }
    }
    if data.capacity.is_zero() {
        let message = "a facility can do more than nothing; what it cannot for a time is an outage";
        return Err(Refusal::new(Code::QuantityMustNotBeZero, "/data/capacity", message));
    }
    let RegisterFacility { capacity, facility, firm, from, grade, kind, name, park, per, site } =
        data.clone();
    let place = FacilityPlace { facility, kind, operator: firm, park, site };
    Ok(vec![FacilityRegistered { capacity, from, grade, name, per, place }.into()])
}

pub fn change_capacity<S: States>(context: &Context<'_, S>, data: &ChangeCapacity) -> Decision {
    const CAPACITY: &str = "/data/capacity";
    let found = facility(context, &data.facility)?;
    let state = &found.state;
    require_operator(context, state, "change its capacity")?;
    counted_in(state, &data.capacity, CAPACITY)?;
    room(state.capacities.len(), "changes of its capacity", FACILITY)?;
    let mut after = state.clone();
    let ChangeCapacity { capacity, from, reason, .. } = data.clone();
    // It is said after all that stands: of two that begin on one day the later word holds.
    after.capacities.push(CapacityFrom { capacity, from, record: u64::MAX - 1 });
    fits(&after, CAPACITY)?;
    Ok(vec![CapacityChanged { capacity, from, place: state.place(), reason }.into()])
}
