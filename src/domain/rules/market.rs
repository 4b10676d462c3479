//! Listings: what firms offer and seek.
//!
//! Lifecycle: published -> amended, any number of times -> withdrawn. A listing binds nobody; what
//! comes of it is a contract.

use crate::domain::command::{AmendListing, ListingKind, PublishListing, WithdrawListing};
use crate::domain::decide::Context;
use crate::domain::event::{Event, ListingAmended, ListingPublished, ListingWithdrawn};
use crate::domain::evolve::Meta;
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::who::require_firm;
use crate::domain::shapes::Term;
use crate::domain::state::Listing;
use crate::domain::states::{States, StatesMut};
use crate::domain::unit::Dimension;

type Decision = Result<Vec<Event>, Refusal>;

pub fn publish_listing<S: States>(context: &Context<'_, S>, data: &PublishListing) -> Decision {
    let at = lookup::site(context, &data.site, "/data/site")?;
    let firm = &at.state.firm;
    require_firm(context, firm, "publish a listing of this site")?;
    lookup::absent::<Listing>(context, data.listing.as_str(), "/data/listing")?;
    let found = lookup::material(context, &data.material, "/data/material")?;
    if data.kind == ListingKind::Offer && found.state.firm != *firm {
        let message = format!(
            "{} is a material of another firm; an offer names one that {firm} has defined, only a \
             want may name any",
            data.material
        );
        return Err(Refusal::new(Code::NotPermitted, "/data/material", message));
    }
    asked(data.quantity.as_ref(), data.term.as_ref(), found.state.dimension)?;
    let material = lookup::brief(&found.state);
    let (firm, park) = (firm.clone(), at.state.park.clone());
    let PublishListing { kind, listing, note, price, quantity, site, term, .. } = data.clone();
    Ok(vec![
        ListingPublished { firm, kind, listing, material, note, park, price, quantity, site, term }
            .into(),
    ])
}

pub fn amend_listing<S: States>(context: &Context<'_, S>, data: &AmendListing) -> Decision {
    let found = lookup::listing(context, &data.listing, "/data/listing")?;
    require_firm(context, &found.state.firm, "amend this listing")?;
    still_there(&found.state)?;
    asked(data.quantity.as_ref(), data.term.as_ref(), found.state.material.dimension)?;
    let park = found.state.park.clone();
    let AmendListing { listing, note, price, quantity, term } = data.clone();
    Ok(vec![ListingAmended { listing, note, park, price, quantity, term }.into()])
}

pub fn withdraw_listing<S: States>(context: &Context<'_, S>, data: &WithdrawListing) -> Decision {
    let found = lookup::listing(context, &data.listing, "/data/listing")?;
    require_firm(context, &found.state.firm, "withdraw this listing")?;
    still_there(&found.state)?;
    let park = found.state.park.clone();
    let WithdrawListing { listing, reason } = data.clone();
    Ok(vec![ListingWithdrawn { listing, park, reason }.into()])
}

fn still_there(listing: &Listing) -> Result<(), Refusal> {
    if listing.withdrawn {
        let message = format!("{} was withdrawn; publish another one", listing.listing);
        return Err(Refusal::new(Code::ListingWithdrawn, "/data/listing", message));
    }
    Ok(())
}

fn asked(
    quantity: Option<&Quantity>,
    term: Option<&Term>,
    dimension: Dimension,
) -> Result<(), Refusal> {
    if let Some(quantity) = quantity {
        lookup::alike(quantity, dimension, "/data/quantity")?;
        if quantity.is_zero() {
            let message = "a quantity is more than zero; leave it out if it is open";
            return Err(Refusal::new(Code::QuantityMustNotBeZero, "/data/quantity", message));
        }
    }
    term.map_or(Ok(()), |term| lookup::in_order(term, "/data/term"))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::ListingPublished(event) => {
            let id = event.listing.clone();
            let ListingPublished {
                firm,
                kind,
                listing,
                material,
                note,
                park,
                price,
                quantity,
                site,
                term,
            } = event.clone();
            let withdrawn = false;
            let state = Listing {
                firm,
                kind,
                listing,
                material,
                note,
                park,
                price,
                quantity,
                site,
                term,
                withdrawn,
            };
            states.create(id.as_str(), at, true, state);
        }
        Event::ListingAmended(event) => {
            let ListingAmended { listing, note, price, quantity, term, .. } = event.clone();
            states.change::<Listing>(listing.as_str(), at, true, |state| {
                (state.note, state.price) = (note, price);
                (state.quantity, state.term) = (quantity, term);
            });
        }
        Event::ListingWithdrawn(event) => {
            let id = event.listing.as_str();
            states.change::<Listing>(id, at, true, |state| state.withdrawn = true);
        }
        _ => unreachable!("`domain::evolve` hands over events of listings only"),
    }
}
