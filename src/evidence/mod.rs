//! Checkpoints, proofs and the check of a whole folder.

pub mod proof;
