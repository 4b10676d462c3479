//! Signed notes (c2sp.org/signed-note) with Ed25519: keys, signing, parsing, verifying.
//!
//! A note is text, a blank line, then lines `— name base64(key id || signature)`. Nothing in a
//! note may be believed before [`Note::verify`] has named a key that is trusted. The parser takes
//! exactly what the specification allows and is total: notes come from strangers.
//!
//! This is the only file that names ed25519_dalek, and sha2, which the specification prescribes for
//! key ids. A signing key is never printed: it has no Display, and its Debug leaves the seed out.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey as Ed25519Key, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// No note of a ledger comes near this; a longer one is refused before it is read.
pub const NOTE_BYTES_MAX: usize = 1 << 20;
/// The specification asks for at least 16.
pub const SIGNATURES_MAX: usize = 100;

/// The specification's signature type of plain Ed25519.
const ED25519: u8 = 0x01;
const PRIVATE_KEY: &str = "PRIVATE+KEY+";
const SIGNATURE_START: &str = "— ";

/// Why a note, or a key's text, is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("the note is longer than 1 MiB")]
    TooLong,
    #[error("the note is not UTF-8 text without control characters")]
    NotText,
    #[error("the note has no text, blank line and signature lines")]
    NotSigned,
    #[error("signature line {0} is not `— name base64`")]
    SignatureLine(usize),
    #[error("the note has more than 100 signatures")]
    TooManySignatures,
    #[error("the text of a note ends in a newline and has no control characters")]
    Unsignable,
    #[error("a key name is not empty and has no spaces and no plus sign")]
    KeyName,
    #[error("a verifier key is `name+8 hex digits+base64` of an Ed25519 key")]
    VerifierKey,
    #[error("a signing key is `PRIVATE+KEY+name+8 hex digits+base64` of an Ed25519 seed")]
    SigningKey,
    #[error("the key's name and bytes do not hash to the id that is written beside them")]
    KeyId,
    #[error("the signature of {name} does not verify")]
    BadSignature { name: String },
    #[error("no trusted key has signed the note")]
    NoTrustedSignature,
}

/// First four bytes of SHA-256(name || 0x0A || type || public key).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteKeyId(pub [u8; 4]);

impl NoteKeyId {
    fn of(name: &str, key: &VerifyingKey) -> NoteKeyId {
        let hasher = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]);
        let digest = hasher.chain_update(key.as_bytes()).finalize();
        NoteKeyId([digest[0], digest[1], digest[2], digest[3]])
    }
}

impl fmt::Display for NoteKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for NoteKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The public key of whoever signs notes. Its text form is `name+id+base64(0x01 || key)`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: Box<str>,
    id: NoteKeyId,
    key: VerifyingKey,
}

impl VerifierKey {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn id(&self) -> NoteKeyId {
        self.id
    }

