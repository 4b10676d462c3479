//! The way through all lines: each is judged, followed and compared, and none ends the way.
//!
//! Invariant: damage is an error as soon as a sound line stands behind it, or when the checkpoint
//! or a later segment proves that it was acknowledged. Otherwise it belongs to the tail that a
//! running ledger or a crash leaves at the end of the last segment, and is a note.

use std::path::Path;

use crate::evidence::check::attachments::Attachments;
use crate::evidence::check::folder::Segment;
use crate::evidence::check::judge::{Defect, Judged, judge};
use crate::evidence::check::lines::{Item, Lines};
use crate::evidence::check::order::{Follows, Order, completes};
use crate::evidence::check::report::{Found, Spot};
use crate::evidence::check::sealed::Sealed;
use crate::evidence::check::statements::Statements;
use crate::evidence::check::subjects::Subjects;
use crate::evidence::check::tree::Tree;
use crate::log::Place;
use crate::log::disk::DiskError;
use crate::merkle::Hash;
use crate::record::Head;
use crate::record::strict::BodyView;

pub(super) struct Walk {
    pub order: Order,
    pub subjects: Subjects,
    pub tree: Tree,
    pub statements: Statements,
    pub sealed: Sealed,
    pub attachments: Attachments,
    /// Behind the last whole command.
    pub whole: Whole,
    /// How many records the checkpoint claims to cover.
    covered: u64,
    /// How many records verify on their own.
    records: u64,
    /// Damage behind which nothing sound was found yet.
    pending: Found,
    /// Leaves of illegible lines since the last legible one, as those lines state them.
    guessed: u64,
    /// The commitments in one BODY.
    commitments: Vec<Hash>,
}

/// The end of the last whole command.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Whole {
    pub position: u64,
    /// Records up to here that verify on their own.
    pub records: u64,
    segment: u64,
    offset: u64,
}

/// Where a line stands.
#[derive(Clone, Copy)]
struct At<'a> {
    segment: &'a Segment,
    offset: u64,
    /// Behind its LF.
    end: u64,
}

impl<'a> At<'a> {
    fn spot(&self, position: u64) -> Spot<'a> {
        Spot::file(&self.segment.name).position(position).offset(self.offset)
    }
}

impl Walk {
    pub fn begin(data: &Path, covered: u64, bytes: u64, sealed: Sealed) -> Result<Walk, DiskError> {
        Ok(Walk {
            order: Order::default(),
            subjects: Subjects::with_room_for(bytes),
            tree: Tree::open(data, covered)?,
            statements: Statements::new(data),
            sealed,
            attachments: Attachments::default(),
            whole: Whole::default(),
            covered,
            records: 0,
            pending: Found::default(),
            guessed: 0,
            commitments: Vec::new(),
        })
    }

    /// Goes through one segment. `read` hears how many bytes each reading brought.
    pub fn segment(
        &mut self,
        segment: &Segment,
        is_last: bool,
        found: &mut Found,
        read: &mut dyn FnMut(u64),
    ) -> Result<(), DiskError> {
        self.order.begin_segment(segment.first);
        let mut lines = Lines::open(&segment.path, segment.bytes)?;
        while let Some((offset, item)) = lines.next(read)? {
            let at = |bytes: u64| At { segment, offset, end: offset + bytes + 1 };
            match item {
                Item::Line(line) => self.line(at(line.len() as u64), line, found)?,
                Item::Overlong(bytes) => {
                    let message = format!("{bytes} bytes without an end are no line");
                    self.illegible(at(bytes), None, &Defect::damage("line_form", message));
                }
                Item::Unended(bytes) => {
                    let message = format!("{bytes} bytes have no end");
                    self.illegible(at(bytes), None, &Defect::damage("line_unended", message));
                }
            }
        }
        self.order.end_segment(Spot::file(&segment.name), found);
        if !is_last {
            // The next segment was begun behind acknowledged records only.
            found.absorb(std::mem::take(&mut self.pending));
        }
        Ok(())
    }

