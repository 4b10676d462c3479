//! States over the rows: read once, changed in memory, written back in one flush.
//!
//! Two use it. The projector changes states and takes what is dirty into its flush. The writer runs
//! ahead of the rows: what it has changed at or above the rows' position stays until they have
//! followed, because a read of the row would answer an older state.
//!
//! Invariant: an entry that the rows do not have yet is never dropped.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::domain::states::{Aggregate, Kind, States, StatesMut, Stored};
use crate::index::{Index, codec, key};

/// How many states are held before the ones that the rows have are dropped, unless told otherwise.
const MOST_HELD: usize = 400_000;

/// One more than the largest number of a kind.
const KINDS: usize = Kind::FacilityDays as usize + 1;

/// A state of any kind.
trait Row: Any + Send + Sync {
    fn encode(&self, out: &mut Vec<u8>);
}

impl<A: Aggregate> Row for Stored<A> {
    fn encode(&self, out: &mut Vec<u8>) {
        codec::encode(self, out);
    }
}

#[derive(Clone)]
struct Entry {
    /// None if there is no such aggregate.
    row: Option<Arc<dyn Row>>,
    /// Once the rows reflect the records below this, they have what is here; 0 if it was read.
    needs: u64,
    dirty: bool,
}

/// Looked at several times a record, by ids that the ledger has taken before: a short hash, seeded
/// anew in each process, does.
type Held = HashMap<Box<str>, Entry, RandomState>;

pub struct CachedStates {
    index: Index,
    held: RefCell<Vec<Held>>,
    /// What was changed since the last flush, each once; none if nothing is flushed from here.
    dirty: Option<Vec<(Kind, Box<str>)>>,
    most: usize,
    /// How many are held before it is tried again to drop some.
    try_above: usize,
}

const ONE_TYPE: &str = "a kind has one type of state";

impl CachedStates {
    /// For whom the changed rows are taken from here: see [`CachedStates::take_dirty`].
    pub fn new(index: Index) -> CachedStates {
        CachedStates::holding(index, MOST_HELD)
    }

    /// For the writer, who runs ahead of the rows and writes none.
    pub fn ahead(index: Index) -> CachedStates {
        CachedStates { dirty: None, ..CachedStates::new(index) }
    }

    /// Holds about so many states at most, and those besides that the rows do not have yet.
    fn holding(index: Index, most: usize) -> CachedStates {
        let held = RefCell::new((0..KINDS).map(|_| Held::default()).collect());
        let dirty = Some(Vec::new());
        CachedStates { index, held, dirty, most, try_above: most }
    }

    /// Hands over key and value of every row that was changed since the last call.
    pub fn take_dirty(&mut self, mut row: impl FnMut(&[u8], Vec<u8>)) {
        let held = self.held.get_mut();
        let mut name = Vec::new();
        for (kind, id) in self.dirty.iter_mut().flat_map(|dirty| dirty.drain(..)) {
            let entry = held[kind as usize].get_mut(&id).expect("what is dirty is held");
            entry.dirty = false;
            let state = entry.row.as_ref().expect("what was changed is there");
            let mut value = Vec::with_capacity(256);
            state.encode(&mut value);
            key::state(kind, &id, &mut name);
            row(&name, value);
        }
    }

    /// The rows reflect the records below `projected` now: what they have may be dropped, and is
    /// when much is held.
    pub fn release(&mut self, projected: u64) {
        let held = self.held.get_mut();
        let count = |held: &[Held]| held.iter().map(Held::len).sum::<usize>();
        if count(held) <= self.try_above {
            return;
        }
        for states in held.iter_mut() {
            states.retain(|_, entry| entry.dirty || entry.needs > projected);
        }
        // Where the rows are far behind nearly all stays; looking again at every batch would cost
        // more than the batch.
        self.try_above = self.most.max(count(held) + self.most / 4);
    }

    fn load<A: Aggregate>(&self, id: &str) -> Option<Arc<dyn Row>> {
        let found = self.index.find::<A>(id);
        found.map(|stored| stored as Arc<dyn Row>)
    }
}

impl States for CachedStates {
    fn find<A: Aggregate>(&self, id: &str) -> Option<Arc<Stored<A>>> {
        let mut held = self.held.borrow_mut();
        let states = &mut held[A::KIND as usize];
        let row = match states.get(id) {
            Some(entry) => entry.row.clone(),
            None => {
                let row = self.load::<A>(id);
                states.insert(id.into(), Entry { row: row.clone(), needs: 0, dirty: false });
                row
            }
        };
        let any: Arc<dyn Any + Send + Sync> = row?;
        Some(any.downcast().expect(ONE_TYPE))
    }
}

