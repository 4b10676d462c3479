//! `symbiosis verify`: is a dossier or a receipt true, does a record stand in a ledger, has a
//! ledger only grown? Offline, against a key known from elsewhere. The file's first line tells
//! what it is.
//!
//! Invariant: nothing that the file says is believed but what a hash or the signature holds. Of a
//! proof it is verified that the path leads from the record's hash to a root, that a checkpoint
//! signed by the key has that root and size, and, where the record is given, that the record has
//! that hash.

mod dossier;
mod growth;
mod receipt;

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::args::Verify;
use crate::cli::check::verifier_key;
use crate::cli::out::{Failure, Out, Outcome, grouped};
use crate::evidence::proof::InclusionProof;
use crate::merkle::{Blake3, Hash, TreeHash};
use crate::record::checkpoint::Checkpoint;
use crate::record::note::VerifierKey;
use crate::record::{Head, Line, body_hash};

/// A file longer than this is no proof.
const FILE_LIMIT: u64 = 1 << 20;

/// A record as the API answers it: BODY is there for those whom it concerns only.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    body: Option<String>,
    hash: Hash,
    #[serde(default)]
    head: Option<String>,
}

#[derive(Serialize)]
struct Verified {
    verified: bool,
    position: u64,
    leaf: Hash,
    size: u64,
    root: Hash,
    origin: String,
    /// What was verified of the record given: `hash`, `head`, `body`.
    record: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

pub fn run(args: &Verify, out: Out) -> Outcome {
    if dossier::is_one(&args.file)? {
        return dossier::run(args, out);
    }
    let text = read(&args.file)?;
    if let Some(first) = receipt::parse(&text) {
        return receipt::run(args, first, out);
    }
    if args.other.is_some() {
        let message = "two files are compared only if both are receipts";
        return Err(Failure::Usage(message.to_owned()));
    }
    let key = match args.keys.as_slice() {
        [key] => verifier_key(key)?,
        _ => return Err(Failure::Usage("a proof wants one verifier key: --key VKEY".to_owned())),
    };
    let Some(checkpoint) = &args.checkpoint else {
        let message = "a proof wants the signed checkpoint of its size: --checkpoint FILE";
        return Err(Failure::Usage(message.to_owned()));
    };
    if let Ok(proof) = serde_json::from_str(&text) {
        return growth::run(args, key, &proof, checkpoint, out);
    }
    let proof: InclusionProof = serde_json::from_str(&text).map_err(|error| {
        let shown = args.file.display();
        Failure::failed(format!(
            "{shown} is no dossier, and no proof as the API answers it: {error}"
        ))
    })?;
    if args.earlier.is_some() {
        let message = "--earlier goes with a proof of consistency, and this is one of inclusion";
        return Err(Failure::Usage(message.to_owned()));
    }
    let checkpoint = read(checkpoint)?;
    let record = args.record.as_deref().map(record).transpose()?;
    let origin = key.name().to_owned();
    let judged = judge(&proof, &checkpoint, &[key])
        .and_then(|()| record.as_ref().map_or(Ok(Vec::new()), |record| beside(record, &proof)));
    let (record, why_not) = match judged {
        Ok(record) => (record, None),
        Err(reason) => (Vec::new(), Some(reason)),
    };
    let InclusionProof { leaf, position, root, size, .. } = proof;
    let verified = why_not.is_none();
    let answer = Verified { verified, position, leaf, size, root, origin, record, why_not };
    out.answer(&answer, shown)?;
    match answer.why_not {
        None => Ok(()),
        Some(reason) => Err(Failure::NotVerified(reason)),
    }
}

/// Reads a record: a line as it is stored, or JSON as the API answers it.
fn record(path: &Path) -> Result<Record, Failure> {
    let text = read(path)?;
    let text = text.trim_end();
    if let Ok(line) = Line::split(text.as_bytes()) {
        let part = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).into_owned());
        return Ok(Record { body: part(line.body), hash: line.hash, head: part(line.head) });
    }
    serde_json::from_str(text)
        .map_err(|error| Failure::failed(format!("{} is no record: {error}", path.display())))
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::disk("read", path, &error);
    let length = fs::metadata(path).map_err(failed)?.len();
    if length > FILE_LIMIT {
        return Err(Failure::failed(format!("{} is too long for a proof", path.display())));
    }
    fs::read_to_string(path).map_err(failed)
}

fn judge(proof: &InclusionProof, note: &str, trusted: &[VerifierKey]) -> Result<(), String> {
    proof.verify().map_err(|error| format!("the path does not lead to the root: {error}"))?;
    signed(note, trusted, "the checkpoint", (proof.size, proof.root))
}

/// Whether the checkpoint is signed by the key and says this size and root.
fn signed(
    note: &str,
    trusted: &[VerifierKey],
    what: &str,
    (size, root): (u64, Hash),
) -> Result<(), String> {
    let (checkpoint, _) = Checkpoint::open(note.as_bytes(), trusted)
        .map_err(|error| format!("{what} is not believed: {error}"))?;
    if (size, root) == (checkpoint.size, checkpoint.root) {
        return Ok(());
    }
    Err(format!(
        "{what} is of {} records with root {}, the proof of {} with {root}",
        grouped(checkpoint.size),
        checkpoint.root,
        grouped(size),
    ))
}

/// Which parts of the record are those that were proven.
fn beside(record: &Record, proof: &InclusionProof) -> Result<Vec<&'static str>, String> {
    let Record { body, hash, head } = record;
    if *hash != proof.leaf {
        return Err(format!("the record has the hash {hash}, and {} was proven", proof.leaf));
    }
    // The texts as they stand in the file are what is hashed: canonical, as the API answers them.
    let Some(head) = head else { return Ok(vec!["hash"]) };
    if Blake3::leaf(head.as_bytes()) != *hash {
        return Err("the record's HEAD does not have its hash".to_owned());
    }
    let head: Head =
        serde_json::from_str(head).map_err(|error| format!("the record's HEAD: {error}"))?;
    if head.position != proof.position {
        let (says, proven) = (head.position, proof.position);
        return Err(format!("the record says that it is at position {says}, not at {proven}"));
    }
    let Some(body) = body else { return Ok(vec!["hash", "head"]) };
    if body_hash(body.as_bytes()) != head.body {
        return Err("the record's BODY is not the one that its HEAD names".to_owned());
    }
    Ok(vec!["hash", "head", "body"])
}

fn shown(answer: &Verified) -> String {
    let Verified { position, leaf, size, root, origin, record, .. } = answer;
    if !answer.verified {
        return "It does NOT verify.".to_owned();
    }
    let mut text = format!(
        "The record with hash {leaf}\nstands at position {} of the first {} records of {origin},\n\
         whose root {root} is signed.",
        grouped(*position),
        grouped(*size)
    );
    match record.len() {
        0 => {}
        1 => text.push_str("\nIts hash is that of the record given."),
        2 => text.push_str("\nThe HEAD given is that record's."),
        _ => text.push_str("\nThe HEAD and BODY given are that record's."),
    }
    text
}
