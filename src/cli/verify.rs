//! `symbiosis verify`: does a record stand in a ledger? Offline, against a key known from
//! elsewhere.
//!
//! Invariant: nothing that the file says is believed but what a hash or the signature holds. It is
//! verified that the path leads from the record's hash to a root, that a checkpoint signed by the
//! key has that root and size, and, where the record is beside it, that the record has that hash.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::cli::args::Verify;
use crate::cli::check::verifier_key;
use crate::cli::out::{Failure, Out, Outcome, grouped};
use crate::evidence::proof::InclusionProof;
use crate::merkle::{Blake3, Hash, TreeHash};
use crate::record::checkpoint::Checkpoint;
use crate::record::note::VerifierKey;
use crate::record::{Head, body_hash};

/// A file longer than this is no proof.
const FILE_LIMIT: u64 = 1 << 20;

/// The file, as far as it matters here. What else is in it is passed over.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    checkpoint: Option<String>,
    proof: InclusionProof,
    #[serde(default)]
    record: Option<Record>,
}

/// A record beside its proof. Its BODY is there for those whom it concerns only.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    body: Option<Box<RawValue>>,
    hash: Hash,
    head: Box<RawValue>,
}

#[derive(Serialize)]
struct Verified {
    verified: bool,
    position: u64,
    leaf: Hash,
    size: u64,
    root: Hash,
    origin: String,
    /// What was verified of the record beside the proof: `head`, or `head` and `body`.
    record: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

pub fn run(args: &Verify, out: Out) -> Outcome {
    let key = verifier_key(&args.verifier_key)?;
    let text = read(&args.file)?;
    let file: File = serde_json::from_str(&text).map_err(|error| {
        let shown = args.file.display();
        Failure::failed(format!("{shown} is not a proof as the API answers it: {error}"))
    })?;
    let checkpoint = match (&args.checkpoint, &file.checkpoint) {
        (Some(path), _) => read(path)?,
        (None, Some(note)) => note.clone(),
        (None, None) => {
            let right = "give the one that you hold with --checkpoint";
            return Err(Failure::Usage(format!("the proof brings no checkpoint; {right}")));
        }
    };
    let InclusionProof { leaf, position, root, size, .. } = file.proof;
    let origin = key.name().to_owned();
    let parts = judge(&file, &checkpoint, &[key]);
    let (record, why_not) = match parts {
        Ok(record) => (record, None),
        Err(reason) => (Vec::new(), Some(reason)),
    };
    let verified = why_not.is_none();
    let answer = Verified { verified, position, leaf, size, root, origin, record, why_not };
    out.answer(&answer, shown)?;
    match answer.why_not {
        None => Ok(()),
        Some(reason) => Err(Failure::NotVerified(reason)),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::disk("read", path, &error);
    let length = fs::metadata(path).map_err(failed)?.len();
    if length > FILE_LIMIT {
        return Err(Failure::failed(format!("{} is too long for a proof", path.display())));
    }
    fs::read_to_string(path).map_err(failed)
}

/// What of the record was verified besides its hash, or why it does not verify.
fn judge(file: &File, note: &str, trusted: &[VerifierKey]) -> Result<Vec<&'static str>, String> {
    let proof = &file.proof;
    proof.verify().map_err(|error| format!("the path does not lead to the root: {error}"))?;
    let (checkpoint, _) = Checkpoint::open(note.as_bytes(), trusted)
        .map_err(|error| format!("the checkpoint is not believed: {error}"))?;
    let Checkpoint { size, root, .. } = checkpoint;
    if (size, root) != (proof.size, proof.root) {
        return Err(format!(
            "the checkpoint is of {} records with root {root}, the proof of {} with {}",
            grouped(size),
            grouped(proof.size),
            proof.root
        ));
    }
    let Some(record) = &file.record else { return Ok(Vec::new()) };
    beside(record, proof)
}

fn beside(record: &Record, proof: &InclusionProof) -> Result<Vec<&'static str>, String> {
    let Record { body, hash, head } = record;
    if *hash != proof.leaf {
        return Err(format!("the record beside the proof has hash {hash}, not the proven one"));
    }
    // The bytes as they stand in the file are what is hashed: canonical, as the API answers them.
    if Blake3::leaf(head.get().as_bytes()) != *hash {
        return Err("the HEAD beside the proof does not have the proven hash".to_owned());
    }
    let read = serde_json::from_str::<Head>(head.get());
    let head = read.map_err(|error| format!("the HEAD beside the proof can't be read: {error}"))?;
    let mut parts = vec!["head"];
    if let Some(body) = body {
        if body_hash(body.get().as_bytes()) != head.body {
            return Err("the BODY beside the proof is not the one that HEAD names".to_owned());
        }
        parts.push("body");
    }
    if head.position != proof.position {
        let (says, proven) = (head.position, proof.position);
        return Err(format!("the record says that it is at position {says}, not at {proven}"));
    }
    Ok(parts)
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
        1 => text.push_str("\nThe HEAD beside the proof is that record's."),
        _ => text.push_str("\nThe HEAD and BODY beside the proof are that record's."),
    }
    text
}
