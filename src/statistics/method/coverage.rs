//! How much of what had to be declared was declared, as facts tell.
//!
//! Invariant: it is a function of rosters and of facts below a position. A place has declared a
//! part of a period if it has any fact of the measure or item then: zero activity leaves a fact of
//! nothing, and silence leaves none.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use crate::domain::fact::{Measure, of_theme};
use crate::domain::id::{RosterId, SiteId};
use crate::domain::name::Name;
use crate::domain::roster::Duty;
use crate::domain::shapes::Theme;
use crate::domain::state::RosterVersion;
use crate::domain::time::{Month, Period};
use crate::statistics::method::{Ground, Leaf, LeafOf, Number};

/// Something that one place must declare of one part of a period; no site is the park itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owed {
    pub of: Duty,
    pub site: Option<SiteId>,
    pub part: Period,
}

/// What was owed, whether it was declared, and the roster that asks for it.
pub type Coverage = BTreeMap<Owed, (bool, RosterId)>;

/// The declared part in percent, with two digits cut off, so that 100 means all; none if nothing is
/// owed.
pub fn percent(declared: usize, owed: usize) -> Option<String> {
    let (declared, owed) = (declared as u64, owed as u64);
    let hundredths = (declared * 10_000).checked_div(owed)?;
    Some(Number::new(i128::from(hundredths), 100).text(2))
}

/// Who had declared by when: places and the last months of what they declared.
pub type DeclaredBy = HashSet<(Option<SiteId>, Month)>;

/// Places that have facts of a thing. Of a theme all of its measures count, or one only.
pub fn declared_by(ground: &Ground, of: &Duty, only: Option<Measure>) -> DeclaredBy {
    let mut found = HashSet::new();
    match of {
        Duty::Item(item) => stated(ground, item, &mut found),
        Duty::Theme(theme) => {
            let all = of_theme(*theme).iter().filter(|one| only.is_none_or(|only| only == **one));
            for measure in all {
                let cells = ground.cells(*measure, None);
                found.extend(cells.map(|(cell, _)| (cell.site.clone(), cell.month)));
            }
            // Own reuse that is passed on was declared as well; of a load there are two sides.
            if *theme == Theme::OwnReuse {
                let cells = ground.cells(Measure::UsedInterim, None);
                let own = cells.filter(|(cell, _)| cell.counterparty.is_none());
                found.extend(own.map(|(cell, _)| (cell.site.clone(), cell.month)));
            }
        }
    }
    found
}

/// A figure of an item is stated and taken back in turns, so an even count is none.
fn stated(ground: &Ground, item: &Name, found: &mut DeclaredBy) {
    for (cell, (_, count)) in ground.cells(Measure::Stated, Some(item)) {
        if count % 2 == 1 {
            found.insert((cell.site.clone(), cell.month));
        }
    }
}

/// The measures whose facts tell who has declared: those of a method, and what they need beside.
pub fn measures(mut measures: Vec<Measure>) -> Vec<Measure> {
    if measures.contains(&Measure::OwnReused) && !measures.contains(&Measure::UsedInterim) {
        measures.push(Measure::UsedInterim);
        measures.sort_unstable();
    }
    measures
}

/// Rosters over the sums that a method rests on.
pub struct Watch<'a> {
    ground: &'a Ground,
    rosters: Vec<&'a RosterVersion>,
    /// By the leaf's number: leaves never change once they were summed.
    known: RefCell<BTreeMap<usize, Rc<Coverage>>>,
}

impl<'a> Watch<'a> {
    /// With the rosters that count for a version of a method.
    pub fn new(ground: &'a Ground, rosters: &'a [RosterVersion], method: &str) -> Watch<'a> {
        let rosters = rosters.iter().filter(|roster| roster.is_for(method)).collect();
        Watch { ground, rosters, known: RefCell::default() }
    }

    /// What is owed of these leaves together.
    pub fn of(&self, leaves: &[Leaf], places: &[usize]) -> Coverage {
        let mut all = Coverage::new();
        if self.rosters.is_empty() {
            return all;
        }
        for place in places {
            let known = self.known.borrow().get(place).cloned();
            let of_leaf = known.unwrap_or_else(|| {
                let made = Rc::new(self.of_leaf(&leaves[*place]));
                self.known.borrow_mut().insert(*place, Rc::clone(&made));
                made
            });
            for (owed, (declared, roster)) in of_leaf.iter() {
                let entry = all.entry(owed.clone()).or_insert((true, roster.clone()));
                entry.0 &= declared;
            }
        }
        all
    }

    fn of_leaf(&self, leaf: &Leaf) -> Coverage {
        let (measure, item) = match &leaf.of {
            LeafOf::Measure(selector) => (selector.measure, None),
            LeafOf::Item(item) => (Measure::Stated, Some(&item.item)),
        };
        let mut coverage = Coverage::new();
        for roster in self.rosters.iter().filter(|roster| roster.of.covers(measure, item)) {
            let declared = declared_by(self.ground, &roster.of, Some(measure));
            for part in roster.parts_in(leaf.of.months(leaf.period)) {
                for site in roster.places() {
                    let is_there = declared.contains(&(site.clone(), part.last_month()));
                    let owed = Owed { of: roster.of.clone(), site, part };
                    coverage.insert(owed, (is_there, roster.roster.clone()));
                }
            }
        }
        coverage
    }
}

/// Whether something is missing.
pub fn has_gap(coverage: &Coverage) -> bool {
    coverage.values().any(|(declared, _)| !declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_percent_means_all() {
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(2, 3).as_deref(), Some("66.66"));
        assert_eq!(percent(99_999, 100_000).as_deref(), Some("99.99"));
        assert_eq!(percent(7, 7).as_deref(), Some("100.00"));
    }
}
