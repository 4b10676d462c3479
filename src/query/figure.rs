//! Figures of a park, computed from the facts below a position.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ParkId;
use crate::domain::time::Month;
use crate::index::{FactFilter, Index};
use crate::query::answer::QueryError;
use crate::statistics::chertow::{Granularity, LinkEvidence, ThreeTwo, ThreeTwoTest};
use crate::statistics::exchange::{ExchangeTotal, ExchangeTotals, MEASURES};

/// What was exchanged in a park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExchangeTotalsAnswer {
    /// The sum of the facts of all records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// The first month.
    pub from: Month,
    /// One for each material.
    pub items: Vec<ExchangeTotal>,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    pub park: ParkId,
    /// The last month, included.
    pub to: Month,
}

/// Chertow's 3-2 test of a park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThreeTwoAnswer {
    /// From the facts of all records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// The first month.
    pub from: Month,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    pub park: ParkId,
    pub result: ThreeTwo,
    /// The last month, included.
    pub to: Month,
}

/// Of which park, for which months, as of when.
#[derive(Clone, Debug)]
pub struct FigureOf {
    pub park: ParkId,
    pub from: Month,
    pub to: Month,
    pub as_of: u64,
}

impl FigureOf {
    /// The facts that a figure of these measures is a sum of.
    pub fn filter(&self, measures: &[crate::domain::fact::Measure]) -> FactFilter {
        FactFilter {
            park: Some(self.park.clone()),
            measures: measures.to_vec(),
            days: Some((self.from.first(), self.to.last())),
            ..FactFilter::default()
        }
    }
}

pub fn exchange_totals(
    index: &Index,
    size: u64,
    of: FigureOf,
) -> Result<ExchangeTotalsAnswer, QueryError> {
    let mut totals = ExchangeTotals::default();
    index.facts(&of.filter(&MEASURES), of.as_of, &mut |_, fact| totals.add(fact))?;
    let FigureOf { park, from, to, as_of } = of;
    let lag = size.saturating_sub(as_of);
    Ok(ExchangeTotalsAnswer { as_of, from, items: totals.finish(), lag, park, to })
}

pub fn chertow(
    index: &Index,
    size: u64,
    of: FigureOf,
    granularity: Granularity,
    evidence: LinkEvidence,
) -> Result<ThreeTwoAnswer, QueryError> {
    let mut test = ThreeTwoTest::new(granularity, evidence);
    index.facts(&of.filter(&evidence.measures()), of.as_of, &mut |_, fact| test.add(fact))?;
    let FigureOf { park, from, to, as_of } = of;
    let lag = size.saturating_sub(as_of);
    Ok(ThreeTwoAnswer { as_of, from, lag, park, result: test.finish(), to })
}
