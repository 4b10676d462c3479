//! What may happen in a park: commands, events and the rules between them. Pure: no clock, disk, socket or random number.

pub mod id;
pub(crate) mod text_value;
pub mod time;
pub mod value_error;
