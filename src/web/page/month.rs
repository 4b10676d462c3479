//! A month sheet: every delivery of a contract in the month, both weights side by side, and their
//! sums; of a park, one line for each of its contracts.
//!
//! Computed from the present rows, and said so: what both sides have signed is another thing. A
//! delivery is of the month of its receipt, or of its dispatch while it has not arrived.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;

use crate::api::Problem;
use crate::domain::fact::Measure;
use crate::domain::id::{ContractId, DeliveryId, ParkId};
use crate::domain::state::{Contract, Delivery, Park};
use crate::domain::states::{States as _, Stored};
use crate::domain::time::Month;
use crate::domain::unit::Dimension;
use crate::index::FactFilter;
use crate::query::answer::QueryError;
use crate::statistics::Percent;
use crate::web::event::ticket;
use crate::web::frame::Frame;
use crate::web::page::decide::now;
use crate::web::reader::Reader;
use crate::web::show::{Shown, digits_for};
use crate::web::visit::{Reply, Visit};

/// One delivery, or one contract of a park.
pub struct Row {
    pub day: String,
    pub id: String,
    pub supplier: String,
    pub receiver: String,
    pub count: usize,
    pub sent_ticket: String,
    pub sent: Shown,
    pub sent_record: u64,
    pub got_ticket: String,
    pub got: Shown,
    pub got_record: u64,
    pub difference: Shown,
    pub percent: String,
    pub broken: Vec<&'static str>,
}

/// One line of a contract, or the lines of a park that are of one dimension.
pub struct Sheet {
    pub line: u16,
    pub material: String,
    pub basis: &'static str,
    pub rows: Vec<Row>,
    pub sum: Row,
}

struct Shape {
    name: String,
    supplier: String,
    receiver: String,
    zone: String,
    sheets: Vec<Sheet>,
    as_of: u64,
}

#[derive(Template)]
#[template(path = "month.html")]
struct Page {
    f: Frame,
    of: String,
    of_park: bool,
    month: String,
    first: String,
    last: String,
    before: String,
    after: String,
    m: Shape,
}

/// Leads to the month that a form chose, or to the present one.
pub fn lead(visit: &mut Visit<'_>, of: &str) -> Reply {
    visit.principal()?;
    let month: Option<Month> = visit.query.get("month").parse().ok();
    let month = month.unwrap_or_else(|| now().utc_day().month());
    visit.lead_to(&format!("/months/{of}/{month}"))
}

pub async fn answer(visit: &mut Visit<'_>, of: &str, month: &str) -> Reply {
    visit.principal()?;
    let month: Month = month.parse().map_err(|error| Problem::parameter("month", &error))?;
    let contract: Option<ContractId> = of.parse().ok();
    let park: Option<ParkId> = of.parse().ok();
    let shape = visit.read(move |reader| match (contract, park) {
        (Some(contract), _) => of_contract(reader, &contract, month),
        (None, Some(park)) => of_park(reader, &park, month),
        (None, None) => Err(Problem::not_found("park or contract")),
    });
    let shape = shape.await?;
    let beside = |months| month.checked_add(months).map_or(String::new(), |it| it.to_string());
    let title = format!("{} {month}: {}", visit.t().month_sheet, shape.name);
    visit.page(&Page {
        f: visit.frame(title),
        of: of.to_owned(),
        of_park: of.starts_with(ParkId::PREFIX),
        month: month.to_string(),
        first: month.first().to_string(),
        last: month.last().to_string(),
        before: beside(-1),
        after: beside(1),
        m: shape,
    })
}

