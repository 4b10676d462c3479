//! `symbiosis rebuild`: the rows and the tree made anew from the log.
//!
//! Invariant: only what can be made anew is removed, and only while no ledger runs on the folder. A
//! crash on the way leaves less of it, which the next opening makes anew as well.

use std::fs;
use std::io::ErrorKind;
use std::time::Instant;

use serde::Serialize;

use crate::cli::args::Rebuild;
use crate::cli::folder::{self, expect_ledger, options};
use crate::cli::out::{Failure, Out, Outcome, count};
use crate::config::Settings;

/// Folders that hold nothing which the log does not.
const REBUILDABLE: &[&str] = &["index", "tree"];

#[derive(Debug, Serialize)]
struct Rebuilt {
    folder: String,
    records: u64,
    /// BLAKE3 over all rows.
    digest: String,
    milliseconds: u64,
}

pub fn run(args: &Rebuild, settings: &Settings, out: Out) -> Outcome {
    let chosen = options(&args.folder, settings);
    expect_ledger(&chosen.folder)?;
    // Opening it first shows that nobody else has, and that the log is sound.
    folder::open(&chosen)?.close();
    for name in REBUILDABLE {
        let path = chosen.folder.join(name);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Failure::disk("remove", &path, &error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    let begun = Instant::now();
    let ledger = folder::open(&chosen)?;
    let digest = ledger.index().digest().map_err(|error| Failure::failed(error.to_string()));
    let (records, folder) = (ledger.size(), chosen.folder.display().to_string());
    ledger.close();
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let rebuilt = Rebuilt { folder, records, digest: digest?.to_string(), milliseconds };
    out.answer(&rebuilt, |rebuilt| {
        let records = count(rebuilt.records, "record");
        let Rebuilt { folder, digest, milliseconds, .. } = rebuilt;
        format!("{folder}: rows of {records} rebuilt in {milliseconds} ms.\nDigest {digest}")
    })
}
