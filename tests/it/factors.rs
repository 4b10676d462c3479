//! The shape of a set of factors, and the example that ships.

#![allow(clippy::unwrap_used, reason = "tests")]

use symbiosis_ledger::domain::factor::FactorSet;
use symbiosis_ledger::domain::json_schema::document;
use symbiosis_ledger::domain::method::Certainty;

use crate::golden::assert_golden;

#[test]
fn the_schema_of_a_set_of_factors_is_the_file_that_was_published() {
    let schema = document::<FactorSet>("a set of factors for avoided burdens");
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    assert_golden("../../schemas/factors/factors.schema.json", &text);
}

#[test]
fn the_example_can_be_published_and_says_that_its_values_are_examples() {
    let text = include_str!("../../schemas/factors/example.json");
    let set: FactorSet = serde_json::from_str(text).unwrap();
    set.check().unwrap();
    assert_eq!(set.certainty, Certainty::RecalledMedium);
    for (_, factor) in set.entries.iter().flat_map(|entry| entry.numbers()) {
        let is_example = factor.source.as_str().starts_with("Example value");
        assert!(is_example == (factor.certainty == Certainty::Own), "{}", factor.source);
    }
}
