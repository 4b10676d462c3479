//! Writing rows: what folds add is gathered in memory and becomes one atomic batch.
//!
//! Invariant: a block holds what the records of its span have added, in the order of the log. Which
//! span that is depends on positions alone, so the rows after a record are the same however many
//! records were flushed together.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use serde::{Serialize, de::DeserializeOwned};

use crate::domain::code::MaterialCode;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::{FirmId, MaterialId, ParkId, SiteId};
use crate::domain::name::Name;
use crate::domain::quantity::Method;
use crate::domain::shapes::MaterialKind;
use crate::domain::states::Kind;
use crate::domain::time::Month;
use crate::index::facts::FactRow;
use crate::index::query::{ListOf, SumRow};
use crate::index::{CachedStates, Index, IndexError, Meta, PROGRAM, codec, fingerprint, key};
use crate::merkle::Hash;

/// How many totals are held between flushes.
const MOST_TOTALS: usize = 50_000;

/// What tells a total from the others of its park, month and measure. It is read back as
/// [`Total`](crate::index::Total); here it borrows, because a total is looked up for every fact.
#[derive(Serialize)]
pub struct TotalOf<'a> {
    pub firm: Option<&'a FirmId>,
    pub site: Option<&'a SiteId>,
    pub counterparty: Option<&'a FirmId>,
    pub counterparty_site: Option<&'a SiteId>,
    pub material: Option<&'a MaterialId>,
    pub unit: FactUnit,
    pub method: Method,
    pub item: Option<&'a Name>,
    pub kind: Option<MaterialKind>,
    pub code: Option<&'a MaterialCode>,
}

/// Rows on their way: over the index, not yet in it.
pub struct Rows {
    index: Index,
    pub states: CachedStates,
    lists: Blocks<(u64, Box<str>)>,
    facts: Blocks<FactRow>,
    commands: Blocks<(u64, u64)>,
    totals: HashMap<Vec<u8>, (SumRow, bool)>,
    /// Fingerprints and positions since the last flush.
    noted: Vec<(u64, u64)>,
    name: Vec<u8>,
    written: u64,
}

/// Blocks that were read or begun, by key; the flag says that one was changed.
struct Blocks<T>(HashMap<Vec<u8>, (Vec<T>, bool)>);

impl<T: Serialize + DeserializeOwned> Blocks<T> {
    fn push(&mut self, index: &Index, name: &[u8], item: T) -> Result<(), IndexError> {
        if !self.0.contains_key(name) {
            let items = index.row(name)?.unwrap_or_default();
            self.0.insert(name.to_owned(), (items, false));
        }
        let (items, changed) = self.0.get_mut(name).expect("it was put there just now");
        items.push(item);
        *changed = true;
        Ok(())
    }

    /// Writes what was changed, and forgets blocks that no later record adds to.
    fn flush(&mut self, batch: &mut sled::Batch, open: u64, written: &mut u64) {
        self.0.retain(|name, (items, changed)| {
            if *changed {
                *written += 1;
                let mut value = Vec::with_capacity(items.len() * 64);
                codec::encode(items, &mut value);
                batch.insert(name.as_slice(), value);
                *changed = false;
            }
            name[name.len() - 8..] == open.to_be_bytes()
        });
    }
}

impl Rows {
    pub fn over(index: Index) -> Rows {
        Rows {
            states: CachedStates::new(index.clone()),
            index,
            lists: Blocks(HashMap::new()),
            facts: Blocks(HashMap::new()),
            commands: Blocks(HashMap::new()),
            totals: HashMap::new(),
            noted: Vec::new(),
            name: Vec::new(),
            written: 0,
        }
    }

    /// How many rows were written so far: what an index costs is told by it.
    pub fn written(&self) -> u64 {
        self.written
    }

    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Adds an aggregate, brought into being by the record at `position`, to a list.
    pub fn list(
        &mut self,
        kind: Kind,
        of: &ListOf,
        position: u64,
        id: &str,
    ) -> Result<(), IndexError> {
        key::list(kind, of, &mut self.name);
        key::push_block(key::block(position), &mut self.name);
        self.lists.push(&self.index, &self.name, (position, id.into()))
    }

    /// Adds a fact, which is the `place`-th of the record at `position`.
    pub fn fact(&mut self, position: u64, place: u8, fact: Fact) -> Result<(), IndexError> {
        key::facts(fact.park.as_str(), &mut self.name);
        key::push_month(fact.day.month(), &mut self.name);
        key::push_block(key::block(position), &mut self.name);
        self.facts.push(&self.index, &self.name, FactRow(position, place, fact))
    }

    /// Adds the amount of one fact to a total.
    pub fn total(
        &mut self,
        park: &ParkId,
        month: Month,
        measure: Measure,
        total: &TotalOf<'_>,
        amount: i64,
    ) -> Result<(), IndexError> {
        key::totals(park.as_str(), &mut self.name);
        key::push_month(month, &mut self.name);
        key::push_total(measure, total, &mut self.name);
        if !self.totals.contains_key(&self.name) {
            let sum = self.index.row(&self.name)?.unwrap_or_default();
            self.totals.insert(self.name.clone(), (sum, false));
        }
        let ((sum, facts), changed) =
            self.totals.get_mut(&self.name).expect("it was put there just now");
        *sum += i128::from(amount);
        *facts += 1;
        *changed = true;
        Ok(())
    }

    /// Notes that the command's first record stands at `position`.
    pub fn command(&mut self, actor: &str, id: &str, position: u64) -> Result<(), IndexError> {
        let print = fingerprint::fingerprint(actor, id);
        self.noted.push((print, position));
        let name = key::commands(position >> key::COMMAND_BLOCK_BITS);
        self.commands.push(&self.index, &name, (print, position))
    }

    /// Writes everything as one atomic batch. All rows then reflect the records below `position`,
    /// the last of which has this leaf hash.
    pub fn flush(&mut self, position: u64, leaf: &Hash) -> Result<(), IndexError> {
        let mut batch = sled::Batch::default();
        let written = &mut self.written;
        self.states.take_dirty(|name, value| {
            *written += 1;
            batch.insert(name, value);
        });
        self.lists.flush(&mut batch, key::block(position), written);
        self.facts.flush(&mut batch, key::block(position), written);
        self.commands.flush(&mut batch, position >> key::COMMAND_BLOCK_BITS, written);
        for (name, (sum, changed)) in &mut self.totals {
            if std::mem::take(changed) {
                *written += 1;
                let mut value = Vec::with_capacity(64);
                codec::encode(sum, &mut value);
                batch.insert(name.as_slice(), value);
            }
        }
        if self.totals.len() > MOST_TOTALS {
            self.totals.clear();
        }
        let mut meta = Vec::new();
        let program = PROGRAM.to_owned();
        codec::encode(&Meta { position, leaf: leaf.0, program }, &mut meta);
        batch.insert(&key::META, meta);
        *written += 1;
        let turn = self.index.0.turn.write().unwrap_or_else(PoisonError::into_inner);
        self.index.checked(self.index.0.rows.apply_batch(batch).map_err(IndexError::from))?;
        // Readers learn of the commands before they learn that the rows have come so far.
        let mut commands = self.index.0.commands.write().unwrap_or_else(PoisonError::into_inner);
        self.noted.drain(..).for_each(|(print, at)| commands.note(print, at));
        drop(commands);
        self.index.0.position.store(position, Ordering::Release);
        drop(turn);
        self.states.release(position);
        Ok(())
    }
}
