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

use crate::domain::states::{Aggregate, Kind, States, StatesMut, Stored};
use crate::index::{Index, codec, key};

/// How many states are held before the ones that the rows have are dropped.
const MOST_HELD: usize = 400_000;

/// One more than the largest number of a kind.
const KINDS: usize = Kind::LegalStatus as usize + 1;

/// A state of any kind.
trait Row: Any + Send + Sync {
    fn encode(&self, out: &mut Vec<u8>);
}

impl<A: Aggregate> Row for Stored<A> {
    fn encode(&self, out: &mut Vec<u8>) {
        codec::encode(self, out);
    }
}

struct Entry {
    /// None if there is no such aggregate.
    row: Option<Arc<dyn Row>>,
    /// Position of the last record that changed it here; 0 if it was only read.
    changed: u64,
    dirty: bool,
}

type Held = HashMap<Box<str>, Entry>;

pub struct CachedStates {
    index: Index,
    held: RefCell<Vec<Held>>,
    /// What was changed since the last flush, each once.
    dirty: Vec<(Kind, Box<str>)>,
}

const ONE_TYPE: &str = "a kind has one type of state";

impl CachedStates {
    pub fn new(index: Index) -> CachedStates {
        let held = (0..KINDS).map(|_| Held::new()).collect();
        CachedStates { index, held: RefCell::new(held), dirty: Vec::new() }
    }

    /// Hands over key and value of every row that was changed since the last call.
    pub fn take_dirty(&mut self, mut row: impl FnMut(&[u8], Vec<u8>)) {
        let held = self.held.get_mut();
        let mut name = Vec::new();
        for (kind, id) in self.dirty.drain(..) {
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
    /// when much is held. Whoever never takes the dirty ones (the writer) forgets them here.
    pub fn release(&mut self, projected: u64) {
        let held = self.held.get_mut();
        if held.iter().map(Held::len).sum::<usize>() <= MOST_HELD {
            return;
        }
        for states in held.iter_mut() {
            states.retain(|_, entry| {
                entry.row.is_some() && entry.changed >= projected && entry.changed > 0
            });
            states.values_mut().for_each(|entry| entry.dirty = false);
        }
        self.dirty.clear();
    }

    /// The writer's: nothing is taken from here, so nothing needs to be remembered as dirty.
    pub fn forget_dirty(&mut self) {
        let held = self.held.get_mut();
        for (kind, id) in self.dirty.drain(..) {
            if let Some(entry) = held[kind as usize].get_mut(&id) {
                entry.dirty = false;
            }
        }
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
                states.insert(id.into(), Entry { row: row.clone(), changed: 0, dirty: false });
                row
            }
        };
        let any: Arc<dyn Any + Send + Sync> = row?;
        Some(any.downcast().expect(ONE_TYPE))
    }
}

impl StatesMut for CachedStates {
    fn put<A: Aggregate>(&mut self, id: &str, stored: Stored<A>) {
        let changed = stored.changed;
        let states = &mut self.held.get_mut()[A::KIND as usize];
        let row: Option<Arc<dyn Row>> = Some(Arc::new(stored));
        match states.get_mut(id) {
            Some(entry) => {
                let was_dirty = entry.dirty;
                *entry = Entry { row, changed, dirty: true };
                if was_dirty {
                    return;
                }
            }
            None => drop(states.insert(id.into(), Entry { row, changed, dirty: true })),
        }
        self.dirty.push((A::KIND, id.into()));
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
        entry.changed = changed;
        if !entry.dirty {
            entry.dirty = true;
            self.dirty.push((A::KIND, id.into()));
        }
    }
}
