//! The commit point: when a batch is on disk, and what happens when it is not.
//!
//! Invariant: after one failed or short write, or one failed sync, nothing more is written and
//! nothing is synced again. A second fdatasync may succeed although the first one's pages are lost
//! (Linux marks them clean), so only a new process that reads the files anew may go on.

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::log::Place;
use crate::log::batch::Batch;
use crate::log::disk::{Attempt, Disk, DiskError, DiskFile, LockGuard};
use crate::log::reader::LogReader;
use crate::log::segment;
use crate::merkle::Hash;

/// Where a batch becomes durable. A local folder today; a table on a PostgreSQL cluster can stand
/// here as well, so callers assume nothing about files.
pub trait Commit: Send {
    /// When it answers Ok, every record of the batch is durable and visible to readers, and their
    /// callers may be answered. After an error it is unknown whether the batch will be found later:
    /// nobody may be answered, and the process stops.
    fn commit(&mut self, batch: &Batch) -> Result<(), CommitError>;
}

#[derive(Debug, Error)]
pub enum CommitError {
    #[error(
        "the log takes no more records: a write failed, and only reopening tells what is on disk"
    )]
    Stopped,
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// The log as a folder of segments, open for appending by this process alone.
pub struct Log {
    pub(super) disk: Arc<dyn Disk>,
    /// The folder of segments.
    pub(super) folder: PathBuf,
    pub(super) active: Active,
    pub(super) segment_limit: u64,
    /// Position of the next record.
    pub(super) size: u64,
    pub(super) stopped: bool,
    pub(super) reader: LogReader,
    /// Held as long as this process may append.
    pub(super) _lock: LockGuard,
}

/// The last segment, which alone is written to.
pub(super) struct Active {
    pub first: u64,
    pub bytes: u64,
    pub file: Box<dyn DiskFile>,
}

impl Log {
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where the lines of the batch that was committed last stand, with their leaf hashes: what the
    /// tree is extended by.
    pub fn placed<'b>(&self, batch: &'b Batch) -> impl Iterator<Item = (Place, Hash)> + use<'b> {
        assert_eq!(batch.next, self.size, "it is the batch that was committed last");
        let (segment, base) = (self.active.first, self.active.bytes - batch.bytes.len() as u64);
        let place = move |start| Place { segment, offset: base + u64::from(start) };
        batch.starts().map(place).zip(batch.leaves.iter().copied())
    }

    /// Begins a new segment. The old one is durable: each of its batches was synced before it was
    /// acknowledged, and after a failed sync nobody comes here.
    fn roll(&mut self) -> Result<(), DiskError> {
        let path = segment::path(&self.folder, self.size);
        let file = self.disk.create(&path).attempt("create", &path)?;
        // A crash here leaves an empty last segment, or none: both are valid.
        self.disk.sync_folder(&self.folder).attempt("fsync the folder", &self.folder)?;
        // A crash here leaves an empty last segment.
        self.active = Active { first: self.size, bytes: 0, file };
        Ok(())
    }

    fn write(&mut self, batch: &Batch) -> Result<(), DiskError> {
        let length = batch.bytes.len() as u64;
        if self.active.bytes > 0 && self.active.bytes + length > self.segment_limit {
            self.roll()?;
        }
        let path = segment::path(&self.folder, self.active.first);
        self.active.file.append(&batch.bytes).attempt("write to", &path)?;
        // A crash here leaves none, some or all of the batch's bytes, in any order of pages. Nobody
        // was answered: opening keeps its whole commands from the front and cuts the rest.
        self.active.file.sync_data().attempt("fdatasync", &path)
        // A crash here leaves the batch, all of it. Nobody was answered yet: a client that asks
        // again gets the first result, because its command's id stands in the records.
    }
}

impl Commit for Log {
    fn commit(&mut self, batch: &Batch) -> Result<(), CommitError> {
        assert_eq!(batch.first, self.size, "a batch begins where the log ends");
        assert!(batch.is_whole() && !batch.is_empty(), "a batch is made of whole commands");
        if self.stopped {
            return Err(CommitError::Stopped);
        }
        self.stopped = true;
        self.write(batch)?;
        self.stopped = false;
        self.reader.publish(self.active.first, self.active.bytes, batch);
        self.active.bytes += batch.bytes.len() as u64;
        self.size = batch.next;
        Ok(())
    }
}
