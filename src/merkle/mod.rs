//! Hashes, Merkle roots and proofs: bytes and hashes only, so that a verifier can use it alone.
