//! Whether a complete dossier lists all records of its park.
//!
//! Invariant: what holds here rests on HEADs alone, whose places in the park are dense, and on one
//! `park_counted` record that says how many there are.

use std::collections::BTreeSet;

use crate::domain::event::{Event, ParkCounted};
use crate::domain::fact::BEARERS;
use crate::domain::id::ParkId;
use crate::domain::time::{Month, Period};
use crate::evidence::dossier::manifest::Counted;
use crate::record::Head;

/// The type of the records that count a park.
pub const COUNTING: &str = "park_counted";

pub struct Complete {
    park: ParkId,
    counted: Counted,
    /// The place of the park's next record.
    next: u64,
    months: BTreeSet<Month>,
    is_counted: bool,
    fault: Option<String>,
    /// A type that this program does not know.
    unknown: Option<String>,
}

/// Whether the BODY of a record of the park must be shown.
pub fn needs_body(kind: &str) -> bool {
    BEARERS.contains(&kind) || kind == COUNTING || kind == "method_published"
}

impl Complete {
    pub fn new(park: ParkId, counted: Counted) -> Complete {
        let (months, is_counted) = (BTreeSet::new(), false);
        Complete { park, counted, next: 0, months, is_counted, fault: None, unknown: None }
    }

    /// The next listed record.
    pub fn listed(&mut self, head: &Head, has_body: bool) {
        let Head { position, kind, .. } = head;
        let mut places = head.parks.iter().filter(|(park, _)| *park == self.park);
        let Some((_, place)) = places.next() else { return };
        if *position > self.counted.position {
            return;
        }
        if *place != self.next || places.next().is_some() {
            let (park, next) = (&self.park, self.next);
            self.fail(format!("record {position} is not the one with place {next} in {park}"));
        }
        self.next += 1;
        if needs_body(kind) && !has_body {
            self.fail(format!("record {position}, {kind}, is shown without its BODY"));
        }
        if !Event::KINDS.iter().any(|(known, _)| known == kind) {
            let unknown =
                || format!("record {position} has the type {kind}, which is not known here");
            self.unknown.get_or_insert_with(unknown);
        }
    }

    /// What a record says that counts a park.
    pub fn counts(&mut self, head: &Head, event: &ParkCounted) {
        if event.park != self.park || head.position > self.counted.position {
            return;
        }
        // Its own place was just taken.
        if self.next != event.places + 1 {
            let (position, places) = (head.position, event.places);
            self.fail(format!(
                "record {position} counts {places} records before it, not those listed"
            ));
        }
        self.months.insert(event.period);
        if head.position == self.counted.position {
            self.is_counted =
                event.period == self.counted.period && event.places == self.counted.places;
        }
    }

    fn fail(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    /// What is found at the end: that it holds, that it does not, or (as `Ok(Err)`) that it can't
    /// be told.
    pub fn end(mut self, period: Period, as_of: u64) -> Result<Result<String, String>, String> {
        let Counted { period: month, places, position } = self.counted.clone();
        if !self.is_counted {
            self.fail(format!("record {position} does not count {places} records for {month}"));
        }
        if as_of > position + 1 {
            self.fail(format!("what is counted ends at record {position}, before as_of"));
        }
        let months = period.first_month().0..=period.last_month().0;
        let open = months.map(Month).find(|month| !self.months.contains(month));
        if let Some(open) = open {
            self.fail(format!("no record listed counts the park for {open}"));
        }
        match (self.fault, self.unknown) {
            (Some(fault), _) => Err(fault),
            (None, Some(unknown)) => Ok(Err(unknown)),
            (None, None) => {
                let park = self.park;
                Ok(Ok(format!(
                    "all {places} records of {park} before record {position} are listed"
                )))
            }
        }
    }
}
