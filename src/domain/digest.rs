//! A BLAKE3 hash as it stands in commands and events: of an attachment, of an access key's secret,
//! or the commitment to a confidential value. The domain only carries it.

use std::fmt;
use std::str::FromStr;

use crate::domain::text_value::{self, text_schema};
use crate::domain::value_error::{ValueError, shown};

/// 32 bytes, written as 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl FromStr for Digest {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Digest, ValueError> {
        let nibble = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut out = [0; 32];
        let bytes = text.as_bytes();
        let whole = bytes.len() == 64
            && bytes.chunks_exact(2).zip(&mut out).all(|(pair, out)| {
                match (nibble(pair[0]), nibble(pair[1])) {
                    (Some(high), Some(low)) => {
                        *out = high << 4 | low;
                        true
                    }
                    _ => false,
                }
            });
        if whole {
            return Ok(Digest(out));
        }
        let right = "a hash is 64 digits of 0-9 and a-f";
        Err(ValueError::new("malformed_text", format!("{}: {right}", shown(text))))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        serializer.serialize_str(std::str::from_utf8(&text).expect("hex digits are ASCII"))
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        if deserializer.is_human_readable() {
            return text_value::deserialize(deserializer, "a hash of 64 hex digits");
        }
        Ok(Digest(<[u8; 32]>::deserialize(deserializer)?))
    }
}

text_schema!(
    Digest,
    description: "A BLAKE3 hash in lower-case hex.",
    pattern: "^[0-9a-f]{64}$",
    example: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    min_length: 64,
    max_length: 64,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn hex_comes_back_and_anything_else_is_refused() {
        let text = "00ff".repeat(16);
        let digest: Digest = text.parse().unwrap();
        assert_eq!(digest.to_string(), text);
        assert_eq!(serde_json::to_string(&digest).unwrap(), format!("\"{text}\""));
        for bad in ["", "00", &"0G".repeat(32), &"00FF".repeat(16)] {
            assert!(bad.parse::<Digest>().is_err());
        }
    }
}
