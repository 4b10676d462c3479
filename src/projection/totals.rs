//! Sums of facts by park, month, measure, firm, counterparty, material, unit and method.

use crate::domain::fact::{Fact, facts};
use crate::index::{IndexError, Rows, TotalKey, TotalValue};
use crate::record::Decoded;

pub fn apply(rows: &mut Rows, record: &Decoded) -> Result<(), IndexError> {
    let mut outcome = Ok(());
    facts(&record.event, |fact| {
        if outcome.is_ok() {
            outcome = add(rows, fact);
        }
    });
    outcome
}

fn add(rows: &mut Rows, fact: Fact) -> Result<(), IndexError> {
    let value =
        TotalValue { amount: fact.amount.into(), facts: 1, kind: fact.kind, code: fact.code };
    let key = TotalKey {
        firm: fact.firm,
        counterparty: fact.counterparty.map(|other| other.firm),
        material: fact.material,
        unit: fact.unit,
        method: fact.method,
    };
    rows.total(&fact.park, fact.day.month(), fact.measure, &key, value)
}
