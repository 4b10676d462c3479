//! `symbiosis init`: a new ledger, with the shipped catalogues and the first key of its keeper.

use serde::Serialize;

use crate::cli::args::Init;
use crate::cli::folder::{self, folder_key, holds_ledger, options};
use crate::cli::keys::{self, NewKey};
use crate::cli::now;
use crate::cli::out::{Failure, Out, Outcome};
use crate::config::Settings;
use crate::ledger::{Ledger, SubmitError, create};
use crate::scenario::catalogues;

/// What a new ledger is known by.
#[derive(Debug, Serialize)]
struct Made {
    folder: String,
    origin: String,
    /// What verifies its checkpoints.
    verifier_key: String,
    catalogues: Vec<String>,
    key: NewKey,
}

pub fn run(args: &Init, settings: &Settings, out: Out) -> Outcome {
    let chosen = options(&args.folder, settings);
    let shown = chosen.folder.display().to_string();
    if holds_ledger(&chosen.folder) {
        let right = "serve it with `symbiosis serve`, or choose another folder with --data";
        return Err(Failure::failed(format!("{shown} holds a ledger already; {right}")));
    }
    let origin = args.origin.trim_end_matches("/blake3");
    create(&chosen, origin, None).map_err(|error| Failure::failed(error.to_string()))?;
    let ledger = folder::open(&chosen)?;
    let made = furnish(&ledger, shown);
    ledger.close();
    out.answer(&made?, text)
}

fn furnish(ledger: &Ledger, shown: String) -> Result<Made, Failure> {
    let commands = catalogues::publish(now()?);
    let catalogues = catalogues::names();
    for answer in ledger.submit_all(commands, &folder_key(), None) {
        answer.map_err(|error: SubmitError| Failure::failed(error.to_string()))?;
    }
    let key = keys::first(ledger)?;
    let (origin, verifier_key) = (ledger.origin().to_owned(), folder::verifier_key(ledger));
    Ok(Made { folder: shown, origin, verifier_key, catalogues, key })
}

fn text(made: &Made) -> String {
    let Made { folder, origin, verifier_key, catalogues, key } = made;
    format!(
        "A ledger is in {folder}.\n\n\
         Origin        {origin}\n\
         Verifier key  {verifier_key}\n\
         Catalogues    {}\n\
         Keeper's key  {}\n\n\
         The keeper's key is shown this once; the ledger has its hash only. Hand the verifier\n\
         key to everybody who shall be able to verify, and back up {folder}/keys apart from\n\
         the rest.\n\n\
         Next: symbiosis serve --data {folder}",
        catalogues.join(", "),
        key.access_key,
    )
}
