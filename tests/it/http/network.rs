//! Network statistics of the shipped scenarios, as the API answers them.

use serde_json::{Value, json};
use symbiosis_ledger::scenario::{Ground, Scenario, find};

use super::server::Server;

/// A server over a scenario that was told, and the key of a regulator of its park.
fn told(name: &str) -> (Server, String) {
    let plan = find(name).unwrap();
    let ground = Ground::of(&plan);
    let steps: Vec<_> = Scenario::new(&plan, &ground, 50).steps().collect();
    let server = Server::told(&plan.origin, steps);
    let regulator = json!({"parks": [plan.closing.park.as_str()]});
    let key = server.key("key_regulator", "regulator", regulator);
    (server, key)
}

const YEAR: &str = "from=2025-01&to=2025-12";

/// The six firms' boundary, in tonnes: what the scenario's flows need to balance.
const BOUNDARY: [(&str, u32, u32); 6] = [
    ("cane", 19_100, 0),
    ("sugar", 0, 15_000),
    ("alcohol", 200, 500),
    ("paper", 400, 2_000),
    ("cogen", 0, 1_100),
    ("env", 0, 1_100),
];

fn define_items(server: &Server) {
    let item = |name: &str| {
        json!({
            "every": "year", "item": name, "nature": "flow", "of": "site", "proven": false,
            "title_en": name, "title_zh": name, "unit": "TNE",
        })
    };
    let indicator = json!({
        "certainty": "own", "digits": 0, "formula": {"item": "network_input"},
        "indicator": "network_input", "kind": "level", "mandatory": false, "part_of_whole": false,
        "title_en": "What comes in", "title_zh": "输入", "unit": {"of": "TNE", "symbol": "t"},
    });
    let document = json!({
        "certainty": "own", "document": "Example", "issuer_en": "Example", "issuer_zh": "示例",
        "indicators": [indicator], "items": [item("network_input"), item("network_output")],
        "method": "network", "status": "in_force", "title_en": "Network", "title_zh": "网络",
        "valid_from": "2020-01-01", "version": 1,
    });
    let data = json!({"document": document});
    server.post_after("/api/v1/methods", &server.keeper, "cmd_items", &data).ok();
}

fn state_boundary(server: &Server) {
    define_items(server);
    for (firm, input, output) in BOUNDARY {
        let key =
            server.key(&format!("key_{firm}"), "firm", json!({"firm": format!("frm_{firm}")}));
        let figure = |item: &str, value: u32| {
            let value = value.to_string();
            json!({"item": item, "method": "declared", "unit": "TNE", "value": value})
        };
        let data = json!({
            "figures": [figure("network_input", input), figure("network_output", output)],
            "park": "prk_guigang", "period": "2025", "site": format!("sit_{firm}"),
            "statement": format!("stm_{firm}"),
        });
        let stated = server.post_after("/api/v1/statements", &key, "cmd_boundary", &data).ok();
        server.settle(&stated);
    }
}

fn result(server: &Server, key: &str, path: &str) -> Value {
    server.get(path, key).ok()["result"].clone()
}

