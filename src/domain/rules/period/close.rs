//! Closing a month of a park.
//!
//! Invariant: a month closes once, after its last day on the park's clocks, and the command's
//! second record counts the park's records before it: a verifier who holds that many HEADs of the
//! park, dense from 0, knows that none is missing.

use crate::domain::command::ClosePeriod;
use crate::domain::decide::Context;
use crate::domain::event::{ParkCounted, PeriodClosed};
use crate::domain::evolve::Meta;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::period::Decision;
use crate::domain::rules::who::require_park;
use crate::domain::state::{Park, ParkPlaces, Period};
use crate::domain::states::{States, StatesMut};

pub fn close_period<S: States>(context: &Context<'_, S>, data: &ClosePeriod) -> Decision {
    require_park(context, &data.park, "close a period of this park")?;
    let found = lookup::park(context, &data.park, "/data/park")?;
    if lookup::is_closed(context.states, &data.park, data.period) {
        let message = format!("{} of {} is closed already", data.period, data.park);
        return Err(Refusal::new(Code::PeriodClosed, "/data/period", message));
    }
    // By the ledger's clock: a period can't be closed early by stating a late time of business.
    let today = context.now.day_in(&found.state.zone);
    if today <= data.period.last() {
        let message = format!(
            "{} is not over in {}, where it is {today}; close it from the next day on",
            data.period, data.park
        );
        return Err(Refusal::new(Code::PeriodNotOver, "/data/period", message));
    }
    let ClosePeriod { park, period } = data.clone();
    let before = context.states.find::<ParkPlaces>(park.as_str());
    let before = before.map_or(0, |counted| counted.state.places);
    // The closing itself is a record of the park, before the one that counts.
    let counted = ParkCounted { park: park.clone(), period, places: before + 1 };
    Ok(vec![PeriodClosed { park, period }.into(), counted.into()])
}

pub(super) fn closed<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &PeriodClosed) {
    let PeriodClosed { park, period } = event.clone();
    let id = lookup::period_id(&park, period);
    states.change::<Park>(park.as_str(), meta.position, true, |_| {});
    states.create(&id, meta.position, false, Period { park, period, closed_at: meta.position });
}

pub(super) fn counted<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &ParkCounted) {
    states.change::<Park>(event.park.as_str(), meta.position, true, |_| {});
}
