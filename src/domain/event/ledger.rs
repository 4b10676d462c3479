//! What happened to the ledger itself, and to its access keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::access::Role;
use crate::domain::digest::Digest;
use crate::domain::id::{FirmId, KeyId, ParkId, SiteId};
use crate::domain::text::Text;
use crate::domain::time::Day;

/// Record 0 of every log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerOpened {
    /// A demo ledger takes its clock from its scenario, and says so in its origin.
    pub demo: bool,
    pub format: u16,
    /// The origin line of its checkpoints; ends in `/blake3`.
    pub origin: Text,
    /// The first verifier key, as a C2SP signed note writes it.
    pub verifier_key: Text,
}

/// Opening found bytes behind the last whole command, which nobody was ever answered for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TailCut {
    pub bytes: u64,
    /// Where what was cut was copied to, from the data folder on.
    pub copy: Text,
    /// BLAKE3 of the copy.
    pub copy_hash: Digest,
    /// The log's size when it was cut.
    pub size: u64,
}

/// The checkpoint that covers this record is signed by both keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotated {
    pub verifier_key: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyIssued {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    pub key: KeyId,
    pub label: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parks: Vec<ParkId>,
    pub role: Role,
    pub secret_hash: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoked {
    pub key: KeyId,
    pub reason: Text,
}
