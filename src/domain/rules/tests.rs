//! What holds for all rules together.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::domain::command::Command;
use crate::domain::rules::testing::{DAY, estimated, proposal, tonnes, with};
use crate::domain::testing::World;
use crate::domain::time::UtcMillis;

const SECRETS: [&str; 3] = ["桂R12345", "Zhang San", "86.5432"];

/// The commands that hold confidential values, each as it would be taken, with who gives it.
fn confidential() -> Vec<(&'static str, &'static str, Value)> {
    let mut proposed = proposal("ctr_x", ("steel", "cement"), "mat_slag", &tonnes("10"));
    proposed["lines"][0]["price"] = json!({
        "amount": {"amount": "86.5432", "currency": "CNY"},
        "direction": "receiver_pays",
        "per": "TNE",
    });
    let load = json!({"measured": estimated(&tonnes("30")), "plate": "桂R12345"});
    let sent = json!({
        "contract": "ctr_slag", "delivery": "dlv_x", "driver": "Zhang San", "line": 1,
    });
    let arrived = json!({"contract": "ctr_slag", "delivery": "dlv_y", "line": 1});
    vec![
        ("frm_steel", "propose_contract", proposed),
        ("frm_steel", "dispatch_delivery", with(load.clone(), sent)),
        ("frm_cement", "receive_delivery", with(load, arrived)),
    ]
}

/// Where a value's members and items are, at all depths.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, member)| (format!("{at}/{name}"), member)).collect()
        }
        Value::Array(items) => {
            (0..).zip(items).map(|(place, item): (u8, _)| (format!("{at}/{place}"), item)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (pointer, member) in below {
        pointers(member, &pointer, out);
        out.push(pointer);
    }
}

#[test]
fn invariant_22_no_refusal_shows_a_confidential_value() {
    let instead = [
        json!(7),
        json!("x"),
        json!("sit_x"),
        json!("ctr_x"),
        json!("ctr_slag"),
        json!("2020-01-01"),
        json!("0"),
        json!("999999"),
        json!("GV"),
        json!([]),
        json!({}),
    ];
    let mut codes = BTreeSet::new();
    for (actor, kind, data) in confidential() {
        let text = data.to_string();
        let secrets: Vec<_> = SECRETS.into_iter().filter(|secret| text.contains(secret)).collect();
        assert!(!secrets.is_empty(), "{kind} has something to hide");
        let mut places = Vec::new();
        pointers(&data, "", &mut places);
        let mut tries = vec![("frm_far", DAY, data.clone()), ("keeper", DAY, data.clone())];
        tries.push((actor, "2099-01-01T00:00:00.000Z", data.clone()));
        for place in &places {
            for value in &instead {
                let mut changed = data.clone();
                *changed.pointer_mut(place).unwrap() = value.clone();
                tries.push((actor, DAY, changed));
            }
        }
        let mut world = World::with_slag();
        world.now = DAY.parse::<UtcMillis>().unwrap().micros();
        for (actor, at, data) in tries {
            let text = json!({
                "actor": actor, "data": data, "id": "cmd_x", "occurred_at": at, "type": kind,
            });
            let (code, message) = match Command::parse(&text.to_string()) {
                Err(malformed) => (malformed.code, malformed.message),
                Ok(command) => match world.run(command) {
                    Ok(_) => continue,
                    Err(refusal) => (refusal.code.as_str(), refusal.to_string()),
                },
            };
            codes.insert(code);
            assert!(secrets.iter().all(|secret| !message.contains(secret)), "{message}");
        }
        let taken = format!("{:?}", world.log);
        assert!(secrets.iter().all(|secret| !taken.contains(secret)), "{kind}");
    }
    assert!(codes.len() > 15, "many rules had their say: {codes:?}");
}

#[test]
fn invariant_25_the_unit_gj_is_refused_with_the_code_for_gigajoule() {
    for (kind, pointer, data) in [
        (
            "submit_return",
            "/data/generation/0/quantity/unit",
            json!({
                "generation": [{
                    "material": "mat_steam",
                    "method": "metered",
                    "quantity": {"unit": "GJ", "value": "1"},
                }],
                "period": "2025-03",
                "return": "ret_a",
                "site": "sit_power",
            }),
        ),
        (
            "publish_listing",
            "/data/quantity/unit",
            json!({
                "kind": "offer",
                "listing": "lst_a",
                "material": "mat_steam",
                "quantity": {"unit": "GJ", "value": "1"},
                "site": "sit_power",
            }),
        ),
    ] {
        let parse = |data: &Value| {
            let text = json!({
                "actor": "frm_power", "data": data, "id": "cmd_x", "occurred_at": DAY, "type": kind,
            });
            Command::parse(&text.to_string())
        };
        let malformed = parse(&data).unwrap_err();
        assert_eq!((malformed.code, &*malformed.pointer), ("unknown_unit", pointer));
        assert!(malformed.message.contains("GV"), "{}", malformed.message);
        let unknown: Value = data.to_string().replace("GJ", "QQ").parse().unwrap();
        assert_eq!(parse(&unknown).unwrap_err().code, "unknown_unit");
        let right: Value = data.to_string().replace("GJ", "GV").parse().unwrap();
        assert!(parse(&right).is_ok());
    }
}

#[test]
fn invariant_1_a_stream_s_version_counts_its_records_and_positions_leave_no_gap() {
    // `World` asserts it of the stream of every record; here many streams run through one another.
    let mut world = World::with_slag();
    for number in 0..5 {
        world.deliver(&format!("dlv_{number}"), "ctr_slag", "10");
        let listing = json!({
            "kind": "want", "listing": format!("lst_{number}"), "material": "mat_slag",
            "site": "sit_cement",
        });
        world.take("frm_cement", DAY, "publish_listing", &listing);
    }
    world.close_march();
    assert_eq!(
        world.places_of("prk_guigang") as usize,
        world
            .log
            .iter()
            .filter(|event| { event.parks().iter().any(|park| park.as_str() == "prk_guigang") })
            .count()
    );
}
