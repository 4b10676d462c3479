//! What happened with partners who are not registered here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::{LinkAnswer, LinkSubject};
use crate::domain::confidential::{Confidential, Sealed};
use crate::domain::digest::Digest;
use crate::domain::event::{Exchange, Side};
use crate::domain::id::{FirmId, KeyId, ParkId};
use crate::domain::party_id::Uscc;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::Evidence;
use crate::domain::text::Text;
use crate::domain::time::Day;

/// A firm has recorded a partner. Followed, under the same command, by the partner's site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterpartyRecorded {
    pub firm: FirmId,
    pub name: Text,
    pub park: ParkId,
    pub recorded_by: FirmId,
    pub recycler: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uscc: Option<Uscc>,
}

/// From here on `firm` acts for the counterparty and sees its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterpartyClaimed {
    pub counterparty: FirmId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub firm: FirmId,
    /// The number that both have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uscc: Option<Uscc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkIssued {
    pub expires: Day,
    /// Who asks.
    pub issued_by: FirmId,
    pub key: KeyId,
    pub label: Text,
    /// Who is asked.
    pub partner: FirmId,
    pub secret_hash: Digest,
    pub subject: LinkSubject,
}

/// Followed, under the same command, by what the answer causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAnswered {
    pub answer: LinkAnswer,
    pub issued_by: FirmId,
    pub key: KeyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Sealed>)]
    pub name: Option<Confidential<Text>>,
    pub partner: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    pub subject: LinkSubject,
}

/// The side that had not spoken stands for the entry, so that it is both sides'.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryConfirmed {
    /// That of the quantity which was one-sided.
    pub day: Day,
    pub exchange: Exchange,
    pub method: Method,
    /// What was one side's word until now, and is taken out of that. Absent if nothing was counted
    /// as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    pub side: Side,
}
