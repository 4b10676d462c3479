//! Opening a park.
//!
//! Invariant: a park has one time zone for ever: its days and months are those of this zone.

use crate::domain::command::RegisterPark;
use crate::domain::decide::Context;
use crate::domain::event::ParkRegistered;
use crate::domain::evolve::Meta;
use crate::domain::rules::lookup;
use crate::domain::rules::registry::Decision;
use crate::domain::rules::who::require_keeper;
use crate::domain::state::Park;
use crate::domain::states::{States, StatesMut};

pub fn register_park<S: States>(context: &Context<'_, S>, data: &RegisterPark) -> Decision {
    require_keeper(context, "open a park")?;
    lookup::absent::<Park>(context, data.park.as_str(), "/data/park")?;
    let RegisterPark { name, park, region, zone } = data.clone();
    Ok(vec![ParkRegistered { name, park, region, zone }.into()])
}

pub(super) fn registered<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &ParkRegistered) {
    let ParkRegistered { name, park, region, zone } = event.clone();
    let id = park.clone();
    states.create(id.as_str(), meta.position, true, Park { name, park, region, zone });
}
