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

#[test]
fn lots_are_formed_blended_split_drawn_read_and_exported() {
    let (server, keys) = Server::with_contract();
    let open = json!({"evidence": evidence(), "method": "estimated", "quantity": tonnes("8")});
    server.post(&format!("{AT}/open"), &keys.mill, "cmd_open", &open).ok();
    let ask = |path: &str, id: &str, data: Value| {
        server.post(&format!("{AT}/{path}"), &keys.mill, &format!("cmd_{id}"), &data)
    };
    server.unused_load(&keys, 1);
    let form = |lot: &str, origin: &str, quantity: &str| {
        let quantity = tonnes(quantity);
        json!({"lot": lot, "origin": origin, "quantity": quantity})
    };
    let mut first = form("lot_1", "accepted", "20.20");
    first["composition"] = "CaO 41 %".into();
    ask("lots", "form-1", first).ok();
    ask("lots", "form-2", form("lot_2", "generated", "3")).ok();
    let blend = json!({"lot": "lot_3", "lots": ["lot_2", "lot_1"], "note": "for the kiln"});
    ask("blend-lots", "blend", blend).ok();
    let into = json!({"into": [{"lot": "lot_4", "quantity": tonnes("0.2")}]});
    ask("lots/lot_3/split", "split", into).ok();
    let draw = json!({"lot": "lot_3", "operation": "R5", "quantity": tonnes("6")});
    let drawn = ask("draw", "draw", draw).ok();
    server.settle(&drawn);
    let account = server.get(AT, &keys.mill).ok()["item"].clone();
    let sums = ["on_hand", "in_lots", "free"].map(|sum| account[sum]["value"].clone());
    assert_eq!(sums, ["33.2", "17.2", "16"]);
    let one = server.get(&format!("{AT}/lots/lot_3"), &keys.mill).ok()["item"].clone();
    let part = |place: usize| one["parts"][place]["quantity"]["value"].as_str().unwrap();
    assert_eq!((part(0), part(1)), ("14", "3"), "{one}");
    let (delivery, own) = (&one["parts"][0]["delivery"], &one["parts"][1]["delivery"]);
    assert_eq!((delivery, own), (&json!("dlv_1"), &Value::Null));
    assert_eq!(one["blended_of"], json!(["lot_2", "lot_1"]));
    assert_eq!(one["lot"]["quantity"]["value"], "17");
    let ended = ask("lots/lot_1/dissolve", "end", json!({}));
    ended.problem(409, "lot_ended");
    let less = json!({"cause": "measuring", "method": "estimated", "quantity": tonnes("17")});
    ask("count", "count", less).problem(409, "name_the_lot");
    // The list goes on where a page ended.
    let page = server.get(&format!("{AT}/lots?limit=3"), &keys.mill).ok();
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = server.get(&format!("{AT}/lots?limit=3&cursor={cursor}"), &keys.mill).ok();
    let items = [&page, &rest].map(|page| page["items"].as_array().unwrap().clone()).concat();
    let lots: Vec<_> = items
        .iter()
        .map(|lot| (lot["lot"].as_str().unwrap(), lot["stage"].as_str().unwrap()))
        .collect();
    let expected =
        [("lot_1", "blended"), ("lot_2", "blended"), ("lot_3", "live"), ("lot_4", "live")];
    assert_eq!(lots, expected);
    let live = server.get(&format!("{AT}/lots?stage=live"), &keys.mill).ok();
    assert_eq!(live["items"].as_array().unwrap().len(), 2);
    let table = server.get(&format!("{AT}/lots?format=csv"), &keys.mill);
    assert_eq!((table.status, table.text.lines().count()), (200, 5), "{}", table.text);
    let moved = server.get(&format!("{AT}/entries?lot=lot_3"), &keys.mill).ok();
    assert_eq!(moved["items"][0]["amount"]["value"], "-6");
    assert_eq!(moved["items"].as_array().unwrap().len(), 1);
    // A composition is its firm's alone.
    let sealed = server.get("/api/v1/lots/lot_1/confidential", &keys.mill).ok();
    assert_eq!(sealed["items"][0]["value"], "CaO 41 %", "{sealed}");
    for path in [format!("{AT}/lots"), format!("{AT}/lots/lot_1")] {
        server.get(&path, &keys.other).problem(404, "not_found");
    }
    server.get("/api/v1/lots/lot_1/confidential", &keys.works).problem(404, "not_found");
    server.get("/api/v1/stock/sit_mill/mat_none/lots/lot_1", &keys.mill).problem(404, "not_found");
}
