//! The reconciliation sheet of a settlement window, drawn up from the present rows.
//!
//! Invariant: its numbers are those that `sign_sheet` compares with. Tickets are shown to whoever
//! may read the records that have them, invoices to the parties; amounts of money never.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::command::{InvoiceKind, SettledReason, SheetLine};
use crate::domain::event::{Event, Side};
use crate::domain::id::{ContractId, DeliveryId, FirmId, MaterialId};
use crate::domain::quantity::{Method, Quantity, Sum};
use crate::domain::shapes::Nonconformity;
use crate::domain::sheet::{draw, is_late};
use crate::domain::state::{
    Contract, Delivery, DeliveryMode, Invoice, Line, Payment, Restated, SettledQuantity, Sheet,
    Signature, Weight,
};
use crate::domain::states::{States as _, Stored};
use crate::domain::text::Text;
use crate::domain::time::{Day, Month};
use crate::query::answer::QueryError;
use crate::query::record::{Records, broken};
use crate::query::rows::Rows;
use crate::query::see::{Sight, may};
use crate::query::view::quantity;

/// The sheet of a window, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetView {
    /// The position that the answer reflects.
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub contract: ContractId,
    /// How many.
    pub deliveries: u32,
    /// Signatures of before the window was opened again.
    pub earlier: Vec<SignatureView>,
    /// First day of the window.
    pub from: Day,
    /// For the parties; amounts are read from `…/confidential`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoices: Option<Vec<InvoiceView>>,
    /// Every line that has a delivery in the window.
    pub lines: Vec<SheetLineView>,
    /// The month in which the window ends.
    pub month: Month,
    pub restated: Vec<RestatedView>,
    /// Position of the record by which it was settled, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub settled: Option<u64>,
    pub signatures: Vec<SignatureView>,
    /// Last day of the window.
    pub to: Day,
}

/// A line of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetLineView {
    /// Received less dispatched, of what was weighed on both sides.
    pub difference: Sum,
    pub line: u16,
    pub material: MaterialId,
    pub rejected: Sum,
    pub rows: Vec<SheetRow>,
    /// The sums, as `sign_sheet` takes them.
    pub sums: SheetLine,
}

/// One delivery of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Quantity>,
    /// The day of the window on which it stands.
    pub booked: Day,
    pub delivery: DeliveryId,
    /// Received less dispatched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatched: Option<SheetWeight>,
    /// Its own window was settled before it was recorded.
    pub late: bool,
    pub line: u16,
    pub mode: DeliveryMode,
    pub nonconformities: Vec<Nonconformity>,
    /// The difference is beyond the contract's tolerance.
    pub out_of_tolerance: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<SheetWeight>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Quantity>,
    /// What is to be paid for: what was accepted, if nothing else was stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_because: Option<SettledView>,
    pub state: SheetState,
}

/// How far a delivery is, as the sheet sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SheetState {
    Disputed,
    InTransit,
    /// Neither accepted nor rejected yet.
    Open,
    /// It stands by the word of one side.
    OneSided,
    ConfirmedByBoth,
}

/// What one side weighed or metered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetWeight {
    pub day: Day,
    pub method: Method,
    pub quantity: Quantity,
    /// Position of the record that has it.
    #[schema(minimum = 0)]
    pub record: u64,
    /// Its ticket's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Text>,
}

/// Why another quantity is settled than the accepted one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettledView {
    pub by: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deduction: Option<Text>,
    pub reason: SettledReason,
    #[schema(minimum = 0)]
    pub record: u64,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignatureView {
    /// How many.
    pub deliveries: u32,
    /// Whether these are the numbers of the sheet as it is now.
    pub is_present: bool,
    pub lines: Vec<SheetLine>,
    #[schema(minimum = 0)]
    pub record: u64,
    pub side: Side,
}

/// That the window was opened again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RestatedView {
    pub by: Side,
    pub reason: Text,
    #[schema(minimum = 0)]
    pub record: u64,
}

/// An invoice or credit note, without its amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvoiceView {
    pub by: Side,
    pub kind: InvoiceKind,
    pub number: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Text>,
    pub payments: Vec<PaymentView>,
    #[schema(minimum = 0)]
    pub record: u64,
}

/// A payment, without its amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentView {
    pub by: Side,
    pub paid_on: Day,
    #[schema(minimum = 0)]
    pub record: u64,
}

