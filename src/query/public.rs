//! What the public sees of a park: closed months, in fixed groupings, without small cells.
//!
//! Invariant: a month is shown as it was when it was closed, for ever, so nothing can be learned by
//! comparing two dates. A cell is left out if fewer than three firms stand on either side, or if
//! one of them has more than 85 %. A quarter or year is left out as well if what remains of it
//! after subtracting the parts that are shown is such a cell: so no sum or difference of figures
//! that were published tells more than the rule allows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::Scheme;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::{FirmId, ParkId};
use crate::domain::quantity::Sum;
use crate::domain::state::{Park, Period};
use crate::domain::states::States as _;
use crate::domain::time::Month;
use crate::index::{FactFilter, Index};
use crate::query::answer::QueryError;

/// The fewest firms on each side of a cell that is shown.
const FEWEST: usize = 3;
/// The most that one firm may have of a cell that is shown, in percent.
const DOMINANT: i128 = 85;

/// The spans for which public figures are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    #[default]
    Month,
    Quarter,
    Year,
}

/// What was accepted of one class of materials in one span.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicExchangeTotal {
    /// Absent if it is suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Sum>,
    /// A list of codes and its chapter or class, as `eu_low 10`; `uncoded` without a code.
    #[schema(example = "eu_low 10")]
    pub class: String,
    /// `2025-03`, `2025-Q1` or `2025`.
    #[schema(example = "2025-Q1")]
    pub period: String,
    /// Whether the figure is left out because it would show what single firms do.
    pub suppressed: bool,
}

/// What was exchanged in a park's closed months of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicExchangeTotals {
    /// The months of the year that are closed; a span is shown once all of its months are.
    pub closed: Vec<Month>,
    pub grouping: Grouping,
    pub items: Vec<PublicExchangeTotal>,
    pub park: ParkId,
    pub year: u16,
}

/// The figures of a year.
pub fn exchange_totals(
    index: &Index,
    park: &ParkId,
    year: u16,
    grouping: Grouping,
) -> Result<PublicExchangeTotals, QueryError> {
    if !index.exists::<Park>(park.as_str()) {
        return Err(QueryError::NotFound("park"));
    }
    let (mut closed, mut cells) = (Vec::new(), BTreeMap::<(String, String), Year>::new());
    for at in 0..12 {
        let month = Month::from_civil(year.into(), at as u32 + 1);
        let month = month.ok_or(QueryError::NotFound("such year"))?;
        let Some(period) = index.find::<Period>(&format!("{park}/{month}")) else { continue };
        closed.push(month);
        let filter = FactFilter {
            park: Some(park.clone()),
            measures: vec![Measure::Accepted],
            days: Some((month.first(), month.last())),
            ..FactFilter::default()
        };
        // What was recorded later belongs to no public figure.
        index.facts(&filter, period.state.closed_at, &mut |_, fact| {
            let FactUnit::Physical(dimension, basis) = fact.unit else { return };
            let unit = format!("{dimension} {basis}");
            cells.entry((class(fact), unit)).or_default()[at].add(fact);
        })?;
    }
    let is_closed = |months: std::ops::Range<usize>| {
        months.into_iter().all(|at| closed.iter().any(|month| month.of_year() as usize == at + 1))
    };
    let mut items = Vec::new();
    for span in spans(grouping) {
        if !is_closed(span.months.clone()) {
            continue;
        }
        for ((class, _), year_of) in &cells {
            let Some(cell) = merged(&year_of[span.months.clone()]) else { continue };
            let suppressed = !is_shown(year_of, &span);
            items.push(PublicExchangeTotal {
                accepted: cell.sum.filter(|_| !suppressed),
                class: class.clone(),
                period: span.name(year),
                suppressed,
            });
        }
    }
    Ok(PublicExchangeTotals { closed, grouping, items, park: park.clone(), year })
}

/// A class's cells of the twelve months.
type Year = [Cell; 12];

