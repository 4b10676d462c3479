//! The lines of a file, or of stdin, with their numbers.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::cli::out::Failure;

pub struct Source {
    name: String,
    reader: Box<dyn BufRead + Send>,
    bytes: u64,
    read: u64,
    line: u64,
}

impl Source {
    /// Opens a file; `-` is stdin.
    pub fn open(path: &Path) -> Result<Source, Failure> {
        if path == Path::new("-") {
            return Ok(Source::new("stdin", Box::new(BufReader::new(io::stdin())), 0));
        }
        let file = File::open(path).map_err(|error| Failure::disk("open", path, &error))?;
        let meta = file.metadata().map_err(|error| Failure::disk("measure", path, &error))?;
        if meta.is_dir() {
            return Err(Failure::failed(format!("{} is a folder", path.display())));
        }
        let reader = Box::new(BufReader::with_capacity(1 << 20, file));
        Ok(Source::new(&path.display().to_string(), reader, meta.len()))
    }

    fn new(name: &str, reader: Box<dyn BufRead + Send>, bytes: u64) -> Source {
        Source { name: name.to_owned(), reader, bytes, read: 0, line: 0 }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long it is; 0 if that is not known.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn read_so_far(&self) -> u64 {
        self.read
    }

    /// The next line without its end. Of one that is longer than `limit` only so much is kept that
    /// it shows to be longer.
    pub fn next_line(&mut self, limit: usize) -> Result<Option<(u64, Vec<u8>)>, Failure> {
        let failed = |error: io::Error| Failure::failed(format!("could not read: {error}"));
        let mut bytes = Vec::new();
        let mut whole = self.reader.by_ref().take(limit as u64 + 2);
        let taken = whole.read_until(b'\n', &mut bytes).map_err(failed)?;
        if taken == 0 {
            return Ok(None);
        }
        self.line += 1;
        self.read += taken as u64;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        } else if bytes.len() > limit {
            self.read += self.reader.skip_until(b'\n').map_err(failed)? as u64;
        }
        Ok(Some((self.line, bytes)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn lines_are_numbered_and_long_ones_are_cut() {
        let text: &[u8] = b"one\r\n\n0123456789\nlast";
        let mut source = Source::new("text", Box::new(text), 0);
        let mut next = || source.next_line(5).unwrap();
        assert_eq!(next(), Some((1, b"one".to_vec())));
        assert_eq!(next(), Some((2, Vec::new())));
        let (line, long) = next().unwrap();
        assert!(line == 3 && long.len() > 5);
        assert_eq!(next(), Some((4, b"last".to_vec())));
        assert_eq!(next(), None);
        assert_eq!(source.read_so_far(), text.len() as u64);
    }
}
