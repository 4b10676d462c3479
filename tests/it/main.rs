//! The product from outside, as one binary: linking it once is what keeps these tests quick.

mod cli;
mod events;
mod golden;
mod samples;