    fn verify(&self, text: &str, signature: &NoteSignature) -> Result<(), NoteError> {
        let bad = || NoteError::BadSignature { name: self.name.to_string() };
        let bytes: &[u8; 64] = signature.bytes.as_slice().try_into().map_err(|_| bad())?;
        let signature = ed25519_dalek::Signature::from_bytes(bytes);
        self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| bad())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = typed(self.key.as_bytes());
        write!(formatter, "{}+{}+{}", self.name, self.id, BASE64.encode(bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<VerifierKey, NoteError> {
        let (name, id, bytes) = key_parts(text).ok_or(NoteError::VerifierKey)?;
        check_name(name)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NoteError::VerifierKey)?;
        // Anybody can make signatures that such a key takes for its own.
        if key.is_weak() {
            return Err(NoteError::VerifierKey);
        }
        let verifier = VerifierKey { name: name.into(), id: NoteKeyId::of(name, &key), key };
        if id != verifier.id.to_string() {
            return Err(NoteError::KeyId);
        }
        Ok(verifier)
    }
}

/// The secret half. The seed is overwritten when the value is dropped.
#[derive(Clone)]
pub struct NoteSigner {
    name: Box<str>,
    id: NoteKeyId,
    key: Ed25519Key,
}

impl NoteSigner {
    /// `seed` must come from the operating system, or from the plan of a demo ledger.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<NoteSigner, NoteError> {
        check_name(name)?;
        let key = Ed25519Key::from_bytes(seed);
        let id = NoteKeyId::of(name, &key.verifying_key());
        Ok(NoteSigner { name: name.into(), id, key })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn verifier_key(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), id: self.id, key: self.key.verifying_key() }
    }

    /// The secret text of the file under `keys/`, as Go's note package writes it.
    pub fn to_secret_text(&self) -> String {
        let bytes = BASE64.encode(typed(self.key.as_bytes()));
        format!("{PRIVATE_KEY}{}+{}+{bytes}", self.name, self.id)
    }

    /// The inverse of [`NoteSigner::to_secret_text`].
    pub fn from_secret_text(text: &str) -> Result<NoteSigner, NoteError> {
        let public_shape = text.strip_prefix(PRIVATE_KEY).ok_or(NoteError::SigningKey)?;
        let (name, id, seed) = key_parts(public_shape).ok_or(NoteError::SigningKey)?;
        let signer = NoteSigner::from_seed(name, &seed)?;
        if id != signer.id.to_string() {
            return Err(NoteError::KeyId);
        }
        Ok(signer)
    }

    fn sign(&self, text: &str) -> NoteSignature {
        let bytes = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        NoteSignature { name: self.name.to_string(), id: self.id, bytes }
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NoteSigner({}+{})", self.name, self.id)
    }
}

/// One signature line, whoever it may be from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    pub name: String,
    pub id: NoteKeyId,
    pub bytes: Vec<u8>,
}

/// A note whose form is right. Whether to believe it is for [`Note::verify`] to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    pub fn sign(text: &str, signers: &[&NoteSigner]) -> Result<Note, NoteError> {
        let signable = text.ends_with('\n') && is_plain_text(text);
        if !signable || text.len() > NOTE_BYTES_MAX / 2 {
            return Err(NoteError::Unsignable);
        }
        let signatures = signers.iter().map(|signer| signer.sign(text)).collect::<Vec<_>>();
        match signatures.len() {
            0 => Err(NoteError::NotSigned),
            1..=SIGNATURES_MAX => Ok(Note { text: text.to_owned(), signatures }),
            _ => Err(NoteError::TooManySignatures),
        }
    }

    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        if !is_plain_text(note) {
            return Err(NoteError::NotText);
        }
        // The last empty line: the text may have empty lines of its own.
        let blank = note.rfind("\n\n").ok_or(NoteError::NotSigned)?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NotSigned)?;
        let mut signatures = Vec::new();
        for (place, line) in lines.split('\n').enumerate() {
            if place == SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            signatures.push(signature(line).ok_or(NoteError::SignatureLine(place + 1))?);
        }
        Ok(Note { text: text.to_owned(), signatures })
    }

    /// The signed text, its last newline included. Not to be believed unless verified.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Answers which of `trusted` have signed, each once, in the order of the signature lines.
    ///
    /// Lines of unknown keys are passed over, as the specification demands. A line that bears a
    /// trusted key's name and id but does not verify condemns the whole note.
    pub fn verify<'k>(
        &self,
        trusted: &'k [VerifierKey],
    ) -> Result<Vec<&'k VerifierKey>, NoteError> {
        let mut signed: Vec<&VerifierKey> = Vec::new();
        for signature in &self.signatures {
            let same = |key: &&VerifierKey| *key.name == signature.name && key.id == signature.id;
            let mut known = trusted.iter().filter(same).peekable();
            if known.peek().is_none() {
                continue;
            }
            // Ids are short: two trusted keys may share one, and the line is then from either.
            let verified = known.find(|key| key.verify(&self.text, signature).is_ok());
            let name = || signature.name.clone();
            let key = verified.ok_or_else(|| NoteError::BadSignature { name: name() })?;
            if !signed.contains(&key) {
                signed.push(key);
            }
        }
        if signed.is_empty() { Err(NoteError::NoTrustedSignature) } else { Ok(signed) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        for NoteSignature { name, id, bytes } in &self.signatures {
            let bytes = BASE64.encode([id.0.as_slice(), bytes].concat());
            writeln!(formatter, "{SIGNATURE_START}{name} {bytes}")?;
        }
        Ok(())
    }
}

