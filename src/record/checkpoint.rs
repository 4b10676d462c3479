//! The checkpoint: the one signed statement of how many records there are and what their root is.
//!
//! A signed note (c2sp.org/tlog-checkpoint) of three lines: origin, size, base64 root. Origin and
//! root and size are bound together by the signature only, so they are always passed on together.
//! The origin ends in `/blake3`: the bare name is kept for a SHA-256 twin of the tree, since two
//! roots for one origin and size would be a proof of a fork, against ourselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::merkle::{Blake3, Hash, TreeHash};
use crate::record::note::{Note, NoteError, NoteSigner, VerifierKey};

/// What every origin, and so every key name, of a BLAKE3 tree ends in.
pub const ORIGIN_END: &str = "/blake3";

/// Signed tree head: the first `size` records of the log `origin` have this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error("a checkpoint is three lines: origin, size without leading zeros, base64 root")]
    Form,
    #[error("an origin ends in `/blake3` and has no spaces, control characters or plus sign")]
    Origin,
    #[error("no trusted key is named like the checkpoint's origin, {origin}")]
    OtherOrigin { origin: String },
    #[error("the empty tree has one root only, and this is another")]
    EmptyRoot,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root.0))
    }

    /// Reads the text of a note. Its signatures are not looked at: see [`Checkpoint::open`].
    pub fn parse(text: &str) -> Result<Checkpoint, CheckpointError> {
        // Extension lines are refused: ours have none, and no monitor could audit them.
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Form)?.split('\n');
        let mut next = || lines.next().ok_or(CheckpointError::Form);
        let (origin, size, root) = (next()?, next()?, next()?);
        if lines.next().is_some() {
            return Err(CheckpointError::Form);
        }
        check_origin(origin)?;
        let size: u64 = size.parse().map_err(|_| CheckpointError::Form)?;
        let root = BASE64.decode(root).map_err(|_| CheckpointError::Form)?;
        let root = Hash(root.try_into().map_err(|_| CheckpointError::Form)?);
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root };
        // Also refuses a size written with a plus sign or leading zeros.
        if checkpoint.text() != text {
            return Err(CheckpointError::Form);
        }
        if size == 0 && root != Blake3::empty() {
            return Err(CheckpointError::EmptyRoot);
        }
        Ok(checkpoint)
    }

    /// Signs with each key; each must be named like the origin.
    pub fn sign(&self, signers: &[&NoteSigner]) -> Result<Note, CheckpointError> {
        check_origin(&self.origin)?;
        if signers.iter().any(|signer| signer.name() != self.origin) {
            return Err(CheckpointError::OtherOrigin { origin: self.origin.clone() });
        }
        Ok(Note::sign(&self.text(), signers)?)
    }

    /// Reads a signed checkpoint and verifies it: at least one of `trusted` has signed, and is
    /// named like the origin. Answers also which ones, in the order of their lines.
    pub fn open<'k>(
        bytes: &[u8],
        trusted: &'k [VerifierKey],
    ) -> Result<(Checkpoint, Vec<&'k VerifierKey>), CheckpointError> {
        let note = Note::parse(bytes)?;
        let mut signed = note.verify(trusted)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        signed.retain(|key| key.name() == checkpoint.origin);
        if signed.is_empty() {
            return Err(CheckpointError::OtherOrigin { origin: checkpoint.origin });
        }
        Ok((checkpoint, signed))
    }
}

