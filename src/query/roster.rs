//! Rosters with who has declared, and a firm's own duties.
//!
//! Invariant: what is asked as of an earlier position comes from the rosters and facts below it;
//! what is overdue is judged on the day that the answer names.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::{Measure, of_theme};
use crate::domain::id::{FirmId, ParkId, RosterId, SiteId};
use crate::domain::roster::{Due, Duty};
use crate::domain::state::{Roster, RosterVersion, Site, roster_version_id};
use crate::domain::states::{Kind, States as _};
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};
use crate::index::{FactFilter, Index, ListOf};
use crate::query::answer::QueryError;
use crate::statistics::method::{DeclaredBy, Ground, declared_by, measures, percent};

/// The most rosters of a park that are looked through, the newest last.
const MOST: usize = 10_000;

/// Something that was not declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingPart {
    pub due: Day,
    pub overdue: bool,
    pub period: Period,
    /// When the firm was reminded last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminded_on: Option<Day>,
}

/// A place on a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceStatus {
    pub declared: Vec<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    pub missing: Vec<MissingPart>,
    /// Absent of what the park itself must state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

/// A roster and how far it is fulfilled in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RosterStatus {
    /// In percent with two digits cut off, so that 100.00 means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage_percent: Option<String>,
    /// So many of what is asked for were declared.
    #[schema(minimum = 0)]
    pub declared: usize,
    pub due: Due,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    pub of: Duty,
    #[schema(minimum = 0)]
    pub overdue: usize,
    /// How many are asked for.
    #[schema(minimum = 0)]
    pub owed: usize,
    pub park: ParkId,
    pub period: Period,
    pub places: Vec<PlaceStatus>,
    pub roster: RosterId,
}

/// Rosters of a park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RostersAnswer {
    #[schema(minimum = 0)]
    pub as_of: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage_percent: Option<String>,
    /// What is overdue was due before this day.
    pub day: Day,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    pub park: ParkId,
    pub period: Period,
    pub rosters: Vec<RosterStatus>,
}

/// One roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RosterAnswer {
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub day: Day,
    #[schema(minimum = 0)]
    pub lag: u64,
    pub roster: RosterStatus,
}

/// Something that a firm has to declare and has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DutyView {
    pub due: Day,
    pub firm: FirmId,
    /// What the park wrote when it reminded the firm last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    pub of: Duty,
    pub overdue: bool,
    pub park: ParkId,
    pub period: Period,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminded_on: Option<Day>,
    /// How often it was reminded.
    #[schema(minimum = 0)]
    pub reminders: u32,
    pub roster: RosterId,
    pub site: SiteId,
}

/// What a firm has to declare and has not, what is due first in front.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DutiesAnswer {
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub firm: FirmId,
    pub items: Vec<DutyView>,
    #[schema(minimum = 0)]
    pub lag: u64,
}

/// The version of a roster that stood below a position.
pub fn version_at(index: &Index, id: &str, as_of: u64) -> Option<RosterVersion> {
    let now = index.find::<Roster>(id)?;
    let versions = (1..=now.state.set).rev();
    let mut found = versions.filter_map(|version| {
        index.find::<RosterVersion>(&roster_version_id(&now.state.now.roster, version))
    });
    found.find(|found| found.created < as_of).map(|found| found.state.clone())
}

/// The rosters of a park that stood below a position.
pub fn standing(
    index: &Index,
    park: &ParkId,
    as_of: u64,
) -> Result<Vec<RosterVersion>, QueryError> {
    let of = ListOf::Park(park.clone());
    let list = index.list(Kind::Roster, &of, 0, as_of, MOST)?;
    Ok(list.iter().filter_map(|(_, id)| version_at(index, id, as_of)).collect())
}

/// When is asked about.
#[derive(Clone, Copy, Debug)]
pub struct When {
    pub as_of: u64,
    /// Whether that is all that the rows reflect: then states tell who has declared.
    pub is_now: bool,
    pub day: Day,
}

