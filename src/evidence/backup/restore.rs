//! The way back: a backup becomes a data folder on which a ledger can be opened.
//!
//! Invariant: only a backup that verifies is restored, only into a folder that is empty or absent,
//! and what was written is verified again. It is put together beside its place, under
//! `NAME.restoring` with the mark of what is incomplete, and renamed once it is whole: a crash
//! leaves that folder, which the next run removes, or the restored one.
//!
//! Whoever restores an older state forks the ledger's history: records behind it are lost, and the
//! next checkpoint contradicts those that others hold. So the newest checkpoint that can be found
//! should be shown: a backup that does not reach it, or is of another history, is refused.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::evidence::backup::{
    BackupError, Heard, INCOMPLETE, copy, has_log, is_empty, mark, parse, past, signer, unmark,
    verified,
};
use crate::log::attachments::make_folder;
use crate::log::checkpoint::{CHECKPOINT_FILE, read};
use crate::log::disk::{self, Attempt as _, RealDisk};
use crate::log::sealed;
use crate::merkle::Hash;
use crate::record::checkpoint::Checkpoint;
use crate::record::note::{Note, VerifierKey};

/// What is to be restored where.
#[derive(Clone, Debug)]
pub struct RestoreOptions {
    pub from: PathBuf,
    pub data: PathBuf,
    /// A signed checkpoint that the backup must reach.
    pub not_older_than: Option<PathBuf>,
    /// Must have signed the checkpoint, or have been replaced by the key that has.
    pub trusted: Option<VerifierKey>,
}

/// A data folder that was restored and verified.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    pub folder: PathBuf,
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub verifier_key: String,
    pub attachments: u64,
    /// Confidential values that the backup did not have.
    pub sealed_missing: u64,
    /// Whether a newer checkpoint was shown and is reached.
    pub not_older_than: Option<u64>,
}

pub fn restore(options: &RestoreOptions, heard: Heard<'_>) -> Result<Restored, BackupError> {
    let RestoreOptions { from, data, not_older_than, trusted } = options;
    if !is_empty(data)? {
        let message = format!("{} is not empty; restore into a new folder", data.display());
        return Err(BackupError::Unsuitable(message));
    }
    if !has_log(from) {
        let message = format!("{} is no backup: it has no log", from.display());
        return Err(BackupError::Unsuitable(message));
    }
    if from.join(INCOMPLETE).exists() {
        return Err(BackupError::NotVerified(format!(
            "{} is marked {INCOMPLETE}: its last backup did not come to its end, or did not \
             verify; run it again, or take another backup",
            from.display()
        )));
    }
    let path = from.join(CHECKPOINT_FILE);
    let note = read(&RealDisk, &path)?;
    let note = note.ok_or_else(|| {
        let message = format!("{} has no checkpoint, so nothing can be verified", from.display());
        BackupError::NotVerified(message)
    })?;
    let Checkpoint { origin, size, root } = parse(&path, &note)?;
    // Before the check, because an answer is soon found to this.
    let shown = not_older_than.as_deref();
    let shown = shown.map(|file| reaches(from, file, &origin, size)).transpose()?;
    verified(from, trusted.as_ref(), heard)?;
    let beside = beside(data)?;
    make_folder(&beside)?;
    mark(&beside)?;
    copy::log(from, &beside, size, false)?;
    copy::attachments(from, &beside, false)?;
    copy::torn(from, &beside)?;
    if from.join(sealed::FOLDER).exists() {
        copy::sealed(from, &beside)?;
    }
    copy::ledger_json(from, &beside)?;
    disk::replace(&RealDisk, &beside.join(CHECKPOINT_FILE), &note)?;
    let report = verified(&beside, trusted.as_ref(), heard)?;
    unmark(&beside)?;
    // Also over an empty folder.
    fs::rename(&beside, data).attempt("rename the restored folder to", data)?;
    disk::sync_folder(parent(data))?;
    Ok(Restored {
        folder: data.clone(),
        origin,
        size,
        root,
        verifier_key: signer(&report),
        attachments: report.counts.attachments.kept,
        sealed_missing: report.counts.sealed.missing,
        not_older_than: shown,
    })
}

/// Whether the backup's log goes as far as the checkpoint shown, and through it; answers its size.
fn reaches(from: &Path, file: &Path, origin: &str, size: u64) -> Result<u64, BackupError> {
    let note = fs::read(file).attempt("read", file)?;
    let shown = parse(file, &note)?;
    if shown.origin != origin {
        let message = format!("{} is of {}, the backup of {origin}", file.display(), shown.origin);
        return Err(BackupError::NotVerified(message));
    }
    if shown.size > size {
        return Err(BackupError::NotVerified(format!(
            "the backup is older than {}: it has {size} records, and {} were signed for; find a \
             newer backup, or whoever holds that checkpoint can show that records were lost",
            file.display(),
            shown.size
        )));
    }
    let keys = past::past(from, size)?.keys;
    let believed = Note::parse(&note).and_then(|note| note.verify(&keys).map(drop));
    if let Err(error) = believed {
        let message = format!("{} is not signed by this ledger: {error}", file.display());
        return Err(BackupError::NotVerified(message));
    }
    if past::past(from, shown.size)?.root != shown.root {
        return Err(BackupError::NotVerified(format!(
            "the first {} records of the backup have not the root of {}: it is another history of \
             the ledger, and both were signed; keep both, they are the proof of a fork",
            shown.size,
            file.display()
        )));
    }
    Ok(shown.size)
}

/// Where the folder is put together; what a run before has left there is removed.
fn beside(data: &Path) -> Result<PathBuf, BackupError> {
    // Without a slash at its end.
    let mut name = data.components().collect::<PathBuf>().into_os_string();
    name.push(".restoring");
    let beside = PathBuf::from(name);
    if is_empty(&beside)? {
        return Ok(beside);
    }
    if !beside.join(INCOMPLETE).exists() {
        let message = format!("{} is in the way; take it elsewhere", beside.display());
        return Err(BackupError::Unsuitable(message));
    }
    fs::remove_dir_all(&beside).attempt("remove", &beside)?;
    Ok(beside)
}

fn parent(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}
