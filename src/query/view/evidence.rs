//! Views of documents that were linked to things.

use crate::domain::actor::Actor;
use crate::domain::attachment::{Attachment, EvidenceKind};
use crate::domain::id::{EvidenceId, FirmId, ParkId};
use crate::domain::state::AttachedEvidence;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::query::view::view;

view! {
    /// A document, linked to a thing.
    pub struct EvidenceView of AttachedEvidence {
        attachment: Attachment,
        /// Who linked it.
        by: Actor,
        evidence: EvidenceId,
        firms: Vec<FirmId>,
        kind: EvidenceKind,
        parks: Vec<ParkId>,
        subject: Subject,
        title: Text,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        EvidenceView {
            changed,
            created,
            version,
            attachment: state.attachment,
            by: state.by,
            evidence: state.evidence,
            firms: state.firms,
            kind: state.kind,
            parks: state.parks,
            subject: state.subject,
            title: state.title,
        }
    }
}
