//! What waits for the writer.
//!
//! Invariant: bounded. When too much waits, a caller that can wait does, and one that can't is told
//! to come again: nothing is dropped silently.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use tokio::sync::oneshot;

use crate::domain::command::Command;
use crate::domain::event::Event;
use crate::domain::id::KeyId;
use crate::domain::time::UtcMicros;
use crate::ledger::SubmitError;
use crate::ledger::answer::Accepted;

/// The most commands that may wait.
const MOST_WAITING: usize = 20_000;
/// The most that are written under one fdatasync, if they are not of one block.
const MOST_IN_BATCH: usize = 4_096;
/// The most that a caller puts into one block.
pub const MOST_IN_BLOCK: usize = 1_024;

pub type Answer = Result<Accepted, SubmitError>;

/// What the writer is asked for, and where the answer goes. Whoever asked may be gone; then nobody
/// hears it.
pub enum Job {
    One {
        command: Command,
        key: KeyId,
        reply: oneshot::Sender<Answer>,
    },
    /// Commands that are answered together, in order.
    Block {
        block: Block,
        key: KeyId,
        reply: mpsc::Sender<Vec<Answer>>,
    },
    /// A record that the ledger makes of itself.
    Own {
        event: Event,
        reply: mpsc::Sender<Accepted>,
    },
}

/// Commands of one caller.
pub struct Block {
    pub commands: Vec<Command>,
    /// When each is recorded, in a demo ledger.
    pub clock: Option<Vec<UtcMicros>>,
}

impl Job {
    fn commands(&self) -> usize {
        match self {
            Job::One { .. } | Job::Own { .. } => 1,
            Job::Block { block, .. } => block.commands.len(),
        }
    }
}

#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// How many commands the jobs have.
    waiting: usize,
    closed: bool,
    /// Whether the writer sleeps until something comes.
    idle: bool,
}

impl Queue {
    /// Adds a job, or says that too much waits.
    pub fn push(&self, job: Job) -> Result<(), SubmitError> {
        let mut state = self.lock();
        if state.closed {
            return Err(SubmitError::Stopping);
        }
        if state.waiting >= MOST_WAITING {
            return Err(SubmitError::Busy("too many commands are waiting"));
        }
        self.add(&mut state, job);
        Ok(())
    }

    /// Adds a job, waiting for room.
    pub fn push_waiting(&self, job: Job) -> Result<(), SubmitError> {
        let mut state = self.lock();
        while state.waiting >= MOST_WAITING && !state.closed {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Err(SubmitError::Stopping);
        }
        self.add(&mut state, job);
        Ok(())
    }

    fn add(&self, state: &mut State, job: Job) {
        state.waiting += job.commands();
        state.jobs.push_back(job);
        if state.idle {
            state.idle = false;
            self.filled.notify_one();
        }
    }

    /// Moves what waits, at most a batch, behind `taken`. Waits for the first; false when the queue
    /// was closed and is empty.
    pub fn take(&self, taken: &mut Vec<Job>) -> bool {
        let mut state = self.lock();
        while state.jobs.is_empty() {
            if state.closed {
                return false;
            }
            state.idle = true;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut room = MOST_IN_BATCH;
        while let Some(first) = state.jobs.front() {
            if !taken.is_empty() && first.commands() > room {
                break;
            }
            let job = state.jobs.pop_front().expect("it was looked at just now");
            let commands = job.commands();
            room = room.saturating_sub(commands);
            state.waiting -= commands;
            taken.push(job);
        }
        drop(state);
        self.emptied.notify_all();
        true
    }

    /// Nothing comes any more.
    pub fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The count follows the jobs under the same lock, and nothing between the two can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
