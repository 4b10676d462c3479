//! Figures, and the facts that add up to them.

use serde_json::{Value, json};

use super::server::Server;

#[test]
fn a_figure_opens_down_to_its_tickets_and_the_facts_add_up() {
    let (server, keys) = Server::with_contract();
    for number in 1..4 {
        server.load(&keys, number);
    }
    let position = server.ledger.size() - 1;
    let regulator = server.key("key_regulator", "regulator", json!({"parks": ["prk_a"]}));
    let base = "/api/v1/parks/prk_a/statistics/exchange-totals";
    let months = "from=2025-03&to=2025-03";
    let figure = server.get(&format!("{base}?{months}&at_least={position}"), &regulator).ok();
    let line = &figure["items"][0];
    assert_eq!(line["accepted"]["value"], "93.6");
    assert_eq!((&line["gap"]["value"], &line["acceptances"]), (&json!("0"), &json!(3)));
    assert_eq!(line["measured_percent"], "100.00");

    let as_of = figure["as_of"].as_u64().unwrap();
    let (mut cursor, mut grams, mut tickets) = (String::new(), 0, Vec::new());
    loop {
        let path = format!("{base}/facts?{months}&as_of={as_of}&limit=2{cursor}");
        let page = server.get(&path, &regulator).ok();
        assert_eq!(page["total"], 6);
        for fact in page["items"].as_array().unwrap() {
            assert!(fact["position"].is_u64() && fact["delivery"].is_string(), "{fact}");
            if fact["measure"] == "accepted" {
                let tonnes = fact["quantity"]["value"].as_str().unwrap().replace('.', "");
                grams += tonnes.parse::<u64>().unwrap();
                tickets.push(fact["ticket"]["number"].as_str().unwrap().to_owned());
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(grams, 936, "in tenths of a tonne");
    assert_eq!(tickets, ["T1", "T2", "T3"]);

    // As of before the last acceptance the earlier figure is given, for ever.
    let last = server.get("/api/v1/deliveries/dlv_3", &keys.mill).ok();
    let before = last["item"]["records"][2].as_u64().unwrap();
    let earlier = server.get(&format!("{base}?{months}&as_of={before}"), &regulator).ok();
    assert_eq!(earlier["items"][0]["accepted"]["value"], "62.4");
    let ahead = format!("{base}?{months}&as_of={}", as_of + 1_000);
    server.get(&ahead, &regulator).problem(503, "not_yet");
}

#[test]
fn the_three_two_test_answers_its_links_and_their_facts() {
    let (server, keys) = Server::with_contract();
    let used = server.load(&keys, 1);
    server.settle(&used);
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let base = "/api/v1/parks/prk_a/statistics/chertow-3-2";
    let answer = server.get(&format!("{base}?from=2025-01&to=2025-12"), &park).ok();
    assert_eq!(answer["result"]["verdict"], "kernel");
    let link = &answer["result"]["components"][0]["links"][0];
    assert_eq!((&link["supplier"], &link["receiver"]), (&json!("frm_works"), &json!("frm_mill")));
    let facts = server.get(&format!("{base}/facts?from=2025-01&to=2025-12"), &park).ok();
    assert_eq!(facts["items"][0]["measure"], "used");
    assert_eq!(facts["items"][0].get("ticket"), None, "a park sees tickets as totals only");
    let none = server.get(&format!("{base}?from=2024-01&to=2024-12"), &park).ok();
    assert_eq!(none["result"]["verdict"], "none");
    let reversed = server.get(&format!("{base}?from=2025-12&to=2025-01"), &park);
    reversed.problem(400, "malformed_parameter");
}

#[test]
fn the_public_sees_closed_months_without_small_cells() {
    let (server, keys) = Server::with_contract();
    server.load(&keys, 1);
    let months = "from=2025-03&to=2025-03";
    let figure = format!("/api/v1/parks/prk_a/statistics/exchange-totals?{months}");
    server.get(&figure, &keys.mill).problem(403, "not_permitted");
    server.get(&figure, "").problem(401, "key_needed");
    let public = "/api/v1/parks/prk_a/statistics/public/exchange-totals?year=2025";
    let open = server.get(public, "").ok();
    assert_eq!((&open["items"], &open["closed"]), (&json!([]), &json!([])));
    // Closing is of now, not of the day on which the load came.
    let body = json!({"data": {}, "occurred_at": "2025-04-02T00:00:00.000Z"}).to_string();
    let path = "/api/v1/parks/prk_a/periods/2025-03/close";
    let closed = server.post_text(path, &server.keeper, "cmd_close", &body);
    let location = closed.header("location").to_owned();
    assert_eq!(location, "/api/v1/parks/prk_a/periods/2025-03");
    let closed = closed.ok();
    assert_eq!(closed["records"][1]["type"], "park_counted");
    server.settle(&closed);
    let period = server.get(&location, "").ok()["item"].clone();
    assert_eq!((&period["period"], &period["park"]), (&json!("2025-03"), &json!("prk_a")));
    let periods = server.get("/api/v1/parks/prk_a/periods", "").ok()["items"].clone();
    assert_eq!(periods, json!([period]));
    server.get(&location.replace("03", "04"), "").problem(404, "not_found");
    let answer = server.get(public, "").ok();
    assert_eq!(answer["closed"], json!(["2025-03"]));
    assert_eq!(answer["items"][0]["suppressed"], true);
    assert_eq!(answer["items"][0]["period"], "2025-03");
    let quarters = server.get(&format!("{public}&grouping=quarter"), "").ok();
    assert_eq!(quarters["items"], json!([]));
    let absent = public.replace("prk_a", "prk_none");
    server.get(&absent, "").problem(404, "not_found");
    server.get(&public.replace("2025", "25"), "").problem(400, "malformed_parameter");
    assert_eq!(answer["items"][0].get("accepted"), None::<&Value>);
    // What is dated into a closed month is taken, noted, and never claimed.
    let late = super::server::dispatch(9, "2.00");
    let late =
        server.post("/api/v1/deliveries/dlv_9/dispatch", &keys.works, "cmd_late", &late).ok();
    assert_eq!(late["nonconformities"], json!(["period_closed"]));
}

#[test]
fn totals_are_told_apart_by_material_firm_or_month() {
    let (server, keys) = Server::with_contract();
    for number in 1..4 {
        let used = server.load(&keys, number);
        server.settle(&used);
    }
    let regulator = server.key("key_regulator", "regulator", json!({"parks": ["prk_a"]}));
    let totals = |key: &str, by: &str| {
        let path = format!("/api/v1/totals?park=prk_a&from=2025-01&to=2025-12&by={by}");
        server.get(&path, key).ok()["items"].as_array().unwrap().clone()
    };
    let used = |key: &str, by: &str| {
        let totals = totals(key, by).into_iter().filter(|total| total["measure"] == "used");
        totals.collect::<Vec<_>>()
    };
    for (by, value) in [("material", "mat_slag"), ("firm", "frm_mill"), ("month", "2025-03")] {
        let [total] = &used(&regulator, by)[..] else { panic!("one use: {by}") };
        assert_eq!((&total[by], &total["facts"]), (&json!(value), &json!(3)));
        assert_eq!(total["quantity"]["value"], "93.6");
    }
    assert_eq!(used(&keys.mill, "firm").len(), 1);
    assert!(totals(&keys.other, "firm").is_empty());
    let others = "/api/v1/totals?park=prk_a&from=2025-01&to=2025-12&firm=frm_works";
    server.get(others, &keys.mill).problem(403, "not_permitted");
    server.get(others, "").problem(401, "key_needed");
}

#[test]
fn facts_are_shown_to_their_firm_and_to_those_who_check() {
    let (server, keys) = Server::with_contract();
    let used = server.load(&keys, 1);
    server.settle(&used);
    let measures = |key: &str| -> Vec<String> {
        let page = server.get("/api/v1/facts?park=prk_a", key).ok();
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|fact| fact["measure"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(measures(&keys.works), ["dispatched", "delivered"]);
    assert_eq!(measures(&keys.mill), ["received", "accepted", "used"]);
    assert!(measures(&keys.other).is_empty());
    let path = "/api/v1/facts?park=prk_a&firm=frm_works";
    server.get(path, &keys.mill).problem(403, "not_permitted");
    let of_used = server.get("/api/v1/facts?park=prk_a&measure=used", &keys.mill).ok();
    assert_eq!(of_used["total"], 1);
    // A scale's key writes only.
    let scale = json!({"firm": "frm_mill", "site": "sit_mill"});
    let scale = server.key("key_scale", "weighbridge", scale);
    server.get("/api/v1/facts?park=prk_a", &scale).problem(403, "not_permitted");
}
