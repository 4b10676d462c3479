//! The samples of commands and events, held against their schemas.
//!
//! A member that no sample has would escape every test that looks at shapes.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use symbiosis_ledger::domain::event::Event;
use symbiosis_ledger::domain::json_schema::document;
use symbiosis_ledger::domain::samples;

/// The members that no value fills, with their paths; `root` has the parts.
fn unfilled(schema: &Value, root: &Value, values: &[&Value], path: &str) -> Vec<String> {
    if let Some(target) = schema.get("$ref") {
        let part = target.as_str().unwrap().strip_prefix('#').unwrap();
        return unfilled(root.pointer(part).unwrap(), root, values, path);
    }
    let null = json!("null");
    if let Some(ways) = schema.get("oneOf").and_then(Value::as_array) {
        // Several objects are variants, each named by its one member: a sample has some of them.
        let is_there = |way: &&Value| {
            let name = way["properties"].as_object().and_then(|members| members.keys().next());
            name.is_some_and(|name| values.iter().any(|value| value.get(name).is_some()))
        };
        let ways: Vec<_> = ways.iter().filter(|way| way.get("type") != Some(&null)).collect();
        let ways = match ways.len() {
            1 => ways,
            _ => ways.into_iter().filter(is_there).collect(),
        };
        return ways.iter().flat_map(|way| unfilled(way, root, values, path)).collect();
    }
    if let Some(items) = schema.get("items") {
        let values: Vec<&Value> =
            values.iter().filter_map(|value| value.as_array()).flatten().collect();
        return unfilled(items, root, &values, path);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let mut paths = Vec::new();
    for (name, member) in properties {
        let path = format!("{path}/{name}");
        let filled: Vec<&Value> = values
            .iter()
            .filter_map(|value| value.get(name))
            .filter(|value| !value.is_null() && **value != json!([]))
            .collect();
        if filled.is_empty() {
            paths.push(path);
        } else {
            paths.extend(unfilled(member, root, &filled, &path));
        }
    }
    paths
}

/// Formulas hold selectors at many places; that each member is filled at one of them is enough, and
/// the reading of all is tested with the methods that ship.
fn is_filled_once(path: &str) -> bool {
    !path.contains("/document/indicators/")
        || !(path.contains("/formula/") || path.contains("/by_sign/"))
}

#[test]
fn the_samples_of_events_fill_every_optional_member() {
    let mut missing = Vec::new();
    for (event, (name, document)) in samples::events().iter().zip(Event::schemas()) {
        let data = serde_json::to_value(event).unwrap();
        missing.extend(unfilled(&document, &document, &[&data], &name));
    }
    missing.retain(|path| is_filled_once(path));
    // A utility has no code of a list of waste; a period has `readings` or `segments`, and the
    // shape of readings stands under `check` as well.
    let known = [
        "metered_period_recorded.v1.json/exchange/material/code",
        "metered_period_recorded.v1.json/readings",
        "metered_adjustment_confirmed.v1.json/material/code",
    ];
    assert_eq!(missing, known);
}

#[test]
fn the_samples_of_commands_fill_every_optional_member() {
    macro_rules! documents {
        ($($variant:ident $kind:literal $doc:literal)+) => {
            vec![$(($kind, document::<symbiosis_ledger::domain::command::$variant>($kind))),+]
        };
    }
    let mut missing = Vec::new();
    for (command, (name, document)) in
        samples::commands().iter().zip(symbiosis_ledger::for_each_command!(documents))
    {
        let data = serde_json::to_value(&command.request).unwrap();
        missing.extend(unfilled(&document, &document, &[&data], name));
    }
    missing.retain(|path| is_filled_once(path));
    // A period has `readings` or `segments`.
    assert_eq!(missing, ["record_metered_period/readings"]);
}
