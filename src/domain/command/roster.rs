//! Commands about rosters: who must declare what by when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{ParkId, RosterId, SiteId};
use crate::domain::roster::{Due, Duty};
use crate::domain::text::Text;
use crate::domain::time::Period;

/// Says which sites must declare a theme or item of a period, and by when; said again, it replaces
/// the sites, the day and the method. By the park's administration or the ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRoster {
    pub due: Due,
    /// Counts for indicators of this version of a method, as `hj274.1`; of all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    pub of: Duty,
    pub park: ParkId,
    /// Themes are declared for each month of it, items as often as their definition says.
    pub period: Period,
    pub roster: RosterId,
    /// Empty for an item that is stated of the park as a whole, which the park must state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub sites: Vec<SiteId>,
}

/// Reminds a firm of what a site of its own has not declared. By the park's administration or the
/// ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendReminder {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
    /// What is missing, as `2025-03` of a theme.
    pub period: Period,
    pub roster: RosterId,
    pub site: SiteId,
}
