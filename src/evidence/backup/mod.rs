//! Backups of a data folder, also while a ledger runs on it, and the way back.
//!
//! It stands beside the check because a copy is a backup only once it was checked: after copying,
//! everything is derived again from the copy's own bytes and held against the signed checkpoint.
//!
//! Invariant: nothing of the source is changed and no lock is taken. A backup is exactly as its
//! checkpoint says: the lines that it covers, the files that they link, and no more; so it can be
//! verified to its last byte. `keys/` is never copied, `sealed/` only where it is asked for, and
//! what can be made anew (`index/`, `tree/`) not at all.
//!
//! Order, and why: the checkpoint is read first, because every record that it covers was durable
//! before it was signed; then the lines, then what was durable before its line: attachments, sealed
//! values, copies of tails. The copy's checkpoint is written last, once all that it covers is
//! synced. Before anything is touched the folder is marked `INCOMPLETE`, and the mark goes once the
//! copy was verified.
//!
//! What a crash or a finding leaves: the mark. A marked folder is not restored. The next run
//! compares every byte that it would otherwise trust to be there, and writes anew what differs; so
//! it goes on after a crash, and mends a copy in which damage was found.
//!
//! Trust: who can write into the backup can spoil it, which its next run and its restoring find.
//! What is cut off its end with an older checkpoint put back is found only by whoever holds a newer
//! one: that is what `--not-older-than` is for.

mod copy;
mod past;
mod restore;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

pub use restore::{RestoreOptions, Restored, restore};

use crate::evidence::check::{CheckError, Report, check};
use crate::log::attachments::make_folder;
use crate::log::checkpoint::{CHECKPOINT_FILE, CheckpointFileError, read};
use crate::log::disk::{self, Attempt as _, DiskError, RealDisk};
use crate::log::{LogError, OpenError, sealed, segment};
use crate::merkle::Hash;
use crate::record::checkpoint::{Checkpoint, CheckpointError};
use crate::record::note::{Note, NoteError, VerifierKey};

/// Stands in a folder that is not whole yet, or did not verify.
pub const INCOMPLETE: &str = "INCOMPLETE";

const SAYS: &[u8] = b"This copy is being made, or did not verify. Run the backup again.\n";

/// What only a ledger's own folder has: a backup must not be made over one.
const OF_A_LEDGER: &[&str] = &["lock", "keys", "index"];

/// Hears how many bytes of how many were read.
pub type Heard<'a> = &'a mut dyn FnMut(u64, u64);

#[derive(Debug, Error)]
pub enum BackupError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    CheckpointFile(#[from] CheckpointFileError),
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error("{}: {source}", .path.display())]
    Illegible { path: PathBuf, source: CheckpointError },
    /// It was asked for what can't be.
    #[error("{0}")]
    Unsuitable(String),
    /// What must be true for a backup is not.
    #[error("{0}")]
    NotVerified(String),
    /// The copy was checked, and errors were found.
    #[error("{} does not verify; it stays marked {INCOMPLETE}", .folder.display())]
    Unsound { folder: PathBuf, report: Box<Report> },
}

/// What is to be copied where.
#[derive(Clone, Debug)]
pub struct BackupOptions {
    pub data: PathBuf,
    pub to: PathBuf,
    /// Copies confidential values as well.
    pub with_sealed: bool,
    /// Must have signed the checkpoint, or have been replaced by the key that has.
    pub trusted: Option<VerifierKey>,
}

/// A backup that was made and verified.
#[derive(Clone, Debug, Serialize)]
pub struct Backed {
    pub folder: PathBuf,
    pub origin: String,
    /// As of so many records.
    pub size: u64,
    pub root: Hash,
    /// As of so many before; nothing if it is the first into this folder.
    pub before: Option<u64>,
    /// Bytes of segments that were written now.
    pub log_bytes: u64,
    /// Attachments that were written now.
    pub attachments: u64,
    /// Files of confidential values that were written now.
    pub sealed_files: u64,
    /// Confidential values that the backup does not have.
    pub sealed_missing: u64,
    /// Whether it has confidential values of an earlier run, which were not brought up to date.
    pub sealed_stale: bool,
    /// Who vouches for it.
    pub verifier_key: String,
}

/// Copies a data folder, or what is new in it since the last time, and verifies the copy.
pub fn backup(options: &BackupOptions, heard: Heard<'_>) -> Result<Backed, BackupError> {
    let BackupOptions { data, to, with_sealed, trusted } = options;
    apart(data, to)?;
    let note = read(&RealDisk, &data.join(CHECKPOINT_FILE))?.ok_or_else(|| {
        BackupError::Unsuitable(format!(
            "{} has no checkpoint yet, so nothing could be verified; serve it once",
            data.display()
        ))
    })?;
    let Checkpoint { origin, size, root } = parse(&data.join(CHECKPOINT_FILE), &note)?;
    let before = Before::find(to)?;
    if let Some(old) = &before.checkpoint {
        extends(data, &origin, size, old)?;
    }
    make_folder(to)?;
    mark(to)?;
    let careful = before.is_marked;
    let log_bytes = copy::log(data, to, size, careful)?;
    let attachments = copy::attachments(data, to, careful)?;
    copy::torn(data, to)?;
    let sealed_files = if *with_sealed { copy::sealed(data, to)? } else { 0 };
    copy::ledger_json(data, to)?;
    disk::replace(&RealDisk, &to.join(CHECKPOINT_FILE), &note)?;
    let report = verified(to, trusted.as_ref(), heard)?;
    unmark(to)?;
    Ok(Backed {
        folder: to.clone(),
        origin,
        size,
        root,
        before: before.checkpoint.map(|old| old.size),
        log_bytes,
        attachments,
        sealed_files,
        sealed_missing: report.counts.sealed.missing,
        sealed_stale: !with_sealed && to.join(sealed::FOLDER).exists(),
        verifier_key: signer(&report),
    })
}

