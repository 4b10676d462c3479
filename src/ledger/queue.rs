//! What waits for the writer.
//!
//! Invariant: bounded. When too much waits, a caller that can wait does, and one that can't is told
//! to come again: nothing is dropped silently.

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
/// The most that are written under one fdatasync.
pub const MOST_IN_BATCH: usize = 4_096;

pub type Answer = Result<Accepted, SubmitError>;

/// Where an answer goes. Whoever asked may be gone; then nobody hears it.
pub enum Reply {
    One(oneshot::Sender<Answer>),
    Many(usize, mpsc::Sender<(usize, Answer)>),
}

impl Reply {
    pub fn send(self, answer: Answer) {
        match self {
            Reply::One(reply) => drop(reply.send(answer)),
            Reply::Many(place, reply) => drop(reply.send((place, answer))),
        }
    }
}

/// What the writer is asked for.
pub enum Ask {
    Command(Command),
    /// A record that the ledger makes of itself.
    Own(Event),
}

pub struct Job {
    pub ask: Ask,
    pub key: KeyId,
    /// When it is recorded, in a demo ledger.
    pub at: Option<UtcMicros>,
    pub reply: Reply,
}

impl Job {
    pub fn command(command: Command, key: &KeyId, at: Option<UtcMicros>, reply: Reply) -> Job {
        Job { ask: Ask::Command(command), key: key.clone(), at, reply }
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
    jobs: Vec<Job>,
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
        if state.jobs.len() >= MOST_WAITING {
            return Err(SubmitError::Busy("too many commands are waiting"));
        }
        self.add(&mut state, job);
        Ok(())
    }

    /// Adds a job, waiting for room.
    pub fn push_waiting(&self, job: Job) -> Result<(), SubmitError> {
        let mut state = self.lock();
        while state.jobs.len() >= MOST_WAITING && !state.closed {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Err(SubmitError::Stopping);
        }
        self.add(&mut state, job);
        Ok(())
    }

    fn add(&self, state: &mut State, job: Job) {
        state.jobs.push(job);
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
        if state.jobs.len() <= MOST_IN_BATCH {
            taken.append(&mut state.jobs);
        } else {
            taken.extend(state.jobs.drain(..MOST_IN_BATCH));
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
        // A vector of jobs is whole after every statement under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
