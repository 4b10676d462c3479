//! Receipts verified: that a record stood in the log when its receipt was given, and whether two
//! receipts are of one history.
//!
//! Invariant: a fork is said to be proven only by two receipts that both verify under the key.

use serde::Serialize;

use crate::cli::args::Verify;
use crate::cli::check::verifier_key;
use crate::cli::out::{Failure, Out, Outcome, grouped};
use crate::cli::verify::read;
use crate::evidence::receipt::{Fork, Receipt, fork};
use crate::merkle::Hash;
use crate::record::checkpoint::Checkpoint;

/// What one receipt says, and whether it is true.
#[derive(Serialize)]
struct Found {
    file: String,
    position: u64,
    leaf: Hash,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<Hash>,
    /// What of the record it holds: `hash`, `head`, `body`.
    record: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    verified: bool,
    receipts: Vec<Found>,
    /// Proves that the ledger showed two histories.
    #[serde(skip_serializing_if = "Option::is_none")]
    fork: Option<Fork>,
}

/// The receipt that a file is, if it is one.
pub fn parse(text: &str) -> Option<Receipt> {
    serde_json::from_str(text).ok()
}

pub fn run(args: &Verify, first: Receipt, out: Out) -> Outcome {
    let is_alone = args.checkpoint.is_none() && args.record.is_none() && args.earlier.is_none();
    if !is_alone {
        let message = "a receipt has its checkpoint and record in it; give --key only";
        return Err(Failure::Usage(message.to_owned()));
    }
    let keys: Result<Vec<_>, Failure> = args.keys.iter().map(|key| verifier_key(key)).collect();
    let keys = keys?;
    if keys.is_empty() {
        let message = "a receipt wants a verifier key of the ledger: --key VKEY";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut all = vec![(args.file.display().to_string(), first)];
    if let Some(other) = &args.other {
        let shown = other.display().to_string();
        let receipt = parse(&read(other)?);
        let wrong = || Failure::failed(format!("{shown} is no receipt as the API answers it"));
        let receipt = receipt.ok_or_else(wrong)?;
        all.push((shown, receipt));
    }
    let judged: Vec<Result<Checkpoint, String>> =
        all.iter().map(|(_, receipt)| receipt.verify(&keys)).collect();
    let fork = match (&all[..], &judged[..]) {
        ([(_, one), (_, two)], [Ok(under_one), Ok(under_two)]) => {
            fork((one, under_one), (two, under_two))
        }
        _ => None,
    };
    let receipts = all.iter().zip(&judged);
    let receipts = receipts.map(|((file, receipt), judged)| found(file, receipt, judged));
    let verified = judged.iter().all(Result::is_ok) && fork.is_none();
    let answer = Answer { verified, receipts: receipts.collect(), fork };
    out.answer(&answer, text)?;
    if answer.fork.is_some() {
        let message = "the two receipts prove a fork: the ledger has shown two histories";
        return Err(Failure::NotVerified(message.to_owned()));
    }
    match judged.into_iter().find_map(Result::err) {
        None => Ok(()),
        Some(reason) => Err(Failure::NotVerified(reason)),
    }
}

fn found(file: &str, receipt: &Receipt, judged: &Result<Checkpoint, String>) -> Found {
    let mut record = vec!["hash"];
    record.extend(receipt.head.as_ref().map(|_| "head"));
    record.extend(receipt.body.as_ref().map(|_| "body"));
    let checkpoint = judged.as_ref().ok();
    Found {
        file: file.to_owned(),
        position: receipt.position,
        leaf: receipt.leaf,
        size: checkpoint.map(|checkpoint| checkpoint.size),
        root: checkpoint.map(|checkpoint| checkpoint.root),
        record,
        why_not: judged.as_ref().err().cloned(),
    }
}

fn text(answer: &Answer) -> String {
    let mut text = String::new();
    for one in &answer.receipts {
        let Found { file, position, leaf, size, root, record, why_not } = one;
        let position = grouped(*position);
        text.push_str(&match (why_not, size.zip(*root)) {
            (None, Some((size, root))) => format!(
                "{file}: the record with hash {leaf}\n  stands at position {position} of the first \
                 {} records, whose root {root} is signed; in it: {}.\n",
                grouped(size),
                record.join(", "),
            ),
            (why_not, _) => {
                format!("{file}: does NOT verify: {}.\n", why_not.as_deref().unwrap_or_default())
            }
        });
    }
    match (&answer.fork, answer.verified, answer.receipts.len()) {
        (Some(Fork { first, end, hashes: [one, two] }), ..) => text.push_str(&format!(
            "\nThey prove a FORK. Both are signed, and of the records from {} up to {} the one has \
             the hash\n  {one}\nand the other\n  {two}\nNo history has both. Keep the two files: \
             they are the evidence.\n",
            grouped(*first),
            grouped(end - 1),
        )),
        (None, true, 2) => text.push_str(
            "\nThey do not contradict each other. That is no proof of one history where neither \
             knows a part\nthat the other knows too: compare checkpoints by a proof of \
             consistency.\n",
        ),
        (None, ..) => {}
    }
    text
}
