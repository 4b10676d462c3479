//! One contract: its terms, who has confirmed it, what was delivered of it; and the decision of the
//! side whose turn it is.

use askama::Template;

use crate::api::Problem;
use crate::domain::command::{ConfirmContract, DeclineContract, Request};
use crate::domain::event::Side;
use crate::domain::money::Money;
use crate::domain::price::PriceFormula;
use crate::domain::state::{Contract, Delivery, day_book};
use crate::domain::time::Month;
use crate::index::ListOf;
use crate::query::answer::QueryError;
use crate::query::view::{ContractView, DeliveryView, LineView, WindowView};
use crate::statistics::Percent;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::contracts::{mark, waits_for};
use crate::web::page::decide::{self, Around, Decided};
use crate::web::page::partners;
use crate::web::page::price::in_words;
use crate::web::page::row::DeliveryRow;
use crate::web::reader::Reader;
use crate::web::show::Shown;
use crate::web::visit::{Reply, Visit};

/// So many of its newest deliveries stand on its page.
const NEWEST: usize = 12;
/// How many reconciliation sheets are linked.
const SHEETS: usize = 24;

/// One window of a line.
pub struct WindowRow {
    pub from: String,
    pub month: String,
    pub dispatched: Shown,
    pub received: Shown,
    pub accepted: Shown,
    pub used: Shown,
    pub share: String,
    /// Whether less than the minimum was accepted so far.
    pub below_minimum: bool,
    /// Whether more than quantity and tolerance was received.
    pub above_limit: bool,
}

/// One material.
pub struct LineRow {
    pub line: u16,
    pub material: String,
    pub code: String,
    pub quantity: Shown,
    pub window: &'static str,
    pub minimum: Shown,
    pub tolerance: String,
    /// Quantity and tolerance together.
    pub limit: Shown,
    pub price: Option<&'static str>,
    pub amount: Option<String>,
    /// Of a price that is a formula, in words.
    pub formula: Vec<String>,
    pub fate: &'static str,
    pub windows: Vec<WindowRow>,
}

/// What the page shows.
pub struct Shape {
    pub id: String,
    pub kind: &'static str,
    pub stage: &'static str,
    pub mark: &'static str,
    pub from: String,
    pub to: String,
    pub last_day: Option<String>,
    pub settlement_day: Option<u8>,
    pub supplier: String,
    pub receiver: String,
    pub supplier_confirmed: bool,
    pub receiver_confirmed: bool,
    pub supplier_proposed: bool,
    pub lines: Vec<LineRow>,
    pub newest: Vec<DeliveryRow>,
    pub has_more: bool,
    /// The months by which its windows are named.
    pub sheets: Vec<String>,
    pub created: u64,
    pub changed: u64,
    pub mine: bool,
    /// Whether the other side has no account here, and can be asked by a link.
    pub asks: bool,
    pub as_of: u64,
}

#[derive(Template)]
#[template(path = "contract.html")]
pub struct Page {
    f: Frame,
    c: Shape,
    a: Around,
}

impl Decided for Shape {
    const SECTION: &'static str = "contracts";
    type Page = Page;

    fn read(reader: &Reader, id: &str) -> Result<Shape, Problem> {
        shape(reader, id)
    }

    fn title(&self, t: &Messages) -> String {
        format!("{} {}", t.contract, self.id)
    }

    fn page(self, f: Frame, a: Around) -> Page {
        Page { f, c: self, a }
    }
}

pub async fn answer(visit: &mut Visit<'_>, id: &str) -> Reply {
    decide::shown::<Shape>(visit, id, None).await
}

/// The decision of one side.
pub async fn decide(visit: &mut Visit<'_>, id: &str, confirms: bool) -> Reply {
    decide::sent::<Shape>(visit, id, |fields| request(id, fields, confirms)).await
}

fn request(id: &str, fields: &Fields, confirms: bool) -> Result<(&'static str, Request), Problem> {
    let contract = id.parse().map_err(|_| Problem::not_found("contract"))?;
    if confirms {
        return Ok(("confirm", ConfirmContract { contract }.into()));
    }
    let reason = decide::optional(fields, "reason")?;
    Ok(("decline", DeclineContract { contract, reason }.into()))
}

