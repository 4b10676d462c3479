//! What was exchanged in a park, by material; each figure opens to the entries behind it.

use askama::Template;

use crate::api::{Fault, Problem};
use crate::domain::fact::Measure;
use crate::domain::id::ParkId;
use crate::domain::time::Month;
use crate::index::{Index, TotalFilter};
use crate::query::answer::QueryError;
use crate::query::figure::{self, FigureOf};
use crate::query::see::{Sight, may};
use crate::web::frame::Frame;
use crate::web::page::decide::now;
use crate::web::reader::Reader;
use crate::web::show::Shown;
use crate::web::visit::{Reply, Visit};

/// One material.
pub struct Row {
    pub material: String,
    pub name: String,
    pub code: String,
    pub basis: &'static str,
    pub acceptances: u64,
    pub accepted: Shown,
    pub used: Shown,
    pub gap: Shown,
    pub unreconciled: Shown,
    /// Of what is not both sides' word, with its measure; only where there is any.
    pub notes: Vec<(&'static str, &'static str, Shown)>,
    pub measured: String,
}

/// A figure's span.
#[derive(Clone, Copy)]
pub struct Span {
    pub from: Month,
    pub to: Month,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct Page {
    f: Frame,
    park: String,
    park_name: String,
    zone: String,
    from: String,
    to: String,
    rows: Vec<Row>,
    as_of: u64,
}

pub async fn answer(visit: &mut Visit<'_>, park: &str) -> Reply {
    let park = seen_park(visit, park)?;
    let (from, to) = (visit.query.get("from").to_owned(), visit.query.get("to").to_owned());
    let own = park.clone();
    let read = visit.read(move |reader| {
        let index = reader.ledger.index();
        let span = span(index, &own, &from, &to)?;
        let of = FigureOf { park: own, from: span.from, to: span.to, as_of: index.position() };
        let answer = figure::exchange_totals(index, reader.ledger.size(), of)?;
        let rows: Vec<_> = answer.items.iter().map(|total| row(reader, total)).collect();
        Ok((span, rows, answer.as_of))
    });
    let (span, rows, as_of) = read.await?;
    let index = visit.ledger().index();
    let names = crate::web::names::Names { index, who: visit.who.as_ref() };
    let park_name = names.park(&park);
    let zone = zone(index, &park);
    visit.page(&Page {
        f: visit.frame(format!("{}: {park_name}", visit.t().figures)),
        park: park.to_string(),
        park_name,
        zone,
        from: span.from.to_string(),
        to: span.to.to_string(),
        rows,
        as_of,
    })
}

fn row(reader: &Reader, total: &crate::statistics::exchange::ExchangeTotal) -> Row {
    let sum = |sum| Shown::sum(sum, reader.lang);
    Row {
        material: total.material.to_string(),
        name: reader.names().material(&total.material),
        code: total.code.as_ref().map_or(String::new(), ToString::to_string),
        basis: reader.t().basis(total.accepted.basis()),
        acceptances: total.acceptances,
        accepted: sum(&total.accepted),
        used: sum(&total.used),
        gap: sum(&total.gap),
        unreconciled: sum(&total.unreconciled),
        notes: notes(reader, total),
        measured: total.measured_percent.map_or(String::new(), |share| share.to_string()),
    }
}

/// How much stands by one side's word alone, or is disputed.
fn notes(
    reader: &Reader,
    total: &crate::statistics::exchange::ExchangeTotal,
) -> Vec<(&'static str, &'static str, Shown)> {
    let t = reader.t();
    let all = [
        (t.one_sided, "one_sided_accepted", &total.one_sided),
        (t.supplier_only, "one_sided_dispatched", &total.supplier_only),
        (t.disputed, "disputed", &total.disputed),
    ];
    let there = all.into_iter().filter(|(_, _, sum)| sum.amount() != 0);
    there.map(|(word, measure, sum)| (word, measure, Shown::sum(sum, reader.lang))).collect()
}

/// The park of the address, if its figures may be seen.
pub fn seen_park(visit: &Visit<'_>, park: &str) -> Result<ParkId, Problem> {
    let who = visit.principal()?;
    let park: ParkId = park.parse().map_err(|_| Problem::not_found("park"))?;
    if may(Some(who), &Sight::Figures(park.clone())) {
        return Ok(park);
    }
    let detail = "a park's figures are for its administration, verifiers and regulators";
    Err(Problem::new(Fault::NotPermitted, detail))
}

pub fn zone(index: &Index, park: &ParkId) -> String {
    use crate::domain::states::States as _;
    let park = index.find::<crate::domain::state::Park>(park.as_str());
    park.map_or_else(|| "UTC".to_owned(), |park| park.state.zone.to_string())
}

/// The months that were asked for; else the twelve up to the last in which anything was accepted.
pub fn span(index: &Index, park: &ParkId, from: &str, to: &str) -> Result<Span, Problem> {
    let read = |name: &'static str, text: &str| match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|error| Problem::parameter(name, &error)),
    };
    let (from, to): (Option<Month>, Option<Month>) = (read("from", from)?, read("to", to)?);
    let to = match to {
        Some(to) => to,
        None => last_month(index, park)?,
    };
    let from = from.unwrap_or(Month((to.0 - 11).max(Month::MIN.0)));
    // As in the API: it bounds what one page costs.
    if to < from || to.0 - from.0 >= 1_200 {
        let detail = format!("from {from} to {to} is no span of months");
        return Err(Problem::new(Fault::MalformedParameter, detail));
    }
    Ok(Span { from, to })
}

fn last_month(index: &Index, park: &ParkId) -> Result<Month, Problem> {
    let filter = TotalFilter { measures: vec![Measure::Accepted], ..TotalFilter::default() };
    let totals = index.totals(park, (Month::MIN, Month(Month::MAX.0 - 1)), &filter);
    let months = totals.map_err(QueryError::from)?.1.into_iter().map(|total| total.month);
    Ok(months.max().unwrap_or_else(|| now().utc_day().month()))
}
