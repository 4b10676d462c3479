//! Methods that ship, from outside: the shape of their documents, publishing them, and what the
//! API, the command line and the pages answer by them.

use std::fs;

use serde_json::{Value, json};
use symbiosis_ledger::domain::json_schema::document;
use symbiosis_ledger::domain::method::Method;

use crate::cli::{demo, ends, json as run_json, stderr, stdout, text};
use crate::golden::assert_golden;
use crate::http::server::{Keys, Server};
use crate::web::browser::Browser;
use crate::web::html;

#[test]
fn the_schema_of_method_documents_is_the_file_that_ships() {
    let document = document::<Method>("A method: items, indicators and what makes a park pass");
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    assert_golden("../../schemas/method/method.schema.json", &text);
}

const BASE: &str = "/api/v1/parks/prk_a/indicators";
const ASKED: &str = "method=hj274&period=2025";

/// A year in which 70 t are generated and 10 t of prior stock used up; 7.60 t are used at home and
/// two loads of 31.20 t by the mill. Answers the position behind the first load.
fn year() -> (Server, Keys, u64) {
    let (server, keys) = Server::with_contract();
    let published = ["method", "publish", "--shipped", "--url", &server.base, "--key"];
    ends(0, &[&published[..], &[&server.keeper]].concat());
    let give = |path: &str, key: &str, id: &str, data: Value| {
        let body = json!({"data": data, "occurred_at": "2026-01-05T08:00:00.000Z"}).to_string();
        server.post_text(&format!("/api/v1{path}"), key, id, &body).ok()
    };
    let tonnes = |value: &str| json!({"unit": "TNE", "value": value});
    give(
        "/returns",
        &keys.works,
        "cmd_return",
        json!({
            "generation": [{"material": "mat_slag", "method": "weighed", "quantity": tonnes("70")}],
            "own_reuse": [{
                "material": "mat_slag", "method": "declared", "operation": "R5",
                "quantity": tonnes("7.6"),
            }],
            "period": "2025-03", "return": "ret_1", "site": "sit_works",
        }),
    );
    give(
        "/statements",
        &keys.works,
        "cmd_state",
        json!({
            "evidence": [{"hash": "11".repeat(32), "title": "stock ledger"}],
            "figures": [{
                "item": "prior_stock_used", "method": "declared", "unit": "TNE", "value": "10",
            }],
            "park": "prk_a", "period": "2025", "site": "sit_works", "statement": "stm_1",
        }),
    );
    server.load(&keys, 1);
    let behind = server.ledger.size();
    let last = server.load(&keys, 2);
    server.settle(&last);
    (server, keys, behind)
}

fn found<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let all = answer["indicators"].as_array().unwrap();
    all.iter().find(|one| one["indicator"] == name).unwrap()
}

