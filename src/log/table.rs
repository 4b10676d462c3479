//! What readers know of the segments: which there are, how far they are committed, and where the
//! lines of the newest ones begin.
//!
//! Invariant: only committed bytes stand in it. Line starts are kept for a few segments; for older
//! ones the offsets that the tree keeps are asked ([`Offsets`](crate::log::Offsets)), or the
//! segment is read.

use crate::log::Place;
use crate::log::batch::Batch;

/// For how many segments line starts are kept: about half a megabyte each.
const INDEXED_SEGMENTS: usize = 16;

pub struct Segment {
    pub first: u64,
    /// How many bytes are committed; unknown for older segments, which are committed to their end.
    pub committed: Option<u64>,
    /// Where each line begins.
    starts: Option<Vec<u64>>,
}

/// Ascending; the last one is written to.
pub struct Table(Vec<Segment>);

impl Table {
    /// `starts` for those segments that were read at opening, the last one among them.
    pub fn new(segments: &[u64], starts: Vec<(u64, Vec<u64>)>, last_committed: u64) -> Table {
        let segment = |first: &u64| Segment { first: *first, committed: None, starts: None };
        let mut table = Table(segments.iter().map(segment).collect());
        for (first, starts) in starts {
            table.learn(first, starts, 0);
        }
        if let Some(last) = table.0.last_mut() {
            last.committed = Some(last_committed);
        }
        table
    }

    /// The segment that holds a position, and the first position of the one behind it.
    pub fn containing(&self, position: u64) -> (&Segment, Option<u64>) {
        let next = self.0.partition_point(|segment| segment.first <= position);
        (&self.0[next - 1], self.0.get(next).map(|segment| segment.first))
    }

    /// Where a record stands, if the lines of its segment are known.
    pub fn place(&self, position: u64) -> Option<Place> {
        let (segment, _) = self.containing(position);
        let index = usize::try_from(position - segment.first).ok()?;
        let offset = *segment.starts.as_ref()?.get(index)?;
        Some(Place { segment: segment.first, offset })
    }

    /// Takes up a batch that was committed at this offset of this segment, which may be new.
    pub fn extend(&mut self, first: u64, offset: u64, batch: &Batch, covered: u64) {
        if self.0.last().is_none_or(|last| last.first != first) {
            self.0.push(Segment { first, committed: Some(0), starts: Some(Vec::new()) });
            self.forget(covered);
        }
        let active = self.0.last_mut().expect("one was pushed if there was none");
        let starts = active.starts.get_or_insert_default();
        starts.extend(batch.starts().map(|start| offset + u64::from(start)));
        active.committed = Some(offset + batch.bytes.len() as u64);
    }

    /// Remembers the lines of a segment that was read. `covered`: how many records others know.
    pub fn learn(&mut self, first: u64, starts: Vec<u64>, covered: u64) {
        let found = self.0.binary_search_by_key(&first, |segment| segment.first);
        let index = found.expect("segments do not vanish");
        self.forget(covered);
        if self.0[index].starts.is_none() {
            self.0[index].starts = Some(starts);
        }
    }

    /// Drops the line starts of segments that others know, and of the oldest when there are too
    /// many.
    fn forget(&mut self, covered: u64) {
        let Some(last) = self.0.len().checked_sub(1) else {
            return;
        };
        for index in 0..last {
            if self.0[index + 1].first <= covered {
                self.0[index].starts = None;
            }
        }
        let mut indexed = self.0.iter().filter(|segment| segment.starts.is_some()).count();
        for segment in &mut self.0[..last] {
            if indexed < INDEXED_SEGMENTS {
                break;
            }
            indexed -= usize::from(segment.starts.take().is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(segment: u64, offset: u64) -> Option<Place> {
        Some(Place { segment, offset })
    }

    #[test]
    fn a_position_is_found_in_its_segment() {
        let table = Table::new(&[0, 3, 7], vec![(3, vec![0, 10, 20, 30]), (7, vec![0])], 10);
        assert_eq!(table.containing(2).0.first, 0);
        assert_eq!(table.containing(3).0.first, 3);
        assert_eq!(table.containing(6).1, Some(7));
        assert_eq!(table.containing(7).1, None);
        assert_eq!(table.containing(7).0.committed, Some(10));
        assert_eq!(table.place(1), None);
        assert_eq!(table.place(5), place(3, 20));
        assert_eq!(table.place(7), place(7, 0));
        assert_eq!(table.place(8), None);
    }

    #[test]
    fn line_starts_are_forgotten_when_others_know_them_or_there_are_many() {
        let mut table = Table::new(&[0], vec![(0, vec![0])], 10);
        let segments = INDEXED_SEGMENTS as u64 * 3;
        for first in 1..segments {
            let mut batch = Batch::starting_at(first);
            batch.next += 1;
            batch.ends.push(10);
            batch.bytes = vec![0; 10];
            table.extend(first, 0, &batch, 0);
        }
        let known = |table: &Table| (0..segments).filter(|at| table.place(*at).is_some()).count();
        assert!((2..INDEXED_SEGMENTS).contains(&known(&table)));
        table.learn(0, vec![0], 0);
        assert_eq!(table.place(0), place(0, 0));
        table.learn(1, vec![0], segments - 2);
        assert_eq!(table.place(1), place(1, 0));
        assert_eq!(known(&table), 3);
    }
}
