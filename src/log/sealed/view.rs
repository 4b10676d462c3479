//! Reading all of `sealed/` without changing it, also while a ledger appends and erases there.
//!
//! Invariant: nothing is cut, finished or restricted here. A line that is being written or erased
//! at the moment is not called spoiled: the last line may be unended, and what does not verify is
//! looked at a second time.

use std::fs::{self, File};
use std::path::Path;

use super::line::{self, Content};
use super::{Entry, SealedError, at, entry, number_of, numbers, path_of, read_line};
use crate::merkle::Hash;

/// What a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The value that the commitment commits to.
    Kept(Hash),
    /// No value any more, on purpose.
    Erased(Hash),
    /// Something that is not in the form, or not the value that the commitment commits to.
    Spoiled(Option<Hash>),
    /// The beginning of a line, at the end of the last file: it is being written, or a crash left
    /// it. No record commits to it yet.
    Unended,
}

/// Whether a file of that name holds sealed lines.
pub fn is_file_name(name: &str) -> bool {
    number_of(name).is_some()
}

/// Hands over every line of the folder with its file, the byte where it begins and its length.
pub fn view(folder: &Path, mut each: impl FnMut(&Path, u64, u64, Seen)) -> Result<(), SealedError> {
    let numbers = numbers(folder)?;
    let last = numbers.last().copied();
    for number in numbers {
        let path = path_of(folder, number);
        let file = File::open(&path).map_err(at(&path))?;
        // One file at a time is held: they are rolled at 64 MiB.
        let bytes = fs::read(&path).map_err(at(&path))?;
        let mut start = 0;
        while start < bytes.len() {
            let ended = bytes[start..].iter().position(|byte| *byte == b'\n');
            let length = ended.unwrap_or(bytes.len() - start);
            let seen = match ended {
                None if last == Some(number) => Seen::Unended,
                None => Seen::Spoiled(None),
                Some(_) => {
                    twice(&file, start as u64, &bytes[start..start + length]).map_err(at(&path))?
                }
            };
            each(&path, start as u64, length as u64, seen);
            start += length + 1;
        }
    }
    Ok(())
}

/// What is kept for a commitment, found by reading the folder: for who asks for a few values only.
pub fn find(folder: &Path, commitment: &Hash) -> Result<Option<Entry>, SealedError> {
    let mut found: Option<Entry> = None;
    for number in numbers(folder)? {
        let path = path_of(folder, number);
        let bytes = fs::read(&path).map_err(at(&path))?;
        for line in bytes.split(|byte| *byte == b'\n').filter_map(line::parse) {
            // A value that was sealed twice is kept if one of them is.
            let is_better = found.as_ref().is_none_or(|found| found.secret.is_none());
            if line.commitment == *commitment && line.verify() && is_better {
                found = Some(entry(&line));
            }
        }
    }
    Ok(found)
}

/// Judges a line, once more from the file when an erasure may have passed between two pages of it.
fn twice(file: &File, offset: u64, line: &[u8]) -> std::io::Result<Seen> {
    match judge(line) {
        Seen::Spoiled(_) => Ok(judge(&read_line(file, offset)?)),
        seen @ (Seen::Kept(_) | Seen::Erased(_) | Seen::Unended) => Ok(seen),
    }
}

fn judge(line: &[u8]) -> Seen {
    match line::parse(line) {
        None => Seen::Spoiled(None),
        Some(line) if !line.verify() => Seen::Spoiled(Some(line.commitment)),
        Some(line) => match line.content {
            Content::Kept { .. } => Seen::Kept(line.commitment),
            Content::Erased { .. } => Seen::Erased(line.commitment),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::log::sealed::{Member, SealedBatch, open_rolling_at};

    fn seen_in(folder: &Path) -> Vec<(String, u64, Seen)> {
        let mut all = Vec::new();
        view(folder, |path, offset, _, seen| {
            all.push((path.file_name().unwrap().to_str().unwrap().to_owned(), offset, seen));
        })
        .unwrap();
        all
    }

    /// A folder with a file for each value.
    fn keep(folder: &Path, values: &[&str]) -> Vec<Hash> {
        let (mut writer, ..) = open_rolling_at(folder, 1).unwrap();
        let commit = |value: &&str| {
            let (mut batch, value) = (SealedBatch::default(), value.as_bytes());
            let (command, firm, pointer) = ("cmd_1", "frm_1", "/data/price");
            let member = Member { command, firm, pointer, salt: &[7; 32], value };
            let commitment = batch.seal(&member);
            writer.commit(&mut batch).unwrap();
            commitment
        };
        values.iter().map(commit).collect()
    }

    #[test]
    fn every_line_is_told_and_nothing_changes() {
        let dir = tempfile::tempdir().unwrap();
        let hashes = keep(dir.path(), &["1", "\"secret\"", "3"]);
        let path = |number| path_of(dir.path(), number);
        let mut second = fs::read(path(1)).unwrap();
        let salt = second.windows(7).position(|w| w == b",\"salt\"").unwrap();
        second[salt] = b'}';
        fs::write(path(1), &second).unwrap();
        let mut third = fs::read(path(2)).unwrap();
        third.extend_from_slice(b"ab");
        fs::write(path(2), &third).unwrap();
        let names = ["00000000.sealed", "00000001.sealed", "00000002.sealed"].map(str::to_owned);
        let [first_name, second_name, third_name] = names;
        let expected = [
            (first_name, 0, Seen::Kept(hashes[0])),
            (second_name, 0, Seen::Erased(hashes[1])),
            (third_name.clone(), 0, Seen::Kept(hashes[2])),
            (third_name, third.len() as u64 - 2, Seen::Unended),
        ];
        assert_eq!(seen_in(dir.path()), expected);
        assert_eq!((fs::read(path(1)).unwrap(), fs::read(path(2)).unwrap()), (second, third));
    }

    #[test]
    fn a_value_is_found_without_opening_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let hashes = keep(dir.path(), &["1", "\"secret\"", "3"]);
        let entry = find(dir.path(), &hashes[1]).unwrap().unwrap();
        assert_eq!((&*entry.pointer, &*entry.command), ("/data/price", "cmd_1"));
        assert_eq!(entry.secret.unwrap().value, b"\"secret\"");
        assert_eq!(find(dir.path(), &Hash([1; 32])).unwrap(), None);
    }

    #[test]
    fn what_is_spoiled_is_told_with_its_commitment_where_one_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let hashes = keep(dir.path(), &["1", "2"]);
        let first = path_of(dir.path(), 0);
        let good = fs::read(&first).unwrap();
        let told = |bytes: &[u8]| {
            fs::write(&first, bytes).unwrap();
            seen_in(dir.path()).into_iter().map(|(_, _, seen)| seen).collect::<Vec<_>>()
        };
        let other_value = String::from_utf8(good.clone()).unwrap().replace(":1}", ":2}");
        let spoiled = Seen::Spoiled(Some(hashes[0]));
        assert_eq!(told(other_value.as_bytes()), [spoiled, Seen::Kept(hashes[1])]);
        assert_eq!(told(&good[1..]), [Seen::Spoiled(None), Seen::Kept(hashes[1])]);
        // Only the last file can end in the middle of a line.
        assert_eq!(told(&good[..50]), [Seen::Spoiled(None), Seen::Kept(hashes[1])]);
        assert_eq!(told(b""), [Seen::Kept(hashes[1])]);
    }
}
