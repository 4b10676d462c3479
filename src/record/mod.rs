//! A record as it is stored: HEAD and BODY lines in canonical JSON, and back.

pub mod checkpoint;
pub mod note;
