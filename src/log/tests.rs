//! The log against a plain model of it: what was appended, and how much was acknowledged.

#![allow(clippy::unwrap_used, reason = "tests")]

mod faults;
mod opening;
mod reading;
mod simulation;
mod torn;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::Disk;
use super::fault::FaultDisk;
use super::{
    Batch, Commit, Log, LogError, LogReader, OpenError, OpenOptions, Opened, Proof, TailCut, open,
    segment,
};
use crate::domain::time::UtcMicros;
use crate::merkle::{Hash, plain};
use crate::record::Head;

/// Steps of each command of a batch.
type Shape<'a> = &'a [u32];

fn data() -> &'static Path {
    Path::new("/data")
}

fn segment_path(first: u64) -> PathBuf {
    segment::path(&data().join(segment::FOLDER), first)
}

fn options(disk: &FaultDisk, checkpoint: Option<u64>) -> OpenOptions {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    OpenOptions { checkpoint, disk, segment_limit: 2_000 }
}

fn try_open(
    disk: &FaultDisk,
    checkpoint: Option<u64>,
) -> Result<(Log, LogReader, Opened), OpenError> {
    open(data(), options(disk, checkpoint))
}

/// What a refusal to open rests on.
fn proof_in(error: &OpenError) -> Proof {
    let (OpenError::Damaged { proof, .. } | OpenError::Shorter { proof, .. }) = error else {
        panic!("{error}");
    };
    *proof
}

/// Adds a command; every record says `word` and differs from all others.
fn add_command(batch: &mut Batch, steps: u32, kind: &str, word: &str) {
    for step in 0..steps {
        let position = batch.next;
        let head = Head {
            batch: batch.first,
            body: Hash::default(),
            parks: vec![("prk_north".parse().unwrap(), position)],
            position,
            recorded_at: UtcMicros(1_740_816_000_000_000 + position as i64),
            schema: 1,
            step,
            steps,
            kind: kind.to_owned(),
        };
        batch.push(head, format!("{{\"at\":{position},\"word\":\"{word}\"}}").as_bytes()).unwrap();
    }
}

fn batch_at(first: u64, shape: Shape<'_>, word: &str) -> Batch {
    let mut batch = Batch::starting_at(first);
    for steps in shape {
        add_command(&mut batch, *steps, "thing_done", word);
    }
    batch
}

/// What was appended, from position 0 on, and how much of it was acknowledged.
#[derive(Clone, Default)]
struct Story {
    lines: Vec<Vec<u8>>,
    command_ends: BTreeSet<u64>,
    acknowledged: u64,
}

impl Story {
    /// Writes a batch into the log, and down here, whatever comes of it.
    fn commit(&mut self, log: &mut Log, batch: &Batch) -> bool {
        assert_eq!(self.lines.len() as u64, batch.first);
        for line in batch.lines() {
            let head = crate::record::Line::split(line).unwrap().head().unwrap();
            self.lines.push(line.to_vec());
            if head.step + 1 == head.steps {
                self.command_ends.insert(head.position + 1);
            }
        }
        let done = log.commit(batch).is_ok();
        if done {
            self.acknowledged = batch.next;
        }
        done
    }

    /// Holds what an opening found against what was promised, and goes on from there: the ledger
    /// tells of cut tails before anything else.
    fn reopened(&mut self, disk: &FaultDisk, log: &mut Log, opened: &Opened) -> bool {
        let size = opened.size;
        assert!(size >= self.acknowledged, "{size} of {} acknowledged", self.acknowledged);
        assert!(size == 0 || self.command_ends.contains(&size), "{size} is within a command");
        self.lines.truncate(size as usize);
        self.command_ends.split_off(&(size + 1));
        // What an opening reports is as good as acknowledged: others build on it.
        self.acknowledged = size;
        let last = (size as i64 - 1).checked_add(1_740_816_000_000_000).map(UtcMicros);
        assert_eq!(opened.last_recorded_at, last.filter(|_| size > 0));
        self.check(disk, false);
        for TailCut { position, bytes, copy_hash, copy } in &opened.tail_cuts {
            let content = disk.content(&data().join(copy));
            assert_eq!((*position, *bytes), (size, content.len() as u64));
            assert_eq!(*copy_hash, plain(&content));
        }
        if opened.tail_cuts.is_empty() {
            return true;
        }
        let mut batch = Batch::starting_at(size);
        add_command(&mut batch, opened.tail_cuts.len() as u32, "tail_cut", "told");
        self.commit(log, &batch)
    }

    /// From outside: the files, one after another, are the lines, and are named by their positions.
    /// While a log is open there may be more behind its end.
    fn check(&self, disk: &FaultDisk, with_tail: bool) {
        let folder = data().join(segment::FOLDER);
        let names = disk.files().into_iter().filter(|path| path.parent() == Some(&folder));
        let (mut found, mut count) = (Vec::new(), 0);
        for path in names {
            assert_eq!(path, segment_path(count), "the chain of segments has no gap");
            let bytes = disk.content(&path);
            let mut rest = &bytes[..];
            while let Some(length) = segment::line_length(rest) {
                rest = &rest[length + 1..];
                count += 1;
            }
            found.extend_from_slice(&bytes);
        }
        let mut expected = self.lines[..self.acknowledged as usize].join(&b'\n');
        expected.extend((self.acknowledged > 0).then_some(b'\n'));
        assert!(found.starts_with(&expected), "all acknowledged records are there");
        assert!(with_tail || found.len() == expected.len(), "and nothing else");
    }

    /// Opens, tells of what was cut, appends these batches. False when something failed on the way.
    fn run(&mut self, disk: &FaultDisk, checkpoint: Option<u64>, batches: &[Shape<'_>]) -> bool {
        let Ok((mut log, reader, opened)) = try_open(disk, checkpoint) else {
            return false;
        };
        let mut done = self.reopened(disk, &mut log, &opened);
        for shape in batches {
            let batch = batch_at(self.lines.len() as u64, shape, &"word ".repeat(shape.len()));
            done = done && self.commit(&mut log, &batch);
            assert_eq!(reader.size(), self.acknowledged);
        }
        for position in self.acknowledged.saturating_sub(5)..reader.size() {
            match reader.read(position) {
                Ok(line) => assert_eq!(line, self.lines[position as usize]),
                // A fault, when the run has not met it before.
                Err(error) => {
                    assert!(matches!(error, LogError::Disk(_)), "{error}");
                    done = false;
                }
            }
        }
        self.check(disk, !done);
        done
    }
}