#[test]
fn a_published_method_judges_a_park_and_opens_down_to_facts_that_add_up() {
    let (server, keys, behind) = year();
    let regulator = server.key("key_regulator", "regulator", json!({"parks": ["prk_a"]}));
    let answer = server.get(&format!("{BASE}?{ASKED}"), &regulator).ok();
    assert_eq!(answer["indicators"].as_array().unwrap().len(), 32);
    let utilised = found(&answer, "solid_waste_utilisation");
    assert_eq!((&utilised["value"], &utilised["exact"]), (&json!("87.50"), &json!("175/2")));
    // One month of twelve was declared.
    assert_eq!((&utilised["status"], &utilised["kept"]), (&json!("incomplete"), &json!(true)));
    assert_eq!(utilised["beside"]["value"], "87.50");
    // 62.4 t of 70 t were weighed, 7.6 t declared.
    assert_eq!(utilised["measured_percent"], "89.14");
    let missing = &found(&answer, "energy_elasticity")["missing"];
    assert!(
        missing.as_array().unwrap().iter().any(|one| one["why"] == "no_base_year"),
        "{missing}"
    );
    assert_eq!(found(&answer, "solid_waste_intensity")["status"], "unknown");
    assert_eq!((&answer["passes"], &answer["method_version"]), (&json!("unknown"), &json!(1)));

    let path = format!("{BASE}/solid_waste_utilisation");
    let explained = server.get(&format!("{path}?{ASKED}"), &regulator).ok();
    assert_eq!(explained["step"]["step"], "ratio");
    let sums = added_up(&server, &regulator, &path, &explained);
    assert!(sums >= 5, "{explained:#}");
    server.get(&format!("{path}/facts?{ASKED}&leaf=99"), &regulator).problem(404, "not_found");

    // Behind the first load the earlier figure is given, for ever.
    let earlier = server.get(&format!("{BASE}?{ASKED}&as_of={behind}"), &regulator).ok();
    assert_eq!(found(&earlier, "solid_waste_utilisation")["value"], "48.50");
    // Before anything was published there was no method.
    server.get(&format!("{BASE}?{ASKED}&as_of=3"), &regulator).problem(404, "not_found");

    let not_there = "method=hj999&period=2025";
    server.get(&format!("{BASE}?{not_there}"), &regulator).problem(404, "not_found");
    server.get(&format!("{path}x?{ASKED}"), &regulator).problem(404, "not_found");
    for choices in ["region:mars", "area:other", "region"] {
        let path = format!("{BASE}?{ASKED}&choices={choices}");
        server.get(&path, &regulator).problem(400, "malformed_parameter");
    }
    let dry = server.get(&format!("{BASE}?{ASKED}&choices=region:water_short"), &regulator).ok();
    assert_eq!(dry["parameters"][0]["choice"], "water_short");
    server.get(&format!("{BASE}?{ASKED}"), &keys.mill).problem(403, "not_permitted");
    server.get(&format!("{BASE}?{ASKED}"), "").problem(401, "key_needed");
    // Nothing is asked for, so nothing is passed.
    let circular = server.get(&format!("{BASE}?method=circular&period=2025"), &regulator).ok();
    assert!(circular.get("passes").is_none());

    // The command line folds the same figures from the log.
    let data = server.folder.path().join("ledger");
    let asked = ["report", "prk_a", "--programme", "hj274", "--period", "2025", "--data"];
    let folded = run_json(&[&asked[..], &[text(&data)]].concat());
    assert_eq!(folded["indicators"], answer["indicators"]);
    let behind = behind.to_string();
    let first = [&asked[..], &[text(&data), "--as-of", &behind]].concat();
    assert_eq!(run_json(&first)["indicators"], earlier["indicators"]);
}

/// Asks for the facts of every sum, and adds them up; answers how many sums there are.
fn added_up(server: &Server, key: &str, path: &str, explained: &Value) -> usize {
    let as_of = &explained["as_of"];
    let mut sums = 0;
    for leaf in explained["leaves"].as_array().unwrap() {
        let place = &leaf["leaf"];
        let facts = format!("{path}/facts?{ASKED}&as_of={as_of}&leaf={place}");
        let page = server.get(&facts, key).ok();
        assert_eq!(page["total"], leaf["facts"], "{leaf}");
        let value = |one: &Value| -> i64 {
            let amount = one.get("quantity").or_else(|| one.get("stated"));
            amount.map_or(0, |amount| thousandths(amount["value"].as_str().unwrap()))
        };
        let sum: i64 = page["items"].as_array().unwrap().iter().map(value).sum();
        if let Some(value) = leaf["value"].as_str() {
            assert_eq!(sum, thousandths(value), "{leaf}");
            sums += 1;
        }
    }
    sums
}

fn thousandths(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<3}").parse().unwrap()
}

#[test]
fn the_pages_show_a_sheet_and_open_an_indicator_down_to_its_records() {
    let (server, keys, _) = year();
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let sheet = "/parks/prk_a/indicators?method=hj274&period=2025&choose_region=water_short";
    for (lang, words) in [
        ("en", ["incomplete", "not stated: ", "weighed"]),
        ("zh", ["数据不全", "未填报：", "过磅"]),
    ] {
        let browser = Browser::signed_in(&server, lang, &park);
        let page = browser.page(sheet);
        html::check(sheet, &page);
        let [status, missing, method] = words;
        assert!(page.contains(status) && page.contains(missing), "{page}");
        assert!(page.contains("≥ 70") && page.contains("87.50"), "{page}");
        let link = page.split("href=\"").find(|it| it.contains("/solid_waste_utilisation?"));
        let link = link.unwrap().split('"').next().unwrap().replace("&#38;", "&");
        let link = link.replace("&amp;", "&");
        assert!(link.contains("choose_region=water_short") && link.contains("as_of="), "{link}");
        let page = browser.page(&link);
        html::check(&link, &page);
        for word in ["175/2", "31.2", "62.4", "href=\"/log/", method] {
            assert!(page.contains(word), "{word}: {page}");
        }
        let first = browser.page("/parks/prk_a/indicators");
        html::check("first", &first);
        let bad = [
            ("method=hj999", 404),
            ("method=hj274&period=soon", 400),
            ("method=hj274&choose_region=mars", 400),
            ("method=hj274&base_year=1", 400),
        ];
        for (query, status) in bad {
            let got = browser.get(&format!("/parks/prk_a/indicators?{query}"));
            assert_eq!(got.status, status, "{query}");
        }
    }
    let mill = Browser::signed_in(&server, "en", &keys.mill);
    assert_eq!(mill.get("/parks/prk_a/indicators").status, 403);
}

