//! Checkpoints, proofs, the check of a whole folder, and backups that passed it.

pub mod backup;
pub mod check;
pub mod proof;
pub mod receipt;
