//! Stock accounts: what lies of a material at a site.
//!
//! Invariants: what is on hand is the sum of the movements, in whole base units; what is claimed
//! (a use, a disposal, a loss) is never more than is on hand, while loads move what they move and
//! may leave an account below zero, which then shows that something was not recorded. Without an
//! account nothing here has any effect.

mod draw;
mod entries;
mod follow;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::domain::decide::Context;
use crate::domain::event::{Event, StockPlace};
use crate::domain::id::{MaterialId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::delivery::not_closed;
use crate::domain::rules::lookup;
use crate::domain::rules::who::require_firm;
use crate::domain::state::{StockAccount, account_id, stock_sum};
use crate::domain::states::{States, Stored};
use crate::domain::time::Day;

pub use draw::{draw_stock, own_used_in};
pub use entries::{adjust_stock, count_stock, open_stock, record_generation, record_loss};
pub use follow::{evolve, follow};

type Decision = Result<Vec<Event>, Refusal>;

const MATERIAL: &str = "/data/material";
const QUANTITY: &str = "/data/quantity";

/// An account, and the day of the command at its site.
struct At {
    account: Arc<Stored<StockAccount>>,
    id: String,
    day: Day,
}

impl At {
    /// The account that a command names, for its firm, in a month that is open.
    fn of<S: States>(
        context: &Context<'_, S>,
        site: &SiteId,
        material: &MaterialId,
        quantity: &Quantity,
        what: &str,
    ) -> Result<At, Refusal> {
        let found = lookup::site(context, site, "/data/site")?;
        let (firm, park) = (&found.state.firm, &found.state.park);
        require_firm(context, firm, "keep the stock of this site")?;
        let id = account_id(site, material);
        let account = context.states.find::<StockAccount>(&id).ok_or_else(|| {
            let message =
                format!("no account is kept of {material} at {site}; open it (open_stock)");
            Refusal::new(Code::UnknownStock, MATERIAL, message)
        })?;
        lookup::alike(quantity, account.state.material.dimension, QUANTITY)?;
        let day = lookup::day_at(context, park);
        not_closed(context, park, day, what)?;
        Ok(At { account, id, day })
    }

    fn place(&self) -> StockPlace {
        let StockAccount { firm, material, park, site, .. } = self.account.state.clone();
        StockPlace { firm, material, park, site }
    }

    /// Refuses a claim of more than is there.
    fn has(&self, quantity: &Quantity) -> Result<(), Refusal> {
        let on_hand = self.account.state.on_hand();
        if i128::from(quantity.amount()) <= on_hand {
            return Ok(());
        }
        let StockAccount { material, site, .. } = &self.account.state;
        let on_hand = stock_sum(on_hand, material);
        let message = format!(
            "{quantity} is more than the {on_hand} of {} that are on hand at {site}; count what \
             lies there (count_stock) if there is more",
            material.material
        );
        Err(Refusal::new(Code::StockExceeded, QUANTITY, message))
    }
}
