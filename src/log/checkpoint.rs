//! The data folder's `checkpoint` file: read, and replaced by one that extends it.
//!
//! What was signed once binds for ever, so this file is the guard against a fork: nothing is signed
//! or written unless the file still holds what this process last saw there, and unless a proof
//! leads from that checkpoint's root to the new one. A folder that was swapped, restored or opened
//! twice stops the ledger here, before the second history has a signature.
//!
//! Order, for whoever publishes: records durable, tree synced, then [`CheckpointFile::publish`]. A
//! checkpoint must never cover what a power loss can still take away.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::log::disk::{self, Attempt, Disk, DiskError};
use crate::merkle::{Blake3, Hash, ProofError, TreeHash, consistency};
use crate::record::checkpoint::{Checkpoint, CheckpointError};
use crate::record::note::{NOTE_BYTES_MAX, NoteSigner, VerifierKey};

/// The file's name in the data folder.
pub const CHECKPOINT_FILE: &str = "checkpoint";

#[derive(Debug, thiserror::Error)]
pub enum CheckpointFileError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("{}: {source}", .path.display())]
    Unbelievable { path: PathBuf, source: CheckpointError },
    #[error("{} is longer than any checkpoint", .path.display())]
    TooLong { path: PathBuf },
    #[error("{} is no longer what this process wrote or read there", .path.display())]
    Changed { path: PathBuf },
    #[error("the new checkpoint is of {new}, the last one of {last}")]
    OtherOrigin { last: String, new: String },
    #[error("the new checkpoint has size {new}, the last one {last}: a log never shrinks")]
    Smaller { last: u64, new: u64 },
    #[error("the new checkpoint (size {new}) does not extend the last one (size {last}): {source}")]
    NotAnExtension { last: u64, new: u64, source: ProofError },
    #[error("could not sign the checkpoint: {0}")]
    Signing(CheckpointError),
}

/// The newest signed checkpoint, on disk and in memory. One per process and data folder.
pub struct CheckpointFile {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    newest: Option<Signed>,
}

/// A checkpoint and the note that says so, byte for byte as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub checkpoint: Checkpoint,
    pub note: String,
}

impl CheckpointFile {
    /// Reads the file, if there is one, and believes it only if one of `trusted` has signed it.
    pub fn open(
        disk: Arc<dyn Disk>,
        folder: &Path,
        trusted: &[VerifierKey],
    ) -> Result<CheckpointFile, CheckpointFileError> {
        let path = folder.join(CHECKPOINT_FILE);
        let newest = match read(&*disk, &path)? {
            None => None,
            Some(bytes) => {
                let believe =
                    |source| CheckpointFileError::Unbelievable { path: path.clone(), source };
                let (checkpoint, _) = Checkpoint::open(&bytes, trusted).map_err(believe)?;
                let note = String::from_utf8(bytes).expect("a note that parses is UTF-8");
                Some(Signed { checkpoint, note })
            }
        };
        Ok(CheckpointFile { disk, path, newest })
    }

    pub fn newest(&self) -> Option<&Signed> {
        self.newest.as_ref()
    }

    /// The size and root to extend: those of the empty tree before the first checkpoint.
    pub fn covered(&self) -> (u64, Hash) {
        match &self.newest {
            Some(Signed { checkpoint, .. }) => (checkpoint.size, checkpoint.root),
            None => (0, Blake3::empty()),
        }
    }

