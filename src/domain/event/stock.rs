//! What happened to what lies at a site, beside its loads, which stock accounts follow by
//! themselves.
//!
//! `day` is the civil day of `occurred_at` at the site.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::Operation;
use crate::domain::command::{StockCause, StockDirection};
use crate::domain::event::Event;
use crate::domain::id::{FirmId, LotId, ParkId, SiteId};
use crate::domain::quantity::{Method, Quantity, Sum};
use crate::domain::shapes::{Evidence, MaterialBrief};
use crate::domain::text::Text;
use crate::domain::time::Day;

/// Of which material and where an account is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockPlace {
    pub firm: FirmId,
    pub material: MaterialBrief,
    pub park: ParkId,
    pub site: SiteId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockOpened {
    pub day: Day,
    pub evidence: Vec<Evidence>,
    pub method: Method,
    pub place: StockPlace,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockGenerated {
    pub day: Day,
    pub method: Method,
    pub place: StockPlace,
    pub quantity: Quantity,
}

/// Own material is used or disposed of at the site. What was accepted is told by the events of its
/// deliveries instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockDrawn {
    pub day: Day,
    /// The lot that it was of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    pub method: Method,
    pub operation: Operation,
    pub place: StockPlace,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Text>,
    pub quantity: Quantity,
}

/// `quantity` lies there, where `booked` stood in the account; the difference is booked with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockCounted {
    pub booked: Sum,
    pub cause: StockCause,
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub method: Method,
    pub place: StockPlace,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockAdjusted {
    pub cause: StockCause,
    pub day: Day,
    pub direction: StockDirection,
    pub evidence: Vec<Evidence>,
    /// The lot that it was of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub place: StockPlace,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockLost {
    pub cause: StockCause,
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The lot that it was of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub place: StockPlace,
    pub quantity: Quantity,
}

impl Event {
    /// Of what and where an event of a stock account is.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`stream` has all arms and needs these")]
    pub fn stock_place(&self) -> Option<&StockPlace> {
        match self {
            Event::StockOpened(e) => Some(&e.place),
            Event::StockGenerated(e) => Some(&e.place),
            Event::StockDrawn(e) => Some(&e.place),
            Event::StockCounted(e) => Some(&e.place),
            Event::StockAdjusted(e) => Some(&e.place),
            Event::StockLost(e) => Some(&e.place),
            Event::LotFormed(e) => Some(&e.place),
            Event::LotsBlended(e) => Some(&e.place),
            Event::LotSplit(e) => Some(&e.place),
            Event::LotDissolved(e) => Some(&e.place),
            _ => None,
        }
    }
}
