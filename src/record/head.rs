//! HEAD: what the tree hashes and what a verifier may see of a record.
//!
//! Invariant: the members are declared in alphabetical order and hold only integers up to 2^53-1
//! and strings without spaces, so that serde_json's compact output is the canonical form and has no
//! space in it.

use serde::{Deserialize, Serialize};

use crate::domain::id::ParkId;
use crate::domain::time::UtcMicros;
use crate::merkle::Hash;
use crate::record::canonical::SAFE_INTEGER;

/// HEAD is shorter than this.
pub const HEAD_LIMIT: usize = 4 << 10;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Position of the first record that was written under the same fdatasync.
    pub batch: u64,
    /// Hash of BODY, see [`body_hash`](crate::record::body::body_hash).
    pub body: Hash,
    /// For each park that the record concerns, the record's dense 0-based place among that park's.
    pub parks: Vec<(ParkId, u64)>,
    /// 0-based place in the whole log.
    pub position: u64,
    /// The ledger's clock, never running back.
    pub recorded_at: UtcMicros,
    /// Version of the shape of BODY's `data` for this type.
    pub schema: u16,
    /// 0-based place among the records of the same command.
    pub step: u32,
    /// How many records that command has.
    pub steps: u32,
    #[serde(rename = "type")]
    pub kind: String,
}

impl Head {
    /// Appends the canonical form.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let places = self.parks.iter().map(|(_, place)| *place);
        debug_assert!(places.chain([self.position]).all(|number| number <= SAFE_INTEGER));
        serde_json::to_writer(&mut *out, self).expect("a HEAD has string keys and `Vec` takes it");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::record::canonical::is_canonical;

    #[test]
    fn the_form_is_canonical_and_comes_back() {
        let head = Head {
            batch: 7,
            body: Hash([0xab; 32]),
            parks: vec![("prk_b".parse().unwrap(), 3), ("prk_a".parse().unwrap(), 0)],
            position: 9,
            recorded_at: UtcMicros(1_740_816_000_000_001),
            schema: 1,
            step: 2,
            steps: 4,
            kind: "delivery_received".to_owned(),
        };
        let mut bytes = Vec::new();
        head.encode(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let body = "ab".repeat(32);
        assert_eq!(
            text,
            format!(
                "{{\"batch\":7,\"body\":\"{body}\",\"parks\":[[\"prk_b\",3],[\"prk_a\",0]],\
                 \"position\":9,\"recorded_at\":\"2025-03-01T08:00:00.000001Z\",\"schema\":1,\
                 \"step\":2,\"steps\":4,\"type\":\"delivery_received\"}}"
            )
        );
        assert!(is_canonical(text.as_bytes()));
        assert_eq!(serde_json::from_str::<Head>(&text).unwrap(), head);
        assert!(serde_json::from_str::<Head>(&text.replace("\"step\"", "\"stop\"")).is_err());
        assert!(serde_json::from_str::<Head>(&text.replace(":9,", ":9.0,")).is_err());
    }
}
