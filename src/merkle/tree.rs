//! The tree itself: a root of many leaves, and the compact range that grows by one leaf at a time.
//!
//! Invariant of [`CompactRange`]: `nodes` holds the roots of the complete subtrees that the size's
//! binary digits name, the largest (leftmost) first; a size of 0b1011 has subtrees of 8, 2 and 1.

use std::marker::PhantomData;

use super::{Hash, TreeHash};

/// Where the hashes of complete subtrees come from: a file, or a test's table.
pub trait Nodes {
    type Error;

    /// The hash of the complete subtree of 2^level leaves that starts at leaf `index << level`.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// All that is needed of the first `size` leaves to append more: at most 64 hashes.
pub struct CompactRange<H> {
    size: u64,
    nodes: Vec<Hash>,
    hash: PhantomData<fn() -> H>,
}

/// A compact range was given another number of nodes than its size has binary ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tree of size {size} consists of {} complete subtrees, not {nodes}", .size.count_ones())]
pub struct NodesCountError {
    pub size: u64,
    pub nodes: usize,
}

impl<H: TreeHash> CompactRange<H> {
    pub fn new() -> Self {
        CompactRange { size: 0, nodes: Vec::new(), hash: PhantomData }
    }

    /// The inverse of [`CompactRange::nodes`].
    pub fn from_nodes(size: u64, nodes: Vec<Hash>) -> Result<Self, NodesCountError> {
        if nodes.len() != size.count_ones() as usize {
            return Err(NodesCountError { size, nodes: nodes.len() });
        }
        Ok(CompactRange { size, nodes, hash: PhantomData })
    }

    /// The range over the first `size` leaves of a stored tree: reads at most 64 nodes.
    pub fn read<N: Nodes>(stored: &N, size: u64) -> Result<Self, N::Error> {
        let mut nodes = Vec::with_capacity(size.count_ones() as usize);
        peaks(0, size, |level, index| {
            nodes.push(stored.node(level, index)?);
            Ok(())
        })?;
        Ok(CompactRange { size, nodes, hash: PhantomData })
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    pub fn nodes(&self) -> &[Hash] {
        &self.nodes
    }

    /// Appends 2^level leaves of which only their perfect subtree's root is known. False, and
    /// nothing changed, where a subtree of that size can't begin: at a size that is no multiple of
    /// it, or too near the end of all numbers.
    #[must_use]
    pub fn push_subtree(&mut self, level: u8, root: Hash) -> bool {
        let Some(width) = 1_u64.checked_shl(level.into()) else { return false };
        let Some(size) = self.size.checked_add(width).filter(|_| self.size.is_multiple_of(width))
        else {
            return false;
        };
        let mut node = root;
        for _ in 0..(self.size >> level).trailing_ones() {
            let left = self.nodes.pop().expect("the size's ones each name a subtree");
            node = H::node(&left, &node);
        }
        self.nodes.push(node);
        self.size = size;
        true
    }

    /// Appends a leaf. `completed` hears of each subtree that this leaf completes, from level 0,
    /// the leaf itself, upwards.
    pub fn push(&mut self, leaf: Hash, mut completed: impl FnMut(u8, u64, &Hash)) {
        let index = self.size;
        self.size = index.checked_add(1).expect("no log reaches 2^64 records");
        completed(0, index, &leaf);
        let mut node = leaf;
        for level in 1..=index.trailing_ones() {
            let left = self.nodes.pop().expect("the size's low ones each name a subtree");
            node = H::node(&left, &node);
            completed(level as u8, index >> level, &node);
        }
        self.nodes.push(node);
    }

    pub fn root(&self) -> Hash {
        fold_peaks::<H>(&self.nodes).unwrap_or_else(H::empty)
    }
}

impl<H: TreeHash> Default for CompactRange<H> {
    fn default() -> Self {
        CompactRange::new()
    }
}

impl<H> Clone for CompactRange<H> {
    fn clone(&self) -> Self {
        CompactRange { size: self.size, nodes: self.nodes.clone(), hash: PhantomData }
    }
}

impl<H> std::fmt::Debug for CompactRange<H> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CompactRange")
            .field("size", &self.size)
            .field("nodes", &self.nodes)
            .finish()
    }
}

/// The root of these leaf hashes.
pub fn root<H: TreeHash>(leaves: &[Hash]) -> Hash {
    let mut range = CompactRange::<H>::new();
    for leaf in leaves {
        range.push(*leaf, |_, _, _| {});
    }
    range.root()
}

/// The root of the subtree over leaves `begin..end`, from stored complete subtrees.
///
/// `begin` must be where RFC 6962's splitting puts a subtree of that length: a multiple of the
/// smallest power of two that is not below the length.
pub fn subtree_root<H: TreeHash, N: Nodes>(
    stored: &N,
    begin: u64,
    end: u64,
) -> Result<Hash, N::Error> {
    assert!(begin < end, "a subtree has leaves");
    let height = u64::BITS - (end - begin - 1).leading_zeros();
    assert!(
        begin.trailing_zeros() >= height,
        "splitting puts a subtree at a multiple of its width"
    );
    let mut found = Vec::new();
    peaks(begin, end, |level, index| {
        found.push(stored.node(level, index)?);
        Ok(())
    })?;
    Ok(fold_peaks::<H>(&found).expect("a subtree with leaves has a peak"))
}

