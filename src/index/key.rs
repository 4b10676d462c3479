//! Keys of rows, all in one tree so that a flush is one atomic batch.
//!
//! Invariant: a first byte tells the family; ids have no zero byte, so one ends a text inside a
//! key; numbers are big-endian, so that sled's order is theirs.

use crate::domain::fact::Measure;
use crate::domain::states::Kind;
use crate::domain::time::Month;
use crate::index::{IndexError, ListOf, codec};

/// Family of the one row that says what all others reflect.
pub const META: [u8; 1] = [0];
const STATE: u8 = 1;
const LIST: u8 = 2;
const FACTS: u8 = 3;
const TOTAL: u8 = 4;
pub const COMMANDS: u8 = 5;

/// How many positions one block of a list, of facts or of command ids spans. Boundaries depend on
/// positions alone, so rows do not depend on how many records a flush had.
pub const BLOCK_BITS: u32 = 6;
pub const COMMAND_BLOCK_BITS: u32 = 8;

pub fn block(position: u64) -> u64 {
    position >> BLOCK_BITS
}

pub fn state(kind: Kind, id: &str, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&[STATE, kind as u8]);
    out.extend_from_slice(id.as_bytes());
}

/// All blocks of a list begin with this.
pub fn list(kind: Kind, of: &ListOf, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&[LIST, kind as u8]);
    let (tag, owner) = match of {
        ListOf::All => (0, ""),
        ListOf::Park(park) => (1, park.as_str()),
        ListOf::Firm(firm) => (2, firm.as_str()),
        ListOf::Contract(contract) => (3, contract.as_str()),
        ListOf::Subject(subject) => (4, subject.as_str()),
        ListOf::Scale(scale) => (5, scale.as_str()),
    };
    out.push(tag);
    out.extend_from_slice(owner.as_bytes());
    out.push(0);
}

/// All blocks of a park's facts begin with this; of one month with `month` appended.
pub fn facts(park: &str, out: &mut Vec<u8>) {
    out.clear();
    out.push(FACTS);
    out.extend_from_slice(park.as_bytes());
    out.push(0);
}

/// All facts of all parks.
pub const ALL_FACTS: [u8; 1] = [FACTS];

pub fn push_month(month: Month, out: &mut Vec<u8>) {
    out.extend_from_slice(&month.0.to_be_bytes());
}

pub fn push_block(block: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&block.to_be_bytes());
}

/// A block's key without its number, and the number.
pub fn of_block(name: &[u8]) -> Result<(&[u8], u64), IndexError> {
    let short = || IndexError::Damaged("a block's key is too short".to_owned());
    let (prefix, block) = name.split_last_chunk().ok_or_else(short)?;
    if prefix.len() < 4 { Err(short()) } else { Ok((prefix, u64::from_be_bytes(*block))) }
}

/// All totals of a park begin with this; of one month with `month` appended.
pub fn totals(park: &str, out: &mut Vec<u8>) {
    out.clear();
    out.push(TOTAL);
    out.extend_from_slice(park.as_bytes());
    out.push(0);
}

/// What tells totals of one park and month apart, appended to their beginning.
pub fn push_total<T: serde::Serialize>(measure: Measure, rest: &T, out: &mut Vec<u8>) {
    out.push(measure as u8);
    codec::encode(rest, out);
}

pub fn commands(block: u64) -> [u8; 9] {
    let mut key = [COMMANDS; 9];
    key[1..].copy_from_slice(&block.to_be_bytes());
    key
}
