//! What a facility did: uses and outages, and what takes a wrong one back.
//!
//! Invariant: of no day is a firm's use of a facility recorded twice, so none is counted twice; a
//! reversal takes back exactly what its use has counted.

use std::sync::Arc;

use crate::domain::command::{RecordFacilityUse, RecordOutage, ReverseFacilityUse, ReverseOutage};
use crate::domain::decide::Context;
use crate::domain::event::{FacilityUseReversed, FacilityUsed, OutageRecorded, OutageReversed};
use crate::domain::number::Number;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::facility::{Decision, FACILITY, counted_in, facility, require_operator};
use crate::domain::rules::lookup;
use crate::domain::shapes::{MaterialBrief, Nonconformity};
use crate::domain::state::{Facility, FacilityDays, FacilityUse, facility_days_id};
use crate::domain::states::{States, Stored};

const USE: &str = "/data/facility_use";
const OUTAGE: &str = "/data/outage";
/// The most outages of a facility: one a day for ten years.
const MOST_OUTAGES: usize = 4_000;

pub fn record_facility_use<S: States>(
    context: &Context<'_, S>,
    data: &RecordFacilityUse,
) -> Decision {
    let found = facility(context, &data.facility)?;
    let state = &found.state;
    require_operator(context, state, "record what was used of it")?;
    lookup::absent::<FacilityUse>(context, data.facility_use.as_str(), USE)?;
    lookup::firm(context, &data.firm, "/data/firm")?;
    let material = match &data.material {
        None => None,
        Some(id) => {
            let found = lookup::material(context, id, "/data/material")?;
            lookup::alike(&data.quantity, found.state.dimension, "/data/quantity")?;
            Some(lookup::brief(&found.state))
        }
    };
    lookup::counted(&data.evidence, 0, 10, "/data/evidence")?;
    check_days(context, state, data)?;
    counted_in(state, &data.quantity, "/data/quantity")?;
    not_recorded(context, data, material.as_ref())?;
    let nonconformities = noted(context, state, data);
    let RecordFacilityUse { evidence, facility_use, firm, from, grade, method, .. } = data.clone();
    let used = FacilityUsed {
        day: data.to,
        evidence,
        facility_use,
        firm,
        from,
        grade,
        material,
        method,
        nonconformities,
        place: state.place(),
        quantity: data.quantity,
    };
    Ok(vec![used.into()])
}

/// Days of one month that have come, in order.
fn check_days<S: States>(
    context: &Context<'_, S>,
    facility: &Facility,
    data: &RecordFacilityUse,
) -> Result<(), Refusal> {
    let (from, to) = (data.from, data.to);
    if to < from || from.month() != to.month() {
        let message = format!("a use is of days of one month in order, not of {from} to {to}");
        return Err(Refusal::new(Code::PeriodReversed, "/data/to", message));
    }
    let today = lookup::day_at(context, &facility.park);
    if to > today {
        let message = format!("{to} has not come in {}, where it is {today}", facility.park);
        return Err(Refusal::new(Code::PeriodNotOver, "/data/to", message));
    }
    Ok(())
}

/// Refuses to record the days of a firm a second time.
fn not_recorded<S: States>(
    context: &Context<'_, S>,
    data: &RecordFacilityUse,
    material: Option<&MaterialBrief>,
) -> Result<(), Refusal> {
    let id = facility_days_id(&data.facility, &data.firm, data.from.month(), material);
    let Some(days) = context.states.find::<FacilityDays>(&id) else { return Ok(()) };
    let other = days.state.uses.iter().find(|(from, to, _)| *from <= data.to && data.from <= *to);
    let Some((from, to, id)) = other else { return Ok(()) };
    let message = format!(
        "what {} used from {from} to {to} is recorded as {id}; reverse that first if it is wrong",
        data.firm
    );
    Err(Refusal::new(Code::FacilityUseOverlaps, "/data/from", message))
}