    /// Signs the checkpoint and puts it in the place of the last one, which it must extend:
    /// `proof` is the consistency proof from [`CheckpointFile::covered`] to it.
    ///
    /// After an error the process must stop. The file then holds the last checkpoint or the new
    /// one, both true; which of them is found when it is opened again.
    pub fn publish(
        &mut self,
        checkpoint: Checkpoint,
        proof: &[Hash],
        signers: &[&NoteSigner],
    ) -> Result<&Signed, CheckpointFileError> {
        self.require_extension(&checkpoint, proof)?;
        let on_disk = read(&*self.disk, &self.path)?;
        let known = self.newest.as_ref().map(|signed| signed.note.as_bytes());
        if on_disk.as_deref() != known {
            return Err(CheckpointFileError::Changed { path: self.path.clone() });
        }
        // A crash up to here leaves the last checkpoint, and nothing new that was ever signed.
        let note = checkpoint.sign(signers).map_err(CheckpointFileError::Signing)?.to_string();
        // A crash from here on leaves the last checkpoint or the new one. Nobody has seen the new
        // one before it is durable: it is handed out from `newest`.
        disk::replace(&*self.disk, &self.path, note.as_bytes())?;
        Ok(self.newest.insert(Signed { checkpoint, note }))
    }

    fn require_extension(
        &self,
        new: &Checkpoint,
        proof: &[Hash],
    ) -> Result<(), CheckpointFileError> {
        if let Some(Signed { checkpoint: last, .. }) = &self.newest {
            if last.origin != new.origin {
                let (last, new) = (last.origin.clone(), new.origin.clone());
                return Err(CheckpointFileError::OtherOrigin { last, new });
            }
            if last.size > new.size {
                return Err(CheckpointFileError::Smaller { last: last.size, new: new.size });
            }
        }
        let (size, root) = self.covered();
        consistency::verify::<Blake3>(size, new.size, &root, &new.root, proof).map_err(|source| {
            CheckpointFileError::NotAnExtension { last: size, new: new.size, source }
        })
    }
}

