//! Copying, file by file: of segments only what is missing, of other files whole ones.
//!
//! Invariant: what is there when a function answers is synced, with its name. A file is never seen
//! half written, but for a segment's end, which the checkpoint of the copy does not cover yet.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::evidence::backup::BackupError;
use crate::log::attachments::{self, FILE_MODE, make_folder, names, parse_name};
use crate::log::disk::{self, Attempt as _, DiskError, RealDisk, sync_folder};
use crate::log::{TORN_FOLDER, parse_copy_name, sealed as sealed_values, segment};
use crate::merkle::plain;

const CHUNK: usize = 1 << 20;

/// The copy of record 0's data.
const LEDGER_JSON: &str = "ledger.json";

/// Copies the lines of the first `size` records, and answers how many bytes were written. With
/// `careful`, what is there already is compared and not trusted.
pub(super) fn log(from: &Path, to: &Path, size: u64, careful: bool) -> Result<u64, BackupError> {
    let (from, to) = (from.join(segment::FOLDER), to.join(segment::FOLDER));
    let segments = segment::list(&RealDisk, &from)?;
    fs::create_dir_all(&to).attempt("create the folder", &to)?;
    let needed = |first: u64| first < size || first == 0;
    // No checkpoint covers what an interrupted run left beyond.
    for first in segment::list(&RealDisk, &to)?.into_iter().filter(|first| !needed(*first)) {
        let path = segment::path(&to, first);
        fs::remove_file(&path).attempt("remove", &path)?;
    }
    let mut written = 0;
    for (index, first) in segments.iter().copied().enumerate().filter(|(_, at)| needed(*at)) {
        let (source, target) = (segment::path(&from, first), segment::path(&to, first));
        let file = File::open(&source).attempt("open", &source)?;
        let length = match segments.get(index + 1) {
            // Nothing is appended to a segment once there is a next one.
            Some(next) if *next <= size => file.metadata().attempt("measure", &source)?.len(),
            Some(_) | None => lines_end(&file, &source, size - first)?,
        };
        written += segment(&file, &source, &target, length, careful)?;
    }
    sync_folder(&to)?;
    Ok(written)
}

/// Where the line of this number ends.
fn lines_end(file: &File, path: &Path, lines: u64) -> Result<u64, BackupError> {
    let (mut left, mut at, mut chunk) = (lines, 0, vec![0; CHUNK]);
    while left > 0 {
        let read = read_at(file, path, &mut chunk, at)?;
        if read == 0 {
            let message =
                format!("{} lacks {left} lines that the checkpoint covers", path.display());
            return Err(BackupError::NotVerified(message));
        }
        for (place, byte) in chunk[..read].iter().enumerate() {
            if *byte == b'\n' {
                left -= 1;
                if left == 0 {
                    return Ok(at + place as u64 + 1);
                }
            }
        }
        at += read as u64;
    }
    Ok(at)
}

/// Brings a segment's copy to its length, and answers how many bytes were written.
fn segment(
    file: &File,
    source: &Path,
    target: &Path,
    length: u64,
    careful: bool,
) -> Result<u64, DiskError> {
    let mut options = OpenOptions::new();
    let copy = options.create(true).truncate(false).read(true).write(true).open(target);
    let copy = copy.attempt("open", target)?;
    let there = copy.metadata().attempt("measure", target)?.len();
    let begin = match there.min(length) {
        common if careful => common_bytes((file, source), (&copy, target), common)?,
        common => common,
    };
    if there == length && begin == length {
        return Ok(0);
    }
    copy.set_len(begin).attempt("cut", target)?;
    let (mut at, mut chunk) = (begin, vec![0; CHUNK]);
    while at < length {
        let left = usize::try_from(length - at).unwrap_or(usize::MAX).min(CHUNK);
        let read = read_at(file, source, &mut chunk[..left], at)?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into()).attempt("read all of", source);
        }
        copy.write_all_at(&chunk[..read], at).attempt("write", target)?;
        at += read as u64;
    }
    copy.sync_all().attempt("fsync", target)?;
    Ok(length - begin)
}

