//! Records in which the ledger speaks of itself: what it is called and who signs for it, how many
//! records a park had, what was cut off its end.
//!
//! Invariant: what such a record states is held against what the lines and files say.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::evidence::check::lines::read_up_to;
use crate::evidence::check::report::{Found, Spot};
use crate::log::disk::{Attempt, DiskError};
use crate::log::{TORN_FOLDER, parse_copy_name};
use crate::merkle::{Hash, HashStream};
use crate::record::Head;
use crate::record::checkpoint::check_origin;
use crate::record::note::VerifierKey;

const CHUNK: usize = 1 << 20;

/// The only format that there is.
const FORMAT: u64 = 1;

const OPENED: &str = "ledger_opened";

// Further members are left to those who know them.

#[derive(Deserialize)]
struct LedgerOpened {
    format: u64,
    origin: String,
    verifier_key: String,
}

#[derive(Deserialize)]
struct KeyRotated {
    verifier_key: String,
}

#[derive(Deserialize)]
struct ParkCounted {
    park: String,
    places: u64,
}

#[derive(Deserialize)]
struct TailCut {
    copy: String,
    copy_hash: Hash,
}

/// A key that the log names, from the record on that names it.
pub(super) struct Named {
    pub since: u64,
    pub key: VerifierKey,
}

pub(super) struct Statements {
    /// The data folder.
    data: PathBuf,
    pub origin: Option<String>,
    /// Record 0's data.
    pub opened: Option<String>,
    /// In the order in which they replace one another.
    pub keys: Vec<Named>,
    /// Names of copies of tails that a record tells of.
    pub told_copies: BTreeSet<String>,
    pub key_rotations: u64,
    pub park_counts: u64,
    pub tail_cuts: u64,
}

impl Statements {
    pub fn new(data: &Path) -> Statements {
        Statements {
            data: data.to_owned(),
            origin: None,
            opened: None,
            keys: Vec::new(),
            told_copies: BTreeSet::new(),
            key_rotations: 0,
            park_counts: 0,
            tail_cuts: 0,
        }
    }

    pub fn record(
        &mut self,
        spot: Spot<'_>,
        head: &Head,
        data: &str,
        found: &mut Found,
    ) -> Result<(), DiskError> {
        if head.position == 0 && head.kind != OPENED {
            let message = format!("record 0 is of type {}, not {OPENED}", head.kind);
            found.error(spot, "first_record", message);
        }
        match &*head.kind {
            OPENED if head.position > 0 => {
                found.error(spot, "opened_again", "the ledger was opened by record 0");
            }
            OPENED => self.opened(spot, data, found),
            "key_rotated" => self.rotated(spot, head.position, data, found),
            "park_counted" => self.counted(spot, head, data, found),
            "tail_cut" => self.cut(spot, data, found)?,
            _ => {}
        }
        Ok(())
    }

    fn opened(&mut self, spot: Spot<'_>, data: &str, found: &mut Found) {
        self.opened = Some(data.to_owned());
        let wrong = |reason: String| format!("record 0 does not open a ledger: {reason}");
        let stated: LedgerOpened = match serde_json::from_str(data) {
            Ok(stated) => stated,
            Err(error) => {
                return found.error(spot, "ledger_opened_data", wrong(error.to_string()));
            }
        };
        if stated.format != FORMAT {
            let reason = format!("format {} is unknown here", stated.format);
            found.error(spot, "ledger_opened_data", wrong(reason));
        }
        if let Err(error) = check_origin(&stated.origin) {
            found.error(spot, "ledger_opened_data", wrong(error.to_string()));
        }
        self.origin = Some(stated.origin);
        match self.key(&stated.verifier_key) {
            Ok(key) => self.keys.push(Named { since: 0, key }),
            Err(reason) => found.error(spot, "ledger_opened_data", wrong(reason)),
        }
    }

