//! Commands about access keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::access::Role;
use crate::domain::digest::Digest;
use crate::domain::id::{FirmId, KeyId, ParkId, SiteId};
use crate::domain::text::Text;
use crate::domain::time::Day;

/// Gives a key its rights. The ledger learns the hash of its secret, never the secret. By the
/// ledger keeper; a firm may issue keys of its own firm and its weighbridges and carriers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueKey {
    /// The last day on which it opens anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    /// Of the roles firm, weighbridge and carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    pub key: KeyId,
    pub label: Text,
    /// Of the roles park, verifier and regulator: where its mandate lies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub parks: Vec<ParkId>,
    pub role: Role,
    /// BLAKE3 of the secret.
    pub secret_hash: Digest,
    /// Of the role weighbridge, if it is bound to one site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

/// Ends a key at once. By whoever may issue it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeKey {
    pub key: KeyId,
    pub reason: Text,
}
