//! The shipped scenarios through a real ledger: figures, refusals and nonconformities as a text that
//! a person can check by hand against the plan.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use symbiosis_ledger::domain::id::KeyId;
use symbiosis_ledger::domain::time::UtcMicros;
use symbiosis_ledger::evidence::check::check;
use symbiosis_ledger::index::FactFilter;
use symbiosis_ledger::ledger::{Ledger, Options, SubmitError, create};
use symbiosis_ledger::scenario::{Ground, Scenario, Step, find};
use symbiosis_ledger::statistics::chertow::{Granularity, LinkEvidence, ThreeTwoTest};
use symbiosis_ledger::statistics::exchange::ExchangeTotals;

use crate::golden::assert_golden;

/// One in so many of the plan's loads, with the same incidents: the whole is told by `demo`.
const DIVISOR: i64 = 100;

/// Tells a scenario, and what came of it.
fn told(name: &str) -> String {
    let plan = find(name).unwrap();
    let ground = Ground::of(&plan);
    let scenario = Scenario::new(&plan, &ground, DIVISOR);
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("ledger"));
    let steps: Vec<Step> = scenario.steps().collect();
    let before = UtcMicros(steps[0].recorded_at.0 - 1_000_000);
    create(&options, &plan.origin, Some(before)).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    assert!(ledger.is_demo() && ledger.origin().contains("demo"));

    let key: KeyId = "key_scenario".parse().unwrap();
    let (mut refused, mut noted, mut kinds) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for block in steps.chunks(500) {
        let clock: Vec<_> = block.iter().map(|step| step.recorded_at).collect();
        let commands = block.iter().map(|step| step.command.clone()).collect();
        let answers = ledger.submit_all(commands, &key, Some(&clock));
        for (step, answer) in block.iter().zip(answers) {
            match answer {
                Ok(accepted) => {
                    assert_eq!(accepted.recorded_at, step.recorded_at);
                    for record in accepted.records {
                        *kinds.entry(record.kind).or_insert(0) += 1;
                    }
                    for code in accepted.nonconformities {
                        let code = serde_json::to_value(code).unwrap();
                        *noted.entry(code.as_str().unwrap().to_owned()).or_insert(0) += 1;
                    }
                }
                Err(SubmitError::Refused(refusal)) => {
                    let code = refusal.code.as_str().to_owned();
                    assert_eq!(step.refused.as_ref(), Some(&code), "{}", step.command.id);
                    *refused.entry(code).or_insert(0) += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    ledger.settle();

    let mut text = format!("{}, one in {DIVISOR} of its loads\n", plan.title);
    let mut table = |title: &str, counts: &BTreeMap<String, u64>| {
        writeln!(text, "\n{title}").unwrap();
        counts.iter().for_each(|(name, count)| writeln!(text, "  {name} {count}").unwrap());
    };
    table("records", &kinds);
    table("nonconformities", &noted);
    table("refusals", &refused);
    let mut totals = ExchangeTotals::default();
    let mut test = ThreeTwoTest::new(Granularity::Firm, LinkEvidence::Used);
    let filter = FactFilter { park: Some(plan.closing.park.clone()), ..FactFilter::default() };
    let index = ledger.index();
    index
        .facts(&filter, ledger.size(), &mut |_, fact| {
            totals.add(fact);
            test.add(fact);
        })
        .unwrap();
    writeln!(text, "\nexchanged: accepted, used, gap, unreconciled").unwrap();
    for line in totals.finish() {
        let (material, accepted, used) = (&line.material, &line.accepted, &line.used);
        let (gap, unreconciled) = (&line.gap, &line.unreconciled);
        writeln!(text, "  {material} {accepted}, {used}, {gap}, {unreconciled}").unwrap();
    }
    let answer = test.finish();
    writeln!(text, "\n3-2 test: {:?}", answer.verdict).unwrap();
    for link in answer.components.iter().flat_map(|component| &component.links) {
        let (supplier, receiver) = (&link.supplier, &link.receiver);
        writeln!(text, "  {supplier} -> {receiver} {} {}", link.resource, link.quantity).unwrap();
    }

    let live = index.digest().unwrap();
    ledger.close();
    drop(ledger);
    std::fs::remove_dir_all(options.folder.join("index")).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    assert_eq!(ledger.index().digest().unwrap(), live, "rebuilt rows are the live ones");
    ledger.close();
    drop(ledger);
    let report = check(&options.folder, None, &mut |_, _| {}).unwrap();
    assert!(report.verified, "{:#?}", report.errors);
    text
}

#[test]
fn guigang() {
    assert_golden("scenario-guigang.txt", &told("guigang"));
}

#[test]
fn power_cement_brewery() {
    assert_golden("scenario-power-cement-brewery.txt", &told("power-cement-brewery"));
}