fn is_plain_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

/// Control characters are refused beyond the specification's words: a name stands on one line.
fn check_name(name: &str) -> Result<(), NoteError> {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.chars().any(wrong) { Err(NoteError::KeyName) } else { Ok(()) }
}

fn typed(bytes: &[u8; 32]) -> [u8; 33] {
    let mut with_type = [ED25519; 33];
    with_type[1..].copy_from_slice(bytes);
    with_type
}

/// Splits `name+id+base64(0x01 || 32 bytes)`. Base64 itself may contain plus signs.
fn key_parts(text: &str) -> Option<(&str, &str, [u8; 32])> {
    let mut parts = text.splitn(3, '+');
    let (name, id, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = BASE64.decode(encoded).ok()?;
    let (kind, key) = bytes.split_first()?;
    if *kind != ED25519 {
        return None;
    }
    Some((name, id, key.try_into().ok()?))
}

fn signature(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
    check_name(name).ok()?;
    let decoded = BASE64.decode(encoded).ok()?;
    let (id, bytes) = decoded.split_first_chunk::<4>()?;
    if bytes.is_empty() {
        return None;
    }
    Some(NoteSignature { name: name.to_owned(), id: NoteKeyId(*id), bytes: bytes.to_vec() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    // The example of Go's golang.org/x/mod/sumdb/note.
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+\
        AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n";
    const SIGNED: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\
        \n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2p\
        ZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn signer(name: &str, seed: u8) -> NoteSigner {
        NoteSigner::from_seed(name, &[seed; 32]).unwrap()
    }

    #[test]
    fn the_example_of_the_reference_implementation_is_reached() {
        let signer = NoteSigner::from_secret_text(SECRET).unwrap();
        assert_eq!(signer.to_secret_text(), SECRET);
        assert_eq!(signer.verifier_key().to_string(), PUBLIC);
        assert_eq!(Note::sign(TEXT, &[&signer]).unwrap().to_string(), SIGNED);

        let key: VerifierKey = PUBLIC.parse().unwrap();
        let note = Note::parse(SIGNED.as_bytes()).unwrap();
        assert_eq!(note.text(), TEXT);
        assert_eq!(note.verify(std::slice::from_ref(&key)).unwrap(), [&key]);
        assert_eq!(note.to_string(), SIGNED);
    }

    #[test]
    fn a_verifier_key_published_elsewhere_is_read() {
        let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        let key: VerifierKey = text.parse().unwrap();
        let note = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv\
            1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        Note::parse(note.as_bytes()).unwrap().verify(&[key]).unwrap();
    }

    #[test]
    fn every_flipped_bit_of_a_signed_note_is_noticed() {
        let key: VerifierKey = PUBLIC.parse().unwrap();
        for place in 0..SIGNED.len() {
            for bit in 0..8 {
                let mut bytes = SIGNED.as_bytes().to_vec();
                bytes[place] ^= 1 << bit;
                let verified = Note::parse(&bytes)
                    .is_ok_and(|note| note.verify(std::slice::from_ref(&key)).is_ok());
                assert!(!verified, "byte {place}, bit {bit}");
            }
        }
    }

    #[test]
    fn every_cut_of_a_signed_note_is_noticed() {
        let key: VerifierKey = PUBLIC.parse().unwrap();
        for end in 0..SIGNED.len() {
            let cut = Note::parse(&SIGNED.as_bytes()[..end]);
            assert!(
                !cut.is_ok_and(|note| note.verify(std::slice::from_ref(&key)).is_ok()),
                "{end}"
            );
        }
    }

    #[test]
    fn lines_of_unknown_keys_are_passed_over_and_bad_lines_of_known_ones_condemn() {
        let (ours, theirs) = (signer("example.com/a", 1), signer("example.com/b", 2));
        let note = Note::sign("text\n", &[&theirs, &ours]).unwrap();
        let note = Note::parse(note.to_string().as_bytes()).unwrap();
        let (our_key, their_key) = (ours.verifier_key(), theirs.verifier_key());
        assert_eq!(note.verify(std::slice::from_ref(&our_key)).unwrap(), [&our_key]);
        let both = [our_key.clone(), their_key.clone()];
        assert_eq!(note.verify(&both).unwrap(), [&their_key, &our_key]);
        let stranger = signer("example.com/c", 3).verifier_key();
        assert_eq!(note.verify(&[stranger]), Err(NoteError::NoTrustedSignature));
        assert_eq!(note.verify(&[]), Err(NoteError::NoTrustedSignature));

        let mut forged = note.clone();
        forged.signatures[0].bytes[5] ^= 1;
        let name = "example.com/b".to_owned();
        assert_eq!(forged.verify(&both), Err(NoteError::BadSignature { name }));
        assert_eq!(forged.verify(std::slice::from_ref(&our_key)).unwrap(), [&our_key]);
        forged.signatures[0].bytes.truncate(63);
        assert!(forged.verify(&both).is_err());

        let mut twice = note.clone();
        twice.signatures.push(note.signatures[1].clone());
        assert_eq!(twice.verify(std::slice::from_ref(&our_key)).unwrap(), [&our_key]);
    }

    #[test]
    fn the_same_name_with_another_key_is_another_key() {
        let (old, new) = (signer("example.com/a", 1), signer("example.com/a", 2));
        let note = Note::sign("text\n", &[&old]).unwrap();
        assert!(note.verify(&[new.verifier_key()]).is_err());
        assert!(note.verify(&[new.verifier_key(), old.verifier_key()]).is_ok());
    }

    #[test]
    fn malformed_notes_are_refused() {
        let line = SIGNED.rsplit_once("\n\n").unwrap().1.trim_end();
        let cases: [(String, NoteError); 15] = [
            (String::new(), NoteError::NotSigned),
            ("text\n".to_owned(), NoteError::NotSigned),
            ("text\n\n".to_owned(), NoteError::NotSigned),
            (format!("text\n{line}\n"), NoteError::NotSigned),
            (format!("text\n\n{line}"), NoteError::NotSigned),
            (format!("text\r\n\r\n{line}\n"), NoteError::NotText),
            (format!("te\0xt\n\n{line}\n"), NoteError::NotText),
            (format!("te\txt\n\n{line}\n"), NoteError::NotText),
            (format!("text\n\n- {}\n", &line[4..]), NoteError::SignatureLine(1)),
            (format!("text\n\n{line}\n{line} \n"), NoteError::SignatureLine(2)),
            (format!("text\n\n{}\n", &line[..line.len() - 1]), NoteError::SignatureLine(1)),
            ("text\n\n— a+b AAAAAAA=\n".to_owned(), NoteError::SignatureLine(1)),
            ("text\n\n— a\u{a0}b AAAAAAA=\n".to_owned(), NoteError::SignatureLine(1)),
            ("text\n\n— a AAAAAA==\n".to_owned(), NoteError::SignatureLine(1)),
            (format!("text\n\n{}", format!("{line}\n").repeat(101)), NoteError::TooManySignatures),
        ];
        for (note, error) in cases {
            assert_eq!(Note::parse(note.as_bytes()), Err(error), "{note}");
        }
        assert!(
            Note::parse(format!("text\n\n{}", format!("{line}\n").repeat(100)).as_bytes()).is_ok()
        );
        assert_eq!(Note::parse(b"te\xffxt\n\n- x y\n"), Err(NoteError::NotText));
        assert_eq!(Note::parse(&vec![b'a'; NOTE_BYTES_MAX + 1]), Err(NoteError::TooLong));
    }

    #[test]
    fn the_text_ends_at_the_last_blank_line() {
        let signer = signer("example.com/a", 1);
        let text = "one\n\ntwo\n\n\nthree\n";
        let note = Note::sign(text, &[&signer]).unwrap().to_string();
        assert_eq!(Note::parse(note.as_bytes()).unwrap().text(), text);
    }

    #[test]
    fn what_cannot_be_read_back_is_not_signed() {
        let signer = signer("example.com/a", 1);
        for text in ["", "text", "te\rxt\n", &format!("{}\n", "a".repeat(NOTE_BYTES_MAX))] {
            assert_eq!(Note::sign(text, &[&signer]), Err(NoteError::Unsignable));
        }
        assert_eq!(Note::sign("text\n", &[]), Err(NoteError::NotSigned));
        assert!(Note::sign("text\n", &vec![&signer; 101]).is_err());
    }

    #[test]
    fn malformed_keys_are_refused() {
        let weak = {
            let mut bytes = [0u8; 32];
            bytes[0] = 1;
            BASE64.encode(typed(&bytes))
        };
        let other_type = PUBLIC.replace("+AR", "+BR");
        let cases: [(&str, NoteError); 9] = [
            ("", NoteError::VerifierKey),
            ("PeterNeumann", NoteError::VerifierKey),
            (&PUBLIC[..PUBLIC.len() - 1], NoteError::VerifierKey),
            (&PUBLIC[..PUBLIC.len() - 4], NoteError::VerifierKey),
            (&PUBLIC["PeterNeumann".len()..], NoteError::KeyName),
            (&PUBLIC.replace("c74f", "C74F"), NoteError::KeyId),
            (&PUBLIC.replace("Peter", "Pater"), NoteError::KeyId),
            (&other_type, NoteError::VerifierKey),
            (&format!("a+00000000+{weak}"), NoteError::VerifierKey),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<VerifierKey>().unwrap_err(), error, "{text}");
        }
        for text in [PUBLIC, &SECRET[..SECRET.len() - 4], &SECRET.replace("c74f", "c74e")] {
            assert!(NoteSigner::from_secret_text(text).is_err());
        }
        for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b"] {
            assert_eq!(NoteSigner::from_seed(name, &[1; 32]).unwrap_err(), NoteError::KeyName);
        }
    }

    #[test]
    fn a_signing_key_does_not_show_its_seed() {
        let shown = format!("{:?}", NoteSigner::from_secret_text(SECRET).unwrap());
        assert_eq!(shown, "NoteSigner(PeterNeumann+c74f20a3)");
    }

    proptest! {
        #[test]
        fn whatever_parses_is_written_as_it_was_read(
            text in "(text|\n|— a AAAAAAA=|— |=|\u{2014}|[ -~]|\u{a0}){0,12}",
            lines in "(— [a-c/]{1,3} [A-Za-z0-9+/]{8}\n){0,3}",
        ) {
            let note = format!("{text}\n\n{lines}");
            if let Ok(parsed) = Note::parse(note.as_bytes()) {
                prop_assert_eq!(parsed.to_string(), note);
            }
        }

        #[test]
        fn no_bytes_make_the_parsers_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..200)
        ) {
            let _ = Note::parse(&bytes);
            let text = String::from_utf8_lossy(&bytes);
            let _ = text.parse::<VerifierKey>();
            let _ = NoteSigner::from_secret_text(&format!("{PRIVATE_KEY}{text}"));
        }
    }
}
