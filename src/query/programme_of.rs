//! Which method answers, and the sums that it is evaluated on.
//!
//! Invariant: as of an earlier position a method that was published later does not exist, and one
//! that was withdrawn later is in force; the sums are those of the facts below that position.

use std::collections::BTreeMap;

use crate::domain::fact::Measure;
use crate::domain::id::ParkId;
use crate::domain::method::{Item, Method};
use crate::domain::name::Name;
use crate::domain::state::{PublishedMethod, method_id};
use crate::domain::states::{Kind, States as _, Stored};
use crate::domain::text::Text;
use crate::domain::time::{Month, Period};
use crate::index::{FactFilter, Index, ListOf, Total, TotalFilter};
use crate::query::answer::QueryError;
use crate::query::programme::{Programme, Question};
use crate::query::roster;
use crate::statistics::method::{Cell, Ground, measures};

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
    let versions = published(index, as_of)?.into_iter().filter(|one| one.method == *name);
    let found = newest(versions, period).ok_or(QueryError::NotFound("method"))?;
    Ok(found.read())
}

/// All versions of all methods as they were below a position.
pub fn published(index: &Index, as_of: u64) -> Result<Vec<PublishedMethod>, QueryError> {
    let mut versions = Vec::new();
    for (_, id) in index.list(Kind::Method, &ListOf::All, 0, as_of, MOST_METHODS)? {
        let Some(found) = index.find::<PublishedMethod>(&id) else { continue };
        if found.created >= as_of {
            continue;
        }
        let mut state = found.state.clone();
        if found.changed >= as_of {
            state.withdrawn = None;
        }
        versions.push(state);
    }
    Ok(versions)
}

/// The newest that is in force at the period's end or, if none is, the newest that was not
/// withdrawn.
pub fn newest(
    versions: impl Iterator<Item = PublishedMethod>,
    period: Period,
) -> Option<PublishedMethod> {
    let there = versions.filter(|one| one.withdrawn.is_none());
    there.max_by_key(|one| (one.is_in_force(period.last()), one.version))
}

/// `region:water_short,industry:heavy`, each a parameter of the method and one of its choices; or
/// what of it is none.
pub fn choices<'a>(text: &'a str, method: &Method) -> Result<BTreeMap<Name, Name>, &'a str> {
    let mut choices = BTreeMap::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let names = part.split_once(':').and_then(|(one, two)| {
            let (one, two) = (one.parse::<Name>().ok()?, two.parse::<Name>().ok()?);
            let known = method.parameters.iter().find(|parameter| parameter.parameter == one)?;
            known.choices.contains(&two).then_some((one, two))
        });
        let (parameter, choice) = names.ok_or(part)?;
        choices.insert(parameter, choice);
    }
    Ok(choices)
}

/// The version that a plan names, whatever became of it since.
pub fn pinned_method(index: &Index, id: &Text) -> Result<Method, QueryError> {
    let found = index.find::<PublishedMethod>(id.as_str());
    Ok(found.ok_or(QueryError::NotFound("method"))?.state.read())
}

/// Evaluates a method on the rows.
pub fn evaluate<'a>(
    index: &Index,
    method: &'a Method,
    mut question: Question,
    is_now: bool,
) -> Result<Programme<'a>, QueryError> {
    let (first, last) =
        (method.first_month(question.period, question.base_year), question.period.last_month());
    let ground = if is_now {
        let (as_of, ground) =
            of_totals(index, &question.park, (first, last), measures(method.measures()))?;
        question.as_of = as_of;
        ground
    } else {
        let mut ground = Ground::default();
        let filter = FactFilter {
            park: Some(question.park.clone()),
            measures: measures(method.measures()),
            days: Some((first.first(), last.last())),
            ..FactFilter::default()
        };
        index.facts(&filter, question.as_of, &mut |_, fact| ground.add_fact(fact))?;
        ground
    };
    // Totals may reflect more than was asked for; the rosters are those of the same position.
    question.rosters = roster::standing(index, &question.park, question.as_of)?;
    let items = |name: &Name| index.find::<Item>(name.as_str()).map(|item| item.state.clone());
    Ok(Programme::evaluate(question, method, &items, &ground))
}

pub fn of_totals(
    index: &Index,
    park: &ParkId,
    months: (Month, Month),
    measures: Vec<Measure>,
) -> Result<(u64, Ground), QueryError> {
    let filter = TotalFilter { measures, ..TotalFilter::default() };
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
