//! The record as stored: one line of HASH, HEAD and BODY in canonical JSON, and back.
//!
//! Invariant: stored bytes never change, and what is verified are the stored bytes.

pub mod canonical;
pub mod checkpoint;
pub mod note;
