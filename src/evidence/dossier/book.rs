//! The facts of a dossier's question, summed, and which records have facts of which sums.
//!
//! Invariant: it grows with the number of different sums and of different sets of them that records
//! have, not with the number of records.

use std::collections::HashMap;

use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{FirmId, ParkId};
use crate::domain::name::Name;
use crate::statistics::method::{Cell, Ground, Taken};

/// Whose facts are taken.
#[derive(Clone, Debug)]
pub struct Whose {
    pub park: ParkId,
    /// Of this firm only.
    pub firm: Option<FirmId>,
}

impl Whose {
    pub fn takes(&self, fact: &Fact) -> bool {
        fact.park == self.park
            && self.firm.as_ref().is_none_or(|firm| fact.firm.as_ref() == Some(firm))
    }
}

type Key = (Measure, Option<Name>, Cell);

/// The sums that a record has facts of, by their numbers, in order.
type Set = Box<[u32]>;

#[derive(Default)]
pub struct Book {
    cells: HashMap<Key, u32>,
    sums: Vec<(i128, u64)>,
    sets: HashMap<Set, u32>,
    /// What the record at hand has facts of.
    open: Vec<u32>,
}

impl Book {
    /// Adds a fact of the record at hand.
    pub fn add(&mut self, fact: &Fact) {
        let key = (fact.measure, fact.item.clone(), Cell::of(fact));
        let next = self.sums.len() as u32;
        let number = *self.cells.entry(key).or_insert(next);
        if number == next {
            self.sums.push((0, 0));
        }
        let sum = &mut self.sums[number as usize];
        *sum = (sum.0 + i128::from(fact.amount), sum.1 + 1);
        self.open.push(number);
    }

    /// Ends the record at hand; answers the number of its set of sums, if it has any.
    pub fn end_record(&mut self) -> Option<u32> {
        if self.open.is_empty() {
            return None;
        }
        self.open.sort_unstable();
        self.open.dedup();
        let next = self.sets.len() as u32;
        if let Some(known) = self.sets.get(self.open.as_slice()) {
            self.open.clear();
            return Some(*known);
        }
        self.sets.insert(self.open.drain(..).collect(), next);
        Some(next)
    }

    /// All sums, for formulas.
    pub fn ground(&self) -> Ground {
        let mut ground = Ground::default();
        for ((measure, item, cell), number) in &self.cells {
            ground.add(*measure, item.clone(), cell.clone(), self.sums[*number as usize]);
        }
        ground
    }

    /// By the number of a set: whether an evaluation has looked at any of its sums.
    pub fn taken(&self, taken: &Taken) -> Vec<bool> {
        let mut cells = vec![false; self.sums.len()];
        for ((measure, item, cell), number) in &self.cells {
            cells[*number as usize] = taken.takes(*measure, item.as_ref(), cell);
        }
        let mut sets = vec![false; self.sets.len()];
        for (set, number) in &self.sets {
            sets[*number as usize] = set.iter().any(|cell| cells[*cell as usize]);
        }
        sets
    }
}
