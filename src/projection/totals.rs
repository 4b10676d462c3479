//! Sums of facts by park, month, measure, both sides' firms and sites, material, unit, method,
//! item, kind and code.

use crate::domain::fact::Fact;
use crate::index::{IndexError, Rows, TotalOf};

pub fn apply(rows: &mut Rows, fact: &Fact) -> Result<(), IndexError> {
    let total = TotalOf {
        firm: fact.firm.as_ref(),
        site: fact.site.as_ref(),
        counterparty: fact.counterparty.as_ref().map(|other| &other.firm),
        counterparty_site: fact.counterparty.as_ref().map(|other| &other.site),
        material: fact.material.as_ref(),
        unit: fact.unit,
        method: fact.method,
        item: fact.item.as_ref(),
        kind: fact.kind,
        code: fact.code.as_ref(),
    };
    rows.total(&fact.park, fact.day.month(), fact.measure, &total, fact.amount)
}
