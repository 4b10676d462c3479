//! The list of contracts, the newest first.

use askama::Template;

use crate::domain::access::Role;
use crate::domain::event::Side;
use crate::domain::shapes::Party;
use crate::domain::state::{Contract, ContractStage};
use crate::query::view::ContractView;
use crate::web::frame::Frame;
use crate::web::page::row::own_list;
use crate::web::reader::Reader;
use crate::web::show::Shown;
use crate::web::visit::{Reply, Visit};

const PAGE: usize = 100;

/// One row.
pub struct ContractRow {
    pub id: String,
    pub stage: &'static str,
    pub mark: &'static str,
    pub supplier: String,
    pub receiver: String,
    pub materials: String,
    /// Of the first line, per window.
    pub quantity: Shown,
    pub window: &'static str,
    pub from: String,
    pub to: String,
    /// Whether it waits for the reader to confirm it.
    pub mine: bool,
}

#[derive(Template)]
#[template(path = "contracts.html")]
struct Page {
    f: Frame,
    rows: Vec<ContractRow>,
    as_of: u64,
    older: Option<u64>,
    is_first: bool,
}

pub async fn answer(visit: &mut Visit<'_>) -> Reply {
    visit.principal()?;
    let before = visit.query.get("before").parse::<u64>().ok();
    let read = visit.read(move |reader| {
        let of = own_list::<Contract>(reader.who.as_ref());
        let newest = reader.rows().newest::<ContractView>(&of, before, PAGE, |_| true)?;
        let rows = newest.items.iter().map(|view| row(reader, view));
        Ok((rows.collect::<Vec<_>>(), newest.as_of, newest.older))
    });
    let (rows, as_of, older) = read.await?;
    let f = visit.frame(visit.t().contracts);
    visit.page(&Page { f, rows, as_of, older, is_first: before.is_none() })
}

/// A contract as one row.
pub fn row(reader: &Reader, view: &ContractView) -> ContractRow {
    let (t, names) = (reader.t(), reader.names());
    let materials = view.lines.iter().map(|line| names.material(&line.material.material));
    let first = view.lines.first();
    ContractRow {
        id: view.contract.to_string(),
        stage: t.contract_stage(view.stage),
        mark: mark(view.stage),
        supplier: names.firm(&view.supplier.firm),
        receiver: names.firm(&view.receiver.firm),
        materials: materials.collect::<Vec<_>>().join(", "),
        quantity: Shown::stated_or_absent(first.map(|line| &line.quantity), reader.lang),
        window: first.map_or("", |line| t.window(line.window)),
        from: view.term.from.to_string(),
        to: view.term.to.to_string(),
        mine: waits_for(reader, view),
    }
}

/// Whether the reader's firm has not confirmed what the other side has.
pub fn waits_for(reader: &Reader, view: &ContractView) -> bool {
    let own = reader.who.as_ref().filter(|who| who.role == Role::Firm);
    let Some(firm) = own.and_then(|who| who.firm.as_ref()) else { return false };
    let sides = [(Side::Supplier, &view.supplier), (Side::Receiver, &view.receiver)];
    let waits =
        |(side, party): &(Side, &Party)| party.firm == *firm && !view.confirmed_by.contains(side);
    view.stage == ContractStage::Proposed && sides.iter().any(waits)
}

pub fn mark(stage: ContractStage) -> &'static str {
    match stage {
        ContractStage::Proposed => "open",
        ContractStage::Concluded => "done",
        ContractStage::Declined | ContractStage::Terminated => "gone",
    }
}