/// Names the fewest perfect subtrees that together cover the leaves `begin..end`, from left to
/// right, wherever these begin: each with its level and its place among those of its level.
pub fn cover<E>(
    begin: u64,
    end: u64,
    mut visit: impl FnMut(u8, u64) -> Result<(), E>,
) -> Result<(), E> {
    let mut start = begin;
    while start < end {
        let level = start.trailing_zeros().min((end - start).ilog2());
        visit(level as u8, start >> level)?;
        start += 1 << level;
    }
    Ok(())
}

/// Names the complete subtrees that make up `begin..end`, the largest first.
fn peaks<E>(
    begin: u64,
    end: u64,
    mut visit: impl FnMut(u8, u64) -> Result<(), E>,
) -> Result<(), E> {
    let mut start = begin;
    while start < end {
        let level = (end - start).ilog2();
        visit(level as u8, start >> level)?;
        // At the right edge of the largest tree of all the sum is exactly `end`, never beyond it.
        start += 1 << level;
    }
    Ok(())
}

/// Hashes subtrees together from the right, which is RFC 6962's shape. None without subtrees.
fn fold_peaks<H: TreeHash>(nodes: &[Hash]) -> Option<Hash> {
    let (last, rest) = nodes.split_last()?;
    Some(rest.iter().rev().fold(*last, |right, left| H::node(left, &right)))
}

