//! Reads what is on disk and judges it, without changing anything.
//!
//! The judgement: which records are there, whether the end is torn, and whether what is torn can
//! have been acknowledged. It can have been when the checkpoint covers it, or when a later batch
//! was begun: a batch is begun only after the one before it was synced. Then opening stops; a tail
//! that was never acknowledged is told, and cut elsewhere ([`repair`](crate::log::repair)).
//!
//! Only the segments from the checkpoint on are read, and the one before.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::domain::time::UtcMicros;
use crate::log::Defect;
use crate::log::disk::{self, Disk, DiskError};
use crate::log::segment;
use crate::record::{Head, Line};

/// Why a log is not opened.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error("another process has the ledger in {} open", .folder.display())]
    Locked { folder: PathBuf },
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(
        "{}, byte {offset}: record {position} is damaged ({defect}), and {proof}",
        .file.display()
    )]
    Damaged { position: u64, file: PathBuf, offset: u64, defect: Defect, proof: Proof },
    #[error("{}, byte {offset}: where record {position} belongs, {disorder}", .file.display())]
    OutOfOrder { position: u64, file: PathBuf, offset: u64, disorder: Disorder },
    #[error("the log ends before record {size} ({}, byte {offset}), and {proof}", .file.display())]
    Shorter { size: u64, file: PathBuf, offset: u64, proof: Proof },
    #[error("{} begins before the segment in front of it ends, at {end}", .file.display())]
    Overlapping { file: PathBuf, end: u64 },
}

/// How it is known that a record was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A checkpoint of this size was signed.
    Checkpoint(u64),
    /// A batch was begun at this position.
    LaterBatch(u64),
    /// A segment was begun at this position.
    LaterSegment(u64),
}

impl fmt::Display for Proof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint(size) => write!(out, "a checkpoint covers the first {size} records"),
            Self::LaterBatch(first) => write!(out, "a later batch begins with record {first}"),
            Self::LaterSegment(first) => write!(out, "a later segment begins with record {first}"),
        }
    }
}

/// How a line that verifies does not follow the one before it. No crash leaves such a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Disorder {
    #[error("record {found} stands")]
    Position { found: u64 },
    #[error("a record stands that claims to be written with record {batch}")]
    Batch { batch: u64 },
    #[error("step {step} of {steps} stands, which does not follow")]
    Step { step: u32, steps: u32 },
}

/// What stands behind the last whole command and was never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// The record that would have begun here.
    pub position: u64,
    pub file: PathBuf,
    pub offset: u64,
    pub bytes: u64,
}

/// What is on disk.
#[derive(Default)]
pub(super) struct Survey {
    /// First positions of all segments; none only where no log was begun.
    pub segments: Vec<u64>,
    /// Where the lines begin in the segments that were read.
    pub starts: Vec<(u64, Vec<u64>)>,
    /// The whole of the last segment, its tail included.
    pub last: Vec<u8>,
    /// How many of those bytes are whole commands.
    pub kept: usize,
    /// How many records stand in whole commands.
    pub size: u64,
    pub last_recorded_at: Option<UtcMicros>,
    pub tail: Option<Tail>,
}

/// The end of a whole command.
#[derive(Clone, Copy)]
struct Mark {
    position: u64,
    offset: usize,
    recorded_at: Option<UtcMicros>,
}

/// A line that does not verify, in the segment that is being read.
struct Bad {
    position: u64,
    offset: usize,
    defect: Defect,
}

/// Follows the lines of consecutive segments.
struct Walk {
    segment: u64,
    /// Position of the next record.
    position: u64,
    batch: u64,
    /// The step and steps that the open command goes on with.
    open: Option<(u32, u32)>,
    whole: Mark,
    starts: Vec<u64>,
}

impl Walk {
    fn from(segment: u64) -> Walk {
        let whole = Mark { position: segment, offset: 0, recorded_at: None };
        Walk { segment, position: segment, batch: segment, open: None, whole, starts: Vec::new() }
    }

    fn follows(&self, head: &Head) -> Result<(), Disorder> {
        if head.position != self.position {
            return Err(Disorder::Position { found: head.position });
        }
        let begins = head.batch == self.position && self.open.is_none();
        let goes_on = head.batch == self.batch && self.position > self.segment;
        if !begins && !goes_on {
            return Err(Disorder::Batch { batch: head.batch });
        }
        let step = self.open.unwrap_or((0, head.steps));
        if (head.step, head.steps) != step || head.step >= head.steps {
            return Err(Disorder::Step { step: head.step, steps: head.steps });
        }
        Ok(())
    }

    /// Reads the segment to its end, or to its first bad line.
    fn segment(&mut self, path: &Path, bytes: &[u8]) -> Result<Option<Bad>, OpenError> {
        let mut offset = 0;
        while offset < bytes.len() {
            let bad = |defect| Ok(Some(Bad { position: self.position, offset, defect }));
            let Some(length) = segment::line_length(&bytes[offset..]) else {
                return bad(Defect::Unended);
            };
            let line = Line::split(&bytes[offset..offset + length]);
            let head = match line.and_then(|line| line.verify()) {
                Ok(head) => head,
                Err(defect) => return bad(defect.into()),
            };
            self.follows(&head).map_err(|disorder| OpenError::OutOfOrder {
                position: self.position,
                file: path.to_owned(),
                offset: offset as u64,
                disorder,
            })?;
            self.starts.push(offset as u64);
            offset += length + 1;
            self.position += 1;
            self.batch = head.batch;
            self.open = Some((head.step + 1, head.steps)).filter(|(step, steps)| step < steps);
            if self.open.is_none() {
                let recorded_at = Some(head.recorded_at);
                self.whole = Mark { position: self.position, offset, recorded_at };
            }
        }
        Ok(None)
    }
}

