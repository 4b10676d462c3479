//! What a check answers: what was found, where, and how much of each.
//!
//! Invariant: every finding is counted; the lists are capped, so that a folder of rubbish makes a
//! short report. Codes are stable and stand in [`ERRORS`] or [`NOTES`].

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::merkle::Hash;

/// So many findings are listed, errors and notes each.
pub const LISTED: usize = 100;

/// So many of one code, so that one kind of damage does not crowd out the others.
pub const LISTED_OF_A_CODE: u64 = 20;

/// Codes of what no whole and honest folder has, whatever crashed, in the order of the checks.
pub const ERRORS: &[&str] = &[
    "segment_name",
    "line_form",
    "line_unended",
    "leaf_hash",
    "head_shape",
    "head_form",
    "body_hash",
    "body_shape",
    "body_form",
    "position",
    "batch",
    "step",
    "recorded_at",
    "park_place",
    "command_differs",
    "command_repeated",
    "stream_version",
    "first_record",
    "opened_again",
    "ledger_opened_data",
    "key_rotated_data",
    "park_counted_data",
    "park_count",
    "tail_cut_data",
    "evidence_attached_data",
    "torn_copy",
    "log_shorter",
    "checkpoint_missing",
    "checkpoint_form",
    "checkpoint_origin",
    "checkpoint_root",
    "checkpoint_signature",
    "checkpoint_signer",
    "signer_unknown",
    "tree_offset",
    "tree_node",
    "sealed_line",
    "attachment_missing",
    "attachment_bytes",
    "ledger_json",
    "too_open",
];

/// Codes of what a running ledger, a crash or its keeper may well leave.
pub const NOTES: &[&str] = &[
    "unacknowledged_tail",
    "log_empty",
    "stray_file",
    "signer_by_rotation",
    "tree_missing",
    "tree_shorter",
    "tree_longer",
    "tree_uncovered",
    "sealed_erased",
    "sealed_missing",
    "sealed_tail",
    "attachment_unlinked",
    "attachment_unlinked_bytes",
    "ledger_json_missing",
    "torn_untold",
];

/// One thing that was found, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// Stable; for programs.
    pub code: &'static str,
    /// From the data folder on.
    pub file: Option<String>,
    /// The record that it is about.
    pub position: Option<u64>,
    /// The byte in the file.
    pub offset: Option<u64>,
    /// For people.
    pub message: String,
}

/// The result of checking a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// Whether there are no errors.
    pub verified: bool,
    /// What record 0 names the ledger.
    pub origin: Option<String>,
    /// How many records stand in whole commands and verify on their own.
    pub records: u64,
    /// Position behind the last whole command.
    pub size: u64,
    /// Merkle root of the first `size` records; nothing where a record is missing or illegible.
    #[schema(value_type = Option<String>)]
    pub root: Option<Hash>,
    /// How many segment files there are.
    pub segments: u64,
    pub checkpoint: Option<CheckpointSeen>,
    /// Who signed the checkpoint, if a key of this ledger did.
    pub signer: Option<Signer>,
    /// The first errors; see `tally` for how many of each there are.
    pub errors: Vec<Finding>,
    pub error_count: u64,
    /// What is worth telling and not wrong.
    pub notes: Vec<Finding>,
    pub note_count: u64,
    /// How often each code was found, listed or not.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub tally: BTreeMap<&'static str, u64>,
    pub counts: Counts,
}

/// The checkpoint file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckpointSeen {
    pub origin: String,
    pub size: u64,
    #[schema(value_type = String)]
    pub root: Hash,
    /// Whether the log's lines lead to that root; nothing where they do not reach so far, or one of
    /// them is missing or illegible.
    pub root_matches: Option<bool>,
}

/// The key that vouches for the checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Signer {
    /// A C2SP verifier key.
    pub verifier_key: String,
    pub standing: Standing,
}

/// Why the signer is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is the key that the caller brought.
    KnownToCaller,
    /// The log says that the caller's key was replaced by it. Whoever could write into the folder
    /// could have written that too.
    FollowsCallersKey,
    /// The log names it, in record 0 or in a rotation, and nobody else does.
    ConsistentWithRecord0,
}

