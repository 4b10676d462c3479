//! The record as stored: one line of HASH, HEAD and BODY in canonical JSON, and back.
//!
//! Invariant: stored bytes never change, and what is verified are the stored bytes.

pub mod access_key;
pub mod body;
pub mod canonical;
pub mod checkpoint;
pub mod decoded;
pub mod head;
pub mod line;
pub mod note;
pub mod scan;
pub mod strict;

pub use body::{Body, CommandRef, body_hash, command_hash};
pub use decoded::{DecodeError, Decoded};
pub use head::{HEAD_LIMIT, Head};
pub use line::{LINE_LIMIT, Line, LineError, TooLarge};
