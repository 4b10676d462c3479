//! The product from outside, as one binary: linking it once is what keeps these tests quick.
#![allow(clippy::unwrap_used, reason = "tests")]

mod attach;
mod backup;
#[path = "../support/chance.rs"]
mod chance;
mod cli;
mod dossier;
mod double_counting;
mod events;
mod factors;
mod facts;
mod first_month;
mod golden;
pub mod http;
mod methods;
mod model;
mod readme;
mod samples;
mod scenario;
mod spool;
#[allow(dead_code, reason = "others need the rest")]
#[path = "../support/story.rs"]
mod story;
mod tables;
mod web;
