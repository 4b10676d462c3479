//! Folds of the log into rows; start-up repair and live running are one function.
//!
//! Invariant: rows are a function of the log alone. Each fold looks at one record at a time and at
//! nothing else; an event that this program does not know stops them all, and is never skipped.

mod commands;
mod facts;
mod lists;
mod states;
#[cfg(test)]
mod tests;
mod totals;

use thiserror::Error;

use crate::index::{Index, IndexError, Rows};
use crate::log::{LogError, LogReader};
use crate::record::{DecodeError, Decoded};

/// How many records are applied under one flush while catching up.
const CHUNK: usize = 20_000;

#[derive(Debug, Error)]
pub enum ProjectionError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// Brings the rows forward. One per index.
pub struct Projector {
    rows: Rows,
    next: u64,
}

impl Projector {
    pub fn new(index: Index) -> Projector {
        let next = index.position();
        Projector { rows: Rows::over(index), next }
    }

    /// How many rows were written so far.
    pub fn written(&self) -> u64 {
        self.rows.written()
    }

    /// Applies records, which follow those that the rows reflect, and makes them visible at once.
    pub fn apply(&mut self, records: &[Decoded]) -> Result<(), ProjectionError> {
        let _watch = self.rows.index().watch();
        for record in records {
            assert_eq!(record.position(), self.next, "the log has no gaps");
            let rows = &mut self.rows;
            states::apply(rows, record);
            lists::apply(rows, record)?;
            facts::apply(rows, record)?;
            commands::apply(rows, record)?;
            self.next += 1;
        }
        if let Some(last) = records.last() {
            self.rows.flush(self.next, &last.leaf)?;
        }
        Ok(())
    }

    /// Applies what the log has below `to` and the rows have not. `progress` is told records done
    /// and to do.
    pub fn catch_up(
        &mut self,
        log: &LogReader,
        to: u64,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), ProjectionError> {
        let from = self.next;
        let mut records = Vec::new();
        while self.next < to {
            let end = to.min(self.next + CHUNK as u64);
            log.scan_stored(self.next, end, |stored| {
                records.push(Decoded::read(&stored.line, stored.head.clone())?);
                Ok::<(), ProjectionError>(())
            })?;
            self.apply(&records)?;
            records.clear();
            progress(self.next - from, to - from);
        }
        Ok(())
    }
}
