//! The signed checkpoint, held against the log that it speaks of.
//!
//! Invariant: the checkpoint is read before the log, so that a running ledger has every record that
//! it covers on disk; and it is believed only if the key signed that is in force at its size. A
//! replaced key alone does not count: it may have been replaced because it was stolen.

use std::path::Path;

use crate::evidence::check::report::{CheckpointSeen, Found, Signer, Spot, Standing};
use crate::evidence::check::statements::Named;
use crate::log::checkpoint::{CHECKPOINT_FILE, CheckpointFileError, read};
use crate::log::disk::{DiskError, RealDisk};
use crate::merkle::Hash;
use crate::record::checkpoint::Checkpoint;
use crate::record::note::{Note, VerifierKey};

/// What the checkpoint file says, not yet believed.
pub(super) enum Claim {
    NoFile,
    /// Why it is no checkpoint.
    Illegible(String),
    Said(Box<Note>, Checkpoint),
}

impl Claim {
    pub fn read(data: &Path) -> Result<Claim, DiskError> {
        let path = data.join(CHECKPOINT_FILE);
        let bytes = match read(&RealDisk, &path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Claim::NoFile),
            Err(CheckpointFileError::Disk(error)) => return Err(error),
            Err(error) => return Ok(Claim::Illegible(error.to_string())),
        };
        let note = Note::parse(&bytes).map_err(|error| error.to_string());
        let said = note.and_then(|note| match Checkpoint::parse(note.text()) {
            Ok(checkpoint) => Ok(Claim::Said(Box::new(note), checkpoint)),
            Err(error) => Err(error.to_string()),
        });
        Ok(said.unwrap_or_else(Claim::Illegible))
    }

    /// How many records it says that it covers.
    pub fn size(&self) -> u64 {
        match self {
            Claim::NoFile | Claim::Illegible(_) => 0,
            Claim::Said(_, checkpoint) => checkpoint.size,
        }
    }
}

/// What the log says of itself.
pub(super) struct Derived<'a> {
    pub size: u64,
    pub origin: Option<&'a str>,
    /// At the checkpoint's size, if it can be derived.
    pub root: Option<Hash>,
    pub keys: &'a [Named],
}

pub(super) fn compare(
    claim: &Claim,
    log: &Derived<'_>,
    trusted: Option<&VerifierKey>,
    found: &mut Found,
) -> (Option<CheckpointSeen>, Option<Signer>) {
    let spot = Spot::file(CHECKPOINT_FILE);
    let (note, checkpoint) = match claim {
        Claim::Said(note, checkpoint) => (note, checkpoint),
        Claim::NoFile => {
            if log.size > 0 || trusted.is_some() {
                let message = "nothing is signed: whatever was cut off the end is not missed";
                found.error(spot, "checkpoint_missing", message);
            }
            return (None, None);
        }
        Claim::Illegible(reason) => {
            found.error(spot, "checkpoint_form", format!("this is no checkpoint: {reason}"));
            return (None, None);
        }
    };
    let Checkpoint { origin, size, root } = checkpoint;
    if let Some(own) = log.origin.filter(|own| own != origin) {
        let message = format!("the checkpoint is of {origin}, and the log of {own}");
        found.error(spot, "checkpoint_origin", message);
    }
    if log.size < *size {
        let message = format!("the checkpoint covers {size} records, and the log has {}", log.size);
        found.error(spot.position(log.size), "log_shorter", message);
    }
    let root_matches = log.root.map(|derived| derived == *root);
    if let Some(derived) = log.root.filter(|derived| derived != root) {
        let message = format!(
            "the first {size} records have the root {derived}, and the checkpoint says {root}"
        );
        found.error(spot, "checkpoint_root", message);
    }
    let (origin, size, root) = (origin.clone(), *size, *root);
    let signer = signer(note, checkpoint, log.keys, trusted, found);
    (Some(CheckpointSeen { origin, size, root, root_matches }), signer)
}

/// Who signed, if it was the one who should have.
fn signer(
    note: &Note,
    checkpoint: &Checkpoint,
    keys: &[Named],
    trusted: Option<&VerifierKey>,
    found: &mut Found,
) -> Option<Signer> {
    let spot = Spot::file(CHECKPOINT_FILE);
    let mut known: Vec<VerifierKey> = keys.iter().map(|named| named.key.clone()).collect();
    known.extend(trusted.cloned());
    let signed = match note.verify(&known) {
        Ok(signed) => signed,
        Err(error) => {
            found.error(spot, "checkpoint_signature", error.to_string());
            return None;
        }
    };
    let in_force = keys.iter().rposition(|named| named.since < checkpoint.size.max(1));
    let current = in_force.map(|index| &keys[index].key).filter(|key| signed.contains(key));
    let Some(current) = current else {
        let message = match in_force.map(|index| &keys[index].key) {
            Some(key) => format!("the key in force, {key}, has not signed"),
            None => "the log does not say which key signs for it".to_owned(),
        };
        found.error(spot, "checkpoint_signer", message);
        return None;
    };
    let standing = match trusted {
        None => Standing::ConsistentWithRecord0,
        Some(trusted) if signed.contains(&trusted) => Standing::KnownToCaller,
        Some(trusted) => follows(keys, trusted, current, found)?,
    };
    Some(Signer { verifier_key: current.to_string(), standing })
}

/// Whether the log says that one key was replaced, in the end, by the other.
fn follows(
    keys: &[Named],
    trusted: &VerifierKey,
    current: &VerifierKey,
    found: &mut Found,
) -> Option<Standing> {
    let spot = Spot::file(CHECKPOINT_FILE);
    let place = |key: &VerifierKey| keys.iter().position(|named| named.key == *key);
    if place(trusted).is_some_and(|from| keys[from..].iter().any(|named| named.key == *current)) {
        let message = format!(
            "only the log says that the trusted key was replaced by {current}; ask its keeper for \
             the checkpoint that both have signed"
        );
        found.note(spot, "signer_by_rotation", message);
        return Some(Standing::FollowsCallersKey);
    }
    let message = format!("{current} has signed, which the log does not lead to from {trusted}");
    found.error(spot, "signer_unknown", message);
    None
}
