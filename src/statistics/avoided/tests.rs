//! Avoided burdens of facts against numbers reckoned by hand, and their laws.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::domain::event::Event;
use crate::domain::fact::facts;
use crate::domain::samples;

/// A used and an accepted fact of coded, wet slag, from the samples.
fn fact(measure: Measure, grams: i64) -> Fact {
    let mut found = None;
    for event in samples::events() {
        if matches!(event, Event::DeliveryAccepted(_)) {
            facts(&event, |fact| {
                if fact.measure == Measure::Accepted {
                    found = Some(fact);
                }
            });
        }
    }
    let code: CodeAsJson = ("10 02 01", "2014", "eu_low");
    let mut fact = found.unwrap();
    fact.measure = measure;
    fact.kind = Some(MaterialKind::ByProduct);
    fact.unit = FactUnit::Physical(Dimension::Mass, Basis::Wet);
    fact.amount = grams;
    fact.code = Some(coded(code));
    fact
}

type CodeAsJson = (&'static str, &'static str, &'static str);

fn coded((code, edition, scheme): CodeAsJson) -> crate::domain::code::MaterialCode {
    let json = serde_json::json!({"code": code, "edition": edition, "scheme": scheme});
    serde_json::from_value(json).unwrap()
}

fn around(fate: BaselineFate, km: Option<&str>) -> Around {
    Around { fate, km: km.map(|km| km.parse().unwrap()), later_hop: false }
}

fn values(sums: &AvoidedSums) -> [&str; 3] {
    let AvoidedSums { avoided_disposal_t, net_co2e_t, virgin_substituted_t } = sums;
    [&avoided_disposal_t.value, &virgin_substituted_t.value, &net_co2e_t.value]
}

/// `why` of everything that is not counted, with its figure.
fn gaps(result: &AvoidedResult) -> Vec<(AvoidedFigure, WhyNot)> {
    result.not_counted.iter().map(|gap| (gap.figure, gap.why)).collect()
}

fn of(facts: &[(Fact, Around)]) -> AvoidedResult {
    let set = samples::factors();
    let mut avoided = Avoided::new(&set);
    facts.iter().for_each(|(fact, around)| avoided.add(fact, around));
    avoided.finish()
}

const HUNDRED: i64 = 100_000_000;

#[test]
fn a_hundred_tonnes_give_what_the_formulas_say() {
    let landfill = around(BaselineFate::Landfill, Some("3.5"));
    let result = of(&[
        (fact(Measure::Accepted, HUNDRED), landfill.clone()),
        (fact(Measure::Used, HUNDRED), landfill),
    ]);
    // 100 x 0.9 x 0.8 = 72; 100 x (0.72 x 800 + 12 - 30) - 100 x 3.5 x 0.1 = 55 765 kg.
    assert_eq!(values(&result.total), ["100.000000", "72.000000", "55.765000"]);
    assert_eq!(result.total.net_co2e_t.exact, "11153/200");
    assert_eq!(result.materials.len(), 1);
    assert_eq!(result.materials[0].sums, result.total);
    assert!(result.complete);
    // Incineration would have emitted more: 100 x (576 + 480 - 30) kg, at no distance.
    let burnt =
        of(&[(fact(Measure::Used, HUNDRED), around(BaselineFate::Incineration, Some("0")))]);
    assert_eq!(values(&burnt.total), ["0.000000", "72.000000", "102.600000"]);
}

#[test]
fn what_is_not_known_is_named_and_never_guessed() {
    use AvoidedFigure::{AvoidedDisposal, NetCo2e, VirginSubstituted};
    let unknown = around(BaselineFate::Unknown, Some("1"));
    let result = of(&[
        (fact(Measure::Accepted, HUNDRED), unknown.clone()),
        (fact(Measure::Used, HUNDRED), unknown),
    ]);
    let expected = [(AvoidedDisposal, WhyNot::BaselineUnknown), (NetCo2e, WhyNot::BaselineUnknown)];
    assert_eq!(gaps(&result), expected);
    assert_eq!(values(&result.total), ["0.000000", "72.000000", "0.000000"]);
    assert!(!result.complete);
    let far = of(&[(fact(Measure::Used, HUNDRED), around(BaselineFate::Landfill, None))]);
    assert_eq!(gaps(&far), [(NetCo2e, WhyNot::NoDistance)]);
    let stored = around(BaselineFate::Storage, Some("1"));
    let stored = of(&[
        (fact(Measure::Accepted, HUNDRED), stored.clone()),
        (fact(Measure::Used, HUNDRED), stored),
    ]);
    assert_eq!(gaps(&stored), [(NetCo2e, WhyNot::NoFactorOfFate)]);
    assert_eq!(values(&stored.total)[0], "0.000000", "storage is no disposal");
    let both = |why| vec![(VirginSubstituted, why), (NetCo2e, why)];
    type Change = fn(&mut Fact);
    let cases: [(WhyNot, Change); 6] = [
        (WhyNot::OtherBasis, |fact| fact.unit = FactUnit::Physical(Dimension::Mass, Basis::Dry)),
        (WhyNot::NotAMass, |fact| {
            fact.unit = FactUnit::Physical(Dimension::Energy, Basis::AsMetered);
        }),
        (WhyNot::NoCode, |fact| fact.code = None),
        (WhyNot::NoEntry, |fact| fact.code = Some(coded(("19 08 05", "2014", "eu_low")))),
        (WhyNot::Product, |fact| fact.kind = Some(MaterialKind::Product)),
        (WhyNot::OneFirm, |fact| {
            fact.firm = fact.counterparty.as_ref().map(|other| other.firm.clone());
        }),
    ];
    for (why, change) in cases {
        let mut fact = fact(Measure::Used, HUNDRED);
        change(&mut fact);
        let result = of(&[(fact, around(BaselineFate::Landfill, Some("1")))]);
        assert_eq!(gaps(&result), both(why));
        assert!(result.lines.is_empty());
    }
}

#[test]
fn a_second_hop_avoids_no_disposal_again() {
    let mut hop = around(BaselineFate::Landfill, Some("1"));
    hop.later_hop = true;
    let result = of(&[
        (fact(Measure::Accepted, HUNDRED), around(BaselineFate::Landfill, Some("1"))),
        (fact(Measure::Accepted, HUNDRED), hop.clone()),
        (fact(Measure::Used, HUNDRED), hop),
    ]);
    assert_eq!(values(&result.total)[..2], ["100.000000", "72.000000"]);
    assert_eq!(gaps(&result), [(AvoidedFigure::AvoidedDisposal, WhyNot::LaterHop)]);
}

proptest! {
    /// However a quantity comes in loads, in whatever order, and with whatever is taken back, the
    /// result is that of the whole.
    #[test]
    fn parts_come_to_what_the_whole_comes_to(
        parts in prop::collection::vec(-9_999i64..99_999, 1..9),
    ) {
        let around = around(BaselineFate::Incineration, Some("12.25"));
        let whole = of(&[(fact(Measure::Used, parts.iter().sum()), around.clone())]);
        let one = |grams: &i64| (fact(Measure::Used, *grams), around.clone());
        let forth: Vec<_> = parts.iter().map(one).collect();
        let back: Vec<_> = parts.iter().rev().map(one).collect();
        prop_assert_eq!(&of(&forth).total, &whole.total);
        prop_assert_eq!(of(&back), of(&forth));
    }
}
