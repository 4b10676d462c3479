//! Which method answers, and the sums that it is evaluated on.
//!
//! Invariant: as of an earlier position a method that was published later does not exist, and one
//! that was withdrawn later is in force; the sums are those of the facts below that position.

use crate::domain::id::ParkId;
use crate::domain::method::{Item, Method};
use crate::domain::name::Name;
use crate::domain::state::{PublishedMethod, method_id};
use crate::domain::states::{Kind, States as _, Stored};
use crate::domain::time::{Month, Period};
use crate::index::{FactFilter, Index, ListOf, Total, TotalFilter};
use crate::query::answer::QueryError;
use crate::query::programme::{Programme, Question};
use crate::statistics::method::{Cell, Ground};

/// The most versions of methods that are looked through.
const MOST_METHODS: usize = 10_000;

/// The version that answers: the one that is asked for, or the newest in force at the period's end,
/// or, if none is in force, the newest that was not withdrawn.
pub fn method(
    index: &Index,
    name: &Name,
    version: Option<u16>,
    period: Period,
    as_of: u64,
) -> Result<Method, QueryError> {
    let there = |stored: &Stored<PublishedMethod>| stored.created < as_of;
    if let Some(version) = version {
        let found = index.find::<PublishedMethod>(&method_id(name, version));
        let found = found.filter(|found| there(found)).ok_or(QueryError::NotFound("method"))?;
        return Ok(found.state.read());
    }
    let (mut newest, mut in_force) = (None, None);
    for (_, id) in index.list(Kind::Method, &ListOf::All, 0, as_of, MOST_METHODS)? {
        let Some(found) = index.find::<PublishedMethod>(&id) else { continue };
        if found.state.method != *name || !there(&found) {
            continue;
        }
        let mut state = found.state.clone();
        if found.changed >= as_of {
            state.withdrawn = None;
        }
        let newer = |best: &Option<PublishedMethod>| {
            best.as_ref().is_none_or(|best| best.version < state.version)
        };
        if state.is_in_force(period.last()) && newer(&in_force) {
            in_force = Some(state.clone());
        }
        if state.withdrawn.is_none() && newer(&newest) {
            newest = Some(state);
        }
    }
    let found = in_force.or(newest).ok_or(QueryError::NotFound("method"))?;
    Ok(found.read())
}

/// The first month whose facts a method needs.
pub fn first_month(method: &Method, period: Period, base_year: Option<u16>) -> Month {
    let Some(years) = method.looks_back() else { return Month::MIN };
    let first = period.first_month();
    let back = first.checked_add(-12 * i32::from(years)).unwrap_or(Month::MIN);
    let base = base_year.map_or(first, |year| Period::Year(year).first_month());
    // What grew since the base year may itself look back.
    let base = base.checked_add(-12 * i32::from(years)).unwrap_or(Month::MIN);
    back.min(base)
}

/// Evaluates a method on the rows.
pub fn evaluate<'a>(
    index: &Index,
    method: &'a Method,
    mut question: Question,
    is_now: bool,
) -> Result<Programme<'a>, QueryError> {
    let (first, last) =
        (first_month(method, question.period, question.base_year), question.period.last_month());
    let ground = if is_now {
        let (as_of, ground) = of_totals(index, &question.park, (first, last), method)?;
        question.as_of = as_of;
        ground
    } else {
        let mut ground = Ground::default();
        let filter = FactFilter {
            park: Some(question.park.clone()),
            measures: method.measures(),
            days: Some((first.first(), last.last())),
            ..FactFilter::default()
        };
        index.facts(&filter, question.as_of, &mut |_, fact| ground.add_fact(fact))?;
        ground
    };
    let items = |name: &Name| index.find::<Item>(name.as_str()).map(|item| item.state.clone());
    Ok(Programme::evaluate(question, method, &items, &ground))
}

fn of_totals(
    index: &Index,
    park: &ParkId,
    months: (Month, Month),
    method: &Method,
) -> Result<(u64, Ground), QueryError> {
    let filter = TotalFilter { measures: method.measures(), ..TotalFilter::default() };
    let (as_of, totals) = index.totals(park, months, &filter)?;
    let mut ground = Ground::default();
    for Total { month, measure, key, value } in totals {
        let cell = Cell {
            month,
            firm: key.firm,
            site: key.site,
            counterparty: key.counterparty,
            counterparty_site: key.counterparty_site,
            material: key.material,
            kind: value.kind,
            code: value.code,
            unit: key.unit,
            method: key.method,
        };
        ground.add(measure, key.item, cell, (value.amount, value.facts));
    }
    Ok((as_of, ground))
}
