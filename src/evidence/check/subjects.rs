//! BODYs one after another: versions of streams, and the commands that records come from.
//!
//! Invariant: memory is bounded by the number of streams and commands, 17 bytes an entry and at
//! most twice that while a table grows. Entries are hashes under keys that are drawn anew for each
//! check, so nobody can write a log in which two names meet. That two of ten million streams meet
//! by chance is less likely than one in three hundred thousand.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use crate::evidence::check::order::completes;
use crate::evidence::check::report::{Found, Spot};
use crate::merkle::Hash;
use crate::record::Head;
use crate::record::strict::BodyView;

/// Roughly the length of a line.
const USUAL_LINE: u64 = 1 << 10;

/// Roughly how many records a stream has.
const USUAL_STREAM: usize = 4;

#[derive(Default)]
pub(super) struct Subjects {
    /// The next version of each stream.
    streams: HashMap<u64, u64, BuildHasherDefault<AsItIs>>,
    /// Every pair of actor and command id.
    commands: HashSet<Pair, BuildHasherDefault<AsItIs>>,
    /// The command that the next record may belong to.
    current: Option<(Pair, Hash)>,
    /// Records whose BODY is missing or illegible so far.
    lost: u64,
    keys: [RandomState; 2],
}

/// 128 bits of the hash of an actor and a command id.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Pair([u64; 2]);

impl std::hash::Hash for Pair {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0[0]);
    }
}

/// The keys are hashes already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only 64-bit numbers are hashed here");
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Subjects {
    /// With room for what a log of so many bytes usually holds: tables that do not grow need no
    /// second table to grow into. Room that is not used is not backed by memory.
    pub fn with_room_for(bytes: u64) -> Subjects {
        let mut subjects = Subjects::default();
        let records = usize::try_from(bytes / USUAL_LINE).unwrap_or(0);
        subjects.commands.reserve(records);
        subjects.streams.reserve(records / USUAL_STREAM);
        subjects
    }

    /// So many records, whose BODYs are missing or illegible.
    pub fn lose(&mut self, records: u64) {
        self.lost = self.lost.saturating_add(records);
        self.current = None;
    }

    /// How many commands there are, and how many streams.
    pub fn counts(&self) -> (u64, u64) {
        (self.commands.len() as u64, self.streams.len() as u64)
    }

    pub fn body(&mut self, spot: Spot<'_>, head: &Head, body: &BodyView<'_>, found: &mut Found) {
        self.command(spot, head, body, found);
        self.version(spot, body, found);
    }

    fn command(&mut self, spot: Spot<'_>, head: &Head, body: &BodyView<'_>, found: &mut Found) {
        let (actor, id) = (body.actor, body.command_id);
        let pair = Pair([0, 1].map(|key: usize| self.keys[key].hash_one((actor, id))));
        let command = (pair, body.command_hash);
        match self.current.filter(|_| head.step > 0) {
            Some(current) if current != command => {
                let message = format!(
                    "the record is step {} of its command, but actor, id or hash of the command \
                     are not those of the step before",
                    head.step
                );
                found.error(spot, "command_differs", message);
            }
            Some(_) => {}
            // Later steps of a command follow in the same breath, or steps are missing.
            None if !self.commands.insert(pair) && head.step == 0 => {
                let message = format!("an earlier command of {actor} has the id {id}");
                found.error(spot, "command_repeated", message);
            }
            None => {}
        }
        self.current = Some(command).filter(|_| !completes(head));
    }

    fn version(&mut self, spot: Spot<'_>, body: &BodyView<'_>, found: &mut Found) {
        let BodyView { stream, version, .. } = *body;
        let next = self.streams.entry(self.keys[0].hash_one(stream)).or_insert(0);
        if version < *next || version - *next > self.lost {
            let message = format!("version {version} of {stream} stands where {next} belongs");
            found.error(spot, "stream_version", message);
        }
        *next = version + 1;
    }
}
