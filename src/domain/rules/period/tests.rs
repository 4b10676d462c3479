//! Rules of returns and of closing a month.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::event::Event;
use crate::domain::fact::{Fact, FactUnit, Measure, facts};
use crate::domain::rules::lookup;
use crate::domain::rules::testing::{Ask, kinds, refused_in_order, with};
use crate::domain::shapes::Theme;
use crate::domain::state::{Declaration, ParkPlaces, Period, PeriodReturn};
use crate::domain::states::States;
use crate::domain::testing::World;

/// The last day of March in Guigang has begun, in UTC it has not.
const LAST_DAY: &str = "2025-03-30T16:00:00.000Z";
const TOO_EARLY: &str = "2025-03-30T15:59:59.999Z";
const APRIL: &str = "2025-04-02T08:00:00.000Z";

fn submission(id: &str, more: Value) -> Value {
    with(json!({"period": "2025-03", "return": id, "site": "sit_steel"}), more)
}

fn amount(material: &str, value: &str, unit: &str) -> Value {
    let quantity = json!({"unit": unit, "value": value});
    json!([{"material": material, "method": "weighed", "quantity": quantity}])
}

fn water(value: &str) -> Value {
    json!({"method": "metered", "quantity": {"unit": "MTQ", "value": value}})
}

fn output(amount: &str) -> Value {
    let amount = json!({"amount": amount, "currency": "CNY"});
    json!({"amount": amount, "measure": "value_added", "price_year": 2025})
}

fn whole() -> Value {
    submission(
        "ret_a",
        json!({
            "economic_output": output("1000.5"),
            "fresh_water": water("20"),
            "generation": amount("mat_slag", "100", "TNE"),
            "own_reuse": amount("mat_slag", "40", "TNE"),
            "stock": amount("mat_slag", "7", "TNE"),
            "zero_activity": ["recirculation"],
        }),
    )
}

fn all_facts(events: &[Event]) -> Vec<Fact> {
    let mut all = Vec::new();
    events.iter().for_each(|event| facts(event, |fact| all.push(fact)));
    all
}

#[test]
fn a_return_becomes_one_record_for_each_figure_in_the_order_of_the_themes() {
    let mut world = World::standard();
    let first = world.log.len() as u64;
    let events = world.take("frm_steel", APRIL, "submit_return", &whole());
    let expected = [
        "return_submitted",
        "generation_declared",
        "own_reuse_declared",
        "fresh_water_declared",
        "zero_activity_declared",
        "stock_declared",
        "economic_output_declared",
    ];
    assert_eq!(kinds(&events), expected);
    assert!(events.iter().all(|event| event.declared().unwrap().day.to_string() == "2025-03-31"));
    let stored = world.state::<PeriodReturn>("ret_a");
    assert_eq!(stored.records, (first..first + 7).collect::<Vec<_>>());
    assert_eq!(stored.themes.len(), 6);
    assert_eq!(stored.park.as_str(), "prk_guigang");
}

