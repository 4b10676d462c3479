//! The writer's thread: a batch of commands at a time, from the queue to the answers.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};

use foldhash::fast::RandomState;
use rand_chacha::ChaCha20Rng;
use tokio::sync::oneshot;

use crate::domain::actor::Actor;
use crate::domain::command::Command;
use crate::domain::decide::decide;
use crate::domain::event::Event;
use crate::domain::id::{CommandId, KeyId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::UtcMicros;
use crate::index::CachedStates;
use crate::ledger::SubmitError;
use crate::ledger::answer::Accepted;
use crate::ledger::clock::Clock;
use crate::ledger::encode::{self, Buffers, Envelope};
use crate::ledger::open::own_key;
use crate::ledger::queue::{Answer, Block, Job};
use crate::ledger::rehearse::too_much;
use crate::ledger::replay::{self, ReplayError};
use crate::ledger::seal;
use crate::ledger::shared::Shared;
use crate::log::sealed::{SealedBatch, SealedWriter};
use crate::log::tree::TreeWriter;
use crate::log::{Batch, Commit as _, Log};
use crate::record::{CommandRef, Decoded, TooLarge};

/// How many records the rows may lag behind before the writer waits for them.
const MOST_LAG: u64 = 200_000;

/// What the ids of the ledger's own records begin with.
const OWN_ID: &str = "cmd_own-";

/// Refuses an id that only the ledger itself may give.
pub fn refuse_own_id(command: &Command) -> Result<(), Refusal> {
    if !command.id.as_str().starts_with(OWN_ID) {
        return Ok(());
    }
    let message = format!("ids that begin with {OWN_ID} are the ledger's own");
    Err(Refusal::new(Code::NotPermitted, "/id", message))
}

/// Names one command for ever.
type Name = (Actor, CommandId);

/// Stops the process, told why. Nobody of the batch is answered: what is on disk decides when the
/// ledger is opened again.
pub fn stop(what: &str, error: &dyn std::fmt::Display) -> ! {
    tracing::error!("the ledger stops: {what}: {error}");
    // Also where no tracing is set up: this is the last word that an operator gets.
    eprintln!("the ledger stops: {what}: {error}");
    std::process::abort()
}

/// An answer that goes out once the batch is durable.
pub enum Waiting {
    One(oneshot::Sender<Answer>, Answer),
    Block(mpsc::Sender<Vec<Answer>>, Vec<Answer>),
    Own(mpsc::Sender<Accepted>, Accepted),
}

impl Waiting {
    /// Whoever asked may be gone: what was asked has happened all the same.
    fn send(self) {
        match self {
            Waiting::One(reply, answer) => drop(reply.send(answer)),
            Waiting::Block(reply, answers) => drop(reply.send(answers)),
            Waiting::Own(reply, accepted) => drop(reply.send(accepted)),
        }
    }
}

pub struct Writer {
    pub shared: Arc<Shared>,
    pub log: Log,
    pub tree: TreeWriter,
    pub sealed: SealedWriter,
    pub states: CachedStates,
    pub clock: Clock,
    pub salts: ChaCha20Rng,
    pub projector: SyncSender<Vec<Decoded>>,
    /// Commands whose ids are not in the rows yet: position of their first record.
    pub recent: HashMap<Name, u64, RandomState>,
    /// The same, in the order of their positions.
    pub recent_order: VecDeque<(u64, Name)>,
    pub batch: Batch,
    pub sealed_batch: SealedBatch,
    pub records: Vec<Decoded>,
    pub answers: Vec<Waiting>,
    pub buffers: Buffers,
    pub buffer: Vec<u8>,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub fn run(mut self) {
        let mut jobs = Vec::new();
        while self.shared.queue.take(&mut jobs) {
            self.batch.restart_at(self.log.size());
            let reading = self.clock.read();
            for job in jobs.drain(..) {
                self.take(job, reading);
            }
            self.commit();
        }
    }

    /// Decides what is asked. Every answer waits for the batch to be durable, a refusal too: it may
    /// tell of what this batch is about to change.
    fn take(&mut self, job: Job, reading: Result<UtcMicros, &'static str>) {
        match job {
            Job::One { command, key, reply } => {
                let answer = reading.map_err(SubmitError::Busy);
                let answer = answer.and_then(|reading| self.command(command, &key, reading));
                self.answers.push(Waiting::One(reply, answer));
            }
            Job::Block { block: Block { commands, clock }, key, reply } => {
                let mut answers = Vec::with_capacity(commands.len());
                for (place, command) in commands.into_iter().enumerate() {
                    let reading = clock.as_ref().map_or(reading, |clock| Ok(clock[place]));
                    let answer = reading.map_err(SubmitError::Busy);
                    answers.push(answer.and_then(|reading| self.command(command, &key, reading)));
                }
                self.answers.push(Waiting::Block(reply, answers));
            }
            Job::Own { event, reply } => {
                // A clock that is off must not keep the ledger from telling of itself.
                let reading = reading.unwrap_or(self.clock.last());
                let accepted = self.own(event, &own_key(), reading);
                self.answers.push(Waiting::Own(reply, accepted));
            }
        }
    }

    fn command(
        &mut self,
        mut command: Command,
        key: &KeyId,
        reading: UtcMicros,
    ) -> Result<Accepted, SubmitError> {
        refuse_own_id(&command)?;
        let name = (command.actor.clone(), command.id.clone());
        if let Some(answer) = self.asked_before(&name, &command) {
            return answer;
        }
        let mark = self.sealed_batch.mark();
        seal::seal(&mut command, &mut self.sealed_batch, &mut self.salts);
        let decided = self.decided(&command, key, reading);
        if decided.is_err() {
            self.sealed_batch.undo_to(mark);
        }
        let accepted = decided?;
        let first = accepted.records[0].position;
        self.recent_order.push_back((first, name.clone()));
        self.recent.insert(name, first);
        Ok(accepted)
    }

    /// Decides a sealed command and adds its records to the batch.
    fn decided(
        &mut self,
        command: &Command,
        key: &KeyId,
        reading: UtcMicros,
    ) -> Result<Accepted, SubmitError> {
        let events = decide(&self.states, self.clock.peek(reading), command)?;
        let hash = seal::hash(command, &mut self.buffer);
        let Command { actor, id, occurred_at, .. } = command;
        let last = self.clock.last();
        let envelope = Envelope {
            actor,
            command: CommandRef { hash, id: id.as_str().to_owned() },
            key: key.as_str(),
            occurred_at: *occurred_at,
            recorded_at: self.clock.stamp(reading),
        };
        let first = self.records.len();
        if let Err(too_large) = self.add(&envelope, events) {
            self.clock.return_to(last);
            return Err(too_much(&too_large).into());
        }
        Ok(Accepted::of(id.clone(), &self.records[first..]))
    }

    /// As [`Writer::run`] does for a job, while no thread runs yet.
    pub fn add_own(&mut self, event: Event) {
        let reading = self.clock.read();
        // A clock that is off must not keep a ledger from opening: time goes on from the last.
        self.add_own_at(event, reading.unwrap_or(self.clock.last()));
    }

    pub fn add_own_at(&mut self, event: Event, reading: UtcMicros) {
        self.own(event, &own_key(), reading);
    }

    /// Makes what was added durable, and leaves the rows to catch up.
    pub fn commit_own(&mut self) {
        self.commit_batch();
        // The projector does not run yet; its queue has room for this.
        self.hand_on();
        self.batch.restart_at(self.log.size());
    }

    /// Adds a record that the ledger makes of itself.
    fn own(&mut self, event: Event, key: &KeyId, reading: UtcMicros) -> Accepted {
        let recorded_at = self.clock.stamp(reading);
        let id: CommandId = format!("{OWN_ID}{:020}", self.batch.next)
            .parse()
            .expect("digits and a dash stand in ids");
        let hash = crate::record::command_hash(id.as_str().as_bytes());
        let envelope = Envelope {
            actor: &Actor::Keeper,
            command: CommandRef { hash, id: id.as_str().to_owned() },
            key: key.as_str(),
            occurred_at: recorded_at.millis(),
            recorded_at,
        };
        let first = self.records.len();
        self.add(&envelope, vec![event]).expect("the ledger's own records are small");
        Accepted::of(id, &self.records[first..])
    }

    /// All of a command's records, or none of them and no trace in the states.
    fn add(&mut self, envelope: &Envelope<'_>, events: Vec<Event>) -> Result<(), TooLarge> {
        let (states, batch, salts) = (&mut self.states, &mut self.batch, &mut self.salts);
        let (buffers, records) = (&mut self.buffers, &mut self.records);
        encode::encode(states, batch, envelope, events, salts, buffers, records)
    }

    /// The answer to a command whose id was used before; none if it was not.
    fn asked_before(
        &mut self,
        name: &Name,
        command: &Command,
    ) -> Option<Result<Accepted, SubmitError>> {
        let found = self.find(name, command).and_then(|records| match records {
            None => Ok(None),
            Some(records) => {
                let (sealed, batch) = (&self.shared.sealed, &self.sealed_batch);
                let command = command.clone();
                replay::answer(command, &records, sealed, batch, &mut self.buffer).map(Some)
            }
        });
        match found {
            Ok(None) => None,
            Ok(Some(answer)) => Some(answer.map_err(SubmitError::Refused)),
            Err(error) => stop("the records of a command that is asked again", &error),
        }
    }

    fn find(&self, name: &Name, command: &Command) -> Result<Option<Vec<Decoded>>, ReplayError> {
        if let Some(position) = self.recent.get(name) {
            let in_batch = position.checked_sub(self.batch.first).map(|at| at as usize);
            return match in_batch {
                None => replay::recorded(&self.shared.log, *position, command),
                Some(at) => {
                    let steps = self.records[at].head.steps as usize;
                    Ok(Some(self.records[at..at + steps].to_vec()))
                }
            };
        }
        let (actor, id) = (command.actor.as_str(), command.id.as_str());
        for position in self.shared.index.command_candidates(actor, id) {
            if let Some(records) = replay::recorded(&self.shared.log, position, command)? {
                return Ok(Some(records));
            }
        }
        Ok(None)
    }

    /// Makes the batch durable, then answers, then hands its records on.
    fn commit(&mut self) {
        self.commit_batch();
        self.answers.drain(..).for_each(Waiting::send);
        self.hand_on();
        let lag = self.log.size().saturating_sub(MOST_LAG);
        self.shared.projected.wait(lag);
        self.release();
    }

    fn commit_batch(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        if let Err(error) = self.sealed.commit(&mut self.sealed_batch) {
            stop("sealed values could not be written", &error);
        }
        // A crash here leaves sealed values that no record names.
        if let Err(error) = self.log.commit(&self.batch) {
            stop("a batch could not be committed", &error);
        }
        // A crash from here on leaves the batch: it has happened, whoever was answered or not.
        let placed = self.log.placed(&self.batch);
        if let Err(error) = self.tree.append(placed) {
            stop("the tree could not be extended", &error);
        }
    }

    fn hand_on(&mut self) {
        if self.records.is_empty() {
            return;
        }
        let records = std::mem::take(&mut self.records);
        if self.projector.send(records).is_err() {
            stop("the rows", &"their thread is gone");
        }
    }

    /// Forgets what the rows have by now.
    fn release(&mut self) {
        let projected = self.shared.projected.get();
        self.states.release(projected);
        while self.recent_order.front().is_some_and(|(at, _)| *at < projected) {
            if let Some((_, name)) = self.recent_order.pop_front() {
                self.recent.remove(&name);
            }
        }
    }
}
