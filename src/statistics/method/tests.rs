//! Methods on small grounds: the seed's figures, and what must be neither a number nor a zero.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::fact::{Counterparty, Fact, FactUnit, Measure};
use crate::domain::method::{Item, Method};
use crate::domain::money::Currency;
use crate::domain::name::Name;
use crate::domain::quantity::{self, Basis};
use crate::domain::shapes::MaterialKind;
use crate::domain::stated_unit::StatedUnit;
use crate::domain::time::{Month, Period};
use crate::domain::unit::Dimension;
use crate::statistics::method::evaluate::in_unit;
use crate::statistics::method::{
    Evaluation, Ground, Judged, Missing, Outcome, Passed, Status, Undefined, judge,
};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A method of those indicators; each is a name, a unit, and what else it has.
fn method(indicators: &[(&str, Value)]) -> Method {
    let indicators: Vec<Value> = indicators
        .iter()
        .map(|(name, rest)| {
            let mut indicator = json!({
                "certainty": "own", "digits": 2, "indicator": name, "kind": "level",
                "mandatory": false, "part_of_whole": false, "title_en": name, "title_zh": name,
                "unit": {"symbol": "1"},
            });
            for (member, value) in rest.as_object().unwrap() {
                indicator[member] = value.clone();
            }
            indicator
        })
        .collect();
    let item = |name: &str, unit: &str, nature: &str| {
        json!({
            "every": "year", "item": name, "nature": nature, "of": "park", "proven": false,
            "title_en": name, "title_zh": name, "unit": unit,
        })
    };
    let method = json!({
        "certainty": "own", "document": "test", "indicators": indicators, "issuer_en": "test",
        "issuer_zh": "测试", "method": "test", "status": "in_force", "title_en": "test",
        "title_zh": "测试", "valid_from": "2000-01-01", "version": 1,
        "items": [
            item("prior_stock_used", "TNE", "flow"), item("energy", "GV", "flow"),
            item("gdp", "CNY", "flow"), item("resources", "TNE", "flow"),
            item("cover", "P1", "level"),
        ],
    });
    let method: Method = serde_json::from_value(method).unwrap();
    method.check(&|_| None).unwrap_or_else(|fault| panic!("{fault:?}"));
    method
}

fn fact(measure: Measure, month: &str, amount: i64, unit: FactUnit) -> Fact {
    Fact {
        measure,
        park: "prk_a".parse().unwrap(),
        firm: Some("frm_a".parse().unwrap()),
        site: Some("sit_a".parse().unwrap()),
        recycler: false,
        counterparty: None,
        material: Some("mat_a".parse().unwrap()),
        kind: Some(MaterialKind::ByProduct),
        code: None,
        day: month.parse::<Month>().unwrap().last(),
        amount,
        unit,
        method: quantity::Method::Weighed,
        contract: None,
        delivery: None,
        item: None,
        facility: None,
    }
}

fn tonnes(measure: Measure, month: &str, tonnes: i64) -> Fact {
    fact(measure, month, tonnes * 1_000_000, FactUnit::Physical(Dimension::Mass, Basis::Wet))
}

/// A figure of an item, of a year, in whole units.
fn stated(item: &str, year: u16, value: i64) -> Fact {
    let unit = match item {
        "gdp" => FactUnit::Money(Currency::CNY, 2010),
        "energy" => FactUnit::Stated(StatedUnit::Gigajoule),
        "cover" => FactUnit::Stated(StatedUnit::Percent),
        _ => FactUnit::Stated(StatedUnit::Tonne),
    };
    let parts = if item == "gdp" { 10_000 } else { 1_000_000 };
    let month = format!("{year}-12");
    let mut fact = fact(Measure::Stated, &month, value * parts, unit);
    (fact.item, fact.material, fact.kind) = (Some(name(item)), None, None);
    fact.method = quantity::Method::Declared;
    fact
}

fn judged(
    method: &Method,
    facts: &[Fact],
    period: &str,
    base: Option<u16>,
) -> (Vec<Judged>, Passed) {
    let mut ground = Ground::default();
    facts.iter().for_each(|fact| ground.add_fact(fact));
    let items = |_: &Name| None::<Item>;
    let mut evaluation = Evaluation::new(method, &items, BTreeMap::new(), base, &ground);
    let incomplete = |_: &Evaluation<'_>, _: &crate::statistics::method::Evaluated| false;
    judge(&mut evaluation, period.parse().unwrap(), &incomplete)
}

