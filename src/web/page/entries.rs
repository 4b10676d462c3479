//! The entries behind a figure or a lever: signed quantities, each with its record and ticket.

use std::sync::Arc;

use askama::Template;

use crate::api::{Fault, Problem};
use crate::domain::access::Role;
use crate::domain::id::MaterialId;
use crate::index::FactFilter;
use crate::query::fact::{self, ByTotal, FactView, FactsOf};
use crate::query::figure::FigureOf;
use crate::statistics::exchange::MEASURES;
use crate::statistics::levers::{self, Lever};
use crate::web::frame::Frame;
use crate::web::names::Names;
use crate::web::page::figures::{seen_park, span, zone};
use crate::web::reader::Reader;
use crate::web::show::Shown;
use crate::web::visit::{Reply, Visit};

const PAGE: usize = 100;

/// One entry.
pub struct Row {
    pub day: String,
    pub measure: &'static str,
    pub material: String,
    pub quantity: Shown,
    pub method: &'static str,
    pub firm: String,
    pub counterparty: String,
    pub delivery: String,
    pub ticket: String,
    pub position: u64,
}

#[derive(Template)]
#[template(path = "entries.html")]
struct Page {
    f: Frame,
    park: String,
    park_name: String,
    zone: String,
    from: String,
    to: String,
    material: String,
    material_name: String,
    measure: &'static str,
    rows: Vec<Row>,
    total: u64,
    as_of: u64,
    next: Option<String>,
}

pub async fn answer(visit: &mut Visit<'_>, park: &str) -> Reply {
    let park = seen_park(visit, park)?;
    let query = &visit.query;
    let index = visit.ledger().index().clone();
    let span = span(&index, &park, query.get("from"), query.get("to"))?;
    let parameter = |name: &'static str| move |error| Problem::parameter(name, &error);
    let material: Option<MaterialId> =
        query.filled("material").map(str::parse).transpose().map_err(parameter("material"))?;
    let word = query.get("measure").to_owned();
    let lever = lever(query.get("lever"))?;
    let known = if lever.is_some() { &levers::MEASURES[..] } else { &MEASURES[..] };
    let measures: Vec<_> = known
        .iter()
        .copied()
        .filter(|measure| word.is_empty() || measure_word(*measure) == word)
        .collect();
    let as_of = query.get("as_of").parse::<u64>().ok().unwrap_or_else(|| index.position());
    if as_of > index.position() {
        return Err(Problem::new(Fault::NotYet, format!("the rows do not reflect {as_of} yet")));
    }
    let of = FigureOf { park: park.clone(), from: span.from, to: span.to, as_of };
    let filter = FactFilter { material: material.clone(), ..of.filter(&measures) };
    let cursor = query.filled("cursor").map(str::to_owned);
    let filters = format!("page {lever:?} {filter:?}");
    let of_park = park.clone();
    let tickets = matches!(visit.principal()?.role, Role::Verifier | Role::Regulator);
    let of_material: ByTotal = Arc::new(|total| total.key.material.is_some());
    let (limit, by_total) = (PAGE, Some(of_material));
    let wanted = FactsOf { filter, as_of, cursor, limit, filters, tickets, by_total };
    let read = visit.read(move |reader| {
        let (index, log) = (reader.ledger.index(), reader.ledger.log());
        let page = fact::page(index, log, wanted, |fact| match lever {
            Some(lever) => lever.counts(&of_park, fact),
            // The figure passes over what is of no material.
            None => fact.material.is_some(),
        })?;
        let rows: Vec<_> = page.items.iter().map(|fact| row(reader, fact)).collect();
        Ok((rows, page.total, page.as_of, page.next_cursor))
    });
    let (rows, total, as_of, next) = read.await?;
    let names = Names { index: &index, who: visit.who.as_ref() };
    let t = visit.t();
    let measure = match (&measures[..], lever) {
        ([measure], _) => t.measure(*measure),
        (_, Some(lever)) => t.lever(lever),
        (_, None) => t.all_measures,
    };
    let mut asked = format!("from={}&to={}&measure={word}", span.from, span.to);
    if lever.is_some() {
        asked.push_str(&format!("&lever={}", query.get("lever")));
    }
    let material_word = material.as_ref().map_or(String::new(), ToString::to_string);
    let next = next
        .map(|cursor| format!("?{asked}&material={material_word}&as_of={as_of}&cursor={cursor}"));
    visit.page(&Page {
        f: visit.frame(format!("{}: {}", t.entries, names.park(&park))),
        park_name: names.park(&park),
        zone: zone(&index, &park),
        park: park.to_string(),
        from: span.from.to_string(),
        to: span.to.to_string(),
        material_name: material.as_ref().map_or(String::new(), |one| names.material(one)),
        material: material_word,
        measure,
        rows,
        total,
        as_of,
        next,
    })
}

/// The lever of the address; none if it names none.
fn lever(text: &str) -> Result<Option<Lever>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = serde_json::from_value(serde_json::Value::String(text.to_owned()));
    found.map(Some).map_err(|_| {
        let detail = format!("`lever` is one of the six levers, not {text}");
        Problem::new(Fault::MalformedParameter, detail)
    })
}

fn measure_word(measure: crate::domain::fact::Measure) -> String {
    let word = serde_json::to_value(measure).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

fn row(reader: &Reader, fact: &FactView) -> Row {
    let (t, names) = (reader.t(), reader.names());
    let quantity = fact.quantity.as_ref();
    Row {
        day: fact.day.to_string(),
        measure: t.measure(fact.measure),
        material: fact.material.as_ref().map_or(String::new(), |one| names.material(one)),
        quantity: quantity.map_or(Shown::Absent, |sum| Shown::sum(sum, reader.lang)),
        method: t.method(fact.method),
        firm: fact.firm.as_ref().map_or(String::new(), |firm| names.firm(firm)),
        counterparty: fact.counterparty.as_ref().map_or(String::new(), |firm| names.firm(firm)),
        delivery: fact.delivery.as_ref().map_or(String::new(), ToString::to_string),
        ticket: fact.ticket.as_ref().map_or(String::new(), |ticket| ticket.number.to_string()),
        position: fact.position,
    }
}
