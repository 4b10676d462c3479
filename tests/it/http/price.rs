//! A price that is a formula, through a real socket: sealed in the record, open to the parties, and
//! what is due by it.

use serde_json::{Value, json};

use super::server::{Keys, Server, measured};

const AMOUNT: &str = "/api/v1/contracts/ctr_2/sheets/2025-03/amount";

pub fn formula() -> Value {
    json!({
        "adjustments": [{
            "basis": "10", "change": {"money": {"amount": "1.10", "currency": "CNY"}},
            "direction": "above", "property": "moisture", "reject_beyond": "20", "sign": "less",
            "step": "0.3", "steps": "proportional",
        }],
        "base": {"amount": "91.37", "currency": "CNY"},
        "index": {"base": "700", "index": "coal", "share_percent": "30"},
        "rounding": "half_away_from_zero",
        "shortfall_percent": "50",
    })
}

/// A contract of 80 t a month at least, with two loads of 31.20 t in March.
pub fn with_formula() -> (Server, Keys) {
    let (server, keys) = Server::with_contract();
    let data = json!({
        "contract": "ctr_2", "kind": "recurring",
        "lines": [{
            "baseline_fate": "landfill", "line": 1, "material": "mat_slag",
            "minimum": {"unit": "TNE", "value": "80"},
            "price": {"direction": "receiver_pays", "formula": formula(), "per": "TNE"},
            "quantity": {"unit": "TNE", "value": "100"}, "window": "month",
        }],
        "receiver": "sit_mill", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    server.post("/api/v1/contracts", &keys.works, "cmd_formula", &data).ok();
    let path = "/api/v1/contracts/ctr_2/confirm";
    let mut last = server.post(path, &keys.mill, "cmd_formula-yes", &json!({})).ok();
    for number in [1, 2] {
        let path = |step: &str| format!("/api/v1/deliveries/dlv_{number}/{step}");
        let id = |step: &str| format!("cmd_{step}-{number}");
        let out = json!({
            "contract": "ctr_2", "line": 1, "measured": measured("scl_works", number, "31.20"),
        });
        server.post(&path("dispatch"), &keys.works, &id("out"), &out).ok();
        let arrived = json!({"measured": measured("scl_mill", number, "31.20")});
        server.post(&path("receive"), &keys.mill, &id("in"), &arrived).ok();
        last = server.post(&path("accept"), &keys.mill, &id("accept"), &json!({})).ok();
    }
    server.settle(&last);
    (server, keys)
}

fn ask(server: &Server, path: &str, key: &str, body: &Value) -> super::server::Got {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    server.request("POST", path, &headers, &body.to_string())
}

#[test]
fn what_is_due_is_told_to_the_parties_exactly() {
    let (server, keys) = with_formula();
    let given = json!({
        "assays": [
            {"property": "moisture", "value": "10"},
            {"delivery": "dlv_2", "property": "moisture", "value": "11.0"},
        ],
        "indexes": [{"index": "coal", "value": "770"}],
    });
    let due = ask(&server, AMOUNT, &keys.works, &given).ok();
    assert_eq!(due, ask(&server, AMOUNT, &keys.mill, &given).ok());
    // A tonne is 91.37, and 3 % of it for an index that rose by a tenth.
    let loads = &due["lines"][0]["loads"];
    assert_eq!(loads[0]["base"]["amount"], "2850.744000");
    assert_eq!(loads[0]["index"]["amount"], "85.522320");
    assert_eq!(loads[0]["sum"]["exact"], "36703329/12500");
    // One percent more moisture is ten thirds of a step: no decimal number is that.
    assert_eq!(loads[1]["adjustments"][0]["per_unit"]["exact"], "-11/3");
    assert_eq!(loads[1]["sum"]["amount"], "2821.866320");
    let shortfall = &due["lines"][0]["shortfalls"][0];
    assert_eq!(shortfall["missing"], json!({"unit": "TNE", "value": "17.6"}));
    assert_eq!(shortfall["amount"]["amount"], "828.177680");
    let total = &due["totals"][0];
    assert_eq!((&total["amount"], &total["currency"]), (&json!("6586.31"), &json!("CNY")));
    assert_eq!(total["exact"]["amount"], "6586.310320");
    assert_eq!((&due["undecided"], &due["unpriced"]), (&json!(0), &json!([])));

    let beyond = json!({
        "assays": [{"property": "moisture", "value": "21"}],
        "indexes": [{"index": "coal", "value": "700"}],
    });
    let due = ask(&server, AMOUNT, &keys.works, &beyond).ok();
    assert_eq!(due["lines"][0]["loads"][0]["beyond"], json!(["moisture"]));
    assert_eq!(due["totals"][0]["amount"], "804.06", "the shortfall alone");
}

#[test]
fn what_a_formula_needs_is_asked_for_and_strangers_learn_nothing() {
    let (server, keys) = with_formula();
    let of = |body: Value| ask(&server, AMOUNT, &keys.works, &body);
    let coal = json!([{"index": "coal", "value": "770"}]);
    let dry = json!([{"property": "moisture", "value": "10"}]);
    of(json!({"indexes": coal})).problem(422, "assay_missing");
    of(json!({"assays": dry})).problem(422, "index_missing");
    of(json!({"assays": dry, "indexes": coal, "more": 1})).problem(422, "unknown_member");
    let other = json!([{"property": "ash", "value": "10"}]);
    let refused = of(json!({"assays": other})).problem(422, "unexpected_member");
    assert_eq!(refused["pointer"], "/assays/0/property");
    let whole = json!({"assays": dry, "indexes": coal});
    ask(&server, AMOUNT, &keys.other, &whole).problem(404, "not_found");
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    ask(&server, AMOUNT, &verifier, &whole).problem(403, "not_permitted");
    let contract = server.get("/api/v1/contracts/ctr_2", &keys.works).ok();
    assert!(!contract.to_string().contains("91.37"), "{contract}");
    let shown = server.get("/api/v1/contracts/ctr_2/confidential", &keys.mill).ok();
    assert_eq!(shown["items"][0]["value"], formula());
    assert_eq!(shown["items"][0]["pointer"], "/data/lines/0/price/formula");
}

#[test]
fn a_plain_price_is_computed_without_being_asked_for_more() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    let path = "/api/v1/contracts/ctr_1/sheets/2025-03/amount";
    let due = ask(&server, path, &keys.works, &json!({})).ok();
    assert_eq!(due["totals"][0]["amount"], "2734.68");
    assert_eq!(due["lines"][0]["loads"][0]["adjustments"], json!([]));
    let none = "/api/v1/contracts/ctr_1/sheets/2025-04/amount";
    assert_eq!(ask(&server, none, &keys.works, &json!({})).ok()["totals"], json!([]));
}
