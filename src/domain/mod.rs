//! What may happen in a park: commands, events and the rules between them. Pure: no clock, disk, socket or random number.

pub mod decimal;
pub mod id;
pub mod quantity;
pub(crate) mod text_value;
pub mod time;
pub mod unit;
pub mod value_error;