fn shape(reader: &Reader, id: &str) -> Result<Shape, Problem> {
    let answer = reader.rows().one::<ContractView>(id, "contract")?;
    let (view, t, names) = (answer.item, reader.t(), reader.names());
    let of = ListOf::Contract(view.contract.to_string());
    let newest = reader.rows().newest::<DeliveryView>(&of, None, NEWEST, |_: &Delivery| true)?;
    let prices = prices(reader, id, view.created)?;
    let lines = view.lines.iter().enumerate().map(|(at, line)| {
        let words = prices.iter().find(|(place, _)| *place == at);
        row(reader, line, words.map(|(_, words)| words.clone()).unwrap_or_default())
    });
    Ok(Shape {
        id: view.contract.to_string(),
        kind: t.contract_kind(view.kind),
        stage: t.contract_stage(view.stage),
        mark: mark(view.stage),
        from: view.term.from.to_string(),
        to: view.term.to.to_string(),
        last_day: view.last_day.map(|day| day.to_string()),
        settlement_day: view.settlement_day,
        supplier: names.firm(&view.supplier.firm),
        receiver: names.firm(&view.receiver.firm),
        supplier_confirmed: view.confirmed_by.contains(&Side::Supplier),
        receiver_confirmed: view.confirmed_by.contains(&Side::Receiver),
        supplier_proposed: view.proposed_by == Side::Supplier,
        lines: lines.collect(),
        newest: newest.items.iter().map(|view| DeliveryRow::of(reader, view)).collect(),
        has_more: newest.older.is_some(),
        sheets: sheets(reader, id, &newest.items),
        created: view.created,
        changed: view.changed,
        mine: waits_for(reader, &view),
        asks: partners::can_ask(reader, &view.supplier, &view.receiver),
        as_of: answer.as_of,
    })
}

/// The windows in which something is booked, the newest first.
fn sheets(reader: &Reader, id: &str, newest: &[DeliveryView]) -> Vec<String> {
    let Some(contract) = reader.rows().stored::<Contract>(id) else { return Vec::new() };
    let contract = &contract.state;
    let days = newest.iter().filter_map(|view| view.received.as_ref().or(view.dispatched.as_ref()));
    let last = days.map(|weight| contract.booking_day(weight.day)).max();
    let Some((first, last)) = contract.first_booked.zip(last) else { return Vec::new() };
    let (first, last) = (contract.settlement_month(first).0, contract.settlement_month(last).0);
    let months = (first..=last).rev().map(Month).filter(|month| {
        let window = contract.settlement_window(*month);
        let (index, id) = (reader.rows().index, &contract.contract);
        !day_book::between(index, id, window.from, window.to).is_empty()
    });
    months.take(SHEETS).map(|month| month.to_string()).collect()
}

fn row(reader: &Reader, line: &LineView, prices: PriceWords) -> LineRow {
    let (t, lang, dimension) = (reader.t(), reader.lang, line.material.dimension);
    let quantity = i128::from(line.quantity.amount());
    let limit = quantity + line.tolerance_percent.percent_floor(quantity).unwrap_or(0);
    let minimum = line.minimum.map(|minimum| i128::from(minimum.amount()));
    let window = |window: &WindowView| {
        let shown = |quantity| Shown::stated(quantity, lang);
        let accepted = i128::from(window.accepted.amount());
        WindowRow {
            from: window.from.to_string(),
            month: window.from.month().to_string(),
            dispatched: shown(&window.dispatched),
            received: shown(&window.received),
            accepted: shown(&window.accepted),
            used: shown(&window.used),
            share: Percent::of(accepted, quantity).map_or(String::new(), |it| it.to_string()),
            below_minimum: minimum.is_some_and(|minimum| accepted < minimum),
            above_limit: i128::from(window.received.amount()) > limit,
        }
    };
    LineRow {
        line: line.line,
        material: reader.names().material(&line.material.material),
        code: line.material.code.as_ref().map_or(String::new(), ToString::to_string),
        quantity: Shown::stated(&line.quantity, lang),
        window: t.window(line.window),
        minimum: Shown::stated_or_absent(line.minimum.as_ref(), lang),
        tolerance: line.tolerance_percent.to_string(),
        limit: Shown::amount(limit, dimension, 0, lang),
        price: line.price_direction.map(|direction| t.price_direction(direction)),
        amount: prices.amount,
        formula: prices.formula,
        fate: t.fate(line.baseline_fate),
        windows: line.windows.iter().map(window).collect(),
    }
}

/// A price as it is shown to the parties: an amount, or a formula.
#[derive(Clone, Default)]
struct PriceWords {
    amount: Option<String>,
    formula: Vec<String>,
}

/// Prices by their line's place, for the parties and nobody else.
fn prices(reader: &Reader, id: &str, created: u64) -> Result<Vec<(usize, PriceWords)>, Problem> {
    let records = reader.records();
    let Some(parties) = records.parties::<Contract>(id) else { return Ok(Vec::new()) };
    let disclosed = match records.disclosed(reader.ledger.sealed(), &parties, &[created]) {
        Ok(disclosed) => disclosed,
        Err(QueryError::NotShown(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let prices = disclosed.items.into_iter().filter_map(|member| {
        let place = member.pointer.strip_prefix("/data/lines/")?.split('/').next()?.parse().ok()?;
        let value = member.value?;
        if member.pointer.ends_with("/formula") {
            let formula: PriceFormula = serde_json::from_str(value.get()).ok()?;
            let formula = in_words(reader.t(), &formula);
            return Some((place, PriceWords { amount: None, formula }));
        }
        let money: Money = serde_json::from_str(value.get()).ok()?;
        Some((place, PriceWords { amount: Some(money.to_string()), formula: Vec::new() }))
    });
    Ok(prices.collect())
}
