//! Commands about shared facilities: what they can do, for whom it is kept, what went through.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::facility::{CapacityPer, FacilityKind};
use crate::domain::id::{
    FacilityId, FacilityUseId, FirmId, MaterialId, OutageId, ParkId, ReservationId, SiteId,
};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{Evidence, Grade, Term};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};

/// Registers a facility that several firms use. By the firm that runs it, or by its park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterFacility {
    /// What it can do in an hour or a day, all users together.
    pub capacity: Quantity,
    pub facility: FacilityId,
    /// The firm that runs it; the park itself if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    /// The first day on which it can.
    pub from: Day,
    /// Of what comes out of it, as of a steam main.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub kind: FacilityKind,
    pub name: Text,
    pub park: ParkId,
    pub per: CapacityPer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

/// Says that a facility can do more or less from a day on. By its operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCapacity {
    /// In the hour or day of the facility.
    pub capacity: Quantity,
    pub facility: FacilityId,
    pub from: Day,
    pub reason: Text,
}

/// Keeps a part of a facility's capacity for a firm. The firm or the operator proposes and the
/// other confirms; what the operator proves with a document is in force at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReserveCapacity {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    pub facility: FacilityId,
    /// For whom it is kept.
    pub firm: FirmId,
    /// What the firm needs at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// In the hour or day of the facility.
    pub quantity: Quantity,
    pub reservation: ReservationId,
    pub term: Term,
}

/// Confirms a proposed reservation. By the side that did not propose it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmReservation {
    pub facility: FacilityId,
    pub reservation: ReservationId,
}

/// Declines a proposed reservation, or takes one's own proposal back. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineReservation {
    pub facility: FacilityId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    pub reservation: ReservationId,
}

/// Ends a reservation before its term. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndReservation {
    pub facility: FacilityId,
    /// The last day on which it holds: no earlier than the day on which this is said.
    pub last: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    pub reservation: ReservationId,
}

/// Records what of a facility a firm used on days of one month. By the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordFacilityUse {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    pub facility: FacilityId,
    pub facility_use: FacilityUseId,
    pub firm: FirmId,
    /// The first day.
    pub from: Day,
    /// As supplied in that time; the facility's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// What went through, as the wastewater that is treated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    pub method: Method,
    pub quantity: Quantity,
    /// The last day, of the same month.
    pub to: Day,
}

/// Takes a recorded use back because it is wrong; what is right is recorded anew. By the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReverseFacilityUse {
    pub facility: FacilityId,
    pub facility_use: FacilityUseId,
    pub reason: Text,
}

/// Records when a facility could do nothing, or will not. By the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordOutage {
    pub facility: FacilityId,
    pub from: UtcMillis,
    pub outage: OutageId,
    pub reason: Text,
    /// Excluded.
    pub to: UtcMillis,
}

/// Takes a recorded outage back because it is wrong. By the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReverseOutage {
    pub facility: FacilityId,
    pub outage: OutageId,
    pub reason: Text,
}