/// How much there is of what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    pub bytes: u64,
    pub commands: u64,
    pub streams: u64,
    pub parks: u64,
    pub key_rotations: u64,
    pub park_counts: u64,
    pub tail_cuts: u64,
    /// Bytes behind the last whole command.
    pub tail_bytes: u64,
    pub attachments: AttachmentCounts,
    pub sealed: SealedCounts,
}

/// The files that records link, each once, by what is kept of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttachmentCounts {
    pub linked: u64,
    /// The bytes are there and are those that were linked.
    pub kept: u64,
    pub missing: u64,
    /// Other bytes are there.
    pub spoiled: u64,
}

/// The commitments to confidential values in all records, by what is kept of the value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SealedCounts {
    pub commitments: u64,
    /// The value is there and is the one that was committed to.
    pub kept: u64,
    pub erased: u64,
    /// Nothing is there.
    pub missing: u64,
    /// What is there is not the value that was committed to.
    pub spoiled: u64,
}

/// Where something was found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spot<'a> {
    pub file: Option<&'a str>,
    pub position: Option<u64>,
    pub offset: Option<u64>,
}

impl<'a> Spot<'a> {
    pub fn file(file: &'a str) -> Spot<'a> {
        Spot { file: Some(file), ..Spot::default() }
    }

    pub fn position(self, position: u64) -> Spot<'a> {
        Spot { position: Some(position), ..self }
    }

    pub fn offset(self, offset: u64) -> Spot<'a> {
        Spot { offset: Some(offset), ..self }
    }
}

/// Takes findings while a check goes on.
#[derive(Default)]
pub(super) struct Found {
    pub errors: Vec<Finding>,
    pub error_count: u64,
    pub notes: Vec<Finding>,
    pub note_count: u64,
    pub tally: BTreeMap<&'static str, u64>,
}

impl Found {
    pub fn error(&mut self, spot: Spot<'_>, code: &'static str, message: impl Into<String>) {
        debug_assert!(ERRORS.contains(&code), "{code} is no error's code");
        self.error_count += 1;
        let of_this_code = self.tally.entry(code).or_default();
        list(&mut self.errors, of_this_code, spot, code, message);
    }

    pub fn note(&mut self, spot: Spot<'_>, code: &'static str, message: impl Into<String>) {
        debug_assert!(NOTES.contains(&code), "{code} is no note's code");
        self.note_count += 1;
        let of_this_code = self.tally.entry(code).or_default();
        list(&mut self.notes, of_this_code, spot, code, message);
    }

    /// Takes over the errors that another one collected.
    pub fn absorb(&mut self, other: Found) {
        self.error_count += other.error_count;
        for finding in other.errors {
            let of_this_code = self.errors.iter().filter(|listed| listed.code == finding.code);
            let is_room = self.errors.len() < LISTED;
            if is_room && (of_this_code.count() as u64) < LISTED_OF_A_CODE {
                self.errors.push(finding);
            }
        }
        for (code, count) in other.tally {
            *self.tally.entry(code).or_default() += count;
        }
    }
}

fn list(
    listed: &mut Vec<Finding>,
    of_this_code: &mut u64,
    spot: Spot<'_>,
    code: &'static str,
    message: impl Into<String>,
) {
    *of_this_code += 1;
    if listed.len() < LISTED && *of_this_code <= LISTED_OF_A_CODE {
        let Spot { file, position, offset } = spot;
        let (file, message) = (file.map(str::to_owned), message.into());
        listed.push(Finding { code, file, position, offset, message });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_findings_are_counted_and_a_few_are_listed() {
        let mut found = Found::default();
        for code in &ERRORS[..8] {
            for position in 0..30 {
                found.error(Spot::file("a").position(position), code, "wrong");
            }
        }
        found.note(Spot::default(), NOTES[0], "by the way");
        assert_eq!((found.errors.len(), found.error_count), (LISTED, 240));
        assert_eq!((found.notes.len(), found.note_count), (1, 1));
        assert_eq!(found.tally[ERRORS[0]], 30);
        assert_eq!(found.errors[20].code, ERRORS[1]);
    }

    #[test]
    fn a_code_means_one_thing() {
        let mut all: Vec<&str> = ERRORS.iter().chain(NOTES).copied().collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), ERRORS.len() + NOTES.len());
    }
}
