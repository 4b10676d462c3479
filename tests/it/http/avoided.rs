//! Avoided burdens through a real socket: off until factors are published, and never guessed.

use serde_json::{Value, json};

use super::server::{Keys, Server, measured};

const SHIPPED: &str = include_str!("../../../schemas/factors/example.json");
const FIGURE: &str = "/api/v1/parks/prk_a/avoided?factors=example&period=2025-03";

fn publish(server: &Server, id: &str, document: &Value) {
    let data = json!({"document": document});
    let taken = server.post("/api/v1/factors", &server.keeper, id, &data).ok();
    server.settle(&taken);
}

fn shipped() -> Value {
    serde_json::from_str(SHIPPED).unwrap()
}

/// A load of 31.20 t of slag without a code, and one of 20 t of coded slag under `ctr_2`, whose
/// baseline nobody knows.
fn trade() -> (Server, Keys, String) {
    let (server, keys) = Server::with_contract();
    let put = |path: &str, key: &str, id: &str, data: Value| {
        server.post(&format!("/api/v1{path}"), key, id, &data).ok()
    };
    server.load(&keys, 1);
    let material = json!({
        "basis": "wet", "codes": [{"code": "10 02 01", "edition": "2014", "scheme": "eu_low"}],
        "dimension": "mass", "firm": "frm_works", "kind": "by_product",
        "material": "mat_coded", "name": "coded slag",
    });
    put("/materials", &keys.works, "cmd_coded", material);
    let contract = json!({
        "contract": "ctr_2", "kind": "spot",
        "lines": [{
            "baseline_fate": "unknown", "line": 1, "material": "mat_coded",
            "quantity": {"unit": "TNE", "value": "100"},
        }],
        "receiver": "sit_mill", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    put("/contracts", &keys.works, "cmd_contract-2", contract);
    put("/contracts/ctr_2/confirm", &keys.mill, "cmd_confirm-2", json!({}));
    let out = json!({
        "contract": "ctr_2", "line": 1, "measured": measured("scl_works", 9, "20.00"),
    });
    put("/deliveries/dlv_9/dispatch", &keys.works, "cmd_out-9", out);
    let arrived = json!({"measured": measured("scl_mill", 9, "20.00")});
    put("/deliveries/dlv_9/receive", &keys.mill, "cmd_in-9", arrived);
    put("/deliveries/dlv_9/accept", &keys.mill, "cmd_accept-9", json!({}));
    let used = json!({"operation": "R5"});
    let last = put("/deliveries/dlv_9/use", &keys.mill, "cmd_use-9", used);
    server.settle(&last);
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    (server, keys, park)
}

fn total(answer: &Value) -> [&str; 3] {
    let names = ["avoided_disposal_t", "virgin_substituted_t", "net_co2e_t"];
    names.map(|name| answer["result"]["total"][name]["value"].as_str().unwrap())
}

fn gaps(answer: &Value) -> Vec<[&str; 3]> {
    let gaps = answer["result"]["not_counted"].as_array().unwrap();
    let words = |gap| ["contract", "figure", "why"].map(|name| word(gap, name));
    gaps.iter().map(words).collect()
}

fn word<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap()
}

#[test]
fn avoided_burdens_are_off_until_factors_are_published() {
    let (server, keys, park) = trade();
    server.get(FIGURE, &park).problem(404, "no_factors");
    publish(&server, "cmd_factors", &shipped());
    server.get(FIGURE, &park).ok();
    // As of an earlier position there was none; and nobody else sees it.
    server.get(&format!("{FIGURE}&as_of=5"), &park).problem(404, "no_factors");
    server.get(FIGURE, &keys.works).problem(403, "not_permitted");
    server.get(FIGURE, "").problem(401, "key_needed");
    server.get("/api/v1/factors/example.1", "").ok();
    let withdrawal = json!({"reason": "a fault"});
    let path = "/api/v1/factors/example.1/withdraw";
    let taken = server.post(path, &server.keeper, "cmd_withdraw", &withdrawal).ok();
    server.settle(&taken);
    server.get(FIGURE, &park).problem(404, "no_factors");
    let named = server.get(&format!("{FIGURE}&version=1"), &park).ok();
    assert_eq!(named["withdrawn"], "a fault");
}

#[test]
fn what_is_said_of_a_contract_completes_the_figure_and_leaves_earlier_ones() {
    let (server, keys, park) = trade();
    publish(&server, "cmd_factors", &shipped());
    let first = server.get(FIGURE, &park).ok();
    // 20 t x 0.9 x 0.8; neither baseline nor distance is known, and mat_slag has no code.
    assert_eq!(total(&first), ["0.000000", "14.400000", "0.000000"]);
    let expected = [
        ["ctr_1", "avoided_disposal", "no_code"],
        ["ctr_2", "avoided_disposal", "baseline_unknown"],
        ["ctr_1", "virgin_substituted", "no_code"],
        ["ctr_1", "net_co2e", "no_code"],
        ["ctr_2", "net_co2e", "baseline_unknown"],
    ];
    assert_eq!(gaps(&first), expected);
    assert_eq!(first["result"]["complete"], false);
    let evidence = json!([{"hash": "11".repeat(32), "title": "landfill contract"}]);
    let baseline =
        json!({"evidence": evidence, "fate": "landfill", "from": "2025-01-01", "line": 1});
    let path = "/api/v1/contracts/ctr_2/baselines";
    server.post(path, &keys.mill, "cmd_baseline", &baseline).problem(403, "not_a_party");
    server.post(path, &keys.works, "cmd_baseline", &baseline).ok();
    let distance = json!({"from": "2025-01-01", "km": "10"});
    let path = "/api/v1/contracts/ctr_2/distances";
    let taken = server.post(path, &keys.mill, "cmd_distance", &distance).ok();
    server.settle(&taken);
    let second = server.get(FIGURE, &park).ok();
    // 20 x (0.72 x 800 + 12 - 30 - 10 x 0.1) kg = 11.14 t.
    assert_eq!(total(&second), ["20.000000", "14.400000", "11.140000"]);
    let line = &second["result"]["lines"][1];
    assert_eq!((&line["km"], &line["baseline"]), (&json!("10"), &json!("landfill")));
    assert_eq!(second["result"]["materials"][0]["net_co2e_t"]["exact"], "557/50");
    assert!(second["joint_en"].as_str().unwrap().contains("never netted"));
    assert_eq!((&second["factors_version"], &second["valid"]), (&json!(1), &json!(true)));
    let as_of = first["as_of"].as_u64().unwrap();
    let again = server.get(&format!("{FIGURE}&as_of={as_of}"), &park).ok();
    assert_eq!(again["result"], first["result"], "an earlier position keeps what it said");
    // Both sides and the park read what was said.
    for key in [&keys.works, &keys.mill, &park] {
        let contract = server.get("/api/v1/contracts/ctr_2", key).ok();
        let item = &contract["item"];
        assert_eq!(item["lines"][0]["baselines"][0]["fate"], "landfill");
        assert_eq!(item["distances"][0]["by"], "receiver");
    }
    let path = "/api/v1/parks/prk_a/avoided/facts?period=2025-03&contract=ctr_2";
    let facts = server.get(path, &park).ok();
    let measures: Vec<_> =
        facts["items"].as_array().unwrap().iter().map(|fact| &fact["measure"]).collect();
    assert_eq!(measures, ["accepted", "used"]);
}

#[test]
fn another_set_is_the_same_call_with_another_name() {
    let (server, _, park) = trade();
    publish(&server, "cmd_factors", &shipped());
    let mut other = shipped();
    other["factors"] = json!("other");
    other["entries"][0]["ratio"]["value"] = json!("0.5");
    publish(&server, "cmd_other", &other);
    let path = FIGURE.replace("=example", "=other");
    let found = server.get(&path, &park).ok();
    assert_eq!((total(&found)[1], &found["factors"]), ("8.000000", &json!("other")));
    assert_eq!(total(&server.get(FIGURE, &park).ok())[1], "14.400000");
    other["version"] = json!(2);
    other["entries"][0]["quality"]["value"] = json!("2");
    let data = json!({"document": other});
    server
        .post("/api/v1/factors", &server.keeper, "cmd_bad", &data)
        .problem(422, "bad_factor_document");
}
