//! The lines of a segment, read in large chunks, whatever stands between the line feeds.
//!
//! Invariant: every byte up to the length that the file had when the check began is handed over in
//! one item, and no more than one line and one chunk are held.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::log::disk::{Attempt, DiskError};
use crate::log::segment;
use crate::record::LINE_LIMIT;

const CHUNK: usize = 1 << 20;

pub(super) struct Lines {
    file: File,
    path: PathBuf,
    /// Offset in the file behind the buffer.
    at: u64,
    /// What is read up to.
    end: u64,
    /// What was read and not handed over begins at `start`.
    buffer: Vec<u8>,
    start: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// A line, without its LF.
    Line(&'a [u8]),
    /// This many bytes up to an LF, more than a line can have.
    Overlong(u64),
    /// This many bytes up to the end, without an LF.
    Unended(u64),
}

impl Lines {
    pub fn open(path: &Path, length: u64) -> Result<Lines, DiskError> {
        let file = File::open(path).attempt("open", path)?;
        let (path, buffer) = (path.to_owned(), Vec::new());
        Ok(Lines { file, path, at: 0, end: length, buffer, start: 0 })
    }

    /// The next item and where it begins. `read` hears how many bytes each reading brought.
    pub fn next(
        &mut self,
        read: &mut dyn FnMut(u64),
    ) -> Result<Option<(u64, Item<'_>)>, DiskError> {
        loop {
            let rest = &self.buffer[self.start..];
            let offset = self.at - rest.len() as u64;
            if let Some(length) = segment::line_length(rest) {
                let line = self.consume(length + 1);
                return Ok(Some((offset, Item::Line(&self.buffer[line.start..line.end - 1]))));
            }
            if rest.len() >= LINE_LIMIT {
                return self.skip(offset, read).map(|item| Some((offset, item)));
            }
            if self.at == self.end {
                let length = rest.len();
                self.consume(length);
                let unended = (offset, Item::Unended(length as u64));
                return Ok((length > 0).then_some(unended));
            }
            self.read_more(read)?;
        }
    }

    /// Steps over more bytes than a line can have.
    fn skip(&mut self, offset: u64, read: &mut dyn FnMut(u64)) -> Result<Item<'_>, DiskError> {
        loop {
            let rest = &self.buffer[self.start..];
            if let Some(length) = segment::line_length(rest) {
                let end = self.at - (rest.len() - length) as u64;
                self.consume(length + 1);
                return Ok(Item::Overlong(end - offset));
            }
            self.start = self.buffer.len();
            if self.at == self.end {
                return Ok(Item::Unended(self.end - offset));
            }
            self.read_more(read)?;
        }
    }

    fn consume(&mut self, length: usize) -> Range<usize> {
        let begin = self.start;
        self.start += length;
        begin..self.start
    }

    fn read_more(&mut self, read: &mut dyn FnMut(u64)) -> Result<(), DiskError> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let filled = self.buffer.len();
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        self.buffer.resize(filled + left.min(CHUNK), 0);
        let got = read_up_to(&self.file, &mut self.buffer[filled..], self.at);
        let got = got.attempt("read", &self.path)?;
        if filled + got < self.buffer.len() {
            // An opening ledger has cut its tail since the file was measured.
            self.end = self.at + got as u64;
            self.buffer.truncate(filled + got);
        }
        self.at += got as u64;
        read(got as u64);
        Ok(())
    }
}

/// Fewer bytes than asked for only at the end of the file.
pub(super) fn read_up_to(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn items(bytes: &[u8], length: u64) -> (Vec<(u64, String)>, u64) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("segment");
        std::fs::write(&path, bytes).unwrap();
        let mut lines = Lines::open(&path, length).unwrap();
        let (mut all, mut read) = (Vec::new(), 0);
        while let Some((offset, item)) = lines.next(&mut |bytes| read += bytes).unwrap() {
            let text = match item {
                Item::Line(line) if line.len() < 20 => String::from_utf8(line.to_vec()).unwrap(),
                Item::Line(line) => format!("{} bytes", line.len()),
                item @ (Item::Overlong(_) | Item::Unended(_)) => format!("{item:?}"),
            };
            all.push((offset, text));
        }
        (all, read)
    }

    fn told(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
        expected.iter().map(|(offset, text)| (*offset, (*text).to_owned())).collect()
    }

    #[test]
    fn every_byte_is_in_one_item() {
        assert_eq!(items(b"", 0), (vec![], 0));
        assert_eq!(items(b"\n", 1), (told(&[(0, "")]), 1));
        assert_eq!(items(b"a\n\nbc\n", 6), (told(&[(0, "a"), (2, ""), (3, "bc")]), 6));
        assert_eq!(items(b"a\nbc", 4), (told(&[(0, "a"), (2, "Unended(2)")]), 4));
    }

    #[test]
    fn what_was_appended_or_cut_since_is_not_missed() {
        assert_eq!(items(b"a\nbc\n", 3), (told(&[(0, "a"), (2, "Unended(1)")]), 3));
        assert_eq!(items(b"a\nb", 50), (told(&[(0, "a"), (2, "Unended(1)")]), 3));
    }

    #[test]
    fn long_lines_are_read_and_overlong_ones_are_stepped_over() {
        let line = |length: usize| [vec![b'x'; length], b"\n".to_vec()].concat();
        let longest = LINE_LIMIT - 1;
        let bytes = [line(longest), line(3 * CHUNK), line(1), line(longest)].concat();
        let second = LINE_LIMIT as u64;
        let third = second + 3 * CHUNK as u64 + 1;
        let expected = [
            (0, &*format!("{longest} bytes")),
            (second, &*format!("Overlong({})", 3 * CHUNK)),
            (third, "x"),
            (third + 2, &*format!("{longest} bytes")),
        ];
        let length = bytes.len() as u64;
        assert_eq!(items(&bytes, length), (told(&expected), length));
        let unended = vec![0; 2 * CHUNK + 7];
        let expected = told(&[(0, &format!("Unended({})", unended.len()))]);
        assert_eq!(items(&unended, unended.len() as u64).0, expected);
    }
}
