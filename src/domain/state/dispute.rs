//! Present state of a delivery's dispute.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::event::{Held, Side};
use crate::domain::text::Text;
use crate::domain::time::Day;

/// The last dispute about a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub by: Side,
    pub end: Option<DisputeEnd>,
    pub held: Held,
    /// What a side has proposed last, and which one.
    pub proposed: Option<(Side, Text)>,
    pub reason: Text,
    pub since: Day,
}

/// How a dispute ended.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnd {
    /// Both sides agree with what was proposed last.
    Settled,
    /// The side that raised it took it back.
    Withdrawn,
}
