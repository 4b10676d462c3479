//! `close_mass_balance`: what was not claimed is carried as far as stock backs it, and ends else.

use crate::domain::command::CloseMassBalance;
use crate::domain::decide::Context;
use crate::domain::event::MassBalanceClosed;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::lookup;
use crate::domain::rules::mass_balance::{Decision, opened};
use crate::domain::state::{MassBalance, StockAccount, account_id};
use crate::domain::states::States;

const MAX_EVIDENCE: usize = 10;

pub fn close_mass_balance<S: States>(
    context: &Context<'_, S>,
    data: &CloseMassBalance,
) -> Decision {
    let balance = opened(context, &data.balance)?;
    let balance = &balance.state;
    let (day, last) = (lookup::day_at(context, &balance.park), balance.term.to);
    if day <= last {
        let message = format!("it goes up to {last}; close it after that day");
        return Err(Refusal::new(Code::PeriodNotOver, "/occurred_at", message));
    }
    lookup::counted(&data.evidence, 0, MAX_EVIDENCE, "/data/evidence")?;
    let backing = backing(context, data, balance)?;
    let left = balance.left();
    // What a correction left it short of has to be made good by the next account.
    let carried = left.min(backing);
    let closed = MassBalanceClosed {
        backing: balance.sum(backing),
        balance: data.balance.clone(),
        carried: balance.sum(carried),
        evidence: data.evidence.clone(),
        expired: balance.sum(left - carried),
        firm: balance.firm.clone(),
        park: balance.park.clone(),
    };
    Ok(vec![closed.into()])
}

/// The stock of the product, by its account or, where none is kept, as counted; none if neither.
fn backing<S: States>(
    context: &Context<'_, S>,
    data: &CloseMassBalance,
    balance: &MassBalance,
) -> Result<i128, Refusal> {
    const STOCK: &str = "/data/stock";
    let id = account_id(&balance.site, &balance.product.material);
    let account = context.states.find::<StockAccount>(&id);
    match (account, &data.stock) {
        (Some(_), Some(_)) => {
            let message = "a stock account is kept of the product and says what is on hand";
            Err(Refusal::new(Code::UnexpectedMember, STOCK, message))
        }
        (Some(account), None) => Ok(account.state.on_hand().max(0)),
        (None, Some(stock)) => {
            named::like(stock, balance.product.dimension, STOCK)?;
            if data.evidence.is_empty() {
                let message = "a counted stock is carried with evidence of the count";
                return Err(Refusal::new(Code::EvidenceNeeded, "/data/evidence", message));
            }
            Ok(i128::from(stock.amount()))
        }
        (None, None) => Ok(0),
    }
}
