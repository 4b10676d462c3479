//! That rosters were set, and firms reminded of what they have not declared.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{FirmId, ParkId, RosterId, SiteId};
use crate::domain::method::Every;
use crate::domain::roster::{Due, Duty};
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterSet {
    pub due: Due,
    /// How often it is declared.
    pub every: Every,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    pub of: Duty,
    /// The park itself must state it.
    pub of_park: bool,
    pub park: ParkId,
    pub period: Period,
    pub roster: RosterId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReminderSent {
    /// When it was due.
    pub due: Day,
    pub firm: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
    /// The day on which it was sent, in the park's time zone.
    pub on: Day,
    pub park: ParkId,
    pub period: Period,
    pub roster: RosterId,
    pub site: SiteId,
}
