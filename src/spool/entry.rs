//! What stands in a spool's files: its head, its weighings, and what a ledger answered.
//!
//! Invariant: a weighing's ids are made of the spool's tag and its place, so they are the same
//! whenever they are asked for, and no two spools have one in common.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::id::ScaleId;
use crate::domain::text::Text;
use crate::domain::time::UtcMillis;

/// The form of the files that this program writes.
pub const FORMAT: u32 = 1;

/// The first line of the entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub format: u32,
    /// 16 random digits of hex: tells this spool from every other.
    pub tag: String,
}

/// One weighing. Its place is its line, from 0 behind the head.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The ledger's own command, in canonical JSON: what is sent.
    pub command: Box<RawValue>,
    /// Of its scale, from 1 on without a gap.
    pub counter: u64,
    /// Of a weighing that is split: the commands of its parts from the second on. All of them
    /// stand on one line, so a crash leaves all of them or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Box<RawValue>>,
    pub number: Text,
    /// What the weighbridge calls this weighing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Text>,
    pub scale: ScaleId,
    pub slip: Slip,
}

impl Entry {
    /// Its commands, in the order of its parts.
    pub fn commands(&self) -> impl Iterator<Item = &RawValue> {
        std::iter::once(&*self.command).chain(self.more.iter().map(|more| &**more))
    }
}

/// What only the printed ticket shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firm: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Text>,
}

/// What is made once for a weighing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub at: UtcMillis,
    pub command: String,
    pub delivery: String,
    pub number: Text,
}

impl Numbered {
    /// The ids of a part, from 0 on: the first has those of the weighing.
    pub fn part(&self, part: usize) -> (String, String) {
        match part {
            0 => (self.command.clone(), self.delivery.clone()),
            _ => {
                let number = part + 1;
                (format!("{}-{number}", self.command), format!("{}-{number}", self.delivery))
            }
        }
    }
}

impl Head {
    /// The prefix of ticket numbers if none is asked for: another spool's numbers are others.
    pub fn prefix(&self) -> String {
        format!("{}-", self.tag[..6].to_uppercase())
    }

    pub fn numbered(&self, place: usize, number: Text, at: UtcMillis) -> Numbered {
        let tag = &self.tag;
        Numbered {
            at,
            command: format!("cmd_spool-{tag}-{place}"),
            delivery: format!("dlv_spool-{tag}-{place}"),
            number,
        }
    }
}

/// What a ledger answered about a weighing, and when. The last one about it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub at: UtcMillis,
    pub entry: u64,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It stands in the ledger, with the rules that it breaks.
    Uploaded { nonconformities: Vec<String>, position: u64 },
    /// It does not, and is kept here.
    Refused { code: String, message: String, pointer: String },
}
