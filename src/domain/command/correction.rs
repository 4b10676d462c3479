//! Commands about corrections: what was recorded of a load is reversed and replaced.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{CorrectionId, DeliveryId};
use crate::domain::shapes::{Evidence, Measured};
use crate::domain::text::Text;

/// Which entry of a load.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The supplier's weight.
    Dispatched,
    /// The receiver's weight.
    Received,
}

/// Asks to correct what the firm itself has recorded of a load. It takes effect once the other side
/// approves, or at once if that side has not stood for the load. By the side whose entry it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestCorrection {
    pub correction: CorrectionId,
    pub delivery: DeliveryId,
    pub entry: Entry,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    /// What is right.
    pub measured: Measured,
    pub reason: Text,
}

/// Approves a correction. By the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveCorrection {
    pub correction: CorrectionId,
    pub delivery: DeliveryId,
}

/// Declines a correction, or takes back one's own request. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineCorrection {
    pub correction: CorrectionId,
    pub delivery: DeliveryId,
    pub reason: Text,
}
