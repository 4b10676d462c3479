//! `record_invoice` and `record_payment`: what was billed for a window, and paid.
//!
//! Invariant: amounts stay sealed; a number is of one invoice of the contract, and a credit note
//! names the invoice that it takes back.

use crate::domain::command::{InvoiceKind, RecordInvoice, RecordPayment};
use crate::domain::decide::Context;
use crate::domain::event::{InvoiceRecorded, PaymentRecorded, Side};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::lookup;
use crate::domain::rules::settlement::sign::was_concluded;
use crate::domain::rules::settlement::{CONTRACT, Decision, MONTH};
use crate::domain::shapes::PriceDirection;
use crate::domain::state::{Contract, Invoice, Sheet};
use crate::domain::states::States;

/// The most invoices of a window, and payments of an invoice.
const MOST: usize = 100;

pub fn record_invoice<S: States>(context: &Context<'_, S>, data: &RecordInvoice) -> Decision {
    let contract = named::contract(context, &data.contract, CONTRACT)?;
    let contract = &contract.state;
    let by = named::side(context, &contract.supplier, &contract.receiver)?;
    was_concluded(contract)?;
    let is_one_firm = contract.supplier.firm == contract.receiver.firm;
    if !is_one_firm && !payees(contract).contains(&by) {
        let message = "by the directions of its prices the other side is paid, and bills";
        return Err(Refusal::new(Code::NotThePayee, "/actor", message));
    }
    let find = |number| context.states.find::<Invoice>(&Invoice::id(&contract.contract, number));
    if find(&data.number).is_some() {
        let message = format!("{} is recorded already; each number stands once", data.number);
        return Err(Refusal::new(Code::AlreadyExists, "/data/number", message));
    }
    match (data.kind, &data.of) {
        (InvoiceKind::Invoice, None) => {}
        (InvoiceKind::CreditNote, Some(of)) => {
            let found = find(of).filter(|it| it.state.kind == InvoiceKind::Invoice);
            if found.is_none_or(|found| found.state.by != by) {
                let message = format!("your side has recorded no invoice {of} of this contract");
                return Err(Refusal::new(Code::UnknownInvoice, "/data/of", message));
            }
        }
        (InvoiceKind::Invoice, Some(_)) => {
            let message = "an invoice takes back no other; that is a credit_note";
            return Err(Refusal::new(Code::UnexpectedMember, "/data/of", message));
        }
        (InvoiceKind::CreditNote, None) => {
            let message = "a credit note names the invoice that it takes back";
            return Err(Refusal::new(Code::MissingMember, "/data/of", message));
        }
    }
    let sheet = context.states.find::<Sheet>(&Sheet::id(&contract.contract, data.month));
    if sheet.is_some_and(|sheet| sheet.state.invoices.len() >= MOST) {
        let message = format!("{} has {MOST} invoices already, the most of a window", data.month);
        return Err(Refusal::new(Code::TooMany, MONTH, message));
    }
    let RecordInvoice { contract: id, kind, month, number, of, .. } = data.clone();
    let amount = named::sealed_value(&data.amount);
    let parks = named::parks(&contract.supplier, &contract.receiver);
    Ok(vec![InvoiceRecorded { amount, by, contract: id, kind, month, number, of, parks }.into()])
}

pub fn record_payment<S: States>(context: &Context<'_, S>, data: &RecordPayment) -> Decision {
    const INVOICE: &str = "/data/invoice";
    let contract = named::contract(context, &data.contract, CONTRACT)?;
    let contract = &contract.state;
    let by = named::side(context, &contract.supplier, &contract.receiver)?;
    let id = Invoice::id(&contract.contract, &data.invoice);
    let Some(invoice) = context.states.find::<Invoice>(&id) else {
        let message = format!("{} has no invoice {}", data.contract, data.invoice);
        return Err(Refusal::new(Code::UnknownInvoice, INVOICE, message));
    };
    if invoice.state.payments.len() >= MOST {
        let message = format!("{} has {MOST} payments already", data.invoice);
        return Err(Refusal::new(Code::TooMany, INVOICE, message));
    }
    let park = match by {
        Side::Supplier => &contract.supplier.park,
        Side::Receiver => &contract.receiver.park,
    };
    let today = lookup::day_at(context, park);
    if data.paid_on > today {
        let message = format!("{} is in the future: it is {today} in {park}", data.paid_on);
        return Err(Refusal::new(Code::OccurredInFuture, "/data/paid_on", message));
    }
    let RecordPayment { contract: id, invoice, paid_on, .. } = data.clone();
    let amount = named::sealed_value(&data.amount);
    let parks = named::parks(&contract.supplier, &contract.receiver);
    Ok(vec![PaymentRecorded { amount, by, contract: id, invoice, paid_on, parks }.into()])
}

/// The sides that are paid by the contract's prices; both, where none says who.
fn payees(contract: &Contract) -> Vec<Side> {
    let payee = |direction| match direction {
        PriceDirection::ReceiverPays => Some(Side::Supplier),
        PriceDirection::SupplierPays => Some(Side::Receiver),
        PriceDirection::Free => None,
    };
    let directions = contract.lines.iter().filter_map(|line| line.price_direction);
    let mut payees: Vec<Side> = directions.filter_map(payee).collect();
    payees.dedup();
    if payees.is_empty() { vec![Side::Supplier, Side::Receiver] } else { payees }
}
