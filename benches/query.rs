//! How long a figure, an explanation and a page of facts take in a park with a million facts: now,
//! and as of earlier positions. `cargo bench --bench query` measures; `cargo test` runs a small
//! round of the same, so that it stays able to.

#![allow(clippy::unwrap_used, reason = "a benchmark")]
#![allow(clippy::float_arithmetic, reason = "figures for people")]

#[allow(dead_code, reason = "others need the rest")]
#[path = "../tests/support/story.rs"]
mod story;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use symbiosis_ledger::domain::command::Command;
use symbiosis_ledger::domain::method;
use symbiosis_ledger::domain::time::{Month, Period};
use symbiosis_ledger::index::FactFilter;
use symbiosis_ledger::ledger::{Ledger, Options, create};
use symbiosis_ledger::query::fact::{self, FactsOf};
use symbiosis_ledger::query::figure::{self, FigureOf};
use symbiosis_ledger::query::programme::{Programme, Question, by_total};
use symbiosis_ledger::query::programme_of;
use symbiosis_ledger::statistics::chertow::{Granularity, LinkEvidence};

/// Half of them supply, half receive; each supplier has a contract with three receivers.
const FIRMS: u32 = 60;
const PARTNERS: u32 = 3;
/// The loads are spread over so many months from January 2024 on.
const MONTHS: u32 = 24;
/// How many commands are submitted at once.
const BLOCK: usize = 10_000;

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    // Dispatched, received, accepted, delivered, used: five facts a load.
    let loads = if is_bench { 200_000 } else { 400 };
    let times = if is_bench { 30 } else { 1 };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let options = Options::new(folder.path().join("ledger"));
    create(&options, "bench.invalid/query", None).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    let begun = Instant::now();
    tell(&ledger, opening());
    for first in (0..loads).step_by(BLOCK / 4) {
        let last = loads.min(first + BLOCK as u32 / 4);
        tell(&ledger, (first..last).flat_map(|number| load(number, loads)).collect());
    }
    ledger.settle();
    let size = ledger.size();
    println!(
        "{loads} loads of {FIRMS} firms in {MONTHS} months: {size} records, in {:.0?}",
        begun.elapsed()
    );
    let bench = Bench { ledger, times };
    println!("{:<64} {:>9} {:>9}", "what", "median ms", "most ms");
    for (name, as_of) in [
        ("now", None),
        ("as of 99 % of the records", Some(size / 100 * 99)),
        ("as of a half", Some(size / 2)),
        ("as of a month's middle", Some(size / 2 + size / u64::from(MONTHS) / 2)),
        ("as of 10 %", Some(size / 10)),
    ] {
        bench.indicators(name, as_of);
        bench.totals(name, as_of.unwrap_or(size));
        bench.pages(name, as_of);
    }
}

fn tell(ledger: &Ledger, commands: Vec<Command>) {
    for answer in ledger.submit_all(commands, &story::key(), None) {
        answer.unwrap();
    }
}

struct Bench {
    ledger: Ledger,
    times: u32,
}