#[test]
fn a_return_is_refused_for_one_reason_after_the_other() {
    let mut world = World::standard();
    world.take(
        "frm_steel",
        APRIL,
        "submit_return",
        &submission(
            "ret_b",
            json!({
                "fresh_water": water("1"), "period": "2025-02",
            }),
        ),
    );
    let wrong = json!({
        "economic_output": output("900000000000000"),
        "fresh_water": {"method": "metered", "quantity": {"unit": "TNE", "value": "1"}},
        "generation": amount("mat_x", "1", "TNE"),
        "own_reuse": amount("mat_slag", "1", "TNE"),
        "site": "sit_x",
        "zero_activity": ["stock", "generation"],
    });
    let data = submission("ret_b", wrong);
    let ask = Ask { actor: "frm_cement", at: TOO_EARLY, kind: "submit_return", data };
    refused_in_order(
        &mut world,
        ask,
        &[
            ("unknown_site", "/data/site", |_, ask| ask.data["site"] = json!("sit_steel")),
            ("not_permitted", "/actor", |_, ask| ask.actor = "frm_steel"),
            ("already_exists", "/data/return", |_, ask| ask.data["return"] = json!("ret_a")),
            ("unknown_material", "/data/generation/0/material", |_, ask| {
                ask.data["generation"] = amount("mat_slag", "1", "GV");
            }),
            ("period_not_over", "/data/period", |_, ask| ask.at = LAST_DAY),
            ("unlike_dimension", "/data/generation/0/quantity", |_, ask| {
                ask.data["generation"] = amount("mat_slag", "1", "TNE");
            }),
            ("unlike_dimension", "/data/fresh_water/quantity", |_, ask| {
                ask.data["fresh_water"] = water("1");
                ask.data["stock"] =
                    json!([amount("mat_slag", "1", "TNE")[0], amount("mat_slag", "2", "TNE")[0],]);
            }),
            ("duplicate_member", "/data/stock/1", |_, ask| {
                ask.data["stock"] = amount("mat_slag", "1", "TNE");
            }),
            ("declared_zero_and_more", "/data/zero_activity/1", |_, ask| {
                ask.data["zero_activity"] = json!(["stock"]);
            }),
            ("declared_zero_and_more", "/data/zero_activity/0", |_, ask| {
                ask.data["zero_activity"] = json!(["recirculation", "recirculation"]);
            }),
            ("duplicate_member", "/data/zero_activity/1", |_, ask| {
                ask.data["zero_activity"] = json!(["recirculation"]);
            }),
            ("amount_too_large", "/data/economic_output/amount", |_, ask| {
                ask.data["economic_output"] = output("899999999999999.9999");
                ask.data["own_reuse"][0]["operation"] = json!("D1");
            }),
            ("not_a_recovery", "/data/own_reuse/0/operation", |_, ask| {
                ask.data["own_reuse"][0]["operation"] = json!("R5");
            }),
        ],
    );
    // The largest amount of money is counted in facts without loss.
    let all = all_facts(&world.log);
    let output = all.iter().find(|fact| fact.measure == Measure::ValueAdded).unwrap();
    assert_eq!(output.amount, 8_999_999_999_999_999_999);
}

#[test]
fn a_return_with_nothing_in_it_is_refused() {
    let mut world = World::standard();
    let found = world.refuse("frm_steel", APRIL, "submit_return", &submission("ret_a", json!({})));
    assert_eq!(found, ("nothing_declared", "/data".to_owned()));
}

#[test]
fn what_was_declared_is_not_declared_again() {
    let again = |more: Value| {
        let mut world = World::standard();
        world.take("frm_steel", APRIL, "submit_return", &whole());
        let data = submission("ret_b", more);
        match world.ask("frm_steel", APRIL, "submit_return", &data) {
            Ok(_) => String::new(),
            Err(refusal) => {
                assert_eq!(refusal.code.as_str(), "already_declared", "{refusal}");
                assert!(refusal.message.contains("ret_a"), "{refusal}");
                refusal.pointer
            }
        }
    };
    let slag = amount("mat_slag", "1", "TNE");
    assert_eq!(again(json!({"generation": slag})), "/data/generation/0");
    assert_eq!(again(json!({"generation": amount("mat_tar", "1", "TNE")})), "");
    assert_eq!(again(json!({"fresh_water": water("1")})), "/data/fresh_water");
    assert_eq!(again(json!({"economic_output": output("1")})), "/data/economic_output");
    // Zero after figures, figures after zero, zero after zero.
    assert_eq!(again(json!({"zero_activity": ["generation"]})), "/data/zero_activity/0");
    assert_eq!(again(json!({"recirculation": water("1")})), "/data/recirculation");
    assert_eq!(again(json!({"zero_activity": ["recirculation"]})), "/data/zero_activity/0");
    // Another month and another site are other declarations.
    assert_eq!(again(json!({"generation": slag, "period": "2025-02"})), "");
    let mut world = World::standard();
    world.take("frm_steel", APRIL, "submit_return", &whole());
    let there = submission("ret_b", json!({"fresh_water": water("1"), "site": "sit_cement"}));
    world.take("frm_cement", APRIL, "submit_return", &there);
}