fn of_contract(reader: &Reader, id: &ContractId, month: Month) -> Result<Shape, Problem> {
    let found = reader.rows().stored::<Contract>(id.as_str());
    let contract = &found.ok_or_else(|| Problem::not_found("contract"))?.state;
    let as_of = reader.ledger.index().position();
    let parks = [contract.supplier.park.clone(), contract.receiver.park.clone()];
    let deliveries = deliveries(reader, &parks, Some(id), month)?;
    let mut sheets = Vec::new();
    for line in &contract.lines {
        let of_line = deliveries.iter().filter(|one| one.state.exchange.line == line.line);
        let of_line: Vec<&Delivery> = of_line.map(|one| &one.state).collect();
        if of_line.is_empty() {
            continue;
        }
        let (rows, sum) = table(reader, &of_line, line.material.dimension)?;
        sheets.push(Sheet {
            line: line.line,
            material: reader.names().material(&line.material.material),
            basis: reader.t().basis(line.material.basis),
            rows,
            sum,
        });
    }
    let names = reader.names();
    let zone = reader.zone(&contract.receiver.park);
    Ok(Shape {
        name: id.to_string(),
        supplier: names.firm(&contract.supplier.firm),
        receiver: names.firm(&contract.receiver.firm),
        zone: zone.map_or("UTC", |zone| zone.as_str()).to_owned(),
        sheets,
        as_of,
    })
}

fn of_park(reader: &Reader, id: &ParkId, month: Month) -> Result<Shape, Problem> {
    let park = reader.ledger.index().find::<Park>(id.as_str());
    let zone = park.ok_or_else(|| Problem::not_found("park"))?.state.zone;
    let as_of = reader.ledger.index().position();
    let deliveries = deliveries(reader, std::slice::from_ref(id), None, month)?;
    let mut lines: Vec<(&ContractId, u16)> = Vec::new();
    for delivery in &deliveries {
        let exchange = &delivery.state.exchange;
        if !lines.contains(&(&exchange.contract, exchange.line)) {
            lines.push((&exchange.contract, exchange.line));
        }
    }
    lines.sort();
    let mut sheets = Vec::new();
    for (contract, line) in lines {
        let of_line = deliveries
            .iter()
            .map(|one| &one.state)
            .filter(|state| (&state.exchange.contract, state.exchange.line) == (contract, line));
        let of_line: Vec<&Delivery> = of_line.collect();
        let exchange = &of_line[0].exchange;
        let sum = sum(reader, &of_line, exchange.material.dimension, contract.to_string());
        let names = reader.names();
        sheets.push(Sheet {
            line,
            material: names.material(&exchange.material.material),
            basis: reader.t().basis(exchange.material.basis),
            rows: Vec::new(),
            sum: Row {
                supplier: names.firm(&exchange.supplier.firm),
                receiver: names.firm(&exchange.receiver.firm),
                ..sum
            },
        });
    }
    let name = reader.names().park(id);
    let (supplier, receiver) = (String::new(), String::new());
    Ok(Shape { name, supplier, receiver, zone: zone.to_string(), sheets, as_of })
}

/// The deliveries of a month that may be seen, in the order of their first facts.
fn deliveries(
    reader: &Reader,
    parks: &[ParkId],
    contract: Option<&ContractId>,
    month: Month,
) -> Result<Vec<Arc<Stored<Delivery>>>, Problem> {
    let index = reader.ledger.index();
    let mut ids: BTreeSet<(u64, DeliveryId)> = BTreeSet::new();
    for park in parks {
        let filter = FactFilter {
            park: Some(park.clone()),
            measures: vec![Measure::Dispatched, Measure::Received],
            days: Some((month.first(), month.last())),
            ..FactFilter::default()
        };
        let facts = index.facts(&filter, index.position(), &mut |position, fact| {
            let fits = contract.is_none() || fact.contract.as_ref() == contract;
            if let Some(delivery) = fact.delivery.as_ref().filter(|_| fits) {
                ids.insert((position, delivery.clone()));
            }
        });
        facts.map_err(QueryError::from)?;
    }
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for (_, id) in ids {
        if !seen.insert(id.clone()) {
            continue;
        }
        let stored = reader.rows().stored::<Delivery>(id.as_str());
        found.extend(stored.filter(|stored| is_of(&stored.state, month)));
    }
    Ok(found)
}

fn is_of(delivery: &Delivery, month: Month) -> bool {
    let weight = delivery.received.as_ref().or(delivery.dispatched.as_ref());
    !delivery.cancelled && weight.is_some_and(|weight| weight.day.month() == month)
}

/// What was sent and what arrived, in base units.
fn both(delivery: &Delivery) -> (Option<i128>, Option<i128>) {
    let amount = |weight: &Option<crate::domain::state::Weight>| {
        weight.as_ref().map(|weight| i128::from(weight.quantity.amount()))
    };
    (amount(&delivery.dispatched), amount(&delivery.received))
}