/// Reads the sheet of a contract that may be seen.
pub fn sheet(
    rows: &Rows<'_>,
    records: &Records<'_>,
    id: &str,
    month: Month,
) -> Result<SheetView, QueryError> {
    let as_of = rows.index.position();
    let found = rows.stored::<Contract>(id).ok_or(QueryError::NotFound("contract"))?;
    let contract = &found.state;
    let drawn = draw(rows.index, contract, month);
    let too_large = || broken("the sums are more than a quantity can say");
    let sums = drawn.lines().ok_or_else(too_large)?;
    let stored = rows.index.find::<Sheet>(&Sheet::id(&contract.contract, month));
    let empty = Sheet::empty(month);
    let signed = stored.as_ref().map_or(&empty, |stored| &stored.state);
    let view = |signature: &Signature| SignatureView::of(signature, drawn.count(), &sums);
    let signatures = [Side::Supplier, Side::Receiver].into_iter();
    let signatures = signatures.filter_map(|side| signed.signature(side)).map(view).collect();
    let invoices = invoices(rows, contract, signed);
    let mut lines = Vec::with_capacity(sums.len());
    for of_line in &sums {
        let line = contract.line(of_line.line).expect("a delivery names a line of its contract");
        let deliveries = drawn.deliveries.iter().map(|one| &one.state);
        let deliveries = deliveries.filter(|one| one.exchange.line == line.line);
        let mut of_rows = Vec::new();
        for delivery in deliveries {
            of_rows.push(row(records, line, delivery)?);
        }
        lines.push(SheetLineView::of(line, of_rows, of_line.clone())?);
    }
    Ok(SheetView {
        as_of,
        contract: contract.contract.clone(),
        deliveries: drawn.count(),
        earlier: signed.earlier.iter().map(view).collect(),
        from: drawn.window.from,
        invoices,
        lines,
        month,
        restated: signed.restated.iter().map(RestatedView::from).collect(),
        settled: signed.settled,
        signatures,
        to: drawn.window.to,
    })
}

/// The records that have the amounts of a sheet's invoices and payments.
pub fn money_records(rows: &Rows<'_>, contract: &Contract, month: Month) -> Vec<u64> {
    let Some(sheet) = rows.index.find::<Sheet>(&Sheet::id(&contract.contract, month)) else {
        return Vec::new();
    };
    let mut records = Vec::new();
    for invoice in stored_invoices(rows, contract, &sheet.state) {
        records.push(invoice.state.record);
        records.extend(invoice.state.payments.iter().map(|payment| payment.record));
    }
    records
}

fn stored_invoices(
    rows: &Rows<'_>,
    contract: &Contract,
    sheet: &Sheet,
) -> Vec<std::sync::Arc<Stored<Invoice>>> {
    let id = |number| Invoice::id(&contract.contract, number);
    sheet.invoices.iter().filter_map(|number| rows.index.find::<Invoice>(&id(number))).collect()
}

fn invoices(rows: &Rows<'_>, contract: &Contract, sheet: &Sheet) -> Option<Vec<InvoiceView>> {
    let parties: Vec<FirmId> =
        [&contract.supplier, &contract.receiver].map(|party| party.firm.clone()).into();
    if !may(rows.who, &Sight::Sealed(parties)) {
        return None;
    }
    let found = stored_invoices(rows, contract, sheet);
    Some(found.iter().map(|invoice| InvoiceView::from(&invoice.state)).collect())
}

fn row(records: &Records<'_>, line: &Line, delivery: &Delivery) -> Result<SheetRow, QueryError> {
    let weight = |weight: &Option<Weight>| -> Result<Option<SheetWeight>, QueryError> {
        let Some(Weight { day, method, quantity, record, .. }) = weight.clone() else {
            return Ok(None);
        };
        let ticket = ticket(records, record)?;
        Ok(Some(SheetWeight { day, method, quantity, record, ticket }))
    };
    let (dispatched, received) = (weight(&delivery.dispatched)?, weight(&delivery.received)?);
    let amount = |weight: &SheetWeight| i128::from(weight.quantity.amount());
    let both = dispatched.as_ref().map(amount).zip(received.as_ref().map(amount));
    let sum = |amount| Sum::new(amount, line.material.dimension, line.material.basis);
    let difference = both.map(|(sent, got)| sum(got - sent)).transpose().map_err(broken)?;
    let beyond = both.is_some_and(|(sent, got)| {
        let tolerance = line.tolerance_percent.percent_floor(sent);
        tolerance.is_some_and(|tolerance| (got - sent).abs() > tolerance)
    });
    let weighed = delivery.received.as_ref().or(delivery.dispatched.as_ref());
    let unit = weighed.map_or(line.material.dimension.shown_in(), |it| it.quantity.unit());
    let accepted = delivery.accepted.map(|amount| quantity(amount, unit));
    Ok(SheetRow {
        accepted,
        booked: delivery.booked,
        delivery: delivery.exchange.delivery.clone(),
        difference,
        dispatched,
        late: is_late(delivery),
        line: line.line,
        mode: delivery.mode,
        nonconformities: delivery.nonconformities.clone(),
        out_of_tolerance: beyond,
        received,
        rejected: delivery.rejected.as_ref().map(|it| quantity(it.amount, unit)),
        settled: delivery.settled.as_ref().map(|settled| settled.quantity).or(accepted),
        settled_because: delivery.settled.as_ref().map(SettledView::from),
        state: SheetState::of(delivery),
    })
}

