//! Many commands in one request.

use serde_json::{Value, json};

use super::server::{DAY, Server};

fn park(id: &str, name: &str) -> Value {
    json!({
        "actor": "keeper", "data": {"name": name, "park": format!("prk_{id}"), "zone": "UTC"},
        "id": format!("cmd_{id}"), "occurred_at": DAY, "type": "register_park",
    })
}

fn send(server: &Server, media_type: &str, body: &str) -> super::server::Got {
    let bearer = format!("Bearer {}", server.keeper);
    let headers = [("authorization", &*bearer), ("content-type", media_type)];
    server.request("POST", "/api/v1/commands", &headers, body)
}

#[test]
fn each_is_decided_on_its_own_and_answered_in_order_as_lines_or_as_an_array() {
    let server = Server::start();
    let commands = [park("a", "A"), park("a", "other"), park("b", ""), park("b", "B")];
    let lines: Vec<String> = commands.iter().map(Value::to_string).collect();
    let body = format!("{}\n\n{}\n", lines[0], lines[1..].join("\n"));
    let got = send(&server, "application/x-ndjson", &body);
    assert_eq!((got.status, got.header("content-type")), (200, "application/x-ndjson"));
    let results: Vec<Value> =
        got.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes = |results: &[Value]| -> Vec<String> {
        let code = |result: &Value| {
            let (code, id) = (&result["problem"]["code"], &result["accepted"]["command"]);
            code.as_str().or(id.as_str()).unwrap().to_owned()
        };
        results.iter().map(code).collect()
    };
    assert_eq!(codes(&results), ["cmd_a", "command_id_reused", "malformed_text", "cmd_b"]);
    let size = server.ledger.size();
    let array = format!("[{}]", lines.join(","));
    let again = send(&server, "application/json", &array).ok();
    assert_eq!(codes(again.as_array().unwrap()), codes(&results));
    assert_eq!(server.ledger.size(), size, "sent again it changes nothing");
}

#[test]
fn what_is_no_batch_is_refused_whole() {
    let server = Server::start();
    send(&server, "application/json", "{}").problem(400, "bad_request");
    send(&server, "application/json", "[").problem(400, "json_truncated");
    send(&server, "text/csv", "a,b").problem(415, "unsupported_media_type");
    let many = format!("[{}]", vec!["{}"; 10_001].join(","));
    send(&server, "application/json", &many).problem(400, "too_many_commands");
}
