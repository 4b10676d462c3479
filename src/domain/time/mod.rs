//! Time: instants in UTC, civil days and months, and the zones that turn one into the other.
//!
//! Invariant: everything here lies in the years 0000 to 9999, which is what RFC 3339 can write. No
//! clock is read anywhere in this module.

mod civil;
mod day;
mod instant;
mod month;
mod period;
mod zone;

pub use day::{Day, Days};
pub use instant::{UtcMicros, UtcMillis};
pub use month::{Month, Months};
pub use period::Period;
pub use zone::Zone;
