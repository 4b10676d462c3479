//! Reads of shared facilities.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::facility::FacilityKind;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::state::Facility;
use crate::query::view::FacilityView;

words! { FacilityKind }

list_query! {
    /// Shared facilities.
    pub struct FacilityQuery of Facility {
        /// Run by this firm.
        firm: Option<FirmId>,
        /// Only of this kind.
        kind: Option<FacilityKind>,
        /// In this park.
        park: Option<ParkId>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| query.firm.as_ref().is_none_or(|firm| state.firm.as_ref() == Some(firm))
        && fits(query.kind.as_ref(), &state.kind)
        && fits(query.park.as_ref(), &state.park);
}

const WHO: &str = "Whoever reads the registry may see it; for whom capacity is kept and who used \
                   how much stands in its shares.";

pub fn operations() -> Vec<Operation> {
    let lists = Collection {
        tag: Tag::Registry,
        path: "/api/v1/facilities",
        one: "/api/v1/facilities/{facility}",
        list_id: "list_facilities",
        get_id: "get_facility",
        what: "facility",
        list_says: ("Lists facilities that several firms use.", WHO),
        get_says: ("Shows a facility with its capacity and outages.", WHO),
        public: false,
    };
    lists.operations::<FacilityView, FacilityQuery>().into()
}
