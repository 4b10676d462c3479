//! What events of settlement leave behind: the sheet's row, its invoices, and up to which day the
//! contract is settled.

use crate::domain::event::{Event, InvoiceRecorded, PaymentRecorded, SheetSigned};
use crate::domain::evolve::Meta;
use crate::domain::id::ContractId;
use crate::domain::state::{Contract, Invoice, Payment, Restated, Sheet, Signature};
use crate::domain::states::StatesMut;
use crate::domain::time::Month;

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::SheetSigned(e) => {
            let SheetSigned { deliveries, lines, side, .. } = e.clone();
            own(states, at, &e.contract, |_| {});
            let signature = Signature { deliveries, lines, record: at, side };
            on_sheet(states, at, &e.contract, e.month, |sheet| sheet.sign(signature));
        }
        Event::WindowSettled(e) => {
            let (to, mut before) = (e.window.to, None);
            own(states, at, &e.contract, |contract| before = contract.settled_to.replace(to));
            on_sheet(states, at, &e.contract, e.month, |sheet| {
                (sheet.settled, sheet.settled_before) = (Some(at), before);
            });
        }
        Event::WindowRestated(e) => {
            let restated = Restated { by: e.side, reason: e.reason.clone(), record: at };
            let mut before = None;
            on_sheet(states, at, &e.contract, e.month, |sheet| {
                before = sheet.settled_before.take();
                sheet.restate(restated);
            });
            own(states, at, &e.contract, |contract| contract.settled_to = before);
        }
        Event::InvoiceRecorded(e) => {
            let InvoiceRecorded { by, contract, kind, month, number, of, .. } = e.clone();
            own(states, at, &contract, |_| {});
            on_sheet(states, at, &contract, month, |sheet| sheet.invoices.push(e.number.clone()));
            let id = Invoice::id(&contract, &number);
            let payments = Vec::new();
            let invoice = Invoice { by, kind, month, number, of, payments, record: at };
            states.create(&id, at, false, invoice);
        }
        Event::PaymentRecorded(e) => {
            let PaymentRecorded { by, contract, paid_on, .. } = e;
            own(states, at, contract, |_| {});
            let payment = Payment { by: *by, paid_on: *paid_on, record: at };
            let id = Invoice::id(contract, &e.invoice);
            states.change::<Invoice>(&id, at, false, |invoice| invoice.payments.push(payment));
        }
        _ => unreachable!("{} is no event of settlement", event.kind()),
    }
}

fn own<S: StatesMut>(
    states: &mut S,
    at: u64,
    contract: &ContractId,
    change: impl FnOnce(&mut Contract),
) {
    states.change::<Contract>(contract.as_str(), at, true, change);
}

fn on_sheet<S: StatesMut>(
    states: &mut S,
    at: u64,
    contract: &ContractId,
    month: Month,
    change: impl FnOnce(&mut Sheet),
) {
    let id = Sheet::id(contract, month);
    if !states.exists::<Sheet>(&id) {
        states.create(&id, at, false, Sheet::empty(month));
    }
    states.change::<Sheet>(&id, at, false, change);
}
