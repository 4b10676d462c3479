//! Settlement windows of a contract, and what was signed, settled and invoiced in each.
//!
//! Invariant: windows follow one another without a gap, so each day is of one of them, named by the
//! month in which it ends. Everything up to `settled_to` is closed: a delivery that begins there is
//! booked on the day after.

use serde::{Deserialize, Serialize};

use crate::domain::command::{InvoiceKind, SettledReason, SheetLine};
use crate::domain::event::Side;
use crate::domain::id::ContractId;
use crate::domain::quantity::Quantity;
use crate::domain::shapes::Term;
use crate::domain::state::Contract;
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::time::{Day, Month};

/// So many signatures of before a restatement stay in the state; older ones stay in the log.
const EARLIER: usize = 24;

/// What was signed and invoiced of a window; its id is `ctr_…/2026-11`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Of before the window was restated, in order.
    pub earlier: Vec<Signature>,
    /// Numbers of invoices and credit notes, in order.
    pub invoices: Vec<Text>,
    pub month: Month,
    pub receiver: Option<Signature>,
    /// The last times that it was opened again.
    pub restated: Vec<Restated>,
    /// Position of the record by which it was settled; none while it is open.
    pub settled: Option<u64>,
    /// Up to which day the contract was settled before.
    pub settled_before: Option<Day>,
    pub supplier: Option<Signature>,
}

/// The numbers that a side stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub deliveries: u32,
    pub lines: Vec<SheetLine>,
    pub record: u64,
    pub side: Side,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restated {
    pub by: Side,
    pub reason: Text,
    pub record: u64,
}

/// What is settled of a delivery in place of what was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledQuantity {
    pub by: Side,
    pub deduction: Option<Text>,
    pub quantity: Quantity,
    pub reason: SettledReason,
    pub record: u64,
}

/// An invoice or credit note; its id is `ctr_…/number`. Amounts stand sealed in the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    pub by: Side,
    pub kind: InvoiceKind,
    pub month: Month,
    pub number: Text,
    pub of: Option<Text>,
    pub payments: Vec<Payment>,
    pub record: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub by: Side,
    pub paid_on: Day,
    pub record: u64,
}

impl Sheet {
    pub fn empty(month: Month) -> Sheet {
        Sheet {
            earlier: Vec::new(),
            invoices: Vec::new(),
            month,
            receiver: None,
            restated: Vec::new(),
            settled: None,
            settled_before: None,
            supplier: None,
        }
    }

    pub fn id(contract: &ContractId, month: Month) -> String {
        format!("{contract}/{month}")
    }

    pub fn signature(&self, side: Side) -> Option<&Signature> {
        match side {
            Side::Supplier => self.supplier.as_ref(),
            Side::Receiver => self.receiver.as_ref(),
        }
    }

    pub fn sign(&mut self, signature: Signature) {
        match signature.side {
            Side::Supplier => self.supplier = Some(signature),
            Side::Receiver => self.receiver = Some(signature),
        }
    }

    /// Puts the signatures aside.
    pub fn restate(&mut self, restated: Restated) {
        self.earlier.extend(self.supplier.take());
        self.earlier.extend(self.receiver.take());
        self.restated.push(restated);
        let old = self.earlier.len().saturating_sub(EARLIER);
        self.earlier.drain(..old);
        let old = self.restated.len().saturating_sub(EARLIER);
        self.restated.drain(..old);
        self.settled = None;
    }
}

impl Signature {
    /// Whether it is of these numbers, in whatever unit they are written.
    pub fn is_of(&self, deliveries: u32, lines: &[SheetLine]) -> bool {
        let numbers = |line: &SheetLine| {
            let SheetLine { accepted, dispatched, line, received, settled } = line;
            (*line, [accepted, dispatched, received, settled].map(Quantity::amount))
        };
        self.deliveries == deliveries
            && self.lines.iter().map(numbers).eq(lines.iter().map(numbers))
    }
}

impl Invoice {
    pub fn id(contract: &ContractId, number: &Text) -> String {
        format!("{contract}/{}", number.as_str())
    }
}

impl Contract {
    /// The window that ends in a month.
    pub fn settlement_window(&self, month: Month) -> Term {
        let Some(last) = self.settlement_day else {
            return Term { from: month.first(), to: month.last() };
        };
        // Every month has 28 days, and a window's last day is at most the 28th.
        let end = |month: Month| month.first().checked_add(i32::from(last) - 1);
        let before = month.checked_add(-1).and_then(end);
        let from = before.and_then(|day| day.checked_add(1)).unwrap_or(Day::MIN);
        Term { from, to: end(month).unwrap_or(Day::MAX) }
    }

    /// The month by which the window of a day is named.
    pub fn settlement_month(&self, day: Day) -> Month {
        let month = day.month();
        if day <= self.settlement_window(month).to {
            month
        } else {
            month.checked_add(1).unwrap_or(month)
        }
    }

    /// Whether a day lies in a settled window.
    pub fn is_settled(&self, day: Day) -> bool {
        self.settled_to.is_some_and(|settled| day <= settled)
    }

    /// On which day a delivery that begins on a day is booked: the first that is not closed.
    pub fn booking_day(&self, day: Day) -> Day {
        match self.settled_to {
            Some(settled) if day <= settled => settled.checked_add(1).unwrap_or(day),
            Some(_) | None => day,
        }
    }
}

impl Aggregate for Sheet {
    const KIND: Kind = Kind::Sheet;
}

impl Aggregate for Invoice {
    const KIND: Kind = Kind::Invoice;
}
