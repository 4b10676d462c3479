//! The product from outside, as one binary: linking it once is what keeps these tests quick.
#![allow(clippy::unwrap_used, reason = "tests")]

mod cli;
mod events;
mod golden;
mod http;
mod readme;
mod samples;
mod scenario;
