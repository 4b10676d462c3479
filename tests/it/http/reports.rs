//! Reports of a site through a real socket: every number with its records, and what nobody declared
//! not declared.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};

use super::server::{Keys, Server};

const MARCH: &str = "from=2025-03&to=2025-03";

fn tonnes(value: &str) -> Value {
    json!({"unit": "TNE", "value": value})
}

fn give(server: &Server, key: &str, what: &str, more: Value) -> u64 {
    let path = format!("/api/v1/stock/sit_works/mat_slag/{what}");
    let id = format!("cmd_stock-{what}");
    server.post(&path, key, &id, &more).ok()["position"].as_u64().unwrap()
}

/// The works has 100 t of slag, generates 50 t, sends off 31.20 t, which are accepted and used,
/// uses 8 t and disposes of 2 t itself, and loses 1 t. Positions of the generation and the loss.
fn month() -> (Server, Keys, [u64; 2]) {
    let (server, keys) = Server::with_contract();
    let hazard = json!({
        "evidence": [{"hash": "11".repeat(32), "title": "assay"}], "hazard": "non_hazardous",
    });
    let path = "/api/v1/materials/mat_slag/classify-hazard";
    server.post(path, &keys.works, "cmd_hazard", &hazard).ok();
    let survey = json!([{"hash": "11".repeat(32), "title": "survey"}]);
    let open = json!({"evidence": survey, "method": "estimated", "quantity": tonnes("100")});
    give(&server, &keys.works, "open", open);
    let generated = json!({"method": "metered", "quantity": tonnes("50")});
    let generated = give(&server, &keys.works, "record-generation", generated);
    server.load(&keys, 1);
    for (number, operation, quantity) in [(1, "R5", "8"), (2, "D1", "2")] {
        let draw = json!({
            "method": "estimated", "operation": operation, "origin": "generated",
            "quantity": tonnes(quantity),
        });
        let path = "/api/v1/stock/sit_works/mat_slag/draw";
        server.post(path, &keys.works, &format!("cmd_draw-{number}"), &draw).ok();
    }
    let loss = json!({"cause": "spill", "quantity": tonnes("1")});
    let lost = give(&server, &keys.works, "record-loss", loss);
    server.ledger.settle();
    (server, keys, [generated, lost])
}

fn amounts(row: &Value, names: &[&str]) -> Vec<String> {
    let text = |name: &&str| row[*name]["amount"]["value"].as_str().unwrap_or("-").to_owned();
    names.iter().map(text).collect()
}

#[test]
fn a_ledger_of_solid_waste_has_every_flow_with_its_records() {
    let (server, keys, [generated, _]) = month();
    let path = format!("/api/v1/reports/solid-waste?site=sit_works&{MARCH}");
    let report = server.get(&path, &keys.works).ok();
    assert!(report["layout"].as_str().unwrap().contains("版式未与官方表样核对"));
    let rows = report["rows"].as_array().unwrap();
    let tables: Vec<_> = rows.iter().map(|row| row["table"].as_str().unwrap()).collect();
    assert_eq!(tables, ["month", "year", "flow"], "{report:#}");
    let names = ["generated", "accepted", "flow_out", "passed_on", "used", "disposed", "stored"];
    let expected = ["50", "-", "31.2", "31.2", "8", "2", "107.8"];
    for row in &rows[..2] {
        assert_eq!(amounts(row, &names), expected);
    }
    assert_eq!(rows[0]["generated"]["entries"], json!([generated]));
    assert_eq!(rows[0]["accepted"]["status"], "not_declared");
    assert_eq!((&rows[1]["period"], &rows[2]["receiver"]), (&json!("2025"), &json!("sit_mill")));
    // The receiver took it over and used it, and declares nothing of its stock.
    let mill = format!("/api/v1/reports/solid-waste?site=sit_mill&{MARCH}");
    let report = server.get(&mill, &keys.mill).ok();
    let expected = ["-", "31.2", "-", "-", "31.2", "-", "-"];
    assert_eq!(amounts(&report["rows"][0], &names), expected);
    // A month of which nothing is known makes the year incomplete, and is no zero.
    let path = "/api/v1/reports/solid-waste?site=sit_works&from=2025-02&to=2025-03";
    let report = server.get(path, &keys.works).ok();
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows[0]["generated"], json!({"entries": [], "status": "not_declared"}));
    assert_eq!(rows[2]["generated"]["status"], "incomplete");
    assert_eq!(rows[2]["generated"]["amount"]["value"], "50");
}

