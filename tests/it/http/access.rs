//! Who gets in, and who sees what.

use serde_json::json;

use super::server::Server;

#[test]
fn without_a_good_key_nothing_but_the_public_is_answered() {
    let server = Server::start();
    server.get("/api/v1/firms", "").problem(401, "key_needed");
    server.get("/api/v1/firms", "nonsense").problem(401, "key_malformed");
    let mistyped = server.keeper.replace("07", "08");
    server.get("/api/v1/firms", &mistyped).problem(401, "key_mistyped");
    let got = server.get("/api/v1/firms", "");
    assert!(got.header("www-authenticate").starts_with("Bearer"));
    let headers = [("content-type", "application/json"), ("idempotency-key", "cmd_1")];
    server.request("POST", "/api/v1/parks", &headers, "{}").problem(401, "key_needed");
    for public in [
        "/api/v1/parks",
        "/api/v1/health",
        "/api/v1/log/checkpoint",
        "/api/v1/log/records",
        "/api/v1/log/records/0",
        "/openapi.json",
        "/docs/",
        "/",
    ] {
        assert_eq!(server.get(public, "").status, 200, "{public}");
    }
}

#[test]
fn a_key_ends_when_it_is_revoked() {
    let (server, keys) = Server::with_contract();
    server.get("/api/v1/firms", &keys.other).ok();
    let reason = json!({"reason": "left"});
    let path = "/api/v1/keys/key_other/revoke";
    let revoked = server.post(path, &server.keeper, "cmd_revoke", &reason).ok();
    server.settle(&revoked);
    server.get("/api/v1/firms", &keys.other).problem(401, "key_ended");
}

#[test]
fn a_key_s_secret_is_shown_once_or_never() {
    let server = Server::start();
    let data = json!({"key": "key_a", "label": "a", "role": "ledger_keeper"});
    let made = server.post("/api/v1/keys", &server.keeper, "cmd_a", &data);
    assert_eq!(made.header("location"), "/api/v1/keys/key_a");
    let key = made.ok()["access_key"].as_str().unwrap().to_owned();
    // It opens at once, without waiting for any position.
    let shown = server.get("/api/v1/keys/key_a", &key).ok()["item"].clone();
    assert_eq!((&shown["role"], shown.get("secret_hash")), (&json!("ledger_keeper"), None));
    let again = server.post("/api/v1/keys", &server.keeper, "cmd_a", &data);
    let problem = again.problem(409, "command_id_reused");
    assert!(problem["detail"].as_str().unwrap().contains("shown once"), "{problem:#}");
    let hash = "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213";
    let own = json!({"key": "key_b", "label": "b", "role": "ledger_keeper", "secret_hash": hash});
    for _ in 0..2 {
        let issued = server.post("/api/v1/keys", &server.keeper, "cmd_b", &own).ok();
        assert_eq!(issued.get("access_key"), None);
    }
    for path in ["/api/v1/keys", "/api/v1/keys/key_b"] {
        let text = server.get(path, &server.keeper).text;
        assert!(!text.contains(hash) && !text.contains(&key[6..]), "{text}");
    }
}

#[test]
fn head_goes_to_those_who_check_and_body_to_the_parties_and_those() {
    let (server, keys) = Server::with_contract();
    let used = server.load(&keys, 1);
    server.settle(&used);
    let parks = json!({"parks": ["prk_a"]});
    let other_park = json!({"name": "B", "park": "prk_b", "zone": "UTC"});
    server.post("/api/v1/parks", &server.keeper, "cmd_b", &other_park).ok();
    let elsewhere = json!({"parks": ["prk_b"]});
    let weighbridge = json!({"firm": "frm_mill", "site": "sit_mill"});
    let path = format!("/api/v1/log/records/{}", used["position"]);
    let seen = |key: &str| {
        let record = server.get(&path, key).ok();
        assert_eq!(record["hash"].as_str().unwrap().len(), 64);
        (record["head"].is_string(), record["body"].is_string())
    };
    for (key, expected) in [
        (String::new(), (false, false)),
        (keys.works.clone(), (true, true)),
        (keys.mill.clone(), (true, true)),
        (keys.other.clone(), (false, false)),
        (server.keeper.clone(), (false, false)),
        (server.key("key_verifier", "verifier", parks.clone()), (true, true)),
        (server.key("key_regulator", "regulator", parks.clone()), (true, true)),
        (server.key("key_park", "park", parks), (false, false)),
        (server.key("key_elsewhere", "regulator", elsewhere), (false, false)),
        (server.key("key_scale", "weighbridge", weighbridge), (false, false)),
    ] {
        assert_eq!(seen(&key), expected, "{key}");
    }
    assert_eq!(server.get(&format!("{path}/line"), &keys.other).status, 404);
    let line = server.get(&format!("{path}/line"), &keys.mill);
    assert!(line.text.contains("delivery_used"));
}

