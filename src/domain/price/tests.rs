//! Formulas against amounts computed by hand, and sums that no rounding may disturb.
#![allow(clippy::unwrap_used, reason = "tests")]

use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::refusal::Refusal;
use crate::domain::shapes::PriceDirection;
use crate::domain::unit::Unit;

fn formula(changed: Value) -> PriceFormula {
    let mut formula = json!({
        "base": {"amount": "100", "currency": "CNY"}, "rounding": "half_away_from_zero",
    });
    formula.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    serde_json::from_value(formula).unwrap()
}

fn moisture(changed: Value) -> Value {
    let mut one = json!({
        "basis": "10", "change": {"money": {"amount": "2", "currency": "CNY"}},
        "direction": "above", "property": "moisture", "sign": "less", "step": "0.5",
        "steps": "proportional",
    });
    one.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    one
}

fn line(formula: PriceFormula, tonnes: &[&str]) -> LinePrice {
    let load = |(place, value): (usize, &&str)| Load {
        delivery: format!("dlv_{place}").parse().unwrap(),
        quantity: crate::domain::quantity::Quantity::parse(value, Unit::Tonne).unwrap(),
    };
    LinePrice {
        line: 1,
        direction: PriceDirection::ReceiverPays,
        per: Unit::Tonne,
        formula,
        loads: tonnes.iter().enumerate().map(load).collect(),
        shortfalls: Vec::new(),
    }
}

fn given(assays: Value, indexes: Value) -> Given {
    serde_json::from_value(json!({"assays": assays, "indexes": indexes})).unwrap()
}

fn total(line: LinePrice, given: &Given) -> Result<String, Refusal> {
    Ok(amount(&[line], given)?.totals[0].amount.to_string())
}

#[test]
fn adjustments_are_counted_in_steps_capped_and_refused_beyond_their_limit() {
    let cap = json!({"cap": {"money": {"amount": "5", "currency": "CNY"}}});
    let percent = json!({"change": {"percent": "1.5"}, "cap": {"percent": "4"}});
    let below = json!({"direction": "below", "sign": "more"});
    for (changed, value, due) in [
        // At the basis and on its other side nothing changes.
        (json!({}), "10", "1000.00"),
        (json!({}), "8", "1000.00"),
        (json!({}), "10.75", "970.00"),
        (json!({"steps": "whole"}), "10.75", "980.00"),
        (json!({"steps": "begun"}), "10.75", "960.00"),
        (json!({"steps": "begun"}), "11.0", "960.00"),
        (json!({"step": "0.3"}), "10.1", "993.33"),
        (cap.clone(), "11", "960.00"),
        (cap, "20", "950.00"),
        (percent.clone(), "10.5", "985.00"),
        (percent, "15", "960.00"),
        (below.clone(), "9", "1040.00"),
        (below, "11", "1000.00"),
        (json!({"reject_beyond": "12"}), "12", "920.00"),
        (json!({"reject_beyond": "12"}), "12.001", "0.00"),
        (json!({"direction": "below", "reject_beyond": "8"}), "7.9", "0.00"),
    ] {
        let formula = formula(json!({"adjustments": [moisture(changed.clone())]}));
        let given = given(json!([{"property": "moisture", "value": value}]), json!([]));
        assert_eq!(total(line(formula, &["10"]), &given).unwrap(), due, "{changed} at {value}");
    }
}

#[test]
fn adjustments_add_up_on_the_base_price_and_an_index_moves_its_share() {
    let ash = moisture(json!({"property": "ash", "change": {"percent": "1"}, "step": "1"}));
    let clause = json!({"base": "600", "index": "coal", "share_percent": "40"});
    let formula = formula(json!({"adjustments": [moisture(json!({})), ash], "index": clause}));
    let stated = given(
        json!([{"property": "moisture", "value": "10.5"}, {"property": "ash", "value": "13"}]),
        json!([{"index": "coal", "value": "700"}]),
    );
    let found = amount(&[line(formula, &["10"])], &stated).unwrap();
    let load = &found.lines[0].loads[0];
    // 100 less 2 less 3, and 40 % of 100/600 of 100 on top, for ten tonnes.
    assert_eq!(load.index.as_ref().unwrap().exact, "200/3");
    assert_eq!(load.adjustments[1].per_unit.exact, "-3");
    assert_eq!(load.sum.exact, "3050/3");
    assert_eq!(load.sum.amount, "1016.666667");
    assert_eq!(found.totals[0].amount.to_string(), "1016.67");
}

