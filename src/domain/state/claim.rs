//! Present states of claims, and which claims stand on a delivery.
//!
//! Invariant: a claim's quantity is what it was issued with, less what was transferred out of it.
//! Rows of bincode write every member, so nothing here leaves one out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::{ClaimPurpose, Share};
use crate::domain::event::{Side, VoidCause};
use crate::domain::id::{ClaimId, ContractId, DeliveryId, FirmId, ParkId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{MaterialBrief, Party, Term};
use crate::domain::states::{Aggregate, Kind, States, Stored};
use crate::domain::text::Text;
use crate::domain::time::Month;

/// How far a claim has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClaimStage {
    /// It belongs to both sides.
    Joint,
    /// Both sides have agreed on shares.
    Allocated,
    /// All of it was passed on as other claims.
    Transferred,
    /// Every share was used up.
    Retired,
    Voided,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub claim: ClaimId,
    /// Of which the quantity was used.
    pub delivery: DeliveryId,
    /// Whom it concerns, each once, in order.
    pub firms: Vec<FirmId>,
    /// That it was split off.
    pub from: Option<ClaimId>,
    /// None while it is joint.
    pub holdings: Vec<Holding>,
    pub material: MaterialBrief,
    pub origins: Vec<DeliveryId>,
    /// Of both sides, each once.
    pub parks: Vec<ParkId>,
    pub period: Term,
    /// The firm that generated what was used.
    pub producer: Party,
    pub proposed: Option<(Side, Vec<Share>)>,
    pub purpose: ClaimPurpose,
    pub quantity: Quantity,
    pub scheme: Text,
    pub user: Party,
    pub voided: Option<VoidCause>,
}

/// A firm's share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    pub firm: FirmId,
    pub parts_per_million: u32,
    pub retired: Option<Retirement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retirement {
    pub beneficiary: Text,
    pub reason: Text,
    /// Position of its record.
    pub record: u64,
}

impl Claim {
    pub fn stage(&self) -> ClaimStage {
        if self.voided.is_some() {
            ClaimStage::Voided
        } else if self.quantity.is_zero() {
            ClaimStage::Transferred
        } else if self.holdings.is_empty() {
            ClaimStage::Joint
        } else if self.holdings.iter().all(|holding| holding.retired.is_some()) {
            ClaimStage::Retired
        } else {
            ClaimStage::Allocated
        }
    }

    pub fn has_retired(&self) -> bool {
        self.holdings.iter().any(|holding| holding.retired.is_some())
    }

    /// Whether its quantity is taken: retired shares keep it taken for ever.
    pub fn counts(&self) -> bool {
        self.voided.is_none() || self.has_retired()
    }

    /// Every delivery that backs it.
    pub fn path(&self) -> impl Iterator<Item = &DeliveryId> {
        std::iter::once(&self.delivery).chain(&self.origins)
    }
}

/// The claims that a delivery backs and that count, in the order of their issue; its id is the
/// delivery's. They are those of its own use and those of what its receiver passed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimBook {
    pub claims: Vec<ClaimId>,
}

/// The metered deliveries of a line that back claims and touch a month; its id is
/// `ctr_…/1/2025-03`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedPeriods {
    pub deliveries: Vec<DeliveryId>,
}

pub fn claimed_periods_id(contract: &ContractId, line: u16, month: Month) -> String {
    format!("{contract}/{line}/{month}")
}

/// The claims that a delivery backs.
pub fn claims_on<S: States>(states: &S, delivery: &DeliveryId) -> Vec<Arc<Stored<Claim>>> {
    let Some(book) = states.find::<ClaimBook>(delivery.as_str()) else { return Vec::new() };
    let claims = book.state.claims.iter();
    claims
        .map(|id| states.find(id.as_str()).expect("a book names claims that were issued"))
        .collect()
}

impl Aggregate for Claim {
    const KIND: Kind = Kind::Claim;
}

impl Aggregate for ClaimBook {
    const KIND: Kind = Kind::ClaimBook;
}

impl Aggregate for ClaimedPeriods {
    const KIND: Kind = Kind::ClaimedPeriods;
}
