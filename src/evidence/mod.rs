//! Proofs, dossiers, the check of a whole folder, and backups that passed it.

pub mod backup;
pub mod check;
pub mod dossier;
pub mod proof;
