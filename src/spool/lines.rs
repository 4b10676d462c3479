//! An append-only file of lines, each of which holds the hash of all lines before it.
//!
//! A line is `CHAIN SP JSON LF`, where CHAIN = BLAKE3(0x10 || CHAIN of the line before || JSON) in
//! hex; the first line is chained to the name of the file's kind. So a line that was changed, taken
//! out or put in is found, and so is a line that a crash cut off.
//!
//! Invariant: lines are only ever added. What is cut off at the end was never whole, and nobody was
//! told of it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::merkle::{Hash, plain, prefixed};
use crate::spool::{Attempt, SpoolError};

/// Domain of the chain's hashes, apart from those of the log.
const CHAINED: u8 = 0x10;
const HEX: usize = 64;
/// Plates and names stand in it.
const OWNER_ONLY: u32 = 0o600;

/// What a file holds.
pub struct Found {
    /// The JSON of each whole line.
    pub texts: Vec<String>,
    /// Hash of all of them.
    head: Hash,
    /// How many bytes they take.
    whole: u64,
    /// What follows them.
    pub torn: Vec<u8>,
}

impl Found {
    /// Whether more follows than one line that was not whole: another line, or a whole line whose
    /// end of line was damaged with others behind it.
    fn is_more_than_a_torn_line(&self) -> bool {
        let Some((_, before_last)) = self.torn.split_last() else { return false };
        let ends = (1..before_last.len()).filter(|end| before_last[end - 1] == b'}');
        let hidden = ends.into_iter().any(|end| line(&self.head, &before_last[..end]).is_some());
        before_last.contains(&b'\n') || hidden
    }
}

/// Reads the lines of a file of that kind, up to the first that is not whole.
pub fn read(kind: &str, bytes: &[u8]) -> Found {
    let (mut texts, mut head, mut at) = (Vec::new(), plain(kind.as_bytes()), 0);
    while let Some(length) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let Some((next, text)) = line(&head, &bytes[at..at + length]) else { break };
        texts.push(text);
        head = next;
        at += length + 1;
    }
    Found { texts, head, whole: at as u64, torn: bytes[at..].to_vec() }
}

fn line(head: &Hash, line: &[u8]) -> Option<(Hash, String)> {
    let (chain, rest) = line.split_at_checked(HEX)?;
    let text = rest.strip_prefix(b" ")?;
    let next = chained(head, text);
    (next.to_hex()[..] == *chain).then(|| String::from_utf8(text.to_vec()).ok())?.map(|t| (next, t))
}

fn chained(head: &Hash, text: &[u8]) -> Hash {
    prefixed(CHAINED, &[&head.0, text])
}

/// The bytes of a file, or none if it is not there.
pub fn bytes(path: &Path) -> Result<Vec<u8>, SpoolError> {
    match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read.attempt("read", path),
    }
}

/// A file open for adding lines.
pub struct Lines {
    path: PathBuf,
    file: File,
    head: Hash,
    whole: u64,
}

impl Lines {
    /// Opens a file, making it if need be. All that is answered is on disk afterwards, also what a
    /// process that was killed had written and not synced.
    ///
    /// `one_at_a_time` says that each line was synced before the next was begun, so that a crash
    /// leaves one torn line at most; more than that is damage, and refused.
    pub fn open(
        path: &Path,
        kind: &str,
        one_at_a_time: bool,
        keep_torn: impl FnOnce(&[u8]) -> Result<(), SpoolError>,
    ) -> Result<(Lines, Found), SpoolError> {
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true).mode(OWNER_ONLY);
        let mut file = options.open(path).attempt("open", path)?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).attempt("read", path)?;
        file.read_to_end(&mut bytes).attempt("read", path)?;
        let found = read(kind, &bytes);
        if one_at_a_time && found.is_more_than_a_torn_line() {
            let (path, line) = (path.to_owned(), found.texts.len() + 1);
            return Err(SpoolError::Damaged { path, line });
        }
        if !found.torn.is_empty() {
            keep_torn(&found.torn)?;
            file.set_len(found.whole).attempt("cut", path)?;
        }
        file.sync_all().attempt("fsync", path)?;
        let (head, whole) = (found.head, found.whole);
        Ok((Lines { path: path.to_owned(), file, head, whole }, found))
    }

    /// Adds lines. They are on disk when this answers Ok. If not, what was written of them is taken
    /// away again, so that nobody finds it to be whole who was not told of it.
    pub fn append(&mut self, texts: &[String]) -> Result<(), SpoolError> {
        let (mut head, mut bytes) = (self.head, Vec::new());
        for text in texts {
            head = chained(&head, text.as_bytes());
            bytes.extend_from_slice(&head.to_hex());
            bytes.push(b' ');
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(b'\n');
        }
        let written = self.file.write_all(&bytes).attempt("write", &self.path);
        let synced = written.and_then(|()| self.file.sync_data().attempt("fsync", &self.path));
        if let Err(error) = synced {
            // If this fails too, the line is whole or it is cut at the next opening.
            let _ = self.file.set_len(self.whole);
            return Err(error);
        }
        self.head = head;
        self.whole += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn file(texts: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let (mut lines, _) = Lines::open(&path, "test", true, |_| Ok(())).unwrap();
        for text in texts {
            lines.append(&[(*text).to_owned()]).unwrap();
        }
        (folder, path)
    }

    #[test]
    fn wherever_the_last_line_is_cut_the_lines_before_it_are_found() {
        let (_folder, path) = file(&["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
        let whole = std::fs::read(&path).unwrap();
        let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        for cut in last..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut kept = Vec::new();
            let (mut lines, found) = Lines::open(&path, "test", true, |torn| {
                kept = torn.to_vec();
                Ok(())
            })
            .unwrap();
            assert_eq!(found.texts, ["{\"a\":1}", "{\"b\":2}"], "cut at {cut}");
            assert_eq!(kept, &whole[last..cut]);
            lines.append(&["{\"c\":3}".to_owned()]).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn any_flipped_bit_is_found_and_is_no_torn_tail_unless_in_the_last_line() {
        let (_folder, path) = file(&["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
        let whole = std::fs::read(&path).unwrap();
        let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            let found = read("test", &bytes);
            assert!(found.texts.len() < 3, "byte {at}");
            std::fs::write(&path, &bytes).unwrap();
            let opened = Lines::open(&path, "test", true, |_| Ok(()));
            assert_eq!(opened.is_ok(), at >= last, "byte {at}");
            let lenient = Lines::open(&path, "test", false, |_| Ok(()));
            assert_eq!(lenient.unwrap().1.texts.len(), found.texts.len());
        }
        assert_eq!(read("other", &whole).texts.len(), 0, "files of two kinds are not exchanged");
    }
}
