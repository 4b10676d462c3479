//! `symbiosis backup` and `symbiosis restore`: a verified copy of a data folder, and the way back.

use crate::cli::args::{Backup, Restore};
use crate::cli::check::{self, verifier_key};
use crate::cli::folder::{self, expect_ledger, options};
use crate::cli::out::{Failure, Out, Outcome, count, grouped};
use crate::cli::progress::Progress;
use crate::config::Settings;
use crate::evidence::backup::{
    Backed, BackupError, BackupOptions, RestoreOptions, Restored, backup, restore,
};

pub fn run(args: &Backup, settings: &Settings, out: Out) -> Outcome {
    let data = options(&folder::only(args.data.as_deref()), settings).folder;
    expect_ledger(&data)?;
    let (to, with_sealed) = (args.to.clone(), args.with_sealed);
    let trusted = args.verifier_key.as_deref().map(verifier_key).transpose()?;
    let asked = BackupOptions { data, to, with_sealed, trusted };
    let backed = watched("Verifying the copy", out, |heard| backup(&asked, heard))?;
    out.answer(&backed, backed_text)
}

pub fn run_restore(args: &Restore, settings: &Settings, out: Out) -> Outcome {
    let data = options(&folder::only(args.data.as_deref()), settings).folder;
    let (from, not_older_than) = (args.from.clone(), args.not_older_than.clone());
    let trusted = args.verifier_key.as_deref().map(verifier_key).transpose()?;
    let asked = RestoreOptions { from, data, not_older_than, trusted };
    let restored = watched("Verifying", out, |heard| restore(&asked, heard))?;
    out.answer(&restored, restored_text)
}

/// Works with a bar over the bytes that are read.
fn watched<T>(
    what: &str,
    out: Out,
    work: impl FnOnce(&mut dyn FnMut(u64, u64)) -> Result<T, BackupError>,
) -> Result<T, Failure> {
    let mut progress: Option<Progress> = None;
    let result = work(&mut |done, total| {
        progress.get_or_insert_with(|| Progress::begin(what, "bytes", total)).set(done);
    });
    if let Some(progress) = progress {
        progress.end();
    }
    result.map_err(|error| failed(error, out))
}

fn failed(error: BackupError, out: Out) -> Failure {
    match &error {
        BackupError::Unsound { report, .. } => {
            // What was found is an answer, as that of a check.
            let answered = out.answer(&**report, check::text);
            answered.err().unwrap_or_else(|| Failure::NotVerified(error.to_string()))
        }
        BackupError::NotVerified(_)
        | BackupError::Open(_)
        | BackupError::Log(_)
        | BackupError::Illegible { .. } => Failure::NotVerified(error.to_string()),
        BackupError::Disk(_)
        | BackupError::CheckpointFile(_)
        | BackupError::Check(_)
        | BackupError::Unsuitable(_) => Failure::failed(error.to_string()),
    }
}

fn backed_text(backed: &Backed) -> String {
    let Backed { folder, origin, size, root, before, verifier_key, .. } = backed;
    let before = match before {
        Some(before) => format!(", {} more than before", grouped(size - before)),
        None => String::new(),
    };
    let mut text = format!(
        "{}: {origin} as of {}{before}.\nWritten: {} bytes of the log, {}, {}.\n\
         It verifies: root {root}, signed by\n  {verifier_key}\n",
        folder.display(),
        count(*size, "record"),
        grouped(backed.log_bytes),
        count(backed.attachments, "attachment"),
        count(backed.sealed_files, "sealed file"),
    );
    text.push_str("Not in it: keys/. Back up the signing key apart, on paper or offline.\n");
    if backed.sealed_stale {
        text.push_str(
            "Its sealed/ is of an earlier run: values that were erased since are still in it; run \
             it with --with-sealed, or remove that folder.\n",
        );
    } else if backed.sealed_missing > 0 {
        text.push_str(&format!(
            "Not in it: {}. Without a copy of sealed/ they can't be shown again; make one with \
             --with-sealed into a folder as secret as the data folder.\n",
            count(backed.sealed_missing, "confidential value"),
        ));
    }
    text
}

fn restored_text(restored: &Restored) -> String {
    let Restored { folder, origin, size, root, verifier_key, attachments, .. } = restored;
    let shown = folder.display();
    let mut text = format!(
        "{shown}: {origin} as of {}, with {}.\nIt verifies: root {root}, signed by\n  \
         {verifier_key}\n\n\
         Missing: the signing key. Put keys/ (0700) with signing.key (0600) into {shown}, or name\n\
         its folder with --keys; without it the ledger can be read and checked, and not served.\n",
        count(*size, "record"),
        count(*attachments, "attachment"),
    );
    if restored.sealed_missing > 0 {
        text.push_str(&format!(
            "Missing: {}. If there is a copy of sealed/ (0700), put it into {shown} before the\n\
             ledger is served. Without it everything verifies, but those values are lost, and a\n\
             command with such values that is sent again is refused as another one.\n",
            count(restored.sealed_missing, "confidential value"),
        ));
    }
    match restored.not_older_than {
        Some(size) => text.push_str(&format!(
            "The checkpoint over {} that was shown is reached.\n",
            count(size, "record")
        )),
        None => text.push_str(
            "No newer checkpoint was shown. If records came after this backup, whoever holds a \
             newer\ncheckpoint will see a fork: look for the newest, and restore again with\n\
             --not-older-than.\n",
        ),
    }
    text.push_str(&format!("\nNext: symbiosis serve --data {shown}"));
    text
}
