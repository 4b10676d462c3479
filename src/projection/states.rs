//! Present states of aggregates: the rows that rules and queries read.

use crate::domain::evolve::evolve;
use crate::index::Rows;
use crate::record::Decoded;

pub fn apply(rows: &mut Rows, record: &Decoded) {
    evolve(&mut rows.states, &record.meta(), &record.event);
}
