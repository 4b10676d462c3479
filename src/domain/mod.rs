//! What may happen in a park: commands, events and the rules between them.
//!
//! Pure: no clock, disk, socket or random number.

pub mod catalogue;
pub mod code;
pub mod decimal;
pub mod id;
pub mod money;
pub mod operation;
pub mod party_id;
pub mod quantity;
pub(crate) mod text_value;
pub mod time;
pub mod unit;
pub mod value_error;
