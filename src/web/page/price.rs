//! Prices in words, and what is due by them: a page where the parties state what a formula needs.
//!
//! Invariant: shown to the parties and nobody else; nothing is recorded but by the form of an
//! invoice, whose amount its issuer sees and may change.

use askama::Template;

use crate::api::{Fault, Problem};
use crate::domain::event::Side as Party;
use crate::domain::price::{
    Assay, Change, Given, IndexValue, LinePrice, PriceFormula, QualityAdjustment, Rounding, Side,
    Steps,
};
use crate::domain::shapes::{AdjustmentSign, PriceDirection};
use crate::domain::state::Contract;
use crate::domain::time::Month;
use crate::domain::value_error::ValueError;
use crate::query::amount::{AmountError, AmountView, priced, window_amount};
use crate::query::answer::QueryError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::decide::{self, Around, Decided};
use crate::web::reader::Reader;
use crate::web::visit::{Reply, Visit};

/// A formula, one sentence a part.
pub fn in_words(t: &Messages, formula: &PriceFormula) -> Vec<String> {
    let mut words = vec![format!("{} {}", t.price_base, formula.base)];
    words.extend(formula.adjustments.iter().map(|one| adjustment(t, one)));
    if let Some(clause) = &formula.index {
        let (index, base, share) = (&clause.index, &clause.base, &clause.share_percent);
        words.push(format!("{} {index}: {share} % ({} {base})", t.price_index, t.price_index_base));
    }
    if let Some(percent) = &formula.shortfall_percent {
        words.push(format!("{} {percent} %", t.price_shortfall));
    }
    words.push(match formula.rounding {
        Rounding::HalfAwayFromZero => t.price_half_away.to_owned(),
        Rounding::HalfEven => t.price_half_even.to_owned(),
    });
    words
}

fn adjustment(t: &Messages, one: &QualityAdjustment) -> String {
    let side = match one.direction {
        Side::Above => t.price_above,
        Side::Below => t.price_below,
    };
    let sign = match one.sign {
        AdjustmentSign::More => "+",
        AdjustmentSign::Less => "−",
    };
    let steps = match one.steps {
        Steps::Whole => t.price_whole_steps,
        Steps::Begun => t.price_begun_steps,
        Steps::Proportional => t.price_proportional,
    };
    let change = |change: &Change| match change {
        Change::Money(money) => money.to_string(),
        Change::Percent(percent) => format!("{percent} %"),
    };
    let QualityAdjustment { basis, property, step, .. } = one;
    let mut text = format!(
        "{property} {side} {basis}: {sign}{} {} {step} ({steps})",
        change(&one.change),
        t.price_each
    );
    if let Some(cap) = &one.cap {
        text.push_str(&format!(", {} {}", t.at_most, change(cap)));
    }
    if let Some(limit) = &one.reject_beyond {
        text.push_str(&format!("; {} {limit}", t.price_beyond));
    }
    text
}

/// What the sheet of a window proposes.
#[derive(Default)]
pub struct Due {
    /// Whether the reader is a party and the window has something with a price.
    pub shown: bool,
    /// Whether assays or index values have to be stated first.
    pub asks: bool,
    pub totals: Vec<String>,
    /// For the reader's own invoice.
    pub amount: String,
    pub currency: String,
}

pub fn due(reader: &Reader, contract: &Contract, month: Month) -> Result<Due, Problem> {
    match computed(reader, contract.contract.as_str(), month, &Given::default()) {
        Ok(view) => Ok(proposed(reader, contract, &view)),
        Err(AmountError::Query(QueryError::NotShown(_))) => Ok(no_due()),
        Err(AmountError::Query(error)) => Err(error.into()),
        Err(AmountError::Refused(_)) => Ok(Due { shown: true, asks: true, ..no_due() }),
    }
}

fn no_due() -> Due {
    Due { currency: "CNY".to_owned(), ..Due::default() }
}

fn computed(
    reader: &Reader,
    id: &str,
    month: Month,
    given: &Given,
) -> Result<AmountView, AmountError> {
    let (rows, records) = (reader.rows(), reader.records());
    window_amount(&rows, &records, reader.ledger.sealed(), (id, month), given)
}

