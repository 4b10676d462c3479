//! The shipped scenarios, told to a real ledger: what comes of them as text that reads in a diff.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use symbiosis_ledger::domain::fact::Measure;
use symbiosis_ledger::domain::method::NumberKind;
use symbiosis_ledger::domain::time::{Month, Period, UtcMicros};
use symbiosis_ledger::evidence::check::check;
use symbiosis_ledger::index::FactFilter;
use symbiosis_ledger::ledger::{Ledger, Options, SubmitError, create};
use symbiosis_ledger::merkle::HashStream;
use symbiosis_ledger::query::figure::{self, FigureOf};
use symbiosis_ledger::query::programme::{
    IndicatorStatus, IndicatorView, ProgrammeAnswer, Question,
};
use symbiosis_ledger::query::programme_of;
use symbiosis_ledger::scenario::{Ground, Plan, Scenario, Step, find, shipped};
use symbiosis_ledger::statistics::chertow::{Granularity, LinkEvidence};
use symbiosis_ledger::statistics::method;

use crate::golden::assert_golden;

/// Quantities are that many times smaller than in the plan, so that a debug build is quick.
const SCALE: i64 = 50;

fn told(plan: &Plan, scale: i64) -> Vec<Step> {
    let ground = Ground::of(plan);
    Scenario::new(plan, &ground, scale).steps().collect()
}

