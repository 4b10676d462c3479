//! Which commands were recorded, and where: what makes an id idempotent for ever.

use crate::index::{IndexError, Rows};
use crate::record::Decoded;

pub fn apply(rows: &mut Rows, record: &Decoded) -> Result<(), IndexError> {
    if record.head.step > 0 {
        return Ok(());
    }
    rows.command(record.actor.as_str(), &record.command.id, record.position())
}
