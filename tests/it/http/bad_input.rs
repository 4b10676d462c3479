//! What is wrong from outside gets a stable code, a pointer and a sentence, and leaves nothing.

use serde_json::{Value, json};

use super::server::{Keys, Server, dispatch, measured};

/// Refused with this status, code and pointer, and nothing of it in the log.
#[track_caller]
fn refused(
    server: &Server,
    key: &str,
    path: &str,
    data: &Value,
    (status, code, pointer): (u16, &str, &str),
    says: &str,
) {
    let size = server.ledger.size();
    let problem = server.post(path, key, "cmd_bad", data).problem(status, code);
    assert_eq!(problem["pointer"], pointer, "{problem:#}");
    assert!(problem["detail"].as_str().unwrap().contains(says), "{problem:#}");
    assert_eq!(server.ledger.size(), size);
}

#[test]
fn values_are_refused_with_what_would_be_right() {
    let (server, keys) = Server::with_contract();
    let firm = json!({"firm": "frm_x", "name": "x", "uscc": "91110000600037341N"});
    let at = (422, "bad_check_digit", "/data/uscc");
    refused(&server, &server.keeper, "/api/v1/firms", &firm, at, "L");
    let path = "/api/v1/deliveries/dlv_1/dispatch";
    let bent = |unit: &str, value: &str| {
        let mut data = dispatch(1, "31.20");
        data["measured"]["quantity"] = json!({"unit": unit, "value": value});
        data
    };
    for (unit, value, code, says) in [
        ("tonnes", "31.20", "unknown_unit", "TNE"),
        ("GJ", "31.20", "unknown_unit", "GV"),
        ("TNE", "-1", "negative", "zero or more"),
        ("TNE", "31.2000001", "over_precise", "gram"),
        ("TNE", "1e3", "malformed_number", "plain digits"),
    ] {
        let problem = server.post(path, &keys.works, "cmd_bad", &bent(unit, value));
        let problem = problem.problem(422, code);
        let pointer = problem["pointer"].as_str().unwrap();
        assert!(pointer.starts_with("/data/measured/quantity"), "{problem:#}");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem:#}");
    }
    let mut cubic = dispatch(1, "31.20");
    cubic["measured"] = json!({"method": "declared", "quantity": {"unit": "MTQ", "value": "3"}});
    let at = (422, "unlike_dimension", "/data/measured/quantity");
    refused(&server, &keys.works, path, &cubic, at, "mass");
    let mut unknown = dispatch(1, "31.20");
    unknown["wieght"] = json!(1);
    let at = (422, "unknown_member", "/data/wieght");
    refused(&server, &keys.works, path, &unknown, at, "wieght");
}

#[test]
fn a_day_to_come_is_refused() {
    let (server, keys) = Server::with_contract();
    let body = json!({"data": dispatch(1, "31.20"), "occurred_at": "2999-01-01T00:00:00.000Z"});
    let path = "/api/v1/deliveries/dlv_1/dispatch";
    let problem = server.post_text(path, &keys.works, "cmd_1", &body.to_string());
    assert_eq!(problem.problem(422, "occurred_in_future")["pointer"], "/occurred_at");
}

