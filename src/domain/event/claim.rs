//! What happened to claims. None of it contributes a fact: a claim is made of what figures count
//! already, and adds nothing to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::{ClaimPurpose, Share};
use crate::domain::event::Side;
use crate::domain::id::{ClaimId, DeliveryId, FirmId, ParkId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{MaterialBrief, Party, Term};
use crate::domain::text::Text;

/// A used quantity is claimed, jointly by the firm that generated it and the firm that used it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimIssued {
    /// The firm that generated it is the supplier, the firm that used it the receiver.
    pub by: Side,
    pub claim: ClaimId,
    pub delivery: DeliveryId,
    pub material: MaterialBrief,
    /// By which it came to the supplier, where that is a trader.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<DeliveryId>,
    pub period: Term,
    pub producer: Party,
    pub purpose: ClaimPurpose,
    pub quantity: Quantity,
    pub scheme: Text,
    pub user: Party,
}

/// One side proposes shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimAllocationProposed {
    pub by: Side,
    pub claim: ClaimId,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub shares: Vec<Share>,
}

/// Both sides agree on the shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimAllocated {
    /// Who agreed.
    pub by: Side,
    pub claim: ClaimId,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub shares: Vec<Share>,
}

/// A quantity of a claim is a claim of its own from now on, in which another firm has the share
/// that was the holder's. The claim that it came from has as much less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimTransferred {
    /// The new one.
    pub claim: ClaimId,
    /// Whom the new claim concerns, each once.
    pub firms: Vec<FirmId>,
    pub from: ClaimId,
    pub holder: FirmId,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub quantity: Quantity,
    pub to: FirmId,
}

/// A share is used up, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimRetired {
    pub beneficiary: Text,
    pub claim: ClaimId,
    /// Whose share.
    pub firm: FirmId,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub reason: Text,
}

/// Why a claim is void.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VoidCause {
    /// Its firms took it back.
    TakenBack,
    /// What it stands on was corrected.
    BaseCorrected,
}

/// The claim stands for nothing any more, but for shares that were retired before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimVoided {
    pub cause: VoidCause,
    pub claim: ClaimId,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    /// If its firms took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