/// How many bytes two files have in common at their beginning, in whole chunks or up to `most`.
fn common_bytes(
    (file, source): (&File, &Path),
    (copy, target): (&File, &Path),
    most: u64,
) -> Result<u64, DiskError> {
    let (mut one, mut other, mut at) = (vec![0; CHUNK], vec![0; CHUNK], 0);
    while at < most {
        let left = usize::try_from(most - at).unwrap_or(usize::MAX).min(CHUNK);
        let read = read_at(file, source, &mut one[..left], at)?;
        let also = read_at(copy, target, &mut other[..left], at)?;
        if read == 0 || one[..read] != other[..also] {
            break;
        }
        at += read as u64;
    }
    Ok(at)
}

/// Fewer bytes than asked for only at the end of the file.
fn read_at(file: &File, path: &Path, buffer: &mut [u8], at: u64) -> Result<usize, DiskError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], at + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error).attempt("read", path),
        }
    }
    Ok(filled)
}

/// Copies attachments that are not there yet, and answers how many. Bytes that are not those of
/// their name are left out: a good copy is not exchanged for them, and the check tells where one
/// is missing.
pub(super) fn attachments(from: &Path, to: &Path, careful: bool) -> Result<u64, DiskError> {
    let (from, to) = (from.join(attachments::FOLDER), to.join(attachments::FOLDER));
    let names = names(&from)?;
    if names.is_empty() {
        return Ok(0);
    }
    make_folder(&to)?;
    let mut copied = 0;
    for (name, hash) in names.iter().filter_map(|name| Some((name, parse_name(name)?))) {
        let (source, target) = (from.join(name), to.join(name));
        let is_there = match careful {
            true => fs::read(&target).is_ok_and(|bytes| plain(&bytes) == hash),
            false => length(&target) == length(&source),
        };
        if is_there {
            continue;
        }
        let bytes = fs::read(&source).attempt("read", &source)?;
        if plain(&bytes) == hash {
            secret(&target, &bytes)?;
            copied += 1;
        }
    }
    Ok(copied)
}

fn length(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|metadata| metadata.len())
}

/// Copies all confidential values, and answers how many files. Always whole, because erasing
/// overwrites in place: what was erased since the last run is erased here too. A line whose erasing
/// passed between two pages of this reading fails the check, and the next run copies it well.
pub(super) fn sealed(from: &Path, to: &Path) -> Result<u64, DiskError> {
    let (from, to) = (from.join(sealed_values::FOLDER), to.join(sealed_values::FOLDER));
    make_folder(&to)?;
    let mut copied = 0;
    for name in names(&from)?.iter().filter(|name| sealed_values::is_file_name(name)) {
        let source = from.join(name);
        let mut bytes = fs::read(&source).attempt("read", &source)?;
        // A line that is being written: no record names it yet.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        bytes.truncate(whole);
        secret(&to.join(name), &bytes)?;
        copied += 1;
    }
    Ok(copied)
}

/// Copies the copies of tails that are not there yet.
pub(super) fn torn(from: &Path, to: &Path) -> Result<(), DiskError> {
    let (from, to) = (from.join(TORN_FOLDER), to.join(TORN_FOLDER));
    for name in names(&from)?.iter().filter(|name| parse_copy_name(name).is_some()) {
        fs::create_dir_all(&to).attempt("create the folder", &to)?;
        let (source, target) = (from.join(name), to.join(name));
        let bytes = fs::read(&source).attempt("read", &source)?;
        if !fs::read(&target).is_ok_and(|there| there == bytes) {
            disk::replace(&RealDisk, &target, &bytes)?;
        }
    }
    Ok(())
}

/// Copies the copy of record 0, where there is one.
pub(super) fn ledger_json(from: &Path, to: &Path) -> Result<(), DiskError> {
    let source = from.join(LEDGER_JSON);
    match fs::read(&source) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        bytes => disk::replace(&RealDisk, &to.join(LEDGER_JSON), &bytes.attempt("read", &source)?),
    }
}

/// Puts a file there that only its owner may read, whole or not at all.
fn secret(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let temporary = path.with_extension("part");
    let mut options = OpenOptions::new();
    let opened = options.create(true).truncate(true).write(true).mode(FILE_MODE).open(&temporary);
    let mut file = opened.attempt("create", &temporary)?;
    file.write_all(bytes).attempt("write", &temporary)?;
    file.sync_all().attempt("fsync", &temporary)?;
    // A crash here leaves the temporary file, which the next run writes over.
    fs::rename(&temporary, path).attempt("rename a new file to", path)?;
    sync_folder(path.parent().expect("a file stands in a folder"))
}
