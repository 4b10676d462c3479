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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::rules::testing::{Ask, refused_in_order, with};
    use crate::domain::shapes::HazardClass;
    use crate::domain::state::Listing;
    use crate::domain::testing::World;

    const DAY: &str = "2025-03-10T08:00:00.000Z";

    fn offer() -> Value {
        json!({
            "kind": "offer",
            "listing": "lst_x",
            "material": "mat_slag",
            "price": "receiver_pays",
            "quantity": {"unit": "TNE", "value": "500"},
            "site": "sit_steel",
            "term": {"from": "2025-04-01", "to": "2025-06-30"},
        })
    }

    #[test]
    fn a_listing_is_refused_for_one_reason_after_the_other() {
        let wrong = json!({
            "material": "mat_x",
            "quantity": {"unit": "GV", "value": "0"},
            "site": "sit_x",
            "term": {"from": "2025-06-30", "to": "2025-04-01"},
        });
        let data = with(offer(), wrong);
        let ask = Ask { actor: "frm_cement", at: DAY, kind: "publish_listing", data };
        refused_in_order(
            &mut World::standard(),
            ask,
            &[
                ("unknown_site", "/data/site", |_, ask| ask.data["site"] = json!("sit_steel")),
                ("not_permitted", "/actor", |_, ask| ask.actor = "frm_steel"),
                ("unknown_material", "/data/material", |_, ask| {
                    ask.data["material"] = json!("mat_ash");
                }),
                ("not_permitted", "/data/material", |_, ask| {
                    ask.data["material"] = json!("mat_slag");
                }),
                ("unlike_dimension", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = json!({"unit": "TNE", "value": "0"});
                }),
                ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = json!({"unit": "KGM", "value": "500"});
                }),
                ("term_reversed", "/data/term", |_, ask| {
                    ask.data["term"]["from"] = json!("2025-04-01");
                    ask.data["term"]["to"] = json!("2025-06-30");
                }),
            ],
        );
    }

    #[test]
    fn a_want_may_name_any_material() {
        let mut world = World::standard();
        let want = with(offer(), json!({"kind": "want", "site": "sit_cement"}));
        world.take("frm_cement", DAY, "publish_listing", &want);
        let listing = world.state::<Listing>("lst_x");
        assert_eq!(listing.firm.as_str(), "frm_cement");
        assert_eq!(listing.park.as_str(), "prk_guigang");
        assert_eq!(listing.material.code.unwrap().code(), "10 02 01");
        assert_eq!(listing.material.hazard, HazardClass::NonHazardous);
        let again = world.refuse("frm_cement", DAY, "publish_listing", &want);
        assert_eq!(again, ("already_exists", "/data/listing".to_owned()));
    }

    #[test]
    fn an_amendment_replaces_all_that_a_listing_says() {
        let mut world = World::standard();
        world.take("frm_steel", DAY, "publish_listing", &offer());
        let amend = json!({"listing": "lst_x", "note": "granulated"});
        let found = world.refuse("frm_cement", DAY, "amend_listing", &amend);
        assert_eq!(found, ("not_permitted", "/actor".to_owned()));
        world.take("frm_steel", DAY, "amend_listing", &amend);
        let listing = world.state::<Listing>("lst_x");
        assert_eq!(listing.note.unwrap().as_str(), "granulated");
        assert_eq!((listing.quantity, listing.price, listing.term), (None, None, None));
        let energy = with(amend, json!({"quantity": {"unit": "GV", "value": "1"}}));
        let found = world.refuse("frm_steel", DAY, "amend_listing", &energy);
        assert_eq!(found, ("unlike_dimension", "/data/quantity".to_owned()));
    }

    #[test]
    fn a_withdrawn_listing_is_over() {
        let mut world = World::standard();
        world.take("frm_steel", DAY, "publish_listing", &offer());
        let withdraw = json!({"listing": "lst_x"});
        let found = world.refuse("frm_cement", DAY, "withdraw_listing", &withdraw);
        assert_eq!(found, ("not_permitted", "/actor".to_owned()));
        world.take("frm_steel", DAY, "withdraw_listing", &withdraw);
        assert!(world.state::<Listing>("lst_x").withdrawn);
        for kind in ["amend_listing", "withdraw_listing"] {
            let found = world.refuse("frm_steel", DAY, kind, &withdraw);
            assert_eq!(found, ("listing_withdrawn", "/data/listing".to_owned()));
            let unknown = world.refuse("frm_steel", DAY, kind, &json!({"listing": "lst_y"}));
            assert_eq!(unknown, ("unknown_listing", "/data/listing".to_owned()));
        }
    }
}
