//! Rules of what there is: parks, firms, sites, permits, scales, meters, catalogues, materials.
//!
//! Invariant: an id exists once, and a registry number belongs to one firm or site.

mod catalogue;
mod firm;
mod material;
mod meter;
mod park;
mod permit;
mod scale;
mod site;
#[cfg(test)]
mod tests;

use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::states::StatesMut;

pub use catalogue::publish_catalogue;
pub use firm::register_firm;
pub use material::{classify_hazard, decide_legal_status, define_material};
pub use meter::{calibrate_meter, register_meter, replace_meter};
pub use park::register_park;
pub use permit::{register_permit, reinstate_permit, suspend_permit};
pub use scale::{calibrate_scale, register_scale};
pub use site::register_site;

type Decision = Result<Vec<Event>, Refusal>;

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    match event {
        Event::ParkRegistered(event) => park::registered(states, meta, event),
        Event::FirmRegistered(event) => firm::registered(states, meta, event),
        Event::SiteRegistered(event) => site::registered(states, meta, event),
        Event::PermitRegistered(event) => permit::registered(states, meta, event),
        Event::PermitSuspended(event) => permit::suspended(states, meta, event),
        Event::PermitReinstated(event) => permit::reinstated(states, meta, event),
        Event::ScaleRegistered(event) => scale::registered(states, meta, event),
        Event::ScaleCalibrated(event) => scale::calibrated(states, meta, event),
        Event::MeterRegistered(event) => meter::registered(states, meta, event),
        Event::MeterCalibrated(event) => meter::calibrated(states, meta, event),
        Event::MeterReplaced(event) => meter::replaced(states, meta, event),
        Event::CataloguePublished(event) => catalogue::published(states, meta, event),
        Event::MaterialDefined(event) => material::defined(states, meta, event),
        Event::HazardClassified(event) => material::classified(states, meta, event),
        Event::LegalStatusDecided(event) => material::status_decided(states, meta, event),
        _ => unreachable!("`domain::evolve` hands over events of the registry only"),
    }
}
