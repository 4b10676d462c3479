//! What is due for a settlement window by the prices of its contract, for the parties alone.
//!
//! Invariant: nothing here is recorded, and it is computed from what the sheet shows: an amount is
//! a proposal, an invoice is what its issuer records. Prices are opened for the parties only.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::event::{AgreedPrice, Event};
use crate::domain::id::ContractId;
use crate::domain::money::Money;
use crate::domain::price::{
    Given, LinePrice, PriceFormula, PricedLine, PricedTotal, Rounding, amount, loads, shortfalls,
};
use crate::domain::refusal::Refusal;
use crate::domain::shapes::PriceDirection;
use crate::domain::sheet::draw;
use crate::domain::state::Contract;
use crate::domain::time::Month;
use crate::log::sealed::Sealed;
use crate::query::answer::QueryError;
use crate::query::record::{Records, broken};
use crate::query::rows::Rows;

/// What is due for a window, line by line, exactly; totals are rounded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AmountView {
    /// The position that the answer reflects.
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub contract: ContractId,
    pub lines: Vec<PricedLine>,
    pub month: Month,
    /// What could be recorded as invoices, one for each direction and currency.
    pub totals: Vec<PricedTotal>,
    /// Deliveries of the sheet that are neither accepted nor rejected yet, and so not in it.
    pub undecided: u32,
    /// Lines with deliveries for which no price can be read: none is stated, it is free, or it was
    /// erased.
    pub unpriced: Vec<u16>,
}

/// Why there is no amount.
#[derive(Debug)]
pub enum AmountError {
    Query(QueryError),
    Refused(Refusal),
}

impl From<QueryError> for AmountError {
    fn from(error: QueryError) -> AmountError {
        AmountError::Query(error)
    }
}

impl From<Refusal> for AmountError {
    fn from(refusal: Refusal) -> AmountError {
        AmountError::Refused(refusal)
    }
}

/// Computes what is due, of a contract whose prices the reader may open.
pub fn window_amount(
    rows: &Rows<'_>,
    records: &Records<'_>,
    sealed: &Sealed,
    (id, month): (&str, Month),
    given: &Given,
) -> Result<AmountView, AmountError> {
    let as_of = rows.index.position();
    let (lines, undecided, unpriced) = priced(rows, records, sealed, id, month)?;
    let due = amount(&lines, given)?;
    let found = rows.stored::<Contract>(id).ok_or(QueryError::NotFound("contract"))?;
    Ok(AmountView {
        as_of,
        contract: found.state.contract.clone(),
        lines: due.lines,
        month,
        totals: due.totals,
        undecided,
        unpriced,
    })
}

/// The lines of a window with their prices, how many of its deliveries are undecided, and which
/// lines have no price.
pub fn priced(
    rows: &Rows<'_>,
    records: &Records<'_>,
    sealed: &Sealed,
    id: &str,
    month: Month,
) -> Result<(Vec<LinePrice>, u32, Vec<u16>), QueryError> {
    let found = rows.stored::<Contract>(id).ok_or(QueryError::NotFound("contract"))?;
    let contract = &found.state;
    let mut formulas = formulas(records, sealed, id, found.created)?;
    let drawn = draw(rows.index, contract, month);
    let (mut lines, mut unpriced) = (Vec::new(), Vec::new());
    for line in &contract.lines {
        let loads = loads(&drawn, line);
        let Some((price, formula)) = formulas.remove(&line.line) else {
            if !loads.is_empty() {
                unpriced.push(line.line);
            }
            continue;
        };
        let shortfalls = match formula.shortfall_percent {
            Some(_) => shortfalls(rows.index, contract, line, &drawn.window),
            None => Vec::new(),
        };
        if loads.is_empty() && shortfalls.is_empty() {
            continue;
        }
        let (direction, line) = (price.direction, line.line);
        let per = price.per.ok_or_else(|| broken("a price has an amount and no unit"))?;
        lines.push(LinePrice { line, direction, per, formula, loads, shortfalls });
    }
    let undecided = u32::try_from(drawn.undecided()).unwrap_or(u32::MAX);
    Ok((lines, undecided, unpriced))
}

/// Each line's price as a formula: an amount is one without adjustments, rounded half away from
/// zero.
fn formulas(
    records: &Records<'_>,
    sealed: &Sealed,
    id: &str,
    created: u64,
) -> Result<BTreeMap<u16, (AgreedPrice, PriceFormula)>, QueryError> {
    let parties = records.parties::<Contract>(id).ok_or(QueryError::NotFound("contract"))?;
    let disclosed = records.disclosed(sealed, &parties, &[created])?;
    let view = records.one(created)?;
    let Some(decoded) = records.decoded(&view)? else {
        return Err(QueryError::NotShown("confidential values of others"));
    };
    let Event::ContractProposed(proposed) = decoded.event else {
        return Err(broken("a contract begins with another record than its proposal"));
    };
    let mut found = BTreeMap::new();
    for (place, line) in proposed.lines.into_iter().enumerate() {
        let Some(price) = line.price.filter(|price| price.direction != PriceDirection::Free) else {
            continue;
        };
        let value = |member: &str| {
            let pointer = format!("/data/lines/{place}/price/{member}");
            let member = disclosed.items.iter().find(|item| item.pointer == pointer);
            member.and_then(|item| item.value.as_ref())
        };
        let formula = match (value("formula"), value("amount")) {
            (Some(text), _) => serde_json::from_str(text.get()).map_err(broken)?,
            (None, Some(text)) => {
                let base: Money = serde_json::from_str(text.get()).map_err(broken)?;
                let rounding = Rounding::HalfAwayFromZero;
                let (adjustments, index, shortfall_percent) = (Vec::new(), None, None);
                PriceFormula { adjustments, base, index, rounding, shortfall_percent }
            }
            (None, None) => continue,
        };
        found.insert(line.line, (price, formula));
    }
    Ok(found)
}
