//! Reads of mass balance accounts.

use crate::api::operation::{Operation, Tag};
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::id::{FirmId, ParkId, SiteId};
use crate::domain::state::MassBalance;
use crate::query::view::MassBalanceView;

list_query! {
    /// Mass balance accounts.
    pub struct MassBalanceQuery of MassBalance {
        /// Of this firm.
        firm: Option<FirmId>,
        /// In this park.
        park: Option<ParkId>,
        /// At this site.
        site: Option<SiteId>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| fits(query.firm.as_ref(), &state.firm)
        && fits(query.park.as_ref(), &state.park)
        && fits(query.site.as_ref(), &state.site);
}

const WHO: &str =
    "Its firm may see it, and the administration, verifiers and regulators of its park.";

pub fn operations() -> [Operation; 2] {
    Collection {
        tag: Tag::Claims,
        path: "/api/v1/mass-balances",
        one: "/api/v1/mass-balances/{balance}",
        list_id: "list_mass_balances",
        get_id: "get_mass_balance",
        what: "balance",
        list_says: ("Lists mass balance accounts.", WHO),
        get_says: ("Shows a mass balance account with all that was claimed of its output.", WHO),
        public: false,
    }
    .operations::<MassBalanceView, MassBalanceQuery>()
}
