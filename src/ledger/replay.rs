//! Commands that are asked again.
//!
//! Invariant: (actor, id) names one command for ever. The same content is answered from its
//! records; other content is refused. The table of ids only offers candidates: the records decide.

use thiserror::Error;

use crate::domain::command::Command;
use crate::domain::confidential::Sealed as SealedMember;
use crate::domain::refusal::{Code, Refusal};
use crate::ledger::answer::Accepted;
use crate::ledger::seal;
use crate::log::sealed::{Sealed, SealedBatch, SealedError};
use crate::log::{LogError, LogReader};
use crate::merkle::Hash;
use crate::record::{DecodeError, Decoded, Line};

/// Why the records of a command can't be read.
#[derive(Debug, Error)]
pub enum ReplayError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Sealed(#[from] SealedError),
}

/// The records of the command whose first one stands at `position`; none if that record is of
/// another command.
pub fn recorded(
    log: &LogReader,
    position: u64,
    command: &Command,
) -> Result<Option<Vec<Decoded>>, ReplayError> {
    let first = decode(log, position)?;
    if !is_of(&first, command) || first.head.step != 0 {
        return Ok(None);
    }
    let mut records = vec![first];
    for step in 1..u64::from(records[0].head.steps) {
        records.push(decode(log, position + step)?);
    }
    Ok(Some(records))
}

pub fn is_of(record: &Decoded, command: &Command) -> bool {
    record.actor == command.actor && record.command.id == command.id.as_str()
}

fn decode(log: &LogReader, position: u64) -> Result<Decoded, ReplayError> {
    let bytes = log.read(position)?;
    let line = Line::split(&bytes).map_err(DecodeError::Line)?;
    let head = line.verify().map_err(DecodeError::Line)?;
    Ok(Decoded::read(&line, head)?)
}

/// The answer to a command that was recorded before.
pub fn answer(
    mut command: Command,
    records: &[Decoded],
    kept: &Sealed,
    batch: &SealedBatch,
    buffer: &mut Vec<u8>,
) -> Result<Result<Accepted, Refusal>, ReplayError> {
    seal::reseal(&mut command, &commitments(records), kept, batch)?;
    let known = &records[0].command;
    if seal::hash(&command, buffer) == known.hash {
        return Ok(Ok(Accepted::of(command.id, records)));
    }
    let message = format!(
        "{} was used for another command, recorded at position {}; choose a new id for new content",
        command.id,
        records[0].position()
    );
    Ok(Err(Refusal::new(Code::CommandIdReused, "/id", message)))
}

/// Every commitment that stands in the records.
fn commitments(records: &[Decoded]) -> Vec<Hash> {
    fn collect(value: &serde_json::Value, out: &mut Vec<Hash>) {
        if let Ok(SealedMember { sealed }) =
            <SealedMember as serde::Deserialize>::deserialize(value)
        {
            out.push(Hash(sealed.0));
            return;
        }
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, out)),
            serde_json::Value::Object(members) => {
                members.values().for_each(|member| collect(member, out));
            }
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::String(_) => {}
        }
    }
    let mut out = Vec::new();
    for record in records {
        let value = serde_json::to_value(&record.event).expect("events have string keys");
        collect(&value, &mut out);
    }
    out
}
