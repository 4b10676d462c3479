//! The lines of a dossier, taken apart.
//!
//! Invariant: each kind of line has one spelling, and its first bytes tell which kind it is.

use crate::merkle::Hash;
use crate::record::LINE_LIMIT;

/// The first line, without its LF: format and version.
pub const VERSION_LINE: &str = "symbiosis-dossier/1";

/// What the last line begins with.
pub const END: &str = "blake3 ";

/// The manifest is no longer than this, LF included.
pub const MANIFEST_LIMIT: usize = 16 << 20;

/// No line of the walk is longer, LF included.
pub const WALK_LIMIT: usize = LINE_LIMIT;

/// Digits of HASH.
const HEX: usize = 64;

/// A line of the walk.
#[derive(Debug, PartialEq, Eq)]
pub enum WalkLine<'a> {
    /// The root of 2^level records.
    Subtree { level: u8, root: Hash },
    /// A record, with BODY where it is shown.
    Record { hash: Hash, head: &'a [u8], body: Option<&'a [u8]> },
}

impl<'a> WalkLine<'a> {
    /// Takes a line apart, without its LF; none if it is no line of a walk.
    pub fn split(line: &'a [u8]) -> Option<WalkLine<'a>> {
        if line.len() == 3 + HEX && line[2] == b' ' {
            let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
            let level = digit(line[0])? * 10 + digit(line[1])?;
            return Some(WalkLine::Subtree { level, root: Hash::from_hex(&line[3..]).ok()? });
        }
        let (hash, rest) = line.split_at_checked(HEX)?;
        let hash = Hash::from_hex(hash).ok()?;
        let rest = rest.strip_prefix(b" ")?;
        // HEAD has no space, so the next one ends it.
        let (head, body) = match rest.iter().position(|byte| *byte == b' ') {
            Some(space) => (&rest[..space], Some(&rest[space + 1..])),
            None => (rest, None),
        };
        let braced = |part: &[u8]| part.starts_with(b"{") && part.ends_with(b"}");
        (braced(head) && body.is_none_or(braced)).then_some(WalkLine::Record { hash, head, body })
    }
}

/// The hash that the last line names; none if it is no last line.
pub fn end(line: &[u8]) -> Option<Hash> {
    Hash::from_hex(line.strip_prefix(END.as_bytes())?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::merkle::plain;

    #[test]
    fn lines_are_told_apart_by_their_form() {
        let hash = plain(b"x");
        let split = |line: &str| format!("{:?}", WalkLine::split(line.as_bytes()));
        let subtree = WalkLine::Subtree { level: 17, root: hash };
        assert_eq!(WalkLine::split(format!("17 {hash}").as_bytes()), Some(subtree));
        let record = WalkLine::Record { hash, head: b"{}", body: Some(b"{\"a\":\"b c\"}") };
        let text = format!("{hash} {{}} {{\"a\":\"b c\"}}");
        assert_eq!(WalkLine::split(text.as_bytes()), Some(record));
        let record = WalkLine::Record { hash, head: b"{}", body: None };
        assert_eq!(WalkLine::split(format!("{hash} {{}}").as_bytes()), Some(record));
        for wrong in [
            String::new(),
            format!("1 {hash}"),
            format!("+1 {hash}"),
            format!("017 {hash}"),
            format!("17  {hash}"),
            format!("17 {hash} "),
            format!("{hash}"),
            format!("{hash} "),
            format!("{hash}  {{}}"),
            format!("{hash} {{}} "),
            format!("{hash} {{}} {{}} "),
            format!("{hash} [] {{}}"),
            format!("{} {{}}", hash.to_string().to_uppercase()),
        ] {
            assert_eq!(split(&wrong), "None", "{wrong}");
        }
        assert_eq!(end(format!("blake3 {hash}").as_bytes()), Some(hash));
        for wrong in [format!("blake3  {hash}"), format!("blake2 {hash}"), format!("{hash}")] {
            assert_eq!(end(wrong.as_bytes()), None);
        }
    }
}
