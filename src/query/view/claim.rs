//! Views of claims.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::command::{ClaimPurpose, Share};
use crate::domain::event::{Side, VoidCause};
use crate::domain::id::{ClaimId, DeliveryId, FirmId, MaterialId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{Party, Term};
use crate::domain::state::{Claim, ClaimStage, Holding};
use crate::domain::text::Text;
use crate::query::view::view;

/// A firm's share of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HoldingView {
    /// Once it is retired: for whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<Text>,
    pub firm: FirmId,
    pub parts_per_million: u32,
    /// Once it is retired: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    /// Once it is retired: its record.
    #[schema(minimum = 0)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<u64>,
}

impl HoldingView {
    fn of(holding: Holding) -> HoldingView {
        let Holding { firm, parts_per_million, retired } = holding;
        let (beneficiary, reason, retired) = match retired {
            Some(retired) => {
                (Some(retired.beneficiary), Some(retired.reason), Some(retired.record))
            }
            None => (None, None, None),
        };
        HoldingView { beneficiary, firm, parts_per_million, reason, retired }
    }
}

/// Shares that one side proposes and the other has not agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProposalView {
    pub by: Side,
    pub shares: Vec<Share>,
}

view! {
    /// A claim on a used quantity.
    pub struct ClaimView of Claim {
        claim: ClaimId,
        delivery: DeliveryId,
        /// The claim that it was split off by a transfer.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<ClaimId>,
        /// None while it belongs to both sides jointly.
        holdings: Vec<HoldingView>,
        material: MaterialId,
        /// The deliveries by which it came to a supplier that did not generate it.
        origins: Vec<DeliveryId>,
        period: Term,
        /// The firm that generated it.
        producer: Party,
        #[serde(skip_serializing_if = "Option::is_none")]
        proposed: Option<ProposalView>,
        purpose: ClaimPurpose,
        /// What it stands for, less what was passed on of it.
        quantity: Quantity,
        scheme: Text,
        stage: ClaimStage,
        /// The firm that used it.
        user: Party,
        #[serde(skip_serializing_if = "Option::is_none")]
        void_cause: Option<VoidCause>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let stage = stored.state.stage();
        let state = stored.state.clone();
        ClaimView {
            changed,
            created,
            version,
            claim: state.claim,
            delivery: state.delivery,
            from: state.from,
            holdings: state.holdings.into_iter().map(HoldingView::of).collect(),
            material: state.material.material,
            origins: state.origins,
            period: state.period,
            producer: state.producer,
            proposed: state.proposed.map(|(by, shares)| ProposalView { by, shares }),
            purpose: state.purpose,
            quantity: state.quantity,
            scheme: state.scheme,
            stage,
            user: state.user,
            void_cause: state.voided,
        }
    }
}
