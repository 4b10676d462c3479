//! Which records can contribute facts, for whoever holds HEADs only, or a stranger's file.
//!
//! Invariant: an event of a type that is not listed contributes none, ever.

use crate::domain::decimal::Decimal;
use crate::domain::event::Event;
use crate::domain::fact::ten_thousandths;
use crate::domain::stated_unit::ItemUnit;

/// The types of events that can contribute facts. A verifier who holds the HEADs of a park knows by
/// it which BODYs a sum can't do without.
pub const BEARERS: [&str; 30] = [
    "delivery_dispatched",
    "delivery_cancelled",
    "delivery_received",
    "discrepancy_raised",
    "discrepancy_resolved",
    "delivery_accepted",
    "delivery_rejected",
    "rejection_disposed",
    "delivery_used",
    "delivery_disposed",
    "metered_period_recorded",
    "metered_adjustment_confirmed",
    "delivery_disputed",
    "dispute_settled",
    "dispute_withdrawn",
    "entry_reversed",
    "entry_replaced",
    "entry_confirmed",
    "generation_declared",
    "own_reuse_declared",
    "stock_declared",
    "fresh_water_declared",
    "recirculation_declared",
    "economic_output_declared",
    "zero_activity_declared",
    "figure_stated",
    "figure_withdrawn",
    "stock_drawn",
    "facility_used",
    "facility_use_reversed",
];

/// Whether the amounts of an event are such as the rules let in, so that [`facts`] can count them.
/// Those of a record always are; those of a stranger's file are looked at first.
#[expect(clippy::wildcard_enum_match_arm, reason = "amounts of others are bounded by their types")]
pub fn is_countable(event: &Event) -> bool {
    let stated = |unit: &ItemUnit, value: &Decimal, year: Option<u16>| {
        unit.amount(value).is_ok() && (year.is_some() || matches!(unit, ItemUnit::Of(_)))
    };
    match event {
        Event::FigureStated(e) => stated(&e.unit, &e.value, e.price_year),
        Event::FigureWithdrawn(e) => stated(&e.unit, &e.value, e.price_year),
        Event::EconomicOutputDeclared(e) => ten_thousandths(&e.amount).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::fact::facts;
    use crate::domain::samples;

    #[test]
    fn only_events_of_the_listed_types_contribute_facts() {
        let mut bearing = Vec::new();
        for event in samples::events() {
            assert!(is_countable(&event), "{}", event.kind());
            facts(&event, |_| bearing.push(event.kind()));
        }
        bearing.dedup();
        assert!(bearing.iter().all(|kind| BEARERS.contains(kind)), "{bearing:?}");
        // A sample of each type has facts of its own.
        for kind in BEARERS {
            assert!(bearing.contains(&kind), "{kind}");
        }
    }

    #[test]
    fn amounts_that_no_rule_lets_in_are_told_before_they_are_counted() {
        let events = samples::events();
        let changed = |kind: &str, member: &str, value: serde_json::Value| {
            let event = events.iter().find(|event| event.kind() == kind).unwrap();
            let mut data = serde_json::to_value(event).unwrap();
            data[member] = value;
            Event::parse(kind, 1, &data.to_string()).unwrap().unwrap()
        };
        let large = serde_json::json!("999999999999999999");
        assert!(!is_countable(&changed("figure_stated", "value", large.clone())));
        assert!(!is_countable(&changed("figure_withdrawn", "value", large.clone())));
        let money = serde_json::json!({"amount": large, "currency": "CNY"});
        assert!(!is_countable(&changed("economic_output_declared", "amount", money)));
    }
}
