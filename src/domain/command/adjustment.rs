//! Commands about adjustments: what meters were found to have counted too much or too little.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{AdjustmentId, ContractId, MeterId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{AdjustmentCause, AdjustmentSign, Evidence};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};

/// Adjusts metered periods that were accepted, afterwards, by a difference on a stated day. By
/// either side; it counts once the other side has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustMeteredPeriods {
    pub adjustment: AdjustmentId,
    /// Whether the difference was used as well, as of what is used as it comes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub also_used: bool,
    pub cause: AdjustmentCause,
    pub contract: ContractId,
    /// On which the difference counts in figures: not before the time adjusted has ended, and in a
    /// month that is open.
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    pub from: UtcMillis,
    pub line: u16,
    /// Absent for periods that no meter counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<MeterId>,
    /// The difference.
    pub quantity: Quantity,
    pub reason: Text,
    pub sign: AdjustmentSign,
    /// Excluded. The line's accepted periods fill the time without a gap, within one of its
    /// windows.
    pub to: UtcMillis,
}

/// Confirms an adjustment, which counts from then on. By the side that did not ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmAdjustment {
    pub adjustment: AdjustmentId,
    pub contract: ContractId,
}

/// Declines an adjustment that waits, or takes it back. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineAdjustment {
    pub adjustment: AdjustmentId,
    pub contract: ContractId,
    pub reason: Text,
}
