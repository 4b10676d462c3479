//! The facts of events, as a table that programs in other languages are held to.
//!
//! `facts.ndjson` has a line for each variant of an event that bears facts: its data, and the facts
//! that [`facts`] hands over. The verifier in `schemas/evidence/` has to find the same, by the
//! table `facts.txt` beside it, which names every type of event.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};
use symbiosis_ledger::domain::event::Event;
use symbiosis_ledger::domain::fact::{Fact, FactUnit, facts};
use symbiosis_ledger::domain::samples;
use symbiosis_ledger::domain::stated_unit::ItemUnit;
use symbiosis_ledger::domain::unit::Unit;

use crate::golden::assert_golden;

/// Members of events that decide which facts there are or what they count, and values that they
/// take in turns; null stands for their absence.
const VARIANTS: &[(&str, &[(&str, &str)])] = &[
    ("delivery_dispatched", &[("one_sided", "[true,null]"), ("/exchange/material/code", "[null]")]),
    ("delivery_cancelled", &[("one_sided", "[true,null]")]),
    (
        "discrepancy_raised",
        &[(
            "received",
            r#"[{"unit":"TNE","value":"0.5"},{"unit":"KGM","value":"99000"},
            {"unit":"TNE","value":"31.20"}]"#,
        )],
    ),
    ("discrepancy_resolved", &[("received", r#"[{"unit":"TNE","value":"400"}]"#)]),
    ("delivery_accepted", &[("one_sided", "[true,null]")]),
    ("delivery_used", &[("operation", r#"["R1","R11","R12","R13",null]"#)]),
    (
        "metered_period_recorded",
        &[("by", r#"["supplier","receiver"]"#), ("one_sided", "[true,null]")],
    ),
    (
        "metered_adjustment_confirmed",
        &[("also_used", "[true,null]"), ("sign", r#"["more","less"]"#)],
    ),
    (
        "entry_reversed",
        &[
            ("accepted", r#"[{"unit":"KGM","value":"30100"},null]"#),
            ("entry", r#"["dispatched","received"]"#),
            ("one_sided", "[true,null]"),
        ],
    ),
    (
        "entry_replaced",
        &[
            ("accepted", r#"[{"unit":"KGM","value":"30100"},null]"#),
            ("entry", r#"["dispatched","received"]"#),
            ("one_sided", "[true,null]"),
        ],
    ),
    (
        "entry_confirmed",
        &[
            ("quantity", r#"[{"unit":"TNE","value":"31.20"},null]"#),
            ("side", r#"["supplier","receiver"]"#),
        ],
    ),
    ("generation_declared", &[("from_by_products", "[true,null]")]),
    ("own_reuse_declared", &[("operation", r#"["R3","R12","D1",null]"#)]),
    ("economic_output_declared", &[("measure", r#"["gross_output","value_added"]"#)]),
    (
        "zero_activity_declared",
        &[(
            "theme",
            r#"["generation","own_reuse","fresh_water","recirculation","stock","economic_output"]"#,
        )],
    ),
    (
        "figure_stated",
        &[
            ("unit", r#"["TNE","MTQ","GV","KMK","C62","P1","KMT","CNY"]"#),
            ("value", r#"["-12.345","0","96"]"#),
        ],
    ),
    ("figure_withdrawn", &[("unit", r#"["P1","CNY"]"#), ("/stated/site", "[null]")]),
    ("stock_drawn", &[("operation", r#"["R11","R13","D1","D15"]"#)]),
    ("facility_used", &[("/place/site", "[null]"), ("material", "[null]")]),
];

/// The data with each value of each member in turns, and as it was.
fn variants(kind: &str, data: &Value) -> Vec<Value> {
    let mut all = vec![data.clone()];
    let members =
        VARIANTS.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, members)| members);
    for (member, values) in members {
        let values: Vec<Value> = serde_json::from_str(values).unwrap();
        all = all
            .iter()
            .flat_map(|data| values.iter().map(|value| with(data.clone(), member, value.clone())))
            .collect();
    }
    if kind == "fresh_water_declared" {
        let counted = |unit: &Unit| json!({"unit": unit.code(), "value": "12"});
        all.extend(Unit::ALL.iter().map(|unit| with(data.clone(), "quantity", counted(unit))));
    }
    all
}

fn with(mut data: Value, member: &str, value: Value) -> Value {
    let (parent, name) = member.rsplit_once('/').unwrap_or(("", member));
    let parent = data.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    data
}

fn written(fact: &Fact) -> Value {
    let (unit, of) = match fact.unit {
        FactUnit::Physical(dimension, basis) => (dimension.to_string(), basis.to_string()),
        FactUnit::Money(currency, year) => (currency.to_string(), year.to_string()),
        FactUnit::Stated(unit) => (ItemUnit::Of(unit).to_string(), "stated".to_owned()),
        FactUnit::Nothing => ("nothing".to_owned(), String::new()),
    };
    json!({
        "amount": fact.amount,
        "code": fact.code,
        "day": fact.day,
        "firm": fact.firm,
        "item": fact.item,
        "kind": fact.kind,
        "material": fact.material,
        "measure": fact.measure,
        "method": fact.method,
        "other_firm": fact.counterparty.as_ref().map(|other| &other.firm),
        "other_site": fact.counterparty.as_ref().map(|other| &other.site),
        "park": fact.park,
        "site": fact.site,
        "unit": [unit, of],
    })
}

#[test]
fn every_type_of_event_stands_in_the_table_of_facts() {
    let table = include_str!("../../schemas/evidence/facts.txt");
    let rows = table.lines().filter(|row| !row.is_empty() && !row.starts_with(['#', ' ']));
    let mut named = BTreeSet::new();
    for row in rows {
        let mut words = row.split(' ').filter(|word| !word.is_empty());
        match words.next().unwrap() {
            "unit" => {}
            "none" => named.extend(words),
            kind => _ = named.insert(kind),
        }
    }
    let known: BTreeSet<_> = Event::KINDS.iter().map(|(kind, _)| *kind).collect();
    let missing: Vec<_> = known.symmetric_difference(&named).collect();
    assert!(missing.is_empty(), "facts.txt says nothing, or something old, of {missing:?}");
}

#[test]
fn events_bear_the_facts_that_verifiers_are_held_to() {
    let mut text = String::new();
    let mut bearing = BTreeMap::<&str, usize>::new();
    for event in samples::events() {
        let kind = event.kind();
        for data in variants(kind, &serde_json::to_value(&event).unwrap()) {
            let event = Event::parse(kind, event.schema(), &data.to_string()).unwrap().unwrap();
            let mut found = Vec::new();
            facts(&event, |fact| found.push(written(&fact)));
            if found.is_empty() && !VARIANTS.iter().any(|(of, _)| *of == kind) {
                continue;
            }
            *bearing.entry(kind).or_default() += found.len();
            let line = json!({"data": event, "facts": found, "type": kind});
            writeln!(text, "{line}").unwrap();
        }
    }
    assert_eq!(bearing.len(), 30, "{bearing:?}");
    assert_golden("facts.ndjson", &text);
}
