//! Lists of what holds deliveries up: corrections that wait for an answer, and open disputes.

use std::collections::HashMap;

use askama::Template;

use crate::api::Problem;
use crate::domain::state::{CorrectionStage, Delivery};
use crate::query::rows::LOOKED_AT;
use crate::query::view::DeliveryView;
use crate::web::frame::Frame;
use crate::web::page::correction::{self, CorrectionRow};
use crate::web::page::dispute::{self, DisputeOf};
use crate::web::page::row::own_list;
use crate::web::reader::Reader;
use crate::web::visit::{Reply, Visit};

const PAGE: usize = 50;

/// A delivery with what waits of it.
pub struct Held {
    pub id: String,
    pub material: String,
    pub supplier: String,
    pub receiver: String,
    pub correction: Option<CorrectionRow>,
    pub dispute: Option<DisputeOf>,
    /// Whether the correction waits for the reader's firm.
    pub to_answer: bool,
    /// Whether the other side has proposed how to settle the dispute.
    pub to_agree: bool,
}

#[derive(Template)]
#[template(path = "corrections.html")]
struct Corrections {
    f: Frame,
    rows: Vec<Held>,
    as_of: u64,
    older: Option<u64>,
    looked_at: usize,
}

#[derive(Template)]
#[template(path = "disputes.html")]
struct Disputes {
    f: Frame,
    rows: Vec<Held>,
    as_of: u64,
    older: Option<u64>,
    looked_at: usize,
}

/// A part of a list: its rows, what it reflects, where to look on.
type Part = (Vec<Held>, u64, Option<u64>);

pub async fn corrections(visit: &mut Visit<'_>) -> Reply {
    let (rows, as_of, older) = part(visit, waits).await?;
    let f = visit.frame(visit.t().corrections);
    visit.page(&Corrections { f, rows, as_of, older, looked_at: LOOKED_AT })
}

pub async fn disputes(visit: &mut Visit<'_>) -> Reply {
    let (rows, as_of, older) = part(visit, |state| state.open_dispute().is_some()).await?;
    let f = visit.frame(visit.t().disputes);
    visit.page(&Disputes { f, rows, as_of, older, looked_at: LOOKED_AT })
}

/// Whether a correction of it is not answered.
fn waits(delivery: &Delivery) -> bool {
    delivery.corrections.iter().any(|one| one.stage == CorrectionStage::Requested)
}

async fn part(
    visit: &mut Visit<'_>,
    keep: impl Fn(&Delivery) -> bool + Send + 'static,
) -> Result<Part, Problem> {
    visit.principal()?;
    let before = visit.query.get("before").parse::<u64>().ok();
    let read = visit.read(move |reader| {
        let of = own_list::<Delivery>(reader.who.as_ref());
        let newest = reader.rows().newest::<DeliveryView>(&of, before, PAGE, keep)?;
        let rows = newest.items.iter().map(|view| held(reader, view)).collect();
        Ok((rows, newest.as_of, newest.older))
    });
    read.await
}

/// What waits among a firm's newest deliveries: corrections that it has to answer, and disputes;
/// so many of each.
pub fn of_firm(reader: &Reader, most: usize) -> Result<(Vec<Held>, Vec<Held>), Problem> {
    let of = own_list::<Delivery>(reader.who.as_ref());
    let keep = |state: &Delivery| waits(state) || state.open_dispute().is_some();
    let newest = reader.rows().newest::<DeliveryView>(&of, None, usize::MAX, keep)?;
    let (mut corrections, mut disputes) = (Vec::new(), Vec::new());
    for view in &newest.items {
        let held = held(reader, view);
        if held.dispute.is_some() {
            disputes.push(held);
        } else if held.to_answer {
            corrections.push(held);
        }
    }
    corrections.truncate(most);
    disputes.truncate(most);
    Ok((corrections, disputes))
}

fn held(reader: &Reader, view: &DeliveryView) -> Held {
    let (names, exchange) = (reader.names(), &view.exchange);
    let waiting = view.corrections.iter().find(|one| one.stage == CorrectionStage::Requested);
    let side = reader.side_of(&exchange.supplier, &exchange.receiver);
    let disputed = dispute::of(reader, view);
    Held {
        id: exchange.delivery.to_string(),
        material: names.material(&exchange.material.material),
        supplier: names.firm(&exchange.supplier.firm),
        receiver: names.firm(&exchange.receiver.firm),
        correction: waiting.map(|one| correction::row(reader, view, one, &HashMap::new())),
        to_answer: waiting.zip(side).is_some_and(|(one, side)| one.by != side),
        to_agree: disputed.to_agree,
        dispute: disputed.last.filter(|dispute| dispute.end.is_none()),
    }
}
