//! The `symbiosis` program: arguments and settings in, exit code out. Everything else is in the
//! library.

use std::process::ExitCode;

use symbiosis_ledger::cli;
use symbiosis_ledger::config::Settings;

/// A record is made by a reader or the writer and freed by the projector.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os(), Settings::from_env())
}
