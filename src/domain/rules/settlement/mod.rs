//! Rules of settlement: signing a window's sheet, opening it again, settled quantities, invoices.
//!
//! Invariants: a window is settled when both sides have signed the same numbers, and these are the
//! numbers of its sheet at that moment. Windows are settled in their order. Nothing here
//! contributes to figures.

mod evolve;
mod invoice;
mod quantity;
mod sign;
#[cfg(test)]
mod tests;

use crate::domain::event::Event;
use crate::domain::refusal::Refusal;

pub use evolve::evolve;
pub use invoice::{record_invoice, record_payment};
pub use quantity::settle_quantity;
pub use sign::{restate_window, sign_sheet, signed_by_partner};

type Decision = Result<Vec<Event>, Refusal>;

const CONTRACT: &str = "/data/contract";
const MONTH: &str = "/data/month";
