//! Views of listings.

use crate::domain::command::ListingKind;
use crate::domain::id::{FirmId, ListingId, ParkId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{MaterialBrief, PriceDirection, Term};
use crate::domain::state::Listing;
use crate::domain::text::Text;
use crate::query::view::view;

view! {
    /// An offer or want.
    pub struct ListingView of Listing {
        firm: FirmId,
        kind: ListingKind,
        listing: ListingId,
        material: MaterialBrief,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<Text>,
        park: ParkId,
        #[serde(skip_serializing_if = "Option::is_none")]
        price: Option<PriceDirection>,
        #[serde(skip_serializing_if = "Option::is_none")]
        quantity: Option<Quantity>,
        site: SiteId,
        #[serde(skip_serializing_if = "Option::is_none")]
        term: Option<Term>,
        withdrawn: bool,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        ListingView {
            changed,
            created,
            version,
            firm: state.firm,
            kind: state.kind,
            listing: state.listing,
            material: state.material,
            note: state.note,
            park: state.park,
            price: state.price,
            quantity: state.quantity,
            site: state.site,
            term: state.term,
            withdrawn: state.withdrawn,
        }
    }
}
