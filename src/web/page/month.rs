//! A park's month: one line for each of its contracts, with what was sent, what arrived, and the
//! difference. A contract's own sheet is another page.
//!
//! Computed from the present rows, and said so. A delivery is of the month of its receipt, or of
//! its dispatch while it has not arrived.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;

use crate::api::Problem;
use crate::domain::fact::Measure;
use crate::domain::id::{ContractId, DeliveryId, ParkId};
use crate::domain::state::{Delivery, Park};
use crate::domain::states::{States as _, Stored};
use crate::domain::time::Month;
use crate::domain::unit::Dimension;
use crate::index::FactFilter;
use crate::query::answer::QueryError;
use crate::statistics::Percent;
use crate::web::frame::Frame;
use crate::web::page::decide::now;
use crate::web::page::sheet;
use crate::web::reader::Reader;
use crate::web::show::{Shown, digits_for};
use crate::web::visit::{Reply, Visit};

/// What came of a contract's line in the month.
pub struct Row {
    pub id: String,
    pub line: u16,
    pub material: String,
    pub basis: &'static str,
    pub supplier: String,
    pub receiver: String,
    pub count: usize,
    pub sent: Shown,
    pub got: Shown,
    pub difference: Shown,
    pub percent: String,
}

struct Shape {
    name: String,
    zone: String,
    rows: Vec<Row>,
    as_of: u64,
}

#[derive(Template)]
#[template(path = "month.html")]
struct Page {
    f: Frame,
    of: String,
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
    if of.starts_with(ContractId::PREFIX) {
        return sheet::answer(visit, of, month).await;
    }
    visit.principal()?;
    let month: Month = month.parse().map_err(|error| Problem::parameter("month", &error))?;
    let park: ParkId = of.parse().map_err(|_| Problem::not_found("park or contract"))?;
    let shape = visit.read(move |reader| of_park(reader, &park, month)).await?;
    let title = format!("{} {month}: {}", visit.t().month_sheet, shape.name);
    visit.page(&Page {
        f: visit.frame(title),
        of: of.to_owned(),
        month: month.to_string(),
        first: month.first().to_string(),
        last: month.last().to_string(),
        before: beside(month, -1),
        after: beside(month, 1),
        m: shape,
    })
}

/// A month so many months later, as addresses name it; empty if there is none.
pub fn beside(month: Month, months: i32) -> String {
    month.checked_add(months).map_or(String::new(), |it| it.to_string())
}

fn of_park(reader: &Reader, id: &ParkId, month: Month) -> Result<Shape, Problem> {
    let park = reader.ledger.index().find::<Park>(id.as_str());
    let zone = park.ok_or_else(|| Problem::not_found("park"))?.state.zone;
    let as_of = reader.ledger.index().position();
    let deliveries = deliveries(reader, id, month)?;
    let mut lines: BTreeMap<(&ContractId, u16), Vec<&Delivery>> = BTreeMap::new();
    for delivery in &deliveries {
        let exchange = &delivery.state.exchange;
        lines.entry((&exchange.contract, exchange.line)).or_default().push(&delivery.state);
    }
    let rows =
        lines.iter().map(|((contract, line), of_line)| row(reader, contract, *line, of_line));
    let rows = rows.collect();
    Ok(Shape { name: reader.names().park(id), zone: zone.to_string(), rows, as_of })
}

/// The deliveries of a month that may be seen, in the order of their first facts.
fn deliveries(
    reader: &Reader,
    park: &ParkId,
    month: Month,
) -> Result<Vec<Arc<Stored<Delivery>>>, Problem> {
    let index = reader.ledger.index();
    let mut ids: BTreeSet<(u64, DeliveryId)> = BTreeSet::new();
    let filter = FactFilter {
        park: Some(park.clone()),
        measures: vec![Measure::Dispatched, Measure::Received],
        days: Some((month.first(), month.last())),
        ..FactFilter::default()
    };
    let facts = index.facts(&filter, index.position(), &mut |position, fact| {
        if let Some(delivery) = fact.delivery.as_ref() {
            ids.insert((position, delivery.clone()));
        }
    });
    facts.map_err(QueryError::from)?;
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

/// Sums of a line; the difference is of those that both sides have weighed.
fn row(reader: &Reader, contract: &ContractId, line: u16, deliveries: &[&Delivery]) -> Row {
    let exchange = &deliveries[0].exchange;
    let dimension = exchange.material.dimension;
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
    let names = reader.names();
    Row {
        id: contract.to_string(),
        line,
        material: names.material(&exchange.material.material),
        basis: reader.t().basis(exchange.material.basis),
        supplier: names.firm(&exchange.supplier.firm),
        receiver: names.firm(&exchange.receiver.firm),
        count: deliveries.len(),
        sent: shown(sent),
        got: shown(got),
        difference: shown(difference),
        percent: percent(Some(difference), Some(of_both)),
    }
}

/// A difference as a share of what was sent.
pub fn percent(difference: Option<i128>, sent: Option<i128>) -> String {
    let share = difference.zip(sent).and_then(|(part, whole)| Percent::of(part, whole));
    share.map_or(String::new(), |share| share.to_string().replace('-', "−"))
}
