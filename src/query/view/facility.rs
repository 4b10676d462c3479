//! Views of shared facilities: what whoever reads the registry may see. For whom capacity is kept,
//! and who used how much, stands in the facility's shares.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::facility::{CapacityPer, FacilityKind};
use crate::domain::id::{FacilityId, FirmId, OutageId, ParkId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::Grade;
use crate::domain::state::{CapacityFrom, Facility, Outage};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};
use crate::query::view::view;

/// What a facility can do from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CapacityView {
    pub capacity: Quantity,
    pub from: Day,
    /// Its record.
    #[schema(minimum = 0)]
    pub position: u64,
}

/// When a facility could do nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutageView {
    pub from: UtcMillis,
    pub outage: OutageId,
    /// Its record.
    #[schema(minimum = 0)]
    pub position: u64,
    pub reason: Text,
    /// The record that took it back; absent while it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub reversed: Option<u64>,
    /// Excluded.
    pub to: UtcMillis,
}

impl CapacityView {
    fn of(one: &CapacityFrom) -> CapacityView {
        let CapacityFrom { capacity, from, record } = *one;
        CapacityView { capacity, from, position: record }
    }
}

impl OutageView {
    pub fn of(one: &Outage) -> OutageView {
        let Outage { from, outage, reason, record, reversed, to } = one.clone();
        OutageView { from, outage, position: record, reason, reversed, to }
    }
}

view! {
    /// A facility that several firms use.
    pub struct FacilityView of Facility {
        /// In the order in which they were said; of those that have begun, the last to begin holds.
        capacities: Vec<CapacityView>,
        facility: FacilityId,
        /// The firm that runs it; absent if the park itself does.
        #[serde(skip_serializing_if = "Option::is_none")]
        firm: Option<FirmId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        grade: Option<Grade>,
        kind: FacilityKind,
        name: Text,
        outages: Vec<OutageView>,
        park: ParkId,
        /// The time in which its capacity is meant.
        per: CapacityPer,
        #[serde(skip_serializing_if = "Option::is_none")]
        site: Option<SiteId>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        FacilityView {
            changed,
            created,
            version,
            capacities: state.capacities.iter().map(CapacityView::of).collect(),
            facility: state.facility,
            firm: state.firm,
            grade: state.grade,
            kind: state.kind,
            name: state.name,
            outages: state.outages.iter().map(OutageView::of).collect(),
            park: state.park,
            per: state.per,
            site: state.site,
        }
    }
}
