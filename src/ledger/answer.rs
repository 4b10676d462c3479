//! What an accepted command is answered with.
//!
//! Invariant: a function of the command's records alone, so that a command that is asked again, in
//! this process or in another years later, gets the same answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::CommandId;
use crate::domain::shapes::Nonconformity;
use crate::domain::time::UtcMicros;
use crate::record::Decoded;

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

impl Accepted {
    /// From the records of one command, in order.
    pub fn of(command: CommandId, records: &[Decoded]) -> Accepted {
        let last = records.last().expect("an accepted command has a record");
        let mut nonconformities = Vec::new();
        for record in records {
            for noted in record.event.nonconformities() {
                if !nonconformities.contains(noted) {
                    nonconformities.push(*noted);
                }
            }
        }
        let (position, recorded_at) = (last.position(), last.head.recorded_at);
        let records = records.iter().map(|record| AcceptedRecord {
            position: record.position(),
            stream: record.stream.clone(),
            kind: record.head.kind.clone(),
        });
        Accepted { command, nonconformities, position, recorded_at, records: records.collect() }
    }
}
