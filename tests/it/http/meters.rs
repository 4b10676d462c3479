//! The joint sheet of a contract's meters, with a replaced meter, a dispute and an adjustment.

use serde_json::{Value, json};

use super::server::{Keys, Server};

const LATER: &str = "2025-03-05T08:00:00.000Z";
/// Midnights in Shanghai at the ends of the last of February and of the first days of March.
const MIDNIGHTS: [&str; 4] = [
    "2025-02-27T16:00:00.000Z",
    "2025-02-28T16:00:00.000Z",
    "2025-03-01T16:00:00.000Z",
    "2025-03-02T16:00:00.000Z",
];
const NOON: &str = "2025-03-01T04:00:00.000Z";

fn gigajoules(value: &str) -> Value {
    json!({"unit": "GV", "value": value})
}

/// A command as its business happened after all the periods here.
fn post(server: &Server, path: &str, key: &str, id: &str, data: &Value) -> super::server::Got {
    let body = json!({"data": data, "occurred_at": LATER}).to_string();
    server.post_text(&format!("/api/v1{path}"), key, id, &body)
}

/// A server with a contract of steam between the firms of the trade, and two meters.
fn steam() -> (Server, Keys) {
    let (server, keys) = Server::with_contract();
    let data = json!({
        "basis": "as_metered", "dimension": "energy", "firm": "frm_works", "kind": "utility",
        "material": "mat_steam", "name": "steam",
    });
    post(&server, "/materials", &keys.works, "cmd_steam", &data).ok();
    for (meter, site, key) in [
        ("mtr_a", "works", &keys.works),
        ("mtr_b", "works", &keys.works),
        ("mtr_check", "mill", &keys.mill),
    ] {
        let data = json!({
            "calibration": {"from": "2025-01-01", "to": "2025-12-31"}, "digits": 4,
            "medium": "steam", "meter": meter, "multiplier": "0.1", "name": meter,
            "site": format!("sit_{site}"), "unit": "GV",
        });
        post(&server, "/meters", key, &format!("cmd_{meter}"), &data).ok();
    }
    let data = json!({
        "contract": "ctr_steam", "kind": "spot",
        "lines": [{
            "baseline_fate": "discharge", "line": 1, "material": "mat_steam",
            "quantity": gigajoules("1000"),
        }],
        "receiver": "sit_mill", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    server.post("/api/v1/contracts", &keys.works, "cmd_ctr_steam", &data).ok();
    let path = "/api/v1/contracts/ctr_steam/confirm";
    server.post(path, &keys.mill, "cmd_steam_confirm", &json!({})).ok();
    (server, keys)
}

/// The day that ends at that midnight.
fn day(place: usize, quantity: &str, more: &Value) -> Value {
    let mut data = json!({
        "contract": "ctr_steam", "from": MIDNIGHTS[place - 1], "line": 1, "method": "metered",
        "quantity": gigajoules(quantity), "to": MIDNIGHTS[place],
    });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    data
}

/// February's last day by the old meter; the first of March by both, with a check reading; the
/// second estimated.
fn record(server: &Server, keys: &Keys) {
    let replace = json!({
        "at": NOON, "end": "2", "new_meter": "mtr_b", "reason": "worn", "start": "5",
    });
    let path = "/meters/mtr_a/replace";
    post(server, path, &keys.works, "cmd_replace", &replace).ok();
    let before = json!({"readings": {"end": "9950", "meter": "mtr_a", "start": "9900"}});
    let both = json!({
        "check": {"end": "121", "meter": "mtr_check", "start": "0"},
        "segments": [
            {
                "end": "2", "from": MIDNIGHTS[1], "meter": "mtr_a", "rolled_over": true,
                "start": "9950", "to": NOON,
            },
            {"end": "73", "from": NOON, "meter": "mtr_b", "start": "5", "to": MIDNIGHTS[2]},
        ],
    });
    let basis = json!({"basis": {"reason": "the mean of the week before"}, "method": "estimated"});
    for (place, quantity, more) in [(1, "5", before), (2, "12", both), (3, "11", basis)] {
        let path = |step: &str| format!("/deliveries/dlv_{place}/{step}");
        let id = |step: &str| format!("cmd_{step}-{place}");
        let data = day(place, quantity, &more);
        let path_in = path("record-metered-period");
        post(server, &path_in, &keys.works, &id("record"), &data).ok();
        if place < 3 {
            post(server, &path("accept"), &keys.mill, &id("accept"), &json!({})).ok();
        }
    }
}

#[test]
fn the_sheet_of_a_month_shows_replaced_meters_adjustments_and_totals() {
    let (server, keys) = steam();
    record(&server, &keys);
    let dispute = json!({"reason": "the line was shut on Sunday"});
    let path = "/deliveries/dlv_3/dispute";
    post(&server, path, &keys.mill, "cmd_dispute", &dispute).ok();
    let accept = post(&server, "/deliveries/dlv_3/accept", &keys.mill, "cmd_no", &json!({}));
    accept.problem(409, "delivery_disputed");
    let adjust = json!({
        "adjustment": "adj_1", "cause": "joint_test", "day": "2025-03-04",
        "from": MIDNIGHTS[1], "line": 1, "meter": "mtr_b", "quantity": gigajoules("0.5"),
        "reason": "4 % too much in the joint test", "sign": "less", "to": MIDNIGHTS[2],
    });
    let path = "/contracts/ctr_steam/adjustments";
    let refused = post(&server, path, &keys.works, "cmd_early", &adjust);
    refused.problem(409, "not_accepted");
    let mut adjust = adjust;
    adjust["from"] = NOON.into();
    post(&server, path, &keys.works, "cmd_adjust", &adjust).ok();
    let path = "/contracts/ctr_steam/adjustments/adj_1/confirm";
    let last = post(&server, path, &keys.mill, "cmd_adjusted", &json!({})).ok();
    server.settle(&last);
    let sheet = |month: &str, key: &str| {
        server.get(&format!("/api/v1/contracts/ctr_steam/metered-sheet?month={month}"), key)
    };
    let march = sheet("2025-03", &keys.mill).ok();
    assert!(march["as_of"].as_u64().unwrap() > last["position"].as_u64().unwrap());
    let item = &march["item"];
    let periods = item["periods"].as_array().unwrap();
    let ids: Vec<_> = periods.iter().map(|period| &period["delivery"]).collect();
    assert_eq!(ids, ["dlv_2", "dlv_3"]);
    let meters = periods[0]["segments"].as_array().unwrap().iter();
    assert_eq!(meters.map(|one| &one["meter"]).collect::<Vec<_>>(), ["mtr_a", "mtr_b"]);
    assert_eq!(periods[0]["nonconformities"], json!(["check_meter_differs"]), "{item:#}");
    assert_eq!(periods[0]["check"]["quantity"], gigajoules("12.1"));
    assert_eq!(periods[0]["check"]["difference"]["value"], "0.1");
    assert_eq!((&periods[1]["disputed"], &periods[1]["stage"]), (&true.into(), &"received".into()));
    assert_eq!(periods[1]["basis"]["reason"], "the mean of the week before");
    assert_eq!(item["adjustments"][0]["counts_here"], true);
    let total = |place: usize, member: &str| item["totals"][place][member]["value"].clone();
    assert_eq!(item["totals"][0]["method"], "metered");
    let of_meters = ["recorded", "accepted", "adjusted", "settled"].map(|name| total(0, name));
    assert_eq!(of_meters, ["12", "12", "-0.5", "11.5"]);
    assert_eq!([total(1, "recorded"), total(1, "accepted")], ["11", "0"]);
    let february = sheet("2025-02", &keys.works).ok();
    assert_eq!(february["item"]["periods"][0]["readings"]["end"], "9950");
    assert_eq!(february["item"]["adjustments"], json!([]));
}

#[test]
fn a_sheet_is_for_the_two_firms_and_for_the_park_without_readings() {
    let (server, keys) = steam();
    record(&server, &keys);
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let regulator = server.key("key_regulator", "regulator", json!({"parks": ["prk_a"]}));
    let path = "/api/v1/contracts/ctr_steam/metered-sheet?month=2025-03";
    server.get(path, "").problem(401, "key_needed");
    server.get(path, &keys.other).problem(404, "not_found");
    server.get(path, &server.keeper).problem(404, "not_found");
    for (key, readings) in
        [(&keys.works, true), (&keys.mill, true), (&regulator, true), (&park, false)]
    {
        let period = server.get(path, key).ok()["item"]["periods"][0].clone();
        assert_eq!(period["quantity"], gigajoules("12"));
        assert_eq!(
            (period["segments"].is_array(), period["check"].is_object()),
            (readings, readings)
        );
    }
    let path = "/api/v1/contracts/ctr_steam/metered-sheet";
    server.get(path, &keys.mill).problem(400, "missing_parameter");
}

#[test]
fn a_network_s_loss_is_shown_with_the_contract_and_in_no_total() {
    let (server, keys) = steam();
    record(&server, &keys);
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let path = "/api/v1/contracts/ctr_steam/metered-sheet?month=2025-03";
    let before = server.get(path, &keys.mill).ok();
    assert_eq!(before["item"]["losses"], json!([]));
    let data = json!({
        "month": "2025-03", "network": "low pressure main",
        "outlets": [{"meter": "mtr_b", "quantity": gigajoules("23.5")}],
        "shares": [{
            "contract": "ctr_steam", "deliveries": ["dlv_2", "dlv_3"], "line": 1,
            "percent": "100",
        }],
    });
    let body = json!({"data": data, "occurred_at": "2025-04-02T08:00:00.000Z"}).to_string();
    let balances = "/api/v1/parks/prk_a/network-balances";
    server.post_text(balances, &keys.works, "cmd_own", &body).problem(403, "not_permitted");
    let last = server.post_text(balances, &park, "cmd_balance", &body).ok();
    server.settle(&last);
    let after = server.get(path, &keys.mill).ok();
    let loss = &after["item"]["losses"][0];
    assert_eq!((&loss["loss"]["value"], &loss["received"]["value"]), (&"0.5".into(), &"23".into()));
    assert_eq!(after["item"]["totals"], before["item"]["totals"]);
    let contract = server.get("/api/v1/contracts/ctr_steam", &keys.mill).ok();
    assert_eq!(contract["item"]["losses"][0]["record"], last["position"]);
    // The whole balance names what others receive: its supplier may read it, a receiver not.
    let record = format!("/api/v1/log/records/{}", last["position"]);
    let body = |key: &str| server.get(&record, key).ok()["body"].is_string();
    assert_eq!((body(&keys.works), body(&keys.mill)), (true, false));
}
