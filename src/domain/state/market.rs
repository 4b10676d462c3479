//! Present state of a listing.

use serde::{Deserialize, Serialize};

use crate::domain::command::ListingKind;
use crate::domain::id::{FirmId, ListingId, ParkId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{MaterialBrief, PriceDirection, Term};
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    pub firm: FirmId,
    pub kind: ListingKind,
    pub listing: ListingId,
    pub material: MaterialBrief,
    pub note: Option<Text>,
    pub park: ParkId,
    pub price: Option<PriceDirection>,
    pub quantity: Option<Quantity>,
    pub site: SiteId,
    pub term: Option<Term>,
    pub withdrawn: bool,
}

impl Aggregate for Listing {
    const KIND: Kind = Kind::Listing;
}
