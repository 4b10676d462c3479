//! Consistency proofs: the tree of the second size begins with all leaves of the first, unchanged.
//!
//! A proof is RFC 6962's PROOF(first, second). It binds the two roots; each size belongs to its
//! root by the signed checkpoint that both come from.

use super::tree::{split, subtree_root};
use super::{Hash, Nodes, ProofError, TreeHash};

/// The proof that the first `second` leaves extend the first `first` ones. Empty where there is
/// nothing to prove: from the empty tree, and between equal sizes.
///
/// # Panics
/// If `first` is larger than `second`; whoever takes both from a stranger compares them first.
pub fn prove<H: TreeHash, N: Nodes>(
    nodes: &N,
    first: u64,
    second: u64,
) -> Result<Vec<Hash>, N::Error> {
    assert!(first <= second, "a tree is consistent with its beginnings only");
    let mut proof = Vec::with_capacity(65);
    if first == 0 || first == second {
        return Ok(proof);
    }
    let (mut begin, mut end) = (0, second);
    // Descends to the subtree that ends where the first tree ends.
    while end > first {
        let middle = begin + split(end - begin);
        if first <= middle {
            proof.push(subtree_root::<H, N>(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(subtree_root::<H, N>(nodes, begin, middle)?);
            begin = middle;
        }
    }
    // A subtree from the very first leaf is the whole first tree, whose root the verifier has.
    if begin > 0 {
        proof.push(subtree_root::<H, N>(nodes, begin, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the second tree extends the first (RFC 9162, 2.1.4.2).
///
/// The empty tree has one root only, and every tree extends it with an empty proof.
pub fn verify<H: TreeHash>(
    first: u64,
    second: u64,
    first_root: &Hash,
    second_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if first > second {
        return Err(ProofError::SizesReversed { first, second });
    }
    if first == 0 && *first_root != H::empty() {
        return Err(ProofError::FirstRootMismatch);
    }
    if first == second && first_root != second_root {
        return Err(ProofError::RootMismatch);
    }
    if first == 0 || first == second {
        return if proof.is_empty() { Ok(()) } else { Err(ProofError::TooLong) };
    }
    let (start, rest) = if first.is_power_of_two() {
        (first_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::TooShort)?
    };
    let (first_node, second_node) = climb::<H>(first, second, start, rest)?;
    if first_node != *first_root {
        return Err(ProofError::FirstRootMismatch);
    }
    if second_node != *second_root {
        return Err(ProofError::RootMismatch);
    }
    Ok(())
}

/// Hashes from the last subtree of the first tree up to both roots.
fn climb<H: TreeHash>(
    first: u64,
    second: u64,
    start: &Hash,
    proof: &[Hash],
) -> Result<(Hash, Hash), ProofError> {
    let (mut place, mut last) = (first - 1, second - 1);
    let whole = place.trailing_ones();
    place = place.checked_shr(whole).unwrap_or(0);
    last = last.checked_shr(whole).unwrap_or(0);
    let (mut first_node, mut second_node) = (*start, *start);
    for hash in proof {
        if last == 0 {
            return Err(ProofError::TooLong);
        }
        if place & 1 == 1 || place == last {
            first_node = H::node(hash, &first_node);
            second_node = H::node(hash, &second_node);
            let alone = if place == 0 { 0 } else { place.trailing_zeros() };
            place >>= alone;
            last >>= alone;
        } else {
            second_node = H::node(&second_node, hash);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::TooShort);
    }
    Ok((first_node, second_node))
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

    /// Section 2.1.2's SUBPROOF, word for word.
    fn naive_proof(first: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if first == leaves.len() {
            return if whole { Vec::new() } else { vec![naive_root::<Blake3>(leaves)] };
        }
        let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
        let (mut proof, sibling) = if first <= left.len() {
            (naive_proof(first, left, whole), right)
        } else {
            (naive_proof(first - left.len(), right, false), left)
        };
        proof.push(naive_root::<Blake3>(sibling));
        proof
    }

    fn roots_to(size: u64) -> (Vec<Hash>, Vec<Hash>) {
        let all = leaves(size);
        let roots = (0..=size as usize).map(|size| naive_root::<Blake3>(&all[..size])).collect();
        (all, roots)
    }

    #[test]
    fn every_pair_of_sizes_to_65_is_proven() {
        let (all, roots) = roots_to(65);
        for second in 0..=65 {
            let table = Table::<Blake3>::of(all[..second].to_vec());
            for first in 0..=second {
                let (small, large) = (first as u64, second as u64);
                let proof = prove::<Blake3, _>(&table, small, large).unwrap();
                if first > 0 {
                    assert_eq!(proof, naive_proof(first, &all[..second], true));
                }
                verify::<Blake3>(small, large, &roots[first], &roots[second], &proof).unwrap();
            }
        }
    }

    #[test]
    fn every_false_claim_about_every_pair_to_65_is_refused() {
        let (all, roots) = roots_to(66);
        for second in 1..=65usize {
            let table = Table::<Blake3>::of(all[..second].to_vec());
            for first in 1..second {
                let proof = prove::<Blake3, _>(&table, first as u64, second as u64).unwrap();
                refuse_false_roots(&roots, first, second, &proof);
                refuse_false_proofs(&roots, first, second, &proof);
            }
        }
    }

    fn refuse_false_roots(roots: &[Hash], first: usize, second: usize, proof: &[Hash]) {
        let refused = |small: usize, large: usize, small_root: &Hash, large_root: &Hash| {
            verify::<Blake3>(small as u64, large as u64, small_root, large_root, proof).is_err()
        };
        for (size, wrong) in roots.iter().enumerate() {
            assert!(size == first || refused(first, second, wrong, &roots[second]));
            assert!(size == second || refused(first, second, &roots[first], wrong));
            // The proof of one pair proves no other, each with the roots that belong to it.
            assert!(size == first || refused(size, second, &roots[size], &roots[second]));
            assert!(size == second || refused(first, size, &roots[first], &roots[size]));
            // Nor does another first size pass with this root.
            assert!(size == first || refused(size, second, &roots[first], &roots[second]));
        }
        assert!(refused(second, first, &roots[second], &roots[first]));
        assert!(refused(second, first, &roots[first], &roots[second]));
    }

    fn refuse_false_proofs(roots: &[Hash], first: usize, second: usize, proof: &[Hash]) {
        let refused = |proof: &[Hash]| {
            let (small, large) = (first as u64, second as u64);
            verify::<Blake3>(small, large, &roots[first], &roots[second], proof).is_err()
        };
        assert!(refused(&[]));
        for place in 0..proof.len() {
            let mut flipped = proof.to_vec();
            flipped[place].0[place % 32] ^= 1 << (place % 8);
            assert!(refused(&flipped));
            let mut missing = proof.to_vec();
            missing.remove(place);
            assert!(refused(&missing));
            for other in 0..place {
                let mut swapped = proof.to_vec();
                swapped.swap(place, other);
                assert!(refused(&swapped));
            }
        }
        for place in 0..=proof.len() {
            for hash in [roots[first], roots[second], plain(b"x")] {
                let mut extra = proof.to_vec();
                extra.insert(place, hash);
                assert!(refused(&extra));
            }
        }
    }

    #[test]
    fn the_empty_tree_and_equal_sizes_take_an_empty_proof_and_their_own_root_only() {
        let (_, roots) = roots_to(9);
        let extra = [roots[1]];
        for size in 0..=9 {
            let (claimed, root) = (size as u64, &roots[size]);
            verify::<Blake3>(0, claimed, &roots[0], root, &[]).unwrap();
            verify::<Blake3>(claimed, claimed, root, root, &[]).unwrap();
            assert!(verify::<Blake3>(0, claimed, &plain(b"x"), root, &[]).is_err());
            assert!(verify::<Blake3>(0, claimed, &roots[0], root, &extra).is_err());
            assert!(verify::<Blake3>(claimed, claimed, root, root, &extra).is_err());
            assert!(verify::<Blake3>(claimed, claimed, root, &plain(b"x"), &[]).is_err());
        }
        assert!(verify::<Blake3>(0, 0, &plain(b"x"), &plain(b"x"), &[]).is_err());
    }

    #[test]
    fn the_published_proofs_are_reached() {
        let published: [(u64, u64, &[&str]); 4] = [
            (1, 1, &[]),
            (
                1,
                8,
                &[
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                6,
                8,
                &[
                    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ],
            ),
            (
                2,
                5,
                &[
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                ],
            ),
        ];
        let table = Table::<Sha256>::of(published_leaves());
        let roots: Vec<Hash> = PUBLISHED_ROOTS.iter().map(|root| root.parse().unwrap()).collect();
        for (first, second, proof) in published {
            let proof: Vec<Hash> = proof.iter().map(|hash| hash.parse().unwrap()).collect();
            assert_eq!(prove::<Sha256, _>(&table, first, second).unwrap(), proof);
            let (small, large) = (&roots[first as usize], &roots[second as usize]);
            verify::<Sha256>(first, second, small, large, &proof).unwrap();
        }
    }

    proptest! {
        #[test]
        fn no_claim_makes_the_verifier_panic(
            first in prop_oneof![
                any::<u64>(), 0u64..70, (u64::MAX - 70)..=u64::MAX, (0u32..64).prop_map(|b| 1 << b)
            ],
            second in prop_oneof![any::<u64>(), 0u64..70, (u64::MAX - 70)..=u64::MAX],
            length in 0usize..130,
        ) {
            let (hash, other) = (plain(b"x"), plain(b"y"));
            let proof = vec![hash; length];
            prop_assert!(verify::<Blake3>(first, second, &hash, &other, &proof).is_err());
        }
    }
}
