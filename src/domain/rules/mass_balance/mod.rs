//! Rules of mass balance accounts: what a site says of its output, by what came in.
//!
//! Invariants: one account of a site and product group is open at a time, for three months at most.
//! A delivery is input of one account, at the site that received it. What is claimed is at most the
//! qualifying input times the conversion and what was carried in. Credit stays with its site and
//! group, and is carried on only as far as stock backs it.

mod close;
mod entries;
mod evolve;
mod open;
#[cfg(test)]
mod tests;

use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::id::MassBalanceId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup::Found;
use crate::domain::rules::who::require_firm;
use crate::domain::state::MassBalance;
use crate::domain::states::States;

pub use close::close_mass_balance;
pub use entries::{book_inputs, claim_output};
pub use evolve::{evolve, follow};
pub use open::open_mass_balance;

type Decision = Result<Vec<Event>, Refusal>;

const BALANCE: &str = "/data/balance";
const QUANTITY: &str = "/data/quantity";
const KEEP: &str = "keep the mass balance of this site";

fn find<S: States>(
    context: &Context<'_, S>,
    id: &MassBalanceId,
    pointer: &str,
) -> Found<MassBalance> {
    context.states.find(id.as_str()).ok_or_else(|| {
        let message = format!("there is no mass balance {id}; open it first (open_mass_balance)");
        Refusal::new(Code::UnknownMassBalance, pointer, message)
    })
}

/// The account that a command names, for its firm, while it is open.
fn opened<S: States>(context: &Context<'_, S>, id: &MassBalanceId) -> Found<MassBalance> {
    let balance = find(context, id, BALANCE)?;
    require_firm(context, &balance.state.firm, KEEP)?;
    if balance.state.closed.is_none() {
        return Ok(balance);
    }
    let message = format!("{id} is closed; open the next one (open_mass_balance)");
    Err(Refusal::new(Code::MassBalanceClosed, BALANCE, message))
}
