//! Checkpoints, proofs and the check of a whole folder.

pub mod check;
pub mod proof;
