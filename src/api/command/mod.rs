//! Commands over HTTP: a typed door for each, and batches.

pub mod batch;
pub mod doors;
mod splice;
pub mod submit;
