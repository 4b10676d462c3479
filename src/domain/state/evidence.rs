//! Present states of documents that were linked, and who may read a file because of it.

use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::attachment::{Attachment, EvidenceKind, MediaType};
use crate::domain::digest::Digest;
use crate::domain::id::{EvidenceId, FirmId, ParkId};
use crate::domain::states::{Aggregate, Kind};
use crate::domain::subject::Subject;
use crate::domain::text::Text;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedEvidence {
    pub attachment: Attachment,
    /// Who linked it.
    pub by: Actor,
    pub evidence: EvidenceId,
    pub firms: Vec<FirmId>,
    pub kind: EvidenceKind,
    pub parks: Vec<ParkId>,
    pub subject: Subject,
    pub title: Text,
}

/// That a record links a file: one of id `HASH` for the file, and one for each reason to read it,
/// [`AttachmentUse::id`]. A file may be linked without end, so its links are no list in one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentUse {
    pub bytes: u64,
    pub media_type: MediaType,
}

/// Why somebody may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader<'a> {
    /// A party of what it is about.
    Firm(&'a FirmId),
    /// Whoever checks a park that it concerns.
    Park(&'a ParkId),
    /// Whoever checks any park: it is of the whole ledger.
    AnyPark,
    /// Who linked it.
    By(&'a Actor),
}

impl AttachmentUse {
    pub fn id(hash: &Digest, reader: Reader<'_>) -> String {
        match reader {
            Reader::Firm(firm) => format!("{hash}/{firm}"),
            Reader::Park(park) => format!("{hash}/{park}"),
            Reader::AnyPark => format!("{hash}/"),
            Reader::By(actor) => format!("{hash}/by/{actor}"),
        }
    }
}

impl Aggregate for AttachedEvidence {
    const KIND: Kind = Kind::Evidence;
}

impl Aggregate for AttachmentUse {
    const KIND: Kind = Kind::AttachmentUse;
}
