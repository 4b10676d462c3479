//! Views of returns and closed months.

use crate::domain::id::{FirmId, ParkId, ReturnId, SiteId};
use crate::domain::shapes::Theme;
use crate::domain::state::{Period, PeriodReturn};
use crate::domain::time::Month;
use crate::query::view::view;

view! {
    /// What a firm declared for a month of a site.
    pub struct ReturnView of PeriodReturn {
        firm: FirmId,
        park: ParkId,
        period: Month,
        /// Positions of its records, in order.
        records: Vec<u64>,
        #[serde(rename = "return")]
        return_id: ReturnId,
        site: SiteId,
        themes: Vec<Theme>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        ReturnView {
            changed,
            created,
            version,
            firm: state.firm,
            park: state.park,
            period: state.period,
            records: state.records,
            return_id: state.return_id,
            site: state.site,
            themes: state.themes,
        }
    }
}

view! {
    /// A closed month of a park.
    pub struct PeriodView of Period {
        /// Position of the record that closed it.
        closed_at: u64,
        park: ParkId,
        period: Month,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        PeriodView {
            changed,
            created,
            version,
            closed_at: state.closed_at,
            park: state.park,
            period: state.period,
        }
    }
}
