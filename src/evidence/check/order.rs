//! HEADs one after another: positions, batches, the steps of commands, the clock, places in parks.
//!
//! Invariant: each rule speaks of the record that breaks it and takes that record for granted from
//! then on, so that one fault is told once. What necessarily follows from illegible or missing
//! records is not told again.

use std::collections::HashMap;

use crate::domain::id::ParkId;
use crate::domain::time::UtcMicros;
use crate::evidence::check::report::{Found, Spot};
use crate::record::Head;

#[derive(Default)]
pub(super) struct Order {
    /// Position behind the last legible record.
    pub next: u64,
    /// Illegible lines since then.
    damaged: u64,
    /// Records that are missing or illegible so far.
    lost: u64,
    /// The segment whose first line comes next, unless something illegible came first.
    begins: Option<u64>,
    batch: u64,
    command: Command,
    recorded_at: Option<UtcMicros>,
    parks: HashMap<ParkId, u64>,
}

/// What is known of the command that the next record may belong to.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Command {
    #[default]
    Closed,
    /// It goes on with this step of so many.
    Open(u32, u32),
    /// Records are missing.
    Unknown,
}

/// Whether a record is the last of its command.
pub(super) fn completes(head: &Head) -> bool {
    head.step >= head.steps.saturating_sub(1)
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// Directly behind the one before it.
    Directly,
    /// Behind so many records that are missing or illegible.
    Behind(u64),
    /// Where a later one belongs: what it says is not followed.
    OutOfPlace,
}

impl Order {
    pub fn begin_segment(&mut self, first: u64) {
        self.begins = (self.damaged == 0).then_some(first);
    }

    /// At the end of a segment: one without lines has a name to be held to all the same.
    pub fn end_segment(&mut self, spot: Spot<'_>, found: &mut Found) {
        if let Some(first) = self.begins.take()
            && first != self.next
        {
            let next = self.next;
            let message = format!("the segment is empty and named {first}, and {next} is due");
            found.error(spot, "segment_name", message);
        }
    }

    /// A line whose HEAD says nothing reliable.
    pub fn damaged_line(&mut self) {
        self.damaged += 1;
        self.begins = None;
    }

    /// The position that belongs to the next line, as far as one can tell.
    pub fn due(&self) -> u64 {
        self.next + self.damaged
    }

    /// How many parks have records.
    pub fn parks(&self) -> u64 {
        self.parks.len() as u64
    }

    /// Whether the last command is known to lack records.
    pub fn is_open(&self) -> bool {
        matches!(self.command, Command::Open(..))
    }

    pub fn head(&mut self, spot: Spot<'_>, head: &Head, found: &mut Found) -> Follows {
        let begins = self.begins.take();
        if let Some(first) = begins.filter(|first| *first != head.position) {
            let message =
                format!("the segment is named {first}, and its first record is {}", head.position);
            found.error(spot, "segment_name", message);
        }
        let follows = self.position(spot, head.position, found);
        if follows != Follows::Directly {
            self.command = Command::Unknown;
        }
        if follows == Follows::OutOfPlace {
            return follows;
        }
        self.batch(spot, head, begins.is_some(), found);
        self.step(spot, head, found);
        self.clock(spot, head, found);
        self.places(spot, head, found);
        follows
    }

    fn position(&mut self, spot: Spot<'_>, position: u64, found: &mut Found) -> Follows {
        let (next, due) = (self.next, self.due());
        self.damaged = 0;
        self.next = position + 1;
        if position < next {
            let message = format!("record {position} stands where record {due} belongs");
            found.error(spot, "position", message);
            return Follows::OutOfPlace;
        }
        if position > due {
            let last = position - 1;
            let message = format!("records {due} to {last} are missing before record {position}");
            found.error(spot, "position", message);
        }
        self.lost = self.lost.saturating_add(position - next);
        if position == next { Follows::Directly } else { Follows::Behind(position - next) }
    }

    fn batch(&mut self, spot: Spot<'_>, head: &Head, is_first: bool, found: &mut Found) {
        let Head { batch, position, .. } = *head;
        let begins = batch == position;
        let is_known = self.command != Command::Unknown;
        let is_open = matches!(self.command, Command::Open(..)) && head.step > 0;
        let wrong = if batch > position {
            Some("begins behind the record")
        } else if batch < self.batch {
            Some("lies before that of the record in front of it")
        } else if is_first && !begins {
            Some("was begun in an earlier segment")
        } else if is_known && begins && is_open {
            Some("begins within a command")
        } else if is_known && !begins && batch != self.batch {
            Some("is neither that of the record in front of it nor its own")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            let message = format!("batch {batch} of record {position} {wrong}");
            found.error(spot, "batch", message);
        }
        self.batch = batch;
    }

    fn step(&mut self, spot: Spot<'_>, head: &Head, found: &mut Found) {
        let Head { step, steps, position, .. } = *head;
        let wrong = match self.command {
            _ if step >= steps => Some("there is no such step".to_owned()),
            Command::Closed if step > 0 => Some("no command is open".to_owned()),
            Command::Open(due, of) if (step, steps) != (due, of) => {
                Some(format!("step {due} of {of} is due"))
            }
            Command::Closed | Command::Open(..) | Command::Unknown => None,
        };
        if let Some(wrong) = wrong {
            let message = format!("record {position} is step {step} of {steps}, but {wrong}");
            found.error(spot, "step", message);
        }
        self.command =
            if completes(head) { Command::Closed } else { Command::Open(step + 1, steps) };
    }

    fn clock(&mut self, spot: Spot<'_>, head: &Head, found: &mut Found) {
        let now = head.recorded_at;
        if let Some(last) = self.recorded_at.replace(now).filter(|last| now < *last) {
            let message = format!("the clock runs back from {last} to {now}");
            found.error(spot, "recorded_at", message);
        }
    }

    fn places(&mut self, spot: Spot<'_>, head: &Head, found: &mut Found) {
        for (park, place) in &head.parks {
            let next = self.parks.get_mut(park);
            let due = next.as_deref().copied().unwrap_or(0);
            if *place < due || *place - due > self.lost {
                let message = format!("place {place} in {park} was taken, and {due} is due");
                found.error(spot, "park_place", message);
            }
            match next {
                Some(next) => *next = place + 1,
                None => drop(self.parks.insert(park.clone(), place + 1)),
            }
        }
        let is_twice = |(index, (park, _)): (usize, &(ParkId, u64))| {
            head.parks[..index].iter().any(|(before, _)| before == park)
        };
        if head.parks.len() > 1 && head.parks.iter().enumerate().any(is_twice) {
            found.error(spot, "park_place", "a park stands twice in HEAD");
        }
    }
}