/// A span of a year: a month, a quarter or the year.
#[derive(Clone)]
struct Span {
    months: std::ops::Range<usize>,
}

impl Span {
    fn name(&self, year: u16) -> String {
        match self.months.len() {
            1 => format!("{year}-{:02}", self.months.start + 1),
            3 => format!("{year}-Q{}", self.months.start / 3 + 1),
            _ => year.to_string(),
        }
    }

    /// The spans that it is made of.
    fn parts(&self) -> Vec<Span> {
        match self.months.len() {
            1 => Vec::new(),
            3 => split(self.months.clone(), 1),
            _ => split(self.months.clone(), 3),
        }
    }
}

fn split(months: std::ops::Range<usize>, length: usize) -> Vec<Span> {
    months.step_by(length).map(|start| Span { months: start..start + length }).collect()
}

fn spans(grouping: Grouping) -> Vec<Span> {
    split(
        0..12,
        match grouping {
            Grouping::Month => 1,
            Grouping::Quarter => 3,
            Grouping::Year => 12,
        },
    )
}

/// Whether a span's figure may be shown: whether what is left of it, without the largest of its
/// parts that are shown themselves, is no small cell.
fn is_shown(year: &Year, span: &Span) -> bool {
    let mut hidden = Vec::new();
    collect_hidden(year, span, &mut hidden);
    match merged(&hidden) {
        None => true,
        Some(rest) => !rest.is_small(),
    }
}

/// The months of a span that no shown part of it covers.
fn collect_hidden(year: &Year, span: &Span, out: &mut Vec<Cell>) {
    let parts = span.parts();
    if parts.is_empty() {
        out.extend_from_slice(&year[span.months.clone()]);
    }
    for part in parts {
        if !is_shown(year, &part) {
            collect_hidden(year, &part, out);
        }
    }
}

/// The sum of cells; nothing if they are all empty.
fn merged(cells: &[Cell]) -> Option<Cell> {
    let mut all = Cell::default();
    cells.iter().for_each(|cell| all.merge(cell));
    all.sum.is_some().then_some(all)
}

/// Facts of one class and unit in one span.
#[derive(Clone, Default)]
struct Cell {
    sum: Option<Sum>,
    suppliers: BTreeMap<FirmId, i128>,
    receivers: BTreeMap<FirmId, i128>,
}

impl Cell {
    fn add(&mut self, fact: &Fact) {
        let FactUnit::Physical(dimension, basis) = fact.unit else { return };
        let amount = i128::from(fact.amount);
        let added = Sum::new(amount, dimension, basis).expect("a fact's amount is bounded");
        self.add_sum(&added);
        if let Some(firm) = &fact.firm {
            *self.receivers.entry(firm.clone()).or_default() += amount;
        }
        if let Some(other) = &fact.counterparty {
            *self.suppliers.entry(other.firm.clone()).or_default() += amount;
        }
    }

    fn merge(&mut self, other: &Cell) {
        if let Some(sum) = &other.sum {
            self.add_sum(sum);
        }
        for (own, others) in
            [(&mut self.suppliers, &other.suppliers), (&mut self.receivers, &other.receivers)]
        {
            for (firm, amount) in others {
                *own.entry(firm.clone()).or_default() += amount;
            }
        }
    }

    fn add_sum(&mut self, added: &Sum) {
        let sum = self.sum.get_or_insert(Sum::zero(added.dimension(), added.basis()));
        *sum = sum.checked_add(added).expect("a cell holds alike facts of one park");
    }

    fn is_small(&self) -> bool {
        [&self.suppliers, &self.receivers].iter().any(|side| {
            let total: i128 = side.values().sum();
            // One whose adjustments left it nothing, or less, hides nobody.
            let present = side.values().filter(|one| **one > 0).count();
            present < FEWEST || side.values().any(|one| one * 100 > total * DOMINANT)
        })
    }
}

