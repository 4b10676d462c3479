//! The append-only segment files: the truth, and the commit point.
//!
//! Invariant: when [`Commit::commit`] answers Ok, the batch is on disk, all of it, and no crash, no
//! repair and no later failure takes it away. Readers never see a byte of a batch before that.
//!
//! What a crash can leave, and what [`open`] makes of it: part of an unacknowledged batch at the
//! end (its whole commands are kept and made durable, the rest is copied to `torn/` and cut); an
//! empty last segment (kept); a temporary file (removed). Anything else was not left by a crash of
//! ours: opening stops and names the position and the file.
//!
//! Trust: whoever can write into the folder can stop the ledger or fork it, but cannot change a
//! record unseen by those who hold a checkpoint.

pub mod attachments;
mod batch;
pub mod checkpoint;
mod commit;
pub mod disk;
pub mod fault;
mod feed;
mod open;
mod reader;
mod repair;
pub mod sealed;
pub mod segment;
mod survey;
mod table;
#[cfg(test)]
mod tests;
pub mod tree;

use thiserror::Error;

pub use batch::Batch;
pub use commit::{Commit, CommitError, Log};
pub use feed::FeedError;
pub use open::{OpenOptions, Opened, open, view};
pub use reader::{LogError, LogReader, Stored};
pub use repair::{FOLDER as TORN_FOLDER, TailCut, parse_copy_name};
pub use survey::{Disorder, OpenError, Proof, Tail};
pub use tree::Place;

use crate::record::LineError;

/// Where older records stand, so that one can be read without reading its segment. Only a hint:
/// what is found there is verified, and without an answer the segment is searched.
pub trait Offsets: Send + Sync {
    /// How many records are covered, from position 0 on.
    fn size(&self) -> u64;
    fn place(&self, position: u64) -> Option<Place>;
}

/// Why the bytes at some place are not the record that belongs there.
#[derive(Debug, Error)]
pub enum Defect {
    #[error("its line does not end")]
    Unended,
    #[error(transparent)]
    Line(#[from] LineError),
    #[error("the line is that of record {0}")]
    OtherRecord(u64),
}
