//! Facts: the signed quantities behind every figure, in the order of the log.

use crate::domain::fact::facts;
use crate::index::{IndexError, Rows};
use crate::record::Decoded;

pub fn apply(rows: &mut Rows, record: &Decoded) -> Result<(), IndexError> {
    let mut outcome = Ok(());
    facts(&record.event, |fact| {
        if outcome.is_ok() {
            outcome = rows.fact(record.position(), fact);
        }
    });
    outcome
}
