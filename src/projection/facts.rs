//! Facts: the signed quantities behind every figure, in the order of the log, and their sums.

use crate::domain::fact::facts;
use crate::index::{IndexError, Rows};
use crate::projection::totals;
use crate::record::Decoded;

pub fn apply(rows: &mut Rows, record: &Decoded) -> Result<(), IndexError> {
    let mut outcome = Ok(());
    let mut place = 0;
    facts(&record.event, |fact| {
        if outcome.is_ok() {
            outcome =
                totals::apply(rows, &fact).and_then(|()| rows.fact(record.position(), place, fact));
            place += 1;
        }
    });
    outcome
}
