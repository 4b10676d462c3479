//! A park's six levers, each with the way to the entries behind it.

use askama::Template;

use crate::api::{Fault, Problem};
use crate::domain::state::Park;
use crate::domain::states::States as _;
use crate::query::figure::FigureOf;
use crate::query::levers;
use crate::query::report::MOST_MONTHS;
use crate::web::frame::Frame;
use crate::web::levers::Told;
use crate::web::page::figures::{seen_park, span};
use crate::web::visit::{Reply, Visit};

#[derive(Template)]
#[template(path = "levers.html")]
struct Page {
    f: Frame,
    park: String,
    p: Told,
    link: Option<(String, String)>,
}

pub async fn answer(visit: &mut Visit<'_>, park: &str) -> Reply {
    let park = seen_park(visit, park)?;
    let (from, to) = (visit.query.get("from").to_owned(), visit.query.get("to").to_owned());
    let as_of = visit.query.get("as_of").parse::<u64>().ok();
    let own = park.clone();
    let read = visit.read(move |reader| {
        let index = reader.ledger.index();
        if !index.exists::<Park>(own.as_str()) {
            return Err(Problem::not_found("park"));
        }
        let span = span(index, &own, &from, &to)?;
        if span.to.0 - span.from.0 >= MOST_MONTHS {
            let detail = format!("{} to {} are more than {MOST_MONTHS} months", span.from, span.to);
            return Err(Problem::new(Fault::MalformedParameter, detail));
        }
        let as_of = as_of.unwrap_or_else(|| index.position());
        if as_of > index.position() {
            return Err(Problem::new(
                Fault::NotYet,
                format!("the rows do not reflect {as_of} yet"),
            ));
        }
        let name = reader.names().park(&own);
        let of = FigureOf { park: own, from: span.from, to: span.to, as_of };
        let answer = levers::levers(index, reader.ledger.size(), of)?;
        Ok(Told::of(&answer, name, reader.lang))
    });
    let told = read.await?;
    let before = format!("/figures/{park}/entries?from={}&to={}&lever=", told.from, told.to);
    let link = Some((before, format!("&as_of={}", told.as_of)));
    visit.page(&Page {
        f: visit.frame(format!("{}: {}", visit.t().levers, told.park)),
        park: park.to_string(),
        p: told,
        link,
    })
}
