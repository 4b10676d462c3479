//! The 32-byte hash, its hex form, and the hash functions of the tree.
//!
//! This is the only file that names the blake3 crate. Each use has its own first byte, so that no
//! value of one kind can be passed off as another: 0x00 leaf, 0x01 node, 0x02 sealed member,
//! 0x03 BODY, 0x04 command.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A 256-bit hash. Its text form is exactly 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

/// A text that is not 64 lower-case hex digits. Upper case is refused: one hash has one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is written as 64 lower-case hex digits")]
pub struct ParseHashError;

impl Hash {
    pub fn to_hex(&self) -> [u8; 64] {
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX_DIGITS[usize::from(byte >> 4)];
            pair[1] = HEX_DIGITS[usize::from(byte & 0x0f)];
        }
        hex
    }

    /// Every record has four or more of these, so the digits are not looked at one by one: both
    /// loops are without branches, for the compiler to make vector instructions of.
    pub fn from_hex(hex: &[u8]) -> Result<Hash, ParseHashError> {
        let hex: &[u8; 64] = hex.try_into().map_err(|_| ParseHashError)?;
        let mut values = [0; 64];
        let mut is_hex = true;
        for (value, character) in values.iter_mut().zip(hex) {
            let (digit, letter) = (character.wrapping_sub(b'0'), character.wrapping_sub(b'a'));
            *value = if digit < 10 { digit } else { letter.wrapping_add(10) };
            is_hex &= (digit < 10) | (letter < 6);
        }
        let mut hash = Hash([0; 32]);
        for (byte, pair) in hash.0.iter_mut().zip(values.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        if is_hex { Ok(hash) } else { Err(ParseHashError) }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.to_hex();
        formatter.pad(std::str::from_utf8(&hex).expect("hex digits are ASCII"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Hash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Hash, ParseHashError> {
        Hash::from_hex(text.as_bytes())
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            let hex = self.to_hex();
            serializer.serialize_str(std::str::from_utf8(&hex).expect("hex digits are ASCII"))
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        struct Hex;
        impl de::Visitor<'_> for Hex {
            type Value = Hash;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{ParseHashError}")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hash, E> {
                text.parse().map_err(E::custom)
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Hex)
        } else {
            Ok(Hash(<[u8; 32]>::deserialize(deserializer)?))
        }
    }
}

/// What a Merkle tree of RFC 6962's shape needs of its hash function.
pub trait TreeHash {
    /// The root of the tree without leaves: the hash of the empty string, without a prefix.
    fn empty() -> Hash;
    fn leaf(bytes: &[u8]) -> Hash;
    fn node(left: &Hash, right: &Hash) -> Hash;
}

/// The hash of this product's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blake3;

impl TreeHash for Blake3 {
    fn empty() -> Hash {
        plain(b"")
    }

    fn leaf(bytes: &[u8]) -> Hash {
        prefixed(0x00, &[bytes])
    }

    fn node(left: &Hash, right: &Hash) -> Hash {
        let mut input = [0x01; 65];
        input[1..33].copy_from_slice(&left.0);
        input[33..].copy_from_slice(&right.0);
        plain(&input)
    }
}

/// BLAKE3(prefix || parts…). The caller sees to it that the parts cannot be cut another way.
pub fn prefixed(prefix: u8, parts: &[&[u8]]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[prefix]);
    for part in parts {
        hasher.update(part);
    }
    Hash(*hasher.finalize().as_bytes())
}

/// BLAKE3(bytes): attachments, verifiers of access keys, torn tails.
pub fn plain(bytes: &[u8]) -> Hash {
    Hash(*blake3::hash(bytes).as_bytes())
}

/// [`plain`] of bytes that arrive in pieces: attachments too large to be held at once.
#[derive(Debug, Clone, Default)]
pub struct HashStream(blake3::Hasher);

impl HashStream {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(&self) -> Hash {
        Hash(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const EMPTY: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

    #[test]
    fn the_empty_tree_is_the_hash_of_the_empty_string() {
        assert_eq!(Blake3::empty().to_string(), EMPTY);
    }

    #[test]
    fn leaf_and_node_are_hashes_behind_their_prefix() {
        assert_eq!(Blake3::leaf(b"abc"), plain(b"\x00abc"));
        let (left, right) = (plain(b"l"), plain(b"r"));
        assert_eq!(Blake3::node(&left, &right), prefixed(1, &[&left.0, &right.0]));
        assert_ne!(Blake3::node(&left, &right), Blake3::node(&right, &left));
    }

    #[test]
    fn a_stream_hashes_like_the_whole() {
        let mut stream = HashStream::default();
        stream.update(b"ab");
        stream.update(b"");
        stream.update(b"c");
        assert_eq!(stream.finish(), plain(b"abc"));
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let hash: Hash = EMPTY.parse().unwrap();
        assert_eq!(hash.to_string(), EMPTY);
        for wrong in [&EMPTY.to_uppercase(), &EMPTY[1..], &format!("{EMPTY}0"), "", &"é".repeat(32)]
        {
            assert_eq!(wrong.parse::<Hash>(), Err(ParseHashError), "{wrong}");
        }
        for character in 0..=u8::MAX {
            for at in [0, 1, 62, 63] {
                let mut hex = hash.to_hex();
                hex[at] = character;
                let read = Hash::from_hex(&hex);
                assert_eq!(read.is_ok(), HEX_DIGITS.contains(&character), "{character}");
                assert!(read.is_err() || read.unwrap().to_hex() == hex);
            }
        }
    }

    #[test]
    fn in_json_it_is_a_string_and_in_compact_form_32_bytes() {
        let hash = plain(b"x");
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(json, format!("\"{hash}\""));
        assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
        assert!(serde_json::from_str::<Hash>("\"00\"").is_err());
    }
}