/// The number of the ticket in a record, if it has one and may be read.
fn ticket(records: &Records<'_>, position: u64) -> Result<Option<Text>, QueryError> {
    let view = records.one(position)?;
    let Some(decoded) = records.decoded(&view)? else { return Ok(None) };
    #[expect(clippy::wildcard_enum_match_arm, reason = "only loads are weighed")]
    let ticket = match &decoded.event {
        Event::DeliveryDispatched(event) => event.measured.ticket.as_ref(),
        Event::DeliveryReceived(event) => event.measured.ticket.as_ref(),
        Event::EntryReplaced(event) => event.measured.ticket.as_ref(),
        _ => None,
    };
    Ok(ticket.map(|ticket| ticket.number.clone()))
}

impl SheetState {
    fn of(delivery: &Delivery) -> SheetState {
        let decided = delivery.accepted.is_some() || delivery.rejected.is_some();
        let one_sided = !(delivery.supplier_spoke && delivery.receiver_spoke)
            || delivery.one_sided_accept != 0
            || delivery.one_sided_dispatch != 0;
        if delivery.open_dispute().is_some() {
            SheetState::Disputed
        } else if delivery.one_sided_dispatch != 0 {
            // Its receiver can't speak for itself: nothing will arrive but its word.
            SheetState::OneSided
        } else if delivery.received.is_none() {
            SheetState::InTransit
        } else if !decided {
            SheetState::Open
        } else if one_sided {
            SheetState::OneSided
        } else {
            SheetState::ConfirmedByBoth
        }
    }
}

impl SheetLineView {
    fn of(line: &Line, rows: Vec<SheetRow>, sums: SheetLine) -> Result<SheetLineView, QueryError> {
        let amounts = rows.iter().filter_map(|row| row.difference.as_ref());
        let difference: i128 = amounts.map(Sum::amount).sum();
        let amounts = rows.iter().filter_map(|row| row.rejected.as_ref());
        let rejected: i128 = amounts.map(|it| i128::from(it.amount())).sum();
        let sum =
            |amount| Sum::new(amount, line.material.dimension, line.material.basis).map_err(broken);
        let (difference, rejected) = (sum(difference)?, sum(rejected)?);
        let material = line.material.material.clone();
        Ok(SheetLineView { difference, line: line.line, material, rejected, rows, sums })
    }
}

impl SignatureView {
    fn of(signature: &Signature, deliveries: u32, lines: &[SheetLine]) -> SignatureView {
        let is_present = signature.is_of(deliveries, lines);
        let Signature { deliveries, lines, record, side } = signature.clone();
        SignatureView { deliveries, is_present, lines, record, side }
    }
}

impl From<&SettledQuantity> for SettledView {
    fn from(settled: &SettledQuantity) -> SettledView {
        let SettledQuantity { by, deduction, reason, record, .. } = settled.clone();
        SettledView { by, deduction, reason, record }
    }
}

impl From<&Restated> for RestatedView {
    fn from(restated: &Restated) -> RestatedView {
        let Restated { by, reason, record } = restated.clone();
        RestatedView { by, reason, record }
    }
}

impl From<&Invoice> for InvoiceView {
    fn from(invoice: &Invoice) -> InvoiceView {
        let Invoice { by, kind, number, of, payments, record, .. } = invoice.clone();
        let payments = payments.into_iter();
        let payments = payments
            .map(|Payment { by, paid_on, record }| PaymentView { by, paid_on, record })
            .collect();
        InvoiceView { by, kind, number, of, payments, record }
    }
}
