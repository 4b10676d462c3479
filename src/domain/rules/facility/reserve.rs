//! Reservations: proposed by one side and confirmed by the other, or in force at once by the
//! operator's word and document; and their end.

use crate::domain::command::{
    ConfirmReservation, DeclineReservation, EndReservation, ReserveCapacity,
};
use crate::domain::decide::Context;
use crate::domain::event::{
    CapacityReserved, ReservationConfirmed, ReservationDeclined, ReservationEnded,
};
use crate::domain::facility::FacilitySide;
use crate::domain::id::ReservationId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::facility::{
    Decision, FACILITY, counted_in, facility, fits, room, side_of,
};
use crate::domain::rules::lookup;
use crate::domain::shapes::Grade;
use crate::domain::state::{Facility, Reservation};
use crate::domain::states::States;

const RESERVATION: &str = "/data/reservation";
const QUANTITY: &str = "/data/quantity";

pub fn reserve_capacity<S: States>(context: &Context<'_, S>, data: &ReserveCapacity) -> Decision {
    let found = facility(context, &data.facility)?;
    let state = &found.state;
    lookup::firm(context, &data.firm, "/data/firm")?;
    let by = side_of(context, state, &data.firm)?;
    if state.reservation(&data.reservation).is_some() {
        let message = format!("{} exists already; choose another id", data.reservation);
        return Err(Refusal::new(Code::AlreadyExists, RESERVATION, message));
    }
    room(state.reservations.len(), "reservations", FACILITY)?;
    lookup::in_order(&data.term, "/data/term")?;
    lookup::counted(&data.evidence, 0, 10, "/data/evidence")?;
    counted_in(state, &data.quantity, QUANTITY)?;
    if data.quantity.is_zero() {
        let message = "more than nothing is reserved; end a reservation that is not needed";
        return Err(Refusal::new(Code::QuantityMustNotBeZero, QUANTITY, message));
    }
    grade_serves(state, data.grade.as_ref())?;
    let is_own = state.firm.as_ref() == Some(&data.firm);
    let confirmed = by == FacilitySide::Operator && (is_own || !data.evidence.is_empty());
    let mut after = state.clone();
    after.reservations.push(Reservation {
        by,
        // Also what is only proposed has to fit: nobody is asked to confirm what cannot be.
        confirmed: Some(0),
        declined: None,
        ended: None,
        firm: data.firm.clone(),
        grade: data.grade.clone(),
        quantity: data.quantity,
        record: 0,
        reservation: data.reservation.clone(),
        term: data.term.clone(),
    });
    fits(&after, QUANTITY)?;
    let ReserveCapacity { evidence, firm, grade, quantity, reservation, term, .. } = data.clone();
    let place = state.place();
    let reserved = CapacityReserved {
        by,
        confirmed,
        evidence,
        firm,
        grade,
        place,
        quantity,
        reservation,
        term,
    };
    Ok(vec![reserved.into()])
}

/// A lower grade never serves a higher one.
fn grade_serves(facility: &Facility, needed: Option<&Grade>) -> Result<(), Refusal> {
    let Some(needed) = needed else { return Ok(()) };
    if facility.grade.as_ref().unwrap_or(&Grade::UNKNOWN).meets(needed) {
        return Ok(());
    }
    let message = format!(
        "{} does not supply at this grade; require at most what its registration says",
        facility.facility
    );
    Err(Refusal::new(Code::GradeTooLow, "/data/grade", message))
}

/// The reservation, and on which side of it the actor is.
fn named<'a, S: States>(
    context: &Context<'_, S>,
    facility: &'a Facility,
    id: &ReservationId,
) -> Result<(&'a Reservation, FacilitySide), Refusal> {
    let Some(found) = facility.reservation(id) else {
        let message = format!("{} has no reservation {id}", facility.facility);
        return Err(Refusal::new(Code::UnknownReservation, RESERVATION, message));
    };
    Ok((found, side_of(context, facility, &found.firm)?))
}

/// Refuses what is answered already.
fn waits(found: &Reservation) -> Result<(), Refusal> {
    let id = &found.reservation;
    if found.declined.is_some() {
        let message = format!("{id} was declined; reserve anew");
        return Err(Refusal::new(Code::ReservationDeclined, RESERVATION, message));
    }
    if found.confirmed.is_some() {
        let message = format!("{id} is confirmed already; end it instead (end_reservation)");
        return Err(Refusal::new(Code::AlreadyConfirmed, RESERVATION, message));
    }
    Ok(())
}

pub fn confirm_reservation<S: States>(
    context: &Context<'_, S>,
    data: &ConfirmReservation,
) -> Decision {
    let state = &facility(context, &data.facility)?.state;
    let (found, by) = named(context, state, &data.reservation)?;
    waits(found)?;
    if by == found.by {
        let message =
            format!("the other side confirms {}: this one has proposed it", data.reservation);
        return Err(Refusal::new(Code::AlreadyConfirmed, RESERVATION, message));
    }
    let mut after = state.clone();
    for one in after.reservations.iter_mut().filter(|one| one.reservation == data.reservation) {
        one.confirmed = Some(0);
    }
    fits(&after, RESERVATION)?;
    let (firm, place, reservation) = (found.firm.clone(), state.place(), data.reservation.clone());
    Ok(vec![ReservationConfirmed { by, firm, place, reservation }.into()])
}

pub fn decline_reservation<S: States>(
    context: &Context<'_, S>,
    data: &DeclineReservation,
) -> Decision {
    let state = &facility(context, &data.facility)?.state;
    let (found, by) = named(context, state, &data.reservation)?;
    waits(found)?;
    let (firm, place) = (found.firm.clone(), state.place());
    let DeclineReservation { reason, reservation, .. } = data.clone();
    Ok(vec![ReservationDeclined { by, firm, place, reason, reservation }.into()])
}

pub fn end_reservation<S: States>(context: &Context<'_, S>, data: &EndReservation) -> Decision {
    let state = &facility(context, &data.facility)?.state;
    let (found, by) = named(context, state, &data.reservation)?;
    if found.confirmed.is_none() {
        let message = format!(
            "{} is not in force; what is only proposed is declined (decline_reservation)",
            data.reservation
        );
        return Err(Refusal::new(Code::NotConfirmed, RESERVATION, message));
    }
    if let Some((last, _)) = found.ended {
        let message = format!("{} was ended with {last} already", data.reservation);
        return Err(Refusal::new(Code::ReservationEnded, RESERVATION, message));
    }
    let today = lookup::day_at(context, &state.park);
    if data.last < today || data.last >= found.term.to {
        let message = format!(
            "its last day is {today}, on which this is said, or later, and before {}, on which it \
             ends by itself",
            found.term.to
        );
        return Err(Refusal::new(Code::OutsideTerm, "/data/last", message));
    }
    let (firm, place) = (found.firm.clone(), state.place());
    let EndReservation { last, reason, reservation, .. } = data.clone();
    Ok(vec![ReservationEnded { by, firm, last, place, reason, reservation }.into()])
}
