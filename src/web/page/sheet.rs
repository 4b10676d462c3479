//! The reconciliation sheet of a contract's settlement window: each delivery with both weights and
//! its state, the sums, who has signed which numbers, and the button that signs them.
//!
//! Invariant: the form carries the numbers of its page, so nobody signs what he has not seen.

use askama::Template;

use crate::api::Problem;
use crate::domain::access::Role;
use crate::domain::command::{Request, SheetLine, SignSheet};
use crate::domain::id::ContractId;
use crate::domain::quantity::Quantity;
use crate::domain::state::{Contract, ContractStage};
use crate::domain::time::Month;
use crate::query::reconciliation::{
    SheetLineView, SheetRow, SheetState, SheetView, SheetWeight, SignatureView, sheet,
};
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::bill::{self, Bills};
use crate::web::page::decide::{self, Around, Decided};
use crate::web::page::month::{beside, percent};
use crate::web::page::price::{self, Due};
use crate::web::reader::Reader;
use crate::web::show::{Shown, digits_for};
use crate::web::visit::{Reply, Visit};

/// What one side weighed.
pub struct Cell {
    pub ticket: String,
    pub shown: Shown,
    pub record: Option<u64>,
}

/// One delivery.
pub struct Row {
    pub day: String,
    pub booked: String,
    pub late: bool,
    pub id: String,
    pub sent: Cell,
    pub got: Cell,
    pub difference: Shown,
    pub percent: String,
    pub beyond: bool,
    pub accepted: Shown,
    pub rejected: Shown,
    pub settled: Shown,
    /// Why another quantity is settled than the accepted one.
    pub because: String,
    pub state: &'static str,
    pub mark: &'static str,
    pub broken: Vec<&'static str>,
}

/// One line of the contract, with its sums.
pub struct LineOf {
    pub line: u16,
    pub material: String,
    pub basis: &'static str,
    pub rows: Vec<Row>,
    pub sent: Shown,
    pub got: Shown,
    pub difference: Shown,
    pub percent: String,
    pub accepted: Shown,
    pub rejected: Shown,
    pub settled: Shown,
}

/// A signature, or that the window was opened again.
pub struct Word {
    pub who: &'static str,
    pub record: u64,
    pub numbers: String,
    pub present: bool,
}

pub struct Shape {
    contract: String,
    supplier: String,
    receiver: String,
    zone: String,
    month: String,
    from: String,
    to: String,
    before: String,
    after: String,
    lines: Vec<LineOf>,
    signed: Vec<Word>,
    restated: Vec<Word>,
    earlier: Vec<Word>,
    bills: Bills,
    due: Due,
    settled: Option<u64>,
    /// What a signature would be of, for the form.
    numbers: String,
    /// Whether the reader's firm can sign.
    mine: bool,
    as_of: u64,
}

#[derive(Template)]
#[template(path = "sheet.html")]
pub struct Page {
    f: Frame,
    s: Shape,
    a: Around,
}

impl Decided for Shape {
    const SECTION: &'static str = "months";
    type Page = Page;

    /// The id is that of the contract, then the month.
    fn read(reader: &Reader, id: &str) -> Result<Shape, Problem> {
        let (contract, month) = id.split_once('/').unwrap_or((id, ""));
        let month = month.parse().map_err(|error| Problem::parameter("month", &error))?;
        shape(reader, contract, month)
    }

    fn title(&self, t: &Messages) -> String {
        format!("{} {}: {}", t.sheet, self.month, self.contract)
    }

    fn page(self, f: Frame, a: Around) -> Page {
        Page { f, s: self, a }
    }
}

pub async fn answer(visit: &mut Visit<'_>, contract: &str, month: &str) -> Reply {
    decide::shown::<Shape>(visit, &format!("{contract}/{month}"), None).await
}

/// Signs the numbers of the page that the form was on.
pub async fn sign(visit: &mut Visit<'_>, contract: &str, month: &str) -> Reply {
    let request = |fields: &Fields| Ok(("sign", request(contract, month, fields)?));
    decide::sent::<Shape>(visit, &format!("{contract}/{month}"), request).await
}

/// An invoice, credit note or payment for the window.
pub async fn bill(visit: &mut Visit<'_>, contract: &str, month: &str, pays: bool) -> Reply {
    let request = |fields: &Fields| bill::request(contract, month, fields, pays);
    decide::sent::<Shape>(visit, &format!("{contract}/{month}"), request).await
}

