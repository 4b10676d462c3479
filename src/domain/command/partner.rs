//! Commands about partners who are not registered here: recording them, asking them by a one-time
//! link, and what they answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::confidential::{Confidential, Seal};
use crate::domain::digest::Digest;
use crate::domain::id::{ContractId, DeliveryId, FirmId, KeyId, ParkId, SiteId};
use crate::domain::party_id::Uscc;
use crate::domain::shapes::Evidence;
use crate::domain::text::Text;
use crate::domain::time::{Day, Month};

/// Records a partner who is not registered here, with the site that one trades with. By a firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCounterparty {
    pub firm: FirmId,
    pub name: Text,
    /// Where the site lies.
    pub park: ParkId,
    /// Whether recycling is its main business, as far as is known.
    #[serde(default)]
    pub recycler: bool,
    pub site: SiteId,
    pub site_name: Text,
    /// By this it is claimed when it registers. Several firms may record the same partner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uscc: Option<Uscc>,
}

/// Joins the history of a recorded counterparty to the firm that it is. By the ledger keeper, who
/// has compared the registry number or, where none was recorded, has evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimCounterparty {
    pub counterparty: FirmId,
    /// Needed where no registry number was recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The registered firm.
    pub firm: FirmId,
}

/// What a partner is asked to confirm: a contract, all that was delivered under it in a month, or
/// one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkSubject {
    #[serde(default)]
    pub contract: Option<ContractId>,
    #[serde(default)]
    pub delivery: Option<DeliveryId>,
    /// With `contract`.
    #[serde(default)]
    pub month: Option<Month>,
}

/// Asks a partner who is not registered to confirm something, by a link that answers once. The
/// ledger learns the hash of the link's secret, never the secret. By the other side's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueLink {
    /// The last day on which it opens anything, at most 90 days ahead.
    pub expires: Day,
    pub key: KeyId,
    pub label: Text,
    /// BLAKE3 of the secret.
    pub secret_hash: Digest,
    pub subject: LinkSubject,
}

/// A partner's answer.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LinkAnswer {
    Confirmed,
    Disputed,
}

/// The partner answers what a link asks; the link is used up. By the partner, with the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerLink {
    pub answer: LinkAnswer,
    /// Which deliveries of a month are disputed; all that the link asks about if it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub deliveries: Vec<DeliveryId>,
    pub key: KeyId,
    /// Who answers, a person's name; confidential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub name: Option<Confidential<Text>>,
    /// Needed of a dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// Stands for what the other side has recorded: the receiver for a load as it was dispatched, the
/// supplier for what was received. By the side that has not spoken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmEntry {
    pub delivery: DeliveryId,
}

impl AnswerLink {
    pub(super) fn seal(&mut self, seal: &mut Seal<'_>) {
        if let Some(name) = &mut self.name {
            name.seal("/data/name", seal);
        }
    }
}
