//! The projector's thread: brings the rows up to the log, in the order of the log.
//!
//! Invariant: it applies what the writer hands over, or what it reads from the log, through the one
//! function that start-up uses; rows and their position change together.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use crate::ledger::shared::Shared;
use crate::ledger::writer::stop;
use crate::projection::Projector;
use crate::record::Decoded;

/// The most records that are applied under one flush.
const MOST_AT_ONCE: usize = 20_000;

/// Works until the writer is gone.
pub fn run(shared: &Arc<Shared>, mut projector: Projector, from: &Receiver<Vec<Decoded>>) {
    while let Ok(mut records) = from.recv() {
        while records.len() < MOST_AT_ONCE {
            match from.try_recv() {
                Ok(more) => records.extend(more),
                Err(_) => break,
            }
        }
        let last = records.last().expect("the writer sends no empty batch").position();
        if let Err(error) = projector.apply(&records) {
            stop("the rows could not follow the log", &error);
        }
        shared.projected.set(last + 1);
    }
    if let Err(error) = shared.index.flush() {
        // The rows are behind then, and catch up when they are opened again.
        tracing::warn!("the rows could not be flushed: {error}");
    }
}