#[test]
fn figures_after_a_theme_of_zero_activity_are_refused_for_every_material() {
    let mut world = World::standard();
    let zero = submission("ret_a", json!({"zero_activity": ["generation"]}));
    world.take("frm_steel", APRIL, "submit_return", &zero);
    let data = submission("ret_b", json!({"generation": amount("mat_slag", "1", "TNE")}));
    let found = world.refuse("frm_steel", APRIL, "submit_return", &data);
    assert_eq!(found, ("already_declared", "/data/generation/0".to_owned()));
}

#[test]
fn invariant_2_nothing_is_dated_into_the_future_and_nothing_declared_for_a_closed_period() {
    let mut world = World::standard();
    let month = json!({"park": "prk_guigang", "period": "2025-03"});
    world.take("prk_guigang", APRIL, "close_period", &month);
    let found = world.refuse("frm_steel", APRIL, "submit_return", &whole());
    assert_eq!(found, ("period_closed", "/data/period".to_owned()));
    // The other park's month and the next month are open.
    let far = submission("ret_a", json!({"fresh_water": water("1"), "site": "sit_far"}));
    world.take("frm_far", APRIL, "submit_return", &far);

    let now = world.now.millis();
    let after = |milliseconds: i64| now.checked_add(milliseconds).unwrap().to_string();
    let mut ask = |at: String| {
        let command = world.command(
            "keeper",
            &at,
            "register_park",
            &json!({
                "name": "a park", "park": "prk_x", "zone": "UTC",
            }),
        );
        world.run(command)
    };
    let refusal = ask(after(5 * 60 * 1000 + 1)).unwrap_err();
    assert_eq!((refusal.code.as_str(), &*refusal.pointer), ("occurred_in_future", "/occurred_at"));
    assert!(ask(after(5 * 60 * 1000)).is_ok(), "clocks of clients may be a little ahead");
}

#[test]
fn a_month_closes_once_and_after_its_last_day_on_the_park_s_clocks() {
    let mut world = World::standard();
    let month = json!({"park": "prk_guigang", "period": "2025-03"});
    for actor in ["frm_steel", "prk_kalundborg"] {
        let found = world.refuse(actor, LAST_DAY, "close_period", &month);
        assert_eq!(found, ("not_permitted", "/actor".to_owned()));
    }
    let found = world.refuse("prk_guigang", LAST_DAY, "close_period", &month);
    assert_eq!(found, ("period_not_over", "/data/period".to_owned()));
    // In Guigang it is April, in UTC it is not.
    world.take("prk_guigang", "2025-03-31T16:00:00.000Z", "close_period", &month);
    let found = world.refuse("keeper", APRIL, "close_period", &month);
    assert_eq!(found, ("period_closed", "/data/period".to_owned()));
    let period = world.state::<Period>("prk_guigang/2025-03");
    assert_eq!(period.closed_at as usize, world.log.len() - 2);
    let unknown = json!({"park": "prk_x", "period": "2025-03"});
    let found = world.refuse("keeper", APRIL, "close_period", &unknown);
    assert_eq!(found, ("unknown_park", "/data/park".to_owned()));
    let other = lookup::is_closed(
        &world.states,
        &"prk_kalundborg".parse().unwrap(),
        "2025-03".parse().unwrap(),
    );
    assert!(!other);
}

#[test]
fn a_late_time_of_business_does_not_close_a_month_early() {
    let mut world = World::standard();
    let month = json!({"park": "prk_guigang", "period": "2025-03"});
    world.now = "2025-03-31T15:58:00.000000Z".parse().unwrap();
    let command = world.command("keeper", "2025-03-31T16:01:00.000Z", "close_period", &month);
    let refusal = world.run(command).unwrap_err();
    assert_eq!(refusal.code.as_str(), "period_not_over");
}

