//! A dossier read line by line, and what is written to a verifier instead of a file.

use std::io::{self, BufRead, Write};

use crate::evidence::dossier::report::Report;
use crate::evidence::dossier::verify::{Trust, Verifier};

/// Verifies a file. An error is one of reading; what is wrong with the file stands in the report.
pub fn verify(mut file: impl BufRead, trust: Trust<'_>) -> io::Result<Report> {
    let mut verifier = Verifier::new(trust);
    let mut line = Vec::new();
    while !verifier.is_broken() && next_line(&mut file, &mut line, verifier.limit())? {
        verifier.line(&line);
    }
    Ok(verifier.finish())
}

/// Reads a line with its LF, and no more of it than shows that it is too long.
fn next_line(file: &mut impl BufRead, line: &mut Vec<u8>, limit: usize) -> io::Result<bool> {
    line.clear();
    loop {
        let bytes = match file.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.is_empty() {
            return Ok(!line.is_empty());
        }
        let whole = bytes.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
        let taken = whole.unwrap_or(bytes.len());
        line.extend_from_slice(&bytes[..taken]);
        file.consume(taken);
        if whole.is_some() || line.len() > limit {
            return Ok(true);
        }
    }
}

/// Lines that are written go to a verifier.
pub struct Sink<'k> {
    verifier: Verifier<'k>,
    line: Vec<u8>,
}

impl<'k> Sink<'k> {
    pub fn new(trust: Trust<'k>) -> Sink<'k> {
        Sink { verifier: Verifier::new(trust), line: Vec::new() }
    }

    pub fn finish(mut self) -> Report {
        if !self.line.is_empty() {
            self.verifier.line(&self.line);
        }
        self.verifier.finish()
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.is_empty() && part.ends_with(b"\n") {
                self.verifier.line(part);
                continue;
            }
            self.line.extend_from_slice(part);
            if self.line.ends_with(b"\n") {
                self.verifier.line(&self.line);
                self.line.clear();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
