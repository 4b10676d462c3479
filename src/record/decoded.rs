//! A record read for its meaning: HEAD's envelope, BODY's, and the event that BODY's data says.
//!
//! Invariant: whatever this program ever wrote it reads. A shape of an older schema is read by its
//! own arm of [`Event::parse`] and becomes the present one here; the stored bytes never change. A
//! type or schema that it does not know is an error, and whoever folds the log stops there.

use thiserror::Error;

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::time::UtcMillis;
use crate::merkle::Hash;
use crate::record::body::{Body, CommandRef};
use crate::record::head::Head;
use crate::record::line::{Line, LineError};

/// Why a record that verifies can't be read for its meaning.
#[derive(Debug, Error)]
pub enum DecodeError {
    #[error(transparent)]
    Line(#[from] LineError),
    #[error(
        "record {position} has the type {kind}, schema {schema}, which this program is too old for"
    )]
    UnknownType { position: u64, kind: String, schema: u16 },
    #[error("record {position}: {error}")]
    Data { position: u64, error: serde_json::Error },
    #[error("record {position} names the actor {actor:?}")]
    Actor { position: u64, actor: String },
}

/// A record's meaning, with its envelope.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub head: Head,
    /// The line's HASH.
    pub leaf: Hash,
    pub actor: Actor,
    pub command: CommandRef,
    pub key: String,
    pub occurred_at: UtcMillis,
    pub stream: String,
    pub version: u64,
    pub event: Event,
}

impl Decoded {
    /// Reads a line that was verified, whose HEAD verifying has read.
    pub fn read(line: &Line<'_>, head: Head) -> Result<Decoded, DecodeError> {
        let Body { actor, command, data, key, occurred_at, salt: _, stream, version } =
            line.body()?;
        let position = head.position;
        let event = match Event::parse(&head.kind, head.schema, data.get()) {
            Some(Ok(event)) => event,
            Some(Err(error)) => return Err(DecodeError::Data { position, error }),
            None => {
                let (kind, schema) = (head.kind, head.schema);
                return Err(DecodeError::UnknownType { position, kind, schema });
            }
        };
        let Ok(actor) = actor.parse() else {
            return Err(DecodeError::Actor { position, actor });
        };
        let leaf = line.hash;
        Ok(Decoded { head, leaf, actor, command, key, occurred_at, stream, version, event })
    }

    pub fn position(&self) -> u64 {
        self.head.position
    }

    /// What `evolve` needs of the envelope.
    pub fn meta(&self) -> Meta<'_> {
        Meta {
            position: self.head.position,
            parks: &self.head.parks,
            actor: &self.actor,
            occurred_at: self.occurred_at,
            recorded_at: self.head.recorded_at,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use crate::domain::samples;
    use crate::record::canonical::{canonical, is_canonical};

    #[test]
    fn what_serde_writes_of_commands_and_events_is_canonical() {
        let commands = samples::commands();
        let events = samples::events();
        let commands = commands.iter().map(|command| serde_json::to_vec(command).unwrap());
        let events = events.iter().map(|event| serde_json::to_vec(event).unwrap());
        for bytes in commands.chain(events) {
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(canonical(&bytes).unwrap(), bytes, "{text}");
            assert!(is_canonical(&bytes), "{text}");
        }
    }
}