/// Tells a plan to a new ledger, looks at it, and writes down what came of it.
fn story(plan: &Plan, look: impl FnOnce(&Ledger)) -> String {
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
    earlier_sums_are_those_of_facts(&ledger, plan);
    look(&ledger);
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

/// The sums that methods are evaluated on are those of the facts below a position, whichever rows
/// they are read from.
fn earlier_sums_are_those_of_facts(ledger: &Ledger, plan: &Plan) {
    let (index, park) = (ledger.index(), &plan.closing.park);
    let months = (Month::from_civil(1990, 1).unwrap(), Month::from_civil(2040, 12).unwrap());
    let size = ledger.size();
    let by_measures = [vec![], vec![Measure::Used], vec![Measure::Stated, Measure::Generated]];
    // Also at, before and behind the bounds of blocks, which are 64 positions wide.
    let near = (0..=size).step_by((size as usize / 12).max(1)).map(|position| position | 63);
    for below in near.flat_map(|position| [position, position + 1, position + 2]).chain([0, size]) {
        for measures in &by_measures {
            let mut summed = method::Ground::default();
            let filter = FactFilter {
                park: Some(park.clone()),
                measures: measures.clone(),
                ..FactFilter::default()
            };
            index.facts(&filter, below, &mut |_, fact| summed.add_fact(fact)).unwrap();
            let found = programme_of::below(index, park, months, measures.clone(), below).unwrap();
            assert!(found == summed, "below {below}, {measures:?}");
        }
    }
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
    assert_golden("scenario-guigang.txt", &story(&plan, |_| {}));
}

#[test]
fn power_cement_and_brewery_are_a_symbiosis() {
    let plan = find("power-cement-brewery").unwrap();
    assert_golden("scenario-power-cement-brewery.txt", &story(&plan, |_| {}));
}

/// The indicators of a method for 2017, which the article's scenarios tell.
fn indicators(ledger: &Ledger, park: &str, method: &str, base: Option<u16>) -> ProgrammeAnswer {
    let (index, period) = (ledger.index(), Period::Year(2017));
    let as_of = ledger.size();
    let found = programme_of::method(index, &method.parse().unwrap(), None, period, as_of);
    let (park, found) = (park.parse().unwrap(), found.unwrap());
    let (choices, root) = (BTreeMap::new(), None);
    let (rosters, pinned) = (Vec::new(), None);
    let question =
        Question { park, period, base_year: base, choices, as_of, lag: 0, root, rosters, pinned };
    programme_of::evaluate(index, &found, question, true).unwrap().answer()
}

/// Its exact value, its kind and whether it is met.
#[track_caller]
fn assert_indicator(
    answer: &ProgrammeAnswer,
    name: &str,
    exact: &str,
    kind: NumberKind,
    status: IndicatorStatus,
) {
    let found = answer.indicators.iter().find(|one| one.indicator.as_str() == name).unwrap();
    let got = (found.exact.as_deref(), found.kind, found.status);
    assert_eq!(got, (Some(exact), kind, status), "{name}: {:?}", found.missing);
}

#[test]
fn caofeidian_counts_prior_stock_and_returns_its_water() {
    use IndicatorStatus::{Met, Reported};
    use NumberKind::{Level, RelativeChange};
    let text = story(&find("caofeidian").unwrap(), |ledger| {
        let of = |method, base| indicators(ledger, "prk_caofeidian", method, base);
        let hj274 = of("hj274", None);
        assert_indicator(&hj274, "solid_waste_utilisation", "195/2", Level, Met);
        assert_indicator(&hj274, "water_reuse", "941/10", Level, Met);
        let traps = of("caofeidian_traps", None);
        assert_indicator(&traps, "solid_waste_utilisation", "195/2", Level, Reported);
        // Without prior years' stock in the whole: 195/196, 99.4898 %.
        assert_indicator(&traps, "without_prior_stock", "4875/49", Level, Reported);
        let beside = traps.indicators[0].beside.as_ref().unwrap();
        assert_eq!(
            (beside.value.as_deref(), beside.gap.as_deref()),
            (Some("99.49"), Some("-1.99"))
        );
        assert_eq!(traps.indicators[1].value.as_deref(), Some("99.4898"));
        let circular = of("circular", Some(2012));
        assert_indicator(&circular, "resource_output", "5244", Level, Reported);
        // 811/500 of what it was.
        let name = "resource_output_change";
        assert_indicator(&circular, name, "811/5", RelativeChange, Reported);
    });
    assert_golden("scenario-caofeidian.txt", &text);
}

#[test]
fn yeji_rises_by_parts_of_a_share_and_by_points() {
    use IndicatorStatus::{Met, Reported};
    use NumberKind::{Level, Points, RelativeChange};
    let text = story(&find("yeji").unwrap(), |ledger| {
        let circular = indicators(ledger, "prk_yeji", "circular", Some(2014));
        let reported = |name, exact, kind| {
            assert_indicator(&circular, name, exact, kind, Reported);
        };
        reported("resource_output", "2570", Level);
        reported("resource_output_change", "14/5", RelativeChange);
        reported("solid_waste_utilisation", "96", Level);
        reported("solid_waste_utilisation_change", "60", RelativeChange);
        reported("solid_waste_utilisation_points", "36", Points);
        reported("water_reuse", "80", Level);
        reported("water_reuse_change", "100", RelativeChange);
        reported("water_reuse_points", "40", Points);
        let hj274 = indicators(ledger, "prk_yeji", "hj274", None);
        assert_indicator(&hj274, "solid_waste_utilisation", "96", Level, Met);
        let residues = indicators(ledger, "prk_yeji", "yeji_residues", None);
        assert_indicator(&residues, "residue_utilisation", "100", Level, Reported);
        // Ash is generated anew when residues are burned, and is no residue.
        assert_indicator(&residues, "boiler_ash_utilisation", "450/7", Level, Reported);
        assert_indicator(&residues, "residues_used", "3600", Level, Reported);
    });
    assert_golden("scenario-yeji.txt", &text);
}

#[test]
fn suzhou_uses_water_again_and_its_product_is_a_proxy() {
    use IndicatorStatus::{Met, NotMet, Reported, Unknown};
    use NumberKind::{Index, Level, RelativeChange};
    let text = story(&find("suzhou").unwrap(), |ledger| {
        let of = |method, base| indicators(ledger, "prk_suzhou", method, base);
        let hj274 = of("hj274", Some(2016));
        assert_indicator(&hj274, "water_reuse", "91", Level, Met);
        let elasticity = |answer: &ProgrammeAnswer| {
            let find = |one: &&IndicatorView| one.indicator.as_str() == "energy_elasticity";
            answer.indicators.iter().find(find).map(|one| (one.status, one.exact.clone()))
        };
        assert_eq!(elasticity(&hj274), Some((Unknown, None)), "nobody stated value added");
        let circular = of("circular", Some(2016));
        assert_indicator(&circular, "sewage_treatment", "98", Level, Reported);
        assert_indicator(&circular, "energy_elasticity_gdp", "1031/1500", Index, Reported);
        let article = of("suzhou_article", None);
        assert_indicator(&article, "gdp_growth", "36/5", RelativeChange, Reported);
        assert_indicator(&article, "energy_per_gdp_change", "-21/10", RelativeChange, Reported);
        assert_indicator(&article, "six_industries_change", "-247/100", RelativeChange, Reported);
        assert_indicator(&article, "environment_quality", "487/5", Level, Reported);
        assert_indicator(&article, "energy_elasticity_proxy", "1031/1500", Index, NotMet);
        let green = of("green_park", None);
        assert_indicator(&green, "water_reuse", "91", Level, Met);
    });
    assert_golden("scenario-suzhou.txt", &text);
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
