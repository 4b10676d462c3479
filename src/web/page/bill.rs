//! Invoices, credit notes and payments of a settlement window, on the page of its sheet.
//!
//! Invariant: amounts stand sealed in the records; they are shown to the parties and nobody else,
//! and to others it is said that there is one.

use std::collections::HashMap;

use crate::api::Problem;
use crate::domain::command::{InvoiceKind, RecordInvoice, RecordPayment, Request};
use crate::domain::confidential::Confidential;
use crate::domain::decimal::Decimal;
use crate::domain::event::Side;
use crate::domain::money::{Currency, Money};
use crate::domain::state::{Contract, ContractStage};
use crate::domain::time::Month;
use crate::query::answer::QueryError;
use crate::query::reconciliation::{InvoiceView, money_records};
use crate::web::form::Fields;
use crate::web::page::decide;
use crate::web::reader::Reader;

/// An invoice or credit note; its amount is shown to the parties.
pub struct InvoiceRow {
    pub amount: Option<String>,
    pub kind: &'static str,
    pub number: String,
    /// Of a credit note: the invoice that it takes back.
    pub of: String,
    pub by: &'static str,
    pub record: u64,
    pub payments: Vec<PaymentRow>,
}

/// A payment of it.
pub struct PaymentRow {
    pub amount: Option<String>,
    pub day: String,
    pub by: &'static str,
    pub record: u64,
}

/// What the page of a sheet shows of them.
pub struct Bills {
    pub rows: Vec<InvoiceRow>,
    /// Numbers of invoices of the reader's firm, which a credit note may name.
    pub own: Vec<String>,
    /// Whether the reader's firm may record them.
    pub records: bool,
    pub today: String,
}

pub fn of(
    reader: &Reader,
    contract: &Contract,
    month: Month,
    invoices: Option<&[InvoiceView]>,
) -> Result<Bills, Problem> {
    let amounts = amounts(reader, contract, month)?;
    let side = reader.side_of(&contract.supplier, &contract.receiver);
    let invoices = invoices.unwrap_or_default();
    let is_own = |it: &&InvoiceView| it.kind == InvoiceKind::Invoice && Some(it.by) == side;
    let concluded = matches!(contract.stage, ContractStage::Concluded | ContractStage::Terminated);
    let park = match side {
        Some(Side::Supplier) => &contract.supplier.park,
        Some(Side::Receiver) | None => &contract.receiver.park,
    };
    let today = reader.zone(park).map(|zone| decide::now().day_in(&zone));
    Ok(Bills {
        rows: invoices.iter().map(|it| row(reader, it, &amounts)).collect(),
        own: invoices.iter().filter(is_own).map(|it| it.number.to_string()).collect(),
        records: side.is_some() && concluded,
        today: today.map_or(String::new(), |today| today.to_string()),
    })
}

/// Amounts by the record that they stand in, for the parties and nobody else.
fn amounts(
    reader: &Reader,
    contract: &Contract,
    month: Month,
) -> Result<HashMap<u64, String>, Problem> {
    let records = reader.records();
    let parties = records.parties::<Contract>(contract.contract.as_str()).unwrap_or_default();
    let positions = money_records(&reader.rows(), contract, month);
    let disclosed = match records.disclosed(reader.ledger.sealed(), &parties, &positions) {
        Ok(disclosed) => disclosed,
        Err(QueryError::NotShown(_)) => return Ok(HashMap::new()),
        Err(error) => return Err(error.into()),
    };
    let amounts = disclosed.items.into_iter().filter_map(|member| {
        let money: Money = serde_json::from_str(member.value?.get()).ok()?;
        Some((member.position, money.to_string()))
    });
    Ok(amounts.collect())
}

fn row(reader: &Reader, invoice: &InvoiceView, amounts: &HashMap<u64, String>) -> InvoiceRow {
    let amount = |record: u64| amounts.get(&record).cloned();
    let payments = invoice.payments.iter().map(|it| PaymentRow {
        amount: amount(it.record),
        day: it.paid_on.to_string(),
        by: reader.t().side(it.by),
        record: it.record,
    });
    InvoiceRow {
        amount: amount(invoice.record),
        kind: reader.t().invoice_kind(invoice.kind),
        number: invoice.number.to_string(),
        of: invoice.of.as_ref().map_or(String::new(), ToString::to_string),
        by: reader.t().side(invoice.by),
        record: invoice.record,
        payments: payments.collect(),
    }
}

/// The command of a form that records one.
pub fn request(
    contract: &str,
    month: &str,
    fields: &Fields,
    pays: bool,
) -> Result<(&'static str, Request), Problem> {
    let contract = contract.parse().map_err(|_| Problem::not_found("contract"))?;
    let month = month.parse().map_err(|error| Problem::parameter("month", &error))?;
    let amount = Confidential::Open(money(fields)?);
    if pays {
        let invoice = decide::text(fields, "invoice", "say which invoice was paid")?;
        let paid_on = decide::needed(fields, "paid_on")?;
        return Ok(("pay", RecordPayment { amount, contract, invoice, paid_on }.into()));
    }
    let of = decide::optional(fields, "of")?;
    let (kind, word) = match fields.get("which") {
        "credit" => (InvoiceKind::CreditNote, "credit"),
        _ => (InvoiceKind::Invoice, "invoice"),
    };
    let number = decide::text(fields, "number", "write the number as it is printed")?;
    Ok((word, RecordInvoice { amount, contract, kind, month, number, of }.into()))
}

fn money(fields: &Fields) -> Result<Money, Problem> {
    let read = |name| move |error| Problem::parameter(name, &error);
    let amount: Decimal = fields.get("amount").parse().map_err(read("amount"))?;
    let currency: Currency = decide::optional(fields, "currency")?.unwrap_or(Currency::CNY);
    Money::new(amount, currency).map_err(read("amount"))
}
