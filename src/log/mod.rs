//! The append-only segment files: the truth, and the commit point.

pub mod disk;
pub mod sealed;
