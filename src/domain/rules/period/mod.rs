//! Periods: what firms declare of them, how they close, and the count of a park's records.
//!
//! Invariants: what was declared for a site, month, theme and material stands once; nothing is
//! declared for a month that is closed; the count of a park's places is dense from 0.

mod close;
mod figures;
mod submit;
#[cfg(test)]
mod tests;

use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::state::ParkPlaces;
use crate::domain::states::StatesMut;

pub use close::close_period;
pub use submit::{has_declared, submit_return};

type Decision = Result<Vec<Event>, Refusal>;

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    match event {
        Event::PeriodClosed(event) => close::closed(states, meta, event),
        Event::ParkCounted(event) => close::counted(states, meta, event),
        _ => submit::declared(states, meta, event),
    }
}

/// Counts the record in every park that it concerns.
pub fn count_places<S: StatesMut>(states: &mut S, meta: &Meta<'_>) {
    for (park, place) in meta.parks {
        let places = place + 1;
        states.create(park.as_str(), meta.position, false, ParkPlaces { places });
    }
}