    fn rotated(&mut self, spot: Spot<'_>, position: u64, data: &str, found: &mut Found) {
        self.key_rotations += 1;
        let stated = serde_json::from_str(data).map_err(|error| error.to_string());
        match stated.and_then(|stated: KeyRotated| self.key(&stated.verifier_key)) {
            Ok(key) => self.keys.push(Named { since: position, key }),
            Err(reason) => {
                let message = format!("the record does not name a new key: {reason}");
                found.error(spot, "key_rotated_data", message);
            }
        }
    }

    /// A key of this ledger, which is named like it.
    fn key(&self, text: &str) -> Result<VerifierKey, String> {
        let key: VerifierKey = text.parse().map_err(|error| format!("{error}"))?;
        match &self.origin {
            Some(origin) if origin != key.name() => {
                Err(format!("the key is named {}, and the ledger {origin}", key.name()))
            }
            Some(_) | None => Ok(key),
        }
    }

    fn counted(&mut self, spot: Spot<'_>, head: &Head, data: &str, found: &mut Found) {
        self.park_counts += 1;
        let stated: ParkCounted = match serde_json::from_str(data) {
            Ok(stated) => stated,
            Err(error) => {
                let message = format!("the record does not count a park: {error}");
                return found.error(spot, "park_counted_data", message);
            }
        };
        let ParkCounted { park, places } = stated;
        // The place itself is held to be dense where all HEADs are.
        let own = head.parks.iter().find(|(id, _)| id.as_str() == park);
        match own {
            Some((_, place)) if *place == places => {}
            Some((_, place)) => {
                let message = format!(
                    "the record states that {park} had {places} records, and there are {place}"
                );
                found.error(spot, "park_count", message);
            }
            None => {
                let message = format!("the record counts {park}, and has no place there");
                found.error(spot, "park_count", message);
            }
        }
    }

    fn cut(&mut self, spot: Spot<'_>, data: &str, found: &mut Found) -> Result<(), DiskError> {
        self.tail_cuts += 1;
        let stated = serde_json::from_str(data).map_err(|error| error.to_string());
        let named = stated.and_then(|stated: TailCut| match copy_name(&stated.copy) {
            Some(name) => Ok((name.to_owned(), stated.copy_hash)),
            None => Err(format!("{} is the name of no copy", stated.copy)),
        });
        let (name, stated) = match named {
            Ok(named) => named,
            Err(reason) => {
                let message = format!("the record does not tell of a cut: {reason}");
                found.error(spot, "tail_cut_data", message);
                return Ok(());
            }
        };
        let path = self.data.join(TORN_FOLDER).join(&name);
        let hash = match hash_of(&path) {
            Err(error) if error.source.kind() == ErrorKind::NotFound => return Ok(()),
            hash => hash?,
        };
        if hash != stated {
            let message = format!(
                "the copy has the hash {hash}, and record {} states {stated}",
                spot.position.unwrap_or_default()
            );
            let file = format!("{TORN_FOLDER}/{name}");
            found.error(Spot { file: Some(&file), offset: None, ..spot }, "torn_copy", message);
        }
        self.told_copies.insert(name);
        Ok(())
    }
}

/// The file name of a copy in `torn/`. What a record states is not followed to any other place.
fn copy_name(copy: &str) -> Option<&str> {
    let name = copy.strip_prefix(TORN_FOLDER)?.strip_prefix('/')?;
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    (is_plain && parse_copy_name(name).is_some()).then_some(name)
}

/// The hash of a file, however long.
pub(super) fn hash_of(path: &Path) -> Result<Hash, DiskError> {
    let file = File::open(path).attempt("open", path)?;
    let (mut hash, mut chunk, mut offset) = (HashStream::default(), vec![0; CHUNK], 0);
    loop {
        let read = read_up_to(&file, &mut chunk, offset).attempt("read", path)?;
        hash.update(&chunk[..read]);
        offset += read as u64;
        if read < CHUNK {
            return Ok(hash.finish());
        }
    }
}
