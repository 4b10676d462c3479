//! Rehearsal: what the writer would answer to commands, without writing any.
//!
//! Each command is decided on the states that the ones before it would leave, on an overlay over
//! the rows that is thrown away. The writer is neither asked nor held up; what it commits meanwhile
//! may or may not be seen.
//!
//! Invariant: while nobody else writes, the answers are those that the same commands would get from
//! [`Ledger::submit_all`](crate::ledger::Ledger::submit_all), apart from positions and times.

use std::collections::HashMap;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::domain::actor::Actor;
use crate::domain::command::Command;
use crate::domain::decide::decide;
use crate::domain::digest::Digest;
use crate::domain::id::CommandId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::shapes::Nonconformity;
use crate::domain::time::UtcMicros;
use crate::index::CachedStates;
use crate::ledger::SubmitError;
use crate::ledger::answer::Accepted;
use crate::ledger::clock::Clock;
use crate::ledger::encode::{self, Buffers, Envelope};
use crate::ledger::replay::{self, ReplayError};
use crate::ledger::shared::Shared;
use crate::ledger::writer::refuse_own_id;
use crate::log::Batch;
use crate::log::sealed::SealedBatch;
use crate::merkle::Hash;
use crate::record::{CommandRef, DecodeError, Line, TooLarge};

/// What a command would be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed {
    /// Whether it is recorded already, or stood among the commands before it.
    pub already_in: bool,
    /// Rules that the recorded reality would break.
    pub nonconformities: Vec<Nonconformity>,
    /// Position of its last record, if it is recorded already.
    pub position: Option<u64>,
}

type Answer = Result<Rehearsed, SubmitError>;

/// Answers for each command, in order.
pub fn rehearse(shared: &Shared, commands: &[Command]) -> Vec<Answer> {
    // What is durable now is what the first command is decided on.
    shared.projected.wait(shared.log.size());
    match Stage::set(shared) {
        Ok(mut stage) => commands.iter().map(|command| stage.play(command)).collect(),
        Err(error) => commands.iter().map(|_| Err(error.clone())).collect(),
    }
}

struct Stage<'a> {
    shared: &'a Shared,
    states: CachedStates,
    clock: Clock,
    reading: UtcMicros,
    batch: Batch,
    /// Salts of records that nobody ever sees.
    salts: ChaCha20Rng,
    buffers: Buffers,
    buffer: Vec<u8>,
    /// Commands that would be in by now, as they were asked.
    played: HashMap<(Actor, CommandId), (Command, Rehearsed)>,
}

impl<'a> Stage<'a> {
    fn set(shared: &'a Shared) -> Result<Stage<'a>, SubmitError> {
        let size = shared.log.size();
        let last = last_recorded_at(shared, size).map_err(unreadable)?;
        let mut clock = Clock::after(last);
        let reading = clock.read().map_err(SubmitError::Busy)?;
        Ok(Stage {
            shared,
            states: CachedStates::ahead(shared.index.clone()),
            clock,
            reading,
            batch: Batch::starting_at(size),
            salts: ChaCha20Rng::from_seed([0; 32]),
            buffers: Buffers::default(),
            buffer: Vec::new(),
            played: HashMap::new(),
        })
    }

    fn play(&mut self, command: &Command) -> Answer {
        refuse_own_id(command)?;
        let name = (command.actor.clone(), command.id.clone());
        if let Some((asked, answer)) = self.played.get(&name) {
            if asked == command {
                return Ok(Rehearsed { already_in: true, ..answer.clone() });
            }
            let message = format!("{} is used for another command before it", command.id);
            return Err(Refusal::new(Code::CommandIdReused, "/id", message).into());
        }
        if let Some(answer) = self.recorded(command)? {
            return Ok(answer);
        }
        let nonconformities = self.decided(command)?;
        let answer = Rehearsed { already_in: false, nonconformities, position: None };
        self.played.insert(name, (command.clone(), answer.clone()));
        Ok(answer)
    }

    /// The answer to a command whose id stands in the log already.
    fn recorded(&mut self, command: &Command) -> Result<Option<Rehearsed>, SubmitError> {
        let (actor, id) = (command.actor.as_str(), command.id.as_str());
        for position in self.shared.index.command_candidates(actor, id) {
            let found = replay::recorded(&self.shared.log, position, command);
            let Some(records) = found.map_err(unreadable)? else { continue };
            let (sealed, none) = (&self.shared.sealed, SealedBatch::default());
            let command = command.clone();
            let answer = replay::answer(command, &records, sealed, &none, &mut self.buffer);
            let Accepted { nonconformities, position, .. } = answer.map_err(unreadable)??;
            let position = Some(position);
            return Ok(Some(Rehearsed { already_in: true, nonconformities, position }));
        }
        Ok(None)
    }

    /// Decides a command that is new, and leaves the states as it would.
    fn decided(&mut self, command: &Command) -> Result<Vec<Nonconformity>, SubmitError> {
        let mut command = command.clone();
        // No rule sees a confidential value, so any commitment does.
        command.request.seal(&mut |_, _| Digest([0; 32]));
        let events = decide(&self.states, self.clock.peek(self.reading), &command)?;
        let Command { actor, id, occurred_at, .. } = &command;
        let envelope = Envelope {
            actor,
            command: CommandRef { hash: Hash([0; 32]), id: id.as_str().to_owned() },
            key: "key_rehearsal",
            occurred_at: *occurred_at,
            recorded_at: self.clock.stamp(self.reading),
        };
        self.batch.restart_at(self.batch.next);
        let (batch, salts, buffers) = (&mut self.batch, &mut self.salts, &mut self.buffers);
        let mut records = Vec::new();
        encode::encode(&mut self.states, batch, &envelope, events, salts, buffers, &mut records)
            .map_err(|too_large| too_much(&too_large))?;
        Ok(Accepted::of(id.clone(), &records).nonconformities)
    }
}

/// The refusal of a command whose record would be too large.
pub fn too_much(too_large: &TooLarge) -> Refusal {
    let message = format!("{too_large}; split what is asked into several commands");
    Refusal::new(Code::RecordTooLarge, "/data", message)
}

fn last_recorded_at(shared: &Shared, size: u64) -> Result<Option<UtcMicros>, ReplayError> {
    let Some(last) = size.checked_sub(1) else { return Ok(None) };
    let bytes = shared.log.read(last)?;
    let head = Line::split(&bytes).and_then(|line| line.verify()).map_err(DecodeError::Line)?;
    Ok(Some(head.recorded_at))
}

/// The writer stops where the log can't be read; a rehearsal only says so.
fn unreadable(error: ReplayError) -> SubmitError {
    tracing::error!("a rehearsal could not read the log: {error}");
    SubmitError::Busy("the log could not be read; its operator finds the cause in the traces")
}