#[test]
fn the_closest_assay_counts_and_what_is_missing_is_asked_for() {
    let formula = formula(json!({"adjustments": [moisture(json!({}))]}));
    let of = |assays| total(line(formula.clone(), &["10", "10"]), &given(assays, json!([])));
    let all = json!({"property": "moisture", "value": "10.5"});
    let own = json!({"line": 1, "property": "moisture", "value": "11"});
    let one = json!({"delivery": "dlv_1", "property": "moisture", "value": "10"});
    assert_eq!(of(json!([all])).unwrap(), "1960.00");
    assert_eq!(of(json!([all, own])).unwrap(), "1920.00");
    assert_eq!(of(json!([all, own, one])).unwrap(), "1960.00");
    let refused = |assays| {
        let refusal = of(assays).unwrap_err();
        (refusal.code.as_str(), refusal.pointer)
    };
    assert_eq!(refused(json!([])), ("assay_missing", "/assays".to_owned()));
    assert_eq!(refused(json!([one])), ("assay_missing", "/assays".to_owned()));
    for (assay, pointer) in [
        (json!({"delivery": "dlv_9", "property": "moisture", "value": "1"}), "delivery"),
        (json!({"line": 2, "property": "moisture", "value": "1"}), "line"),
        (json!({"property": "ash", "value": "1"}), "property"),
    ] {
        let expected = ("unexpected_member", format!("/assays/0/{pointer}"));
        assert_eq!(refused(json!([assay])), expected);
    }
    let twice = ("duplicate_member", "/assays/1/property".to_owned());
    assert_eq!(refused(json!([all, all])), twice);
}

#[test]
fn an_index_is_stated_once_and_only_where_it_is_asked_for() {
    let clause = json!({"base": "600", "index": "coal", "share_percent": "100"});
    let formula = formula(json!({"index": clause, "shortfall_percent": "50"}));
    let of = |tonnes: &[&str], indexes| {
        let result = total(line(formula.clone(), tonnes), &given(json!([]), indexes));
        result.map_err(|refusal| (refusal.code.as_str(), refusal.pointer))
    };
    let coal = |value: &str| json!({"index": "coal", "value": value});
    assert_eq!(of(&["1"], json!([coal("300")])).unwrap(), "50.00");
    assert_eq!(of(&[], json!([])).unwrap(), "0.00");
    assert_eq!(of(&["1"], json!([])).unwrap_err(), ("index_missing", "/indexes".to_owned()));
    let refused = |indexes| of(&["1"], indexes).unwrap_err();
    let twice = ("duplicate_member", "/indexes/1/index".to_owned());
    assert_eq!(refused(json!([coal("1"), coal("2")])), twice);
    let zero = ("unexpected_member", "/indexes/0/value".to_owned());
    assert_eq!(refused(json!([coal("0")])), zero);
    let other = ("unexpected_member", "/indexes/0/index".to_owned());
    assert_eq!(refused(json!([{"index": "gas", "value": "1"}])), other);
}

#[test]
fn less_than_the_minimum_is_paid_at_the_stated_share_of_the_moved_price() {
    let clause = json!({"base": "600", "index": "coal", "share_percent": "50"});
    let with = |percent: Option<&str>| {
        let mut formula = formula(json!({"index": clause}));
        formula.shortfall_percent = percent.map(|percent| percent.parse().unwrap());
        let mut line = line(formula, &["60"]);
        let quantity =
            |value| crate::domain::quantity::Quantity::parse(value, Unit::Tonne).unwrap();
        line.shortfalls.push(Shortfall {
            from: "2025-03-01".parse().unwrap(),
            to: "2025-03-31".parse().unwrap(),
            minimum: quantity("80"),
            missing: quantity("20"),
        });
        let stated = given(json!([]), json!([{"index": "coal", "value": "660"}]));
        amount(&[line], &stated).unwrap()
    };
    // A tonne is 105: sixty of them, and 70 % for twenty.
    let found = with(Some("70"));
    assert_eq!(found.lines[0].shortfalls[0].amount.exact, "1470");
    assert_eq!(found.totals[0].amount.to_string(), "7770.00");
    let without = with(None);
    assert_eq!((without.lines[0].shortfalls.len(), &*without.lines[0].sum.exact), (0, "6300"));
}

#[test]
fn a_total_is_rounded_as_its_formula_says_to_the_coin_of_its_currency() {
    for (rounding, currency, base, due) in [
        ("half_away_from_zero", "CNY", "0.125", "0.13"),
        ("half_even", "CNY", "0.125", "0.12"),
        ("half_even", "CNY", "0.135", "0.14"),
        ("half_even", "CNY", "0.1251", "0.13"),
        ("half_away_from_zero", "JPY", "0.5", "1"),
        ("half_even", "JPY", "0.5", "0"),
        ("half_away_from_zero", "KWD", "0.0005", "0.001"),
    ] {
        let base = json!({"amount": base, "currency": currency});
        let formula = formula(json!({"base": base, "rounding": rounding}));
        let total = total(line(formula, &["1"]), &Given::default()).unwrap();
        assert_eq!(total, due, "{rounding} {currency} {base}");
    }
    // A line's halves would be rounded up twice; together they are whole.
    let half = formula(json!({"base": {"amount": "0.005", "currency": "CNY"}}));
    assert_eq!(total(line(half, &["1", "1"]), &Given::default()).unwrap(), "0.01");
}

