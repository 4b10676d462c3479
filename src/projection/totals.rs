//! Sums of facts by park, month, measure, firm, counterparty, material, unit, method, kind and code.

use crate::domain::fact::Fact;
use crate::index::{IndexError, Rows, TotalOf};

pub fn apply(rows: &mut Rows, fact: &Fact) -> Result<(), IndexError> {
    let total = TotalOf {
        firm: &fact.firm,
        counterparty: fact.counterparty.as_ref().map(|other| &other.firm),
        material: fact.material.as_ref(),
        unit: fact.unit,
        method: fact.method,
        kind: fact.kind,
        code: fact.code.as_ref(),
    };
    rows.total(&fact.park, fact.day.month(), fact.measure, &total, fact.amount)
}
