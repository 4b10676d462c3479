//! Dossiers through the API: who is sent which, that they say what the indicators say, and that
//! nobody is shown a BODY that is not for him.

use serde_json::{Value, json};
use symbiosis_ledger::evidence::dossier::report::{Check, Found};
use symbiosis_ledger::evidence::dossier::{Report, Trust, Verdict, verify};
use symbiosis_ledger::record::note::VerifierKey;
use symbiosis_ledger::scenario::{Ground, Scenario, find};

use super::server::{Got, Server};
use crate::chance::Chance;

/// Quantities are that many times smaller than in the plan.
const SCALE: i64 = 100;

/// A scenario told, with the methods that ship, and a regulator's key.
fn told(name: &str) -> (Server, String, VerifierKey) {
    let plan = find(name).unwrap();
    let ground = Ground::of(&plan);
    let steps = Scenario::new(&plan, &ground, SCALE).steps().collect();
    let server = Server::told(&plan.origin, steps);
    for method in ["hj274", "circular", "green_park", "eip"] {
        let known = server.get(&format!("/api/v1/methods/{method}.1"), &server.keeper).status;
        let publish = ["method", "publish", method, "--url", &server.base, "--key"];
        if known != 200 {
            crate::cli::ends(0, &[&publish[..], &[&server.keeper]].concat());
        }
    }
    let park = format!("prk_{name}");
    let regulator = server.key("key_reg", "regulator", json!({"parks": [park]}));
    let opened = std::fs::read_to_string(server.folder.path().join("ledger/ledger.json")).unwrap();
    let opened: Value = serde_json::from_str(&opened).unwrap();
    let key = opened["verifier_key"].as_str().unwrap().parse().unwrap();
    // A dossier rests on the newest checkpoint.
    let size = server.ledger.size();
    for _ in 0..500 {
        if server.ledger.checkpoint().is_some_and(|signed| signed.checkpoint.size >= size) {
            return (server, regulator, key);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("no checkpoint covers {size} records");
}

#[track_caller]
fn verified(got: &Got, key: &VerifierKey) -> Report {
    assert_eq!(got.status, 200, "{}", &got.text[..got.text.len().min(400)]);
    assert_eq!(got.header("content-type"), "application/vnd.symbiosis.dossier");
    let trust = Trust { keys: std::slice::from_ref(key), earlier: None };
    let report = verify(got.text.as_bytes(), trust).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.checks);
    report
}

fn found(report: &Report, check: Check) -> Option<Found> {
    report.checks.iter().find(|line| line.check == check).map(|line| line.found)
}

/// The exact values of a dossier, and of the indicators as of the same position.
fn both(server: &Server, who: &str, key: &VerifierKey, park: &str, query: &str) -> [Vec<Value>; 2] {
    let report =
        verified(&server.get(&format!("/api/v1/parks/{park}/dossier?programme={query}"), who), key);
    let as_of = report.about.as_ref().unwrap().as_of;
    let query = match query.contains("as_of") {
        true => query.to_owned(),
        false => format!("{query}&as_of={as_of}"),
    };
    let query = query.replace("&strength=complete", "");
    let path = format!("/api/v1/parks/{park}/indicators?method={query}");
    let answer = server.get(&path, who).ok();
    let answered = answer["indicators"].as_array().unwrap().iter();
    let answered = answered.map(|one| json!([one["indicator"], one["exact"], one["unit"]]));
    let stated = report.figures.iter();
    let stated = stated.map(|one| json!([one.indicator, one.exact, one.unit]));
    [stated.collect(), answered.collect()]
}

#[test]
fn the_figures_of_a_dossier_are_the_indicators_whatever_is_asked() {
    let mut known = 0;
    for (name, year) in [("caofeidian", 2017), ("guigang", 2025)] {
        let (server, regulator, key) = told(name);
        let park = format!("prk_{name}");
        let size = server.ledger.checkpoint().unwrap().checkpoint.size;
        let mut chance = Chance::of("DOSSIER_SEED");
        for round in 0..12 {
            let of = |chance: &mut Chance, all: &[&str]| {
                all[chance.below(all.len() as u64) as usize].to_owned()
            };
            let usual = format!("hj274&period={year}");
            let method = of(&mut chance, &["hj274", "circular", "green_park", "eip"]);
            let period = match chance.below(3) {
                0 => format!("{year}"),
                1 => format!("{year}-Q{}", 1 + chance.below(4)),
                _ => format!("{year}-{:02}", 1 + chance.below(12)),
            };
            let mut query = format!("{method}&period={period}");
            if chance.below(2) == 0 {
                query.push_str(&format!("&base_year={}", year - 1 - chance.below(7)));
            }
            if chance.below(2) == 0 && name == "caofeidian" {
                query.push_str(&format!("&as_of={}", size / 2 + chance.below(size / 2)));
            }
            // The first question has figures in any case.
            let query = if round == 0 { usual } else { query };
            let path = format!("/api/v1/parks/{park}/indicators?method={query}");
            // What was not published yet has no indicators, and no dossier.
            if server.get(&path, &regulator).status != 200 {
                let path = format!("/api/v1/parks/{park}/dossier?programme={query}");
                assert_ne!(server.get(&path, &regulator).status, 200, "{query}");
                continue;
            }
            let [stated, answered] = both(&server, &regulator, &key, &park, &query);
            assert_eq!(stated, answered, "{round}: {query}");
            known += stated.iter().filter(|one| one[1].is_string()).count();
        }
    }
    assert!(known > 8, "{known} values were compared");
}

#[test]
fn a_complete_dossier_is_of_closed_periods_and_for_those_who_check_the_park() {
    let (server, regulator, key) = told("caofeidian");
    let base = "/api/v1/parks/prk_caofeidian/dossier?programme=hj274&base_year=2010&period=";
    let got = server.get(&format!("{base}2017-03&strength=complete"), &regulator);
    let report = verified(&got, &key);
    assert_eq!(found(&report, Check::Completeness), Some(Found::Holds));
    assert!(report.heads > 10 && report.bodies > 50, "{report:?}");
    let name = "attachment; filename=\"prk_caofeidian-hj274.1-2017-03.dossier\"";
    assert_eq!(got.header("content-disposition"), name);
    let query = "hj274&base_year=2010&period=2017-03&strength=complete";
    let [stated, answered] = both(&server, &regulator, &key, "prk_caofeidian", query);
    assert_eq!(stated, answered);

    let open = server.get(&format!("{base}2017&strength=complete"), &regulator);
    open.problem(409, "not_counted");
    let path = format!("{base}2017-03&strength=complete&firm=frm_none");
    server.get(&path, &regulator).problem(400, "malformed_parameter");
    let other = json!({"name": "B", "park": "prk_b", "zone": "Asia/Shanghai"});
    server.settle(&server.post("/api/v1/parks", &server.keeper, "cmd_park", &other).ok());
    let elsewhere = server.key("key_b", "regulator", json!({"parks": ["prk_b"]}));
    let park = server.key("key_park", "park", json!({"parks": ["prk_caofeidian"]}));
    for who in [&elsewhere, &park, &server.keeper] {
        let got = server.get(&format!("{base}2017-03&strength=complete"), who);
        got.problem(403, "not_permitted");
    }
    server.get(&format!("{base}2017-03&strength=complete"), "").problem(401, "key_needed");
    server.get(&format!("{base}2017-03&strength=half"), &regulator).problem(400, "malformed_text");
}

#[test]
fn nobody_is_shown_a_body_that_is_not_for_him() {
    let (server, regulator, key) = told("caofeidian");
    let base = "/api/v1/parks/prk_caofeidian/dossier?programme=hj274&base_year=2010&period=";
    let listed = server.get(&format!("{base}2017"), &regulator);
    assert_eq!(found(&verified(&listed, &key), Check::Completeness), None);
    // The administration sees totals, not its firms' records; where a figure rests on none it may.
    let park = server.key("key_park", "park", json!({"parks": ["prk_caofeidian"]}));
    server.get(&format!("{base}2017"), &park).problem(403, "bodies_not_shown");
    verified(&server.get(&format!("{base}2001"), &park), &key);
    server.get(&format!("{base}2017"), &server.keeper).problem(403, "not_permitted");

    let firms = server.get("/api/v1/firms?limit=200", &regulator).ok();
    let firms: Vec<&str> = firms["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["firm"].as_str().unwrap())
        .collect();
    let (mut own, mut sizes) = (0, Vec::new());
    for (number, firm) in firms.iter().enumerate().take(4) {
        let desk = server.key(&format!("key_desk{number}"), "firm", json!({"firm": firm}));
        server.get(&format!("{base}2017"), &desk).problem(403, "not_permitted");
        let got = server.get(&format!("{base}2017&firm={firm}"), &desk);
        let report = verified(&got, &key);
        let name = format!("prk_caofeidian-{firm}-hj274.1-2017.dossier");
        assert!(got.header("content-disposition").contains(&name));
        // What it is sent is what a regulator is sent of that firm, and each BODY names it.
        let same = server.get(&format!("{base}2017&firm={firm}"), &regulator);
        assert_eq!(verified(&same, &key).figures, report.figures);
        for line in got.text.lines().filter(|line| line.contains("\"type\":\"delivery_")) {
            assert!(line.contains(&format!("\"{firm}\"")), "{line}");
        }
        own += u32::from(report.bodies > 2);
        sizes.push(got.text.len());
        let other = firms[(number + 1) % firms.len()];
        let got = server.get(&format!("{base}2017&firm={other}"), &desk);
        got.problem(403, "not_permitted");
    }
    assert!(own > 0 && sizes.iter().all(|size| *size < listed.text.len()), "{sizes:?}");
}

#[test]
fn what_there_is_no_dossier_of_is_refused_with_a_code() {
    let (server, regulator, key) = told("guigang");
    let base = "/api/v1/parks/prk_guigang/dossier?";
    let get = |query: &str| server.get(&format!("{base}{query}"), &regulator);
    get("programme=hj274").problem(400, "missing_parameter");
    get("period=2025").problem(400, "missing_parameter");
    get("programme=hj999&period=2025").problem(404, "not_found");
    get("programme=hj274&period=2025&version=7").problem(404, "not_found");
    get("programme=hj274&period=2025&choices=region:mars").problem(400, "malformed_parameter");
    get("programme=hj274&period=2025&as_of=99999999").problem(503, "not_yet");
    get("programme=hj274&period=2025&method=hj274").problem(400, "unknown_parameter");
    let unknown = "/api/v1/parks/prk_none/dossier?programme=hj274&period=2025";
    server.get(unknown, &regulator).problem(403, "not_permitted");

    // An earlier checkpoint is proven to have been extended, if it is one of this ledger.
    let note = server.get("/api/v1/log/checkpoint", "").text;
    let escaped = |note: &str| note.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let got = get(&format!("programme=hj274&period=2025-01&earlier={}", escaped(&note)));
    assert_eq!(found(&verified(&got, &key), Check::Consistency), Some(Found::Holds));
    let forged = escaped(&note.replace("guigang", "guigong"));
    get(&format!("programme=hj274&period=2025-01&earlier={forged}")).problem(409, "earlier_unfit");
    let long = "a".repeat(4_001);
    get(&format!("programme=hj274&period=2025-01&earlier={long}")).problem(400, "malformed_text");

    let before = server.ledger.size();
    let path = "/api/v1/methods/circular.1/withdraw";
    let reason = json!({"reason": "a fault"});
    server.settle(&server.post_after(path, &server.keeper, "cmd_withdraw", &reason).ok());
    for _ in 0..500 {
        let got = get("programme=circular&version=1&period=2025");
        if got.status != 200 {
            got.problem(409, "withdrawn_method");
            verified(&get(&format!("programme=circular&period=2025&as_of={before}")), &key);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("the withdrawal never counted");
}