/// The first indicator, printed with four digits, or why there is none.
fn printed(method: &Method, facts: &[Fact], period: &str, base: Option<u16>) -> String {
    let (judged, _) = judged(method, facts, period, base);
    match &judged[0].evaluated.outcome {
        Outcome::Known { value, .. } => in_unit(value, &method.indicators[0].unit).text(4),
        Outcome::Unknown(missing) => format!("unknown: {}", missing.len()),
        Outcome::Undefined(why) => format!("{why:?}"),
    }
}

fn measure(name: &str) -> Value {
    json!({"measure": {"dimension": "mass", "measure": name}})
}

fn percent(formula: Value) -> Value {
    json!({"formula": formula, "unit": {"of": "P1", "symbol": "%"}, "part_of_whole": true,
           "threshold": {"bound": {"direction": "at_least", "value": "70"}}})
}

/// Utilisation with prior stock in the denominator.
fn utilisation() -> Value {
    percent(json!({"ratio": {
        "of": {"sum": [measure("used"), measure("own_reused")]},
        "over": {"sum": [measure("generated"), {"item": "prior_stock_used"}]},
    }}))
}

#[test]
fn caofeidian_s_utilisation_has_prior_stock_in_its_denominator() {
    let facts = [
        tonnes(Measure::Generated, "2016-06", 1_960_000),
        tonnes(Measure::Used, "2016-03", 1_000_000),
        tonnes(Measure::Used, "2016-07", 200_000),
        tonnes(Measure::OwnReused, "2016-12", 750_000),
        stated("prior_stock_used", 2016, 40_000),
    ];
    let with = method(&[("utilisation", utilisation())]);
    assert_eq!(printed(&with, &facts, "2016", None), "97.5000");
    // The trap beside it.
    let without = method(&[(
        "utilisation",
        percent(json!({"ratio": {
            "of": {"sum": [measure("used"), measure("own_reused")]}, "over": measure("generated"),
        }})),
    )]);
    assert_eq!(printed(&without, &facts, "2016", None), "99.4898");
    let (judged, _) = judged(&with, &facts, "2016", None);
    assert_eq!(
        (judged[0].status, judged[0].value.as_ref().unwrap().fraction()),
        (Status::Met, "195/2".into())
    );
}

#[test]
fn what_nobody_stated_is_unknown_and_what_was_taken_back_too() {
    let with = method(&[("utilisation", utilisation())]);
    let mut facts = vec![tonnes(Measure::Used, "2016-03", 10)];
    assert_eq!(printed(&with, &facts, "2016", None), "unknown: 3");
    facts.push(fact(Measure::OwnReused, "2016-06", 0, FactUnit::Nothing));
    assert_eq!(printed(&with, &facts, "2016", None), "unknown: 2");
    facts.push(tonnes(Measure::Generated, "2016-06", 10));
    facts.push(stated("prior_stock_used", 2016, 5));
    assert_eq!(printed(&with, &facts, "2016", None), "66.6667");
    let mut withdrawn = stated("prior_stock_used", 2016, 5);
    withdrawn.amount = -withdrawn.amount;
    facts.push(withdrawn);
    assert_eq!(printed(&with, &facts, "2016", None), "unknown: 1");
    facts.push(stated("prior_stock_used", 2016, 0));
    assert_eq!(printed(&with, &facts, "2016", None), "100.0000");
    // Another year has its own figures.
    assert_eq!(printed(&with, &facts, "2017", None), "unknown: 3");
    // A year's figure says nothing about a month.
    let (judged, _) = judged(&with, &facts, "2016-06", None);
    let Outcome::Unknown(missing) = &judged[0].evaluated.outcome else { panic!("it is unknown") };
    assert!(matches!(missing[0], Missing::ForLonger { .. }));
}

#[test]
fn nothing_that_was_declared_is_zero_and_a_share_of_it_is_undefined() {
    let with = method(&[(
        "share",
        percent(json!({"ratio": {
            "of": measure("used"), "over": measure("generated"),
        }})),
    )]);
    let nothing = fact(Measure::Generated, "2016-06", 0, FactUnit::Nothing);
    assert_eq!(printed(&with, &[nothing], "2016", None), "ZeroDenominator");
}

