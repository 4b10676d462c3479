//! The records that a dossier may have to list, found in the log or by the rows.
//!
//! Invariant: both ways give the same facts in the order of the log.

use crate::domain::event::Event;
use crate::domain::fact::{facts, is_countable};
use crate::domain::id::ParkId;
use crate::evidence::dossier::book::{Book, Whose};
use crate::evidence::dossier::build::{Asked, BuildError};
use crate::evidence::dossier::complete::{COUNTING, needs_body};
use crate::evidence::dossier::manifest::Counted;
use crate::index::{FactFilter, Index};
use crate::log::{LogReader, Stored};
use crate::record::Decoded;

/// What was found.
#[derive(Default)]
pub struct Gathered {
    pub book: Book,
    /// Records with facts that count, and their sets of sums.
    pub facts: Vec<(u64, u32)>,
    /// Records of the park, and whether their BODY is needed; of a complete dossier.
    pub heads: Vec<(u64, bool)>,
}

impl Gathered {
    fn end_record(&mut self, position: u64) {
        if let Some(set) = self.book.end_record() {
            self.facts.push((position, set));
        }
    }
}

fn decoded(stored: &Stored<'_>) -> Result<Decoded, BuildError> {
    Ok(Decoded::read(&stored.line, stored.head.clone())?)
}

/// Every record below `below` that counts the park.
pub fn counts(log: &LogReader, below: u64, park: &ParkId) -> Result<Vec<Counted>, BuildError> {
    let mut found = Vec::new();
    log.scan_stored(0, below, |stored| {
        let is_of_park = stored.head.parks.iter().any(|(one, _)| one == park);
        if stored.head.kind == COUNTING
            && is_of_park
            && let Event::ParkCounted(event) = decoded(stored)?.event
        {
            let position = stored.head.position;
            found.push(Counted { period: event.period, places: event.places, position });
        }
        Ok::<(), BuildError>(())
    })?;
    Ok(found)
}

/// From the log itself.
pub fn by_scan(
    log: &LogReader,
    whose: &Whose,
    as_of: u64,
    counted: Option<&Counted>,
) -> Result<Gathered, BuildError> {
    let mut gathered = Gathered::default();
    let end = counted.map_or(as_of, |counted| as_of.max(counted.position + 1));
    log.scan_stored(0, end, |stored| {
        let head = &stored.head;
        if !head.parks.iter().any(|(park, _)| *park == whose.park) {
            return Ok(());
        }
        if counted.is_some_and(|counted| head.position <= counted.position) {
            gathered.heads.push((head.position, needs_body(&head.kind)));
        }
        if head.position < as_of && needs_body(&head.kind) {
            let event = decoded(stored)?.event;
            if !is_countable(&event) {
                let says = format!("record {} has an impossible amount", head.position);
                return Err(BuildError::Unverified(says));
            }
            facts(&event, |fact| {
                if whose.takes(&fact) {
                    gathered.book.add(&fact);
                }
            });
            gathered.end_record(head.position);
        }
        Ok::<(), BuildError>(())
    })?;
    Ok(gathered)
}

/// By the rows, which must reflect all below `as_of`.
pub fn by_index(
    index: &Index,
    asked: &Asked<'_>,
    whose: &Whose,
    as_of: u64,
) -> Result<Gathered, BuildError> {
    let first = asked.method.first_month(asked.period, asked.base_year);
    let filter = FactFilter {
        park: Some(whose.park.clone()),
        measures: asked.method.measures(),
        days: Some((first.first(), asked.period.last())),
        ..FactFilter::default()
    };
    let mut gathered = Gathered::default();
    let mut at = None;
    index.facts(&filter, as_of, &mut |position, fact| {
        if let Some(before) = at.replace(position).filter(|before| *before != position) {
            gathered.end_record(before);
        }
        if whose.takes(fact) {
            gathered.book.add(fact);
        }
    })?;
    if let Some(last) = at {
        gathered.end_record(last);
    }
    Ok(gathered)
}
