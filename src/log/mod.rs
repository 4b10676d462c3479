//! The append-only segment files: the truth, and the commit point.

pub mod checkpoint;
pub mod disk;
pub mod sealed;
pub mod tree;
