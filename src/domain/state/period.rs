//! Present states of returns, what was declared, and closed periods.

use serde::{Deserialize, Serialize};

use crate::domain::id::{FirmId, ParkId, ReturnId, SiteId};
use crate::domain::shapes::Theme;
use crate::domain::states::{Aggregate, Kind};
use crate::domain::time::Month;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodReturn {
    pub firm: FirmId,
    pub park: ParkId,
    pub period: Month,
    /// Positions of its records, in order.
    pub records: Vec<u64>,
    pub return_id: ReturnId,
    pub site: SiteId,
    pub themes: Vec<Theme>,
}

/// What stands for a site, month, theme and material; its id is `sit_…/2025-03/generation/mat_…`.
/// One of id `sit_…/2025-03/generation` stands for the theme itself, by the first return that
/// declared anything of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    pub return_id: ReturnId,
    /// Declared as zero activity.
    pub zero: bool,
}

/// A closed month of a park; its id is `prk_…/2025-03`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub park: ParkId,
    pub period: Month,
    /// Position of the record that closed it.
    pub closed_at: u64,
}

impl Aggregate for PeriodReturn {
    const KIND: Kind = Kind::Return;
}

impl Aggregate for Declaration {
    const KIND: Kind = Kind::Declaration;
}

impl Aggregate for Period {
    const KIND: Kind = Kind::Period;
}
