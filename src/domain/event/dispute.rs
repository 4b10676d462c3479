//! What happened to disputes about deliveries: a dispute holds back what is claimed of a delivery,
//! and changes nothing of what was recorded. What is disputed is told in figures as such.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::event::{Exchange, Side};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::Evidence;
use crate::domain::text::Text;
use crate::domain::time::Day;

/// What a dispute is about, as it stood when it was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    pub day: Day,
    pub method: Method,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryDisputed {
    pub by: Side,
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub exchange: Exchange,
    /// What is disputed: as received, or as dispatched if nothing was received yet.
    pub held: Held,
    pub reason: Text,
}

/// One side says how the dispute is to be settled; the other has not agreed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementProposed {
    pub by: Side,
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub exchange: Exchange,
    pub settlement: Text,
}

/// The other side agrees with what was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeSettled {
    /// Who agreed; the other side had proposed it.
    pub by: Side,
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub exchange: Exchange,
    /// What was disputed, and is no more.
    pub held: Held,
    pub settlement: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeWithdrawn {
    pub by: Side,
    pub day: Day,
    pub exchange: Exchange,
    /// What was disputed, and is no more.
    pub held: Held,
    pub reason: Text,
}
