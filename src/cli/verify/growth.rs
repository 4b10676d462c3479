//! Proofs of consistency: the log of a later checkpoint begins with that of an earlier one.
//!
//! Invariant: both checkpoints are signed by the key. So whoever keeps one checkpoint learns from
//! any later one whether a record that it covered was changed, dropped or moved.

use std::path::Path;

use serde::Serialize;

use crate::cli::args::Verify;
use crate::cli::out::{Failure, Out, Outcome, grouped};
use crate::cli::verify::{read, signed};
use crate::evidence::proof::ConsistencyProof;
use crate::merkle::Hash;
use crate::record::note::VerifierKey;

#[derive(Serialize)]
struct Verified {
    verified: bool,
    first_size: u64,
    first_root: Hash,
    second_size: u64,
    second_root: Hash,
    origin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

pub fn run(
    args: &Verify,
    key: VerifierKey,
    proof: &ConsistencyProof,
    checkpoint: &Path,
    out: Out,
) -> Outcome {
    let Some(earlier) = &args.earlier else {
        let message = "a proof of consistency wants the earlier checkpoint too: --earlier FILE";
        return Err(Failure::Usage(message.to_owned()));
    };
    if args.record.is_some() {
        let message = "--record goes with a proof of inclusion, and this is one of consistency";
        return Err(Failure::Usage(message.to_owned()));
    }
    let (earlier, later) = (read(earlier)?, read(checkpoint)?);
    let origin = key.name().to_owned();
    let why_not = judge(proof, &earlier, &later, &[key]).err();
    let ConsistencyProof { first_root, first_size, second_root, second_size, .. } = *proof;
    let verified = why_not.is_none();
    let answer =
        Verified { verified, first_size, first_root, second_size, second_root, origin, why_not };
    out.answer(&answer, shown)?;
    answer.why_not.map_or(Ok(()), |reason| Err(Failure::NotVerified(reason)))
}

fn judge(
    proof: &ConsistencyProof,
    earlier: &str,
    later: &str,
    trusted: &[VerifierKey],
) -> Result<(), String> {
    let ConsistencyProof { first_root, first_size, second_root, second_size, .. } = *proof;
    proof.verify().map_err(|error| format!("the log does not begin with the earlier: {error}"))?;
    signed(earlier, trusted, "the earlier checkpoint", (first_size, first_root))?;
    signed(later, trusted, "the later checkpoint", (second_size, second_root))
}

fn shown(answer: &Verified) -> String {
    if !answer.verified {
        return "It does NOT verify.".to_owned();
    }
    let Verified { first_size, second_size, second_root, origin, .. } = answer;
    format!(
        "The first {} records of {origin} are unchanged in its log of {} records,\n\
         whose root {second_root} is signed.",
        grouped(*first_size),
        grouped(*second_size)
    )
}