/// Whether a ledger can be known by this name: it is a key name, a line, and names its hash.
pub fn check_origin(origin: &str) -> Result<(), CheckpointError> {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    let bare = origin.strip_suffix(ORIGIN_END).ok_or(CheckpointError::Origin)?;
    if bare.is_empty() || bare.chars().any(wrong) { Err(CheckpointError::Origin) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::merkle::plain;
    use proptest::prelude::*;

    const ORIGIN: &str = "ledger.example/park/blake3";

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: ORIGIN.to_owned(), size: 20_852_163, root: plain(b"root") }
    }

    fn signer(name: &str, seed: u8) -> NoteSigner {
        NoteSigner::from_seed(name, &[seed; 32]).unwrap()
    }

    #[test]
    fn a_signed_checkpoint_reads_back() {
        let (old, new) = (signer(ORIGIN, 1), signer(ORIGIN, 2));
        let note = checkpoint().sign(&[&old, &new]).unwrap().to_string();
        let keys = [new.verifier_key(), old.verifier_key()];
        let (opened, signed) = Checkpoint::open(note.as_bytes(), &keys).unwrap();
        assert_eq!(opened, checkpoint());
        assert_eq!(signed, [&keys[1], &keys[0]]);
        let lines: Vec<&str> = note.lines().collect();
        assert_eq!(lines[..2], [ORIGIN, "20852163"]);
        assert_eq!((lines[2].len(), lines[3]), (44, ""));
        assert!(lines[4].starts_with("— ledger.example/park/blake3 "));
    }

    #[test]
    fn an_untrusted_or_misnamed_key_is_not_believed() {
        let ours = signer(ORIGIN, 1);
        let note = checkpoint().sign(&[&ours]).unwrap().to_string();
        let stranger = [signer(ORIGIN, 2).verifier_key()];
        let refused = Checkpoint::open(note.as_bytes(), &stranger).unwrap_err();
        assert_eq!(refused, CheckpointError::Note(NoteError::NoTrustedSignature));

        let witness = signer("witness.example/blake3", 1);
        let error = CheckpointError::OtherOrigin { origin: ORIGIN.to_owned() };
        assert_eq!(checkpoint().sign(&[&witness]).unwrap_err(), error);
        let note = Note::sign(&checkpoint().text(), &[&witness]).unwrap().to_string();
        let refused = Checkpoint::open(note.as_bytes(), &[witness.verifier_key()]).unwrap_err();
        assert_eq!(refused, error);
    }

    #[test]
    fn malformed_texts_are_refused() {
        let good = checkpoint().text();
        assert_eq!(Checkpoint::parse(&good).unwrap(), checkpoint());
        let root = good.lines().nth(2).unwrap();
        for (text, error) in [
            (String::new(), CheckpointError::Form),
            (good.trim_end().to_owned(), CheckpointError::Form),
            (format!("{good}extension\n"), CheckpointError::Form),
            (format!("{good}\n"), CheckpointError::Form),
            (format!("{ORIGIN}\n01\n{root}\n"), CheckpointError::Form),
            (format!("{ORIGIN}\n+1\n{root}\n"), CheckpointError::Form),
            (format!("{ORIGIN}\n-1\n{root}\n"), CheckpointError::Form),
            (format!("{ORIGIN}\n18446744073709551616\n{root}\n"), CheckpointError::Form),
            (format!("{ORIGIN}\n1\n{}\n", &root[..43]), CheckpointError::Form),
            (format!("{ORIGIN}\n1\nAAAA\n"), CheckpointError::Form),
            (format!("{ORIGIN}\n0\n{root}\n"), CheckpointError::EmptyRoot),
            (format!("ledger.example/park\n1\n{root}\n"), CheckpointError::Origin),
            (format!("/blake3\n1\n{root}\n"), CheckpointError::Origin),
            (format!("a b/blake3\n1\n{root}\n"), CheckpointError::Origin),
        ] {
            assert_eq!(Checkpoint::parse(&text).unwrap_err(), error, "{text}");
        }
        let largest = Checkpoint { size: u64::MAX, ..checkpoint() };
        assert_eq!(Checkpoint::parse(&largest.text()).unwrap(), largest);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(
            text in "(a/blake3\n|[0-9]{0,21}\n|[A-Za-z+/=\n]{0,50}\n|.){0,5}"
        ) {
            if let Ok(parsed) = Checkpoint::parse(&text) {
                prop_assert_eq!(parsed.text(), text);
            }
        }
    }
}
