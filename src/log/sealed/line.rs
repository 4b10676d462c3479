//! One line of a sealed file: written, read, and the part of it that erasing blanks.
//!
//! `COMMITMENT SP {"command":"…","firm":"…","pointer":"…","salt":"…","value":…} LF`. The members
//! stand in canonical order, and what is secret stands last, so that erasing is two overwrites of
//! the same length: first the comma before `"salt"` becomes the closing brace, which is one byte
//! and so cannot be torn; then all that follows becomes spaces. A crash between the two leaves a
//! line that already counts as erased and whose blanking opening finishes.

use crate::merkle::{self, Hash};

/// Domain separation of a commitment to a confidential value.
const SEALED: u8 = 0x02;

/// A confidential value, with all that its commitment binds it to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// Id of the command that brought the value.
    pub command: &'a str,
    /// The firm that acted.
    pub firm: &'a str,
    /// RFC 6901 pointer to the place in BODY where the commitment stands.
    pub pointer: &'a str,
    pub salt: &'a [u8; 32],
    /// Canonical JSON.
    pub value: &'a [u8],
}

impl Member<'_> {
    pub fn commitment(&self) -> Hash {
        commitment(self.salt, self.command, self.pointer, self.value)
    }
}

/// What stands in BODY for a confidential value, and what a disclosure is checked against.
pub fn commitment(salt: &[u8; 32], command: &str, pointer: &str, value: &[u8]) -> Hash {
    merkle::prefixed(SEALED, &[salt, command.as_bytes(), &[0], pointer.as_bytes(), &[0], value])
}

/// A line as far as its form says; whether the value is the one committed to is [`Line::verify`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub commitment: Hash,
    pub command: &'a str,
    pub firm: &'a str,
    pub pointer: &'a str,
    /// Where the secret part begins in the line: the byte that erasing overwrites first.
    pub secret: usize,
    pub content: Content<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Kept {
        salt: [u8; 32],
        value: &'a [u8],
    },
    /// `finished` is false where a crash left parts of the value in place.
    Erased {
        finished: bool,
    },
}

impl Line<'_> {
    /// True where the value is the one committed to. An erased line has none left to doubt.
    pub fn verify(&self) -> bool {
        match &self.content {
            Content::Kept { salt, value } => {
                commitment(salt, self.command, self.pointer, value) == self.commitment
            }
            Content::Erased { .. } => true,
        }
    }
}

/// Appends the member's line, LF included, and returns its commitment.
pub(super) fn encode(out: &mut Vec<u8>, member: &Member<'_>) -> Hash {
    let commitment = member.commitment();
    out.extend_from_slice(&commitment.to_hex());
    for (name, text) in [
        (" {\"command\":\"", member.command),
        ("\",\"firm\":\"", member.firm),
        ("\",\"pointer\":\"", member.pointer),
    ] {
        // Ids and pointers to our own member names need no escapes; a line with one could not be
        // read back, so it must not be written.
        assert!(is_plain(text), "{text:?} cannot stand in a sealed line");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    assert!(!member.value.contains(&b'\n'), "canonical JSON has no line feed");
    out.extend_from_slice(b"\",\"salt\":\"");
    out.extend_from_slice(&Hash(*member.salt).to_hex());
    out.extend_from_slice(b"\",\"value\":");
    out.extend_from_slice(member.value);
    out.extend_from_slice(b"}\n");
    commitment
}

/// Reads a line without its LF. `None` where it is not in the fixed form.
pub(super) fn parse(line: &[u8]) -> Option<Line<'_>> {
    let (hex, rest) = line.split_at_checked(64)?;
    let commitment = Hash::from_hex(hex).ok()?;
    let rest = rest.strip_prefix(b" {\"command\":\"")?;
    let (command, rest) = until_quote(rest)?;
    let rest = rest.strip_prefix(b",\"firm\":\"")?;
    let (firm, rest) = until_quote(rest)?;
    let rest = rest.strip_prefix(b",\"pointer\":\"")?;
    let (pointer, rest) = until_quote(rest)?;
    let secret = line.len() - rest.len();
    let content = if let Some(blank) = rest.strip_prefix(b"}") {
        Content::Erased { finished: blank.iter().all(|byte| *byte == b' ') }
    } else {
        let rest = rest.strip_prefix(b",\"salt\":\"")?;
        let (salt, rest) = rest.split_at_checked(64)?;
        let rest = rest.strip_prefix(b"\",\"value\":")?;
        let Hash(salt) = Hash::from_hex(salt).ok()?;
        Content::Kept { salt, value: rest.strip_suffix(b"}")? }
    };
    Some(Line { commitment, command, firm, pointer, secret, content })
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\')
}

/// The text before the next quote, and what follows the quote.
fn until_quote(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'"')?;
    let text = std::str::from_utf8(&bytes[..end]).ok().filter(|text| is_plain(text))?;
    Some((text, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const MEMBER: Member<'_> = Member {
        command: "cmd_1",
        firm: "frm_sugar",
        pointer: "/data/price",
        salt: &[7; 32],
        value: b"{\"amount\":\"12.00\"}",
    };

    #[test]
    fn a_line_reads_back_and_verifies() {
        let mut out = Vec::new();
        let commitment = encode(&mut out, &MEMBER);
        assert_eq!(out.pop(), Some(b'\n'));
        let line = parse(&out).unwrap();
        assert_eq!(line.commitment, commitment);
        assert_eq!((line.command, line.firm, line.pointer), ("cmd_1", "frm_sugar", "/data/price"));
        let value = b"{\"amount\":\"12.00\"}".as_slice();
        assert_eq!(line.content, Content::Kept { salt: [7; 32], value });
        assert!(line.verify());
        assert_eq!(out[line.secret], b',');
    }

    #[test]
    fn no_changed_byte_verifies() {
        let mut out = Vec::new();
        encode(&mut out, &MEMBER);
        out.pop();
        for at in 0..out.len() {
            let mut bad = out.clone();
            bad[at] ^= 1;
            // The firm tells who may ask, and is bound by the record itself, not by the commitment.
            let firm = at > out.windows(4).position(|w| w == b"frm_").unwrap() - 1
                && at < out.windows(10).position(|w| w == b",\"pointer\"").unwrap() - 1;
            let verifies = parse(&bad).is_some_and(|line| line.verify());
            assert!(!verifies || firm, "flipped byte {at}");
        }
    }

    #[test]
    fn the_commitment_binds_salt_command_pointer_and_value() {
        let all = [
            MEMBER,
            Member { salt: &[8; 32], ..MEMBER },
            Member { command: "cmd_2", ..MEMBER },
            Member { pointer: "/data/prize", ..MEMBER },
            Member { value: b"\"12.00\"", ..MEMBER },
        ]
        .map(|member| member.commitment());
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn an_erased_line_keeps_its_place_and_no_value() {
        let mut out = Vec::new();
        encode(&mut out, &MEMBER);
        out.pop();
        let secret = parse(&out).unwrap().secret;
        out[secret] = b'}';
        assert_eq!(parse(&out).unwrap().content, Content::Erased { finished: false });
        out[secret + 1..].fill(b' ');
        let line = parse(&out).unwrap();
        assert_eq!(line.content, Content::Erased { finished: true });
        assert_eq!(line.commitment, MEMBER.commitment());
    }
}
