//! Present state of a delivery's corrections.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::Entry;
use crate::domain::event::Side;
use crate::domain::id::CorrectionId;
use crate::domain::quantity::Quantity;
use crate::domain::text::Text;

/// How far a correction has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionStage {
    /// The other side has not answered.
    Requested,
    /// The entry was reversed and replaced.
    Applied,
    Declined,
}

/// A correction of a load's entry, in order of their requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// What stood before, once it is applied.
    pub before: Option<Quantity>,
    pub by: Side,
    pub correction: CorrectionId,
    /// The record that it corrects, once it is applied.
    pub corrects: Option<u64>,
    pub entry: Entry,
    /// What is right, as JSON: a row can't leave members out, and a ticket may.
    pub measured: String,
    pub quantity: Quantity,
    pub reason: Text,
    /// Position of the record that asked for it, with its ticket and evidence.
    pub record: u64,
    pub stage: CorrectionStage,
}
