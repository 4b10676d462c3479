//! Proofs as they are handed out: that a record stands in the log, that the log only grew.
//!
//! Every proof is anchored in the newest signed checkpoint, and verified as its receiver will
//! verify it before it leaves: a damaged tree file makes an error here, never a proof that fails
//! elsewhere and looks like fraud. Nothing is proven that no signature covers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::log::tree::{Tree, TreeError};
use crate::merkle::{Blake3, CompactRange, Hash, ProofError, consistency, inclusion};
use crate::record::checkpoint::Checkpoint;

/// Proves that the record at `position` stands in the log of `size` records with root `root`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// BLAKE3(0x00 || HEAD) in hex: the HASH of the record's line.
    #[schema(value_type = String)]
    pub leaf: Hash,
    /// RFC 6962's audit path, from the leaf upwards, in hex.
    #[schema(value_type = Vec<String>)]
    pub path: Vec<Hash>,
    pub position: u64,
    #[schema(value_type = String)]
    pub root: Hash,
    pub size: u64,
}

/// Proves that the log of `second_size` records begins with the log of `first_size`, unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    #[schema(value_type = String)]
    pub first_root: Hash,
    pub first_size: u64,
    /// RFC 6962's PROOF(first, second), in hex.
    #[schema(value_type = Vec<String>)]
    pub path: Vec<Hash>,
    #[schema(value_type = String)]
    pub second_root: Hash,
    pub second_size: u64,
}

impl InclusionProof {
    /// What a receiver does. `size` and `root` must then be compared with a signed checkpoint.
    pub fn verify(&self) -> Result<(), ProofError> {
        inclusion::verify::<Blake3>(&self.leaf, self.position, self.size, &self.path, &self.root)
    }
}

impl ConsistencyProof {
    /// What a receiver does. Both sizes and roots must then be compared with signed checkpoints.
    pub fn verify(&self) -> Result<(), ProofError> {
        let ConsistencyProof { first_root, first_size, path, second_root, second_size } = self;
        consistency::verify::<Blake3>(*first_size, *second_size, first_root, second_root, path)
    }
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum NoProof {
    /// Asked for too early, or with a wrong number.
    #[error("size {size} is beyond the newest checkpoint, which covers {covered} records")]
    NotCovered { size: u64, covered: u64 },
    #[error("a log of {size} records has none at position {position}")]
    NoPosition { position: u64, size: u64 },
    #[error("the first size, {first}, is larger than the second, {second}")]
    SizesReversed { first: u64, second: u64 },
    /// The operator's concern: rebuilding the tree from the log mends both.
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("the tree on disk does not lead to the checkpoint's root: {0}")]
    Damaged(ProofError),
}

/// Makes proofs below one signed checkpoint. Cheap: made for each request.
pub struct Prover<'a> {
    tree: &'a Tree,
    checkpoint: &'a Checkpoint,
}

