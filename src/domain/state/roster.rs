//! Present states of rosters, and each version of them.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ParkId, RosterId, SiteId};
use crate::domain::method::Every;
use crate::domain::roster::{Due, Duty, parts};
use crate::domain::state::{Declaration, StatedFigure, figure_id};
use crate::domain::states::{Aggregate, Kind, States};
use crate::domain::text::Text;
use crate::domain::time::{Day, Month, Period};

/// What a roster asks for since it was set. It stands under `ros_…/1`, `ros_…/2` and never changes,
/// so that what stood at an earlier position is found again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterVersion {
    pub due: Due,
    pub every: Every,
    pub method: Option<Text>,
    pub of: Duty,
    /// The park itself must state it.
    pub of_park: bool,
    pub park: ParkId,
    pub period: Period,
    pub roster: RosterId,
    pub sites: Vec<SiteId>,
}

impl RosterVersion {
    /// The sites that must declare; none stands for the park itself.
    pub fn places(&self) -> Vec<Option<SiteId>> {
        if self.of_park {
            return vec![None];
        }
        self.sites.iter().cloned().map(Some).collect()
    }

    /// What must be declared within these months.
    pub fn parts_in(&self, (first, last): (Month, Month)) -> Vec<Period> {
        let within = |part: &Period| first <= part.first_month() && part.last_month() <= last;
        parts(self.period, self.every).into_iter().filter(within).collect()
    }

    /// Whether what it asks for was declared for a place, as the states have it now.
    pub fn is_declared<S: States>(&self, states: &S, site: Option<&SiteId>, part: Period) -> bool {
        match (&self.of, site) {
            (Duty::Theme(theme), Some(site)) => {
                states.exists::<Declaration>(&format!("{site}/{part}/{theme}"))
            }
            (Duty::Theme(_), None) => false,
            (Duty::Item(name), site) => {
                let found = states.find::<StatedFigure>(&figure_id(&self.park, site, part, name));
                found.is_some_and(|found| found.state.statement.is_some())
            }
        }
    }

    /// Whether it counts for indicators of a version of a method.
    pub fn is_for(&self, method: &str) -> bool {
        self.method.as_ref().is_none_or(|own| own.as_str() == method)
    }
}

/// The last reminder of what a site has not declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    pub message: Option<Text>,
    pub on: Day,
    pub period: Period,
    pub site: SiteId,
    /// How many there were.
    pub times: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    pub now: RosterVersion,
    /// At most one of each site and part of the period.
    pub reminders: Vec<Reminder>,
    /// How many versions it has.
    pub set: u32,
}

impl Roster {
    pub fn reminder(&self, site: &SiteId, period: Period) -> Option<&Reminder> {
        self.reminders.iter().find(|one| one.site == *site && one.period == period)
    }
}

/// The id of a version of a roster.
pub fn roster_version_id(roster: &RosterId, version: u32) -> String {
    format!("{roster}/{version}")
}

impl Aggregate for Roster {
    const KIND: Kind = Kind::Roster;
}

impl Aggregate for RosterVersion {
    const KIND: Kind = Kind::RosterVersion;
}
