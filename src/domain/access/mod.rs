//! Who may do what: [`authorize`] answers for every command and every read.
//!
//! Invariant: nothing is allowed that is not named there. A key acts for the party that it was
//! issued to and for nobody else; which side of a contract a firm is on is the business of
//! `decide`.

mod authorize;
mod concern;
mod role;

pub use authorize::{Action, Denial, authorize};
pub use concern::{Concerned, acting_site, concerned};
pub use role::{Principal, Role};
