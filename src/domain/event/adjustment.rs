//! What happened to adjustments of metered periods. Only a confirmed one contributes facts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::event::Side;
use crate::domain::id::{AdjustmentId, ContractId, MeterId, ParkId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{AdjustmentCause, AdjustmentSign, Evidence, MaterialBrief, Party};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};

/// One side says by how much periods are to be adjusted; it waits for the other to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeteredAdjustmentRecorded {
    pub adjustment: AdjustmentId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub also_used: bool,
    pub by: Side,
    pub cause: AdjustmentCause,
    pub contract: ContractId,
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub from: UtcMillis,
    pub line: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<MeterId>,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub quantity: Quantity,
    pub reason: Text,
    pub sign: AdjustmentSign,
    pub to: UtcMillis,
}

/// The difference counts on `day`. It repeats all that its facts need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeteredAdjustmentConfirmed {
    pub adjustment: AdjustmentId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub also_used: bool,
    pub by: Side,
    pub contract: ContractId,
    pub day: Day,
    pub line: u16,
    pub material: MaterialBrief,
    /// How what is adjusted was come by: figures by method change by the difference only.
    pub method: Method,
    /// The last day of what is adjusted: the difference counts in the line's window of that day.
    pub period_end: Day,
    pub quantity: Quantity,
    pub receiver: Party,
    pub sign: AdjustmentSign,
    pub supplier: Party,
}

impl MeteredAdjustmentConfirmed {
    /// The difference in base units.
    pub fn amount(&self) -> i64 {
        self.sign.of(&self.quantity)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeteredAdjustmentDeclined {
    pub adjustment: AdjustmentId,
    pub by: Side,
    pub contract: ContractId,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub reason: Text,
}