#[test]
fn more_than_the_whole_is_shown_and_called_inconsistent() {
    let with = method(&[("utilisation", utilisation())]);
    let facts = [
        tonnes(Measure::Generated, "2016-06", 100),
        tonnes(Measure::Used, "2016-03", 120),
        fact(Measure::OwnReused, "2016-06", 0, FactUnit::Nothing),
        stated("prior_stock_used", 2016, 0),
    ];
    assert_eq!(printed(&with, &facts, "2016", None), "120.0000");
    assert_eq!(judged(&with, &facts, "2016", None).0[0].status, Status::Inconsistent);
}

#[test]
fn growth_is_relative_or_in_points_and_from_nothing_it_is_undefined() {
    let output = json!({"ratio": {"of": {"item": "gdp"}, "over": {"item": "resources"}}});
    let change = |word: &str, of: &Value| {
        let kind = if word == "points_change" { "points" } else { "relative_change" };
        json!({"formula": {word: {"of": of, "since": "base"}}, "kind": kind,
               "unit": {"of": "P1", "symbol": "%"}})
    };
    let grown = method(&[("growth", change("relative_change", &output))]);
    let facts = [
        stated("gdp", 2010, 8_000_000_000),
        stated("resources", 2010, 4_000_000),
        stated("gdp", 2016, 10_488_000_000),
        stated("resources", 2016, 2_000_000),
    ];
    assert_eq!(printed(&grown, &facts, "2016", Some(2010)), "162.2000");
    let (judged, _) = judged(&grown, &facts, "2016", Some(2010));
    assert_eq!(judged[0].evaluated.outcome.value().unwrap().fraction(), "811/500");
    assert_eq!(printed(&grown, &facts, "2016", None), "unknown: 1");
    assert_eq!(printed(&grown, &facts, "2016", Some(2016)), "NoSpan");
    let mut mixed = facts.clone();
    mixed[2].unit = FactUnit::Money(Currency::CNY, 2016);
    assert_eq!(printed(&grown, &mixed, "2016", Some(2010)), "MixedPrices");

    let cover = json!({"item": "cover"});
    let facts = [stated("cover", 2010, 60), stated("cover", 2016, 96)];
    let relative = method(&[("growth", change("relative_change", &cover))]);
    let points = method(&[("growth", change("points_change", &cover))]);
    assert_eq!(printed(&relative, &facts, "2016", Some(2010)), "60.0000");
    assert_eq!(printed(&points, &facts, "2016", Some(2010)), "36.0000");
    let facts = [stated("cover", 2010, 0), stated("cover", 2016, 96)];
    assert_eq!(printed(&relative, &facts, "2016", Some(2010)), "ZeroDenominator");
}

#[test]
fn an_elasticity_turns_its_bound_with_the_growth_and_has_none_without_growth() {
    let bound = |direction: &str| json!({"direction": direction, "value": "0.6"});
    let grown = json!({"annual_growth": {"of": {"item": "gdp"}, "since": {"years": 1}}});
    let with = method(&[(
        "elasticity",
        json!({
            "formula": {"elasticity": {
                "of": {"item": "energy"}, "over": {"item": "gdp"}, "since": {"years": 1}}},
            "kind": "index",
            "threshold": {"by_sign": {
                "negative": bound("at_least"), "of": grown, "positive": bound("at_most")}},
        }),
    )]);
    // Suzhou: +7.2 % of output, -2.1 % of energy per output.
    let at = |gdp, energy| {
        [
            stated("gdp", 2010, 1_000_000),
            stated("gdp", 2011, gdp),
            stated("energy", 2010, 1_000_000),
            stated("energy", 2011, energy),
        ]
    };
    let suzhou = at(1_072_000, 1_049_488);
    assert_eq!(printed(&with, &suzhou, "2011", None), "0.6873");
    assert_eq!(judged(&with, &suzhou, "2011", None).0[0].status, Status::NotMet);
    // Output shrinks, energy shrinks by as much: 1 is at least 0.6.
    assert_eq!(judged(&with, &at(900_000, 900_000), "2011", None).0[0].status, Status::Met);
    let still = judged(&with, &at(1_000_000, 900_000), "2011", None).0;
    assert_eq!(still[0].status, Status::Undefined);
    assert_eq!(still[0].evaluated.outcome, Outcome::Undefined(Undefined::ZeroGrowth));
}

