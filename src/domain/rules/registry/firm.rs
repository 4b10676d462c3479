//! Taking a firm in, and the registry numbers that firms and sites have.
//!
//! Invariant: a registry number (USCC, LEI, GLN) belongs to one firm or site of the ledger, so that
//! no firm trades with itself under two names.

use crate::domain::actor::Actor;
use crate::domain::command::RegisterFirm;
use crate::domain::decide::Context;
use crate::domain::event::FirmRegistered;
use crate::domain::evolve::Meta;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::registry::Decision;
use crate::domain::state::{Firm, Identifier};
use crate::domain::states::{States, StatesMut};
use crate::domain::text::Text;

pub fn register_firm<S: States>(context: &Context<'_, S>, data: &RegisterFirm) -> Decision {
    match context.actor {
        Actor::Keeper => {}
        // Any park may take a firm in, but only one that there is.
        Actor::Park(park) => drop(lookup::park(context, park, "/actor")?),
        Actor::Firm(_) => {
            let message = format!(
                "only a park or the ledger keeper may take a firm in, and the actor is {}",
                context.actor
            );
            return Err(Refusal::new(Code::NotPermitted, "/actor", message));
        }
    }
    lookup::absent::<Firm>(context, data.firm.as_str(), "/data/firm")?;
    for (scheme, number) in numbers(data) {
        number_is_free(context, scheme, number)?;
    }
    let RegisterFirm { firm, gln, lei, name, recycler, uscc } = data.clone();
    Ok(vec![FirmRegistered { firm, gln, lei, name, recycler, uscc }.into()])
}

fn numbers(data: &RegisterFirm) -> impl Iterator<Item = (&'static str, &str)> {
    let uscc = data.uscc.iter().map(|number| ("uscc", number.as_str()));
    let lei = data.lei.iter().map(|number| ("lei", number.as_str()));
    uscc.chain(lei).chain(data.gln.iter().map(|number| ("gln", number.as_str())))
}

/// Refuses a registry number that another firm or site has. `scheme` is the member's name.
pub(super) fn number_is_free<S: States>(
    context: &Context<'_, S>,
    scheme: &str,
    number: &str,
) -> Result<(), Refusal> {
    let Some(taken) = context.states.find::<Identifier>(&format!("{scheme}/{number}")) else {
        return Ok(());
    };
    let owner = &taken.state.owner;
    let message = format!("{number} belongs to {owner}; a number has one owner");
    Err(Refusal::new(Code::IdentifierTaken, format!("/data/{scheme}"), message))
}

/// Remembers whose a registry number is.
pub(super) fn take_number<S: StatesMut>(
    states: &mut S,
    meta: &Meta<'_>,
    scheme: &str,
    number: &str,
    owner: &str,
) {
    let owner: Text = owner.parse().expect("every id is a text");
    states.create(&format!("{scheme}/{number}"), meta.position, false, Identifier { owner });
}

pub(super) fn registered<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &FirmRegistered) {
    let FirmRegistered { firm, gln, lei, name, recycler, uscc } = event.clone();
    let mut take = |scheme, number: &str| take_number(states, meta, scheme, number, firm.as_str());
    uscc.iter().for_each(|number| take("uscc", number.as_str()));
    lei.iter().for_each(|number| take("lei", number.as_str()));
    gln.iter().for_each(|number| take("gln", number.as_str()));
    let id = firm.clone();
    let (claimed_by, recorded_by, claims) = (None, None, Vec::new());
    let state = Firm { claimed_by, claims, firm, gln, lei, name, recorded_by, recycler, uscc };
    states.create(id.as_str(), meta.position, true, state);
}