#[test]
fn the_count_of_a_closing_is_the_place_of_its_own_record() {
    let mut world = World::standard();
    let places = world.places_of("prk_guigang");
    let count = |events: &[Event]| match events {
        [Event::PeriodClosed(_), Event::ParkCounted(counted)] => counted.places,
        other => panic!("{other:?}"),
    };
    let month = |period: &str| json!({"park": "prk_guigang", "period": period});
    let first = world.take("keeper", APRIL, "close_period", &month("2025-03"));
    // The closing took the next place, so as many records stand before the count.
    assert_eq!(count(&first), places + 1);
    let second = world.take("keeper", APRIL, "close_period", &month("2025-02"));
    assert_eq!(count(&second), places + 3);
    assert_eq!(world.state::<ParkPlaces>("prk_guigang").places, places + 4);
    assert_eq!(world.places_of("prk_guigang"), places + 4);
}

#[test]
fn invariant_17_own_reuse_never_enters_what_firms_exchange() {
    let mut world = World::standard();
    let events = world.take("frm_steel", APRIL, "submit_return", &whole());
    let all = all_facts(&events);
    let measures: Vec<Measure> = all.iter().map(|fact| fact.measure).collect();
    let expected = [
        Measure::Generated,
        Measure::OwnReused,
        Measure::FreshWater,
        Measure::Recirculated,
        Measure::Stock,
        Measure::ValueAdded,
    ];
    assert_eq!(measures, expected);
    assert!(all.iter().all(|fact| fact.counterparty.is_none() && fact.contract.is_none()));
    // An interim recovery is no use, of one's own either.
    let mut interim = submission("ret_b", json!({"own_reuse": amount("mat_tar", "1", "TNE")}));
    interim["own_reuse"][0]["operation"] = json!("R13");
    let events = world.take("frm_steel", APRIL, "submit_return", &interim);
    assert_eq!(all_facts(&events)[0].measure, Measure::UsedInterim);
}

#[test]
fn invariant_23_zero_is_declared_and_what_is_not_declared_is_unknown() {
    let mut world = World::standard();
    let data = submission("ret_a", json!({"zero_activity": ["generation", "fresh_water"]}));
    let events = world.take("frm_steel", APRIL, "submit_return", &data);
    let nothing: Vec<_> = all_facts(&events).iter().map(|one| (one.measure, one.unit)).collect();
    let expected = [Measure::Generated, Measure::FreshWater].map(|one| (one, FactUnit::Nothing));
    assert_eq!(nothing, expected, "a zero is of no unit, and of no theme that was left out");
    let declared = |theme: &str| {
        let row = world.states.find::<Declaration>(&format!("sit_steel/2025-03/{theme}"));
        row.map(|row| row.state.zero)
    };
    let themes = [
        Theme::Generation,
        Theme::OwnReuse,
        Theme::FreshWater,
        Theme::Recirculation,
        Theme::Stock,
        Theme::EconomicOutput,
    ];
    let known: Vec<_> = themes.iter().map(|theme| declared(theme.as_str())).collect();
    assert_eq!(known, [Some(true), None, Some(true), None, None, None]);
    assert_eq!(world.state::<PeriodReturn>("ret_a").themes, [Theme::Generation, Theme::FreshWater]);
    // A figure of zero is a figure.
    let mut world = World::standard();
    let data = submission("ret_a", json!({"generation": amount("mat_slag", "0", "TNE")}));
    let events = world.take("frm_steel", APRIL, "submit_return", &data);
    assert_eq!(all_facts(&events)[0].amount, 0);
    let row = world.state::<Declaration>("sit_steel/2025-03/generation/mat_slag");
    assert!(!row.zero);
}
