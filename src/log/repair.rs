//! Cutting a torn tail, so that every step can be repeated after a crash.
//!
//! The cut is told twice: by a copy of the bytes in `torn/`, and by the record `tail_cut`, which
//! the ledger appends before it serves. That record stands where the tail began. So a copy whose
//! position is the log's size has no record yet, and is told at the next opening again.

use std::path::Path;

use crate::log::disk::{self, Attempt, Disk, DiskError};
use crate::log::segment;
use crate::merkle::{Hash, plain};

/// The folder of copies in a data folder.
pub const FOLDER: &str = "torn";

/// How many digits of its hash a copy has in its name.
const NAMED_DIGITS: usize = 8;

/// Bytes that were cut from the end of the log, and that no record tells of yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailCut {
    /// Position of the first record that was cut: the log's size when it is told.
    pub position: u64,
    pub bytes: u64,
    /// BLAKE3 of the bytes.
    pub copy_hash: Hash,
    /// Where they were copied to, from the data folder on.
    pub copy: String,
}

fn copy_name(position: u64, hash: &Hash) -> String {
    format!("{position:020}-{:.NAMED_DIGITS$}.bin", hash)
}

/// The position at which a copy was cut off, by its name; `None` when it is the name of no copy.
pub fn parse_copy_name(name: &str) -> Option<u64> {
    let (digits, hash) = name.strip_suffix(".bin")?.split_once('-')?;
    let is_form = digits.len() == 20 && hash.len() == NAMED_DIGITS;
    if is_form { digits.parse().ok() } else { None }
}

/// Copies the tail to `torn/`. Repeated after a crash, it writes the same file again.
pub(super) fn copy_aside(
    disk: &dyn Disk,
    data: &Path,
    position: u64,
    tail: &[u8],
) -> Result<(), DiskError> {
    let folder = data.join(FOLDER);
    disk.create_folder(&folder).attempt("create the folder", &folder)?;
    disk.sync_folder(data).attempt("fsync the folder", data)?;
    // A crash here leaves an empty folder, and the tail where it was.
    disk::replace(disk, &folder.join(copy_name(position, &plain(tail))), tail)
}

/// The copies that no record tells of, in a log of this size.
pub(super) fn untold(disk: &dyn Disk, data: &Path, size: u64) -> Result<Vec<TailCut>, DiskError> {
    let folder = data.join(FOLDER);
    if !disk.list(data).attempt("list", data)?.iter().any(|name| name == FOLDER) {
        return Ok(Vec::new());
    }
    remove_temporary(disk, &folder)?;
    let mut names = disk.list(&folder).attempt("list", &folder)?;
    names.retain(|name| parse_copy_name(name) == Some(size));
    names.sort_unstable();
    let mut cuts = Vec::with_capacity(names.len());
    for name in names {
        let bytes = disk::read_all(disk, &folder.join(&name))?;
        let copy = format!("{FOLDER}/{name}");
        let (length, copy_hash) = (bytes.len() as u64, plain(&bytes));
        cuts.push(TailCut { position: size, bytes: length, copy_hash, copy });
    }
    Ok(cuts)
}

/// Puts a new file with these bytes in place of the last segment.
///
/// This is done for every segment with records that no checkpoint covers, also when nothing is cut:
/// a process that stopped after a failed fdatasync leaves them readable, but possibly in memory
/// only, marked as written. Records that a new process reads there and builds on must be on disk.
pub(super) fn rewrite(
    disk: &dyn Disk,
    folder: &Path,
    segment: u64,
    bytes: &[u8],
) -> Result<(), DiskError> {
    disk::replace(disk, &segment::path(folder, segment), bytes)
}

/// Removes what crashes in the middle of [`disk::replace`] left in a folder.
pub(super) fn remove_temporary(disk: &dyn Disk, folder: &Path) -> Result<(), DiskError> {
    for name in disk.list(folder).attempt("list", folder)? {
        let is_ours = |name: &str| segment::parse_name(name).or(parse_copy_name(name)).is_some();
        if name.strip_suffix(segment::TEMPORARY).is_some_and(is_ours) {
            let path = folder.join(&name);
            disk.remove(&path).attempt("remove", &path)?;
        }
    }
    Ok(())
}
