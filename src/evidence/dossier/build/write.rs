//! The bytes of a dossier, written in the order of positions.

use std::io::{self, Write};

use crate::domain::event::Event;
use crate::evidence::dossier::build::{BuildError, Refused, Source};
use crate::evidence::dossier::form::{END, VERSION_LINE};
use crate::evidence::dossier::manifest::Manifest;
use crate::merkle::{Hash, HashStream, Nodes as _, cover};
use crate::record::{Decoded, Line, LineError};

/// Where less than this part of the records is listed they are read one by one.
const SPARSE: u64 = 16;

/// What is written, hashed.
struct Hashing<'a> {
    out: &'a mut dyn Write,
    hasher: HashStream,
}

impl Hashing<'_> {
    fn line(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        for part in parts.iter().chain([&&b"\n"[..]]) {
            self.hasher.update(part);
            self.out.write_all(part)?;
        }
        Ok(())
    }
}

/// Writes a dossier; answers the hash in its last line.
pub fn write(
    source: &Source<'_>,
    manifest: &Manifest,
    listed: &[(u64, bool)],
    out: &mut dyn Write,
) -> Result<Hash, BuildError> {
    let mut out = Hashing { out, hasher: HashStream::default() };
    out.line(&[VERSION_LINE.as_bytes()])?;
    out.line(&[&manifest.encode()])?;
    let mut next = 0;
    for run in listed.chunk_by(|one, two| two.0 - one.0 <= SPARSE) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let mut listed = run.iter().peekable();
        source.log.scan::<BuildError>(first.0, last.0 + 1, |position, line| {
            let Some((_, with_body)) = listed.next_if(|listed| listed.0 == position) else {
                return Ok(());
            };
            skip(source, &mut out, next, position)?;
            record(source, &mut out, line, *with_body)?;
            next = position + 1;
            Ok(())
        })?;
    }
    skip(source, &mut out, next, source.signed.checkpoint.size)?;
    let hash = out.hasher.finish();
    out.line(&[END.as_bytes(), &hash.to_hex()])?;
    out.out.flush()?;
    Ok(hash)
}

/// Writes the subtrees of records that are not listed.
fn skip(source: &Source<'_>, out: &mut Hashing<'_>, from: u64, to: u64) -> Result<(), BuildError> {
    cover(from, to, |level, index| {
        let root = source.tree.node(level, index)?;
        out.line(&[format!("{level:02} ").as_bytes(), &root.to_hex()])?;
        Ok(())
    })
}

fn record(
    source: &Source<'_>,
    out: &mut Hashing<'_>,
    bytes: &[u8],
    with_body: bool,
) -> Result<(), BuildError> {
    let broken = |error: LineError| BuildError::Decode(error.into());
    let line = Line::split(bytes).map_err(broken)?;
    if !with_body {
        return Ok(out.line(&[&line.hash.to_hex(), b" ", line.head])?);
    }
    let head = line.head().map_err(broken)?;
    let position = head.position;
    let decoded = Decoded::read(&line, head)?;
    if !is_for_everybody(&decoded.event) && !(source.may_see)(&decoded) {
        return Err(Refused::NotShown(position).into());
    }
    Ok(out.line(&[bytes])?)
}

/// What opens a ledger, and the documents of methods: anybody who is shown a dossier needs them,
/// and nothing in them is about anybody's trade.
fn is_for_everybody(event: &Event) -> bool {
    matches!(event, Event::LedgerOpened(_) | Event::MethodPublished(_))
}
