//! How an indicator was computed: its steps, the sums that it rests on, and their facts.

use askama::Template;

use crate::api::Problem;
use crate::domain::name::Name;
use crate::index::FactFilter;
use crate::query::fact::{self, FactView, FactsOf};
use crate::query::programme::{LeafView, Programme, Step, by_total};
use crate::web::frame::Frame;
use crate::web::page::figures::seen_park;
use crate::web::page::indicators::{Asked, evaluated};
use crate::web::programme::{Line, leaf_title, line};
use crate::web::reader::Reader;
use crate::web::show::grouped;
use crate::web::visit::{Reply, Visit};

/// So many facts of a sum stand on the page; the API has them all.
const FACTS: usize = 50;

/// One step, further in the deeper it is.
pub struct StepLine {
    pub depth: usize,
    pub word: &'static str,
    pub name: String,
    /// Of a sum: its number and what it is of.
    pub leaf: Option<(usize, String)>,
    pub value: String,
    pub unit: String,
    pub period: String,
}

/// One fact.
pub struct FactRow {
    pub day: String,
    pub material: String,
    pub amount: String,
    pub method: &'static str,
    pub firm: String,
    pub counterparty: String,
    pub position: u64,
}

/// One sum.
pub struct SumOf {
    pub place: usize,
    pub title: String,
    pub period: String,
    pub value: String,
    pub unit: String,
    pub measured: String,
    pub facts: u64,
    pub months: u32,
    pub months_needed: u32,
    pub rows: Vec<FactRow>,
    pub has_more: bool,
    /// Where all its facts are.
    pub table: String,
}

struct Found {
    l: Line,
    exact: Option<String>,
    steps: Vec<StepLine>,
    sums: Vec<SumOf>,
    version: String,
    query: String,
    as_of: u64,
}

#[derive(Template)]
#[template(path = "indicator.html")]
struct Page {
    f: Frame,
    park_name: String,
    period: String,
    back: String,
    version: String,
    l: Line,
    exact: Option<String>,
    steps: Vec<StepLine>,
    sums: Vec<SumOf>,
    as_of: u64,
}

pub async fn answer(visit: &mut Visit<'_>, park: &str, indicator: &str) -> Reply {
    let park = seen_park(visit, park)?;
    let not_found = || Problem::not_found("indicator");
    let name: Name = indicator.parse().map_err(|_| not_found())?;
    let asked = Asked::read(park.clone(), &visit.query)?;
    let period = asked.period;
    let read = visit.read(move |reader| {
        let found = evaluated(reader, &asked, |programme| found(reader, &asked, programme, &name))?;
        let park_name = reader.names().park(&asked.park);
        found.flatten().map(|found| (found, park_name)).ok_or_else(not_found)
    });
    let (found, park_name) = read.await?;
    let Found { l, exact, steps, sums, version, query, as_of } = found;
    visit.page(&Page {
        f: visit.frame(format!("{}: {park_name}", l.title)),
        park_name,
        period: period.to_string(),
        back: format!("/parks/{park}/indicators?{query}"),
        version,
        l,
        exact,
        steps,
        sums,
        as_of,
    })
}

fn found(
    reader: &Reader,
    asked: &Asked,
    programme: &Programme<'_>,
    name: &Name,
) -> Result<Option<Found>, Problem> {
    let Some(explained) = programme.explain(name) else { return Ok(None) };
    let (t, method, as_of) = (reader.t(), programme.method, explained.as_of);
    let mut steps = Vec::new();
    flatten(reader, &explained.step, &explained.leaves, 0, &mut steps);
    let base = format!("/api/v1/parks/{}/indicators/{name}/facts", asked.park);
    let table = format!("{base}?{}&format=csv", asked.of_api(method, as_of));
    let sums = explained.leaves.iter().map(|leaf| sum(reader, programme, leaf, &table));
    Ok(Some(Found {
        l: line(&explained.indicator, &programme.answer().groups, t),
        exact: explained.indicator.exact.clone().filter(|exact| exact.contains('/')),
        steps,
        sums: sums.collect::<Result<_, _>>()?,
        version: format!("{}.{}", method.method, method.version),
        query: asked.query(method, as_of),
        as_of,
    }))
}

fn flatten(
    reader: &Reader,
    step: &Step,
    leaves: &[LeafView],
    depth: usize,
    lines: &mut Vec<StepLine>,
) {
    let t = reader.t();
    let leaf = step.leaf.and_then(|place| leaves.iter().find(|leaf| leaf.leaf == place));
    lines.push(StepLine {
        depth,
        word: t.step(&step.step),
        name: step.name.as_ref().map_or(String::new(), ToString::to_string),
        leaf: leaf.map(|leaf| (leaf.leaf, leaf_title(leaf, t))),
        value: step.value.as_deref().map_or(String::new(), grouped),
        unit: if step.dimension == "1" { String::new() } else { step.dimension.clone() },
        period: step.period.to_string(),
    });
    for part in &step.parts {
        flatten(reader, part, leaves, depth + 1, lines);
    }
}

fn sum(
    reader: &Reader,
    programme: &Programme<'_>,
    leaf: &LeafView,
    table: &str,
) -> Result<SumOf, Problem> {
    let (t, place) = (reader.t(), leaf.leaf);
    let of = &programme.leaves[place];
    let (first, last) = of.of.months(of.period);
    let filter = FactFilter {
        park: Some(programme.question.park.clone()),
        measures: vec![of.of.measure()],
        days: Some((first.first(), last.last())),
        ..FactFilter::default()
    };
    let as_of = programme.question.as_of;
    let filters = format!("page leaf {place} {filter:?}");
    let (cursor, limit, by_total) = (None, FACTS, by_total(&of.of));
    let wanted = FactsOf { filter, as_of, cursor, limit, filters, tickets: false, by_total };
    let (index, log) = (reader.ledger.index(), reader.ledger.log());
    let page = fact::page(index, log, wanted, |fact| programme.takes(place, fact))?;
    Ok(SumOf {
        place,
        title: leaf_title(leaf, t),
        period: leaf.period.to_string(),
        value: leaf.value.as_deref().map_or(String::new(), grouped),
        unit: leaf.unit.clone(),
        measured: grouped(&leaf.measured),
        facts: leaf.facts,
        months: leaf.months,
        months_needed: leaf.months_needed,
        rows: page.items.iter().map(|fact| row(reader, fact)).collect(),
        has_more: page.next_cursor.is_some(),
        table: format!("{table}&leaf={place}"),
    })
}

fn row(reader: &Reader, fact: &FactView) -> FactRow {
    let (t, names) = (reader.t(), reader.names());
    let quantity = fact.quantity.as_ref().map(|sum| {
        let unit = crate::web::show::symbol(sum.unit());
        format!("{} {unit}", grouped(&sum.value().to_string()))
    });
    let money = fact.money.as_ref().map(|money| {
        format!("{} {} ({})", grouped(&money.amount), money.currency, money.price_year)
    });
    let stated = fact.stated.as_ref().map(|it| format!("{} {}", grouped(&it.value), it.unit));
    FactRow {
        day: fact.day.to_string(),
        material: fact.material.as_ref().map_or(String::new(), |one| names.material(one)),
        amount: quantity.or(money).or(stated).unwrap_or_else(|| "0".to_owned()),
        method: t.method(fact.method),
        firm: fact.firm.as_ref().map_or(String::new(), |firm| names.firm(firm)),
        counterparty: fact.counterparty.as_ref().map_or(String::new(), |firm| names.firm(firm)),
        position: fact.position,
    }
}
