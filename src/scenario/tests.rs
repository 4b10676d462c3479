//! What expanding the shipped plans must hold to, and what the rules must make of it.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::command::{Command, Request};
use crate::domain::event::Event;
use crate::domain::fact::{Measure, facts};
use crate::domain::id::MaterialId;
use crate::domain::testing::World;
use crate::domain::time::Day;

/// Small enough to be quick in a debug build; every incident still finds its load.
const SMALL: i64 = 50;

fn told(plan: &Plan, divisor: i64) -> Vec<Step> {
    let ground = Ground::of(plan);
    Scenario::new(plan, &ground, divisor).steps().collect()
}

/// By exchange, what is accepted and used if all goes as the plan says, in base units.
fn settled(steps: &[Step]) -> BTreeMap<String, (i64, i64)> {
    let mut received: BTreeMap<String, i64> = BTreeMap::new();
    let mut accepted: BTreeMap<String, i64> = BTreeMap::new();
    let mut settled: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let exchange = |delivery: &str| {
        let name = delivery.trim_start_matches("dlv_");
        name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_owned()
    };
    for step in steps.iter().filter(|step| step.refused.is_none()) {
        match &step.command.request {
            Request::ReceiveDelivery(data) => {
                let before = received
                    .insert(data.delivery.as_str().to_owned(), data.measured.quantity.amount());
                assert_eq!(before, None, "{} is received once", data.delivery);
            }
            Request::RecordMeteredPeriod(data) => {
                received.insert(data.delivery.as_str().to_owned(), data.quantity.amount());
            }
            Request::AcceptDelivery(data) => {
                let delivery = data.delivery.as_str().to_owned();
                let all = received[&delivery];
                let amount = data.quantity.map_or(all, |quantity| quantity.amount());
                assert_eq!(data.reason.is_some(), amount < all, "{delivery}");
                settled.entry(exchange(&delivery)).or_default().0 += amount;
                accepted.insert(delivery, amount);
            }
            Request::UseDelivery(data) => {
                let delivery = data.delivery.as_str();
                let used = data.quantity.map_or(accepted[delivery], |quantity| quantity.amount());
                settled.entry(exchange(delivery)).or_default().1 += used;
            }
            _ => {}
        }
    }
    settled
}

#[test]
fn what_is_accepted_and_used_adds_up_to_the_plan() {
    for plan in shipped() {
        for divisor in [1, SMALL] {
            let settled = settled(&told(&plan, divisor));
            assert_eq!(settled.len(), plan.exchanges.len());
            for exchange in &plan.exchanges {
                let total = exchange.total.amount() / divisor;
                assert_eq!(settled[&exchange.name], (total, total), "{}", exchange.name);
            }
        }
    }
}

#[test]
fn steps_are_recorded_in_order_soon_after_they_occurred_and_ids_are_used_once() {
    for plan in shipped() {
        let mut ids = BTreeSet::new();
        let mut last = None;
        for Step { command, recorded_at, .. } in told(&plan, SMALL) {
            assert!(last < Some(recorded_at), "{}", command.id);
            last = Some(recorded_at);
            assert!(command.occurred_at.micros() <= recorded_at, "{}", command.id);
            let late = recorded_at.0 - command.occurred_at.micros().0;
            assert!(late < 3 * 3600 * 1_000_000, "{}", command.id);
            let actor = command.actor.to_string();
            assert!(ids.insert((actor, command.id.to_string())), "{} is told twice", command.id);
        }
        let last = last.unwrap().millis().utc_day();
        assert!(last < Day::from_civil(plan.year + 1, 1, 31).unwrap(), "it ended long ago: {last}");
    }
}

#[test]
fn every_command_comes_back_from_its_text() {
    for plan in shipped() {
        for Step { command, .. } in told(&plan, SMALL) {
            let text = serde_json::to_string(&command).unwrap();
            assert_eq!(Command::parse(&text).unwrap(), command);
        }
    }
}

#[test]
fn a_plan_is_found_by_its_name_and_names_are_unlike() {
    let names: BTreeSet<_> = shipped().into_iter().map(|plan| plan.name).collect();
    assert_eq!(names.len(), shipped().len());
    assert!(names.iter().all(|name| find(name).unwrap().name == *name));
    assert!(find("nowhere").is_none());
}

/// Plays a plan against the rules alone: what was refused, and every event.
fn played(plan: &Plan, divisor: i64) -> (BTreeMap<String, u64>, Vec<Event>) {
    let mut world = World::empty();
    let (mut refused, mut unplanned) = (BTreeMap::new(), Vec::new());
    for Step { command, recorded_at, refused: planned } in told(plan, divisor) {
        world.now = recorded_at;
        let id = command.id.clone();
        match (world.run(command), planned) {
            (Ok(_), None) => {}
            (Err(refusal), Some(code)) if refusal.code.as_str() == code => {
                *refused.entry(code).or_default() += 1;
            }
            (result, planned) => unplanned.push(format!("{id}: {result:?}, planned {planned:?}")),
        }
    }
    unplanned.truncate(20);
    assert!(unplanned.is_empty(), "{}: {unplanned:#?}", plan.name);
    (refused, world.log)
}

