//! What a dispatch or a receipt says was measured, and the ticket that proves it.
//!
//! Invariant: net is gross less tare and more than zero, and a ticket's number stands for one
//! weighing of its scale: of one delivery, with one gross and one tare.

use std::cmp::Ordering;

use crate::domain::decide::Context;
use crate::domain::id::{DeliveryId, SiteId};
use crate::domain::quantity::Method;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::shapes::{Measured, Nonconformity, Ticket};
use crate::domain::state::{Scale, TicketUse};
use crate::domain::states::{States, Stored};
use crate::domain::time::Day;
use crate::domain::unit::Dimension;

const QUANTITY: &str = "/data/measured/quantity";
const TICKET: &str = "/data/measured/ticket";
const NUMBER: &str = "/data/measured/ticket/number";
const TARE: &str = "/data/measured/ticket/tare";

/// Refuses what can't be a measurement of a material, whatever the ledger holds.
pub fn check(measured: &Measured, dimension: Dimension) -> Result<(), Refusal> {
    let Measured { method, quantity, ticket } = measured;
    named::like(quantity, dimension, QUANTITY)?;
    named::not_zero(quantity, QUANTITY)?;
    match (method, ticket) {
        (Method::Weighed, None) => {
            let message = "what was weighed has a ticket; without one the method is another";
            Err(Refusal::new(Code::TicketNeeded, TICKET, message))
        }
        (Method::Weighed, Some(ticket)) => check_net(measured, ticket),
        (Method::Metered | Method::Calculated | Method::Estimated | Method::Declared, Some(_)) => {
            let message = format!("what has a ticket was `weighed`, not `{method}`");
            Err(Refusal::new(Code::TicketNotWeighed, TICKET, message))
        }
        (Method::Metered | Method::Calculated | Method::Estimated | Method::Declared, None) => {
            Ok(())
        }
    }
}

fn check_net(measured: &Measured, ticket: &Ticket) -> Result<(), Refusal> {
    let Measured { quantity, .. } = measured;
    let Ticket { gross, tare, .. } = ticket;
    named::like(gross, quantity.dimension(), "/data/measured/ticket/gross")?;
    named::like(tare, quantity.dimension(), TARE)?;
    let refuse =
        |pointer, message| Err(Refusal::new(Code::NetIsNotGrossLessTare, pointer, message));
    match (gross.amount() - tare.amount()).cmp(&0) {
        Ordering::Less | Ordering::Equal => {
            refuse(TARE, format!("the tare {tare} is not less than the gross {gross}"))
        }
        Ordering::Greater if gross.amount() - tare.amount() != quantity.amount() => {
            let net = gross.resized(gross.amount() - tare.amount());
            refuse(QUANTITY, format!("{gross} less {tare} is {net}, not {quantity}"))
        }
        Ordering::Greater => Ok(()),
    }
}

/// Refuses a ticket that stands for another load, and notes a scale that may not weigh here.
pub fn check_ticket<S: States>(
    context: &Context<'_, S>,
    measured: &Measured,
    delivery: &DeliveryId,
    site: &SiteId,
    day: Day,
    noted: &mut Noted,
) -> Result<(), Refusal> {
    let Some(ticket) = &measured.ticket else { return Ok(()) };
    let scale = context.states.find::<Scale>(ticket.scale.as_str());
    let scale = scale.filter(|scale| scale.state.site == *site);
    let calibrated = |scale: &Stored<Scale>| {
        scale.state.calibrations.iter().any(|calibration| calibration.contains(day))
    };
    match &scale {
        None => noted.add(Nonconformity::UnknownScale),
        Some(scale) => noted.add_if(!calibrated(scale), Nonconformity::ScaleNotCalibrated),
    }
    let Some(used) = context.states.find::<TicketUse>(&ticket_id(ticket, site, scale.is_some()))
    else {
        return Ok(());
    };
    let used = &used.state;
    let same =
        used.gross.amount() == ticket.gross.amount() && used.tare.amount() == ticket.tare.amount();
    if used.delivery == *delivery && same {
        // One weighing that both sides go by.
        return Ok(());
    }
    let Ticket { number, scale, .. } = ticket;
    let content = if same { "the same weights" } else { "other weights" };
    let message = format!(
        "ticket {number} of {scale} stands for {} already, with {content}; a ticket is one \
         weighing of one delivery",
        used.delivery
    );
    Err(Refusal::new(Code::TicketTaken, NUMBER, message))
}

/// The id of a ticket's row. A ticket of a scale that is not the site's own stands apart: nobody
/// can use up the numbers of another's scale, by mistake or on purpose.
pub fn ticket_id(ticket: &Ticket, site: &SiteId, known_scale: bool) -> String {
    let Ticket { number, scale, .. } = ticket;
    if known_scale { format!("{scale}/{number}") } else { format!("{site}/{scale}/{number}") }
}