fn request(contract: &str, month: &str, fields: &Fields) -> Result<Request, Problem> {
    let contract: ContractId = contract.parse().map_err(|_| Problem::not_found("contract"))?;
    let month: Month = month.parse().map_err(|error| Problem::parameter("month", &error))?;
    let (deliveries, lines) = read_numbers(fields.get("numbers")).ok_or_else(|| {
        let detail = "`numbers` is not what the page of the sheet had in it";
        Problem::new(crate::api::Fault::MalformedParameter, detail)
    })?;
    Ok(SignSheet { contract, deliveries, lines, month }.into())
}

/// `4;1,TNE,96.5,98,97.5,95.2`: the count, and of each line accepted, dispatched, received and
/// settled. A form holds a hundred lines of this.
fn write_numbers(deliveries: u32, lines: &[SheetLine]) -> String {
    let mut out = deliveries.to_string();
    for SheetLine { accepted, dispatched, line, received, settled } in lines {
        let values = [accepted, dispatched, received, settled].map(|it| it.value().to_string());
        out.push_str(&format!(";{line},{},{}", accepted.unit().code(), values.join(",")));
    }
    out
}

fn read_numbers(text: &str) -> Option<(u32, Vec<SheetLine>)> {
    let mut parts = text.split(';');
    let deliveries = parts.next()?.parse().ok()?;
    let line = |text: &str| {
        let [line, unit, accepted, dispatched, received, settled] =
            text.split(',').collect::<Vec<_>>().try_into().ok()?;
        let quantity = |value: &str| Quantity::parse(value, unit.parse().ok()?).ok();
        Some(SheetLine {
            accepted: quantity(accepted)?,
            dispatched: quantity(dispatched)?,
            line: line.parse().ok()?,
            received: quantity(received)?,
            settled: quantity(settled)?,
        })
    };
    Some((deliveries, parts.map(line).collect::<Option<_>>()?))
}

fn shape(reader: &Reader, id: &str, month: Month) -> Result<Shape, Problem> {
    let found = reader.rows().stored::<Contract>(id);
    let contract = &found.ok_or_else(|| Problem::not_found("contract"))?.state;
    let view = sheet(&reader.rows(), &reader.records(), id, month)?;
    let sums: Vec<SheetLine> = view.lines.iter().map(|line| line.sums.clone()).collect();
    let words = |all: &[SignatureView]| all.iter().map(|it| signature(reader, it)).collect();
    let restated = view.restated.iter().map(|it| Word {
        who: reader.t().side(it.by),
        record: it.record,
        numbers: it.reason.to_string(),
        present: true,
    });
    let due = price::due(reader, contract, month)?;
    let bills = bill::of(reader, contract, month, view.invoices.as_deref())?;
    let names = reader.names();
    let zone = reader.zone(&contract.receiver.park);
    Ok(Shape {
        contract: contract.contract.to_string(),
        supplier: names.firm(&contract.supplier.firm),
        receiver: names.firm(&contract.receiver.firm),
        zone: zone.map_or("UTC", |zone| zone.as_str()).to_owned(),
        month: month.to_string(),
        from: view.from.to_string(),
        to: view.to.to_string(),
        before: beside(month, -1),
        after: beside(month, 1),
        lines: view.lines.iter().map(|line| line_of(reader, contract, line)).collect(),
        signed: words(&view.signatures),
        restated: restated.collect(),
        earlier: words(&view.earlier),
        bills,
        due,
        settled: view.settled,
        numbers: write_numbers(view.deliveries, &sums),
        mine: is_mine(reader, contract, &view),
        as_of: view.as_of,
    })
}

/// Whether the reader's firm can sign: the window is over and open, and it has not signed these.
fn is_mine(reader: &Reader, contract: &Contract, view: &SheetView) -> bool {
    let own = reader.who.as_ref().filter(|who| who.role == Role::Firm);
    let side = own.and_then(|who| who.firm.as_ref()).and_then(|firm| contract.side_of(firm));
    let Some(side) = side else { return false };
    let signed = view.signatures.iter().any(|it| it.side == side && it.is_present);
    let zone = reader.zone(&contract.receiver.park);
    let is_over = zone.is_some_and(|zone| decide::now().day_in(&zone) > view.to);
    let concluded = matches!(contract.stage, ContractStage::Concluded | ContractStage::Terminated);
    view.settled.is_none() && !signed && is_over && concluded
}

fn signature(reader: &Reader, signature: &SignatureView) -> Word {
    let t = reader.t();
    let settled = signature.lines.iter().map(|line| {
        let settled = line.settled;
        format!("{} {}: {} {}", t.line, line.line, settled.value(), settled.unit().code())
    });
    let count = format!("{} {}", signature.deliveries, t.loads);
    let numbers: Vec<_> = std::iter::once(count).chain(settled).collect();
    Word {
        who: t.side(signature.side),
        record: signature.record,
        numbers: numbers.join("; "),
        present: signature.is_present,
    }
}

