//! The receiver's decision on what has arrived.

use serde_json::{Value, json};

use super::browser::{Browser, hidden};
use super::html;
use crate::http::server::{Keys, Server, dispatch, measured};

fn arrived(server: &Server, keys: &Keys, number: u32) {
    let path = |step: &str| format!("/api/v1/deliveries/dlv_{number}/{step}");
    let id = |step: &str| format!("cmd_{step}-{number}");
    server.post(&path("dispatch"), &keys.works, &id("out"), &dispatch(number, "31.20")).ok();
    let receive = json!({"measured": measured("scl_mill", number, "31.20")});
    let last = server.post(&path("receive"), &keys.mill, &id("in"), &receive).ok();
    server.settle(&last);
}

fn delivery(server: &Server, keys: &Keys, number: u32) -> Value {
    server.get(&format!("/api/v1/deliveries/dlv_{number}"), &keys.mill).ok()["item"].clone()
}

#[test]
fn the_receiver_accepts_all_a_part_or_nothing() {
    let (server, keys) = Server::with_contract();
    (1..=3).for_each(|number| arrived(&server, &keys, number));
    let works = Browser::signed_in(&server, "en", &keys.works);
    assert!(!works.page("/deliveries/dlv_1").contains("/accept"), "it is not the supplier's turn");
    let mill = Browser::signed_in(&server, "zh", &keys.mill);
    let home = mill.page("/home");
    assert!((1..=3).all(|number| home.contains(&format!("/deliveries/dlv_{number}\""))));
    let fields = |number: u32, more: &[(&'static str, &'static str)]| {
        let page = mill.page(&format!("/deliveries/dlv_{number}"));
        html::check("/deliveries/…", &page);
        let names = ["token", "form", "at"].map(|name| (name, hidden(&page, name)));
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        names.into_iter().chain(more).collect::<Vec<_>>()
    };
    let send = |path: &str, fields: &[(&'static str, String)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        mill.send(path, &fields)
    };
    let all = fields(1, &[]);
    for _ in 0..2 {
        let got = send("/deliveries/dlv_1/accept", &all);
        assert_eq!(got.status, 303, "{}", got.text);
        html::check("/deliveries/…?done", &mill.page(got.header("location")));
    }
    assert_eq!(delivery(&server, &keys, 1)["accepted"]["value"], "31.2");
    let part = fields(2, &[("quantity", "20吨"), ("reason", "含水过高")]);
    assert_eq!(send("/deliveries/dlv_2/accept", &part).status, 303);
    let state = delivery(&server, &keys, 2);
    assert_eq!(
        (&state["accepted"]["value"], &state["stage"]),
        (&json!("20"), &json!("partly_rejected"))
    );
    let got = send("/deliveries/dlv_3/reject", &fields(3, &[]));
    assert!(got.status == 422 && got.text.contains("reason_needed"), "{}", got.text);
    html::check("/deliveries/dlv_3/reject", &got.text);
    assert_eq!(send("/deliveries/dlv_3/reject", &fields(3, &[("reason", "杂质")])).status, 303);
    assert_eq!(delivery(&server, &keys, 3)["stage"], "rejected");
    let done = mill.page("/home");
    assert!(!done.contains("/deliveries/dlv_"));
    // A stranger, with a form of his own, is told of no delivery.
    let other = Browser::signed_in(&server, "en", &keys.other);
    let token = hidden(&other.page("/home"), "token");
    let fields = [("token", &*token), ("form", "x"), ("at", "2025-03-02T00:00:00.000Z")];
    assert_eq!(other.send("/deliveries/dlv_1/accept", &fields).status, 404);
}