/// So many digits that a column lines up.
fn digits(deliveries: &[&Delivery], dimension: Dimension) -> u8 {
    let amounts = deliveries.iter().flat_map(|delivery| <[_; 2]>::from(both(delivery))).flatten();
    digits_for(amounts, dimension)
}

fn table(
    reader: &Reader,
    deliveries: &[&Delivery],
    dimension: Dimension,
) -> Result<(Vec<Row>, Row), Problem> {
    let digits = digits(deliveries, dimension);
    let mut ordered = deliveries.to_vec();
    ordered.sort_by_key(|delivery| {
        let weight = delivery.received.as_ref().or(delivery.dispatched.as_ref());
        weight.map(|weight| (weight.day, weight.record))
    });
    let rows = ordered.iter().map(|delivery| row(reader, delivery, dimension, digits));
    let rows = rows.collect::<Result<_, _>>()?;
    Ok((rows, sum(reader, deliveries, dimension, String::new())))
}

fn row(
    reader: &Reader,
    delivery: &Delivery,
    dimension: Dimension,
    digits: u8,
) -> Result<Row, Problem> {
    let shown = |amount: Option<i128>| {
        amount.map_or(Shown::Absent, |it| Shown::amount(it, dimension, digits, reader.lang))
    };
    let number = |weight: &Option<crate::domain::state::Weight>| -> Result<String, Problem> {
        let Some(weight) = weight else { return Ok(String::new()) };
        let seen = reader.record(weight.record)?;
        let ticket = seen.decoded.as_ref().and_then(|decoded| ticket(&decoded.event));
        Ok(ticket.map_or(String::new(), |ticket| ticket.number.to_string()))
    };
    let (sent, got) = both(delivery);
    let difference = sent.zip(got).map(|(sent, got)| got - sent);
    let weight = delivery.received.as_ref().or(delivery.dispatched.as_ref());
    let record = |weight: &Option<crate::domain::state::Weight>| {
        weight.as_ref().map_or(0, |weight| weight.record)
    };
    let t = reader.t();
    Ok(Row {
        day: weight.map_or(String::new(), |weight| weight.day.to_string()),
        id: delivery.exchange.delivery.to_string(),
        supplier: String::new(),
        receiver: String::new(),
        count: 1,
        sent_ticket: number(&delivery.dispatched)?,
        sent: shown(sent),
        sent_record: record(&delivery.dispatched),
        got_ticket: number(&delivery.received)?,
        got: shown(got),
        got_record: record(&delivery.received),
        difference: shown(difference),
        percent: percent(difference, sent),
        broken: delivery.nonconformities.iter().map(|one| t.nonconformity(*one)).collect(),
    })
}

/// Sums; the difference is of those that both sides have weighed.
fn sum(reader: &Reader, deliveries: &[&Delivery], dimension: Dimension, id: String) -> Row {
    let digits = digits(deliveries, dimension);
    let (mut sent, mut got, mut of_both, mut difference) = (0, 0, 0, 0);
    for delivery in deliveries {
        let (one, other) = both(delivery);
        sent += one.unwrap_or(0);
        got += other.unwrap_or(0);
        if let (Some(one), Some(other)) = (one, other) {
            of_both += one;
            difference += other - one;
        }
    }
    let shown = |amount| Shown::amount(amount, dimension, digits, reader.lang);
    Row {
        day: String::new(),
        id,
        supplier: String::new(),
        receiver: String::new(),
        count: deliveries.len(),
        sent_ticket: String::new(),
        sent: shown(sent),
        sent_record: 0,
        got_ticket: String::new(),
        got: shown(got),
        got_record: 0,
        difference: shown(difference),
        percent: percent(Some(difference), Some(of_both)),
        broken: Vec::new(),
    }
}

fn percent(difference: Option<i128>, sent: Option<i128>) -> String {
    let share = difference.zip(sent).and_then(|(part, whole)| Percent::of(part, whole));
    share.map_or(String::new(), |share| share.to_string().replace('-', "−"))
}