/// How far a roster is fulfilled in a period; none if it asks for nothing in it.
pub fn status(
    index: &Index,
    roster: &RosterVersion,
    period: Period,
    when: When,
) -> Result<Option<RosterStatus>, QueryError> {
    let parts = roster.parts_in((period.first_month(), period.last_month()));
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(None) };
    let earlier = match when.is_now {
        true => None,
        false => Some(declared_below(index, roster, (first.first(), last.last()), when.as_of)?),
    };
    let is_declared = |site: Option<&SiteId>, part: Period| match &earlier {
        Some(facts) => facts.contains(&(site.cloned(), part.last_month())),
        None => roster.is_declared(index, site, part),
    };
    let reminders = index.find::<Roster>(roster.roster.as_str());
    let reminded_on = |site: Option<&SiteId>, part| {
        let reminder = reminders.as_ref()?.state.reminder(site?, part)?;
        when.is_now.then_some(reminder.on)
    };
    let place = |site: Option<SiteId>| {
        let (declared, missing): (Vec<Period>, Vec<Period>) =
            parts.iter().copied().partition(|part| is_declared(site.as_ref(), *part));
        let missing = missing.into_iter().map(|period| {
            let due = roster.due.of(period);
            let reminded_on = reminded_on(site.as_ref(), period);
            MissingPart { due, overdue: due < when.day, period, reminded_on }
        });
        let found = site.as_ref().and_then(|site| index.find::<Site>(site.as_str()));
        let firm = found.map(|found| found.state.firm.clone());
        PlaceStatus { declared, firm, missing: missing.collect(), site }
    };
    let places: Vec<_> = roster.places().into_iter().map(place).collect();
    let declared = places.iter().map(|place| place.declared.len()).sum();
    let missing = || places.iter().flat_map(|place| &place.missing);
    let owed = declared + missing().count();
    Ok(Some(RosterStatus {
        coverage_percent: percent(declared, owed),
        declared,
        due: roster.due,
        method: roster.method.clone(),
        of: roster.of.clone(),
        overdue: missing().filter(|missing| missing.overdue).count(),
        owed,
        park: roster.park.clone(),
        period: roster.period,
        roster: roster.roster.clone(),
        places,
    }))
}

/// Who had declared what a roster asks for, from the facts below a position.
fn declared_below(
    index: &Index,
    roster: &RosterVersion,
    days: (Day, Day),
    as_of: u64,
) -> Result<DeclaredBy, QueryError> {
    let of = match &roster.of {
        Duty::Theme(theme) => of_theme(*theme).to_vec(),
        Duty::Item(_) => vec![Measure::Stated],
    };
    let filter = FactFilter {
        park: Some(roster.park.clone()),
        measures: measures(of),
        days: Some(days),
        ..FactFilter::default()
    };
    let mut ground = Ground::default();
    index.facts(&filter, as_of, &mut |_, fact| ground.add_fact(fact))?;
    Ok(declared_by(&ground, &roster.of, None))
}

/// All rosters of a park that ask for something in a period.
pub fn of_park(
    index: &Index,
    park: ParkId,
    period: Period,
    when: When,
    lag: u64,
) -> Result<RostersAnswer, QueryError> {
    let mut rosters = Vec::new();
    for roster in standing(index, &park, when.as_of)? {
        rosters.extend(status(index, &roster, period, when)?);
    }
    let sum = |of: fn(&RosterStatus) -> usize| rosters.iter().map(of).sum();
    let coverage_percent = percent(sum(|one| one.declared), sum(|one| one.owed));
    let When { as_of, day, .. } = when;
    Ok(RostersAnswer { as_of, coverage_percent, day, lag, park, period, rosters })
}

/// What a firm may declare by now and has not. `today` is the day in a park.
pub fn duties(
    index: &Index,
    firm: FirmId,
    today: impl Fn(&ParkId) -> Day,
    lag: u64,
) -> Result<DutiesAnswer, QueryError> {
    let as_of = index.position();
    let list = index.list(Kind::Site, &ListOf::Firm(firm.clone()), 0, as_of, MOST)?;
    let sites: Vec<_> = list
        .iter()
        .filter_map(|(_, id)| index.find::<Site>(id))
        .map(|site| site.state.clone())
        .collect();
    let parks: BTreeSet<&ParkId> = sites.iter().map(|site| &site.park).collect();
    let mut items = Vec::new();
    for park in parks {
        let (day, of) = (today(park), ListOf::Park(park.clone()));
        for (_, id) in index.list(Kind::Roster, &of, 0, as_of, MOST)? {
            let Some(roster) = index.find::<Roster>(&id) else { continue };
            let now = &roster.state.now;
            let on = |site: &&Site| now.sites.contains(&site.site);
            for site in sites.iter().filter(on).map(|site| &site.site) {
                let parts = now.parts_in((now.period.first_month(), now.period.last_month()));
                let open = parts.into_iter().filter(|part| {
                    part.last() <= day && !now.is_declared(index, Some(site), *part)
                });
                items.extend(open.map(|part| duty(&firm, &roster.state, site, part, day)));
            }
        }
    }
    items.sort_by(|one, two| {
        (one.due, one.period, &one.site).cmp(&(two.due, two.period, &two.site))
    });
    Ok(DutiesAnswer { as_of, firm, items, lag })
}

fn duty(firm: &FirmId, roster: &Roster, site: &SiteId, period: Period, day: Day) -> DutyView {
    let (now, reminder) = (&roster.now, roster.reminder(site, period));
    let due = now.due.of(period);
    DutyView {
        due,
        firm: firm.clone(),
        message: reminder.and_then(|reminder| reminder.message.clone()),
        method: now.method.clone(),
        of: now.of.clone(),
        overdue: due < day,
        park: now.park.clone(),
        period,
        reminded_on: reminder.map(|reminder| reminder.on),
        reminders: reminder.map_or(0, |reminder| reminder.times),
        roster: now.roster.clone(),
        site: site.clone(),
    }
}