/// The largest power of two below `size`: where a tree of two leaves or more is split.
pub(super) fn split(size: u64) -> u64 {
    assert!(size >= 2, "a single leaf is not split");
    1 << (size - 1).ilog2()
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::convert::Infallible;

    use super::*;
    use crate::merkle::{Blake3, plain};
    use proptest::prelude::*;
    use sha2::Digest;

    /// SHA-256, as in RFC 6962 itself.
    pub struct Sha256;

    impl TreeHash for Sha256 {
        fn empty() -> Hash {
            Hash(sha2::Sha256::digest(b"").into())
        }

        fn leaf(bytes: &[u8]) -> Hash {
            Hash(sha2::Sha256::new().chain_update([0]).chain_update(bytes).finalize().into())
        }

        fn node(left: &Hash, right: &Hash) -> Hash {
            let hasher = sha2::Sha256::new().chain_update([1]);
            Hash(hasher.chain_update(left.0).chain_update(right.0).finalize().into())
        }
    }

    /// The definition of section 2.1, word for word; everything else is compared with it.
    pub fn naive_root<H: TreeHash>(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => H::empty(),
            [leaf] => *leaf,
            more => {
                let mut half = 1;
                while half * 2 < more.len() {
                    half *= 2;
                }
                let (left, right) = more.split_at(half);
                H::node(&naive_root::<H>(left), &naive_root::<H>(right))
            }
        }
    }

    /// Complete subtrees computed anew from the leaves each time they are asked for.
    pub struct Table<H>(pub Vec<Hash>, pub PhantomData<H>);

    impl<H: TreeHash> Table<H> {
        pub fn of(leaves: Vec<Hash>) -> Table<H> {
            Table(leaves, PhantomData)
        }
    }

    impl<H: TreeHash> Nodes for Table<H> {
        type Error = Infallible;

        fn node(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
            let width = 1 << level;
            let begin = index as usize * width;
            Ok(naive_root::<H>(&self.0[begin..begin + width]))
        }
    }

    /// Distinct leaves.
    pub fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|index| Blake3::leaf(&index.to_le_bytes())).collect()
    }

    /// The test leaves of Certificate Transparency's reference implementation.
    pub fn published_leaves() -> Vec<Hash> {
        let inputs: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        inputs.iter().map(|bytes| Sha256::leaf(bytes)).collect()
    }

    pub const PUBLISHED_ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_published_roots_are_reached() {
        let leaves = published_leaves();
        for (size, published) in PUBLISHED_ROOTS.iter().enumerate() {
            let leaves = &leaves[..size];
            assert_eq!(root::<Sha256>(leaves).to_string(), *published, "size {size}");
            assert_eq!(naive_root::<Sha256>(leaves).to_string(), *published, "size {size}");
        }
    }

    #[test]
    fn every_completed_subtree_is_announced_once_and_in_order() {
        let leaves = leaves(64);
        let mut levels = vec![Vec::new(); 7];
        let mut range = CompactRange::<Blake3>::new();
        for leaf in &leaves {
            range.push(*leaf, |level, index, hash| {
                let level = &mut levels[usize::from(level)];
                assert_eq!(level.len() as u64, index);
                level.push(*hash);
            });
        }
        for (level, hashes) in levels.iter().enumerate() {
            assert_eq!(hashes.len(), 64 >> level);
            for (index, hash) in hashes.iter().enumerate() {
                let width = 1 << level;
                let begin = index * width;
                assert_eq!(*hash, naive_root::<Blake3>(&leaves[begin..begin + width]));
            }
        }
    }

    #[test]
    fn a_range_takes_as_many_nodes_as_its_size_has_ones() {
        for size in [0u64, 1, 5, 255, 256, u64::MAX] {
            for count in [0, 1, 2, 8, 64, 65] {
                let made = CompactRange::<Blake3>::from_nodes(size, vec![plain(b""); count]);
                assert_eq!(made.is_ok(), size.count_ones() as usize == count, "{size} {count}");
            }
        }
    }

    #[test]
    fn the_largest_tree_has_a_root() {
        let nodes = vec![plain(b"x"); 64];
        let range = CompactRange::<Blake3>::from_nodes(u64::MAX, nodes.clone()).unwrap();
        struct Same;
        impl Nodes for Same {
            type Error = Infallible;
            fn node(&self, _: u8, _: u64) -> Result<Hash, Infallible> {
                Ok(plain(b"x"))
            }
        }
        assert_eq!(CompactRange::<Blake3>::read(&Same, u64::MAX).unwrap().nodes(), &nodes[..]);
        assert_eq!(subtree_root::<Blake3, _>(&Same, 0, u64::MAX).unwrap(), range.root());
    }

    #[test]
    fn a_tree_is_split_at_the_largest_power_of_two_below_its_size() {
        let cases = [(2, 1), (3, 2), (4, 2), (5, 4), (8, 4), (9, 8), (u64::MAX, 1 << 63)];
        for (size, at) in cases {
            assert_eq!(split(size), at);
        }
    }

    #[test]
    fn a_subtree_begins_at_a_multiple_of_its_width_only() {
        let mut range = CompactRange::<Blake3>::new();
        assert!(range.push_subtree(0, plain(b"a")));
        for level in 1..=64 {
            assert!(!range.push_subtree(level, plain(b"b")), "{level}");
        }
        assert_eq!((range.size(), range.nodes()), (1, &[plain(b"a")][..]));
        let mut range = CompactRange::<Blake3>::new();
        assert!(range.push_subtree(63, plain(b"a")));
        assert!(!range.push_subtree(63, plain(b"b")), "2^64 is no size");
        assert!(!range.push_subtree(255, plain(b"b")));
        assert!(range.push_subtree(62, plain(b"b")));
        assert_eq!(range.size(), 3 << 62);
    }

    proptest! {
        #[test]
        fn a_range_of_subtrees_and_leaves_in_turns_is_that_of_the_leaves(
            size in 0u64..300, listed in prop::collection::btree_set(0u64..300, 0..12),
        ) {
            let leaves = leaves(size);
            let table = Table::<Blake3>::of(leaves.clone());
            let mut range = CompactRange::<Blake3>::new();
            let mut covered = Vec::new();
            let listed = listed.into_iter().filter(|place| *place < size);
            for stop in listed.chain([size]) {
                cover::<Infallible>(range.size(), stop, |level, index| {
                    covered.push((level, index));
                    let node = table.node(level, index)?;
                    assert!(range.push_subtree(level, node));
                    Ok(())
                }).unwrap();
                prop_assert_eq!(range.size(), stop);
                // The fewest: no two of them are the halves of one.
                let halves = |pair: &[(u8, u64)]| {
                    let [one, two] = [pair[0], pair[1]];
                    one.0 == two.0 && one.1.is_multiple_of(2) && one.1 + 1 == two.1
                };
                prop_assert!(!covered.windows(2).any(halves));
                covered.clear();
                if stop < size {
                    range.push(leaves[stop as usize], |_, _, _| {});
                }
            }
            prop_assert_eq!(range.root(), naive_root::<Blake3>(&leaves));
        }

        #[test]
        fn growing_stopping_and_reading_back_agree_with_the_definition(
            size in 0u64..400, cut in 0u64..400,
        ) {
            let leaves = leaves(size);
            let cut = cut.min(size);
            let mut range = CompactRange::<Blake3>::new();
            for leaf in &leaves[..cut as usize] {
                range.push(*leaf, |_, _, _| {});
            }
            prop_assert_eq!(range.root(), naive_root::<Blake3>(&leaves[..cut as usize]));

            let table = Table::<Blake3>::of(leaves.clone());
            let read = CompactRange::<Blake3>::read(&table, cut).unwrap();
            prop_assert_eq!(read.nodes(), range.nodes());

            let kept = range.nodes().to_vec();
            let mut resumed = CompactRange::<Blake3>::from_nodes(cut, kept).unwrap();
            for leaf in &leaves[cut as usize..] {
                resumed.push(*leaf, |_, _, _| {});
            }
            prop_assert_eq!(resumed.size(), size);
            prop_assert_eq!(resumed.root(), naive_root::<Blake3>(&leaves));
            prop_assert_eq!(resumed.root(), root::<Blake3>(&leaves));
        }
    }
}
