//! One line of a segment: `HASH SP HEAD SP BODY LF`.
//!
//! Invariant: a line that [`Line::verify`] accepts is the line that was hashed: HASH is the leaf
//! hash of HEAD, HEAD names the hash of BODY, and HEAD is spelled canonically. Any changed byte is
//! seen.

use std::io::BufRead;

use thiserror::Error;

use crate::merkle::{Blake3, Hash, TreeHash};
use crate::record::body::{Body, body_hash};
use crate::record::head::{HEAD_LIMIT, Head};

/// No line is longer, LF included.
pub const LINE_LIMIT: usize = 1 << 20;

/// Digits of HASH.
const HEX: usize = 64;

/// A record that no line can hold. The ledger refuses its command before anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TooLarge {
    #[error("HEAD would have {bytes} bytes, and must stay under {HEAD_LIMIT}")]
    Head { bytes: usize },
    #[error("the line would have {bytes} bytes, and {LINE_LIMIT} is the most")]
    Line { bytes: usize },
}

/// Why bytes are not a line of the log.
#[derive(Debug, Error)]
pub enum LineError {
    #[error("not HASH, HEAD and BODY with one space between them")]
    Form,
    #[error("HASH is not the leaf hash of HEAD")]
    LeafHash,
    #[error("BODY does not have the hash that HEAD names")]
    BodyHash,
    #[error("HEAD has another shape: {0}")]
    Head(serde_json::Error),
    #[error("HEAD is not in canonical form")]
    HeadForm,
    #[error("BODY has another shape: {0}")]
    Body(serde_json::Error),
}

/// Appends the whole line, LF included, and answers its leaf hash. On an error `out` is as before.
pub fn encode(out: &mut Vec<u8>, head: &Head, body: &[u8]) -> Result<Hash, TooLarge> {
    debug_assert_eq!(head.body, body_hash(body), "HEAD names the hash of this BODY");
    let start = out.len();
    out.extend_from_slice(&[b'0'; HEX]);
    out.push(b' ');
    let head_at = out.len();
    head.encode(out);
    let leaf = Blake3::leaf(&out[head_at..]);
    let head_bytes = out.len() - head_at;
    assert!(!out[head_at..].contains(&b' '), "ids and type names have no spaces");
    out[start..start + HEX].copy_from_slice(&leaf.to_hex());
    out.push(b' ');
    out.extend_from_slice(body);
    out.push(b'\n');
    let bytes = out.len() - start;
    if head_bytes >= HEAD_LIMIT {
        out.truncate(start);
        return Err(TooLarge::Head { bytes: head_bytes });
    }
    if bytes > LINE_LIMIT {
        out.truncate(start);
        return Err(TooLarge::Line { bytes });
    }
    Ok(leaf)
}

/// The three parts of a line, without its LF. Split only: not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    pub hash: Hash,
    pub head: &'a [u8],
    pub body: &'a [u8],
}

