//! What is read from the rows besides single states: lists, facts, totals.

use std::sync::PoisonError;

use serde::{Deserialize, Serialize};

use crate::domain::code::MaterialCode;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::{FirmId, MaterialId, ParkId, ScaleId, SiteId};
use crate::domain::name::Name;
use crate::domain::quantity::Method;
use crate::domain::shapes::MaterialKind;
use crate::domain::states::Kind;
use crate::domain::time::{Day, Month};
use crate::index::{Index, IndexError, codec, key};

/// Whose list of aggregates. Lists are in the order of creation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListOf {
    All,
    Park(ParkId),
    /// A firm has part in it, on whichever side.
    Firm(FirmId),
    /// Deliveries of a contract (its id as text).
    Contract(String),
    /// Documents about a thing (its stream as text).
    Subject(String),
    /// Tickets of a scale.
    Scale(ScaleId),
}

/// Which facts.
#[derive(Clone, Debug, Default)]
pub struct FactFilter {
    pub park: Option<ParkId>,
    /// All if empty.
    pub measures: Vec<Measure>,
    /// First and last day.
    pub days: Option<(Day, Day)>,
    pub firm: Option<FirmId>,
    pub material: Option<MaterialId>,
}

impl FactFilter {
    pub(super) fn passes(&self, fact: &Fact) -> bool {
        self.park.as_ref().is_none_or(|park| *park == fact.park)
            && (self.measures.is_empty() || self.measures.contains(&fact.measure))
            && self.days.is_none_or(|(first, last)| (first..=last).contains(&fact.day))
            && self.firm.as_ref().is_none_or(|firm| fact.firm.as_ref() == Some(firm))
            && self.material.as_ref().is_none_or(|own| fact.material.as_ref() == Some(own))
    }
}

/// Which totals.
#[derive(Clone, Debug, Default)]
pub struct TotalFilter {
    /// All if empty.
    pub measures: Vec<Measure>,
    pub firm: Option<FirmId>,
    pub material: Option<MaterialId>,
}

/// The sum of the facts of one park and month that are alike in all that stands in the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    pub month: Month,
    pub measure: Measure,
    pub key: TotalKey,
    pub value: TotalValue,
}

/// What tells a total from the others of its park, month and measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalKey {
    pub firm: Option<FirmId>,
    pub site: Option<SiteId>,
    pub counterparty: Option<FirmId>,
    pub counterparty_site: Option<SiteId>,
    pub material: Option<MaterialId>,
    pub unit: FactUnit,
    pub method: Method,
    /// Of stated figures.
    pub item: Option<Name>,
}

/// A sum, and what its facts say of the material: facts that say otherwise have their own total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotalValue {
    pub amount: i128,
    pub facts: u64,
    pub kind: Option<MaterialKind>,
    pub code: Option<MaterialCode>,
}

/// All that stands in a total's key behind its measure.
type WholeKey = (TotalKey, Option<MaterialKind>, Option<MaterialCode>);

/// A total's row: amount, and how many facts it is the sum of.
pub type SumRow = (i128, u64);

impl Index {
    /// Creation position and id of aggregates of a kind: those created at or after `from` and
    /// below `below`, at most `limit`.
    pub fn list(
        &self,
        kind: Kind,
        of: &ListOf,
        from: u64,
        below: u64,
        limit: usize,
    ) -> Result<Vec<(u64, String)>, IndexError> {
        self.checked(self.list_of(kind, of, from, below, limit))
    }

    fn list_of(
        &self,
        kind: Kind,
        of: &ListOf,
        from: u64,
        below: u64,
        limit: usize,
    ) -> Result<Vec<(u64, String)>, IndexError> {
        let mut first = Vec::new();
        key::list(kind, of, &mut first);
        let mut last = first.clone();
        key::push_block(key::block(from), &mut first);
        key::push_block(u64::MAX, &mut last);
        let mut found = Vec::new();
        for row in self.0.rows.range(first..=last) {
            let items: Vec<(u64, Box<str>)> = codec::decode(&row?.1)?;
            for (position, id) in items {
                if position >= below || found.len() == limit {
                    return Ok(found);
                }
                if position >= from {
                    found.push((position, id.into()));
                }
            }
        }
        Ok(found)
    }

    /// As [`Index::list`], but the newest first: at most `limit` of those created below `below`.
    pub fn list_newest(
        &self,
        kind: Kind,
        of: &ListOf,
        below: u64,
        limit: usize,
    ) -> Result<Vec<(u64, String)>, IndexError> {
        self.checked(self.list_newest_of(kind, of, below, limit))
    }

    fn list_newest_of(
        &self,
        kind: Kind,
        of: &ListOf,
        below: u64,
        limit: usize,
    ) -> Result<Vec<(u64, String)>, IndexError> {
        let mut first = Vec::new();
        key::list(kind, of, &mut first);
        let mut last = first.clone();
        key::push_block(0, &mut first);
        key::push_block(key::block(below), &mut last);
        let mut found = Vec::new();
        for row in self.0.rows.range(first..=last).rev() {
            let items: Vec<(u64, Box<str>)> = codec::decode(&row?.1)?;
            for (position, id) in items.into_iter().rev().filter(|(at, _)| *at < below) {
                if found.len() == limit {
                    return Ok(found);
                }
                found.push((position, id.into()));
            }
        }
        Ok(found)
    }

    /// The totals of a park over months, first and last included, with the position as of which
    /// they stand: they are the sums of the facts below it, however many records come while they
    /// are read.
    pub fn totals(
        &self,
        park: &ParkId,
        months: (Month, Month),
        filter: &TotalFilter,
    ) -> Result<(u64, Vec<Total>), IndexError> {
        self.checked(self.totals_of(park, months, filter))
    }

    fn totals_of(
        &self,
        park: &ParkId,
        months: (Month, Month),
        filter: &TotalFilter,
    ) -> Result<(u64, Vec<Total>), IndexError> {
        // While this is held no flush comes between two rows.
        let _turn = self.0.turn.read().unwrap_or_else(PoisonError::into_inner);
        let mut first = Vec::new();
        key::totals(park.as_str(), &mut first);
        let start = first.len();
        let mut last = first.clone();
        key::push_month(months.0, &mut first);
        key::push_month(Month(months.1.0 + 1), &mut last);
        let mut found = Vec::new();
        for row in self.0.rows.range(first..last) {
            let (name, value) = row?;
            let total = total(&name[start..], &value)?;
            let TotalFilter { measures, firm, material } = filter;
            if (measures.is_empty() || measures.contains(&total.measure))
                && firm.as_ref().is_none_or(|firm| total.key.firm.as_ref() == Some(firm))
                && material.as_ref().is_none_or(|own| total.key.material.as_ref() == Some(own))
            {
                found.push(total);
            }
        }
        Ok((self.position(), found))
    }
}

/// A total from what stands behind its park in the key, and its value.
fn total(name: &[u8], value: &[u8]) -> Result<Total, IndexError> {
    let short = || IndexError::Damaged("a total's key is too short".to_owned());
    let (month, rest) = name.split_first_chunk().ok_or_else(short)?;
    let (measure, rest) = rest.split_first().ok_or_else(short)?;
    let measure = Measure::of_number(*measure)
        .ok_or_else(|| IndexError::Damaged("a total has an unknown measure".to_owned()))?;
    let (key, kind, code): WholeKey = codec::decode(rest)?;
    let (amount, facts): SumRow = codec::decode(value)?;
    let value = TotalValue { amount, facts, kind, code };
    Ok(Total { month: Month(i32::from_be_bytes(*month)), measure, key, value })
}
