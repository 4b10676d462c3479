//! Who may ask for what: the first question that every rule puts.
//!
//! Invariant: a refusal names who may. Which key may act for which actor is not asked here: that is
//! [`authorize`](crate::domain::access::authorize), before the command reaches a rule.

use crate::domain::actor::Actor;
use crate::domain::decide::Context;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::states::States;

const POINTER: &str = "/actor";

fn refuse<T>(who: &str, actor: &Actor, what: &str) -> Result<T, Refusal> {
    let message = format!("only {who} may {what}, and the actor is {actor}");
    Err(Refusal::new(Code::NotPermitted, POINTER, message))
}

/// Only the ledger keeper may. `what` completes "only … may …".
pub fn require_keeper(context: &Context<'_, impl States>, what: &str) -> Result<(), Refusal> {
    match context.actor {
        Actor::Keeper => Ok(()),
        Actor::Park(_) | Actor::Firm(_) => {
            refuse("the ledger keeper (`keeper`)", context.actor, what)
        }
    }
}

/// Only that park's administration or the ledger keeper may.
pub fn require_park(
    context: &Context<'_, impl States>,
    park: &ParkId,
    what: &str,
) -> Result<(), Refusal> {
    match context.actor {
        Actor::Keeper => Ok(()),
        Actor::Park(actor) if actor == park => Ok(()),
        Actor::Park(_) | Actor::Firm(_) => {
            refuse(&format!("the park {park} or the ledger keeper"), context.actor, what)
        }
    }
}

/// Only that firm may.
pub fn require_firm(
    context: &Context<'_, impl States>,
    firm: &FirmId,
    what: &str,
) -> Result<(), Refusal> {
    if context.actor.is_firm(firm) {
        return Ok(());
    }
    refuse(&format!("the firm {firm}"), context.actor, what)
}

/// Only that firm, that park's administration or the ledger keeper may.
pub fn require_firm_or_park(
    context: &Context<'_, impl States>,
    firm: &FirmId,
    park: &ParkId,
    what: &str,
) -> Result<(), Refusal> {
    let may = match context.actor {
        Actor::Keeper => true,
        Actor::Park(actor) => actor == park,
        Actor::Firm(actor) => actor == firm,
    };
    if may {
        return Ok(());
    }
    let who = format!("the firm {firm}, the park {park} or the ledger keeper");
    refuse(&who, context.actor, what)
}
