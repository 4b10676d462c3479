//! The data folder that a command is about: found, opened for writing, or only read.

use std::path::{Path, PathBuf};

use crate::cli::args::Folder;
use crate::cli::out::{Failure, talk};
use crate::cli::progress::Progress;
use crate::config::Settings;
use crate::domain::id::KeyId;
use crate::domain::state;
use crate::domain::states::States;
use crate::ledger::{Ledger, LedgerError, Options};
use crate::log::{self, LogReader, OpenError, OpenOptions};

/// The folder where a ledger is kept if nothing else is said.
pub const DEFAULT: &str = "symbiosis-data";

/// So many records take long enough to be watched.
const LONG: u64 = 10_000;

/// The credential of whoever acts on the folder itself: it opens nothing, because holding the
/// folder is the right.
pub fn folder_key() -> KeyId {
    "key_folder".parse().expect("a prefix and letters")
}

/// Which folder is meant, and where its signing key is.
pub fn options(folder: &Folder, settings: &Settings) -> Options {
    let data = folder.data.clone().or_else(|| settings.data.clone());
    let keys = folder.keys.clone().or_else(|| settings.keys.clone());
    Options { keys, ..Options::new(data.unwrap_or_else(|| PathBuf::from(DEFAULT))) }
}

/// A data folder that no key is needed for.
pub fn only(data: Option<&Path>) -> Folder {
    Folder { data: data.map(Path::to_owned), keys: None }
}

/// Whether a ledger was ever made there.
pub fn holds_ledger(folder: &Path) -> bool {
    folder.join("log").is_dir()
}

/// Tells of a folder without a ledger before anything is made in it.
pub fn expect_ledger(folder: &Path) -> Result<(), Failure> {
    if holds_ledger(folder) {
        return Ok(());
    }
    let shown = folder.display();
    let right = "make one with `symbiosis init --origin NAME`, or try `symbiosis demo`";
    Err(Failure::failed(match folder.exists() {
        true => format!("{shown} is not a ledger's data folder; {right}"),
        false => format!("there is no folder {shown}; {right}"),
    }))
}

/// Opens a ledger for this process alone, and brings its rows up to its log.
pub fn open(options: &Options) -> Result<Ledger, Failure> {
    expect_ledger(&options.folder)?;
    let mut bar: Option<Progress> = None;
    let opened = Ledger::open(options, &mut |done, total| {
        // What is over in a blink needs no bar.
        if bar.is_some() || total >= LONG {
            let begin = || Progress::begin("Reading the log", "records", total);
            bar.get_or_insert_with(begin).set(done);
        }
    });
    if let Some(bar) = bar {
        bar.end();
    }
    opened.map_err(|error| refused(options, error))
}

fn refused(options: &Options, error: LedgerError) -> Failure {
    if let LedgerError::Open(OpenError::Locked { .. }) = &error {
        let shown = options.folder.display();
        let right = "stop it first, or send to it through its API";
        return Failure::failed(format!("a ledger runs on {shown}; {right}"));
    }
    Failure::failed(error.to_string())
}

/// Reads a ledger's log without opening it: one may run meanwhile.
pub fn view(folder: &Path) -> Result<LogReader, Failure> {
    expect_ledger(folder)?;
    let (reader, tail) = log::view(folder, OpenOptions::default())
        .map_err(|error| Failure::failed(error.to_string()))?;
    if tail.is_some() {
        talk("The log's end is being written, or was cut off by a crash; what is whole is read.");
    }
    Ok(reader)
}

/// The key that verifies a ledger's checkpoints now.
pub fn verifier_key(ledger: &Ledger) -> String {
    let row = ledger.index().find::<state::Ledger>("").expect("record 0 names every ledger");
    row.state.verifier_keys.last().expect("record 0 names a key").to_string()
}