#[test]
fn guigang_turns_by_its_cane_and_its_steam_is_never_added() {
    let (server, key) = told("guigang");
    let base = "/api/v1/parks/prk_guigang/statistics/network";
    let products = format!("{base}?{YEAR}&products=true");
    let of = result(&server, &key, &products);
    assert_eq!(of["flows_refused"]["code"], "mixed_units");
    let units = json!([
        {"basis": "wet", "dimension": "mass"}, {"basis": "as_metered", "dimension": "energy"},
    ]);
    assert_eq!((&of["flows_refused"]["units"], &of["structure"]["links"]), (&units, &json!(11)));

    let mass = format!("{products}&dimension=mass&basis=wet");
    let answer = server.get(&mass, &key).ok();
    assert!(answer["as_of"].is_u64() && answer["lag"] == 0, "{answer}");
    assert_eq!((&answer["from"], &answer["to"]), (&json!("2025-01"), &json!("2025-12")));
    let of = &answer["result"];
    assert_eq!((&of["structure"]["nodes"], &of["structure"]["links"]), (&json!(6), &json!(8)));
    assert_eq!(of["structure"]["cyclicity"], json!({"unit": "1", "value": "1.31607401295"}));
    assert_eq!(
        (&of["parameters"]["products"], &of["verdict"]),
        (&json!(true), &json!("symbiosis"))
    );
    let refused = &of["flows_refused"];
    assert_eq!(
        (&refused["code"], &refused["entity"]),
        (&json!("network_unbalanced"), &json!("frm_cane"))
    );
    assert_eq!(refused["imbalance"], json!({"basis": "wet", "unit": "TNE", "value": "-19100"}));

    let closed = result(&server, &key, &format!("{mass}&close=true"));
    assert!(closed["flows"]["cycling_index"]["exact"].is_string(), "{}", closed["flows"]);
    let assumed = closed["boundary"].as_array().unwrap();
    assert!(!assumed.is_empty() && assumed.iter().all(|item| item["source"] == "assumed"));

    state_boundary(&server);
    let of = result(&server, &key, &mass);
    let exact = "2900453994719919/79004757800641120";
    assert_eq!(of["flows"]["cycling_index"]["exact"], exact, "{}", of["flows_refused"]);
    assert_eq!(of["flows"]["total_throughflow"]["value"], "47600");
    assert_eq!(of["boundary"].as_array().unwrap().len(), 8);
    // The figure as of before is what it was.
    let before = answer["as_of"].as_u64().unwrap();
    assert_eq!(result(&server, &key, &format!("{mass}&as_of={before}")), answer["result"]);
    let facts = format!("{base}/facts?{YEAR}&products=true&dimension=mass&basis=wet&limit=200");
    let page = server.get(&facts, &key).ok();
    let of_links: u64 =
        of["links"].as_array().unwrap().iter().map(|link| link["facts"].as_u64().unwrap()).sum();
    assert!(page["total"].as_u64().unwrap() > of_links + 12, "{}", page["total"]);
}

#[test]
fn power_cement_and_brewery_hang_on_the_cement_works() {
    let (server, key) = told("power-cement-brewery");
    let base = "/api/v1/parks/prk_pcb/statistics/network";
    let of = result(&server, &key, &format!("{base}?{YEAR}"));
    assert_eq!((&of["structure"]["nodes"], &of["structure"]["links"]), (&json!(3), &json!(4)));
    assert_eq!(of["structure"]["cyclicity"]["value"], "1.32471795724");
    assert_eq!(of["structure"]["connectance"]["exact"], "4/9");
    assert_eq!((&of["verdict"], &of["material_links"]), (&json!("symbiosis"), &json!(8)));
    // Without the cement works one link of four is left, and without the brewery too.
    assert_eq!(of["park_vulnerability"]["share"]["exact"], "3/4");
    let cement = of["nodes"].as_array().unwrap().iter().find(|node| node["entity"] == "frm_cement");
    assert_eq!(cement.unwrap()["links_lost"]["exact"], "3/4");
    let table = server.get(&format!("{base}?{YEAR}&format=csv"), &key);
    assert!(table.header("content-type").starts_with("text/csv"));
    let lines: Vec<_> = table.text.lines().collect();
    assert_eq!(lines.len(), 1 + of["links"].as_array().unwrap().len());
    assert!(lines[0].contains("quantity.value") && lines[0].contains("continuity.value"));

    server.get(&format!("{base}?{YEAR}&basis=moist"), &key).problem(400, "malformed_text");
    let reversed = format!("{base}?from=2025-12&to=2025-01");
    server.get(&reversed, &key).problem(400, "malformed_parameter");
    server.get(&format!("{base}?{YEAR}"), "").problem(401, "key_needed");
    let firm = server.key("key_power", "firm", json!({"firm": "frm_power"}));
    server.get(&format!("{base}?{YEAR}"), &firm).problem(403, "not_permitted");
    server.get(&format!("{base}/facts?{YEAR}"), &firm).problem(403, "not_permitted");
}
