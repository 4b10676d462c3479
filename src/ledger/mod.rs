//! The one writer: decide, append, answer, project.
//!
//! Life of a command: it comes through [`Ledger::submit`] into the writer's queue; the writer takes
//! what waits as one batch, decides each command on the states that the ones before it leave, seals
//! confidential members, commits the batch with one fdatasync, answers, and hands the records to
//! the projector. A refused command leaves nothing. If anything of the commit fails, the process
//! stops: nobody of the batch is answered.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::domain::command::Command;
use crate::domain::id::{CommandId, KeyId};
use crate::domain::refusal::Refusal;
use crate::domain::shapes::Nonconformity;
use crate::domain::time::UtcMicros;
use crate::index::Index;
use crate::log::LogReader;
use crate::log::checkpoint::Signed;
use crate::log::sealed::Sealed;
use crate::log::tree::Tree;

/// What an accepted command left, derived from its records: asked again, it is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    pub command: CommandId,
    /// Rules that the recorded reality breaks; each stops acceptance, use or claim, not the record.
    pub nonconformities: Vec<Nonconformity>,
    /// Position of its last record: read with `at_least` this to see its effect.
    pub position: u64,
    /// The ledger's clock when it was recorded.
    pub recorded_at: UtcMicros,
    pub records: Vec<AcceptedRecord>,
}

/// One record of an accepted command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptedRecord {
    pub position: u64,
    /// For example `delivery/dlv_…`.
    pub stream: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// Why there is no result.
#[derive(Clone, Debug, Error)]
pub enum SubmitError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many commands are waiting, or the clock is not to be trusted now. Ask again later.
    #[error("{0}")]
    Busy(&'static str),
    /// The ledger is stopping. What became of the command is unknown; ask again with the same id.
    #[error("the ledger is stopping")]
    Stopping,
}

/// A ledger that is open; cheap to clone.
#[derive(Clone)]
pub struct Ledger(Arc<Shared>);

struct Shared {}

/// How a ledger is opened.
pub struct Options {
    pub folder: PathBuf,
    /// Where the signing key is; `keys/` in the folder if absent.
    pub keys: Option<PathBuf>,
}

#[derive(Debug, Error)]
pub enum LedgerError {
    #[error("{0}")]
    Placeholder(String),
}

impl Ledger {
    /// Makes a new ledger in a folder that must be empty or absent: signing key, record 0, first
    /// checkpoint. `origin` without its `/blake3`.
    pub fn create(_options: &Options, _origin: &str, _demo: bool) -> Result<(), LedgerError> {
        unreachable!()
    }

    /// Opens the ledger in a folder and starts its writer, projector and checkpoint threads. When
    /// it answers, the rows are brought up to the log.
    pub fn open(_options: Options) -> Result<Ledger, LedgerError> {
        unreachable!()
    }

    /// Gives a command to the writer. `key` is the credential that was used; whether it may act for
    /// the command's actor was checked by the caller.
    pub async fn submit(&self, _command: Command, _key: &KeyId) -> Result<Accepted, SubmitError> {
        unreachable!()
    }

    /// As [`Ledger::submit`], for many and for threads without a runtime: answers in order. With
    /// `clock`, which only a demo ledger takes, that is when they are recorded.
    pub fn submit_all(
        &self,
        _commands: Vec<Command>,
        _key: &KeyId,
        _clock: Option<&[UtcMicros]>,
    ) -> Vec<Result<Accepted, SubmitError>> {
        unreachable!()
    }

    /// How many records are durable.
    pub fn size(&self) -> u64 {
        unreachable!()
    }

    /// Waits until the rows reflect the record at `position`; false when `patience` is over.
    pub async fn projected(&self, _position: u64, _patience: std::time::Duration) -> bool {
        unreachable!()
    }

    pub fn index(&self) -> &Index {
        unreachable!()
    }

    pub fn log(&self) -> &LogReader {
        unreachable!()
    }

    pub fn tree(&self) -> &Tree {
        unreachable!()
    }

    pub fn sealed(&self) -> &Sealed {
        unreachable!()
    }

    /// The newest published checkpoint.
    pub fn checkpoint(&self) -> Option<Arc<Signed>> {
        unreachable!()
    }

    pub fn folder(&self) -> &Path {
        unreachable!()
    }

    /// Stops the threads, after the last batch and a last checkpoint.
    pub fn close(self) {
        unreachable!()
    }
}