#[test]
fn methods_are_listed_shown_and_published_into_a_folder_once() {
    let (_folder, data) = demo();
    let listed = run_json(&["method", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 5);
    assert!(stdout(&ends(0, &["method", "list"])).contains("hj274 1: "));
    let shown = ends(0, &["method", "show", "hj274"]);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/method/hj274-2015.json");
    assert_eq!(stdout(&shown), fs::read_to_string(file).unwrap());
    assert!(stderr(&ends(2, &["method", "show", "hj999"])).contains("circular"));

    let report = ["report", "prk_guigang", "--period", "2025", "--data", &data, "--programme"];
    let report = |method: &'static str, more: &[&str]| {
        let all: Vec<String> =
            report.iter().chain(&[method]).chain(more).map(|it| (*it).to_owned()).collect();
        all
    };
    let words = |all: &[String]| all.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
    let run = |code: i32, all: &[String]| {
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        ends(code, &all)
    };
    let none = run(1, &report("hj274", &[]));
    assert!(stderr(&none).contains("method publish --shipped"), "{}", words(&report("hj274", &[])));
    let publish = ["method", "publish", "hj274", file, "--data", &data];
    assert!(stdout(&ends(0, &publish)).contains("hj274 published\n"));
    assert!(stdout(&ends(0, &publish)).contains("hj274 was published already"));

    let table = run(0, &report("hj274.1", &["--base-year", "2024"]));
    let table = stdout(&table);
    assert!(table.contains("Comprehensive utilisation") && table.contains(">= 70"), "{table}");
    assert!(table.contains("Missing") && table.contains("base year 2024"), "{table}");
    let csv = run(0, &report("hj274", &["--format", "csv"]));
    assert_eq!(stdout(&csv).lines().count(), 33);
    let html = run(0, &report("hj274", &["--format", "html", "--lang", "zh"]));
    let html = stdout(&html);
    assert!(html.contains("工业固体废物综合利用率") && html.contains("@page"), "{html}");
    assert!(!html.contains("href") && !html.contains("src="), "it stands alone");
    run(2, &report("hj274", &["--choices", "region:mars"]));
    run(2, &report("hj274", &["--as-of", "999999999"]));
    run(1, &report("hj274.2", &[]));
    ends(2, &["report", "prk_guigang", "--programme", "hj274", "--data", &data]);
    ends(2, &["report", "sit_sugar", "--table", "tax", "--programme", "hj274", "--data", &data]);
    let other = ["report", "prk_none", "--period", "2025", "--data", &data, "--programme", "hj274"];
    assert!(stderr(&ends(1, &other)).contains("no park prk_none"));
}

#[test]
fn a_document_that_is_wrong_is_told_with_line_column_and_pointer() {
    let (folder, data) = demo();
    let path = folder.path().join("own.json");
    let good = stdout(&ends(0, &["method", "show", "eip"])).replace("\"eip\"", "\"own\"");
    let publish = |text: &str| {
        fs::write(&path, text).unwrap();
        let output = ends(1, &["method", "publish", self::text(&path), "--data", &data]);
        stderr(&output).to_owned()
    };
    // A word that does not exist, an item that does not, and a text that is no JSON.
    let said = publish(&good.replace("\"certainty\": \"own\"", "\"certainty\": \"sure\""));
    assert!(said.contains("own.json:") && said.contains("/indicators/4/certainty"), "{said}");
    let said = publish(&good.replacen("\"item\": \"energy_used\"", "\"item\": \"energy_lost\"", 1));
    assert!(said.contains("bad_method_document at /indicators/0/formula/ratio/over"), "{said}");
    let said = publish(&good.replacen('{', "{,", 1));
    assert!(said.contains("own.json:1:2:"), "{said}");
}
