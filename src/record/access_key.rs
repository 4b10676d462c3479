//! Access keys as people and programs hold them: `sym_<key>_<secret><checksum>`.
//!
//! `sym_` lets scanners recognise a leaked key. `<key>` is the tail of the key's id (`key_…`),
//! `<secret>` 32 bytes in hex, `<checksum>` the CRC-32 of all before it in 8 hex digits. So a
//! mistyped key is told from an unknown one without a ledger.
//!
//! Invariant: only the BLAKE3 hash of the secret's 32 bytes is ever stored. The secret is random
//! and long, so a fast hash is enough; nothing prints it by accident.

use std::fmt;

use crate::domain::digest::Digest;
use crate::domain::id::KeyId;
use crate::merkle::plain;

/// What every access key begins with.
pub const PREFIX: &str = "sym_";

const SECRET_DIGITS: usize = 64;
const CHECKSUM_DIGITS: usize = 8;

/// A key with its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    key: KeyId,
    secret: [u8; 32],
}

/// Why a text is no access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessKeyError {
    #[error("an access key is `sym_`, the tail of its id, `_`, and 72 digits of 0-9 and a-f")]
    Form,
    #[error("its checksum does not fit: the access key is mistyped or cut off")]
    Mistyped,
}

impl AccessKey {
    /// With a secret from the operating system.
    pub fn generate(key: KeyId) -> Result<AccessKey, getrandom::Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        Ok(AccessKey { key, secret })
    }

    /// With a given secret, as the plan of a demo ledger gives it.
    pub fn from_secret(key: KeyId, secret: [u8; 32]) -> AccessKey {
        AccessKey { key, secret }
    }

    /// Reads an access key and checks its checksum.
    pub fn parse(text: &str) -> Result<AccessKey, AccessKeyError> {
        let rest = text.strip_prefix(PREFIX).ok_or(AccessKeyError::Form)?;
        let (tail, digits) = rest.rsplit_once('_').ok_or(AccessKeyError::Form)?;
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if !digits.bytes().all(hex) {
            return Err(AccessKeyError::Form);
        }
        if digits.len() != SECRET_DIGITS + CHECKSUM_DIGITS {
            return Err(AccessKeyError::Mistyped);
        }
        let (body, checksum) = text.split_at(text.len() - CHECKSUM_DIGITS);
        if checksum_of(body).as_bytes() != checksum.as_bytes() {
            return Err(AccessKeyError::Mistyped);
        }
        let secret: Digest = digits[..SECRET_DIGITS].parse().map_err(|_| AccessKeyError::Form)?;
        let key = format!("{}{tail}", KeyId::PREFIX).parse().map_err(|_| AccessKeyError::Form)?;
        Ok(AccessKey { key, secret: secret.0 })
    }

    pub fn key(&self) -> &KeyId {
        &self.key
    }

    /// What the ledger stores.
    pub fn secret_hash(&self) -> Digest {
        Digest(plain(&self.secret).0)
    }

    /// Whether this is the key whose hash is stored. Takes the same time wherever they differ.
    pub fn opens(&self, stored: &Digest) -> bool {
        let own = self.secret_hash();
        let differing = own.0.iter().zip(&stored.0).fold(0, |sum, (a, b)| sum | (a ^ b));
        std::hint::black_box(differing) == 0
    }

    /// The key with its secret, to be shown to its holder once.
    pub fn reveal(&self) -> String {
        let tail = &self.key.as_str()[KeyId::PREFIX.len()..];
        let mut text = format!("{PREFIX}{tail}_{}", Digest(self.secret));
        text.push_str(&checksum_of(&text));
        text
    }
}

fn checksum_of(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

/// Secrets must not reach traces by accident.
impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessKey({}, ..)", self.key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn key() -> AccessKey {
        AccessKey::from_secret("key_sugar_desk-1".parse().unwrap(), [7; 32])
    }

    #[test]
    fn a_key_comes_back_from_its_text_and_opens_its_own_hash_only() {
        let text = key().reveal();
        assert_eq!(
            text,
            format!("sym_sugar_desk-1_{}{}", "07".repeat(32), &text[text.len() - 8..])
        );
        let read = AccessKey::parse(&text).unwrap();
        assert_eq!(read, key());
        assert!(read.opens(&key().secret_hash()));
        let other = AccessKey::from_secret(read.key().clone(), [8; 32]);
        assert!(!other.opens(&key().secret_hash()));
        assert_eq!(key().secret_hash().0, *plain(&[7; 32]).0.as_slice());
    }

    #[test]
    fn any_slip_of_one_character_is_noticed() {
        let text = key().reveal();
        for place in 0..text.len() {
            for other in [b'0', b'1', b'f', b'g', b'_', b'S'] {
                let mut bytes = text.clone().into_bytes();
                if bytes[place] != other {
                    bytes[place] = other;
                    assert!(AccessKey::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
                }
            }
            assert!(AccessKey::parse(&text[..place]).is_err());
        }
        let cut = &text[..text.len() - 1];
        assert_eq!(AccessKey::parse(cut), Err(AccessKeyError::Mistyped));
        assert_eq!(AccessKey::parse("hunter2"), Err(AccessKeyError::Form));
    }

    #[test]
    fn secrets_are_random_and_not_printed_by_accident() {
        let id: KeyId = "key_a".parse().unwrap();
        let one = AccessKey::generate(id.clone()).unwrap();
        assert_ne!(one, AccessKey::generate(id).unwrap());
        assert_eq!(format!("{one:?}"), "AccessKey(key_a, ..)");
    }
}
