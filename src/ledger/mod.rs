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
pub mod attached;
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

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
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
use crate::ledger::queue::{Answer, Block, Job, MOST_IN_BLOCK};
use crate::ledger::shared::Shared;
use crate::log::LogReader;
use crate::log::attachments::Attachments;
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
}

impl Options {
    pub fn new(folder: impl Into<PathBuf>) -> Options {
        Options { folder: folder.into(), keys: None }
    }

    fn keys_folder(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.folder.join(keys::FOLDER))
    }
}

/// A ledger that is open; cheap to clone. The threads stop when [`Ledger::close`] is called.
#[derive(Clone)]
pub struct Ledger(Arc<Shared>);

/// Commands that the writer has been given.
pub struct Begun {
    /// What was refused before the queue, by the command's place.
    early: BTreeMap<usize, SubmitError>,
    /// How many commands each block has, and where its answers come.
    blocks: Vec<(usize, mpsc::Receiver<Vec<Answer>>)>,
}

impl Begun {
    /// Waits for the answers, in the order of the commands.
    pub fn wait(self) -> Vec<Answer> {
        let Begun { mut early, blocks } = self;
        let answers = blocks.into_iter().flat_map(|(count, answers)| {
            let stopping = || (0..count).map(|_| Err(SubmitError::Stopping)).collect();
            answers.recv().unwrap_or_else(|_| stopping())
        });
        if early.is_empty() {
            return answers.collect();
        }
        let (mut answers, mut all) = (answers, Vec::new());
        loop {
            match early.remove(&all.len()) {
                Some(error) => all.push(Err(error)),
                None => match answers.next() {
                    Some(answer) => all.push(answer),
                    None => return all,
                },
            }
        }
    }
}

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
        attached::require(&self.0.attachments, &command.request)?;
        let (reply, answer) = oneshot::channel();
        self.0.queue.push(Job::One { command, key: key.clone(), reply })?;
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
        self.begin_all(commands, key, clock).wait()
    }

    /// As [`Ledger::submit_all`], not waiting for the answers: the caller prepares what comes next
    /// while these are written. It waits only where too much waits already.
    pub fn begin_all(
        &self,
        commands: Vec<Command>,
        key: &KeyId,
        clock: Option<&[UtcMicros]>,
    ) -> Begun {
        assert!(clock.is_none() || self.0.demo, "only a demo ledger takes another clock");
        assert!(clock.is_none_or(|clock| clock.len() == commands.len()), "one time a command");
        let mut begun = Begun { early: BTreeMap::new(), blocks: Vec::new() };
        let (mut clock, mut rest) = (clock.map(<[UtcMicros]>::to_vec), Vec::new());
        for (place, command) in commands.into_iter().enumerate() {
            match attached::require(&self.0.attachments, &command.request) {
                Ok(()) => rest.push(command),
                Err(error) => drop(begun.early.insert(place, error)),
            }
        }
        if let Some(clock) = &mut clock {
            let mut place = 0..;
            clock.retain(|_| place.next().is_some_and(|at| !begun.early.contains_key(&at)));
        }
        while !rest.is_empty() {
            let count = rest.len().min(MOST_IN_BLOCK);
            let commands: Vec<Command> = rest.drain(..count).collect();
            let clock = clock.as_mut().map(|clock| clock.drain(..count).collect());
            let (reply, answers) = mpsc::channel();
            let block = Block { commands, clock };
            // A queue that is closed drops the job, and with it the sender.
            drop(self.0.queue.push_waiting(Job::Block { block, key: key.clone(), reply }));
            begun.blocks.push((count, answers));
        }
        begun
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

    pub fn attachments(&self) -> &Attachments {
        &self.0.attachments
    }

    /// The newest published checkpoint.
    pub fn checkpoint(&self) -> Option<Arc<Signed>> {
        self.0.checkpoint()
    }

    /// A checkpoint that covers the record at a position, signed at once if none does yet; none
    /// when patience is over.
    pub async fn covering(&self, position: u64, patience: Duration) -> Option<Arc<Signed>> {
        if self.0.signed.get() <= position {
            self.0.publisher.ring();
            self.0.signed.reach(position + 1, patience).await;
        }
        self.checkpoint().filter(|signed| signed.checkpoint.size > position)
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
