//! The lines that are written under one fdatasync.
//!
//! Invariant: positions follow one another, every line names the batch, and a batch that is
//! committed ends with the last record of a command. Repair relies on all three, so they are
//! asserted here, before anything is on disk.

use crate::merkle::Hash;
use crate::record::line::{self, TooLarge};
use crate::record::{Head, body_hash};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Position of the first record.
    pub first: u64,
    /// Position after the last record.
    pub next: u64,
    /// The lines, each with its LF.
    pub bytes: Vec<u8>,
    /// Where each line ends in `bytes`, behind its LF.
    pub ends: Vec<u32>,
    /// The leaf hash of each line.
    pub leaves: Vec<Hash>,
    /// The step and steps that the last command still has before it.
    open: Option<(u32, u32)>,
}

impl Batch {
    pub fn starting_at(first: u64) -> Batch {
        let (bytes, ends, leaves) = (Vec::new(), Vec::new(), Vec::new());
        Batch { first, next: first, bytes, ends, leaves, open: None }
    }

    /// Forgets everything but the memory.
    pub fn restart_at(&mut self, first: u64) {
        self.bytes.clear();
        self.ends.clear();
        self.leaves.clear();
        (self.first, self.next, self.open) = (first, first, None);
    }

    /// Adds a record; HEAD's `body` is filled in from `body`. When it is too large, nothing was
    /// added, and the caller takes back its command with [`Batch::take_back_to`].
    pub fn push(&mut self, mut head: Head, body: &[u8]) -> Result<Hash, TooLarge> {
        assert_eq!(head.position, self.next, "positions are dense");
        assert_eq!(head.batch, self.first, "a line names its batch");
        let expected = self.open.unwrap_or((0, head.steps));
        assert_eq!((head.step, head.steps), expected, "a command's records stand together");
        assert!(head.step < head.steps, "a step is one of its command's");
        head.body = body_hash(body);
        let leaf = line::encode(&mut self.bytes, &head, body)?;
        let end = u32::try_from(self.bytes.len()).expect("a batch stays far below 4 GiB");
        self.ends.push(end);
        self.leaves.push(leaf);
        self.next += 1;
        self.open = Some((head.step + 1, head.steps)).filter(|(step, steps)| step < steps);
        Ok(leaf)
    }

    /// Removes the records from this position on, which must be the first of a command.
    pub fn take_back_to(&mut self, next: u64) {
        assert!((self.first..=self.next).contains(&next), "only what was added is taken back");
        let kept = usize::try_from(next - self.first).expect("a batch fits into memory");
        self.ends.truncate(kept);
        self.leaves.truncate(kept);
        self.bytes.truncate(self.ends.last().map_or(0, |end| *end as usize));
        self.next = next;
        self.open = None;
    }

    pub fn is_empty(&self) -> bool {
        self.next == self.first
    }

    /// Whether it ends with the last record of a command.
    pub fn is_whole(&self) -> bool {
        self.open.is_none()
    }

    /// Where each line begins in `bytes`.
    pub fn starts(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::once(0).chain(self.ends.iter().copied()).take(self.ends.len())
    }

    /// The lines, without their LF.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> + '_ {
        let lines = self.starts().zip(&self.ends);
        lines.map(|(start, end)| &self.bytes[start as usize..*end as usize - 1])
    }
}