impl StatesMut for CachedStates {
    fn put<A: Aggregate>(&mut self, id: &str, stored: Stored<A>) {
        let states = &mut self.held.get_mut()[A::KIND as usize];
        let needs = stored.changed + 1;
        let entry = Entry { row: Some(Arc::new(stored)), needs, dirty: self.dirty.is_some() };
        let before = match states.get_mut(id) {
            Some(held) => Some(std::mem::replace(held, entry)),
            None => states.insert(id.into(), entry),
        };
        if let Some(dirty) = &mut self.dirty
            && !before.as_ref().is_some_and(|before| before.dirty)
        {
            dirty.push((A::KIND, id.into()));
        }
    }

    fn modify<A: Aggregate>(&mut self, id: &str, change: impl FnOnce(&mut Stored<A>)) {
        if !self.held.get_mut()[A::KIND as usize].contains_key(id) {
            self.find::<A>(id);
        }
        let states = &mut self.held.get_mut()[A::KIND as usize];
        let entry = states.get_mut(id).expect("it was read just now");
        let row = entry.row.as_mut().expect("an event names what a rule found to exist");
        let changed = match Arc::get_mut(row) {
            Some(own) => {
                let own: &mut dyn Any = own;
                let stored: &mut Stored<A> = own.downcast_mut().expect(ONE_TYPE);
                change(stored);
                stored.changed
            }
            None => {
                let shared: &dyn Any = &**row;
                let mut stored = shared.downcast_ref::<Stored<A>>().expect(ONE_TYPE).clone();
                change(&mut stored);
                let changed = stored.changed;
                *row = Arc::new(stored);
                changed
            }
        };
        entry.needs = changed + 1;
        if let Some(dirty) = &mut self.dirty
            && !entry.dirty
        {
            entry.dirty = true;
            dirty.push((A::KIND, id.into()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::state::{ParkPlaces, PermitUse};

    fn held(most: usize) -> (tempfile::TempDir, CachedStates) {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(&folder.path().join("index"), &mut |_| None).unwrap();
        (folder, CachedStates::holding(index, most))
    }

    fn places(states: &CachedStates, id: &str) -> Option<(u64, u64)> {
        states.find::<ParkPlaces>(id).map(|stored| (stored.changed, stored.state.places))
    }

    fn taken(states: &mut CachedStates) -> Vec<Vec<u8>> {
        let mut keys = Vec::new();
        states.take_dirty(|name, _| keys.push(name.to_owned()));
        keys
    }

    #[test]
    fn what_was_changed_is_taken_once() {
        let (_folder, mut states) = held(10);
        states.create("a", 1, true, ParkPlaces { places: 1 });
        states.change::<ParkPlaces>("a", 2, true, |park| park.places += 10);
        states.create("a", 2, true, PermitUse { accepted: 5 });
        assert_eq!(places(&states, "a"), Some((2, 11)));
        assert_eq!(taken(&mut states).len(), 2);
        assert!(taken(&mut states).is_empty());
        states.change::<ParkPlaces>("a", 3, true, |park| park.places += 10);
        assert_eq!(taken(&mut states).len(), 1);
    }

    #[test]
    fn what_is_ahead_of_the_rows_is_not_flushed_and_is_held() {
        let (_folder, states) = held(10);
        let mut states = CachedStates { dirty: None, ..states };
        states.create("a", 1, true, ParkPlaces { places: 1 });
        states.change::<ParkPlaces>("a", 2, true, |park| park.places += 10);
        assert!(taken(&mut states).is_empty());
        states.release(2);
        assert_eq!(places(&states, "a"), Some((2, 11)));
    }

    #[test]
    fn a_state_that_the_rows_do_not_have_yet_is_held_however_many_there_are() {
        let (_folder, mut states) = held(10);
        for position in 0..30 {
            states.create(&position.to_string(), position, true, ParkPlaces { places: position });
        }
        taken(&mut states);
        assert!(!states.exists::<ParkPlaces>("none"));
        states.release(0);
        let there = |states: &CachedStates| -> Vec<u64> {
            let held = states.held.borrow();
            let mut there: Vec<_> =
                held[Kind::ParkPlaces as usize].keys().map(|id| id.parse().unwrap()).collect();
            there.sort_unstable();
            there
        };
        assert_eq!(there(&states), (0..30).collect::<Vec<_>>());
        // Not tried again before a quarter more is held.
        states.release(20);
        assert_eq!(there(&states).len(), 30);
        for position in 30..33 {
            states.create(&position.to_string(), position, true, ParkPlaces { places: position });
        }
        taken(&mut states);
        states.release(20);
        assert_eq!(there(&states), (20..33).collect::<Vec<_>>());
    }
}
