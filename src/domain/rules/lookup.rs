//! What rules look up: things by their ids, days at a site, closed periods.
//!
//! Invariant: what is named and is not there is refused with its own code, a pointer to the member
//! that names it, and a sentence that says what would be right.

use std::sync::Arc;

use crate::domain::decide::Context;
use crate::domain::id::{
    FirmId, ListingId, MaterialId, MeterId, ParkId, PermitId, ScaleId, SiteId,
};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::shapes::{MaterialBrief, Party, Term};
use crate::domain::state::{Firm, Listing, Material, Meter, Park, Period, Permit, Scale, Site};
use crate::domain::states::{Aggregate, States, Stored};
use crate::domain::time::{Day, Month, UtcMillis, Zone};
use crate::domain::unit::Dimension;

/// A thing that a rule found.
pub type Found<A> = Result<Arc<Stored<A>>, Refusal>;

macro_rules! lookups {
    ($($name:ident $id:ident $state:ident $code:ident $noun:literal $by:literal)+) => {$(
        #[doc = concat!("The ", $noun, " with that id.")]
        pub fn $name<S: States>(
            context: &Context<'_, S>,
            id: &$id,
            pointer: &str,
        ) -> Found<$state> {
            context.states.find(id.as_str()).ok_or_else(|| {
                let message = format!(concat!("there is no ", $noun, " {}; ", $by), id);
                Refusal::new(Code::$code, pointer, message)
            })
        }
    )+};
}

lookups! {
    park ParkId Park UnknownPark "park" "register it first (register_park)"
    firm FirmId Firm UnknownFirm "firm" "register it first (register_firm)"
    site SiteId Site UnknownSite "site" "register it first (register_site)"
    permit PermitId Permit UnknownPermit "permit" "register it first (register_permit)"
    meter MeterId Meter UnknownMeter "meter" "register it first (register_meter)"
    scale ScaleId Scale UnknownScale "scale" "register it first (register_scale)"
    material MaterialId Material UnknownMaterial "material" "define it first (define_material)"
    listing ListingId Listing UnknownListing "listing" "publish it first (publish_listing)"
}

/// Refuses an id that is taken already.
pub fn absent<A: Aggregate>(
    context: &Context<'_, impl States>,
    id: &str,
    pointer: &str,
) -> Result<(), Refusal> {
    if context.states.exists::<A>(id) {
        let message = format!("{id} exists already; choose another id");
        return Err(Refusal::new(Code::AlreadyExists, pointer, message));
    }
    Ok(())
}

/// A site as a side of an exchange.
pub fn party<S: States>(states: &S, site: &Site) -> Party {
    let firm = states.find::<Firm>(site.firm.as_str()).expect("a site was registered for a firm");
    Party {
        firm: site.firm.clone(),
        park: site.park.clone(),
        recycler: firm.state.recycler,
        site: site.site.clone(),
    }
}

/// What facts need to know of a material.
pub fn brief(material: &Material) -> MaterialBrief {
    MaterialBrief {
        basis: material.basis,
        code: material.codes.first().cloned(),
        dimension: material.dimension,
        hazard: material.hazard,
        kind: material.kind,
        material: material.material.clone(),
    }
}

/// The zone in which a park's days are counted. The park must exist: it stands in an aggregate.
pub fn zone_of<S: States>(states: &S, park: &ParkId) -> Zone {
    let park = states.find::<Park>(park.as_str()).expect("what is in a park found it registered");
    park.state.zone
}

/// The civil day of an instant in a park.
pub fn day_of<S: States>(states: &S, park: &ParkId, at: UtcMillis) -> Day {
    at.day_in(&zone_of(states, park))
}

/// The civil day on which the command's business happened in a park.
pub fn day_at<S: States>(context: &Context<'_, S>, park: &ParkId) -> Day {
    day_of(context.states, park, context.occurred_at)
}

/// The id of a closed month's row.
pub fn period_id(park: &ParkId, month: Month) -> String {
    format!("{park}/{month}")
}

/// Whether a month of a park is closed.
pub fn is_closed<S: States>(states: &S, park: &ParkId, month: Month) -> bool {
    states.exists::<Period>(&period_id(park, month))
}

/// Refuses a term that ends before it begins.
pub fn in_order(term: &Term, pointer: &str) -> Result<(), Refusal> {
    if term.to < term.from {
        let message = format!(
            "the term ends on {} before it begins on {}; `from` is its first day, `to` its last",
            term.to, term.from
        );
        return Err(Refusal::new(Code::TermReversed, pointer, message));
    }
    Ok(())
}

/// Refuses a list with fewer or more members than the command's schema says.
pub fn counted<T>(list: &[T], least: usize, most: usize, pointer: &str) -> Result<(), Refusal> {
    if list.len() < least {
        let message = format!("at least {least} must stand here");
        return Err(Refusal::new(Code::MissingMember, pointer, message));
    }
    if list.len() > most {
        let message = format!("{} stand here; at most {most} may", list.len());
        return Err(Refusal::new(Code::TooManyMembers, pointer, message));
    }
    Ok(())
}

/// Refuses a list that has something twice, with a pointer to the second.
pub fn each_once<T: PartialEq + std::fmt::Display>(
    list: &[T],
    pointer: &str,
) -> Result<(), Refusal> {
    for (place, item) in list.iter().enumerate() {
        if list[..place].contains(item) {
            let message = format!("{item} stands here a second time; name each once");
            return Err(Refusal::new(Code::DuplicateMember, format!("{pointer}/{place}"), message));
        }
    }
    Ok(())
}

/// Refuses a quantity of another dimension than its material is counted in.
pub fn alike(quantity: &Quantity, dimension: Dimension, pointer: &str) -> Result<(), Refusal> {
    if quantity.dimension() == dimension {
        return Ok(());
    }
    let (has, unit) = (quantity.dimension(), dimension.shown_in());
    let message = format!("{quantity} is {has}; here {dimension} is counted, as in {unit}");
    Err(Refusal::new(Code::UnlikeDimension, pointer, message))
}