#[test]
fn compound_growth_is_exact_where_it_can_be() {
    let with = method(&[(
        "growth",
        json!({
        "formula": {"annual_growth": {"of": {"item": "gdp"}, "since": {"years": 3}}},
        "kind": "relative_change", "unit": {"of": "P1", "symbol": "%"}}),
    )]);
    let facts = [stated("gdp", 2010, 1000), stated("gdp", 2013, 1331)];
    let (exact, _) = judged(&with, &facts, "2013", None);
    assert!(matches!(exact[0].evaluated.outcome, Outcome::Known { cut: false, .. }));
    assert_eq!(printed(&with, &facts, "2013", None), "10.0000");
    let facts = [stated("gdp", 2010, 1000), stated("gdp", 2013, 1332)];
    let (cut, _) = judged(&with, &facts, "2013", None);
    assert!(matches!(cut[0].evaluated.outcome, Outcome::Known { cut: true, .. }));
}

fn exchange(month: &str, from: &str, to: &str, amount: i64) -> Fact {
    let mut fact = tonnes(Measure::Used, month, amount);
    fact.firm = Some(format!("frm_{to}").parse().unwrap());
    fact.site = Some(format!("sit_{to}").parse().unwrap());
    fact.counterparty = Some(Counterparty {
        firm: format!("frm_{from}").parse().unwrap(),
        park: "prk_a".parse().unwrap(),
        recycler: false,
        site: format!("sit_{from}").parse().unwrap(),
    });
    fact
}

#[test]
fn a_link_is_new_if_it_never_operated_up_to_the_base_year_and_still_does() {
    let with = method(&[
        (
            "chains",
            json!({"formula": {"new_links": {"active": true}}, "kind": "count",
                          "unit": {"of": "C62", "symbol": "1"}}),
        ),
        (
            "links",
            json!({"formula": {"count_distinct": {
            "by": "link", "of": {"dimension": "mass", "measure": "used", "between": "firms"}}},
            "kind": "count", "unit": {"of": "C62", "symbol": "1"}}),
        ),
    ]);
    let facts = [
        exchange("2010-03", "a", "b", 10),
        exchange("2016-03", "a", "b", 10),
        exchange("2012-03", "b", "c", 10),
        exchange("2016-03", "c", "a", 10),
        exchange("2016-04", "c", "d", 10),
        exchange("2016-05", "c", "d", -10),
    ];
    // a-b is old, b-c does not flow any more, c-d was taken back in the end but flowed in April.
    assert_eq!(printed(&with, &facts, "2016", Some(2010)), "2.0000");
    assert_eq!(printed(&with, &facts, "2016-03", Some(2010)), "1.0000");
    assert_eq!(printed(&with, &facts, "2016", None), "unknown: 1");
    let (judged, _) = judged(&with, &facts, "2016", Some(2010));
    assert_eq!(judged[1].value.as_ref().unwrap().text(0), "2");
}

#[test]
fn an_index_is_100_where_all_is_at_its_lead_and_picks_the_best() {
    let item = |of: &str| json!({"formula": {"item": of}, "unit": {"of": "P1", "symbol": "%"}});
    let plain = |of: &str| {
        let unit = if of == "energy" { "GV" } else { "TNE" };
        json!({"formula": {"item": of}, "unit": {"of": unit, "symbol": "x"}})
    };
    let aspect = |pick: Value, weight: &str, terms: Value| {
        let mut aspect =
            json!({"terms": terms, "title_en": "a", "title_zh": "a", "weight": weight});
        if !pick.is_null() {
            aspect["pick"] = pick;
        }
        aspect
    };
    let term =
        |of: &str, lead: &str, inverse: bool| json!({"inverse": inverse, "lead": lead, "of": of});
    let index = |capped: bool| {
        json!({"formula": {"weighted_index": {"capped": capped, "aspects": [
            aspect(json!(null), "1/2", json!([term("cover", "60", false)])),
            aspect(
                json!(1),
                "1/2",
                json!([term("energy", "10", true), term("resources", "8", false)]),
            ),
        ]}}, "kind": "index"})
    };
    let with = |capped| {
        method(&[
            ("index", index(capped)),
            ("cover", item("cover")),
            ("energy", plain("energy")),
            ("resources", plain("resources")),
        ])
    };
    let lead = [stated("cover", 2016, 60), stated("energy", 2016, 10)];
    assert_eq!(printed(&with(false), &lead, "2016", None), "100.0000");
    let better =
        [stated("cover", 2016, 90), stated("energy", 2016, 20), stated("resources", 2016, 6)];
    assert_eq!(printed(&with(false), &better, "2016", None), "112.5000");
    assert_eq!(printed(&with(true), &better, "2016", None), "87.5000");
    assert_eq!(printed(&with(false), &[stated("cover", 2016, 60)], "2016", None), "unknown: 1");
}

