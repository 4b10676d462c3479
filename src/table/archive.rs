//! What a spreadsheet file unpacks to, counted before anything that believes the file reads it.
//!
//! Invariant: every member is unpacked here once, into nothing, and all together may not be more
//! than [`UNPACKED_MOST`]: what the file says of its own sizes is not believed.

use std::io::{self, Write};

use flate2::read::DeflateDecoder;

use crate::table::error::TableError;

/// The most bytes that a file may unpack to.
const UNPACKED_MOST: u64 = 300 << 20;
/// The most files in it.
const MEMBERS_MOST: usize = 2_000;

const END: &[u8] = b"PK\x05\x06";
const MEMBER: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const STORED: usize = 0;
const DEFLATED: usize = 8;

/// Refuses a file that is no archive, or that would unpack to too much.
pub fn check(bytes: &[u8]) -> Result<(), TableError> {
    let members = members(bytes).ok_or_else(broken)?;
    if members.len() > MEMBERS_MOST {
        return Err(too_large());
    }
    let mut left = UNPACKED_MOST;
    for Member { method, packed } in members {
        left = match method {
            STORED => left.checked_sub(packed.len() as u64),
            DEFLATED => {
                let mut count = Count(left);
                // What is damaged is told by the reader of sheets; here only sizes matter.
                let whole = io::copy(&mut DeflateDecoder::new(packed), &mut count);
                let over = whole.is_err_and(|error| error.kind() == io::ErrorKind::FileTooLarge);
                (!over).then_some(count.0)
            }
            _ => return Err(broken()),
        }
        .ok_or_else(too_large)?;
    }
    Ok(())
}

fn broken() -> TableError {
    let message = "the file begins as a spreadsheet and is none; save it again as .xlsx";
    TableError::new("table_broken", message)
}

fn too_large() -> TableError {
    let most = UNPACKED_MOST >> 20;
    TableError::new("table_too_large", format!("the spreadsheet unpacks to more than {most} MiB"))
}

struct Member<'a> {
    method: usize,
    packed: &'a [u8],
}

/// The members that the archive's directory lists; none if it is no archive.
fn members(bytes: &[u8]) -> Option<Vec<Member<'_>>> {
    let end = bytes.windows(END.len()).rposition(|window| window == END)?;
    let count = number(bytes, end + 10, 2)?;
    let mut at = number(bytes, end + 16, 4)?;
    let mut members = Vec::new();
    for _ in 0..count {
        if bytes.get(at..at + 4)? != MEMBER {
            return None;
        }
        let (method, size) = (number(bytes, at + 10, 2)?, number(bytes, at + 20, 4)?);
        let local = number(bytes, at + 42, 4)?;
        if bytes.get(local..local + 4)? != LOCAL {
            return None;
        }
        let from = local + 30 + number(bytes, local + 26, 2)? + number(bytes, local + 28, 2)?;
        members.push(Member { method, packed: bytes.get(from..from.checked_add(size)?)? });
        let more = [28, 30, 32].map(|place| number(bytes, at + place, 2));
        at += 46 + more.into_iter().sum::<Option<usize>>()?;
    }
    Some(members)
}

/// A little-endian number.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// Takes so many bytes and keeps none.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.0.checked_sub(bytes.len() as u64);
        self.0 = left.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use std::io::Read as _;

    use super::*;

    /// An archive of one member, which says of itself that it unpacks to nothing.
    fn archive(unpacked: u64) -> Vec<u8> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
        io::copy(&mut io::repeat(b' ').take(unpacked), &mut packed).unwrap();
        let packed = packed.finish().unwrap();
        let put = |bytes: &mut Vec<u8>, number: usize, length: usize| {
            bytes.extend_from_slice(&number.to_le_bytes()[..length]);
        };
        let mut bytes = LOCAL.to_vec();
        bytes.resize(30, 0);
        bytes.extend_from_slice(&packed);
        let directory = bytes.len();
        bytes.extend_from_slice(MEMBER);
        bytes.resize(directory + 10, 0);
        put(&mut bytes, DEFLATED, 2);
        bytes.resize(directory + 20, 0);
        put(&mut bytes, packed.len(), 4);
        bytes.resize(directory + 46, 0);
        let end = bytes.len();
        bytes.extend_from_slice(END);
        bytes.resize(end + 10, 0);
        put(&mut bytes, 1, 2);
        bytes.resize(end + 16, 0);
        put(&mut bytes, directory, 4);
        bytes.resize(end + 22, 0);
        bytes
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_whatever_it_says_of_itself() {
        check(&archive(1 << 20)).unwrap();
        let bomb = archive(UNPACKED_MOST + 1);
        assert!(bomb.len() < 4 << 20);
        assert_eq!(check(&bomb).unwrap_err().code, "table_too_large");
        assert_eq!(check(b"PK\x03\x04 and nothing").unwrap_err().code, "table_broken");
        for cut in [40, 60, 80] {
            let bytes = archive(1000);
            let cut = bytes.len() - cut.min(bytes.len());
            assert_eq!(check(&bytes[..cut]).unwrap_err().code, "table_broken");
        }
    }
}
