//! `symbiosis spool`: weighings at a gate whose network is bad, kept until a ledger has them.
//!
//! Invariant: nothing is printed that is not on disk, and nothing is forgotten that was printed;
//! see [`crate::spool`] for what a crash leaves.

mod add;
pub mod args;
mod part;
mod slip;
mod status;
mod upload;

use crate::cli::out::{Failure, Out, Outcome};
use crate::config::Settings;
use crate::spool::SpoolError;
use crate::spool::entry::{Answer, Outcome as Answered};
use args::{Spool, Standing};

pub fn run(args: &Spool, settings: &Settings, out: Out) -> Outcome {
    match args {
        Spool::Add(args) => add::run(args, out),
        Spool::Upload(args) => upload::run(args, settings, out),
        Spool::Status(args) => status::run(args, out),
        Spool::List(args) => status::list(args, out),
        Spool::Print(args) => status::print(args, out),
    }
}

impl From<SpoolError> for Failure {
    /// What a caller can mend by asking otherwise is his; the rest is the disk's.
    fn from(error: SpoolError) -> Failure {
        match &error {
            SpoolError::Malformed(_)
            | SpoolError::Prefix(_)
            | SpoolError::ReferenceTaken { .. }
            | SpoolError::Foreign(_) => Failure::Usage(error.to_string()),
            SpoolError::Disk { .. }
            | SpoolError::Held(_)
            | SpoolError::None(_)
            | SpoolError::Damaged { .. }
            | SpoolError::Lost { .. }
            | SpoolError::Unknown { .. } => Failure::failed(error.to_string()),
        }
    }
}

fn standing(answer: Option<&Answer>) -> Standing {
    match answer.map(|answer| &answer.outcome) {
        None => Standing::Waiting,
        Some(Answered::Uploaded { .. }) => Standing::Uploaded,
        Some(Answered::Refused { .. }) => Standing::Refused,
    }
}