#[test]
fn a_park_passes_with_all_that_is_mandatory_and_enough_of_each_group() {
    let bounded = |of: &str, mandatory: bool, group: Option<&str>| {
        let mut indicator = json!({
            "formula": {"item": of}, "mandatory": mandatory, "unit": {"of": "P1", "symbol": "%"},
            "threshold": {"bound": {"direction": "at_least", "value": "50"}}});
        if let Some(group) = group {
            indicator["group"] = json!(group);
        }
        indicator
    };
    let mut with = method(&[("one", bounded("cover", true, None))]);
    let mut second = with.indicators[0].clone();
    (second.indicator, second.mandatory, second.group) = (name("two"), false, Some(name("o1")));
    second.formula = serde_json::from_value(json!({"ratio": {
        "of": {"item": "resources"}, "over": {"constant": {"value": "100", "unit": "TNE"}}}}))
    .unwrap();
    with.indicators.push(second);
    with.groups = serde_json::from_value(
        json!([{"at_least": 1, "group": "o1", "title_en": "a", "title_zh": "a"}]),
    )
    .unwrap();
    with.check(&|_| None).unwrap();
    let passed = |cover: Option<i64>, resources: Option<i64>| {
        let facts: Vec<Fact> = cover
            .map(|value| stated("cover", 2016, value))
            .into_iter()
            .chain(resources.map(|value| stated("resources", 2016, value)))
            .collect();
        judged(&with, &facts, "2016", None).1
    };
    assert_eq!(passed(Some(60), Some(60)), Passed::Yes);
    assert_eq!(passed(Some(40), Some(60)), Passed::No);
    assert_eq!(passed(Some(60), Some(40)), Passed::No);
    assert_eq!(passed(None, Some(60)), Passed::Unknown);
    assert_eq!(passed(None, Some(40)), Passed::No);
}

#[test]
fn periods_are_looked_back_by_whole_years() {
    let with = method(&[(
        "earlier",
        json!({
        "formula": {"earlier": {"of": measure("generated"), "since": {"years": 2}}},
        "unit": {"of": "TNE", "symbol": "t"}}),
    )]);
    let facts =
        [tonnes(Measure::Generated, "2014-06", 7), tonnes(Measure::Generated, "2014-07", 8)];
    assert_eq!(printed(&with, &facts, "2016", None), "15.0000");
    assert_eq!(printed(&with, &facts, "2016-06", None), "7.0000");
    assert_eq!(printed(&with, &facts, "2016-Q3", None), "8.0000");
    let period: Period = "2016".parse().unwrap();
    assert_eq!(with.looks_back(), Some(2));
    assert_eq!(period.years_before(2).unwrap().to_string(), "2014");
}

#[test]
fn a_figure_from_before_the_ledger_stands_where_it_was_stated_and_the_ledger_s_elsewhere() {
    let earlier = json!({"first_known": [{"item": "resources"}, measure("own_reused")]});
    let with = method(&[
        ("reused", json!({"formula": earlier, "unit": {"of": "TNE", "symbol": "t"}})),
        (
            "change",
            json!({"formula": {"relative_change": {"of": {"indicator": "reused"}, "since": "base"}},
                   "kind": "relative_change", "unit": {"of": "P1", "symbol": "%"}}),
        ),
    ]);
    let facts = [stated("resources", 2010, 40), tonnes(Measure::OwnReused, "2016-06", 50)];
    assert_eq!(printed(&with, &facts, "2010", None), "40.0000");
    assert_eq!(printed(&with, &facts, "2016", None), "50.0000");
    let (judged, _) = judged(&with, &facts, "2016", Some(2010));
    assert_eq!(judged[1].evaluated.outcome.value().unwrap().fraction(), "1/4");
    // What was not taken is no part, so it is not missing.
    let taken = &judged[0].evaluated;
    assert_eq!((taken.word, taken.parts.len(), taken.parts[0].word), ("first_known", 1, "measure"));
    // Where neither is there, one thing is missing and not two.
    assert_eq!(printed(&with, &facts, "2012", None), "unknown: 1");
    // Nothing is a figure too.
    let nothing = [stated("resources", 2016, 0), tonnes(Measure::OwnReused, "2016-06", 50)];
    assert_eq!(printed(&with, &nothing, "2016", None), "0.0000");
}