impl<'a> Prover<'a> {
    /// `checkpoint` must have been verified, and published by or read back by this ledger.
    pub fn new(tree: &'a Tree, checkpoint: &'a Checkpoint) -> Prover<'a> {
        Prover { tree, checkpoint }
    }

    /// That the record with this leaf hash, as its line says, stands at `position` of the first
    /// `size` records.
    pub fn inclusion(
        &self,
        leaf: Hash,
        position: u64,
        size: u64,
    ) -> Result<InclusionProof, NoProof> {
        if position >= size {
            return Err(NoProof::NoPosition { position, size });
        }
        let root = self.root(size)?;
        let path = inclusion::prove::<Blake3, _>(self.tree, position, size)?;
        let proof = InclusionProof { leaf, path, position, root, size };
        proof.verify().map_err(NoProof::Damaged)?;
        Ok(proof)
    }

    pub fn consistency(&self, first: u64, second: u64) -> Result<ConsistencyProof, NoProof> {
        if first > second {
            return Err(NoProof::SizesReversed { first, second });
        }
        let second_root = self.root(second)?;
        self.extension(first, second, second_root)
    }

    /// The root of the first `size` records: the checkpoint's own, or one that is proven to be what
    /// the checkpoint extends.
    pub fn root(&self, size: u64) -> Result<Hash, NoProof> {
        let Checkpoint { size: covered, root, .. } = *self.checkpoint;
        if size > covered {
            return Err(NoProof::NotCovered { size, covered });
        }
        if size == covered {
            return Ok(root);
        }
        Ok(self.extension(size, covered, root)?.first_root)
    }

    fn extension(
        &self,
        first_size: u64,
        second_size: u64,
        second_root: Hash,
    ) -> Result<ConsistencyProof, NoProof> {
        let first_root = CompactRange::<Blake3>::read(self.tree, first_size)?.root();
        let path = consistency::prove::<Blake3, _>(self.tree, first_size, second_size)?;
        let proof = ConsistencyProof { first_root, first_size, path, second_root, second_size };
        proof.verify().map_err(NoProof::Damaged)?;
        Ok(proof)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::fs::OpenOptions;
    use std::os::unix::fs::FileExt;

    use super::*;
    use crate::log::tree::{self, Place, Records};
    use crate::merkle::{TreeHash, root};

    struct NoRecords;

    impl Records for NoRecords {
        type Error = TreeError;

        fn each(
            &mut self,
            _: u64,
            _: &mut dyn FnMut(Place, Hash) -> Result<(), TreeError>,
        ) -> Result<(), TreeError> {
            Ok(())
        }
    }

    fn leaf(position: u64) -> Hash {
        Blake3::leaf(&position.to_le_bytes())
    }

    fn root_of(size: u64) -> Hash {
        root::<Blake3>(&(0..size).map(leaf).collect::<Vec<_>>())
    }

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint { origin: "a/blake3".to_owned(), size, root: root_of(size) }
    }

    fn tree_of(folder: &std::path::Path, size: u64) -> Tree {
        let (mut writer, _) = tree::open(folder, (0, Blake3::empty()), &mut NoRecords).unwrap();
        let place = Place { segment: 0, offset: 0 };
        writer.append((0..size).map(|position| (place, leaf(position)))).unwrap();
        writer.tree().clone()
    }

    #[test]
    fn all_that_the_checkpoint_covers_is_proven_at_every_size() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, checkpoint) = (tree_of(dir.path(), 25), checkpoint(21));
        let prover = Prover::new(&tree, &checkpoint);
        for size in 0..=21 {
            assert_eq!(prover.root(size).unwrap(), root_of(size));
            for position in 0..size {
                let proof = prover.inclusion(leaf(position), position, size).unwrap();
                assert_eq!((proof.root, proof.verify()), (root_of(size), Ok(())));
            }
            for first in 0..=size {
                let proof = prover.consistency(first, size).unwrap();
                assert_eq!(proof.verify(), Ok(()));
                assert_eq!((proof.first_root, proof.second_root), (root_of(first), root_of(size)));
            }
        }
    }

    #[test]
    fn what_is_not_covered_or_not_there_is_not_proven() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, checkpoint) = (tree_of(dir.path(), 25), checkpoint(21));
        let prover = Prover::new(&tree, &checkpoint);
        let beyond = prover.inclusion(leaf(3), 3, 22).unwrap_err();
        assert!(matches!(beyond, NoProof::NotCovered { size: 22, covered: 21 }));
        let absent = prover.inclusion(leaf(21), 21, 21).unwrap_err();
        assert!(matches!(absent, NoProof::NoPosition { .. }));
        assert!(matches!(prover.consistency(3, 2), Err(NoProof::SizesReversed { .. })));
        assert!(matches!(prover.consistency(3, 22), Err(NoProof::NotCovered { .. })));
        assert!(matches!(prover.inclusion(leaf(3), 4, 21), Err(NoProof::Damaged(_))));
        for size in [0, u64::MAX] {
            assert!(prover.inclusion(leaf(3), u64::MAX, size).is_err());
            assert!(prover.consistency(u64::MAX, size).is_err());
        }
    }

    #[test]
    fn a_damaged_tree_makes_an_error_and_never_a_false_proof() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, checkpoint) = (tree_of(dir.path(), 21), checkpoint(21));
        let nodes = OpenOptions::new().read(true).write(true).open(dir.path().join("nodes"));
        let nodes = nodes.unwrap();
        let length = nodes.metadata().unwrap().len();
        for byte in (0..length).step_by(17) {
            let mut kept = [0];
            nodes.read_exact_at(&mut kept, byte).unwrap();
            nodes.write_all_at(&[kept[0] ^ 0x10], byte).unwrap();
            let prover = Prover::new(&tree, &checkpoint);
            let mut refused = 0;
            for position in 0..21 {
                match prover.inclusion(leaf(position), position, 21) {
                    Ok(proof) => assert_eq!((proof.root, proof.verify()), (root_of(21), Ok(()))),
                    Err(error) => {
                        assert!(matches!(error, NoProof::Damaged(_)), "{error}");
                        refused += 1;
                    }
                }
            }
            assert!(refused < 21);
            nodes.write_all_at(&kept, byte).unwrap();
        }
    }

    #[test]
    fn a_checkpoint_of_another_log_has_no_proofs() {
        let dir = tempfile::tempdir().unwrap();
        let tree = tree_of(dir.path(), 21);
        let foreign = Checkpoint { root: root_of(20), ..checkpoint(21) };
        let prover = Prover::new(&tree, &foreign);
        assert!(matches!(prover.inclusion(leaf(1), 1, 21), Err(NoProof::Damaged(_))));
        assert!(matches!(prover.consistency(3, 21), Err(NoProof::Damaged(_))));
        assert!(matches!(prover.root(20), Err(NoProof::Damaged(_))));
    }
}
