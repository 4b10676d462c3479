//! What is in the data folder beside the lines: names, sizes, rights, and the files that only
//! repeat what the log says.
//!
//! Invariant: nothing is opened that is secret; of `keys/`, `sealed/` and `attachments/` only names
//! and rights are looked at here.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::evidence::check::report::{Found, Spot};
use crate::evidence::check::statements::Statements;
use crate::log::disk::{Attempt, DiskError};
use crate::log::{TORN_FOLDER, attachments, parse_copy_name, sealed, segment, tree};
use crate::record::canonical::canonical;

/// The copy of record 0's data.
const LEDGER_FILE: &str = "ledger.json";

/// The folder of signing keys.
const KEYS_FOLDER: &str = "keys";

/// Rights that nobody but the owner has in folders of secrets.
const OTHERS: u32 = 0o077;

/// A segment file as it was when the check began. What is appended later is not looked at.
pub(super) struct Segment {
    pub first: u64,
    pub path: PathBuf,
    /// From the data folder on.
    pub name: String,
    pub bytes: u64,
}

/// The segments in their order.
pub(super) fn segments(data: &Path, found: &mut Found) -> Result<Vec<Segment>, DiskError> {
    let folder = data.join(segment::FOLDER);
    // A folder without a log is not a data folder.
    let names = match names(&folder)? {
        None => return Err(ErrorKind::NotFound.into()).attempt("list", &folder),
        Some(names) => names,
    };
    let mut segments = Vec::with_capacity(names.len());
    for name in names {
        let in_data = format!("{}/{name}", segment::FOLDER);
        match segment::parse_name(&name) {
            Some(first) => {
                let path = folder.join(&name);
                let bytes = fs::metadata(&path).attempt("measure", &path)?.len();
                segments.push(Segment { first, path, name: in_data, bytes });
            }
            None => stray(&in_data, found),
        }
    }
    segments.sort_unstable_by_key(|segment| segment.first);
    Ok(segments)
}

/// How many bytes of sealed values there are.
pub(super) fn sealed_bytes(data: &Path) -> Result<u64, DiskError> {
    let folder = data.join(sealed::FOLDER);
    let mut bytes = 0;
    let names = names(&folder)?.unwrap_or_default();
    for name in names.iter().filter(|name| sealed::is_file_name(name)) {
        let path = folder.join(name);
        bytes += metadata(&path)?.map_or(0, |metadata| metadata.len());
    }
    Ok(bytes)
}

/// All that is looked at after the log was read.
pub(super) fn look_around(
    data: &Path,
    statements: &Statements,
    found: &mut Found,
) -> Result<(), DiskError> {
    ledger_file(data, statements, found)?;
    for folder in [sealed::FOLDER, attachments::FOLDER, KEYS_FOLDER] {
        rights(data, folder, found)?;
    }
    strays(data, tree::FOLDER, found, |name| {
        [tree::OFFSETS_FILE, tree::NODES_FILE].contains(&name)
    })?;
    strays(data, sealed::FOLDER, found, sealed::is_file_name)?;
    strays(data, TORN_FOLDER, found, |name| parse_copy_name(name).is_some())?;
    untold(data, statements, found)
}

fn ledger_file(data: &Path, statements: &Statements, found: &mut Found) -> Result<(), DiskError> {
    let path = data.join(LEDGER_FILE);
    let spot = Spot::file(LEDGER_FILE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            found.note(spot, "ledger_json_missing", "the copy of record 0 is not there");
            return Ok(());
        }
        bytes => bytes.attempt("read", &path)?,
    };
    // Without a legible record 0 there is nothing to compare, and that is told.
    let Some(opened) = &statements.opened else {
        return Ok(());
    };
    if canonical(&bytes).ok().as_deref() != Some(opened.as_bytes()) {
        found.error(spot, "ledger_json", "the file does not say what record 0 says");
    }
    Ok(())
}

/// The folder and its files are the owner's alone.
fn rights(data: &Path, folder: &str, found: &mut Found) -> Result<(), DiskError> {
    let path = data.join(folder);
    let Some(names) = names(&path)? else {
        return Ok(());
    };
    let files = names.iter().map(|name| format!("{folder}/{name}"));
    for file in std::iter::once(folder.to_owned()).chain(files) {
        let Some(metadata) = metadata(&data.join(&file))? else {
            continue;
        };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & OTHERS != 0 {
            let right = if metadata.is_dir() { "0700" } else { "0600" };
            let message = format!("others than the owner have rights: 0{mode:o}, not {right}");
            found.error(Spot::file(&file), "too_open", message);
        }
    }
    Ok(())
}

fn strays(
    data: &Path,
    folder: &str,
    found: &mut Found,
    is_ours: impl Fn(&str) -> bool,
) -> Result<(), DiskError> {
    let names = names(&data.join(folder))?.unwrap_or_default();
    for name in names.iter().filter(|name| !is_ours(name)) {
        stray(&format!("{folder}/{name}"), found);
    }
    Ok(())
}

fn stray(name: &str, found: &mut Found) {
    found.note(Spot::file(name), "stray_file", "no file of that name belongs there");
}

/// Copies of tails that no record tells of.
fn untold(data: &Path, statements: &Statements, found: &mut Found) -> Result<(), DiskError> {
    for name in names(&data.join(TORN_FOLDER))?.unwrap_or_default() {
        let Some(position) = parse_copy_name(&name) else {
            continue;
        };
        if !statements.told_copies.contains(&name) {
            let file = format!("{TORN_FOLDER}/{name}");
            let message = "no record tells of this copy of a tail that was cut";
            found.note(Spot::file(&file).position(position), "torn_untold", message);
        }
    }
    Ok(())
}

/// Nothing where the file has gone since its name was read.
fn metadata(path: &Path) -> Result<Option<Metadata>, DiskError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        metadata => metadata.attempt("look at", path).map(Some),
    }
}

/// Names in a folder, in their order; nothing where there is no folder.
fn names(folder: &Path) -> Result<Option<Vec<String>>, DiskError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        entries => entries.attempt("list", folder)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.attempt("list", folder)?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(Some(names))
}
