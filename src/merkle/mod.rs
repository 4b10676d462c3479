//! Hashes, Merkle roots and proofs: bytes and hashes only, so that a verifier can use it alone.
//!
//! The tree has RFC 6962's shape: leaf = H(0x00 || bytes), node = H(0x01 || left || right), split
//! at the largest power of two below the size, nothing ever padded or doubled. Everything is
//! generic over the hash ([`TreeHash`]), so that a SHA-256 twin over the same bytes needs no second
//! tree.
//!
//! Verifying is total: no input, however hostile, makes [`inclusion::verify`] or
//! [`consistency::verify`] panic or run longer than 64 steps.

pub mod consistency;
mod hash;
pub mod inclusion;
mod tree;

pub use hash::{Blake3, Hash, HashStream, ParseHashError, TreeHash, plain, prefixed};
pub use tree::{CompactRange, Nodes, NodesCountError, cover, root, subtree_root};

/// Why a proof does not prove its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("the tree of size {size} has no leaf at index {index}")]
    IndexBeyondSize { index: u64, size: u64 },
    #[error("the first size, {first}, is larger than the second, {second}")]
    SizesReversed { first: u64, second: u64 },
    #[error("the proof has too few hashes for these sizes")]
    TooShort,
    #[error("the proof has more hashes than these sizes need")]
    TooLong,
    #[error("the proof leads to another root than the one claimed")]
    RootMismatch,
    #[error("the proof leads to another root of the first size than the one claimed")]
    FirstRootMismatch,
}