/// The rules that the use breaks.
fn noted<S: States>(
    context: &Context<'_, S>,
    facility: &Facility,
    data: &RecordFacilityUse,
) -> Vec<Nonconformity> {
    let zone = lookup::zone_of(context.states, &facility.park);
    let (days, used) = ((data.from, data.to), Number::integer(data.quantity.amount().into()));
    let able = facility.able_in(&zone, days, u64::MAX).capacity;
    let reserved = facility.reserved_in(&zone, days, u64::MAX, Some(&data.firm));
    let own = |one: &&crate::domain::state::Reservation| {
        let days = one.term.from <= data.to && data.from <= one.last(u64::MAX);
        one.firm == data.firm && one.confirmed.is_some() && days
    };
    let supplied = data.grade.as_ref().or(facility.grade.as_ref());
    let below = facility.reservations.iter().filter(own).any(|one| {
        let needed = one.grade.as_ref();
        needed.is_some_and(|needed| supplied.is_some_and(|supplied| !supplied.meets(needed)))
    });
    let closed = lookup::is_closed(context.states, &facility.park, data.to.month());
    [
        (below, Nonconformity::BelowGrade),
        (closed, Nonconformity::PeriodClosed),
        (used > reserved, Nonconformity::OverReservation),
        (used > able, Nonconformity::OverCapacity),
    ]
    .into_iter()
    .filter_map(|(is, what)| is.then_some(what))
    .collect()
}

pub fn reverse_facility_use<S: States>(
    context: &Context<'_, S>,
    data: &ReverseFacilityUse,
) -> Decision {
    let state = &facility(context, &data.facility)?.state;
    require_operator(context, state, "take back what was recorded of it")?;
    let found = used(context, data)?;
    let FacilityUse { day, firm, material, method, quantity, record, reversed, .. } =
        found.state.clone();
    if reversed.is_some() {
        let message = format!("{} was taken back already", data.facility_use);
        return Err(Refusal::new(Code::AlreadyReversed, USE, message));
    }
    let closed = lookup::is_closed(context.states, &state.park, day.month());
    let day = if closed { lookup::day_at(context, &state.park) } else { day };
    let ReverseFacilityUse { facility_use, reason, .. } = data.clone();
    let reversed = FacilityUseReversed {
        day,
        facility_use,
        firm,
        material,
        method,
        place: state.place(),
        quantity,
        reason,
        reverses: record,
    };
    Ok(vec![reversed.into()])
}

fn used<S: States>(
    context: &Context<'_, S>,
    data: &ReverseFacilityUse,
) -> Result<Arc<Stored<FacilityUse>>, Refusal> {
    let found = context.states.find::<FacilityUse>(data.facility_use.as_str());
    found.filter(|found| found.state.facility == data.facility).ok_or_else(|| {
        let message = format!("{} has no recorded use {}", data.facility, data.facility_use);
        Refusal::new(Code::UnknownFacilityUse, USE, message)
    })
}

pub fn record_outage<S: States>(context: &Context<'_, S>, data: &RecordOutage) -> Decision {
    let state = &facility(context, &data.facility)?.state;
    require_operator(context, state, "record its outages")?;
    if state.outage(&data.outage).is_some() {
        let message = format!("{} exists already; choose another id", data.outage);
        return Err(Refusal::new(Code::AlreadyExists, OUTAGE, message));
    }
    if data.to <= data.from {
        let message = "an outage ends after it begins; `to` is the instant at which it was over";
        return Err(Refusal::new(Code::PeriodReversed, "/data/to", message));
    }
    if state.outages.len() >= MOST_OUTAGES {
        let message = format!("a facility has {MOST_OUTAGES} outages at most; register it anew");
        return Err(Refusal::new(Code::TooMany, FACILITY, message));
    }
    let RecordOutage { from, outage, reason, to, .. } = data.clone();
    Ok(vec![OutageRecorded { from, outage, place: state.place(), reason, to }.into()])
}

pub fn reverse_outage<S: States>(context: &Context<'_, S>, data: &ReverseOutage) -> Decision {
    let state = &facility(context, &data.facility)?.state;
    require_operator(context, state, "take an outage of it back")?;
    let Some(found) = state.outage(&data.outage) else {
        let message = format!("{} has no outage {}", data.facility, data.outage);
        return Err(Refusal::new(Code::UnknownOutage, OUTAGE, message));
    };
    if found.reversed.is_some() {
        let message = format!("{} was taken back already", data.outage);
        return Err(Refusal::new(Code::AlreadyReversed, OUTAGE, message));
    }
    let (place, reverses) = (state.place(), found.record);
    let ReverseOutage { outage, reason, .. } = data.clone();
    Ok(vec![OutageReversed { outage, place, reason, reverses }.into()])
}
