//! Reads of listings.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::command::ListingKind;
use crate::domain::id::{FirmId, MaterialId, ParkId};
use crate::domain::state::Listing;
use crate::query::view::ListingView;

words! { ListingKind }

list_query! {
    /// Listings.
    pub struct ListingQuery of Listing {
        /// Of this firm.
        firm: Option<FirmId>,
        /// Offers or wants.
        kind: Option<ListingKind>,
        /// Of this material.
        material: Option<MaterialId>,
        /// In this park.
        park: Option<ParkId>,
        /// Withdrawn ones, or those that still stand.
        withdrawn: Option<bool>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| fits(query.firm.as_ref(), &state.firm)
        && fits(query.park.as_ref(), &state.park)
        && fits(query.kind.as_ref(), &state.kind)
        && fits(query.material.as_ref(), &state.material.material)
        && fits(query.withdrawn.as_ref(), &state.withdrawn);
}

pub fn operations() -> Vec<Operation> {
    let listings = Collection {
        tag: Tag::Market,
        path: "/api/v1/listings",
        one: "/api/v1/listings/{listing}",
        list_id: "list_listings",
        get_id: "get_listing",
        what: "listing",
        list_says: ("Lists offers and wants.", "Whoever has an access key may see all listings."),
        get_says: ("Shows a listing.", "Whoever has an access key may see all listings."),
        public: false,
    };
    listings.operations::<ListingView, ListingQuery>().into()
}
