//! What shared facilities are: their kinds, per what they count, and whose word is whose.
//!
//! Invariant: the words in JSON are those of the log and never change their meaning.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{FacilityId, FirmId, ParkId, SiteId};

/// What a facility is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FacilityKind {
    WastewaterTreatment,
    /// Of solid or liquid waste, sludge drying included.
    WasteTreatment,
    SteamMain,
    HeatMain,
    WaterMain,
    GasMain,
    Substation,
    Storage,
    TankFarm,
    Other,
}

impl FacilityKind {
    /// Whether what goes through it is treated there.
    pub fn treats(self) -> bool {
        matches!(self, FacilityKind::WastewaterTreatment | FacilityKind::WasteTreatment)
    }
}

/// In which time a capacity is meant.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CapacityPer {
    Hour,
    Day,
}

/// Who speaks of a reservation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FacilitySide {
    /// Who runs the facility: a firm, or the park itself.
    Operator,
    /// The firm for which capacity is kept.
    User,
}

/// Which facility, whose and where: what every event of it repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityPlace {
    pub facility: FacilityId,
    pub kind: FacilityKind,
    /// The firm that runs it; absent if the park itself does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<FirmId>,
    pub park: ParkId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}
