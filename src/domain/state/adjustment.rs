//! Present state of an adjustment of metered periods.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::event::Side;
use crate::domain::id::{AdjustmentId, MeterId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{AdjustmentCause, AdjustmentSign};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};

/// How far an adjustment has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentStage {
    /// Waits for the other side.
    Recorded,
    Confirmed,
    Declined,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    pub adjustment: AdjustmentId,
    pub also_used: bool,
    /// The side that asks for it.
    pub by: Side,
    pub cause: AdjustmentCause,
    pub day: Day,
    pub from: UtcMillis,
    pub line: u16,
    pub meter: Option<MeterId>,
    pub quantity: Quantity,
    pub reason: Text,
    /// Position of the record that has its evidence.
    pub record: u64,
    pub sign: AdjustmentSign,
    pub stage: AdjustmentStage,
    pub to: UtcMillis,
}

impl Adjustment {
    /// How what it adjusts was come by.
    pub fn method(&self) -> Method {
        if self.meter.is_some() { Method::Metered } else { Method::Estimated }
    }
}
