//! The list of deliveries, the newest first.

use askama::Template;

use crate::api::Problem;
use crate::domain::state::{Delivery, DeliveryStage, Scale, TicketUse};
use crate::domain::states::States as _;
use crate::index::ListOf;
use crate::query::view::{DeliveryView, ScaleView};
use crate::web::frame::Frame;
use crate::web::page::row::{DeliveryRow, own_list};
use crate::web::reader::Reader;
use crate::web::visit::{Reply, Visit};

const PAGE: usize = 50;
/// Among how many scales a ticket is looked for.
const MOST_SCALES: usize = 500;

/// The stages in their order, as the filter offers them.
pub const STAGES: [DeliveryStage; 7] = [
    DeliveryStage::Dispatched,
    DeliveryStage::Received,
    DeliveryStage::Accepted,
    DeliveryStage::PartlyRejected,
    DeliveryStage::Rejected,
    DeliveryStage::Finished,
    DeliveryStage::Cancelled,
];

/// A choice of the filter.
pub struct Choice {
    pub word: String,
    pub name: &'static str,
    pub chosen: bool,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct Page {
    f: Frame,
    rows: Vec<DeliveryRow>,
    stages: Vec<Choice>,
    contract: String,
    /// The number that is looked for.
    ticket: String,
    as_of: u64,
    /// The query of the page of older ones.
    older: Option<String>,
    is_first: bool,
    first: String,
}

pub async fn answer(visit: &mut Visit<'_>) -> Reply {
    visit.principal()?;
    let word = visit.query.get("stage").to_owned();
    let stage = STAGES.into_iter().find(|stage| stage_word(*stage) == word);
    let contract = visit.query.filled("contract").map(str::to_owned);
    let before = visit.query.get("before").parse::<u64>().ok();
    let filter = query(stage, contract.as_deref(), None);
    let wanted = contract.clone();
    let ticket = visit.query.get("ticket").trim().to_owned();
    let number = ticket.clone();
    let read = visit.read(move |reader| {
        if !number.is_empty() {
            let (views, as_of) = of_ticket(reader, &number)?;
            let fits = |view: &&DeliveryView| {
                let contract = view.exchange.contract.as_str();
                stage.is_none_or(|stage| view.stage == stage)
                    && wanted.as_ref().is_none_or(|wanted| wanted == contract)
            };
            let rows = views.iter().filter(fits).map(|view| DeliveryRow::of(reader, view));
            return Ok((rows.collect::<Vec<_>>(), as_of, None));
        }
        let of = match &wanted {
            Some(contract) => ListOf::Contract(contract.clone()),
            None => own_list::<Delivery>(reader.who.as_ref()),
        };
        let keep = |state: &Delivery| stage.is_none_or(|stage| state.stage() == stage);
        let newest = reader.rows().newest::<DeliveryView>(&of, before, PAGE, keep)?;
        let rows = newest.items.iter().map(|view| DeliveryRow::of(reader, view));
        Ok((rows.collect::<Vec<_>>(), newest.as_of, newest.older))
    });
    let (rows, as_of, older) = read.await?;
    let t = visit.t();
    let stages = STAGES.into_iter().map(|one| Choice {
        word: stage_word(one),
        name: t.stage(one),
        chosen: stage == Some(one),
    });
    visit.page(&Page {
        f: visit.frame(t.deliveries),
        rows,
        stages: stages.collect(),
        older: older.map(|below| query(stage, contract.as_deref(), Some(below))),
        contract: contract.unwrap_or_default(),
        ticket,
        as_of,
        is_first: before.is_none(),
        first: filter,
    })
}

/// What a ticket of that number of any scale that may be seen stands for, and as of which position.
fn of_ticket(reader: &Reader, number: &str) -> Result<(Vec<DeliveryView>, u64), Problem> {
    let (rows, of) = (reader.rows(), own_list::<Scale>(reader.who.as_ref()));
    let scales = rows.newest::<ScaleView>(&of, None, MOST_SCALES, |_| true)?;
    let mut found = Vec::new();
    for scale in scales.items {
        let id = format!("{}/{number}", scale.scale);
        let Some(used) = rows.index.find::<TicketUse>(&id) else { continue };
        for load in &used.state.loads {
            // What may not be seen is not found.
            let view = rows.one::<DeliveryView>(load.delivery.as_str(), "delivery");
            found.extend(view.ok().map(|answer| answer.item));
        }
    }
    Ok((found, scales.as_of))
}

/// The stage as in the API.
fn stage_word(stage: DeliveryStage) -> String {
    let word = serde_json::to_value(stage).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

fn query(stage: Option<DeliveryStage>, contract: Option<&str>, below: Option<u64>) -> String {
    let stage = stage.map(|stage| format!("stage={}", stage_word(stage)));
    let contract = contract.map(|id| format!("contract={}", super::trouble::form_encoded(id)));
    let below = below.map(|below| format!("before={below}"));
    let pairs: Vec<_> = [stage, contract, below].into_iter().flatten().collect();
    format!("?{}", pairs.join("&"))
}
