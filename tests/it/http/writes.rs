//! Commands through their typed doors.

use serde_json::json;

use super::server::{Server, dispatch, measured};

#[test]
fn a_load_goes_from_dispatch_to_counted_tonne() {
    let (server, keys) = Server::with_contract();
    let used = server.load(&keys, 1);
    let position = used["position"].as_u64().unwrap();
    let path = format!("/api/v1/contracts/ctr_1?at_least={position}");
    let answer = server.get(&path, &keys.mill).ok();
    assert!(answer["as_of"].as_u64().unwrap() > position);
    let window = &answer["item"]["lines"][0]["windows"][0];
    assert_eq!(window["used"], json!({"unit": "TNE", "value": "31.2"}));
    let delivery = server.get("/api/v1/deliveries/dlv_1", &keys.works).ok();
    assert_eq!(delivery["item"]["stage"], "finished");
    assert_eq!(delivery["item"]["records"].as_array().unwrap().len(), 4);
}

#[test]
fn the_same_id_gets_the_first_answer_bare_or_quoted_and_other_content_a_409() {
    let (server, keys) = Server::with_contract();
    let path = "/api/v1/deliveries/dlv_1/dispatch";
    let first = server.post(path, &keys.works, "cmd_1", &dispatch(1, "31.20"));
    assert_eq!((first.status, first.header("location")), (201, "/api/v1/deliveries/dlv_1"));
    let again = server.post(path, &keys.works, "\"cmd_1\"", &dispatch(1, "31.20"));
    assert_eq!((again.status, &again.text), (201, &first.text));
    let other = server.post(path, &keys.works, "cmd_1", &dispatch(1, "31.10"));
    other.problem(409, "command_id_reused");
    // Ids are of their firm: another's is another command.
    let receive = json!({"measured": measured("scl_mill", 1, "31.20")});
    server.post("/api/v1/deliveries/dlv_1/receive", &keys.mill, "cmd_1", &receive).ok();
}

#[test]
fn reality_that_breaks_a_rule_is_recorded_and_says_so_and_its_acceptance_is_refused() {
    let (server, keys) = Server::with_contract();
    let path = |step: &str| format!("/api/v1/deliveries/dlv_1/{step}");
    let out = server.post(&path("dispatch"), &keys.works, "cmd_out", &dispatch(1, "120.00")).ok();
    assert_eq!(out["nonconformities"], json!(["over_delivery"]));
    let receive = json!({"measured": measured("scl_mill", 1, "120.00")});
    let taken = server.post(&path("receive"), &keys.mill, "cmd_in", &receive).ok();
    assert_eq!(taken["nonconformities"], json!(["over_delivery"]));
    let refused = server.post(&path("accept"), &keys.mill, "cmd_accept", &json!({}));
    let problem = refused.problem(409, "over_contract");
    assert!(problem["detail"].as_str().unwrap().contains("100"), "{problem}");
}

#[test]
fn a_command_needs_an_id_and_a_time() {
    let (server, keys) = Server::with_contract();
    let bearer = format!("Bearer {}", keys.works);
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    let path = "/api/v1/deliveries/dlv_1/dispatch";
    server.request("POST", path, &headers, "{}").problem(400, "idempotency_key_needed");
    let problem = server.post_text(path, &keys.works, "cmd_1", r#"{"data":{}}"#);
    let problem = problem.problem(422, "missing_member");
    assert!(problem["detail"].as_str().unwrap().contains("occurred_at"));
    server.post_text(path, &keys.works, "dlv_1", "{}").problem(400, "malformed_id");
}

#[test]
fn the_address_and_the_body_may_not_contradict_each_other() {
    let (server, keys) = Server::with_contract();
    let mut data = dispatch(1, "31.20");
    data["delivery"] = json!("dlv_2");
    let problem = server.post("/api/v1/deliveries/dlv_1/dispatch", &keys.works, "cmd_1", &data);
    assert_eq!(problem.problem(422, "path_mismatch")["pointer"], "/data/delivery");
}
