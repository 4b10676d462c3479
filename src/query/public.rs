//! What the public sees of a park: closed months, in fixed groupings, without small cells.
//!
//! Invariant: a month is shown as it was when it was closed, for ever, so nothing can be learned by
//! comparing two dates. A cell is left out if fewer than three firms stand on either side, or if
//! one of them has more than 85 %; no total is given from which it could be had by subtraction.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{FirmId, ParkId};
use crate::domain::quantity::Sum;
use crate::domain::state::Period;
use crate::domain::states::States as _;
use crate::domain::time::Month;
use crate::index::{FactFilter, Index};
use crate::query::answer::QueryError;

/// The fewest firms on each side of a cell that is shown.
const FEWEST: usize = 3;
/// The most that one firm may have of a cell that is shown, in percent.
const DOMINANT: i128 = 85;

/// What was accepted of one class of materials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicExchangeTotal {
    /// Absent if it would show what a firm does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Sum>,
    /// A code with its list, or the kind of material where it has none.
    pub class: String,
    /// Whether the figure is left out because too few firms stand behind it.
    pub suppressed: bool,
}

/// What was exchanged in a park's closed months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicExchangeTotals {
    /// The first month.
    pub from: Month,
    pub items: Vec<PublicExchangeTotal>,
    pub park: ParkId,
    /// The last month, included.
    pub to: Month,
}

#[derive(Default)]
struct Cell {
    sum: Option<Sum>,
    suppliers: BTreeMap<FirmId, i128>,
    receivers: BTreeMap<FirmId, i128>,
}

impl Cell {
    fn add(&mut self, fact: &Fact) {
        let crate::domain::fact::FactUnit::Physical(dimension, basis) = fact.unit else { return };
        let amount = i128::from(fact.amount);
        let added = Sum::new(amount, dimension, basis).expect("a fact's amount is bounded");
        let sum = self.sum.get_or_insert(Sum::zero(dimension, basis));
        *sum = sum.checked_add(&added).expect("a class holds alike facts");
        *self.receivers.entry(fact.firm.clone()).or_default() += amount;
        if let Some(other) = &fact.counterparty {
            *self.suppliers.entry(other.firm.clone()).or_default() += amount;
        }
    }

    fn is_small(&self) -> bool {
        [&self.suppliers, &self.receivers].iter().any(|side| {
            let total: i128 = side.values().sum();
            side.len() < FEWEST || side.values().any(|one| one * 100 > total * DOMINANT)
        })
    }
}

pub fn exchange_totals(
    index: &Index,
    park: &ParkId,
    from: Month,
    to: Month,
) -> Result<PublicExchangeTotals, QueryError> {
    let mut cells: BTreeMap<(String, String), Cell> = BTreeMap::new();
    for month in from.through(to) {
        let Some(closed) = index.find::<Period>(&format!("{park}/{month}")) else {
            return Err(QueryError::NotShown("months that are not closed"));
        };
        let filter = FactFilter {
            park: Some(park.clone()),
            measures: vec![Measure::Accepted],
            days: Some((month.first(), month.last())),
            ..FactFilter::default()
        };
        index.facts(&filter, closed.state.closed_at, &mut |_, fact| {
            let unit = format!("{:?}", fact.unit);
            cells.entry((class(fact), unit)).or_default().add(fact);
        })?;
    }
    let items = cells.into_iter().map(|((class, _), cell)| {
        let suppressed = cell.is_small();
        PublicExchangeTotal { accepted: cell.sum.filter(|_| !suppressed), class, suppressed }
    });
    Ok(PublicExchangeTotals { from, items: items.collect(), park: park.clone(), to })
}

fn class(fact: &Fact) -> String {
    match (&fact.code, fact.kind) {
        (Some(code), _) => format!("{} {}", code.scheme(), code.code()),
        (None, Some(kind)) => {
            let name = serde_json::to_value(kind).expect("a kind is a word");
            name.as_str().unwrap_or_default().to_owned()
        }
        (None, None) => "other".to_owned(),
    }
}