/// The chapter or class that a material's code stands in.
fn class(fact: &Fact) -> String {
    let Some(code) = &fact.code else { return "uncoded".to_owned() };
    let text = code.code();
    let chapter = match code.scheme() {
        Scheme::EuLow | Scheme::Hs => text.get(..2),
        Scheme::CnSolid2024 | Scheme::CnHazardous | Scheme::Gbt39198 => text.rsplit('-').next(),
        Scheme::Basel => Some(text),
    };
    format!("{} {}", code.scheme(), chapter.unwrap_or(text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::quantity::Basis;
    use crate::domain::unit::Dimension;

    /// A cell of suppliers with these amounts, each to a receiver of its own.
    fn cell(amounts: &[(&str, i128)]) -> Cell {
        let mut cell = Cell::default();
        for (firm, amount) in amounts {
            cell.add_sum(&Sum::new(*amount, Dimension::Mass, Basis::Wet).unwrap());
            *cell.suppliers.entry(format!("frm_{firm}").parse().unwrap()).or_default() += amount;
            *cell.receivers.entry(format!("frm_r{firm}").parse().unwrap()).or_default() += amount;
        }
        cell
    }

    fn year(months: &[(usize, Cell)]) -> Year {
        let mut year = Year::default();
        for (month, cell) in months {
            year[month - 1] = cell.clone();
        }
        year
    }

    fn shown(year: &Year) -> Vec<String> {
        let all = [Grouping::Month, Grouping::Quarter, Grouping::Year];
        let spans = all.into_iter().flat_map(spans);
        let present = spans.filter(|span| merged(&year[span.months.clone()]).is_some());
        present.filter(|span| is_shown(year, span)).map(|span| span.name(2025)).collect()
    }

    const WIDE: &[(&str, i128)] = &[("a", 40), ("b", 30), ("c", 30)];

    #[test]
    fn three_firms_on_each_side_are_shown_unless_one_dominates() {
        assert!(!cell(WIDE).is_small());
        assert!(cell(&WIDE[..2]).is_small());
        assert!(!cell(&[("a", 85), ("b", 10), ("c", 5)]).is_small());
        assert!(cell(&[("a", 86), ("b", 9), ("c", 5)]).is_small());
        assert!(cell(&[("a", 40), ("b", 30), ("c", 0)]).is_small());
        assert!(cell(&[("a", 50), ("b", 60), ("c", -1)]).is_small());
        let mut lopsided = cell(WIDE);
        lopsided.receivers = [("frm_r".parse().unwrap(), 100)].into();
        assert!(lopsided.is_small());
    }

    #[test]
    fn a_hidden_month_can_not_be_had_by_subtraction() {
        // March is small, so the quarter would give it away, and so would the year.
        let small = cell(&[("a", 7)]);
        let months = year(&[(1, cell(WIDE)), (2, cell(WIDE)), (3, small.clone())]);
        assert_eq!(shown(&months), ["2025-01", "2025-02"]);
        // With another quarter that is whole, it is still the difference.
        let mut more = months.clone();
        more[4] = cell(WIDE);
        assert_eq!(shown(&more), ["2025-01", "2025-02", "2025-05", "2025-Q2"]);
    }

    #[test]
    fn small_months_that_are_wide_together_are_shown_together() {
        let months = [(1, cell(&[("a", 5)])), (2, cell(&[("b", 5)])), (3, cell(&[("c", 5)]))];
        assert_eq!(shown(&year(&months)), ["2025-Q1", "2025"]);
        // A small month elsewhere is what the year would give away.
        let mut more = year(&months);
        more[11] = cell(&[("a", 1)]);
        assert_eq!(shown(&more), ["2025-Q1"]);
        // Two small ones in two quarters, wide enough together.
        more[8] = cell(&[("b", 1), ("c", 1)]);
        assert_eq!(shown(&more), ["2025-Q1", "2025"]);
    }
}
