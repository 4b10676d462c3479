//! What a folder's log says of its own past: the root at a size, and the keys that signed for it.

use std::path::Path;

use serde::Deserialize;

use crate::evidence::backup::BackupError;
use crate::log::{OpenOptions, view};
use crate::merkle::{Blake3, CompactRange, Hash};
use crate::record::note::VerifierKey;

/// A log as it was when it had so many records.
pub(super) struct Past {
    pub root: Hash,
    /// In the order in which they replace one another.
    pub keys: Vec<VerifierKey>,
}

#[derive(Deserialize)]
struct Names {
    verifier_key: String,
}

/// Reads the first `size` records, each of which must verify.
pub(super) fn past(data: &Path, size: u64) -> Result<Past, BackupError> {
    let (reader, _) = view(data, OpenOptions { checkpoint: Some(size), ..OpenOptions::default() })?;
    let mut range = CompactRange::<Blake3>::new();
    let mut keys = Vec::new();
    reader.scan_stored::<BackupError>(0, size, |stored| {
        range.push(stored.line.hash, |_, _, _| {});
        if ["ledger_opened", "key_rotated"].contains(&&*stored.head.kind)
            && let Ok(body) = stored.line.body()
            && let Ok(Names { verifier_key }) = serde_json::from_str(body.data.get())
        {
            // A key that can't be read signs nothing; the check tells of it.
            keys.extend(verifier_key.parse::<VerifierKey>());
        }
        Ok(())
    })?;
    Ok(Past { root: range.root(), keys })
}
