//! What is kept of the confidential values that records commit to.
//!
//! Invariant: `sealed/` is read after the extent of the log was taken, since a value is durable
//! before the line that commits to it: so no value is called missing that was only written later.
//! Memory is bounded by the number of values, 25 bytes each and at most twice that while the table
//! grows.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::path::Path;

use crate::evidence::check::report::{Found, SealedCounts, Spot};
use crate::log::sealed::{FOLDER, SealedError, Seen, view};
use crate::merkle::Hash;

#[derive(Default)]
pub(super) struct Sealed {
    kept: HashMap<[u64; 2], Standing, RandomState>,
    counts: SealedCounts,
    /// The first record that commits to a value of which nothing is there.
    missing_at: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Kept,
    Erased,
    Spoiled,
}

impl Sealed {
    /// Reads the folder, if there is one. `read` hears how many bytes were read.
    pub fn open(
        data: &Path,
        found: &mut Found,
        read: &mut dyn FnMut(u64),
    ) -> Result<Sealed, SealedError> {
        let mut sealed = Sealed::default();
        let folder = data.join(FOLDER);
        if !folder.exists() {
            return Ok(sealed);
        }
        view(&folder, |path, offset, length, seen| {
            read(length + 1);
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let name = format!("{FOLDER}/{name}");
            let spot = Spot::file(&name).offset(offset);
            match seen {
                Seen::Kept(commitment) => sealed.insert(&commitment, Standing::Kept),
                Seen::Erased(commitment) => sealed.insert(&commitment, Standing::Erased),
                Seen::Spoiled(commitment) => {
                    let message = match commitment {
                        Some(commitment) => {
                            sealed.insert(&commitment, Standing::Spoiled);
                            format!("the value is not the one that {commitment} commits to")
                        }
                        None => "the line is not in the form of a sealed value".to_owned(),
                    };
                    found.error(spot, "sealed_line", message);
                }
                Seen::Unended => {
                    let message = format!("{length} bytes of a line that does not end");
                    found.note(spot, "sealed_tail", message);
                }
            }
        })?;
        Ok(sealed)
    }

    /// A value that was sealed twice is kept if one of them is.
    fn insert(&mut self, commitment: &Hash, standing: Standing) {
        let known = self.kept.entry(key(commitment)).or_insert(standing);
        if standing == Standing::Kept {
            *known = standing;
        }
    }

    /// A record commits to these values.
    pub fn committed(&mut self, position: u64, commitments: &[Hash]) {
        for commitment in commitments {
            self.counts.commitments += 1;
            let count = match self.kept.get(&key(commitment)) {
                Some(Standing::Kept) => &mut self.counts.kept,
                Some(Standing::Erased) => &mut self.counts.erased,
                Some(Standing::Spoiled) => &mut self.counts.spoiled,
                None => {
                    self.missing_at.get_or_insert(position);
                    &mut self.counts.missing
                }
            };
            *count += 1;
        }
    }

    pub fn finish(self, found: &mut Found) -> SealedCounts {
        let SealedCounts { erased, missing, .. } = self.counts;
        if erased > 0 {
            let message = format!("{erased} confidential values were erased");
            found.note(Spot::file(FOLDER), "sealed_erased", message);
        }
        if let Some(position) = self.missing_at {
            let message = format!(
                "{missing} confidential values are not kept here, the first in record {position}"
            );
            found.note(Spot::file(FOLDER).position(position), "sealed_missing", message);
        }
        self.counts
    }
}

/// 128 bits: commitments are hashes.
fn key(commitment: &Hash) -> [u64; 2] {
    let (low, _) = commitment.0.as_chunks::<8>();
    [u64::from_le_bytes(low[0]), u64::from_le_bytes(low[1])]
}
