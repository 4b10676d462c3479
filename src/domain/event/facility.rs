//! What became of shared facilities. Only `facility_used` and its reversal contribute facts, of a
//! measure of their own: what goes through a facility is no exchange.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::event::Event;
use crate::domain::facility::{CapacityPer, FacilityPlace, FacilitySide};
use crate::domain::id::{FacilityUseId, FirmId, OutageId, ReservationId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{Evidence, Grade, MaterialBrief, Nonconformity, Term};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityRegistered {
    pub capacity: Quantity,
    pub from: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub name: Text,
    pub per: CapacityPer,
    pub place: FacilityPlace,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CapacityChanged {
    pub capacity: Quantity,
    pub from: Day,
    pub place: FacilityPlace,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CapacityReserved {
    /// Who said so.
    pub by: FacilitySide,
    /// In force at once, by the operator's word and document; else it waits for the other side.
    pub confirmed: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub firm: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub place: FacilityPlace,
    pub quantity: Quantity,
    pub reservation: ReservationId,
    pub term: Term,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservationConfirmed {
    pub by: FacilitySide,
    pub firm: FirmId,
    pub place: FacilityPlace,
    pub reservation: ReservationId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservationDeclined {
    pub by: FacilitySide,
    pub firm: FirmId,
    pub place: FacilityPlace,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    pub reservation: ReservationId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservationEnded {
    pub by: FacilitySide,
    pub firm: FirmId,
    /// The last day on which it holds.
    pub last: Day,
    pub place: FacilityPlace,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    pub reservation: ReservationId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityUsed {
    /// On which it counts: the last of its days.
    pub day: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub facility_use: FacilityUseId,
    pub firm: FirmId,
    pub from: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialBrief>,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformities: Vec<Nonconformity>,
    pub place: FacilityPlace,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityUseReversed {
    /// On which it counts: the use's own day, or the day of the reversal where its month is
    /// closed.
    pub day: Day,
    pub facility_use: FacilityUseId,
    pub firm: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialBrief>,
    pub method: Method,
    pub place: FacilityPlace,
    /// What is taken back.
    pub quantity: Quantity,
    pub reason: Text,
    /// Position of the record that it takes back.
    pub reverses: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutageRecorded {
    pub from: UtcMillis,
    pub outage: OutageId,
    pub place: FacilityPlace,
    pub reason: Text,
    /// Excluded.
    pub to: UtcMillis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutageReversed {
    pub outage: OutageId,
    pub place: FacilityPlace,
    pub reason: Text,
    /// Position of the record that it takes back.
    pub reverses: u64,
}

impl Event {
    /// Of which facility an event is.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`stream_of_others` has all arms")]
    pub fn facility_place(&self) -> Option<&FacilityPlace> {
        match self {
            Event::FacilityRegistered(e) => Some(&e.place),
            Event::CapacityChanged(e) => Some(&e.place),
            Event::CapacityReserved(e) => Some(&e.place),
            Event::ReservationConfirmed(e) => Some(&e.place),
            Event::ReservationDeclined(e) => Some(&e.place),
            Event::ReservationEnded(e) => Some(&e.place),
            Event::FacilityUsed(e) => Some(&e.place),
            Event::FacilityUseReversed(e) => Some(&e.place),
            Event::OutageRecorded(e) => Some(&e.place),
            Event::OutageReversed(e) => Some(&e.place),
            _ => None,
        }
    }
}
