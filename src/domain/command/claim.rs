//! Commands about claims: one unit on a used quantity of a delivery, for one purpose.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{ClaimId, DeliveryId, FirmId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::Term;
use crate::domain::text::Text;

/// What a saving is claimed for. The same quantity backs one claim of each.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClaimPurpose {
    /// It was not landfilled, burned or let off.
    AvoidedDisposal,
    /// It stands in for a virgin material.
    VirginSubstitution,
    /// It is content of a product.
    RecycledContent,
    /// It saves greenhouse gases.
    Carbon,
}

/// A firm's share of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub firm: FirmId,
    /// Of the whole claim.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub parts_per_million: u32,
}

/// Claims a used quantity of a delivery for one purpose, for both sides. By either side; where a
/// trader stands between, by the firm that generated it or the firm that used it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueClaim {
    pub claim: ClaimId,
    /// The delivery of which the quantity was used.
    pub delivery: DeliveryId,
    /// Where the supplier did not generate the material: the deliveries by which it came to it, the
    /// last one first, back to the firm that generated it. Each backs the claim as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5)]
    pub origins: Vec<DeliveryId>,
    /// For which time it is reported.
    pub period: Term,
    pub purpose: ClaimPurpose,
    pub quantity: Quantity,
    /// Under which scheme it is reported.
    pub scheme: Text,
}

/// Proposes how a joint claim is shared, or agrees by the same shares. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocateClaim {
    pub claim: ClaimId,
    /// Of one side or both; together at most the whole.
    #[schema(min_items = 1, max_items = 2)]
    pub shares: Vec<Share>,
}

/// Passes the actor's share of a quantity of a claim on to another firm, as a claim of its own. By
/// a holder of an agreed share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferClaim {
    pub claim: ClaimId,
    pub new_claim: ClaimId,
    pub quantity: Quantity,
    pub to: FirmId,
}

/// Uses the actor's share of a claim up, for good. By a holder of an agreed share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireClaim {
    /// For whom.
    pub beneficiary: Text,
    pub claim: ClaimId,
    pub reason: Text,
}

/// Takes a claim back; its quantity may be claimed anew. By either side of a joint claim, or by the
/// one holder of an allocated one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidClaim {
    pub claim: ClaimId,
    pub reason: Text,
}