fn amount(quantity: &Quantity) -> i128 {
    i128::from(quantity.amount())
}

fn line_of(reader: &Reader, contract: &Contract, view: &SheetLineView) -> LineOf {
    let line = contract.line(view.line).expect("a sheet has lines of its contract");
    let dimension = line.material.dimension;
    let amounts = view.rows.iter().flat_map(|row| {
        let weights = [&row.dispatched, &row.received].into_iter().flatten();
        let decided = [&row.accepted, &row.settled].into_iter().flatten();
        weights.map(|it| amount(&it.quantity)).chain(decided.map(amount)).collect::<Vec<_>>()
    });
    let digits = digits_for(amounts, dimension);
    let shown = |amount| Shown::amount(amount, dimension, digits, reader.lang);
    let both = view.rows.iter().filter(|row| row.difference.is_some());
    let sent = both.filter_map(|row| row.dispatched.as_ref());
    let of_both: i128 = sent.map(|it| amount(&it.quantity)).sum();
    let difference = view.difference.amount();
    LineOf {
        line: view.line,
        material: reader.names().material(&view.material),
        basis: reader.t().basis(line.material.basis),
        rows: view.rows.iter().map(|row| row_of(reader, row, &shown)).collect(),
        sent: shown(amount(&view.sums.dispatched)),
        got: shown(amount(&view.sums.received)),
        difference: shown(difference),
        percent: percent(Some(difference), Some(of_both)),
        accepted: shown(amount(&view.sums.accepted)),
        rejected: shown(view.rejected.amount()),
        settled: shown(amount(&view.sums.settled)),
    }
}

fn row_of(reader: &Reader, row: &SheetRow, shown: &impl Fn(i128) -> Shown) -> Row {
    let t = reader.t();
    let optional = |quantity: &Option<Quantity>| {
        quantity.as_ref().map_or(Shown::Absent, |quantity| shown(amount(quantity)))
    };
    let cell = |weight: &Option<SheetWeight>| match weight {
        None => Cell { ticket: String::new(), shown: Shown::Absent, record: None },
        Some(weight) => Cell {
            ticket: weight.ticket.as_ref().map_or(String::new(), ToString::to_string),
            shown: shown(amount(&weight.quantity)),
            record: Some(weight.record),
        },
    };
    let weight = row.received.as_ref().or(row.dispatched.as_ref());
    let difference = row.difference.as_ref().map(|it| it.amount());
    let sent = row.dispatched.as_ref().map(|it| amount(&it.quantity));
    let because = row.settled_because.as_ref().map(|because| {
        let reason = t.settled_reason(because.reason);
        let deduction = because.deduction.as_ref().map(|text| format!(": {text}"));
        format!("{reason}{}", deduction.unwrap_or_default())
    });
    Row {
        day: weight.map_or(String::new(), |weight| weight.day.to_string()),
        booked: row.booked.to_string(),
        late: row.late,
        id: row.delivery.to_string(),
        sent: cell(&row.dispatched),
        got: cell(&row.received),
        difference: difference.map_or(Shown::Absent, shown),
        percent: percent(difference, sent),
        beyond: row.out_of_tolerance,
        accepted: optional(&row.accepted),
        rejected: optional(&row.rejected),
        settled: optional(&row.settled),
        because: because.unwrap_or_default(),
        state: t.sheet_state(row.state),
        mark: mark(row.state),
        broken: row.nonconformities.iter().map(|one| t.nonconformity(*one)).collect(),
    }
}

fn mark(state: SheetState) -> &'static str {
    match state {
        SheetState::Disputed => "warn",
        SheetState::InTransit | SheetState::Open | SheetState::OneSided => "open",
        SheetState::ConfirmedByBoth => "done",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_form_are_read_as_they_were_written() {
        let text = "4;1,TNE,96.5,98,97.5,95.2;3,GV,1,2,3,4";
        let read = read_numbers(text);
        assert_eq!(read.map(|(count, lines)| write_numbers(count, &lines)).as_deref(), Some(text));
        assert_eq!(read_numbers("0"), Some((0, Vec::new())));
        for bad in ["", "x", "1;", "1;1,TNE,1,1,1", "1;1,XXX,1,1,1,1", "1;1,TNE,1,1,1,-1"] {
            assert_eq!(read_numbers(bad), None, "{bad}");
        }
    }
}