fn proposed(reader: &Reader, contract: &Contract, view: &AmountView) -> Due {
    let t = reader.t();
    let side = reader.side_of(&contract.supplier, &contract.receiver);
    let mine = |direction| match direction {
        PriceDirection::ReceiverPays => side == Some(Party::Supplier),
        PriceDirection::SupplierPays => side == Some(Party::Receiver),
        PriceDirection::Free => false,
    };
    let is_due = |amount: &crate::domain::decimal::Decimal| !amount.is_negative();
    let own = view.totals.iter().find(|total| mine(total.direction) && is_due(&total.amount));
    let words = view.totals.iter().map(|total| {
        let direction = t.price_direction(total.direction);
        format!("{} {}, {direction}", total.amount, total.currency)
    });
    Due {
        shown: !view.totals.is_empty(),
        asks: false,
        totals: words.collect(),
        amount: own.map_or(String::new(), |total| total.amount.to_string()),
        currency: own.map_or("CNY", |total| total.currency.as_str()).to_owned(),
    }
}

/// Something that a formula needs.
pub struct Need {
    pub name: String,
    pub label: String,
    pub value: String,
}

/// One delivery, or what is missing to a minimum.
pub struct Row {
    pub what: String,
    pub quantity: String,
    pub base: String,
    pub changes: Vec<String>,
    pub sum: String,
}

/// One line.
pub struct LineOf {
    pub line: u16,
    pub rows: Vec<Row>,
    pub sum: String,
}

pub struct Shape {
    contract: String,
    month: String,
    needs: Vec<Need>,
    assays: String,
    /// Why there is no amount yet.
    trouble: String,
    lines: Vec<LineOf>,
    due: Due,
    undecided: u32,
    unpriced: Vec<u16>,
    /// Whether the reader's firm may record an invoice.
    records: bool,
    as_of: u64,
}

#[derive(Template)]
#[template(path = "amount.html")]
pub struct Page {
    f: Frame,
    s: Shape,
    a: Around,
}

impl Decided for Shape {
    const SECTION: &'static str = "months";
    type Page = Page;

    /// The id is that of the contract, then the month, then the query.
    fn read(reader: &Reader, id: &str) -> Result<Shape, Problem> {
        let (id, query) = id.split_once('?').unwrap_or((id, ""));
        let (contract, month) = id.split_once('/').unwrap_or((id, ""));
        let month = month.parse().map_err(|error| Problem::parameter("month", &error))?;
        shape(reader, contract, month, &Fields::parse(query))
    }

    fn title(&self, t: &Messages) -> String {
        format!("{} {}: {}", t.price_due, self.month, self.contract)
    }

    fn page(self, f: Frame, a: Around) -> Page {
        Page { f, s: self, a }
    }
}

pub async fn answer(visit: &mut Visit<'_>, contract: &str, month: &str) -> Reply {
    let query = visit.request.query_string().to_owned();
    decide::shown::<Shape>(visit, &format!("{contract}/{month}?{query}"), None).await
}

fn shape(reader: &Reader, id: &str, month: Month, fields: &Fields) -> Result<Shape, Problem> {
    let found = reader.rows().stored::<Contract>(id);
    let contract = &found.ok_or_else(|| Problem::not_found("contract"))?.state;
    let (rows, records) = (reader.rows(), reader.records());
    let (lines, undecided, unpriced) = priced(&rows, &records, reader.ledger.sealed(), id, month)?;
    let needs = needs(reader.t(), &lines, fields);
    let given = stated(&lines, fields);
    let result = given.and_then(|given| computed(reader, id, month, &given).map_err(Problem::from));
    let (view, trouble) = match result {
        Ok(view) => (Some(view), String::new()),
        Err(problem) if problem.status.is_server_error() => return Err(problem),
        Err(problem) => (None, problem.detail),
    };
    let due = view.as_ref().map_or_else(no_due, |view| proposed(reader, contract, view));
    Ok(Shape {
        contract: contract.contract.to_string(),
        month: month.to_string(),
        needs,
        assays: fields.get("assays").to_owned(),
        trouble,
        lines: view.as_ref().map_or_else(Vec::new, |view| rows_of(reader.t(), view)),
        records: !due.amount.is_empty(),
        due,
        undecided,
        unpriced,
        as_of: reader.rows().index.position(),
    })
}

