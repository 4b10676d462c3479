//! That a document was linked to a thing: its hash in the log, its bytes beside it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::attachment::{Attachment, EvidenceKind};
use crate::domain::id::{EvidenceId, FirmId, ParkId};
use crate::domain::subject::Subject;
use crate::domain::text::Text;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceAttached {
    pub attachment: Attachment,
    pub evidence: EvidenceId,
    /// The firms that have part in the subject.
    pub firms: Vec<FirmId>,
    pub kind: EvidenceKind,
    /// The parks that the subject concerns.
    pub parks: Vec<ParkId>,
    pub subject: Subject,
    pub title: Text,
}
