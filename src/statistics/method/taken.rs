//! Which facts an evaluation has looked at, and so which records its values rest on.
//!
//! Invariant: facts that are not taken could all be left out, and every value would be the same.

use crate::domain::fact::Measure;
use crate::domain::method::Selector;
use crate::domain::name::Name;
use crate::domain::time::Month;
use crate::statistics::method::index::is_of_link;
use crate::statistics::method::leaf::takes;
use crate::statistics::method::{Cell, Evaluation, LeafOf};

/// What a formula counted without a sum of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Different things of which there was something.
    Distinct { of: Selector, first: Month, last: Month },
    /// Links between sites, of all months up to the last.
    Links { last: Month },
}

/// What an evaluation has looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    sums: Vec<(LeafOf, Month, Month)>,
    links: Option<Month>,
}

impl Taken {
    /// All that was looked at so far.
    pub fn of(evaluation: &Evaluation<'_>) -> Taken {
        let mut taken = Taken::default();
        for leaf in &evaluation.leaves {
            let (first, last) = leaf.of.months(leaf.period);
            taken.sums.push((leaf.of.clone(), first, last));
        }
        for counting in &evaluation.countings {
            match counting {
                Counting::Distinct { of, first, last } => {
                    taken.sums.push((LeafOf::Measure(of.clone()), *first, *last));
                }
                Counting::Links { last } => taken.links = taken.links.max(Some(*last)),
            }
        }
        taken
    }

    /// Whether the facts of a cell were looked at.
    pub fn takes(&self, measure: Measure, item: Option<&Name>, cell: &Cell) -> bool {
        let is_linked = measure == Measure::Used
            && self.links.is_some_and(|last| cell.month <= last)
            && is_of_link(cell);
        let is_summed = |(of, first, last): &(LeafOf, Month, Month)| {
            of.measure() == measure
                && of.item().map(|item| &item.item) == item
                && (*first..=*last).contains(&cell.month)
                && takes(of, cell)
        };
        is_linked || self.sums.iter().any(is_summed)
    }
}
