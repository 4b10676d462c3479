//! Rules of registry.

use crate::domain::command::{
    CalibrateScale, ClassifyHazard, DecideLegalStatus, DefineMaterial, PublishCatalogue,
    RegisterFirm, RegisterMeter, RegisterPark, RegisterPermit, RegisterScale, RegisterSite,
    ReinstatePermit, SuspendPermit,
};
use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::states::{States, StatesMut};

type Decision = Result<Vec<Event>, Refusal>;

pub fn register_park<S: States>(_context: &Context<'_, S>, _data: &RegisterPark) -> Decision {
    unreachable!()
}

pub fn register_firm<S: States>(_context: &Context<'_, S>, _data: &RegisterFirm) -> Decision {
    unreachable!()
}

pub fn register_site<S: States>(_context: &Context<'_, S>, _data: &RegisterSite) -> Decision {
    unreachable!()
}

pub fn register_permit<S: States>(_context: &Context<'_, S>, _data: &RegisterPermit) -> Decision {
    unreachable!()
}

pub fn suspend_permit<S: States>(_context: &Context<'_, S>, _data: &SuspendPermit) -> Decision {
    unreachable!()
}

pub fn reinstate_permit<S: States>(_context: &Context<'_, S>, _data: &ReinstatePermit) -> Decision {
    unreachable!()
}

pub fn register_scale<S: States>(_context: &Context<'_, S>, _data: &RegisterScale) -> Decision {
    unreachable!()
}

pub fn calibrate_scale<S: States>(_context: &Context<'_, S>, _data: &CalibrateScale) -> Decision {
    unreachable!()
}

pub fn register_meter<S: States>(_context: &Context<'_, S>, _data: &RegisterMeter) -> Decision {
    unreachable!()
}

pub fn publish_catalogue<S: States>(
    _context: &Context<'_, S>,
    _data: &PublishCatalogue,
) -> Decision {
    unreachable!()
}

pub fn define_material<S: States>(_context: &Context<'_, S>, _data: &DefineMaterial) -> Decision {
    unreachable!()
}

pub fn classify_hazard<S: States>(_context: &Context<'_, S>, _data: &ClassifyHazard) -> Decision {
    unreachable!()
}

pub fn decide_legal_status<S: States>(
    _context: &Context<'_, S>,
    _data: &DecideLegalStatus,
) -> Decision {
    unreachable!()
}

pub fn evolve<S: StatesMut>(_states: &mut S, _meta: &Meta<'_>, _event: &Event) {}
