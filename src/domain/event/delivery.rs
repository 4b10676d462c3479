//! What happened to loads and metered periods, from dispatch to use.
//!
//! Every record repeats the exchange that it belongs to, so that the facts which it contributes are
//! a function of its BODY alone. `day` is the civil day of `occurred_at` at the site where it
//! happened.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::Operation;
use crate::domain::command::Manifest;
use crate::domain::confidential::{Confidential, Sealed};
use crate::domain::event::Side;
use crate::domain::id::{CallOffId, ContractId, DeliveryId, FirmId, LotId, SiteId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{
    CheckReading, Evidence, Grade, MaterialBrief, Measured, MethodBasis, Nonconformity, Party,
    Readings, Segment,
};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};

/// What a delivery moves, between whom, and under which contract line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    pub contract: ContractId,
    pub delivery: DeliveryId,
    pub line: u16,
    pub material: MaterialBrief,
    pub receiver: Party,
    pub supplier: Party,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryDispatched {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_off: Option<CallOffId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<FirmId>,
    pub day: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Sealed>)]
    pub driver: Option<Confidential<Text>>,
    pub exchange: Exchange,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manifests: Vec<Manifest>,
    pub measured: Measured,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformities: Vec<Nonconformity>,
    /// The receiver can't speak for itself, so this stands by the supplier's word alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
    /// The delivery whose rejected quantity this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<DeliveryId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Sealed>)]
    pub plate: Option<Confidential<Text>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryReceived {
    pub day: Day,
    pub exchange: Exchange,
    pub measured: Measured,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformities: Vec<Nonconformity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Sealed>)]
    pub plate: Option<Confidential<Text>>,
}

/// The two weights differ by more than the regulatory threshold. To be resolved by `due`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscrepancyRaised {
    pub day: Day,
    pub dispatched: Quantity,
    pub due: Day,
    pub exchange: Exchange,
    pub received: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscrepancyResolved {
    pub day: Day,
    pub dispatched: Quantity,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub exchange: Exchange,
    pub explanation: Text,
    pub received: Quantity,
}

/// Dispatched and received in one. `day` is that of the period's end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeteredPeriodRecorded {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<MethodBasis>,
    /// Which side has recorded it.
    pub by: Side,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_off: Option<CallOffId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckReading>,
    pub day: Day,
    pub exchange: Exchange,
    pub from: UtcMillis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformities: Vec<Nonconformity>,
    /// The other side can't speak for itself, so this stands by one side's word alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
    pub quantity: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readings: Option<Readings>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    pub to: UtcMillis,
}

/// The receiver accepts this quantity. Its day is the civil day of the receipt, which is when it
/// counts as exchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryAccepted {
    pub day: Day,
    pub exchange: Exchange,
    /// How the received quantity was measured.
    pub method: Method,
    /// The supplier has not said that it left, so this stands by the receiver's word alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryRejected {
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub exchange: Exchange,
    pub method: Method,
    pub quantity: Quantity,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectionReturned {
    pub day: Day,
    pub exchange: Exchange,
    pub method: Method,
    pub quantity: Quantity,
}

/// Followed, under the same command, by the dispatch of `new_delivery`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectionRedirected {
    pub day: Day,
    pub exchange: Exchange,
    pub method: Method,
    pub new_delivery: DeliveryId,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectionDisposed {
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub exchange: Exchange,
    pub method: Method,
    pub operation: Operation,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryUsed {
    pub day: Day,
    pub exchange: Exchange,
    /// The lot that it was of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Text>,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryDisposed {
    pub day: Day,
    pub exchange: Exchange,
    /// The lot that it was of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    pub method: Method,
    pub operation: Operation,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryCancelled {
    pub day: Day,
    pub exchange: Exchange,
    pub method: Method,
    /// Whether it stood by the supplier's word alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
    /// What had been dispatched.
    pub quantity: Quantity,
    pub reason: Text,
}

impl Exchange {
    /// The sites of both sides.
    pub fn sites(&self) -> [&SiteId; 2] {
        [&self.supplier.site, &self.receiver.site]
    }
}

impl MeteredPeriodRecorded {
    /// From, and up to but not including.
    pub fn period(&self) -> (UtcMillis, UtcMillis) {
        (self.from, self.to)
    }
}
