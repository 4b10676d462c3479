//! The files beside the log, held against the hashes by which records name them.
//!
//! Invariant: files are looked at after the log was read, because a file is durable before the
//! record that links it: a running ledger lacks none. A file is read whole, whoever names it; what
//! nobody names is told and is no error, because an upload comes before its link.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use crate::evidence::check::report::{AttachmentCounts, Found, Spot};
use crate::evidence::check::statements::hash_of;
use crate::log::attachments::{FOLDER, UPLOADED, names, parse_name};
use crate::log::disk::DiskError;
use crate::merkle::Hash;

// Further members are left to those who know them.

#[derive(Deserialize)]
struct EvidenceAttached {
    attachment: Attachment,
}

#[derive(Deserialize)]
struct Attachment {
    hash: Hash,
}

/// What records say of files.
#[derive(Default)]
pub(super) struct Attachments {
    /// Linked files, with the first record that links each.
    linked: HashMap<Hash, u64>,
    /// Hashes of documents that records mention, whose bytes may be anywhere.
    mentioned: HashMap<Hash, u64>,
}

impl Attachments {
    /// Looks into a record's data. `evidence_attached` names a file that must be there; other
    /// records may mention hashes of documents in members that are called `evidence`.
    pub fn record(&mut self, spot: Spot<'_>, kind: &str, data: &str, found: &mut Found) {
        let position = spot.position.unwrap_or_default();
        if kind == "evidence_attached" {
            match serde_json::from_str::<EvidenceAttached>(data) {
                Ok(EvidenceAttached { attachment }) => {
                    self.linked.entry(attachment.hash).or_insert(position);
                }
                Err(error) => {
                    let message = format!("the record does not name a file: {error}");
                    found.error(spot, "evidence_attached_data", message);
                }
            }
        } else if data.contains("\"evidence\":[{")
            && let Ok(value) = serde_json::from_str(data)
        {
            mentions(&value, &mut |hash| {
                self.mentioned.entry(hash).or_insert(position);
            });
        }
    }

    /// Reads every file.
    pub fn finish(self, data: &Path, found: &mut Found) -> Result<AttachmentCounts, DiskError> {
        let folder = data.join(FOLDER);
        let mut counts =
            AttachmentCounts { linked: self.linked.len() as u64, ..AttachmentCounts::default() };
        let mut missing = self.linked.clone();
        for name in names(&folder)? {
            let file = format!("{FOLDER}/{name}");
            let Some(stated) = parse_name(&name) else {
                if name != UPLOADED {
                    found.note(
                        Spot::file(&file),
                        "stray_file",
                        "no file of that name belongs there",
                    );
                }
                continue;
            };
            missing.remove(&stated);
            let record = self.linked.get(&stated);
            let spot = Spot { position: record.copied(), ..Spot::file(&file) };
            let hash = match hash_of(&folder.join(&name)) {
                // It has gone since its name was read, which only a hand from outside does.
                Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => continue,
                hash => hash?,
            };
            if hash != stated {
                let message = format!("the bytes have the hash {hash}, and not that of their name");
                match record {
                    Some(_) => {
                        counts.spoiled += 1;
                        found.error(spot, "attachment_bytes", message);
                    }
                    None => found.note(spot, "attachment_unlinked_bytes", message),
                }
            } else if record.is_some() {
                counts.kept += 1;
            } else if !self.mentioned.contains_key(&stated) {
                found.note(spot, "attachment_unlinked", "no record links this file yet");
            }
        }
        counts.missing = missing.len() as u64;
        let mut missing: Vec<_> = missing.into_iter().map(|(hash, at)| (at, hash)).collect();
        missing.sort_unstable();
        for (position, hash) in missing {
            let file = format!("{FOLDER}/{hash}");
            let message = format!("record {position} links this file, and it is not there");
            found.error(Spot::file(&file).position(position), "attachment_missing", message);
        }
        Ok(counts)
    }
}

/// The hashes in every list that is called `evidence`.
fn mentions(value: &serde_json::Value, each: &mut dyn FnMut(Hash)) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                if name == "evidence" {
                    let items = member.as_array().map_or(&[][..], Vec::as_slice);
                    let hashes =
                        items.iter().filter_map(|item| item["hash"].as_str()?.parse().ok());
                    hashes.for_each(&mut *each);
                }
                mentions(member, each);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| mentions(item, each)),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}
