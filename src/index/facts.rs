//! Facts read back in the order of the log.
//!
//! They stand in blocks by park and month. Each park and month is a stream in the order of the log,
//! and the streams are merged; a block is decoded when the merge has come to it, so a reader holds
//! little however many facts there are.
//!
//! Invariant: what is below `below` does not change while it is read, because records that come
//! meanwhile have larger positions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::{Bound, ControlFlow, Range};

use serde::{Deserialize, Serialize};

use crate::domain::fact::Fact;
use crate::domain::time::Month;
use crate::index::{FactFilter, Index, IndexError, codec, key};

/// A fact as it stands in a block: its record's position, and its place among the record's facts,
/// which may be of several parks.
#[derive(Serialize, Deserialize)]
pub struct FactRow(pub u64, pub u8, pub Fact);

/// The facts of one park and month.
pub struct Stream {
    /// What the keys of all its blocks begin with.
    prefix: Vec<u8>,
    /// The block that comes next, not decoded yet.
    coming: Option<sled::IVec>,
    block: std::vec::IntoIter<FactRow>,
    head: Option<FactRow>,
}

/// Where a stream stands: position, place within the record.
type At = (u64, u8);

impl Index {
    /// Every fact that passes the filter and whose record stands below `below`, in log order.
    pub fn facts(
        &self,
        filter: &FactFilter,
        below: u64,
        each: &mut dyn FnMut(u64, &Fact),
    ) -> Result<(), IndexError> {
        let mut go_on = |position, fact: &Fact| {
            each(position, fact);
            ControlFlow::Continue(())
        };
        self.checked(self.merged(filter, 0..below, &mut go_on))
    }

    /// As [`Index::facts`], from a position on, until `each` has seen enough.
    pub fn facts_from(
        &self,
        filter: &FactFilter,
        positions: Range<u64>,
        each: &mut dyn FnMut(u64, &Fact) -> ControlFlow<()>,
    ) -> Result<(), IndexError> {
        self.checked(self.merged(filter, positions, each))
    }

    fn merged(
        &self,
        filter: &FactFilter,
        positions: Range<u64>,
        each: &mut dyn FnMut(u64, &Fact) -> ControlFlow<()>,
    ) -> Result<(), IndexError> {
        let mut streams = self.streams(filter)?;
        let mut order = BinaryHeap::new();
        for (number, stream) in streams.iter_mut().enumerate() {
            let first = stream.open(&self.0.rows, key::block(positions.start))?;
            order.extend(first.map(|at| Reverse((at, number))));
        }
        while let Some(Reverse((at, number))) = order.pop() {
            if at.0 >= positions.end {
                return Ok(());
            }
            let stream = &mut streams[number];
            if let Some(fact) = stream.fact_from(positions.start)
                && each(at.0, fact).is_break()
            {
                return Ok(());
            }
            let next = stream.advance(&self.0.rows, filter)?;
            order.extend(next.map(|at| Reverse((at, number))));
        }
        Ok(())
    }

    /// The streams that may have facts that pass.
    pub(super) fn streams(&self, filter: &FactFilter) -> Result<Vec<Stream>, IndexError> {
        let mut family = Vec::new();
        match &filter.park {
            Some(park) => key::facts(park.as_str(), &mut family),
            None => family.extend_from_slice(&key::ALL_FACTS),
        }
        let months = filter.days.map(|(first, last)| first.month()..=last.month());
        let mut found = Vec::new();
        let mut from = family.clone();
        while let Some(row) = self.0.rows.range(from..).next() {
            let (name, _) = row?;
            if !name.starts_with(&family) {
                break;
            }
            let prefix = key::of_block(&name)?.0.to_vec();
            from = prefix.clone();
            key::push_block(u64::MAX, &mut from);
            if months.as_ref().is_none_or(|months| months.contains(&month(&prefix))) {
                let block = Vec::new().into_iter();
                found.push(Stream { prefix, coming: None, block, head: None });
            }
        }
        Ok(found)
    }
}

/// The month in which the keys of a stream end.
fn month(prefix: &[u8]) -> Month {
    let (_, month) = prefix.split_last_chunk().expect("it was split from a whole key");
    Month(i32::from_be_bytes(*month))
}

impl Stream {
    pub fn month(&self) -> Month {
        month(&self.prefix)
    }

    /// Its first and last block.
    pub fn span(&self, rows: &sled::Tree) -> Result<Option<(u64, u64)>, IndexError> {
        let mut all = rows.scan_prefix(&self.prefix).keys();
        let Some(first) = all.next() else { return Ok(None) };
        let first = key::of_block(&first?)?.1;
        let last = all.next_back().transpose()?;
        let last = last.map(|name| key::of_block(&name).map(|(_, block)| block)).transpose()?;
        Ok(Some((first, last.unwrap_or(first))))
    }

    /// The fact at which it stands, if it has come to one and that is not of before a position.
    pub fn fact_from(&self, from: u64) -> Option<&Fact> {
        self.head.as_ref().filter(|row| row.0 >= from).map(|row| &row.2)
    }

    /// Finds the first block from this one on; answers where it begins at the earliest.
    pub fn open(&mut self, rows: &sled::Tree, block: u64) -> Result<Option<At>, IndexError> {
        let bound = |block| {
            let mut bound = self.prefix.clone();
            key::push_block(block, &mut bound);
            Bound::Included(bound)
        };
        let Some(row) = rows.range((bound(block), bound(u64::MAX))).next() else {
            return Ok(None);
        };
        let (name, value) = row?;
        self.coming = Some(value);
        Ok(Some((key::of_block(&name)?.1 << key::BLOCK_BITS, 0)))
    }

    /// Goes to the next fact that passes, or to where the next block begins.
    pub fn advance(
        &mut self,
        rows: &sled::Tree,
        filter: &FactFilter,
    ) -> Result<Option<At>, IndexError> {
        if let Some(value) = self.coming.take() {
            self.block = codec::decode::<Vec<FactRow>>(&value)?.into_iter();
        }
        let mut last = self.head.take().map(|row| row.0);
        for row in self.block.by_ref() {
            let FactRow(position, place, fact) = &row;
            last = Some(*position);
            if filter.passes(fact) {
                let at = (*position, *place);
                self.head = Some(row);
                return Ok(Some(at));
            }
        }
        let Some(last) = last else {
            return Err(IndexError::Damaged("a block has no facts".to_owned()));
        };
        self.open(rows, key::block(last) + 1)
    }
}