impl Bench {
    fn time(&self, name: &str, mut work: impl FnMut()) {
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..self.times {
            let begun = Instant::now();
            work();
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!("{name:<64} {:>9.2} {:>9.2}", ms(took[took.len() / 2]), ms(took[took.len() - 1]));
    }

    fn question(&self, as_of: Option<u64>) -> Question {
        Question {
            park: "prk_a".parse().unwrap(),
            period: Period::Year(2025),
            base_year: Some(2024),
            choices: BTreeMap::new(),
            as_of: as_of.unwrap_or(self.ledger.size()),
            lag: 0,
            root: None,
            rosters: Vec::new(),
            pinned: None,
        }
    }

    /// All 32 indicators of a programme.
    fn indicators(&self, name: &str, as_of: Option<u64>) {
        let index = self.ledger.index();
        let hj274 = "hj274".parse().unwrap();
        let size = self.ledger.size();
        self.time(&format!("HJ 274, all indicators of 2025, {name}"), || {
            let method = programme_of::method(index, &hj274, None, Period::Year(2025), size);
            let (method, question) = (method.unwrap(), self.question(as_of));
            let programme =
                programme_of::evaluate(index, &method, question, as_of.is_none()).unwrap();
            assert_eq!(programme.answer().indicators.len(), method.indicators.len());
        });
    }

    fn totals(&self, name: &str, as_of: u64) {
        let of = FigureOf {
            park: "prk_a".parse().unwrap(),
            from: Month::from_civil(2024, 1).unwrap(),
            to: Month::from_civil(2025, 12).unwrap(),
            as_of,
        };
        let (index, size) = (self.ledger.index(), self.ledger.size());
        self.time(&format!("exchange totals of two years, {name}"), || {
            figure::exchange_totals(index, size, of.clone()).unwrap();
        });
        let (granularity, evidence) = (Granularity::Firm, LinkEvidence::Used);
        self.time(&format!("3-2 test of two years, {name}"), || {
            figure::chertow(index, size, of.clone(), granularity, evidence).unwrap();
        });
    }

    /// What explains an indicator: its steps, and the first page of the facts behind its largest
    /// sum.
    fn pages(&self, name: &str, as_of: Option<u64>) {
        let (index, log) = (self.ledger.index(), self.ledger.log());
        let hj274 = "hj274".parse().unwrap();
        let size = self.ledger.size();
        let method = programme_of::method(index, &hj274, None, Period::Year(2025), size).unwrap();
        let of_method = |question| -> Programme<'_> {
            programme_of::evaluate(index, &method, question, as_of.is_none()).unwrap()
        };
        let programme = of_method(self.question(as_of));
        let most = (0..programme.leaves.len()).max_by_key(|place| programme.leaves[*place].facts);
        let leaf = &programme.leaves[most.unwrap()];
        let (first, last) = leaf.of.months(leaf.period);
        self.time(&format!("first page of {} facts, {name}", leaf.facts), || {
            let filter = FactFilter {
                park: Some("prk_a".parse().unwrap()),
                measures: vec![leaf.of.measure()],
                days: Some((first.first(), last.last())),
                ..FactFilter::default()
            };
            let wanted = FactsOf {
                filter,
                as_of: programme.question.as_of,
                cursor: None,
                limit: 50,
                filters: String::new(),
                tickets: true,
                by_total: by_total(&leaf.of),
            };
            let page = fact::page(index, log, wanted, |fact| leaf.of.takes(fact)).unwrap();
            assert_eq!(page.total, leaf.facts);
        });
    }
}

/// With a time of its own.
fn ask(at: &str, actor: &str, id: &str, kind: &str, data: &Value) -> Command {
    let envelope = json!({
        "actor": actor, "data": data, "id": format!("cmd_{id}"), "occurred_at": at, "type": kind,
    });
    story::command(&envelope.to_string())
}

/// A registry number with its check digit (GB 32100-2015).
fn uscc(number: u32) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let text = format!("91450802MA{number:07}");
    let (mut sum, mut weight) = (0, 1);
    for byte in text.bytes() {
        let value = DIGITS.iter().position(|digit| *digit == byte).unwrap();
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    let check = DIGITS[(31 - sum % 31) % 31];
    format!("{text}{}", char::from(check))
}

