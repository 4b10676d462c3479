//! What happened to corrections. An entry is never changed: its reversal and its replacement are
//! records of their own, which name the record that they correct.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::Entry;
use crate::domain::event::{Exchange, Side};
use crate::domain::id::CorrectionId;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{Evidence, Measured, Nonconformity};
use crate::domain::text::Text;
use crate::domain::time::Day;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequested {
    pub by: Side,
    pub correction: CorrectionId,
    pub entry: Entry,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub exchange: Exchange,
    pub measured: Measured,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionDeclined {
    pub by: Side,
    pub correction: CorrectionId,
    pub exchange: Exchange,
    pub reason: Text,
}

/// The entry counts no more. Followed, under the same command, by its replacement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryReversed {
    /// What was accepted of it, which is taken back as well. Of the receiver's entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Quantity>,
    pub correction: CorrectionId,
    /// Position of the record that is corrected.
    pub corrects: u64,
    /// On which it counts: the entry's own day, or that of the correction if the entry's month is
    /// closed.
    pub day: Day,
    pub entry: Entry,
    pub exchange: Exchange,
    pub method: Method,
    /// Whether it stood by one side's word alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
    pub quantity: Quantity,
}

/// What counts in the place of the entry that was reversed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryReplaced {
    /// What is accepted of it. Of the receiver's entry, where that was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Quantity>,
    pub correction: CorrectionId,
    /// Position of the record that is corrected.
    pub corrects: u64,
    pub day: Day,
    pub entry: Entry,
    pub exchange: Exchange,
    pub measured: Measured,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformities: Vec<Nonconformity>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
}
