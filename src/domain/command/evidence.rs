//! The command that links a document to a thing of the ledger.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::attachment::{Attachment, EvidenceKind};
use crate::domain::id::EvidenceId;
use crate::domain::subject::Subject;
use crate::domain::text::Text;

/// Links an uploaded document to a thing. By a party of the thing; a park may for permits and sites
/// in it, the ledger keeper for those and for firms. The bytes must have been uploaded before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachEvidence {
    /// As the upload was answered.
    pub attachment: Attachment,
    pub evidence: EvidenceId,
    pub kind: EvidenceKind,
    pub subject: Subject,
    /// What it is, in a few words. It stands in the log for ever: no file name, no person's name.
    pub title: Text,
}
