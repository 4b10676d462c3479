//! What happened to listings.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::ListingKind;
use crate::domain::id::{FirmId, ListingId, ParkId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{MaterialBrief, PriceDirection, Term};
use crate::domain::text::Text;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingPublished {
    pub firm: FirmId,
    pub kind: ListingKind,
    pub listing: ListingId,
    pub material: MaterialBrief,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub park: ParkId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceDirection>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    pub site: SiteId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingAmended {
    pub listing: ListingId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub park: ParkId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceDirection>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingWithdrawn {
    pub listing: ListingId,
    pub park: ParkId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
