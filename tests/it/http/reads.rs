//! Rows: lists by pages, single things, and what HTTP expects of a server.

use serde_json::{Value, json};

use super::server::Server;

fn parks(server: &Server, ids: std::ops::Range<u32>) -> Value {
    let mut last = Value::Null;
    for id in ids {
        let data = json!({"name": "p", "park": format!("prk_{id:02}"), "zone": "UTC"});
        let path = "/api/v1/parks";
        last = server.post(path, &server.keeper, &format!("cmd_{id}"), &data).ok();
    }
    server.settle(&last);
    last
}

#[test]
fn pages_stay_on_the_position_as_of_which_the_list_was_begun() {
    let server = Server::start();
    parks(&server, 0..7);
    let first = server.get("/api/v1/parks?limit=3", "").ok();
    let as_of = &first["as_of"];
    parks(&server, 7..12);
    let mut ids: Vec<String> = Vec::new();
    let mut page = first.clone();
    loop {
        assert_eq!(&page["as_of"], as_of);
        let items = page["items"].as_array().unwrap().clone();
        ids.extend(items.iter().map(|item| item["park"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        page = server.get(&format!("/api/v1/parks?limit=3&cursor={cursor}"), "").ok();
    }
    assert_eq!(ids, (0..7).map(|id| format!("prk_{id:02}")).collect::<Vec<_>>());
    let all = server.get("/api/v1/parks", "").ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 12);
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/api/v1/firms?cursor={cursor}");
    server.get(&path, &server.keeper).problem(400, "cursor_mismatch");
    server.get("/api/v1/parks?cursor=xx", "").problem(400, "cursor_malformed");
}

#[test]
fn a_read_waits_for_the_position_that_it_asks_for() {
    let server = Server::start();
    let data = json!({"name": "p", "park": "prk_a", "zone": "UTC"});
    let put = server.post("/api/v1/parks", &server.keeper, "cmd_1", &data).ok();
    let position = put["position"].as_u64().unwrap();
    let got = server.get(&format!("/api/v1/parks/prk_a?at_least={position}"), "").ok();
    assert!(got["as_of"].as_u64().unwrap() > position);
    let ahead = server.get(&format!("/api/v1/parks?at_least={}", position + 1), "");
    assert_eq!(ahead.header("retry-after"), "1");
    ahead.problem(503, "not_yet");
}

#[test]
fn what_http_expects_is_kept() {
    let server = Server::start();
    parks(&server, 0..1);
    let head = server.request("HEAD", "/api/v1/parks", &[], "");
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    let got = server.request("DELETE", "/api/v1/parks", &[], "");
    assert_eq!(got.header("allow"), "GET, HEAD, POST");
    got.problem(405, "method_not_allowed");
    let got = server.request("PUT", "/docs/problems", &[], "");
    got.problem(405, "method_not_allowed");
    server.get("/api/v1/nothing", "").problem(404, "not_found");
    server.get("/api/v1/parks/prk_none", "").problem(404, "not_found");
    server.get("/api/v1/parks?siez=1", "").problem(400, "unknown_parameter");
    server.get("/api/v1/parks?limit=1&limit=2", "").problem(400, "duplicate_parameter");
    server.get("/api/v1/parks?limit=x", "").problem(400, "malformed_number");
    server.get("/api/v1/log/checkpoint?x=1", "").problem(400, "unknown_parameter");
}

#[test]
fn lists_are_narrowed_by_park_firm_contract_and_stage() {
    let (server, keys) = Server::with_contract();
    for number in 1..4 {
        server.load(&keys, number);
    }
    let open = super::server::dispatch(4, "2.00");
    let path = "/api/v1/deliveries/dlv_4/dispatch";
    server.settle(&server.post(path, &keys.works, "cmd_open", &open).ok());
    let count = |query: &str| {
        let page = server.get(&format!("/api/v1/deliveries{query}"), &keys.works).ok();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(count(""), 4);
    assert_eq!(count("?contract=ctr_1"), 4);
    assert_eq!(count("?contract=ctr_2"), 0);
    assert_eq!(count("?stage=dispatched"), 1);
    assert_eq!(count("?stage=finished&park=prk_a&firm=frm_mill"), 3);
    assert_eq!(count("?park=prk_b"), 0);
    let contracts = server.get("/api/v1/contracts?stage=concluded", &keys.mill).ok();
    assert_eq!(contracts["items"].as_array().unwrap().len(), 1);
    let listing = json!({
        "kind": "offer", "listing": "lst_1", "material": "mat_slag", "site": "sit_works",
    });
    server.settle(&server.post("/api/v1/listings", &keys.works, "cmd_l", &listing).ok());
    let listings = server.get("/api/v1/listings?kind=offer&park=prk_a", &keys.other).ok();
    assert_eq!(listings["items"][0]["listing"], "lst_1");
    let none = server.get("/api/v1/listings?kind=want", &keys.other).ok();
    assert_eq!(none["items"], json!([]));
    for path in [
        "/api/v1/firms",
        "/api/v1/sites",
        "/api/v1/scales",
        "/api/v1/materials",
        "/api/v1/keys",
        "/api/v1/permits",
        "/api/v1/meters",
        "/api/v1/catalogues",
        "/api/v1/returns",
        "/api/v1/parks/prk_a/periods",
    ] {
        server.get(path, &keys.works).ok();
    }
}
