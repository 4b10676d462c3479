//! The dossier: one file with the indicators of a park and period and all that proves them.
//!
//! `schemas/evidence/README.md` is the format, byte for byte. What makes one and what verifies it
//! share the types of its manifest and the sums over facts, and nothing else: whoever verifies
//! takes the facts from the BODYs that stand in the file.
//!
//! Invariant: what [`build::write`] has written was verified by [`Verifier`] before its first byte
//! left.

mod book;
pub mod build;
mod complete;
mod contents;
mod evaluate;
mod form;
pub mod manifest;
mod methods;
mod reading;
pub mod report;
mod reveal;
mod verify;
mod walk;

pub use build::{Asked, BuildError, Draft, Refused, Source};
pub use form::VERSION_LINE;
pub use manifest::{Manifest, Strength};
pub use reading::verify;
pub use report::{Check, Found, Report, Verdict};
pub use verify::{Trust, Verifier};

/// The media type under which dossiers are served.
pub const MEDIA_TYPE: &str = "application/vnd.symbiosis.dossier";

/// What the names of dossiers end in.
pub const EXTENSION: &str = "dossier";
