//! Opening: the lock, the survey of what is there, and the repair of what a crash left.
//!
//! When [`open`] answers, everything that it reports is durable, so that nothing which is built on
//! it can outlive it. Every step can fail or be cut off and is simply done again by the next
//! opening.

use std::path::Path;
use std::sync::Arc;

use crate::domain::time::UtcMicros;
use crate::log::commit::{Active, Log};
use crate::log::disk::{Attempt, Disk, DiskError, RealDisk};
use crate::log::reader::LogReader;
use crate::log::repair::{self, TailCut};
use crate::log::segment;
use crate::log::survey::{OpenError, Proof, Survey, Tail, survey};

/// Segments are followed by a new one before they grow beyond this.
const SEGMENT_LIMIT: u64 = 64 << 20;

/// A process holds this file's lock while it may write into the data folder.
const LOCK: &str = "lock";

pub struct OpenOptions {
    /// Size that the newest checkpoint covers; the caller has verified its signature, and compares
    /// its root. Without one, only what the files themselves prove is known to be acknowledged.
    pub checkpoint: Option<u64>,
    pub disk: Arc<dyn Disk>,
    pub segment_limit: u64,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions { checkpoint: None, disk: Arc::new(RealDisk), segment_limit: SEGMENT_LIMIT }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub size: u64,
    pub last_recorded_at: Option<UtcMicros>,
    /// What was cut off the end and stands in no record yet. The ledger appends a `tail_cut` for
    /// each before it serves, in one batch; until then each opening tells them again.
    pub tail_cuts: Vec<TailCut>,
}

/// Opens the log in a data folder for this process alone, creating it when there is none.
pub fn open(data: &Path, options: OpenOptions) -> Result<(Log, LogReader, Opened), OpenError> {
    let OpenOptions { checkpoint, disk, segment_limit } = options;
    let folder = data.join(segment::FOLDER);
    disk.create_folder(&folder).attempt("create the folder", &folder)?;
    let path = data.join(LOCK);
    let Some(lock) = disk.lock(&path).attempt("lock", &path)? else {
        return Err(OpenError::Locked { folder: data.to_owned() });
    };
    repair::remove_temporary(&*disk, &folder)?;
    let mut segments = segment::list(&*disk, &folder)?;
    if segments.is_empty() {
        check_empty(&folder, checkpoint)?;
        let path = segment::path(&folder, 0);
        disk.create(&path).attempt("create", &path)?;
        // A crash here leaves an empty log, or none.
        segments.push(0);
    }
    sync_folders(&*disk, data, &folder)?;
    // From here on no name that was read can vanish: a new segment or a renamed one, whose folder
    // the process before us did not get to sync, counts.
    let found = survey(&*disk, &folder, segments, checkpoint)?;
    mend(&*disk, data, &folder, &found, checkpoint)?;
    if found.size == 0 {
        // As long as nothing was ever acknowledged the data folder itself may be new.
        let parent = data.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        disk.sync_folder(parent).attempt("fsync the folder", parent)?;
    }
    let tail_cuts = repair::untold(&*disk, data, found.size)?;
    let Survey { size, kept, last_recorded_at, .. } = found;
    let first = *found.segments.last().expect("a survey has a segment");
    let path = segment::path(&folder, first);
    let file = disk.open_append(&path).attempt("open", &path)?;
    let active = Active { first, bytes: kept as u64, file };
    let reader = LogReader::new(Arc::clone(&disk), folder.clone(), found);
    let opened = Opened { size, last_recorded_at, tail_cuts };
    let log = Log {
        disk,
        folder,
        active,
        segment_limit,
        size,
        stopped: false,
        reader: reader.clone(),
        _lock: lock,
    };
    Ok((log, reader, opened))
}

/// Reads a log without changing anything or taking the lock. What stands behind the last whole
/// command is told and not shown; while a ledger runs, that may be a batch that is being written.
pub fn view(data: &Path, options: OpenOptions) -> Result<(LogReader, Option<Tail>), OpenError> {
    let OpenOptions { checkpoint, disk, .. } = options;
    let folder = data.join(segment::FOLDER);
    let segments = segment::list(&*disk, &folder)?;
    if segments.is_empty() {
        check_empty(&folder, checkpoint)?;
        return Ok((LogReader::new(disk, folder, Survey::default()), None));
    }
    let found = survey(&*disk, &folder, segments, checkpoint)?;
    let tail = found.tail.clone();
    Ok((LogReader::new(disk, folder, found), tail))
}

fn check_empty(folder: &Path, checkpoint: Option<u64>) -> Result<(), OpenError> {
    let Some(covered) = checkpoint.filter(|size| *size > 0) else {
        return Ok(());
    };
    let (file, proof) = (segment::path(folder, 0), Proof::Checkpoint(covered));
    Err(OpenError::Shorter { size: 0, file, offset: 0, proof })
}

fn sync_folders(disk: &dyn Disk, data: &Path, folder: &Path) -> Result<(), DiskError> {
    disk.sync_folder(folder).attempt("fsync the folder", folder)?;
    disk.sync_folder(data).attempt("fsync the folder", data)
}

/// Cuts the tail, if there is one, and sees to it that what is kept is on disk.
fn mend(
    disk: &dyn Disk,
    data: &Path,
    folder: &Path,
    found: &Survey,
    checkpoint: Option<u64>,
) -> Result<(), DiskError> {
    let (kept, tail) = found.last.split_at(found.kept);
    let covers_all = checkpoint == Some(found.size);
    if !tail.is_empty() {
        repair::copy_aside(disk, data, found.size, tail)?;
        // A crash here leaves the copy and the tail: the next opening does both again.
    }
    if !tail.is_empty() || (!kept.is_empty() && !covers_all) {
        let last = *found.segments.last().expect("a survey has a segment");
        repair::rewrite(disk, folder, last, kept)?;
    }
    Ok(())
}
