//! HEAD and BODY in one pass each: shape and canonical form at once, for whoever reads every record
//! of a log.
//!
//! Invariant: a HEAD or BODY is taken here exactly when it is canonical and serde takes it for a
//! [`Head`] or a [`Body`](crate::record::Body). Since both have one spelling, their members stand
//! in a fixed order, and whatever is between the values is known in advance.

use std::str::FromStr;

use crate::domain::id::ParkId;
use crate::domain::time::{UtcMicros, UtcMillis};
use crate::merkle::Hash;
use crate::record::head::Head;
use crate::record::scan::{Scan, unescaped};

/// A BODY's members as they are written: strings without their quotes, escapes left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyView<'a> {
    pub actor: &'a str,
    pub command_hash: Hash,
    pub command_id: &'a str,
    /// Canonical JSON.
    pub data: &'a str,
    pub key: &'a str,
    pub occurred_at: UtcMillis,
    pub salt: Hash,
    pub stream: &'a str,
    pub version: u64,
}

/// Reads a HEAD. `None` when it is not one, or not in its only spelling.
pub fn head(bytes: &[u8]) -> Option<Head> {
    let mut scan = Scan::new(bytes)?;
    scan.literal("{\"batch\":")?;
    let batch = scan.unsigned()?;
    scan.literal(",\"body\":")?;
    let body = scan.hash()?;
    scan.literal(",\"parks\":[")?;
    let parks = parks(&mut scan)?;
    scan.literal(",\"position\":")?;
    let position = scan.unsigned()?;
    scan.literal(",\"recorded_at\":")?;
    let recorded_at = UtcMicros::from_str(scan.string()?).ok()?;
    scan.literal(",\"schema\":")?;
    let schema = scan.unsigned()?.try_into().ok()?;
    scan.literal(",\"step\":")?;
    let step = scan.unsigned()?.try_into().ok()?;
    scan.literal(",\"steps\":")?;
    let steps = scan.unsigned()?.try_into().ok()?;
    scan.literal(",\"type\":")?;
    let kind = unescaped(scan.string()?);
    scan.literal("}")?;
    let head = Head { batch, body, parks, position, recorded_at, schema, step, steps, kind };
    scan.is_at_end().then_some(head)
}

/// What follows `[` of the parks, up to and with the `]` that closes them.
fn parks(scan: &mut Scan<'_>) -> Option<Vec<(ParkId, u64)>> {
    let mut parks = Vec::new();
    if scan.accept("]") {
        return Some(parks);
    }
    loop {
        scan.literal("[")?;
        let park = scan.string()?.parse().ok()?;
        scan.literal(",")?;
        let place = scan.unsigned()?;
        scan.literal("]")?;
        parks.push((park, place));
        if scan.accept("]") {
            return Some(parks);
        }
        scan.literal(",")?;
    }
}