#[test]
fn json_that_two_parsers_could_read_differently_is_refused() {
    let (server, keys) = Server::with_contract();
    let path = "/api/v1/deliveries/dlv_1/dispatch";
    for (text, code) in [
        (r#"{"data":{},"data":{}}"#, "json_duplicate_key"),
        (r#"{"data":{"a":1.5}}"#, "json_not_an_integer"),
        (r#"{"data":{"a":"\ud800"}}"#, "json_lone_surrogate"),
        (r#"{"data":{"#, "json_truncated"),
        ("", "json_truncated"),
        ("{} x", "json_trailing_bytes"),
    ] {
        let problem = server.post_text(path, &keys.works, "cmd_1", text).problem(400, code);
        assert!(problem["offset"].is_u64(), "{problem:#}");
    }
}

#[test]
fn a_body_that_is_too_long_or_of_another_type_is_refused() {
    let (server, keys) = Server::with_contract();
    let path = "/api/v1/deliveries/dlv_1/dispatch";
    let long = format!("{{\"data\":\"{}\"}}", "x".repeat(300_000));
    server.post_text(path, &keys.works, "cmd_1", &long).problem(413, "body_too_large");
    let bearer = format!("Bearer {}", keys.works);
    let headers =
        [("authorization", &*bearer), ("content-type", "text/plain"), ("idempotency-key", "cmd_1")];
    server.request("POST", path, &headers, "{}").problem(415, "unsupported_media_type");
}

fn ticket_story(server: &Server, keys: &Keys) {
    server
        .post("/api/v1/deliveries/dlv_1/dispatch", &keys.works, "cmd_1", &dispatch(1, "31.20"))
        .ok();
}

#[test]
fn a_ticket_is_used_once() {
    let (server, keys) = Server::with_contract();
    ticket_story(&server, &keys);
    let at = (409, "ticket_taken", "/data/measured/ticket/number");
    let path = "/api/v1/deliveries/dlv_2/dispatch";
    let problem = server.post(path, &keys.works, "cmd_2", &dispatch(1, "30.20"));
    let problem = problem.problem(at.0, at.1);
    assert!(problem["pointer"].as_str().unwrap().starts_with("/data/measured/ticket"));
    assert!(problem["detail"].as_str().unwrap().contains("dlv_1"), "{problem:#}");
}

#[test]
fn a_firm_acts_for_itself_only() {
    let (server, keys) = Server::with_contract();
    let body = json!({
        "actor": "frm_works", "data": dispatch(1, "31.20"), "occurred_at": super::server::DAY,
    });
    let path = "/api/v1/deliveries/dlv_1/dispatch";
    let problem = server.post_text(path, &keys.mill, "cmd_1", &body.to_string());
    problem.problem(403, "not_permitted");
    let not_party = server.post(path, &keys.other, "cmd_1", &dispatch(1, "31.20"));
    not_party.problem(403, "not_a_party");
}

#[test]
fn more_than_is_there_is_not_used_and_waste_is_not_taken_without_a_permit() {
    let (server, keys) = Server::with_contract();
    ticket_story(&server, &keys);
    let path = |step: &str| format!("/api/v1/deliveries/dlv_1/{step}");
    let receive = json!({"measured": measured("scl_mill", 1, "31.20")});
    server.post(&path("receive"), &keys.mill, "cmd_in", &receive).ok();
    server.post(&path("accept"), &keys.mill, "cmd_accept", &json!({})).ok();
    let more = json!({"operation": "R5", "quantity": {"unit": "TNE", "value": "31.21"}});
    let at = (409, "use_exceeds_accepted", "/data/quantity");
    refused(&server, &keys.mill, &path("use"), &more, at, "31.2");

    // Tar is hazardous; the mill's permit for it has expired.
    let tar = json!({
        "basis": "wet", "codes": [{"code": "05 06 03*", "edition": "2014", "scheme": "eu_low"}],
        "dimension": "mass", "firm": "frm_works", "kind": "by_product", "material": "mat_tar",
        "name": "tar",
    });
    server.post("/api/v1/materials", &keys.works, "cmd_tar", &tar).ok();
    let permit = json!({
        "codes": [{"code": "05 06 03*", "edition": "2014", "scheme": "eu_low"}],
        "issuer": "province", "number": "1", "operations": ["R1"], "permit": "prm_1",
        "site": "sit_mill", "term": {"from": "2024-01-01", "to": "2025-02-28"},
    });
    server.post("/api/v1/permits", &server.keeper, "cmd_permit", &permit).ok();
    let contract = json!({
        "contract": "ctr_tar", "kind": "spot",
        "lines": [{
            "baseline_fate": "incineration", "line": 1, "material": "mat_tar",
            "quantity": {"unit": "TNE", "value": "100"},
        }],
        "receiver": "sit_mill", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    server.post("/api/v1/contracts", &keys.works, "cmd_ctr_tar", &contract).ok();
    server.post("/api/v1/contracts/ctr_tar/confirm", &keys.mill, "cmd_c", &json!({})).ok();
    let receive = json!({
        "contract": "ctr_tar", "line": 1, "measured": measured("scl_mill", 9, "20.00"),
    });
    let taken = server.post("/api/v1/deliveries/dlv_t/receive", &keys.mill, "cmd_t", &receive);
    let noted = taken.ok()["nonconformities"].clone();
    assert!(noted.as_array().unwrap().contains(&json!("permit_not_valid")), "{noted}");
    let at = (409, "permit_not_valid", "/data/delivery");
    refused(&server, &keys.mill, "/api/v1/deliveries/dlv_t/accept", &json!({}), at, "2025-03-01");
}
