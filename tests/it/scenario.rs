//! The shipped scenarios, told to a real ledger: what comes of them as text that reads in a diff.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use symbiosis_ledger::domain::time::{Month, UtcMicros};
use symbiosis_ledger::evidence::check::check;
use symbiosis_ledger::ledger::{Ledger, Options, SubmitError, create};
use symbiosis_ledger::merkle::HashStream;
use symbiosis_ledger::query::figure::{self, FigureOf};
use symbiosis_ledger::scenario::{Ground, Plan, Scenario, Step, find, shipped};
use symbiosis_ledger::statistics::chertow::{Granularity, LinkEvidence};

use crate::golden::assert_golden;

/// Quantities are that many times smaller than in the plan, so that a debug build is quick.
const SCALE: i64 = 50;

fn told(plan: &Plan, scale: i64) -> Vec<Step> {
    let ground = Ground::of(plan);
    Scenario::new(plan, &ground, scale).steps().collect()
}

/// Tells a plan to a new ledger, and writes down what came of it.
fn story(plan: &Plan) -> String {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("data"));
    let steps = told(plan, SCALE);
    let before = UtcMicros(steps[0].recorded_at.0 - 1);
    create(&options, &plan.origin, Some(before)).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    let key = "key_scenario".parse().unwrap();
    let clock: Vec<_> = steps.iter().map(|step| step.recorded_at).collect();
    let commands = steps.iter().map(|step| step.command.clone()).collect();
    let answers = ledger.submit_all(commands, &key, Some(&clock));
    ledger.settle();

    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    let mut noted: BTreeMap<String, u64> = BTreeMap::new();
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for (step, answer) in steps.iter().zip(answers) {
        match (answer, &step.refused) {
            (Ok(accepted), None) => {
                assert_eq!(accepted.recorded_at, step.recorded_at);
                for record in accepted.records {
                    *kinds.entry(record.kind).or_default() += 1;
                }
                for nonconformity in accepted.nonconformities {
                    let code = serde_json::to_value(nonconformity).unwrap();
                    *noted.entry(code.as_str().unwrap().to_owned()).or_default() += 1;
                }
            }
            (Err(SubmitError::Refused(refusal)), Some(code)) if refusal.code.as_str() == code => {
                let who = &step.command.actor;
                let line = format!("{code}: {} of {who}", step.command.request.kind());
                *refused.entry(line).or_default() += 1;
            }
            (answer, planned) => {
                panic!("{}: {answer:?}, planned {planned:?}", step.command.id)
            }
        }
    }
    let mut text = format!("{}, at 1/{SCALE}\n", plan.title);
    let (commands, records) = (steps.len(), ledger.size());
    writeln!(text, "{commands} commands, {records} records\n").unwrap();
    list(&mut text, "Refused", &refused);
    list(&mut text, "Noted", &noted);
    list(&mut text, "Recorded", &kinds);
    figures(&mut text, &ledger, plan);
    holds(ledger, &options);
    text
}

/// What the folder must hold to, whatever the story: rows that are rebuilt are the live ones, bit
/// for bit, and all of it verifies.
fn holds(ledger: Ledger, options: &Options) {
    let live = ledger.index().digest().unwrap();
    ledger.close();
    drop(ledger);
    std::fs::remove_dir_all(options.folder.join("index")).unwrap();
    let ledger = Ledger::open(options, &mut |_, _| {}).unwrap();
    assert_eq!(ledger.index().digest().unwrap(), live);
    ledger.close();
    drop(ledger);
    let report = check(&options.folder, None, &mut |_, _| {}).unwrap();
    assert!(report.verified, "{:#?}", report.errors);
}

fn list(text: &mut String, title: &str, counts: &BTreeMap<String, u64>) {
    writeln!(text, "{title}").unwrap();
    for (what, times) in counts {
        writeln!(text, "  {times} x {what}").unwrap();
    }
    text.push('\n');
}

fn figures(text: &mut String, ledger: &Ledger, plan: &Plan) {
    let month = |month| Month::from_civil(plan.year, month).unwrap();
    let park = plan.closing.park.clone();
    let of = FigureOf { park, from: month(1), to: month(12), as_of: ledger.size() };
    let totals = figure::exchange_totals(ledger.index(), ledger.size(), of.clone()).unwrap();
    writeln!(text, "Exchanged from {} to {}", totals.from, totals.to).unwrap();
    for total in &totals.items {
        let (material, accepted, used) = (total.material.as_str(), total.accepted, total.used);
        let (times, gap, unreconciled) = (total.acceptances, total.gap, total.unreconciled);
        writeln!(
            text,
            "  {material:<18} accepted {accepted} in {times}, used {used}, gap {gap}, \
             unreconciled {unreconciled}"
        )
        .unwrap();
    }
    let (granularity, evidence) = (Granularity::Firm, LinkEvidence::Used);
    let test = figure::chertow(ledger.index(), ledger.size(), of, granularity, evidence).unwrap();
    writeln!(text, "\nChertow's 3-2 test: {:?}", test.result.verdict).unwrap();
    for component in &test.result.components {
        let (firms, resources) = (component.entities.len(), component.resources.len());
        writeln!(text, "  {firms} firms, {resources} resources").unwrap();
        for link in &component.links {
            let (supplier, receiver) = (&link.supplier, &link.receiver);
            let (resource, quantity, facts) = (&link.resource, &link.quantity, link.facts);
            writeln!(text, "    {supplier} -> {receiver}: {resource}, {quantity} in {facts}")
                .unwrap();
        }
    }
}

#[test]
fn guigang_closes_its_loop() {
    let plan = find("guigang").unwrap();
    assert_golden("scenario-guigang.txt", &story(&plan));
}

#[test]
fn power_cement_and_brewery_are_a_symbiosis() {
    let plan = find("power-cement-brewery").unwrap();
    assert_golden("scenario-power-cement-brewery.txt", &story(&plan));
}

/// Whoever changes a plan, or how it is expanded, tells another story: that must show.
#[test]
fn the_same_plan_gives_the_same_bytes_for_ever() {
    let mut text = String::new();
    for plan in shipped() {
        for scale in [1, SCALE] {
            let steps = told(&plan, scale);
            let mut hash = HashStream::default();
            for step in &steps {
                let Step { command, recorded_at, refused } = step;
                let command = serde_json::to_string(command).unwrap();
                hash.update(format!("{recorded_at} {refused:?} {command}\n").as_bytes());
            }
            let (name, count, digest) = (&plan.name, steps.len(), hash.finish());
            writeln!(text, "{name} at 1/{scale}: {count} commands, BLAKE3 {digest}").unwrap();
        }
    }
    assert_golden("scenario-digests.txt", &text);
}