    /// Judges what was left behind the last whole command, and answers how many bytes it is.
    pub fn finish(&mut self, last: &Segment, found: &mut Found) -> u64 {
        let begin = if self.whole.segment == last.first { self.whole.offset } else { 0 };
        let bytes = last.bytes - begin;
        let Whole { position, .. } = self.whole;
        let spot = Spot::file(&last.name).position(position).offset(begin);
        if bytes == 0 {
            if self.order.is_open() {
                let message = "a command is not whole, and a later segment was begun behind it";
                found.error(spot, "step", message);
            }
        } else if position < self.covered {
            found.absorb(std::mem::take(&mut self.pending));
        } else {
            let message = format!(
                "{bytes} bytes are no whole command: they are being written, or a crash left them \
                 and nobody was answered"
            );
            found.note(spot, "unacknowledged_tail", message);
        }
        bytes
    }

    fn line(&mut self, at: At<'_>, bytes: &[u8], found: &mut Found) -> Result<(), DiskError> {
        let mut commitments = std::mem::take(&mut self.commitments);
        let Judged { leaf, head, body, defect } = judge(bytes, &mut commitments);
        self.commitments = commitments;
        let is_damaged = defect.as_ref().is_some_and(|defect| defect.is_damage);
        if !is_damaged {
            self.settle(head.as_ref(), found);
        }
        let (Some(head), Some(leaf)) = (head, leaf) else {
            let defect = defect.expect("a line without HEAD or leaf has a defect");
            self.illegible(at, leaf, &defect);
            return Ok(());
        };
        if let Some(defect) = &defect {
            let findings = if is_damaged { &mut self.pending } else { &mut *found };
            findings.error(at.spot(head.position), defect.code, &*defect.message);
        }
        let follows = self.order.head(at.spot(head.position), &head, found);
        let guessed = std::mem::take(&mut self.guessed);
        if follows == Follows::OutOfPlace {
            if !is_damaged {
                // It was told, so it is not told again as a tail.
                (self.whole.segment, self.whole.offset) = (at.segment.first, at.end);
            }
            return Ok(());
        }
        let missing = if let Follows::Behind(records) = follows { records } else { 0 };
        if missing > 0 {
            self.subjects.lose(missing);
        }
        if missing != guessed {
            self.tree.gap();
        }
        let completes = completes(&head) && !is_damaged;
        self.tree.push(leaf, completes);
        let place = Place { segment: at.segment.first, offset: at.offset };
        self.tree.compare(head.position, place, found)?;
        self.body(at, &head, body, found)?;
        self.records += u64::from(defect.is_none());
        if completes {
            let (segment, offset) = (at.segment.first, at.end);
            let (position, records) = (head.position + 1, self.records);
            self.whole = Whole { position, records, segment, offset };
        }
        Ok(())
    }

    fn body(
        &mut self,
        at: At<'_>,
        head: &Head,
        body: Option<BodyView<'_>>,
        found: &mut Found,
    ) -> Result<(), DiskError> {
        let Some(body) = body else {
            self.subjects.lose(1);
            return Ok(());
        };
        let spot = at.spot(head.position);
        self.subjects.body(spot, head, &body, found);
        self.sealed.committed(head.position, &self.commitments);
        self.attachments.record(spot, &head.kind, body.data, found);
        self.statements.record(spot, head, body.data, found)
    }

    /// A line whose HEAD tells nothing. The next one tells how many records were lost.
    fn illegible(&mut self, at: At<'_>, leaf: Option<Hash>, defect: &Defect) {
        let spot = at.spot(self.order.due());
        self.pending.error(spot, defect.code, &*defect.message);
        self.order.damaged_line();
        match leaf {
            Some(leaf) => {
                self.guessed += 1;
                self.tree.push(leaf, false);
            }
            None => self.tree.gap(),
        }
    }

    /// What is damaged was followed by something sound, so it is no tail of the usual kind.
    fn settle(&mut self, head: Option<&Head>, found: &mut Found) {
        if self.pending.error_count == 0 {
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        for finding in &mut pending.errors {
            let position = finding.position.unwrap_or_default();
            let is_proven = head.is_some_and(|head| head.batch > position);
            if position >= self.covered && !is_proven {
                finding.message.push_str(
                    "; neither the checkpoint nor a later batch proves that it was acknowledged, \
                     and opening the ledger would cut the log here",
                );
            }
        }
        found.absorb(pending);
    }
}
