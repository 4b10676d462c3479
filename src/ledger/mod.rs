//! The one writer: decide, append, answer, project.
//!
//! Life of a command: it comes through [`Ledger::submit`] into the writer's queue; the writer takes
//! what waits as one batch, decides each command on the states that the ones before it leave, seals
//! confidential members, commits the batch with one fdatasync, answers, and hands the records to
//! the projector. A refused command leaves nothing. If anything of the commit fails, the process
//! stops: nobody of the batch is answered.
//!
//! Invariant: this is the only caller of [`Commit::commit`](crate::log::Commit::commit), on one
//! thread; recorded times strictly increase, also across restarts and whatever the clock does.

mod answer;
mod clock;
mod create;
mod encode;
mod keys;
mod open;
mod project;
mod publish;
mod queue;
mod rehearse;
mod replay;
mod rotate;
mod seal;
mod shared;
#[cfg(test)]
pub(crate) mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::oneshot;

pub use answer::{Accepted, AcceptedRecord};
pub use create::create;
pub use keys::KeyFileError;
pub use open::LedgerError;
pub use rehearse::Rehearsed;

use crate::domain::command::Command;
use crate::domain::id::KeyId;
use crate::domain::refusal::Refusal;
use crate::domain::time::UtcMicros;
use crate::index::Index;
use crate::ledger::queue::{Job, Reply};
use crate::ledger::shared::Shared;
use crate::log::LogReader;
use crate::log::checkpoint::Signed;
use crate::log::sealed::Sealed;
use crate::log::tree::Tree;
use crate::record::note::VerifierKey;

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

/// How a ledger is opened.
#[derive(Clone, Debug)]
pub struct Options {
    pub folder: PathBuf,
    /// Where the signing key is; `keys/` in the folder if absent.
    pub keys: Option<PathBuf>,
    /// Seeds the salts, so that a demo ledger is the same bytes each time. Only demo ledgers take
    /// one: with a seed that others know, a salt hides nothing.
    pub demo_seed: Option<[u8; 32]>,
}

impl Options {
    pub fn new(folder: impl Into<PathBuf>) -> Options {
        Options { folder: folder.into(), keys: None, demo_seed: None }
    }

    fn keys_folder(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.folder.join(keys::FOLDER))
    }
}

/// A ledger that is open; cheap to clone. The threads stop when [`Ledger::close`] is called.
#[derive(Clone)]
pub struct Ledger(Arc<Shared>);

impl Ledger {
    /// Opens the ledger in a folder and starts its writer, projector and checkpoint threads. When
    /// it answers, the rows are brought up to the log. `progress` is told records done and to do.
    pub fn open(
        options: &Options,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Ledger, LedgerError> {
        open::open(options, progress).map(Ledger)
    }

    /// Gives a command to the writer. `key` is the credential that was used; whether it may act for
    /// the command's actor was checked by the caller.
    pub async fn submit(&self, command: Command, key: &KeyId) -> Result<Accepted, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let job = Job::command(command, key, None, Reply::One(reply));
        self.0.queue.push(job)?;
        answer.await.unwrap_or(Err(SubmitError::Stopping))
    }

    /// As [`Ledger::submit`], for many and for threads without a runtime: answers in order. With
    /// `clock`, which only a demo ledger takes, that is when they are recorded.
    pub fn submit_all(
        &self,
        commands: Vec<Command>,
        key: &KeyId,
        clock: Option<&[UtcMicros]>,
    ) -> Vec<Result<Accepted, SubmitError>> {
        assert!(clock.is_none() || self.0.demo, "only a demo ledger takes another clock");
        assert!(clock.is_none_or(|clock| clock.len() == commands.len()), "one time a command");
        let count = commands.len();
        let (send, receive) = std::sync::mpsc::channel();
        for (place, command) in commands.into_iter().enumerate() {
            let at = clock.map(|clock| clock[place]);
            let job = Job::command(command, key, at, Reply::Many(place, send.clone()));
            if self.0.queue.push_waiting(job).is_err() {
                break;
            }
        }
        drop(send);
        let mut answers: Vec<_> = (0..count).map(|_| Err(SubmitError::Stopping)).collect();
        for (place, answer) in receive {
            answers[place] = answer;
        }
        answers
    }

    /// What [`Ledger::submit_all`] would answer, each command decided on the states that the ones
    /// before it would leave. Nothing is written, and the writer is not disturbed. Waits for the
    /// rows to reflect what is durable now.
    pub fn rehearse(&self, commands: &[Command]) -> Vec<Result<Rehearsed, SubmitError>> {
        rehearse::rehearse(&self.0, commands)
    }

    /// Replaces the signing key. Answers the new verifier key once a checkpoint signed by both keys
    /// covers the record that tells of it.
    pub fn rotate_key(&self) -> Result<VerifierKey, LedgerError> {
        rotate::rotate(&self.0)
    }

    /// How many records are durable.
    pub fn size(&self) -> u64 {
        self.0.log.size()
    }

    /// Waits until the rows reflect the record at `position`; false when `patience` is over.
    pub async fn projected(&self, position: u64, patience: Duration) -> bool {
        self.0.projected.reach(position + 1, patience).await
    }

    /// As [`Ledger::projected`] for all that is durable now, for threads without a runtime.
    pub fn settle(&self) {
        self.0.projected.wait(self.size());
    }

    pub fn index(&self) -> &Index {
        &self.0.index
    }

    pub fn log(&self) -> &LogReader {
        &self.0.log
    }

    pub fn tree(&self) -> &Tree {
        &self.0.tree
    }

    pub fn sealed(&self) -> &Sealed {
        &self.0.sealed
    }

    /// The newest published checkpoint.
    pub fn checkpoint(&self) -> Option<Arc<Signed>> {
        self.0.checkpoint()
    }

    /// How long ago the newest checkpoint covered all that was durable then.
    pub fn checkpoint_age(&self) -> Duration {
        self.0.checkpoint_age()
    }

    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Whether it is a demo ledger.
    pub fn is_demo(&self) -> bool {
        self.0.demo
    }

    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Stops the threads, after the last batch and a last checkpoint. Commands that come later are
    /// answered [`SubmitError::Stopping`].
    pub fn close(&self) {
        self.0.close();
    }
}