#[test]
fn a_tax_worksheet_deducts_what_is_declared_and_nothing_else() {
    let (server, keys, [_, lost]) = month();
    let path = format!("/api/v1/reports/tax-worksheet?site=sit_works&{MARCH}");
    let report = server.get(&path, &keys.works).ok();
    let row = &report["rows"][0];
    let names = ["generated", "used", "passed_on", "stored", "disposed", "taxable"];
    // 50 - 8 - 31.2 - 7.8 - 2: what was lost is what remains.
    assert_eq!(amounts(row, &names), ["50", "8", "31.2", "7.8", "2", "1"], "{row:#}");
    assert_eq!(row["taxable"]["status"], "declared");
    assert!(row["stored"]["entries"].as_array().unwrap().contains(&json!(lost)));
    // What came from others and was used is no deduction from what was generated.
    let mill = format!("/api/v1/reports/tax-worksheet?site=sit_mill&{MARCH}");
    let report = server.get(&mill, &keys.mill).ok();
    assert_eq!(amounts(&report["rows"][0], &names), ["-"; 6]);
    let mut returned = json!({
        "generation": [{"material": "mat_slag", "method": "metered", "quantity": tonnes("9")}],
        "period": "2025-02", "return": "ret_1", "site": "sit_mill",
    });
    returned["stock"] = json!([{
        "material": "mat_slag", "method": "estimated", "quantity": tonnes("4"),
    }]);
    let taken = server.post("/api/v1/returns", &keys.mill, "cmd_return", &returned).ok();
    server.settle(&taken);
    let path = "/api/v1/reports/tax-worksheet?site=sit_mill&from=2025-02&to=2025-02";
    let report = server.get(path, &keys.mill).ok();
    let row = &report["rows"][0];
    assert_eq!(amounts(row, &names), ["9", "-", "-", "-", "-", "9"]);
    assert_eq!(row["taxable"]["status"], "incomplete");
    assert_eq!(row["stored"]["status"], "not_declared", "the month before is not declared");
}

#[test]
fn reports_are_tables_too_and_only_for_whom_they_concern() {
    let (server, keys, _) = month();
    for (name, rows) in [("solid-waste", 4), ("tax-worksheet", 2)] {
        let path = format!("/api/v1/reports/{name}?site=sit_works&{MARCH}&format=xlsx");
        let bearer = format!("Bearer {}", keys.works);
        let (status, headers, bytes) =
            server.exchange("GET", &path, &[("authorization", &*bearer)], b"");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
        let file = format!("attachment; filename=\"{name}.xlsx\"");
        assert_eq!(headers["content-disposition"], *file);
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range(name).unwrap();
        assert_eq!(range.height(), rows);
        let header: Vec<_> = range.rows().next().unwrap().to_vec();
        let place = |name: &str| header.iter().position(|cell| *cell == name).unwrap();
        let row: Vec<_> = range.rows().nth(1).unwrap().to_vec();
        assert_eq!(row[place("generated.amount.value")], Data::Float(50.0));
        assert_eq!(row[place("generated.status")], "declared");
        assert!(place("generated.entries") > 0);
        for key in [&keys.mill, &keys.other] {
            let path = format!("/api/v1/reports/{name}?site=sit_works&{MARCH}");
            server.get(&path, key).problem(404, "not_found");
        }
        let path = format!("/api/v1/reports/{name}");
        server.get(&path, &keys.works).problem(400, "missing_parameter");
        let long = format!("{path}?site=sit_works&from=2000-01&to=2025-01");
        server.get(&long, &keys.works).problem(400, "malformed_parameter");
    }
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let path = format!("/api/v1/reports/solid-waste?site=sit_works&{MARCH}");
    server.get(&path, &park).ok();
}
