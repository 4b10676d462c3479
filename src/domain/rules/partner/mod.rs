//! Partners who are not registered here: what one side records of them, and what they answer.
//!
//! Invariant: nobody speaks for a partner but the holder of a link that was made for one question,
//! or, after the keeper has joined the two, the registered firm. Until then what stands in figures
//! by one side's word is told apart.

mod counterparty;
mod entry;
mod link;
#[cfg(test)]
mod tests;

use crate::domain::event::Event;
use crate::domain::refusal::Refusal;

pub use counterparty::{claim_counterparty, evolve, is_unregistered, record_counterparty};
pub use entry::{confirm_entry, first_word_of_receiver, first_word_of_supplier};
pub use link::{answer_link, issue_link};

type Decision = Result<Vec<Event>, Refusal>;
