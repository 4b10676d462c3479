//! What is read from the rows besides single states: lists, facts, totals.

use serde::{Deserialize, Serialize};

use crate::domain::code::MaterialCode;
use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{FirmId, MaterialId, ParkId};
use crate::domain::shapes::MaterialKind;
use crate::domain::states::Kind;
use crate::domain::time::{Day, Month};
use crate::index::{Index, IndexError, TotalKey, codec, key};

/// Whose list of aggregates. Lists are in the order of creation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListOf {
    All,
    Park(ParkId),
    /// A firm has part in it, on whichever side.
    Firm(FirmId),
    /// Deliveries of a contract (its id as text).
    Contract(String),
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
    fn passes(&self, fact: &Fact) -> bool {
        self.park.as_ref().is_none_or(|park| *park == fact.park)
            && (self.measures.is_empty() || self.measures.contains(&fact.measure))
            && self.days.is_none_or(|(first, last)| (first..=last).contains(&fact.day))
            && self.firm.as_ref().is_none_or(|firm| *firm == fact.firm)
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

/// A sum, and what all its facts say of the material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalValue {
    pub amount: i128,
    pub facts: u64,
    pub kind: Option<MaterialKind>,
    pub code: Option<MaterialCode>,
}

impl TotalValue {
    pub fn add(&mut self, other: &TotalValue) {
        self.amount += other.amount;
        self.facts += other.facts;
    }
}

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

    /// Every fact that passes the filter and whose record stands below `below`, in log order.
    pub fn facts(
        &self,
        filter: &FactFilter,
        below: u64,
        each: &mut dyn FnMut(u64, &Fact),
    ) -> Result<(), IndexError> {
        // Blocks stand by park and month, so what is wanted of them is sorted once.
        let mut found = Vec::new();
        let mut gather = |value: &[u8]| -> Result<(), IndexError> {
            let facts: Vec<(u64, Fact)> = codec::decode(value)?;
            let wanted = facts.into_iter().take_while(|(position, _)| *position < below);
            found.extend(wanted.filter(|(_, fact)| filter.passes(fact)));
            Ok(())
        };
        match &filter.park {
            None => {
                for row in self.0.rows.scan_prefix(key::ALL_FACTS) {
                    gather(&row?.1)?;
                }
            }
            Some(park) => {
                let mut first = Vec::new();
                key::facts(park.as_str(), &mut first);
                let mut last = first.clone();
                let (from, to) = filter.days.unwrap_or((Day::MIN, Day::MAX));
                key::push_month(from.month(), &mut first);
                key::push_month(to.month(), &mut last);
                key::push_block(u64::MAX, &mut last);
                for row in self.0.rows.range(first..=last) {
                    gather(&row?.1)?;
                }
            }
        }
        // Stable: facts of one record stay in the order in which it contributes them.
        found.sort_by_key(|(position, _)| *position);
        found.iter().for_each(|(position, fact)| each(*position, fact));
        Ok(())
    }

    /// The totals of a park over months, first and last included.
    pub fn totals(
        &self,
        park: &ParkId,
        months: (Month, Month),
        filter: &TotalFilter,
    ) -> Result<Vec<Total>, IndexError> {
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
                && firm.as_ref().is_none_or(|firm| *firm == total.key.firm)
                && material.as_ref().is_none_or(|own| total.key.material.as_ref() == Some(own))
            {
                found.push(total);
            }
        }
        Ok(found)
    }
}

/// A total from what stands behind its park in the key, and its value.
fn total(name: &[u8], value: &[u8]) -> Result<Total, IndexError> {
    let short = || IndexError::Damaged("a total's key is too short".to_owned());
    let (month, rest) = name.split_first_chunk().ok_or_else(short)?;
    let (measure, rest) = rest.split_first().ok_or_else(short)?;
    let measure = Measure::of_number(*measure)
        .ok_or_else(|| IndexError::Damaged("a total has an unknown measure".to_owned()))?;
    Ok(Total {
        month: Month(i32::from_be_bytes(*month)),
        measure,
        key: codec::decode(rest)?,
        value: codec::decode(value)?,
    })
}
