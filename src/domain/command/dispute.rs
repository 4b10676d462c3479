//! Commands about disputes: either side holds a delivery back until both agree how it stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::DeliveryId;
use crate::domain::shapes::Evidence;
use crate::domain::text::Text;

/// Disputes a load or metered period: until the dispute has ended nothing of it is accepted, used
/// or disposed of. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeDelivery {
    pub delivery: DeliveryId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub reason: Text,
}

/// Settles a dispute. By both sides: the first proposes how, the other agrees by the same words, or
/// proposes others in their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleDispute {
    pub delivery: DeliveryId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub settlement: Text,
}

/// Takes a dispute back. By the side that raised it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawDispute {
    pub delivery: DeliveryId,
    pub reason: Text,
}
