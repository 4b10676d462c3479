//! Stock accounts: what lies of a material at a site.
//!
//! Invariants: what is on hand is the sum of the movements, in whole base units; what is claimed
//! (a use, a disposal, a loss) is never more than is on hand, while loads move what they move and
//! may leave an account below zero, which then shows that something was not recorded. Without an
//! account nothing here has any effect. What stands in lots and what stands in none are together
//! what is on hand, always; what is in a lot goes only by its name, and of what it is made is a sum
//! in whole base units that is the lot's.

mod draw;
mod entries;
mod follow;
mod lot;
mod lot_follow;
#[cfg(test)]
mod lot_model;
#[cfg(test)]
mod lot_tests;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::domain::decide::Context;
use crate::domain::event::{Event, StockPlace};
use crate::domain::id::{LotId, MaterialId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::delivery::not_closed;
use crate::domain::rules::lookup;
use crate::domain::rules::who::require_firm;
use crate::domain::state::{Lot, StockAccount, account_id, stock_sum};
use crate::domain::states::{States, Stored};
use crate::domain::time::Day;

pub use draw::{draw_stock, own_used_in};
pub use entries::{adjust_stock, count_stock, open_stock, record_generation, record_loss};
pub use follow::{evolve, follow};
pub use lot::{blend_lots, dissolve_lot, form_lot, split_lot};

type Decision = Result<Vec<Event>, Refusal>;

const MATERIAL: &str = "/data/material";
const QUANTITY: &str = "/data/quantity";
const LOT: &str = "/data/lot";

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
        quantity: Option<&Quantity>,
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
        if let Some(quantity) = quantity {
            lookup::alike(quantity, account.state.material.dimension, QUANTITY)?;
        }
        let day = lookup::day_at(context, park);
        not_closed(context, park, day, what)?;
        Ok(At { account, id, day })
    }

    fn place(&self) -> StockPlace {
        let StockAccount { firm, material, park, site, .. } = self.account.state.clone();
        StockPlace { firm, material, park, site }
    }

    /// Refuses a claim of more than is there, in the lot or in none.
    fn has(&self, quantity: &Quantity, lot: Option<&Lot>) -> Result<(), Refusal> {
        let (asked, free) = (i128::from(quantity.amount()), self.account.state.free());
        let on_hand = self.account.state.on_hand();
        if let Some(lot) = lot
            && asked > i128::from(lot.quantity())
        {
            let left = stock_sum(lot.quantity().into(), &lot.material);
            let message =
                format!("{quantity} is more than the {left} that are left of {}", lot.lot);
            return Err(Refusal::new(Code::LotExceeded, QUANTITY, message));
        }
        if asked <= on_hand {
            return if lot.is_some() || asked <= free {
                Ok(())
            } else {
                Err(self.in_lots(quantity))
            };
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

    fn in_lots(&self, quantity: &Quantity) -> Refusal {
        let StockAccount { in_lots, material, .. } = &self.account.state;
        let (free, in_lots) =
            (stock_sum(self.account.state.free(), material), stock_sum(*in_lots, material));
        let message = format!(
            "lots have {in_lots} of what is on hand, and {free} are in none; {quantity} takes of \
             lots, so name the lot (`lot`), or dissolve it first (dissolve_lot)"
        );
        Refusal::new(Code::NameTheLot, QUANTITY, message)
    }

    /// A lot of this account that has something left, on a day when it was there.
    fn lot<S: States>(
        &self,
        context: &Context<'_, S>,
        lot: &LotId,
        pointer: &str,
    ) -> Result<Arc<Stored<Lot>>, Refusal> {
        lot_of(context.states, &self.id, lot, self.day, pointer)
    }

    fn named_lot<S: States>(
        &self,
        context: &Context<'_, S>,
        lot: Option<&LotId>,
    ) -> Result<Option<Arc<Stored<Lot>>>, Refusal> {
        lot.map(|lot| self.lot(context, lot, LOT)).transpose()
    }
}

/// A lot of an account that has something left, on a day when it was there.
pub fn lot_of<S: States>(
    states: &S,
    account: &str,
    id: &LotId,
    day: Day,
    pointer: &str,
) -> Result<Arc<Stored<Lot>>, Refusal> {
    // Whether another account has such a lot is nobody else's business.
    let lot = states.find::<Lot>(id.as_str()).filter(|lot| lot.state.account() == account);
    let lot = lot.ok_or_else(|| {
        let message = format!("{account} has no lot {id}");
        Refusal::new(Code::UnknownLot, pointer, message)
    })?;
    if lot.state.quantity() == 0 {
        let message = format!("nothing is left of {id}");
        return Err(Refusal::new(Code::LotEnded, pointer, message));
    }
    if day < lot.state.day {
        let message = format!("{id} is of {}, and this is on {day}", lot.state.day);
        return Err(Refusal::new(Code::BeforeLot, "/occurred_at", message));
    }
    Ok(lot)
}