#[test]
fn what_others_trade_is_as_if_it_were_not_there() {
    let (server, keys) = Server::with_contract();
    let used = server.load(&keys, 1);
    server.settle(&used);
    for path in ["/api/v1/contracts/ctr_1", "/api/v1/deliveries/dlv_1"] {
        server.get(path, &keys.works).ok();
        let hidden = server.get(path, &keys.other).problem(404, "not_found");
        let absent = server.get(&path.replace("_1", "_9"), &keys.other).problem(404, "not_found");
        assert_eq!(hidden["detail"], absent["detail"]);
    }
    for list in ["/api/v1/contracts", "/api/v1/deliveries"] {
        let items = server.get(list, &keys.other).ok()["items"].clone();
        assert_eq!(items, json!([]));
    }
    server.get("/api/v1/facts?park=prk_a", &server.keeper).problem(403, "not_permitted");
}

#[test]
fn invariant_22_a_confidential_value_is_shown_to_its_parties_only() {
    let (server, keys) = Server::with_contract();
    let used = server.load(&keys, 1);
    server.settle(&used);
    let regulator = server.key("key_regulator", "regulator", json!({"parks": ["prk_a"]}));
    let everything = [
        "/api/v1/contracts",
        "/api/v1/contracts/ctr_1",
        "/api/v1/deliveries",
        "/api/v1/deliveries/dlv_1",
        "/api/v1/log/records?limit=200",
        "/api/v1/facts?park=prk_a",
        "/api/v1/parks/prk_a/statistics/exchange-totals?from=2025-01&to=2025-12",
    ];
    for key in ["", &keys.works, &keys.mill, &keys.other, &server.keeper, &regulator] {
        for path in everything {
            let text = server.get(path, key).text;
            assert!(!text.contains("87.65") && !text.contains("98765"), "{path}: {text}");
        }
    }
    let price = server.get("/api/v1/contracts/ctr_1/confidential", &keys.mill).ok();
    assert_eq!(price["items"][0]["value"], json!({"amount": "87.65", "currency": "CNY"}));
    assert_eq!(price["items"][0]["pointer"], "/data/lines/0/price/amount");
    let plate = server.get("/api/v1/deliveries/dlv_1/confidential", &keys.works).ok();
    assert_eq!(plate["items"][0]["value"], "桂R 98765");
    let path = "/api/v1/contracts/ctr_1/confidential";
    server.get(path, &keys.other).problem(404, "not_found");
    server.get(path, &regulator).problem(403, "not_permitted");
    server.get(path, "").problem(401, "key_needed");
}

#[test]
fn a_scale_s_key_records_at_its_site_and_does_nothing_else() {
    let (server, keys) = Server::with_contract();
    let bound = json!({"firm": "frm_works", "site": "sit_works"});
    let scale = server.key("key_scale", "weighbridge", bound);
    let dispatch = super::server::dispatch(1, "31.20");
    server.post("/api/v1/deliveries/dlv_1/dispatch", &scale, "cmd_1", &dispatch).ok();
    let cancel = json!({"reason": "no"});
    let path = "/api/v1/deliveries/dlv_1/cancel";
    server.post(path, &scale, "cmd_2", &cancel).problem(403, "not_permitted");
    server.get("/api/v1/contracts/ctr_1", &scale).problem(404, "not_found");
    drop(keys);
}