/// By material, what the facts of a measure add up to.
fn sums(log: &[Event], measure: Measure) -> BTreeMap<MaterialId, i64> {
    let mut sums = BTreeMap::new();
    for event in log {
        facts(event, |fact| {
            if fact.measure == measure {
                let material = fact.material.expect("exchanges have a material");
                *sums.entry(material).or_default() += fact.amount;
            }
        });
    }
    sums
}

/// How often each rule is broken, by events that note it.
fn nonconformities(log: &[Event]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for event in log {
        let event = serde_json::to_value(event).unwrap();
        for noted in event["nonconformities"].as_array().into_iter().flatten() {
            *counts.entry(noted.as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

#[track_caller]
fn assert_counts(counts: &BTreeMap<String, u64>, expected: &[(&str, u64)]) {
    let expected = expected.iter().map(|(code, times)| ((*code).to_owned(), *times)).collect();
    assert_eq!(*counts, expected);
}

#[test]
fn the_rules_take_and_refuse_what_the_plan_says_and_facts_add_up_to_it() {
    for (plan, divisor) in shipped().iter().flat_map(|plan| [(plan, 1), (plan, SMALL)]) {
        let (refused, log) = played(plan, divisor);
        let mut planned: BTreeMap<MaterialId, i64> = BTreeMap::new();
        for exchange in &plan.exchanges {
            let total = exchange.total.amount() / divisor;
            *planned.entry(exchange.agreement.material.clone()).or_default() += total;
        }
        for measure in [Measure::Accepted, Measure::Delivered, Measure::Used] {
            assert_eq!(sums(&log, measure), planned, "{measure:?}");
        }
        assert!(sums(&log, Measure::Unreconciled).values().all(|&amount| amount == 0));
        let noted = nonconformities(&log);
        match (&*plan.name, divisor) {
            ("guigang", 1) => {
                let codes = [
                    "not_a_party",
                    "over_contract",
                    "permit_not_valid",
                    "ticket_taken",
                    "unlike_dimension",
                    "use_exceeds_accepted",
                ];
                assert_counts(&refused, &codes.map(|code| (code, 1)));
                let expected = [
                    ("discrepancy", 1),
                    ("not_dispatched", 1),
                    ("out_of_tolerance", 4),
                    ("over_delivery", 2),
                    ("permit_not_valid", 50),
                ];
                assert_counts(&noted, &expected);
            }
            ("power-cement-brewery", 1) => {
                assert_counts(&refused, &[("hazard_undecided", 1)]);
                let expected = [
                    ("discrepancy", 1),
                    ("hazard_undecided", 10),
                    ("not_dispatched", 1),
                    ("out_of_tolerance", 1),
                ];
                assert_counts(&noted, &expected);
            }
            _ => assert!(!refused.is_empty() && noted["discrepancy"] == 1),
        }
    }
}

/// A load that lost more than a tenth: raised with its two weights, explained on day 16, and
/// accepted only then.
#[test]
fn caofeidian_s_short_load_is_accepted_when_it_is_explained() {
    let plan = find("caofeidian").unwrap();
    let steps = told(&plan, 1);
    let (mut raised, mut explained) = (None, false);
    let mut world = World::empty();
    for Step { command, recorded_at, refused } in steps {
        // Loads of other exchanges change nothing of this one.
        let other = command.id.as_str().trim_start_matches("cmd_").starts_with("slag-0");
        if other || refused.is_some() {
            continue;
        }
        world.now = recorded_at;
        let before = world.log.len();
        world.run(command).unwrap();
        for event in &world.log[before..] {
            match event {
                Event::DiscrepancyRaised(event) => {
                    let weights = [event.dispatched, event.received];
                    let weights = weights.map(|weight| weight.to_string());
                    assert_eq!(weights, ["32.4 TNE", "28.9 TNE"]);
                    assert_eq!(event.due.0 - event.day.0, 15, "it was explained too late");
                    raised = Some(event.day);
                }
                Event::DiscrepancyResolved(event) => {
                    assert_eq!(event.day.0 - raised.unwrap().0, 16);
                    explained = true;
                }
                Event::DeliveryAccepted(event)
                    if event.exchange.delivery.as_str().contains("short") =>
                {
                    assert!(explained, "it was accepted before it was explained");
                    assert_eq!(event.quantity.to_string(), "28.9 TNE");
                    return;
                }
                _ => {}
            }
        }
    }
    panic!("the load was never accepted");
}
