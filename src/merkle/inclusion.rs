//! Inclusion proofs: this leaf stands at this index of the tree with this size and root.
//!
//! A proof is RFC 6962's audit path, from the leaf upwards. It binds leaf, index and root. It binds
//! the size only together with the root: both must come from one signed checkpoint, since some
//! neighbouring sizes have a path of the same shape.

use super::tree::{split, subtree_root};
use super::{Hash, Nodes, ProofError, TreeHash};

/// The audit path of the leaf at `index` in the tree of the first `size` leaves.
///
/// # Panics
/// If `index` is not below `size`; whoever takes both from a stranger compares them first.
pub fn prove<H: TreeHash, N: Nodes>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, N::Error> {
    assert!(index < size, "a leaf to be proven is in the tree");
    let mut path = Vec::with_capacity(64);
    let (mut begin, mut end) = (0, size);
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            path.push(subtree_root::<H, N>(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(subtree_root::<H, N>(nodes, begin, middle)?);
            begin = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Checks that `leaf` stands at `index` of the tree with this size and root (RFC 9162, 2.1.3.2).
pub fn verify<H: TreeHash>(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexBeyondSize { index, size });
    }
    // Where the node reached so far stands among those of its level, and where that level ends.
    let (mut place, mut last) = (index, size - 1);
    let mut node = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::TooLong);
        }
        if place & 1 == 1 || place == last {
            node = H::node(sibling, &node);
            // The last node of a level without a partner stands for itself some levels higher.
            let alone = if place == 0 { 0 } else { place.trailing_zeros() };
            place >>= alone;
            last >>= alone;
        } else {
            node = H::node(&node, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::TooShort);
    }
    if node != *root {
        return Err(ProofError::RootMismatch);
    }
    Ok(())
}

/// A part of a tree: the leaves from the first up to, but not including the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub first: u64,
    pub end: u64,
}

