//! What happened to lots of stock accounts. Each event says of what the lot is made, so that a
//! reader of the record needs no rule of ours.
//!
//! `day` is the civil day of `occurred_at` at the site; `parts` sum up to `quantity`, the oldest
//! first.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::confidential::{Confidential, Sealed};
use crate::domain::event::StockPlace;
use crate::domain::id::{DeliveryId, LotId};
use crate::domain::quantity::Quantity;
use crate::domain::text::Text;
use crate::domain::time::Day;

/// A part of a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotPart {
    /// That it came by; none of own material, and of what no delivery accounts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotFormed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Sealed>)]
    pub composition: Option<Confidential<Text>>,
    pub day: Day,
    pub lot: LotId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub parts: Vec<LotPart>,
    pub place: StockPlace,
    pub quantity: Quantity,
}

/// All of a lot went into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlendedLot {
    pub lot: LotId,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotsBlended {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Sealed>)]
    pub composition: Option<Confidential<Text>>,
    pub day: Day,
    /// The new one.
    pub lot: LotId,
    pub lots: Vec<BlendedLot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub parts: Vec<LotPart>,
    pub place: StockPlace,
    pub quantity: Quantity,
}

/// `lot` was parted from `from`, where the rest stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotSplit {
    pub day: Day,
    pub from: LotId,
    pub lot: LotId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub parts: Vec<LotPart>,
    pub place: StockPlace,
    pub quantity: Quantity,
}

/// What was left of it lies in the account freely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotDissolved {
    pub day: Day,
    pub lot: LotId,
    pub parts: Vec<LotPart>,
    pub place: StockPlace,
    pub quantity: Quantity,
}
