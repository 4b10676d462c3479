//! The check of a whole data folder, like fsck: everything is derived again from the bytes on disk.
//!
//! Invariant: it takes no lock and changes nothing, so it may run beside a ledger. It reads the
//! checkpoint first, then how far the segments go, then the sealed values, then the lines, then the
//! attachments: what it holds against another thing was durable before that thing. A finding names
//! what is wrong and where; none ends the check, only a file that cannot be read does.
//!
//! What it proves: that the log is whole and consistent, and that the key that is named signed it.
//! What it cannot prove: that records behind the checkpoint were not cut off, and, without a key
//! that the caller knows from elsewhere, that the whole folder was not made up.

mod attachments;
mod folder;
mod judge;
mod lines;
mod order;
mod report;
mod sealed;
mod signed;
mod statements;
mod subjects;
#[cfg(test)]
pub(crate) mod tests;
mod tree;
mod walk;

use std::path::Path;

use crate::log::disk::DiskError;
use crate::log::sealed::SealedError;
use crate::record::note::VerifierKey;

pub use self::report::{
    AttachmentCounts, CheckpointSeen, Counts, ERRORS, Finding, LISTED, LISTED_OF_A_CODE, NOTES,
    Report, SealedCounts, Signer, Standing,
};
use self::report::{Found, Spot};
use self::sealed::Sealed;
use self::signed::{Claim, Derived};
use self::walk::Walk;

/// Why a folder could not be checked to the end.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    Sealed(#[from] SealedError),
}

/// Checks a data folder. With `trusted`, the checkpoint must be signed by that key, or by one that
/// the log says replaced it. `progress` hears how many bytes of how many were read.
pub fn check(
    data: &Path,
    trusted: Option<&VerifierKey>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, CheckError> {
    let mut found = Found::default();
    let claim = Claim::read(data)?;
    let segments = folder::segments(data, &mut found)?;
    let bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    let total = bytes + folder::sealed_bytes(data)?;
    let mut done = 0;
    let mut read = |bytes| {
        done += bytes;
        // Sealed values may have come since they were measured.
        progress(done, total.max(done));
    };
    let sealed = Sealed::open(data, &mut found, &mut read)?;
    let mut walk = Walk::begin(data, claim.size(), bytes, sealed)?;
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == segments.len();
        walk.segment(segment, is_last, &mut found, &mut read)?;
    }
    let tail_bytes = segments.last().map_or(0, |last| walk.finish(last, &mut found));
    let size = walk.whole.position;
    if size == 0 {
        found.note(Spot::default(), "log_empty", "the log has no records");
    }
    let log = Derived {
        size,
        origin: walk.statements.origin.as_deref(),
        root: walk.tree.covered_root(),
        keys: &walk.statements.keys,
    };
    let (checkpoint, signer) = signed::compare(&claim, &log, trusted, &mut found);
    walk.tree.finish(size, &mut found);
    folder::look_around(data, &walk.statements, &mut found)?;
    let counts = Counts { bytes, tail_bytes, ..counts(&walk) };
    let (root, records, origin) = (walk.tree.root(), walk.whole.records, walk.statements.origin);
    let attachments = walk.attachments.finish(data, &mut found)?;
    let sealed = walk.sealed.finish(&mut found);
    Ok(Report {
        verified: found.error_count == 0,
        origin,
        records,
        size,
        root,
        segments: segments.len() as u64,
        checkpoint,
        signer,
        errors: found.errors,
        error_count: found.error_count,
        notes: found.notes,
        note_count: found.note_count,
        tally: found.tally,
        counts: Counts { attachments, sealed, ..counts },
    })
}

fn counts(walk: &Walk) -> Counts {
    let (commands, streams) = walk.subjects.counts();
    Counts {
        commands,
        streams,
        parks: walk.order.parks(),
        key_rotations: walk.statements.key_rotations,
        park_counts: walk.statements.park_counts,
        tail_cuts: walk.statements.tail_cuts,
        ..Counts::default()
    }
}
