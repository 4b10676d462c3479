//! A small story: two firms, one contract, loads from dispatch to use. For the tests of the writer,
//! those that kill or trace a process, and the benchmarks; each takes this one file in.

use serde_json::{Value, json};

use symbiosis_ledger::domain::command::Command;
use symbiosis_ledger::domain::id::KeyId;
use symbiosis_ledger::record::canonical::canonical;

const DAY: &str = "2025-03-01T08:00:00.000Z";

pub fn key() -> KeyId {
    "key_test".parse().unwrap()
}

pub fn command(text: &str) -> Command {
    let canonical = canonical(text.as_bytes()).unwrap();
    Command::parse(std::str::from_utf8(&canonical).unwrap()).unwrap()
}

/// A command with its envelope.
pub fn ask(actor: &str, id: &str, kind: &str, data: &Value) -> Command {
    let envelope = json!({
        "actor": actor, "data": data, "id": format!("cmd_{id}"), "occurred_at": DAY, "type": kind,
    });
    command(&envelope.to_string())
}

/// Everything up to a concluded contract of 100,000,000 tonnes.
pub fn opening() -> Vec<Command> {
    let firm = |id: &str, uscc: &str| json!({"firm": id, "name": id, "uscc": uscc});
    let site =
        |id: &str, firm: &str| json!({"firm": firm, "name": id, "park": "prk_a", "site": id});
    let calibration = json!({"from": "2025-01-01", "to": "2025-12-31"});
    let scale = |id: &str, site: &str| {
        let name = id;
        json!({"calibration": calibration, "name": name, "scale": id, "site": site})
    };
    let contract = json!({
        "contract": "ctr_1", "kind": "spot",
        "lines": [{
            "baseline_fate": "landfill", "line": 1, "material": "mat_slag",
            "price": {
                "amount": {"amount": "12.50", "currency": "CNY"}, "direction": "receiver_pays",
                "per": "TNE",
            },
            "quantity": {"unit": "TNE", "value": "100000000"},
        }],
        "receiver": "sit_mill", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    let park = json!({"name": "A", "park": "prk_a", "zone": "Asia/Shanghai"});
    let material = json!({
        "basis": "wet", "dimension": "mass", "firm": "frm_works", "kind": "by_product",
        "material": "mat_slag", "name": "slag",
        "codes": [{"code": "10 02 01", "edition": "2014", "scheme": "eu_low"}],
    });
    vec![
        ask("keeper", "park", "register_park", &park),
        ask("keeper", "works", "register_firm", &firm("frm_works", "91450802MA5GG00164")),
        ask("keeper", "mill", "register_firm", &firm("frm_mill", "91450802MA5GG0024Y")),
        ask("frm_works", "site", "register_site", &site("sit_works", "frm_works")),
        ask("frm_mill", "site", "register_site", &site("sit_mill", "frm_mill")),
        ask("frm_works", "scale", "register_scale", &scale("scl_works", "sit_works")),
        ask("frm_mill", "scale", "register_scale", &scale("scl_mill", "sit_mill")),
        ask("frm_works", "material", "define_material", &material),
        ask("frm_works", "contract", "propose_contract", &contract),
        ask("frm_mill", "confirm", "confirm_contract", &json!({"contract": "ctr_1"})),
    ]
}

/// So many loads of 31.20 t, each dispatched, received, accepted and used.
pub fn story(loads: u32) -> Vec<Command> {
    (0..loads).flat_map(load).collect()
}

pub fn load(number: u32) -> [Command; 4] {
    steps(number, "31.20", &json!({}))
}

/// A load of which a good part was lost on the way and a part is rejected: its receipt and its
/// acceptance are two records each.
pub fn short_load(number: u32) -> [Command; 4] {
    let accept = json!({"quantity": {"unit": "TNE", "value": "15.00"}, "reason": "wet"});
    steps(number, "20.00", &accept)
}

fn steps(number: u32, received: &str, accept: &Value) -> [Command; 4] {
    let delivery = format!("dlv_{number}");
    let measured = |scale: &str, net: &str| {
        let gross = net.replace('.', "").parse::<u32>().expect("hundredths") + 1_500;
        let gross = format!("{}.{:02}", gross / 100, gross % 100);
        json!({
            "method": "weighed", "quantity": {"unit": "TNE", "value": net},
            "ticket": {
                "gross": {"unit": "TNE", "value": gross}, "number": format!("T{number}"),
                "scale": scale, "tare": {"unit": "TNE", "value": "15.00"},
            },
        })
    };
    let dispatch = json!({
        "contract": "ctr_1", "delivery": delivery, "line": 1,
        "measured": measured("scl_works", "31.20"), "plate": format!("桂R {}", number + 1),
    });
    let receive = json!({"delivery": delivery, "measured": measured("scl_mill", received)});
    let mut accept = accept.clone();
    accept["delivery"] = delivery.as_str().into();
    let use_ = json!({"delivery": delivery, "operation": "R5"});
    let id = |step: &str| format!("{step}-{number}");
    [
        ask("frm_works", &id("dispatch"), "dispatch_delivery", &dispatch),
        ask("frm_mill", &id("receive"), "receive_delivery", &receive),
        ask("frm_mill", &id("accept"), "accept_delivery", &accept),
        ask("frm_mill", &id("use"), "use_delivery", &use_),
    ]
}
