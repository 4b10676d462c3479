//! Adding a site of a firm in a park.
//!
//! Invariant: a site belongs to one firm and one park for ever, so a record that names the site
//! names both.

use crate::domain::command::RegisterSite;
use crate::domain::decide::Context;
use crate::domain::event::SiteRegistered;
use crate::domain::evolve::Meta;
use crate::domain::rules::lookup;
use crate::domain::rules::registry::Decision;
use crate::domain::rules::registry::firm::{number_is_free, take_number};
use crate::domain::rules::who::require_firm_or_park;
use crate::domain::state::Site;
use crate::domain::states::{States, StatesMut};

pub fn register_site<S: States>(context: &Context<'_, S>, data: &RegisterSite) -> Decision {
    let what = "add a site of this firm in this park";
    require_firm_or_park(context, &data.firm, &data.park, what)?;
    lookup::absent::<Site>(context, data.site.as_str(), "/data/site")?;
    lookup::firm(context, &data.firm, "/data/firm")?;
    lookup::park(context, &data.park, "/data/park")?;
    if let Some(gln) = &data.gln {
        number_is_free(context, "gln", gln.as_str())?;
    }
    let RegisterSite { activity, firm, gln, locode, name, park, site } = data.clone();
    Ok(vec![SiteRegistered { activity, firm, gln, locode, name, park, site }.into()])
}

pub(super) fn registered<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &SiteRegistered) {
    let SiteRegistered { activity, firm, gln, locode, name, park, site } = event.clone();
    let id = site.clone();
    if let Some(gln) = &gln {
        take_number(states, meta, "gln", gln.as_str(), id.as_str());
    }
    let permits = Vec::new();
    let state = Site { activity, firm, gln, locode, name, park, permits, site };
    states.create(id.as_str(), meta.position, true, state);
}