/// Reads a BODY. `None` when it is not one, or not canonical. What stands for confidential values
/// in its data is added to `sealed`, also when reading fails further on.
pub fn body<'a>(bytes: &'a [u8], sealed: &mut Vec<Hash>) -> Option<BodyView<'a>> {
    let mut scan = Scan::new(bytes)?;
    scan.literal("{\"actor\":")?;
    let actor = scan.string()?;
    scan.literal(",\"command\":{\"hash\":")?;
    let command_hash = scan.hash()?;
    scan.literal(",\"id\":")?;
    let command_id = scan.string()?;
    scan.literal("},\"data\":")?;
    let data = scan.value(1, sealed)?;
    scan.literal(",\"key\":")?;
    let key = scan.string()?;
    scan.literal(",\"occurred_at\":")?;
    let occurred_at = UtcMillis::parse_stored(scan.string()?).ok()?;
    scan.literal(",\"salt\":")?;
    let salt = scan.hash()?;
    scan.literal(",\"stream\":")?;
    let stream = scan.string()?;
    scan.literal(",\"version\":")?;
    let version = scan.unsigned()?;
    scan.literal("}")?;
    let view =
        BodyView { actor, command_hash, command_id, data, key, occurred_at, salt, stream, version };
    scan.is_at_end().then_some(view)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;
    use crate::record::canonical::is_canonical;
    use crate::record::{Body, CommandRef};

    fn any_head() -> impl Strategy<Value = Head> {
        let parks = prop::collection::vec(("prk_[0-9A-Za-z_-]{1,60}", 0..1_u64 << 53), 0..3);
        let numbers = (0..1_u64 << 53, 0..1_u64 << 53, any::<u16>(), any::<u32>(), any::<u32>());
        let time = UtcMicros::MIN.0..=UtcMicros::MAX.0;
        (parks, numbers, time, any::<String>()).prop_map(|(parks, numbers, time, kind)| Head {
            batch: numbers.0,
            body: Hash([0x0a; 32]),
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
                data: serde_json::to_string(&(note, [1, -2])).unwrap(),
                key,
                occurred_at: UtcMillis(time),
                salt: Hash(salt),
                stream,
                version,
            },
        )
    }

    fn serde_head(bytes: &[u8]) -> Option<Head> {
        is_canonical(bytes).then(|| serde_json::from_slice(bytes).ok())?
    }

    fn serde_body(bytes: &[u8]) -> Option<Body> {
        is_canonical(bytes).then(|| serde_json::from_slice(bytes).ok())?
    }

    fn body_of(bytes: &[u8]) -> Option<BodyView<'_>> {
        body(bytes, &mut Vec::new())
    }

    fn encoded(body: &Body<String>) -> Vec<u8> {
        let Body { actor, command, data, key, occurred_at, salt, stream, version } = body.clone();
        let data = data.as_bytes();
        let mut bytes = Vec::new();
        Body { actor, command, data, key, occurred_at, salt, stream, version }.encode(&mut bytes);
        bytes
    }

    #[test]
    fn other_shapes_are_refused_as_serde_refuses_them() {
        let head_text = format!(
            "{{\"batch\":1,\"body\":\"{}\",\"parks\":[[\"prk_a\",0]],\"position\":1,\
             \"recorded_at\":\"2025-03-01T08:00:00.000001Z\",\"schema\":1,\"step\":0,\"steps\":1,\
             \"type\":\"x\"}}",
            "ab".repeat(32)
        );
        assert!(head(head_text.as_bytes()).is_some());
        for (there, instead) in [
            ("[[\"prk_a\",0]]", "[]"),
            ("[[\"prk_a\",0]]", "[[]]"),
            ("[[\"prk_a\",0]]", "[[\"prk_a\",0],]"),
            ("[[\"prk_a\",0]]", "[[\"prk_a\",0,1]]"),
            ("[[\"prk_a\",0]]", "[[\"frm_a\",0]]"),
            ("[[\"prk_a\",0]]", "[[\"prk_a\",-1]]"),
            ("\"schema\":1", "\"schema\":65536"),
            ("\"schema\":1", "\"schema\":65535"),
            ("\"step\":0", "\"step\":4294967296"),
            ("\"steps\":1,", ""),
            ("\"type\":\"x\"", "\"type\":\"x\",\"zone\":1"),
            (".000001Z", ".000Z"),
            ("03-01", "02-30"),
            ("abab", "ABAB"),
        ] {
            let text = head_text.replacen(there, instead, 1);
            assert_eq!(head(text.as_bytes()), serde_head(text.as_bytes()), "{text}");
        }
        let beyond = head_text.replace("\"position\":1", "\"position\":9007199254740992");
        assert_eq!(head(beyond.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn a_head_is_taken_exactly_when_it_is_canonical_and_serde_takes_it(
            any in any_head(),
            flip in any::<(u16, u8)>(),
        ) {
            let mut bytes = Vec::new();
            any.encode(&mut bytes);
            let read = head(&bytes);
            prop_assert_eq!(read.as_ref(), Some(&any));
            let at = usize::from(flip.0) % bytes.len();
            bytes[at] ^= flip.1;
            prop_assert_eq!(head(&bytes), serde_head(&bytes));
            bytes.truncate(at);
            prop_assert_eq!(head(&bytes), None);
        }

        #[test]
        fn a_body_is_taken_exactly_when_it_is_canonical_and_serde_takes_it(
            any in any_body(),
            flip in any::<(u16, u8)>(),
        ) {
            let mut bytes = encoded(&any);
            let view = body_of(&bytes).unwrap();
            prop_assert_eq!(unescaped(view.actor), any.actor);
            prop_assert_eq!(unescaped(view.command_id), any.command.id);
            prop_assert_eq!(unescaped(view.key), any.key);
            prop_assert_eq!(unescaped(view.stream), any.stream);
            prop_assert_eq!(view.data, any.data);
            prop_assert_eq!((view.command_hash, view.salt), (any.command.hash, any.salt));
            prop_assert_eq!((view.occurred_at, view.version), (any.occurred_at, any.version));
            let at = usize::from(flip.0) % bytes.len();
            bytes[at] ^= flip.1;
            prop_assert_eq!(body_of(&bytes).is_some(), serde_body(&bytes).is_some());
            bytes.truncate(at);
            prop_assert!(body_of(&bytes).is_none());
        }
    }
}
