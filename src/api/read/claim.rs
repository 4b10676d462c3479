//! Reads of claims.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::command::ClaimPurpose;
use crate::domain::id::{DeliveryId, FirmId, ParkId};
use crate::domain::state::{Claim, ClaimStage};
use crate::query::view::ClaimView;

words! { ClaimPurpose, ClaimStage }

list_query! {
    /// Claims.
    pub struct ClaimQuery of Claim {
        /// Which this delivery backs, by its use or by what was passed on of it.
        delivery: Option<DeliveryId>,
        /// That concern this firm.
        firm: Option<FirmId>,
        /// Of a side in this park.
        park: Option<ParkId>,
        /// For this purpose.
        #[param(inline)]
        purpose: Option<ClaimPurpose>,
        /// That have come so far.
        #[param(inline)]
        stage: Option<ClaimStage>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| query.firm.as_ref().is_none_or(|firm| state.firms.contains(firm))
        && query.park.as_ref().is_none_or(|park| state.parks.contains(park))
        && query.delivery.as_ref().is_none_or(|id| state.path().any(|on| on == id))
        && fits(query.purpose.as_ref(), &state.purpose)
        && fits(query.stage.as_ref(), &state.stage());
}

const WHO: &str = "The two sides and the holders of shares may see it, and the administration, \
    verifiers and regulators of the sides' parks. A trader between them does not.";

pub fn operations() -> [Operation; 2] {
    Collection {
        tag: Tag::Claims,
        path: "/api/v1/claims",
        one: "/api/v1/claims/{claim}",
        list_id: "list_claims",
        get_id: "get_claim",
        what: "claim",
        list_says: ("Lists claims.", WHO),
        get_says: ("Shows a claim.", WHO),
        public: false,
    }
    .operations::<ClaimView, ClaimQuery>()
}