/// What the prices of a window need, each once: a property for each line, an index for all.
fn asked(lines: &[LinePrice]) -> (Vec<(u16, &str)>, Vec<&str>) {
    let (mut properties, mut indexes) = (Vec::new(), Vec::new());
    for line in lines {
        for adjustment in &line.formula.adjustments {
            let property = (line.line, adjustment.property.as_str());
            if !properties.contains(&property) {
                properties.push(property);
            }
        }
        let index = line.formula.index.as_ref().map(|clause| clause.index.as_str());
        if let Some(index) = index.filter(|index| !indexes.contains(index)) {
            indexes.push(index);
        }
    }
    (properties, indexes)
}

fn needs(t: &Messages, lines: &[LinePrice], fields: &Fields) -> Vec<Need> {
    let (properties, indexes) = asked(lines);
    let need = |name: String, label| {
        let value = fields.get(&name).to_owned();
        Need { name, label, value }
    };
    let properties = properties.iter().enumerate().map(|(place, (line, property))| {
        need(format!("property-{place}"), format!("{} {line}: {property}", t.line))
    });
    let indexes = indexes.iter().enumerate();
    let indexes = indexes.map(|(place, index)| need(format!("index-{place}"), (*index).to_owned()));
    properties.chain(indexes).collect()
}

/// What was filled in; one line of the larger field is a delivery, a property and its value.
fn stated(lines: &[LinePrice], fields: &Fields) -> Result<Given, Problem> {
    let wrong = |name: &'static str| move |error: ValueError| Problem::parameter(name, &error);
    let (properties, indexes) = asked(lines);
    let mut given = Given::default();
    for (place, (line, property)) in properties.iter().enumerate() {
        let Some(value) = fields.filled(&format!("property-{place}")).map(str::to_owned) else {
            continue;
        };
        given.assays.push(Assay {
            delivery: None,
            line: Some(*line),
            property: property.parse().map_err(wrong("property"))?,
            value: value.parse().map_err(wrong("property"))?,
        });
    }
    for (place, index) in indexes.iter().enumerate() {
        let Some(value) = fields.filled(&format!("index-{place}")).map(str::to_owned) else {
            continue;
        };
        let index = index.parse().map_err(wrong("index"))?;
        given.indexes.push(IndexValue { index, value: value.parse().map_err(wrong("index"))? });
    }
    for row in fields.get("assays").lines().map(str::trim).filter(|row| !row.is_empty()) {
        let malformed = || {
            let detail = format!("`{row}` is no delivery, property and value, as dlv_1 ash 12.5");
            Problem::new(Fault::MalformedParameter, detail)
        };
        let (delivery, rest) = row.split_once(char::is_whitespace).ok_or_else(malformed)?;
        let (property, value) = rest.rsplit_once(char::is_whitespace).ok_or_else(malformed)?;
        given.assays.push(Assay {
            delivery: Some(delivery.parse().map_err(wrong("assays"))?),
            line: None,
            property: property.trim().parse().map_err(wrong("assays"))?,
            value: value.parse().map_err(wrong("assays"))?,
        });
    }
    Ok(given)
}

fn rows_of(t: &Messages, view: &AmountView) -> Vec<LineOf> {
    let line = |line: &crate::domain::price::PricedLine| {
        let loads = line.loads.iter().map(|load| {
            let adjustments = load.adjustments.iter();
            let mut changes: Vec<String> = adjustments
                .map(|one| format!("{} {}: {}", one.property, one.value, one.amount.amount))
                .collect();
            let index = load.index.as_ref();
            changes.extend(index.map(|index| format!("{} {}", t.price_index, index.amount)));
            changes.extend(load.beyond.iter().map(|one| format!("{one}: {}", t.price_is_beyond)));
            Row {
                what: load.delivery.to_string(),
                quantity: load.quantity.to_string(),
                base: load.base.amount.clone(),
                changes,
                sum: load.sum.amount.clone(),
            }
        });
        let missing = line.shortfalls.iter().map(|one| Row {
            what: format!("{} {} – {}", t.price_missing, one.from, one.to),
            quantity: one.missing.to_string(),
            base: String::new(),
            changes: Vec::new(),
            sum: one.amount.amount.clone(),
        });
        let rows = loads.chain(missing).collect();
        LineOf { line: line.line, rows, sum: format!("{} {}", line.sum.amount, line.sum.currency) }
    };
    view.lines.iter().map(line).collect()
}
