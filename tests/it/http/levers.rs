//! Facilities and the six levers through a real socket.

use serde_json::{Value, json};

use super::server::{Keys, Server};
use crate::cli::{ends, json as run_json, stdout, text};

const MONTHS: &str = "from=2025-01&to=2025-12";

fn megajoules(value: &str) -> Value {
    json!({"unit": "3B", "value": value})
}

/// A steam main of the works, of which the mill has a tenth, and a load of slag that went 12.5 km.
fn park() -> (Server, Keys, String) {
    let (server, keys) = Server::with_contract();
    let put = |path: &str, key: &str, id: &str, data: Value| {
        server.post(&format!("/api/v1{path}"), key, id, &data).ok()
    };
    server.load(&keys, 1);
    let main = json!({
        "capacity": megajoules("1000"), "facility": "fac_main", "firm": "frm_works",
        "from": "2025-01-01", "grade": {"pressure_kpa": 800}, "kind": "steam_main",
        "name": "steam main", "park": "prk_a", "per": "day", "site": "sit_works",
    });
    put("/facilities", &keys.works, "cmd_main", main);
    let reservation = json!({
        "firm": "frm_mill", "quantity": megajoules("100"), "reservation": "rsv_1",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    put("/facilities/fac_main/reservations", &keys.mill, "cmd_reserve", reservation);
    let path = "/facilities/fac_main/reservations/rsv_1/confirm";
    put(path, &keys.works, "cmd_confirm-rsv", json!({}));
    let used = json!({
        "facility_use": "fus_1", "firm": "frm_mill", "from": "2025-01-01", "method": "metered",
        "quantity": megajoules("3650"), "to": "2025-01-31",
    });
    put("/facilities/fac_main/uses", &keys.works, "cmd_used", used);
    let distance = json!({"from": "2025-01-01", "km": "12.5"});
    let last = put("/contracts/ctr_1/distances", &keys.mill, "cmd_distance", distance);
    server.settle(&last);
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    (server, keys, park)
}

#[test]
fn a_facility_is_in_the_registry_and_its_shares_are_for_whom_they_concern() {
    let (server, keys, park) = park();
    let one = server.get("/api/v1/facilities/fac_main", &keys.other).ok();
    assert_eq!(one["item"]["capacities"][0]["capacity"], megajoules("1000"));
    assert!(one["item"].get("reservations").is_none());
    let list = server.get("/api/v1/facilities?park=prk_a&kind=steam_main", &keys.other).ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let none = server.get("/api/v1/facilities?kind=storage", &keys.other).ok();
    assert_eq!(none["items"], json!([]));
    server.get("/api/v1/facilities/fac_main", "").problem(401, "key_needed");
    let path = format!("/api/v1/facilities/fac_main/shares?{MONTHS}");
    for (key, firms) in [(&keys.works, 1), (&park, 1), (&keys.mill, 1), (&keys.other, 0)] {
        let shares = server.get(&path, key).ok();
        let item = &shares["items"][0];
        assert_eq!(item["firms"].as_array().unwrap().len(), firms);
        assert_eq!(item["months"].as_array().unwrap().len(), firms);
        // A tenth of the year is reserved, and a hundredth was used.
        assert_eq!(item["reserved_percent"]["exact"], "10");
        assert_eq!(item["used_percent"]["exact"], "1");
        assert_eq!(item["capacity"], json!({"exact": "365", "unit": "GV", "value": "365.000000"}));
    }
    server
        .get(&format!("/api/v1/facilities/fac_none/shares?{MONTHS}"), &park)
        .problem(404, "not_found");
    let of_park = format!("/api/v1/parks/prk_a/facilities?{MONTHS}");
    server.get(&of_park, &keys.works).problem(403, "not_permitted");
    assert_eq!(server.get(&of_park, &park).ok()["items"][0]["facility"], "fac_main");
    let table = server.get(&format!("{of_park}&format=csv"), &park);
    assert!(table.text.contains("fac_main") && table.text.contains("steam_main"));
}

#[test]
fn a_reservation_beyond_the_capacity_is_refused_with_the_day() {
    let (server, keys, _) = park();
    let reservation = json!({
        "firm": "frm_other", "quantity": megajoules("901"), "reservation": "rsv_2",
        "term": {"from": "2025-06-01", "to": "2025-06-30"},
    });
    let path = "/api/v1/facilities/fac_main/reservations";
    let refused = server.post(path, &keys.other, "cmd_reserve-2", &reservation);
    assert!(refused.text.contains("on 2025-06-01"), "{}", refused.text);
    refused.problem(409, "over_capacity");
    let mut fits = reservation;
    fits["quantity"] = megajoules("900");
    let taken = server.post(path, &keys.other, "cmd_reserve-2", &fits).ok();
    server.settle(&taken);
    // It waits for the operator; both sides see it, and nobody else.
    let shares = format!("/api/v1/facilities/fac_main/shares?{MONTHS}");
    for (key, waiting) in [(&keys.works, 1), (&keys.other, 1), (&keys.mill, 0)] {
        let answer = server.get(&shares, key).ok();
        let proposed = answer["items"][0]["proposed"].as_array().unwrap();
        assert_eq!(proposed.len(), waiting);
        assert!(proposed.iter().all(|one| one["by"] == "user" && one["firm"] == "frm_other"));
        assert_eq!(answer["items"][0]["reserved_percent"]["exact"], "10", "not before it is");
    }
}

#[test]
fn the_levers_are_the_parks_and_open_to_their_facts() {
    let (server, keys, park) = park();
    let path = format!("/api/v1/parks/prk_a/levers?{MONTHS}");
    server.get(&path, &keys.mill).problem(403, "not_permitted");
    server.get(&path, "").problem(401, "key_needed");
    server
        .get("/api/v1/parks/prk_a/levers?from=2000-01&to=2025-12", &park)
        .problem(400, "malformed_parameter");
    let levers = server.get(&path, &park).ok();
    let group = &levers["space"]["groups"][0];
    assert_eq!(group["mean_km"], json!({"exact": "25/2", "unit": "KMT", "value": "12.500000"}));
    assert_eq!(group["exchanged"]["value"], "31.2");
    assert_eq!(levers["space"]["candidates"][0]["carried"]["value"], "390.000000");
    let reuse = &levers["resource_use"];
    assert_eq!(reuse["groups"][0]["between_firms"]["value"], "31.2");
    assert_eq!(reuse["own_reuse_declared_by_sites"], 0);
    for unknown in ["own_same_site", "between_firms_percent"] {
        assert!(reuse["groups"][0].get(unknown).is_none(), "unknown is not zero");
    }
    assert_eq!(levers["cascade"]["facilities"][0]["step"], "low_pressure");
    assert_eq!(levers["cascade"]["steps"], json!([]), "what facilities carry is no exchange");
    assert_eq!(levers["shared_infrastructure"][0]["used_percent"]["value"], "1.0000");
    let facts = |lever: &str| {
        let path = format!("/api/v1/parks/prk_a/levers/facts?{MONTHS}&lever={lever}");
        let facts = server.get(&path, &park).ok();
        let items = facts["items"].as_array().unwrap().clone();
        items.iter().map(|fact| fact["measure"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(facts("space"), ["accepted"]);
    assert_eq!(facts("resource_use"), ["used"]);
    assert_eq!(facts("planning"), ["delivered"]);
    assert_eq!(facts("shared_infrastructure"), ["facility_used"]);
    // A position keeps what it said.
    let as_of = levers["as_of"].as_u64().unwrap();
    let back = json!({"reason": "misread"});
    let path_of = "/api/v1/facilities/fac_main/uses/fus_1/reverse";
    let taken = server.post(path_of, &keys.works, "cmd_back", &back).ok();
    server.settle(&taken);
    let now = server.get(&path, &park).ok();
    assert_eq!(now["shared_infrastructure"][0]["used"]["value"], "0.000000");
    let then = server.get(&format!("{path}&as_of={as_of}"), &park).ok();
    assert_eq!(then["shared_infrastructure"], levers["shared_infrastructure"]);
    let table = server.get(&format!("{path}&format=csv"), &park);
    assert!(table.text.contains("mean_distance"), "{}", table.text);
}

#[test]
fn the_command_line_folds_the_same_levers_from_the_log() {
    let (server, _, park) = park();
    let path = format!("/api/v1/parks/prk_a/levers?{MONTHS}");
    let answer = server.get(&path, &park).ok();
    let data = server.folder.path().join("ledger");
    let as_of = answer["as_of"].to_string();
    let asked = ["report", "prk_a", "--levers", "--data", text(&data), "--as-of", &as_of];
    let year = [&asked[..], &["--period", "2025"]].concat();
    let folded = run_json(&year);
    for member in [
        "as_of",
        "cascade",
        "planning",
        "resource_use",
        "shared_infrastructure",
        "shared_treatment",
        "space",
    ] {
        assert_eq!(folded[member], answer[member], "{member}");
    }
    assert_eq!(folded["root"].as_str().unwrap().len(), 64);
    let said = |more: &[&str]| stdout(&ends(0, &[&year[..], more].concat())).to_owned();
    let table = said(&[]);
    assert!(table.contains("mean distance") && table.contains("12.500000 KMT"), "{table}");
    assert!(table.contains("shared treatment\n  nothing is known"), "{table}");
    assert!(said(&["--format", "csv"]).contains("mean_distance"));
    let html = said(&["--format", "html", "--lang", "zh"]);
    assert!(html.contains("空间优化") && html.contains("@page"), "{html}");
    assert!(!html.contains("href") && !html.contains("src="), "it stands alone");
    ends(2, &asked);
    ends(2, &[&year[..], &["--programme", "hj274"]].concat());
    ends(1, &["report", "prk_none", "--levers", "--period", "2025", "--data", text(&data)]);
}