impl<'a> Line<'a> {
    pub fn split(line: &'a [u8]) -> Result<Line<'a>, LineError> {
        // The smallest line has an empty object for each part.
        if line.len() < HEX + 6 || line.len() >= LINE_LIMIT || line[HEX] != b' ' {
            return Err(LineError::Form);
        }
        let hash = Hash::from_hex(&line[..HEX]).map_err(|_| LineError::Form)?;
        let rest = &line[HEX + 1..];
        let mut reach = &rest[..rest.len().min(HEAD_LIMIT)];
        let passed = reach.skip_until(b' ').expect("reading from memory does not fail");
        let space = passed.checked_sub(1).filter(|space| rest[*space] == b' ');
        let space = space.ok_or(LineError::Form)?;
        let (head, body) = (&rest[..space], &rest[space + 1..]);
        let braced = |part: &[u8]| part.starts_with(b"{") && part.ends_with(b"}");
        if !braced(head) || !braced(body) || line.contains(&b'\n') {
            return Err(LineError::Form);
        }
        Ok(Line { hash, head, body })
    }

    /// Recomputes both hashes and reads HEAD, which must be in its only spelling.
    pub fn verify(&self) -> Result<Head, LineError> {
        if Blake3::leaf(self.head) != self.hash {
            return Err(LineError::LeafHash);
        }
        let head = self.head()?;
        if head.body != body_hash(self.body) {
            return Err(LineError::BodyHash);
        }
        let mut spelled = Vec::with_capacity(self.head.len());
        head.encode(&mut spelled);
        if spelled != self.head {
            return Err(LineError::HeadForm);
        }
        Ok(head)
    }

    pub fn head(&self) -> Result<Head, LineError> {
        serde_json::from_slice(self.head).map_err(LineError::Head)
    }

    pub fn body(&self) -> Result<Body, LineError> {
        serde_json::from_slice(self.body).map_err(LineError::Body)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;
    use crate::domain::id::ParkId;
    use crate::domain::time::{UtcMicros, UtcMillis};
    use crate::merkle::prefixed;
    use crate::record::body::CommandRef;

    const BODY: &str = concat!(
        r#"{"actor":"frm_steel","#,
        r#""command":{"hash":"0404040404040404040404040404040404040404040404040404040404040404","#,
        r#""id":"cmd_1"},"data":{"note":"two words"},"key":"key_1","#,
        r#""occurred_at":"2025-03-01T08:00:00.000Z","#,
        r#""salt":"0505050505050505050505050505050505050505050505050505050505050505","#,
        r#""stream":"delivery/dlv_1","version":0}"#,
    );

    fn head_of(body: &[u8]) -> Head {
        Head {
            batch: 41,
            body: body_hash(body),
            parks: vec![("prk_north".parse().unwrap(), 17)],
            position: 42,
            recorded_at: UtcMicros(1_740_816_000_000_000),
            schema: 1,
            step: 0,
            steps: 1,
            kind: "delivery_dispatched".to_owned(),
        }
    }

    fn encoded(head: &Head, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let leaf = encode(&mut out, head, body).unwrap();
        assert_eq!(out.pop(), Some(b'\n'));
        assert_eq!(Line::split(&out).unwrap().hash, leaf);
        out
    }

    /// The line as a stranger would make it from the design, with nothing of this module.
    fn hand_made() -> String {
        let body = prefixed(0x03, &[BODY.as_bytes()]);
        let head = format!(
            "{{\"batch\":41,\"body\":\"{body}\",\"parks\":[[\"prk_north\",17]],\"position\":42,\
             \"recorded_at\":\"2025-03-01T08:00:00.000000Z\",\"schema\":1,\"step\":0,\"steps\":1,\
             \"type\":\"delivery_dispatched\"}}"
        );
        format!("{} {head} {BODY}", prefixed(0x00, &[head.as_bytes()]))
    }

    #[test]
    fn a_line_made_by_hand_is_the_line_that_is_written() {
        let line = encoded(&head_of(BODY.as_bytes()), BODY.as_bytes());
        assert_eq!(String::from_utf8(line).unwrap(), hand_made());
        assert_eq!(&hand_made()[..64], GOLDEN);
    }

    /// Fixed for ever: HASH of the line above, also computed with the Python package `blake3`.
    const GOLDEN: &str = "70e19b66c07de45f963a9b3dcf4ef3b16c2286f9e8c2206b739165dafd4763e0";

    #[test]
    fn a_line_comes_apart_and_verifies() {
        let text = hand_made();
        let line = Line::split(text.as_bytes()).unwrap();
        assert_eq!(line.body, BODY.as_bytes());
        assert_eq!(line.verify().unwrap(), head_of(BODY.as_bytes()));
        let body = line.body().unwrap();
        assert_eq!(body.command.id, "cmd_1");
        assert_eq!(body.data.get(), r#"{"note":"two words"}"#);
        assert_eq!(body.occurred_at, UtcMillis(1_740_816_000_000));
    }

    #[test]
    fn whatever_is_not_in_the_form_is_not_split() {
        let good = hand_made();
        let upper = good[..64].to_uppercase() + &good[64..];
        let bad = [
            upper,
            good.replacen(' ', "  ", 1),
            good.replacen(" {\"actor", "  {\"actor", 1),
            good.replacen(' ', "\t", 1),
            good.clone() + "\n",
            good.clone() + " ",
            good.replace("\"data\":", "\"data\":\n"),
            good.clone() + "\r",
            good[1..].to_owned(),
            good[..good.len() - 1].to_owned(),
            good[..64].to_owned(),
            format!("{} {{}} ", &good[..64]),
            format!("{} {{{}}} {{}}", &good[..64], "1".repeat(HEAD_LIMIT)),
            String::new(),
        ];
        for text in bad {
            assert!(matches!(Line::split(text.as_bytes()), Err(LineError::Form)), "{text}");
        }
    }

    #[test]
    fn another_spelling_of_head_is_refused_even_with_a_right_hash() {
        let good = hand_made();
        let head = Line::split(good.as_bytes()).unwrap().head;
        let head = std::str::from_utf8(head).unwrap();
        for other in [
            head.replace("\"schema\":1", "\"schema\":\t1"),
            head.replace("prk_north", "prk_\\u006eorth"),
            head.replace("\"step\":0,\"steps\":1", "\"steps\":1,\"step\":0"),
        ] {
            let line = format!("{} {other} {BODY}", prefixed(0, &[other.as_bytes()]));
            let line = Line::split(line.as_bytes()).unwrap();
            assert!(matches!(line.verify(), Err(LineError::HeadForm)), "{other}");
        }
        let other = head.replace("\"type\"", "\"tape\"");
        let line = format!("{} {other} {BODY}", prefixed(0, &[other.as_bytes()]));
        assert!(matches!(Line::split(line.as_bytes()).unwrap().verify(), Err(LineError::Head(_))));
    }

    #[test]
    fn what_is_too_large_is_refused_and_leaves_nothing_behind() {
        let mut out = b"before".to_vec();
        let mut head = head_of(b"{}");
        let park: ParkId = format!("prk_{}", "a".repeat(60)).parse().unwrap();
        head.parks = vec![(park, 1); 60];
        assert!(matches!(encode(&mut out, &head, b"{}"), Err(TooLarge::Head { bytes: 4096.. })));
        let body = vec![b'x'; LINE_LIMIT];
        let error = encode(&mut out, &head_of(&body), &body).unwrap_err();
        assert!(matches!(error, TooLarge::Line { bytes } if bytes > LINE_LIMIT));
        assert_eq!(out, b"before");
    }

    #[test]
    fn the_longest_line_is_still_read() {
        let overhead = encoded(&head_of(b"{}"), b"{}").len() - 2 + 1;
        let body = format!("{{{}}}", "1".repeat(LINE_LIMIT - overhead - 2));
        let line = encoded(&head_of(body.as_bytes()), body.as_bytes());
        assert_eq!(line.len() + 1, LINE_LIMIT);
        assert!(Line::split(&line).unwrap().verify().is_ok());
        let longer = String::from_utf8(line).unwrap().replacen("{1", "{11", 1);
        assert!(matches!(Line::split(longer.as_bytes()), Err(LineError::Form)));
        let longer = body.replacen('1', "11", 1);
        assert!(encode(&mut Vec::new(), &head_of(longer.as_bytes()), longer.as_bytes()).is_err());
    }

    #[test]
    fn any_flipped_bit_is_seen() {
        let good = hand_made().into_bytes();
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                let seen = Line::split(&bad).and_then(|line| line.verify());
                assert!(seen.is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    fn any_head() -> impl Strategy<Value = Head> {
        let parks = prop::collection::vec(("prk_[0-9A-Za-z_-]{1,60}", 0..1_u64 << 53), 0..4);
        let numbers = (0..1_u64 << 53, 0..1_u64 << 53, any::<u16>(), any::<u32>(), any::<u32>());
        let time = UtcMicros::MIN.0..=UtcMicros::MAX.0;
        (parks, numbers, time, "[a-z_]{1,40}").prop_map(|(parks, numbers, time, kind)| Head {
            batch: numbers.0,
            body: Hash([0; 32]),
            parks: parks.into_iter().map(|(id, place)| (id.parse().unwrap(), place)).collect(),
            position: numbers.1,
            recorded_at: UtcMicros(time),
            schema: numbers.2,
            step: numbers.3,
            steps: numbers.4,
            kind,
        })
    }

    fn any_body() -> impl Strategy<Value = Body<String>> {
        let texts = [(); 5].map(|()| any::<String>());
        let time = UtcMillis::MIN.0..=UtcMillis::MAX.0;
        (texts, any::<[u8; 32]>(), time, 0..1_u64 << 53).prop_map(
            |([actor, id, key, stream, note], salt, time, version)| Body {
                actor,
                command: CommandRef { hash: Hash(salt), id },
                data: serde_json::to_string(&[note]).unwrap(),
                key,
                occurred_at: UtcMillis(time),
                salt: Hash(salt),
                stream,
                version,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(
            head in any_head(),
            body in any_body(),
            flip in any::<(u16, u8)>(),
        ) {
            let mut bytes = Vec::new();
            let Body { actor, command, key, stream, .. } = body.clone();
            let Body { occurred_at, salt, version, .. } = body;
            let data = body.data.as_bytes();
            Body { actor, command, data, key, occurred_at, salt, stream, version }
                .encode(&mut bytes);
            let head = Head { body: body_hash(&bytes), ..head };
            let line = encoded(&head, &bytes);

            let split = Line::split(&line).unwrap();
            prop_assert_eq!(split.verify().unwrap(), head);
            let read = split.body().unwrap();
            let raw: &RawValue = &read.data;
            prop_assert_eq!(raw.get(), &body.data);
            prop_assert_eq!(
                (read.actor, read.command, read.key, read.occurred_at, read.stream, read.version),
                (body.actor, body.command, body.key, body.occurred_at, body.stream, body.version)
            );

            let mut bad = line.clone();
            let at = usize::from(flip.0) % bad.len();
            bad[at] ^= flip.1.max(1);
            prop_assert!(Line::split(&bad).and_then(|line| line.verify()).is_err());
        }
    }
}
