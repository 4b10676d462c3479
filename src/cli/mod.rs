//! The command line: arguments in, results on stdout, talk on stderr, an exit code out. No business
//! rule.
//!
//! Invariant: the exit code is 0 if it was done, 1 if it failed, 2 if it was asked wrongly, 3 if
//! what was to be verified does not verify; nothing else, whatever the command.

mod annual;
pub mod args;
mod attach;
mod backup;
mod check;
mod demo;
mod dossier;
mod export;
mod folder;
mod import;
mod init;
mod keys;
mod levers;
mod link;
mod locate;
mod method;
mod network_report;
mod out;
mod programme;
mod progress;
mod rebuild;
mod remote;
mod report;
mod scenarios;
mod serve;
mod sheet;
mod site_report;
mod spool;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::api;
use crate::config::{LOG, Settings};
use crate::domain::time::UtcMillis;
use args::{Cli, Command, Export};
use out::{Failure, Out, Outcome};

/// Runs the program.
pub fn run(args: impl Iterator<Item = OsString>, settings: Settings) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to stdout and is no error; nobody is left to hear that nobody reads it.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    out::end(trace(&settings).and_then(|()| answer(cli, &settings)))
}

fn answer(cli: Cli, settings: &Settings) -> Outcome {
    let out = Out { json: cli.json };
    match cli.command {
        Command::Demo(args) => demo::run(&args, settings, out),
        Command::Serve(args) => serve::run(&args, settings, out),
        Command::Init(args) => init::run(&args, settings, out),
        Command::Import(args) => import::run(&args, settings, out),
        Command::Attach(args) => attach::run(&args, settings, out),
        Command::Export(Export::List(args)) => export::list(&args, settings),
        Command::Export(Export::Records(args)) => export::records(&args, settings),
        Command::Export(Export::Facts(args)) => export::facts_table(&args, settings),
        Command::Check(args) => check::run(&args, out),
        Command::Backup(args) => backup::run(&args, settings, out),
        Command::Restore(args) => backup::run_restore(&args, settings, out),
        Command::Verify(args) => verify::run(&args, out),
        Command::Rebuild(args) => rebuild::run(&args, settings, out),
        Command::Key(args) => keys::run(&args, settings, out),
        Command::Method(args) => method::run(&args, settings, out),
        Command::Openapi => out.line(api::openapi().trim_end()),
        Command::Scenarios => scenarios::run(out),
        Command::Report(args) => report::run(&args, settings, out),
        Command::Dossier(args) => dossier::run(&args, settings, out),
        Command::Spool(args) => spool::run(&args, settings, out),
    }
}

/// Diagnostics for the operator, on stderr and without colours.
fn trace(settings: &Settings) -> Outcome {
    let level = settings.log.as_deref().unwrap_or(LOG.default);
    let filter = EnvFilter::try_new(level).map_err(|error| {
        let right = "write a level, as debug, or levels by module";
        Failure::Usage(format!("{}: {level:?} is no filter: {error}; {right}", LOG.variable))
    })?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    // A second one in the same process, as in tests, changes nothing.
    let _ = subscriber.with_writer(std::io::stderr).try_init();
    Ok(())
}

/// The system's clock.
fn now() -> Result<UtcMillis, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.map_err(|_| Failure::failed("the system's clock stands before 1970"))?;
    i64::try_from(since.as_millis())
        .map(UtcMillis)
        .map_err(|_| Failure::failed("the system's clock stands in a far future"))
}