/// The file's bytes, unverified; nothing when there is no file.
pub fn read(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<u8>>, CheckpointFileError> {
    let file = match disk.open_read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.attempt("open", path)?,
    };
    if file.length().attempt("measure", path)? > NOTE_BYTES_MAX as u64 {
        return Err(CheckpointFileError::TooLong { path: path.to_owned() });
    }
    Ok(Some(disk::read_all(disk, path)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::fs;

    use super::*;
    use crate::log::disk::RealDisk;
    use crate::merkle::{Nodes, root};

    const ORIGIN: &str = "ledger.example/park/blake3";

    struct Leaves(Vec<Hash>);

    impl Nodes for Leaves {
        type Error = std::convert::Infallible;

        fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
            let begin = (index as usize) << level;
            Ok(root::<Blake3>(&self.0[begin..begin + (1 << level)]))
        }
    }

    fn leaves(count: u8) -> Leaves {
        Leaves((0..count).map(|leaf| Blake3::leaf(&[leaf])).collect())
    }

    fn checkpoint(size: u8) -> Checkpoint {
        let root = root::<Blake3>(&leaves(size).0);
        Checkpoint { origin: ORIGIN.to_owned(), size: size.into(), root }
    }

    fn proof(first: u8, second: u8) -> Vec<Hash> {
        consistency::prove::<Blake3, _>(&leaves(second), first.into(), second.into()).unwrap()
    }

    fn signer(seed: u8) -> NoteSigner {
        NoteSigner::from_seed(ORIGIN, &[seed; 32]).unwrap()
    }

    fn open(folder: &Path) -> Result<CheckpointFile, CheckpointFileError> {
        CheckpointFile::open(Arc::new(RealDisk), folder, &[signer(1).verifier_key()])
    }

    fn publish(file: &mut CheckpointFile, size: u8) -> Result<(), CheckpointFileError> {
        let proof = proof(file.covered().0 as u8, size);
        file.publish(checkpoint(size), &proof, &[&signer(1)]).map(drop)
    }

    #[test]
    fn checkpoints_follow_one_another_across_openings() {
        let dir = tempfile::tempdir().unwrap();
        for size in [0, 1, 1, 5, 8, 13] {
            let mut file = open(dir.path()).unwrap();
            publish(&mut file, size).unwrap();
            assert_eq!(file.covered(), (size.into(), checkpoint(size).root));
            assert_eq!(open(dir.path()).unwrap().newest(), file.newest());
        }
    }

    #[test]
    fn a_checkpoint_that_vanished_stops_the_publisher() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = open(dir.path()).unwrap();
        publish(&mut file, 3).unwrap();
        fs::remove_file(dir.path().join(CHECKPOINT_FILE)).unwrap();
        assert!(matches!(publish(&mut file, 4), Err(CheckpointFileError::Changed { .. })));
    }

    #[test]
    fn a_smaller_size_and_another_root_at_the_same_size_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = open(dir.path()).unwrap();
        publish(&mut file, 8).unwrap();
        let kept = fs::read(dir.path().join(CHECKPOINT_FILE)).unwrap();
        let refuse = |file: &mut CheckpointFile, new: Checkpoint, proof: &[Hash]| {
            let refused = file.publish(new, proof, &[&signer(1)]).map(drop).unwrap_err();
            assert_eq!(fs::read(dir.path().join(CHECKPOINT_FILE)).unwrap(), kept);
            refused
        };
        let smaller = refuse(&mut file, checkpoint(7), &[]);
        assert!(matches!(smaller, CheckpointFileError::Smaller { last: 8, new: 7 }));
        let fork = Checkpoint { root: checkpoint(7).root, ..checkpoint(8) };
        let forked = refuse(&mut file, fork, &[]);
        assert!(matches!(forked, CheckpointFileError::NotAnExtension { .. }));
        let unproven = refuse(&mut file, checkpoint(9), &[]);
        assert!(matches!(unproven, CheckpointFileError::NotAnExtension { .. }));
        let other = Checkpoint { origin: "other.example/blake3".to_owned(), ..checkpoint(9) };
        let other = refuse(&mut file, other, &proof(8, 9));
        assert!(matches!(other, CheckpointFileError::OtherOrigin { .. }));
        publish(&mut file, 9).unwrap();
    }

    #[test]
    fn a_checkpoint_that_somebody_else_wrote_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let mut first = open(dir.path()).unwrap();
        let mut second = open(dir.path()).unwrap();
        publish(&mut first, 3).unwrap();
        assert!(matches!(publish(&mut second, 4), Err(CheckpointFileError::Changed { .. })));
        assert_eq!(open(dir.path()).unwrap().covered().0, 3);
    }

    #[test]
    fn a_foreign_or_damaged_file_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(CHECKPOINT_FILE);
        let foreign = checkpoint(3).sign(&[&signer(2)]).unwrap().to_string();
        let own = checkpoint(3).sign(&[&signer(1)]).unwrap().to_string();
        for bytes in [foreign.as_bytes(), &own.as_bytes()[1..], b"", &own.as_bytes()[..150]] {
            fs::write(&path, bytes).unwrap();
            assert!(matches!(open(dir.path()), Err(CheckpointFileError::Unbelievable { .. })));
        }
        fs::write(&path, vec![b'a'; NOTE_BYTES_MAX + 1]).unwrap();
        assert!(matches!(open(dir.path()), Err(CheckpointFileError::TooLong { .. })));
        fs::write(&path, own).unwrap();
        assert_eq!(open(dir.path()).unwrap().newest().unwrap().checkpoint, checkpoint(3));
    }

    #[test]
    fn a_left_over_temporary_file_is_no_obstacle() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("checkpoint.tmp"), "half").unwrap();
        let mut file = open(dir.path()).unwrap();
        assert_eq!(file.newest(), None);
        publish(&mut file, 2).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_rotated_key_signs_beside_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = open(dir.path()).unwrap();
        publish(&mut file, 2).unwrap();
        let signers = [&signer(1), &signer(2)];
        file.publish(checkpoint(3), &proof(2, 3), &signers).unwrap();
        for seed in [1, 2] {
            let trusted = [signer(seed).verifier_key()];
            let file = CheckpointFile::open(Arc::new(RealDisk), dir.path(), &trusted).unwrap();
            assert_eq!(file.covered().0, 3);
        }
    }
}
