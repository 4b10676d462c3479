//! Scales of sites, and how long their calibrations hold.
//!
//! Invariant: a scale stands at one site. Whether it was calibrated on a day is asked when
//! something is weighed; a calibration may be recorded late.

use crate::domain::command::{CalibrateScale, Calibration, RegisterScale};
use crate::domain::decide::Context;
use crate::domain::event::{ScaleCalibrated, ScaleRegistered};
use crate::domain::evolve::Meta;
use crate::domain::rules::lookup;
use crate::domain::rules::registry::Decision;
use crate::domain::rules::who::require_firm;
use crate::domain::shapes::Term;
use crate::domain::state::Scale;
use crate::domain::states::{States, StatesMut};

pub fn register_scale<S: States>(context: &Context<'_, S>, data: &RegisterScale) -> Decision {
    let at = lookup::site(context, &data.site, "/data/site")?;
    require_firm(context, &at.state.firm, "register a scale at this site")?;
    lookup::absent::<Scale>(context, data.scale.as_str(), "/data/scale")?;
    lookup::in_order(&term(&data.calibration), "/data/calibration")?;
    let RegisterScale { calibration, name, scale, site } = data.clone();
    let (firm, park) = (at.state.firm.clone(), at.state.park.clone());
    Ok(vec![ScaleRegistered { calibration, firm, name, park, scale, site }.into()])
}

pub fn calibrate_scale<S: States>(context: &Context<'_, S>, data: &CalibrateScale) -> Decision {
    let found = lookup::scale(context, &data.scale, "/data/scale")?;
    require_firm(context, &found.state.firm, "record a calibration of this scale")?;
    lookup::in_order(&term(&data.calibration), "/data/calibration")?;
    let CalibrateScale { calibration, scale } = data.clone();
    Ok(vec![ScaleCalibrated { calibration, park: found.state.park.clone(), scale }.into()])
}

/// How long a calibration holds.
pub(super) fn term(calibration: &Calibration) -> Term {
    Term { from: calibration.from, to: calibration.to }
}

pub(super) fn registered<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &ScaleRegistered) {
    let ScaleRegistered { calibration, firm, name, park, scale, site } = event.clone();
    let id = scale.clone();
    let calibrations = vec![term(&calibration)];
    let state = Scale { calibrations, firm, name, park, scale, site };
    states.create(id.as_str(), meta.position, true, state);
}

pub(super) fn calibrated<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &ScaleCalibrated) {
    states.change::<Scale>(event.scale.as_str(), meta.position, true, |scale| {
        scale.calibrations.push(term(&event.calibration));
    });
}
