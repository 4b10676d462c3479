//! How long a park-year of records takes to become a dossier, and how many bytes a second are
//! verified, on one thread.
//!
//! `cargo bench --bench dossier` measures; `cargo test` runs a small round of the same, so that it
//! stays able to.

#![allow(clippy::unwrap_used, reason = "a benchmark")]
#![allow(clippy::float_arithmetic, reason = "figures for people")]

#[allow(dead_code, reason = "others need the rest")]
#[path = "../tests/support/story.rs"]
mod story;

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::json;
use symbiosis_ledger::domain::method::{Item, shipped};
use symbiosis_ledger::domain::name::Name;
use symbiosis_ledger::domain::state::{self, PublishedMethod, method_id};
use symbiosis_ledger::domain::states::States as _;
use symbiosis_ledger::evidence::dossier::build::{Asked, Draft, Source};
use symbiosis_ledger::evidence::dossier::{Strength, Trust, verify};
use symbiosis_ledger::index::Index;
use symbiosis_ledger::ledger::{Ledger, Options, create};
use symbiosis_ledger::record::Decoded;
use symbiosis_ledger::record::note::VerifierKey;

/// How many loads, of four records each, are submitted at once.
const BLOCK: u32 = 2_500;

/// Every closed month of the year that the loads are in.
const PERIOD: &str = "2025-03";

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let loads = if is_bench { 25_000 } else { 50 };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let options = Options::new(folder.path().join("ledger"));
    create(&options, "bench.invalid/dossier", None).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    tell(&ledger, loads);
    let row = ledger.index().find::<state::Ledger>("").unwrap();
    let keys: Vec<_> =
        row.state.verifier_keys.iter().map(|key| key.as_str().parse().unwrap()).collect();
    println!("{} records", ledger.size());
    for (name, strength, index) in [
        ("listed, by the rows", Strength::Listed, Some(ledger.index())),
        ("listed, from the log", Strength::Listed, None),
        ("complete", Strength::Complete, None),
    ] {
        measure(&ledger, &keys, name, strength, index);
    }
    ledger.close();
}

/// A park's loads, a method, and the month closed.
fn tell(ledger: &Ledger, loads: u32) {
    let submit = |commands| {
        for answer in ledger.submit_all(commands, &story::key(), None) {
            answer.unwrap();
        }
    };
    submit(story::opening());
    let method = shipped().into_iter().find(|one| one.method.as_str() == "hj274").unwrap();
    let document = serde_json::to_value(method).unwrap();
    let publish = json!({"document": document});
    submit(vec![story::ask("keeper", "method", "publish_method", &publish)]);
    for first in (0..loads).step_by(BLOCK as usize) {
        let last = loads.min(first + BLOCK);
        submit((first..last).flat_map(story::load).collect());
    }
    let close = json!({"park": "prk_a", "period": PERIOD});
    submit(vec![story::ask("prk_a", "close", "close_period", &close)]);
    ledger.settle();
    while ledger.checkpoint().is_none_or(|signed| signed.checkpoint.size < ledger.size()) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn measure(
    ledger: &Ledger,
    keys: &[VerifierKey],
    name: &str,
    strength: Strength,
    index: Option<&Index>,
) {
    let signed = ledger.checkpoint().unwrap();
    let find = |name: &Name| {
        let item = ledger.index().find::<Item>(name.as_str())?;
        Some((item.created, item.state.clone()))
    };
    let method = shipped().into_iter().find(|one| one.method.as_str() == "hj274").unwrap();
    let id = method_id(&method.method, method.version);
    let source = Source {
        log: ledger.log(),
        tree: ledger.tree(),
        signed: &signed,
        keys,
        index,
        may_see: &|_: &Decoded| true,
    };
    let asked = Asked {
        park: "prk_a".parse().unwrap(),
        period: PERIOD.parse().unwrap(),
        method: &method,
        method_position: ledger.index().find::<PublishedMethod>(&id).unwrap().created,
        items: &find,
        base_year: None,
        choices: BTreeMap::new(),
        as_of: None,
        firm: None,
        strength,
        earlier: None,
        reveal: Vec::new(),
        sealed: &|_| Ok(None),
    };
    let begun = Instant::now();
    let draft = Draft::make(&source, &asked).unwrap();
    let mut bytes = Vec::new();
    draft.write(&mut bytes).unwrap();
    let built = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let report = verify(&*bytes, Trust { keys, earlier: None }).unwrap();
    let took = begun.elapsed().as_secs_f64();
    assert!(report.is_verified(), "{:?}", report.checks);
    let megabytes = bytes.len() as f64 / 1e6;
    println!(
        "{name}: {} bodies, {} heads, {megabytes:.1} MB, made and verified in {built:.2} s; \
         verified again in {took:.2} s, {:.0} MB/s, {:.0} records/s",
        report.bodies,
        report.heads,
        megabytes / took,
        (report.bodies + report.heads) as f64 / took,
    );
}