/// The perfect subtrees whose hashes a path that verifies tells, the leaf among them: a longer tree
/// of the same leaves has the same.
pub fn parts<H: TreeHash>(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Vec<(Part, Hash)> {
    let mut ranges = Vec::with_capacity(path.len());
    let (mut first, mut end) = (0, size);
    while end - first > 1 {
        let middle = first + split(end - first);
        let (own, sibling) = match index < middle {
            true => ((first, middle), Part { first: middle, end }),
            false => ((middle, end), Part { first, end: middle }),
        };
        (first, end) = own;
        ranges.push(sibling);
    }
    let mut own = (Part { first: index, end: index + 1 }, *leaf);
    let mut known = vec![own];
    for (sibling, hash) in ranges.into_iter().rev().zip(path) {
        known.push((sibling, *hash));
        own = if sibling.first < own.0.first {
            (Part { first: sibling.first, end: own.0.end }, H::node(hash, &own.1))
        } else {
            (Part { first: own.0.first, end: sibling.end }, H::node(&own.1, hash))
        };
        known.push(own);
    }
    known.retain(|(part, _)| (part.end - part.first).is_power_of_two());
    known
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::merkle::tree::tests::{
        PUBLISHED_ROOTS, Sha256, Table, leaves, naive_root, published_leaves,
    };
    use crate::merkle::{Blake3, plain};
    use proptest::prelude::*;

    /// Section 2.1.1's PATH, word for word.
    fn naive_path(leaves: &[Hash], index: usize) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
        let (mut path, sibling) = if index < left.len() {
            (naive_path(left, index), naive_root::<Blake3>(right))
        } else {
            (naive_path(right, index - left.len()), naive_root::<Blake3>(left))
        };
        path.push(sibling);
        path
    }

    /// On which side the siblings stand, from the leaf upwards: true for the left.
    fn shape(index: u64, size: u64) -> Vec<bool> {
        if size == 1 {
            return Vec::new();
        }
        let at = split(size);
        let right = index >= at;
        let mut shape = if right { shape(index - at, size - at) } else { shape(index, at) };
        shape.push(right);
        shape
    }

    #[test]
    fn every_leaf_of_every_size_to_65_is_proven() {
        let all = leaves(65);
        for size in 1..=65u64 {
            let leaves = &all[..size as usize];
            let table = Table::<Blake3>::of(leaves.to_vec());
            let root = naive_root::<Blake3>(leaves);
            for index in 0..size {
                let proof = prove::<Blake3, _>(&table, index, size).unwrap();
                assert_eq!(proof, naive_path(leaves, index as usize), "{index} of {size}");
                let leaf = &leaves[index as usize];
                verify::<Blake3>(leaf, index, size, &proof, &root).unwrap();
            }
        }
    }

    #[test]
    fn every_false_claim_about_every_leaf_of_every_size_to_65_is_refused() {
        let all = leaves(70);
        let roots: Vec<Hash> =
            (0..=70).map(|size| naive_root::<Blake3>(&all[..size as usize])).collect();
        for size in 1..=65u64 {
            let table = Table::<Blake3>::of(all[..size as usize].to_vec());
            for index in 0..size {
                let proof = prove::<Blake3, _>(&table, index, size).unwrap();
                refuse_false_places(&all, &roots, index, size, &proof);
                refuse_false_hashes(&all, &roots, index, size, &proof);
            }
        }
    }

    fn refuse_false_places(all: &[Hash], roots: &[Hash], index: u64, size: u64, proof: &[Hash]) {
        let leaf = &all[index as usize];
        let root = &roots[size as usize];
        for wrong in (0..=70).chain([u64::MAX - 1, u64::MAX]).filter(|wrong| *wrong != index) {
            let checked = verify::<Blake3>(leaf, wrong, size, proof, root);
            assert!(checked.is_err(), "index {index} of {size} claimed as {wrong}");
        }
        for wrong in (0..=70).chain([u64::MAX - 1, u64::MAX]).filter(|wrong| *wrong != size) {
            // A verifier takes the root from the checkpoint that names the size.
            if let Some(other) = roots.get(wrong as usize) {
                let checked = verify::<Blake3>(leaf, index, wrong, proof, other);
                assert!(checked.is_err(), "size {size} claimed as {wrong} with its root");
            }
            // With the root of another size only a path of the same shape passes.
            let same_shape = index < wrong && shape(index, wrong) == shape(index, size);
            let checked = verify::<Blake3>(leaf, index, wrong, proof, root);
            assert_eq!(checked.is_ok(), same_shape, "{index} of {size} claimed as {wrong}");
        }
    }

    fn refuse_false_hashes(all: &[Hash], roots: &[Hash], index: u64, size: u64, proof: &[Hash]) {
        let leaf = &all[index as usize];
        let root = &roots[size as usize];
        let refused = |leaf: &Hash, proof: &[Hash], root: &Hash| {
            verify::<Blake3>(leaf, index, size, proof, root).is_err()
        };
        for (other, wrong) in all.iter().enumerate() {
            assert!(other as u64 == index || refused(wrong, proof, root));
        }
        for (other, wrong) in roots.iter().enumerate() {
            assert!(other as u64 == size || refused(leaf, proof, wrong));
        }
        for place in 0..proof.len() {
            let mut flipped = proof.to_vec();
            flipped[place].0[place % 32] ^= 1 << (place % 8);
            assert!(refused(leaf, &flipped, root));
            let mut missing = proof.to_vec();
            missing.remove(place);
            assert!(refused(leaf, &missing, root));
            for other in 0..place {
                let mut swapped = proof.to_vec();
                swapped.swap(place, other);
                assert!(refused(leaf, &swapped, root));
            }
        }
        for place in 0..=proof.len() {
            for hash in [*leaf, *root, plain(b"x")] {
                let mut extra = proof.to_vec();
                extra.insert(place, hash);
                assert!(refused(leaf, &extra, root));
            }
        }
    }

    #[test]
    fn the_published_paths_are_reached() {
        let published: [(u64, u64, &[&str]); 5] = [
            (0, 1, &[]),
            (
                0,
                8,
                &[
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                5,
                8,
                &[
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ],
            ),
            (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
            (
                1,
                5,
                &[
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                ],
            ),
        ];
        let leaves = published_leaves();
        let table = Table::<Sha256>::of(leaves.clone());
        for (index, size, path) in published {
            let path: Vec<Hash> = path.iter().map(|hash| hash.parse().unwrap()).collect();
            assert_eq!(prove::<Sha256, _>(&table, index, size).unwrap(), path);
            let root = PUBLISHED_ROOTS[size as usize].parse().unwrap();
            verify::<Sha256>(&leaves[index as usize], index, size, &path, &root).unwrap();
        }
    }

    proptest! {
        #[test]
        fn no_claim_makes_the_verifier_panic(
            index in prop_oneof![any::<u64>(), 0u64..70, (u64::MAX - 70)..=u64::MAX],
            size in prop_oneof![any::<u64>(), 0u64..70, (u64::MAX - 70)..=u64::MAX],
            length in 0usize..130,
        ) {
            let hash = plain(b"x");
            let proof = vec![hash; length];
            prop_assert!(verify::<Blake3>(&hash, index, size, &proof, &plain(b"y")).is_err());
        }
    }
}
