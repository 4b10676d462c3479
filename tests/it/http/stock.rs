//! Stock accounts through a real socket: opened, moved by loads and by hand, read and exported.

use serde_json::{Value, json};

use super::server::Server;

const AT: &str = "/api/v1/stock/sit_mill/mat_slag";

fn tonnes(value: &str) -> Value {
    json!({"unit": "TNE", "value": value})
}

fn evidence() -> Value {
    json!([{"hash": "11".repeat(32), "title": "survey"}])
}

#[test]
fn an_account_is_opened_moved_read_and_exported() {
    let (server, keys) = Server::with_contract();
    let none = server.get(AT, &keys.mill);
    none.problem(404, "not_found");
    let open = json!({"evidence": evidence(), "method": "estimated", "quantity": tonnes("5")});
    let opened = server.post(&format!("{AT}/open"), &keys.mill, "cmd_open", &open);
    assert_eq!((opened.status, opened.header("location")), (201, AT));
    server.post(&format!("{AT}/open"), &keys.works, "cmd_o", &open).problem(403, "not_permitted");
    // 31.20 t are dispatched, received, accepted and used.
    server.load(&keys, 1);
    let loss = json!({"cause": "spill", "quantity": tonnes("0.25")});
    let lost = server.post(&format!("{AT}/record-loss"), &keys.mill, "cmd_loss", &loss).ok();
    server.settle(&lost);
    let account = server.get(AT, &keys.mill).ok()["item"].clone();
    let on_hand = json!({"basis": "wet", "unit": "TNE", "value": "4.75"});
    assert_eq!((&account["on_hand"], &account["negative"]), (&on_hand, &json!(false)));
    assert_eq!(account["moved"].as_array().unwrap().len(), 4, "{account}");
    let mut movements = Vec::new();
    let mut path = format!("{AT}/entries?limit=2");
    loop {
        let page = server.get(&path, &keys.mill).ok();
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        movements.extend(items);
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{AT}/entries?limit=2&cursor={cursor}");
    }
    let balances: Vec<_> = movements
        .iter()
        .map(|one| (one["movement"].as_str().unwrap(), one["balance"]["value"].as_str().unwrap()))
        .collect();
    let expected = [("opening", "5"), ("accepted", "36.2"), ("used", "5"), ("lost", "4.75")];
    assert_eq!(balances, expected);
    assert_eq!(movements[1]["delivery"], "dlv_1");
    assert_eq!(movements[3]["position"], lost["position"]);
    let none = server.get(&format!("{AT}/entries?to=2020-01-01"), &keys.mill).ok();
    assert_eq!(none["items"], json!([]));
    let table = server.get(&format!("{AT}/entries?format=csv"), &keys.mill);
    assert_eq!((table.status, table.text.lines().count()), (200, 5));
    let list = server.get("/api/v1/stock?site=sit_mill&material=mat_slag", &keys.mill).ok();
    assert_eq!(list["items"][0], account);
    let other = server.get("/api/v1/stock?site=sit_works", &keys.mill).ok();
    assert_eq!(other["items"], json!([]));
    // Nobody else's desk sees it, nor that it is there.
    server.get(AT, &keys.other).problem(404, "not_found");
    server.get(&format!("{AT}/entries"), &keys.other).problem(404, "not_found");
    assert_eq!(server.get("/api/v1/stock", &keys.other).ok()["items"], json!([]));
    let draw = json!({"operation": "R5", "origin": "accepted", "quantity": tonnes("4")});
    let refused = server.post(&format!("{AT}/draw"), &keys.mill, "cmd_draw", &draw);
    refused.problem(409, "use_exceeds_accepted");
}