fn opening() -> Vec<Command> {
    const AT: &str = "2023-12-01T00:00:00.000Z";
    let mut commands = Vec::new();
    let mut add = |actor: &str, id: String, kind: &str, data: Value| {
        commands.push(ask(AT, actor, &id, kind, &data));
    };
    let park = json!({"name": "A", "park": "prk_a", "zone": "Asia/Shanghai"});
    add("keeper", "park".to_owned(), "register_park", park);
    for method in method::shipped() {
        let document = serde_json::to_value(method).unwrap();
        let id = format!("method-{}", document["method"].as_str().unwrap());
        add("keeper", id, "publish_method", json!({"document": document}));
    }
    for number in 0..FIRMS {
        let (firm, site) = (format!("frm_{number}"), format!("sit_{number}"));
        let (scale, material) = (format!("scl_{number}"), format!("mat_{number}"));
        let data = json!({"firm": firm, "name": firm, "uscc": uscc(number)});
        add("keeper", firm.clone(), "register_firm", data);
        let data = json!({"firm": firm, "name": site, "park": "prk_a", "site": site});
        add(&firm, site.clone(), "register_site", data);
        let calibration = json!({"from": "2023-01-01", "to": "2026-12-31"});
        let data = json!({"calibration": calibration, "name": scale, "scale": scale, "site": site});
        add(&firm, scale.clone(), "register_scale", data);
        let data = json!({
            "basis": "wet", "dimension": "mass", "firm": firm, "kind": "by_product",
            "material": material, "name": material,
        });
        add(&firm, material.clone(), "define_material", data);
    }
    for number in 0..FIRMS / 2 {
        for partner in 0..PARTNERS {
            let (from, to) = parties(number, partner);
            let (contract, supplier) = (contract(number, partner), format!("sit_{from}"));
            let data = json!({
                "contract": contract, "kind": "spot",
                "lines": [{
                    "baseline_fate": "landfill", "line": 1, "material": format!("mat_{from}"),
                    "quantity": {"unit": "TNE", "value": "10000000"},
                }],
                "receiver": format!("sit_{to}"), "supplier": supplier,
                "term": {"from": "2024-01-01", "to": "2025-12-31"},
            });
            add(&format!("frm_{from}"), contract.clone(), "propose_contract", data);
            let data = json!({"contract": contract});
            add(&format!("frm_{to}"), format!("yes-{contract}"), "confirm_contract", data);
        }
    }
    commands
}

fn parties(number: u32, partner: u32) -> (u32, u32) {
    (number, FIRMS / 2 + (number + partner * 7) % (FIRMS / 2))
}

fn contract(number: u32, partner: u32) -> String {
    format!("ctr_{number}-{partner}")
}

/// The steps of one of so many loads, in the order of time.
fn load(number: u32, of: u32) -> [Command; 4] {
    let month = number * MONTHS / of;
    let (year, month) = (2024 + month / 12, 1 + month % 12);
    let at = format!("{year}-{month:02}-{:02}T08:00:00.000Z", 1 + number % 28);
    let (supplier, partner) = (number % (FIRMS / 2), number / (FIRMS / 2) % PARTNERS);
    let (from, to) = parties(supplier, partner);
    let measured = |scale: u32| {
        json!({
            "method": "weighed", "quantity": {"unit": "TNE", "value": "31.20"},
            "ticket": {
                "gross": {"unit": "TNE", "value": "46.20"}, "number": format!("T{number}"),
                "scale": format!("scl_{scale}"), "tare": {"unit": "TNE", "value": "15.00"},
            },
        })
    };
    let delivery = format!("dlv_{number}");
    let (supplier_id, receiver) = (format!("frm_{from}"), format!("frm_{to}"));
    let dispatch = json!({
        "contract": contract(supplier, partner), "delivery": delivery, "line": 1,
        "measured": measured(from),
    });
    let receive = json!({"delivery": delivery, "measured": measured(to)});
    let (accept, use_) =
        (json!({"delivery": delivery}), json!({"delivery": delivery, "operation": "R5"}));
    let id = |step: &str| format!("{step}-{number}");
    [
        ask(&at, &supplier_id, &id("dispatch"), "dispatch_delivery", &dispatch),
        ask(&at, &receiver, &id("receive"), "receive_delivery", &receive),
        ask(&at, &receiver, &id("accept"), "accept_delivery", &accept),
        ask(&at, &receiver, &id("use"), "use_delivery", &use_),
    ]
}
