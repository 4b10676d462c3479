//! Rules of deliveries, loads and metered periods alike: from dispatch to use.
//!
//! Invariants: what happened is recorded, whatever rule it breaks, with the rule noted; only a
//! contradiction (a net that is not gross less tare, a ticket that stands for another load) is no
//! record of anything. What is claimed of it (accepted, used, disposed of) is refused where a rule
//! is broken. No quantity comes from nowhere: accepted and rejected are what was received, used and
//! disposed of are at most what was accepted.
//!
//! A recorded fact may be dated into a closed month, and is noted; what a firm decides about it
//! (acceptance, rejection and its end, use, disposal, cancellation, a resolved discrepancy) may
//! not.

mod accept;
mod adjust;
mod cancel;
mod correct;
pub mod difference;
mod discrepancy;
mod dispatch;
pub mod dispute;
mod evolve;
mod metered;
#[cfg(test)]
mod model;
mod network;
pub mod noted;
mod readings;
mod receive;
mod rejection;
pub mod shared;
mod usage;
mod weighing;

use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::rules::{mass_balance, stock};
use crate::domain::states::StatesMut;

pub use accept::{accept_delivery, check_claim, reject_delivery};
pub use adjust::{
    adjust_metered_periods, confirm_adjustment, decline_adjustment, evolve_adjustment,
};
pub use cancel::cancel_delivery;
pub use correct::{approve_correction, decline_correction, request_correction};
pub use discrepancy::resolve_discrepancy;
pub use dispatch::dispatch_delivery;
pub use dispute::{dispute_delivery, settle_dispute, withdraw_dispute};
pub use metered::record_metered_period;
pub use network::{evolve_balance, record_network_balance};
pub use receive::receive_delivery;
pub use rejection::{dispose_rejection, redirect_rejection, return_rejection};
pub use shared::not_closed;
pub use usage::{dispose_delivery, free_of, part_of_lot, part_of_pile, use_delivery};

type Decision = Result<Vec<Event>, Refusal>;

/// Leaves the delivery's states, and what it moved in stock accounts and mass balances.
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    evolve::evolve(states, meta, event);
    stock::follow(states, meta, event);
    mass_balance::follow(states, meta, event);
}
