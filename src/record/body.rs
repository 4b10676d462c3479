//! BODY: what a record says, for those whom it concerns.
//!
//! Invariant: as in HEAD the members are declared in alphabetical order; `data` is canonical JSON
//! already and is taken over byte by byte. The salt keeps anyone from guessing a BODY from its
//! hash.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;

use crate::domain::time::UtcMillis;
use crate::merkle::{Hash, prefixed};

/// BLAKE3(0x03 || BODY), which stands in HEAD.
pub fn body_hash(body: &[u8]) -> Hash {
    prefixed(0x03, &[body])
}

/// BLAKE3(0x04 || canonical command, confidential members replaced by their commitments).
pub fn command_hash(command: &[u8]) -> Hash {
    prefixed(0x04, &[command])
}

/// Which command a record comes from. Firm, id and hash make a command idempotent for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandRef {
    pub hash: Hash,
    pub id: String,
}

/// `D` is the carrier of `data`: unparsed JSON when read, the encoded bytes when written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body<D = Box<RawValue>> {
    /// The firm, or who else acts.
    pub actor: String,
    pub command: CommandRef,
    pub data: D,
    /// The credential that was used. Staff stand in it by pseudonymous id, never by name.
    pub key: String,
    /// Time of business, as the actor states it.
    #[serde(deserialize_with = "stored_time")]
    pub occurred_at: UtcMillis,
    /// 32 random bytes.
    pub salt: Hash,
    /// For example `contract/ctr_…`.
    pub stream: String,
    /// 0-based place in its stream.
    pub version: u64,
}

/// The door takes times in several spellings; a stored line has one.
fn stored_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UtcMillis, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    UtcMillis::parse_stored(&text).map_err(de::Error::custom)
}

impl Body<&[u8]> {
    /// Appends the canonical form, given that `data` is one. Written by hand because `data` must
    /// not be parsed once more for every record; a test holds it to the derived form.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let Body { actor, command, data, key, occurred_at, salt, stream, version } = self;
        member(out, b"{\"actor\":", actor);
        member(out, b",\"command\":", command);
        out.extend_from_slice(b",\"data\":");
        out.extend_from_slice(data);
        member(out, b",\"key\":", key);
        member(out, b",\"occurred_at\":", occurred_at);
        member(out, b",\"salt\":", salt);
        member(out, b",\"stream\":", stream);
        member(out, b",\"version\":", version);
        out.push(b'}');
    }
}

fn member<T: Serialize>(out: &mut Vec<u8>, key: &[u8], value: &T) {
    out.extend_from_slice(key);
    serde_json::to_writer(out, value).expect("these values have string keys and `Vec` takes them");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::record::canonical::is_canonical;

    fn body(data: &[u8]) -> Body<&[u8]> {
        Body {
            actor: "frm_\"\\\u{1}é😀".to_owned(),
            command: CommandRef { hash: Hash([1; 32]), id: "cmd_1".to_owned() },
            data,
            key: "key_1".to_owned(),
            occurred_at: UtcMillis(1_740_816_000_500),
            salt: Hash([2; 32]),
            stream: "contract/ctr_1".to_owned(),
            version: 3,
        }
    }

    #[test]
    fn what_is_written_by_hand_is_what_serde_derives() {
        let data = r#"{"mass":{"unit":"TNE","value":"31.20"},"note":"a b"}"#;
        let mut bytes = Vec::new();
        body(data.as_bytes()).encode(&mut bytes);
        assert!(is_canonical(&bytes));
        let read: Body = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read.data.get(), data);
        assert_eq!((read.version, read.occurred_at), (3, UtcMillis(1_740_816_000_500)));
        assert_eq!(serde_json::to_vec(&read).unwrap(), bytes);
    }

    #[test]
    fn a_stored_time_has_one_spelling_and_unknown_members_are_refused() {
        let mut bytes = Vec::new();
        body(b"{}").encode(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert!(serde_json::from_str::<Body>(&text).is_ok());
        for (there, instead) in [(".500Z", ".5Z"), (".500Z", ".500+00:00"), ("\"key\"", "\"kex\"")]
        {
            assert!(serde_json::from_str::<Body>(&text.replace(there, instead)).is_err());
        }
    }
}