/// The first position of a batch that begins behind `position`, if a line of one stands in `bytes`.
/// The bytes may be damaged anywhere, so lines are looked for at every place where one can begin.
fn later_batch(bytes: &[u8], position: u64) -> Option<u64> {
    // In a line this stands between HASH and HEAD and nowhere else: quotes in strings are escaped.
    const MARK: &[u8] = b" {\"batch\":";
    const HASH_DIGITS: usize = 64;
    let spaces = bytes.iter().enumerate().filter(|(_, byte)| **byte == b' ');
    let marks = spaces.filter(|(at, _)| bytes[*at..].starts_with(MARK));
    let begins = marks.filter_map(|(at, _)| at.checked_sub(HASH_DIGITS));
    let heads = begins.filter_map(|begin| {
        let rest = &bytes[begin..];
        let line = &rest[..segment::line_length(rest).unwrap_or(rest.len())];
        Line::split(line).and_then(|line| line.verify()).ok()
    });
    heads.map(|head| head.batch).find(|batch| *batch > position)
}

/// `segments` are those of [`segment::list`], not empty; `checkpoint` is the size that the newest
/// checkpoint covers.
pub(super) fn survey(
    disk: &dyn Disk,
    folder: &Path,
    segments: Vec<u64>,
    checkpoint: Option<u64>,
) -> Result<Survey, OpenError> {
    if segments[0] != 0 {
        let (file, proof) = (segment::path(folder, 0), Proof::LaterSegment(segments[0]));
        return Err(OpenError::Shorter { size: 0, file, offset: 0, proof });
    }
    let from = match checkpoint {
        // The segment of the last covered record, which ties the rest to the checkpoint.
        Some(size) => segments.partition_point(|first| *first < size).saturating_sub(1),
        // Earlier ones are complete. The last may be empty, and the time of the last record is
        // asked.
        None => segments.len().saturating_sub(2),
    };
    let covered = checkpoint.unwrap_or(0);
    let mut walk = Walk::from(segments[from]);
    let mut starts = Vec::new();
    for pair in segments[from..].windows(2) {
        complete_segment(disk, folder, &mut walk, (pair[0], pair[1]), covered)?;
        starts.push((pair[0], std::mem::take(&mut walk.starts)));
        walk = Walk { whole: walk.whole, ..Walk::from(pair[1]) };
        walk.whole.offset = 0;
    }
    let path = segment::path(folder, walk.segment);
    let last = disk::read_all(disk, &path)?;
    if let Some(bad) = walk.segment(&path, &last)? {
        let position = bad.position;
        let proof = if position < covered {
            Some(Proof::Checkpoint(covered))
        } else {
            later_batch(&last[bad.offset..], position).map(Proof::LaterBatch)
        };
        if let Some(proof) = proof {
            return Err(damaged(path, bad, proof));
        }
    }
    let Mark { position: size, offset: kept, recorded_at: last_recorded_at } = walk.whole;
    if size < covered {
        let proof = Proof::Checkpoint(covered);
        return Err(OpenError::Shorter { size, file: path, offset: kept as u64, proof });
    }
    let cut = last.len() - kept;
    walk.starts.truncate((size - walk.segment) as usize);
    starts.push((walk.segment, walk.starts));
    let (offset, bytes) = (kept as u64, cut as u64);
    let tail = (cut > 0).then_some(Tail { position: size, file: path, offset, bytes });
    Ok(Survey { segments, starts, last, kept, size, last_recorded_at, tail })
}

fn damaged(file: PathBuf, bad: Bad, proof: Proof) -> OpenError {
    let Bad { position, offset, defect } = bad;
    OpenError::Damaged { position, file, offset: offset as u64, defect, proof }
}

/// A segment that others follow: it was durable before the next one was begun, so it ends with the
/// last record before it.
fn complete_segment(
    disk: &dyn Disk,
    folder: &Path,
    walk: &mut Walk,
    (first, next): (u64, u64),
    covered: u64,
) -> Result<(), OpenError> {
    let path = segment::path(folder, first);
    let bytes = disk::read_all(disk, &path)?;
    let proof = |position| {
        let covers = position < covered;
        if covers { Proof::Checkpoint(covered) } else { Proof::LaterSegment(next) }
    };
    if let Some(bad) = walk.segment(&path, &bytes)? {
        let proof = proof(bad.position);
        return Err(damaged(path, bad, proof));
    }
    let Mark { position: size, offset, .. } = walk.whole;
    if walk.position > next {
        return Err(OpenError::Overlapping {
            file: segment::path(folder, next),
            end: walk.position,
        });
    }
    if size < next {
        let offset = offset as u64;
        return Err(OpenError::Shorter { size, file: path, offset, proof: proof(size) });
    }
    Ok(())
}