/// Checks a copy; it must be without errors.
fn verified(
    folder: &Path,
    trusted: Option<&VerifierKey>,
    heard: Heard<'_>,
) -> Result<Report, BackupError> {
    let report = check(folder, trusted, heard)?;
    if report.verified {
        return Ok(report);
    }
    Err(BackupError::Unsound { folder: folder.to_owned(), report: Box::new(report) })
}

fn signer(report: &Report) -> String {
    let signer = report.signer.as_ref().expect("what is verified has a signer");
    signer.verifier_key.clone()
}

/// What a checkpoint file says, not yet believed.
fn parse(path: &Path, note: &[u8]) -> Result<Checkpoint, BackupError> {
    let illegible = |source| BackupError::Illegible { path: path.to_owned(), source };
    let note = Note::parse(note).map_err(|error: NoteError| illegible(error.into()))?;
    Checkpoint::parse(note.text()).map_err(illegible)
}

/// Neither folder may be in the other: a copy of a copy has no end.
fn apart(one: &Path, other: &Path) -> Result<(), BackupError> {
    let whole = |path: &Path| {
        // What is not there yet is looked at by where it will be.
        let there = path.ancestors().find(|part| part.exists()).unwrap_or(Path::new("."));
        let rest = path.strip_prefix(there).unwrap_or(path).to_owned();
        let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
        Ok::<_, DiskError>(fs::canonicalize(there).attempt("find", there)?.join(rest))
    };
    let (first, second) = (whole(one)?, whole(other)?);
    if first.starts_with(&second) || second.starts_with(&first) {
        let (one, other) = (one.display(), other.display());
        let message = format!("{one} and {other} are one in the other; choose a folder apart");
        return Err(BackupError::Unsuitable(message));
    }
    Ok(())
}

/// What is in the target before a run.
#[derive(Default)]
struct Before {
    /// Of the last run that came so far.
    checkpoint: Option<Checkpoint>,
    /// The last run did not come to its end, or found damage.
    is_marked: bool,
}

impl Before {
    fn find(to: &Path) -> Result<Before, BackupError> {
        if is_empty(to)? {
            return Ok(Before::default());
        }
        let shown = to.display();
        if let Some(own) = OF_A_LEDGER.iter().find(|name| to.join(name).exists()) {
            return Err(BackupError::Unsuitable(format!(
                "{shown} has {own}: it is a ledger's own data folder, and no backup"
            )));
        }
        let path = to.join(CHECKPOINT_FILE);
        let note = read(&RealDisk, &path)?;
        let is_marked = to.join(INCOMPLETE).exists();
        let checkpoint = match note.map(|note| parse(&path, &note)).transpose() {
            // What follows compares every byte, and writes another one.
            Err(_) if is_marked => None,
            Err(error) => {
                // As other damage: told once, and mended by the next run.
                if has_log(to) {
                    mark(to)?;
                }
                return Err(error);
            }
            Ok(checkpoint) => checkpoint,
        };
        if checkpoint.is_none() && !is_marked {
            let message = format!("{shown} is not empty and is no backup; choose another folder");
            return Err(BackupError::Unsuitable(message));
        }
        Ok(Before { checkpoint, is_marked })
    }
}

/// Whether the source's log goes on from what the backup has: looked at before the backup is
/// touched, so that a source that was exchanged spoils nothing.
fn extends(data: &Path, origin: &str, size: u64, old: &Checkpoint) -> Result<(), BackupError> {
    if old.origin != origin {
        let message = format!("the backup is of {}, and the ledger is {origin}", old.origin);
        return Err(BackupError::Unsuitable(message));
    }
    if old.size > size {
        return Err(BackupError::NotVerified(format!(
            "the ledger has {size} records under its checkpoint and the backup {}: this folder is \
             older than its backup",
            old.size
        )));
    }
    if past::past(data, old.size)?.root != old.root {
        return Err(BackupError::NotVerified(format!(
            "the first {} records of the ledger are not those of the backup: one of the two has \
             another history; keep both",
            old.size
        )));
    }
    Ok(())
}

/// Absent counts as empty.
fn is_empty(folder: &Path) -> Result<bool, DiskError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        entries => Ok(entries.attempt("list", folder)?.next().is_none()),
    }
}

fn mark(folder: &Path) -> Result<(), DiskError> {
    disk::replace(&RealDisk, &folder.join(INCOMPLETE), SAYS)
}

fn unmark(folder: &Path) -> Result<(), DiskError> {
    let path = folder.join(INCOMPLETE);
    fs::remove_file(&path).attempt("remove", &path)?;
    disk::sync_folder(folder)
}

/// Whether somebody has put a log there.
fn has_log(folder: &Path) -> bool {
    folder.join(segment::FOLDER).is_dir()
}
