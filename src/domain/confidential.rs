//! Members that the log only commits to: prices, people's names, plates.
//!
//! Invariant: a command from outside holds the value, an event holds the commitment, and nothing
//! holds both. The writer replaces the one by the other before a command is decided, so no rule,
//! no row and no refusal can show a confidential value.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::domain::digest::Digest;

/// A confidential value, or its commitment `{"sealed":"<hex>"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confidential<T> {
    Open(T),
    Sealed(Digest),
}

/// What replaces a value: given the RFC 6901 pointer of the member and the value's canonical JSON.
pub type Seal<'a> = dyn FnMut(&str, &[u8]) -> Digest + 'a;

impl<T: Serialize> Confidential<T> {
    /// Replaces an open value by its commitment. `T` declares its members in alphabetical order, so
    /// what serde_json writes is canonical.
    pub fn seal(&mut self, pointer: &str, seal: &mut Seal<'_>) {
        if let Confidential::Open(value) = self {
            let value = serde_json::to_vec(value).expect("values have string keys");
            *self = Confidential::Sealed(seal(pointer, &value));
        }
    }

    pub fn is_sealed(&self) -> bool {
        matches!(self, Confidential::Sealed(_))
    }
}

/// What stands in BODY for a confidential value: BLAKE3(0x02 || salt || command id || 0x00 ||
/// RFC 6901 pointer in BODY || 0x00 || canonical value).
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    pub sealed: Digest,
}

impl<T: Serialize> Serialize for Confidential<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Confidential::Open(value) => value.serialize(serializer),
            Confidential::Sealed(digest) if serializer.is_human_readable() => {
                Sealed { sealed: *digest }.serialize(serializer)
            }
            Confidential::Sealed(digest) => digest.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Confidential<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            // Rows hold what events hold: commitments.
            return Ok(Confidential::Sealed(Digest::deserialize(deserializer)?));
        }
        // Kept raw first, because which of the two stands here is known only from its members.
        let raw = <Box<serde_json::value::RawValue>>::deserialize(deserializer)?;
        let text = raw.get();
        if text.starts_with("{\"sealed\"")
            && let Ok(Sealed { sealed }) = serde_json::from_str(text)
        {
            return Ok(Confidential::Sealed(sealed));
        }
        serde_json::from_str(text).map(Confidential::Open).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_value_is_replaced_by_its_commitment_once() {
        let mut plate: Confidential<String> = serde_json::from_str("\"桂R 12345\"").unwrap();
        let mut seen = Vec::new();
        for _ in 0..2 {
            plate.seal("/data/plate", &mut |pointer, value| {
                seen.push((pointer.to_owned(), String::from_utf8(value.to_vec()).unwrap()));
                Digest([7; 32])
            });
        }
        assert_eq!(seen, [("/data/plate".to_owned(), "\"桂R 12345\"".to_owned())]);
        let text = serde_json::to_string(&plate).unwrap();
        assert_eq!(text, format!("{{\"sealed\":\"{}\"}}", "07".repeat(32)));
        assert_eq!(serde_json::from_str::<Confidential<String>>(&text).unwrap(), plate);
    }
}
