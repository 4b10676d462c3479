//! Rules of contracts: from the proposal to the last day.
//!
//! Invariant: a contract is in force only when both sides have confirmed it, each in a record of
//! its own, and nothing of it changes afterwards but its last day and its call-offs.

mod call_off;
mod evolve;
pub mod named;
mod opening;
mod propose;
mod sides;

use crate::domain::event::Event;
use crate::domain::refusal::Refusal;

pub use call_off::place_call_off;
pub use evolve::evolve;
pub use opening::open_balance;
pub use propose::propose_contract;
pub use sides::{confirm_contract, decline_contract, terminate_contract};

type Decision = Result<Vec<Event>, Refusal>;
