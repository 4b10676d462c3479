//! `symbiosis check`: is a data folder whole and unchanged?

use std::fmt::Write as _;

use crate::cli::args::Check;
use crate::cli::folder::expect_ledger;
use crate::cli::out::{Failure, Out, Outcome, count, grouped};
use crate::cli::progress::Progress;
use crate::evidence::check::{CheckError, Finding, Report, Standing, check};
use crate::record::note::VerifierKey;

pub fn run(args: &Check, out: Out) -> Outcome {
    let trusted = args.verifier_key.as_deref().map(verifier_key).transpose()?;
    expect_ledger(&args.folder)?;
    let mut progress: Option<Progress> = None;
    let report = check(&args.folder, trusted.as_ref(), &mut |done, total| {
        let bar = progress.get_or_insert_with(|| Progress::begin("Checking", "bytes", total));
        bar.set(done);
    });
    if let Some(progress) = progress {
        progress.end();
    }
    let report = report.map_err(|error| match error {
        CheckError::Disk(error) => Failure::failed(error.to_string()),
        CheckError::Sealed(error) => Failure::failed(error.to_string()),
    })?;
    out.answer(&report, text)?;
    if report.verified {
        return Ok(());
    }
    let found = count(report.error_count, "error");
    Err(Failure::NotVerified(format!("{} does not verify: {found}", args.folder.display())))
}

/// Reads a verifier key as the command line has it.
pub fn verifier_key(text: &str) -> Result<VerifierKey, Failure> {
    text.trim().parse().map_err(|error| {
        let form = "a verifier key is written NAME+HASH+KEY, as `symbiosis init` printed it";
        Failure::Usage(format!("{text:?} is no verifier key: {error}; {form}"))
    })
}

/// A report for people.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.errors {
        line(&mut text, "error", finding);
    }
    for finding in &report.notes {
        line(&mut text, "note", finding);
    }
    let listed = (report.errors.len() + report.notes.len()) as u64;
    let unlisted = report.error_count + report.note_count - listed;
    if unlisted > 0 {
        let _ = writeln!(text, "… and {} more; by code:", count(unlisted, "finding"));
        for (code, times) in &report.tally {
            let _ = writeln!(text, "  {code}: {}", grouped(*times));
        }
    }
    summary(&mut text, report);
    text
}

/// `error leaf_hash: log/000….log, record 812, byte 93412: the sentence`.
fn line(text: &mut String, class: &str, finding: &Finding) {
    let Finding { code, file, position, offset, message } = finding;
    let position = position.map(|position| format!("record {position}"));
    let offset = offset.map(|offset| format!("byte {offset}"));
    let place: Vec<_> = [file.clone(), position, offset].into_iter().flatten().collect();
    let place = place.join(", ");
    let colon = if place.is_empty() { "" } else { ": " };
    let _ = writeln!(text, "{class} {code}: {place}{colon}{message}");
}

fn summary(text: &mut String, report: &Report) {
    let counts = &report.counts;
    let origin = report.origin.as_deref().unwrap_or("a ledger without a name");
    let _ = writeln!(
        text,
        "{origin}: {} of {} in {}, {} bytes; {} of months.",
        count(report.records, "record"),
        count(counts.commands, "command"),
        count(report.segments, "segment"),
        grouped(counts.bytes),
        count(counts.park_counts, "closing"),
    );
    if let Some(root) = &report.root {
        let _ = writeln!(text, "Root of {}: {root}.", count(report.size, "record"));
    }
    match (&report.checkpoint, &report.signer) {
        (None, _) => text.push_str("There is no checkpoint that can be read.\n"),
        (Some(seen), None) => {
            let size = count(seen.size, "record");
            let _ = writeln!(text, "The checkpoint over {size} is signed by no key that counts.");
        }
        (Some(seen), Some(signer)) => {
            let standing = match signer.standing {
                Standing::KnownToCaller => "the key that you brought",
                Standing::FollowsCallersKey => {
                    "a key that the log says replaced the one that you brought"
                }
                Standing::ConsistentWithRecord0 => {
                    "the key that the log itself names (bring your own with --verifier-key)"
                }
            };
            let size = count(seen.size, "record");
            let _ = writeln!(
                text,
                "The checkpoint over {size} is signed by {standing}:\n  {}",
                signer.verifier_key
            );
        }
    }
    let sealed = &counts.sealed;
    if sealed.commitments > 0 {
        let _ = writeln!(
            text,
            "{}: {} kept, {} erased, {} missing.",
            count(sealed.commitments, "confidential value"),
            grouped(sealed.kept),
            grouped(sealed.erased),
            grouped(sealed.missing),
        );
    }
    let files = &counts.attachments;
    if files.linked > 0 {
        let _ = writeln!(
            text,
            "{}: {} kept, {} missing, {} spoiled.",
            count(files.linked, "linked file"),
            grouped(files.kept),
            grouped(files.missing),
            grouped(files.spoiled),
        );
    }
    text.push_str(match report.verified {
        true => "It verifies.\n",
        false => "It does NOT verify.\n",
    });
}
