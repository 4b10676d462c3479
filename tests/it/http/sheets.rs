//! The reconciliation sheet of a settlement window through a real socket: read, exported, signed by
//! both sides, invoiced.

use serde_json::{Value, json};

use super::server::{Keys, Server};

const SHEET: &str = "/api/v1/contracts/ctr_1/sheets/2025-03";

fn with_loads() -> (Server, Keys) {
    let (server, keys) = Server::with_contract();
    server.load(&keys, 1);
    let last = server.load(&keys, 2);
    server.settle(&last);
    (server, keys)
}

/// What signs the sheet as it is read.
fn numbers(sheet: &Value) -> Value {
    let lines = sheet["lines"].as_array().unwrap().iter();
    let sums: Vec<_> = lines.map(|line| line["sums"].clone()).collect();
    json!({"deliveries": sheet["deliveries"], "lines": sums})
}

#[test]
fn both_sides_read_and_sign_the_same_sheet() {
    let (server, keys) = with_loads();
    let sheet = server.get(SHEET, &keys.works).ok();
    assert_eq!((&sheet["from"], &sheet["to"]), (&json!("2025-03-01"), &json!("2025-03-31")));
    assert_eq!((&sheet["deliveries"], &sheet["signatures"]), (&json!(2), &json!([])));
    let row = &sheet["lines"][0]["rows"][0];
    assert_eq!((&row["delivery"], &row["state"]), (&json!("dlv_1"), &json!("confirmed_by_both")));
    assert_eq!(row["dispatched"]["ticket"], "T1");
    assert_eq!(sheet["lines"][0]["sums"]["settled"], json!({"unit": "TNE", "value": "62.4"}));

    let path = format!("{SHEET}/sign");
    let mut wrong = numbers(&sheet);
    wrong["lines"][0]["received"]["value"] = "62.3".into();
    let refused = server.post(&path, &keys.works, "cmd_wrong", &wrong);
    let refused = refused.problem(409, "sheet_outdated");
    assert_eq!(refused["pointer"], "/data/lines/0/received");
    let signed = server.post(&path, &keys.works, "cmd_sign", &numbers(&sheet)).ok();
    server.settle(&signed);
    let sheet = server.get(SHEET, &keys.mill).ok();
    assert_eq!(sheet["signatures"][0]["side"], "supplier");
    assert_eq!(sheet["signatures"][0]["is_present"], true);
    assert_eq!(sheet["settled"], Value::Null);
    let signed = server.post(&path, &keys.mill, "cmd_sign", &numbers(&sheet)).ok();
    server.settle(&signed);
    let sheet = server.get(SHEET, &keys.mill).ok();
    assert_eq!(sheet["settled"], signed["position"]);
    let contract = server.get("/api/v1/contracts/ctr_1", &keys.mill).ok();
    assert_eq!(contract["item"]["settled_to"], "2025-03-31");
    // A stranger is told of no contract.
    server.get(SHEET, &keys.other).problem(404, "not_found");
    server
        .get("/api/v1/contracts/ctr_1/sheets/2025-13", &keys.mill)
        .problem(400, "malformed_month");

    // A late load is booked into the next window, and shows it.
    let last = server.load(&keys, 3);
    server.settle(&last);
    let next = server.get("/api/v1/contracts/ctr_1/sheets/2025-04", &keys.mill).ok();
    let row = &next["lines"][0]["rows"][0];
    assert_eq!((&row["late"], &row["booked"]), (&json!(true), &json!("2025-04-01")));
    assert!(row["received"]["day"].as_str().unwrap().starts_with("2025-03"), "{row}");
    let reason = json!({"reason": "a ticket was found"});
    let again = server.post(&format!("{SHEET}/restate"), &keys.mill, "cmd_again", &reason).ok();
    server.settle(&again);
    let sheet = server.get(SHEET, &keys.works).ok();
    assert_eq!(sheet["earlier"].as_array().unwrap().len(), 2);
    assert_eq!((&sheet["signatures"], &sheet["settled"]), (&json!([]), &Value::Null));
}

#[test]
fn a_sheet_is_a_table_too_and_a_park_sees_no_ticket() {
    let (server, keys) = with_loads();
    let table = server.get(&format!("{SHEET}?format=csv"), &keys.works);
    let head = table.text.lines().next().unwrap();
    assert_eq!(table.status, 200, "{}", table.text);
    for column in ["delivery", "dispatched.ticket", "settled.value", "difference.value", "state"] {
        assert!(head.contains(column), "{column}: {head}");
    }
    assert_eq!(table.text.lines().count(), 3, "{}", table.text);
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let sheet = server.get(SHEET, &park).ok();
    let row = &sheet["lines"][0]["rows"][0];
    assert_eq!(row["dispatched"]["ticket"], Value::Null, "tickets are the parties'");
    assert_eq!(row["dispatched"]["quantity"]["value"], "31.20");
    assert_eq!(sheet["invoices"], Value::Null);
}

#[test]
fn invoices_show_their_amounts_to_the_parties_alone() {
    let (server, keys) = with_loads();
    let invoice = json!({
        "amount": {"amount": "5469.36", "currency": "CNY"}, "kind": "invoice", "number": "INV-7",
    });
    let path = format!("{SHEET}/invoices");
    server.post(&path, &keys.mill, "cmd_i", &invoice).problem(403, "not_the_payee");
    server.post(&path, &keys.works, "cmd_i", &invoice).ok();
    let payment = json!({
        "amount": {"amount": "5000.00", "currency": "CNY"}, "invoice": "INV-7",
        "paid_on": "2025-03-01",
    });
    let paid = server.post("/api/v1/contracts/ctr_1/payments", &keys.mill, "cmd_p", &payment).ok();
    server.settle(&paid);
    let sheet = server.get(SHEET, &keys.mill).ok();
    assert_eq!(sheet["invoices"][0]["number"], "INV-7");
    assert_eq!(sheet["invoices"][0]["payments"][0]["paid_on"], "2025-03-01");
    assert!(!sheet.to_string().contains("5469"), "{sheet}");
    let path = format!("{SHEET}/confidential");
    let shown = server.get(&path, &keys.mill).ok();
    let amounts: Vec<_> =
        shown["items"].as_array().unwrap().iter().map(|it| &it["value"]["amount"]).collect();
    assert_eq!(amounts, [&json!("5469.36"), &json!("5000.00")]);
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    server.get(&path, &verifier).problem(403, "not_permitted");
    assert_eq!(server.get(SHEET, &verifier).ok()["invoices"], Value::Null);
}
