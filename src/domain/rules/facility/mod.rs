//! Shared facilities: what they can do, for whom it is kept, what went through, and when they
//! could do nothing.
//!
//! Invariant: on no day is more reserved than the facility can do; a claim beyond that is refused
//! with the day. What was used is recorded however much it is, with what it breaks, and is never
//! an exchange.

mod evolve;
mod record;
mod register;
mod reserve;

#[cfg(test)]
mod tests;

pub use evolve::evolve;
pub use record::{record_facility_use, record_outage, reverse_facility_use, reverse_outage};
pub use register::{change_capacity, register_facility};
pub use reserve::{confirm_reservation, decline_reservation, end_reservation, reserve_capacity};

use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::facility::FacilitySide;
use crate::domain::id::{FacilityId, FirmId};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup::Found;
use crate::domain::rules::who::{require_firm, require_park};
use crate::domain::state::{Facility, OverReserved};
use crate::domain::states::States;

type Decision = Result<Vec<Event>, Refusal>;

/// Where a command names its facility.
const FACILITY: &str = "/data/facility";
/// The most capacities and reservations of a facility: its row is read with each of its commands.
const MOST: usize = 1_000;

fn facility<S: States>(context: &Context<'_, S>, id: &FacilityId) -> Found<Facility> {
    context.states.find(id.as_str()).ok_or_else(|| {
        let message = format!("there is no facility {id}; register it first (register_facility)");
        Refusal::new(Code::UnknownFacility, FACILITY, message)
    })
}

/// Only who runs the facility may.
fn require_operator<S: States>(
    context: &Context<'_, S>,
    facility: &Facility,
    what: &str,
) -> Result<(), Refusal> {
    match &facility.firm {
        Some(firm) => require_firm(context, firm, what),
        None => require_park(context, &facility.park, what),
    }
}

/// On which side of a reservation for that firm the actor is: who runs the facility for itself is
/// its operator.
fn side_of<S: States>(
    context: &Context<'_, S>,
    facility: &Facility,
    firm: &FirmId,
) -> Result<FacilitySide, Refusal> {
    if require_operator(context, facility, "").is_ok() {
        return Ok(FacilitySide::Operator);
    }
    if context.actor.is_firm(firm) {
        return Ok(FacilitySide::User);
    }
    let operator = match &facility.firm {
        Some(operator) => operator.to_string(),
        None => facility.park.to_string(),
    };
    let message = format!(
        "only {operator}, who runs {}, and {firm} speak of this reservation; the actor is {}",
        facility.facility, context.actor
    );
    Err(Refusal::new(Code::NotPermitted, "/actor", message))
}

/// Refuses what a facility does not count in.
fn counted_in(facility: &Facility, quantity: &Quantity, pointer: &str) -> Result<(), Refusal> {
    let unit = facility.capacities[0].capacity.unit();
    if quantity.dimension() == unit.dimension() {
        return Ok(());
    }
    let message = format!(
        "{} counts {}, as in {unit}, and {quantity} is {}",
        facility.facility,
        unit.dimension(),
        quantity.dimension()
    );
    Err(Refusal::new(Code::UnlikeDimension, pointer, message))
}

/// Refuses what has grown beyond a row.
fn room(list: usize, what: &str, pointer: &str) -> Result<(), Refusal> {
    if list < MOST {
        return Ok(());
    }
    let message = format!("a facility has {MOST} {what} at most; register it anew");
    Err(Refusal::new(Code::TooMany, pointer, message))
}

/// Refuses what would leave a day on which more is reserved than there is.
fn fits(facility: &Facility, pointer: &str) -> Result<(), Refusal> {
    let Some(OverReserved { day, reserved, capacity }) = facility.over_reserved() else {
        return Ok(());
    };
    let unit = facility.capacities[0].capacity;
    let of = |amount: i128| match i64::try_from(amount) {
        Ok(amount) => unit.resized(amount).to_string(),
        Err(_) => "more than can be counted".to_owned(),
    };
    let message = format!(
        "on {day} that would make {} reserved of the {} that {} can do",
        of(reserved),
        of(capacity.into()),
        facility.facility
    );
    Err(Refusal::new(Code::OverCapacity, pointer, message))
}