#[test]
fn unlike_directions_currencies_and_roundings_have_totals_of_their_own() {
    let euro = formula(json!({"base": {"amount": "7", "currency": "EUR"}}));
    let even = formula(json!({"rounding": "half_even"}));
    let mut gate = line(formula(json!({})), &["1"]);
    gate.direction = PriceDirection::SupplierPays;
    let usual = line(formula(json!({})), &["2"]);
    let lines = [usual.clone(), line(euro, &["1"]), line(even, &["1"]), gate, usual];
    let found = amount(&lines, &Given::default()).unwrap();
    let totals: Vec<_> = found.totals.iter().map(|total| total.amount.to_string()).collect();
    assert_eq!(totals, ["400.00", "100.00", "7.00", "100.00"]);
}

#[test]
fn a_formula_that_contradicts_itself_is_refused() {
    let other = json!({"change": {"money": {"amount": "2", "currency": "EUR"}}});
    for adjustment in [
        json!({"step": "0"}),
        json!({"step": "-1"}),
        json!({"change": {"percent": "101"}}),
        json!({"change": {"percent": "0"}}),
        json!({"cap": {"percent": "5"}}),
        json!({"reject_beyond": "9"}),
        json!({"reject_beyond": "11", "direction": "below"}),
        other,
    ] {
        let adjustments = json!({"adjustments": [moisture(adjustment)]});
        refused(adjustments);
    }
    refused(json!({"shortfall_percent": "0"}));
    refused(json!({"index": {"base": "0", "index": "coal", "share_percent": "50"}}));
    refused(json!({"index": {"base": "1", "index": "coal", "share_percent": "100.1"}}));
    refused(json!({"adjustments": vec![moisture(json!({})); 21]}));
}

#[track_caller]
fn refused(changed: Value) {
    let mut whole = json!({
        "base": {"amount": "100", "currency": "CNY"}, "rounding": "half_away_from_zero",
    });
    whole.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    let error = serde_json::from_value::<PriceFormula>(whole.clone()).unwrap_err().to_string();
    assert!(error.starts_with("malformed_formula: "), "{whole}: {error}");
}

fn rational(text: &str) -> BigRational {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let read = |text: &str| text.parse::<BigInt>().unwrap();
    BigRational::new(read(numerator), read(denominator))
}

proptest! {
    /// Deliveries add up to their line and lines to the total, exactly; the total is the only thing
    /// that is rounded, by half a coin at most.
    #[test]
    fn the_sum_of_the_lines_is_the_total_before_rounding(
        lines in prop::collection::vec(
            (1u32..1_000_000, 1u32..2_000, 1u32..700,
             prop::collection::vec(1i64..90_000_000, 0..5), 0usize..3),
            1..6,
        ),
        assay in 0u32..4_000,
        index in 1u32..9_999,
    ) {
        let steps = ["whole", "begun", "proportional"];
        let made: Vec<LinePrice> = lines.iter().enumerate().map(|(place, one)| {
            let (base, step, index_base, loads, rule) = one;
            let adjustment = moisture(json!({
                "step": format!("0.{step:04}"), "steps": steps[*rule],
            }));
            let clause = json!({
                "base": index_base.to_string(), "index": "coal", "share_percent": "33.3",
            });
            let money = json!({"amount": format!("{}.{:04}", base / 10_000, base % 10_000),
                "currency": "CNY"});
            let made = formula(json!({
                "adjustments": [adjustment], "base": money, "index": clause,
                "shortfall_percent": "12.5",
            }));
            let mut made = line(made, &[]);
            made.line = place as u16 + 1;
            made.loads = loads.iter().enumerate().map(|(at, amount)| Load {
                delivery: format!("dlv_{place}_{at}").parse().unwrap(),
                quantity: crate::domain::quantity::Quantity::from_amount(*amount, Unit::Tonne)
                    .unwrap(),
            }).collect();
            made
        }).collect();
        let value = format!("{}.{:02}", assay / 100, assay % 100);
        let stated = given(
            json!([{"property": "moisture", "value": value}]),
            json!([{"index": "coal", "value": index.to_string()}]),
        );
        let found = amount(&made, &stated).unwrap();
        let mut whole = BigRational::from_integer(0.into());
        for line in &found.lines {
            let mut of_line = BigRational::from_integer(0.into());
            for load in &line.loads {
                let parts = load.adjustments.iter().map(|one| &one.amount);
                let parts = parts.chain([&load.base]).chain(&load.index);
                let sum: BigRational = parts.map(|part| rational(&part.exact)).sum();
                prop_assert_eq!(&sum, &rational(&load.sum.exact));
                of_line += sum;
            }
            prop_assert_eq!(&of_line, &rational(&line.sum.exact));
            whole += of_line;
        }
        prop_assert_eq!(found.totals.len(), 1);
        let total = &found.totals[0];
        prop_assert_eq!(&whole, &rational(&total.exact.exact));
        let coins = BigRational::new(total.amount.units().into(), 100.into());
        let error = if coins > whole { coins - whole } else { whole - coins };
        prop_assert!(error <= BigRational::new(1.into(), 200.into()));
    }
}
