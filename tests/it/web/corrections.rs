//! Corrections and disputes, from the delivery's page to the lists of what waits.

use serde_json::{Value, json};

use super::browser::Browser;
use super::html;
use crate::http::server::{Keys, Server, dispatch, measured};

const DELIVERY: &str = "/deliveries/dlv_1";

fn state(server: &Server, keys: &Keys) -> Value {
    server.get("/api/v1/deliveries/dlv_1", &keys.mill).ok()["item"].clone()
}

#[track_caller]
fn page(browser: &Browser, path: &str) -> String {
    let page = browser.page(path);
    html::check(path, &page);
    page
}

/// Sends a form of the delivery's page that must be taken.
#[track_caller]
fn taken(browser: &Browser, step: &str, fields: &[(&str, &str)]) -> String {
    let got = browser.fill(&browser.page(DELIVERY), &format!("{DELIVERY}/{step}"), fields);
    assert_eq!(got.status, 303, "{}", got.text);
    page(browser, got.header("location"))
}

#[test]
fn an_entry_is_corrected_by_the_word_of_both_sides() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    let works = Browser::signed_in(&server, "en", &keys.works);
    let mill = Browser::signed_in(&server, "zh", &keys.mill);
    let first = page(&works, DELIVERY);
    assert!(first.contains("value=\"46.20 TNE\"") && first.contains("value=\"T1\""), "{first}");
    // What is wrong comes back as it was filled in, with its reason.
    let wrong = [
        ("which", "correct"),
        ("entry", "dispatched"),
        ("gross", "46,10"),
        ("tare", "15.00 t"),
        ("ticket", "T1"),
        ("reason", "a digit too many"),
    ];
    let got = works.fill(&first, "/deliveries/dlv_1/correct", &wrong);
    assert_eq!(got.status, 400, "{}", got.text);
    html::check("/deliveries/dlv_1/correct", &got.text);
    for words in [
        "malformed_number",
        "value=\"46,10\"",
        "a digit too many",
        // It says which field, as the form names it.
        "Gross: ",
        "<details class=\"screen\" open>",
    ] {
        assert!(got.text.contains(words), "{words}: {}", got.text);
    }
    let right = [
        ("which", "correct"),
        ("entry", "dispatched"),
        // As the page itself writes it.
        ("gross", "46,100公斤"),
        ("tare", "15.00 t"),
        ("ticket", "T1"),
        ("reason", "a digit too many"),
    ];
    for _ in 0..2 {
        let got = works.fill(&first, "/deliveries/dlv_1/correct", &right);
        assert_eq!(got.status, 303, "pressing twice asks once: {}", got.text);
    }
    let asked = page(&works, DELIVERY);
    assert!(asked.contains("waits for the other side") && !asked.contains("/dlv_1/correct\""));
    assert_eq!(state(&server, &keys)["dispatched"]["quantity"]["value"], "31.20");
    // It waits for the other side: on its home page, in its list, on the delivery's page.
    for path in ["/home", "/corrections"] {
        let shown = page(&mill, path);
        assert!(shown.contains("a digit too many") && shown.contains("待您方处理"), "{path}");
    }
    assert!(!page(&works, "/home").contains("a digit too many"), "it is not the works' turn");
    let correction = hidden_of(&page(&mill, DELIVERY), "correction");
    let fields = [("which", "approve"), ("correction", &*correction)];
    let done = taken(&mill, "approve", &fields);
    for words in ["已更正", "31.20&nbsp;", "31,100&nbsp;", "frm_mill, <a href=\"/log/"] {
        assert!(done.contains(words), "{words}: {done}");
    }
    let after = state(&server, &keys);
    assert_eq!(after["corrections"][0]["stage"], "applied");
    assert_eq!(after["dispatched"]["quantity"]["value"], "31100", "{after:#}");
    assert!(!page(&mill, "/corrections").contains("dlv_1"));
    // It is answered.
    let got = mill.fill(&mill.page(DELIVERY), "/deliveries/dlv_1/approve", &fields);
    assert!(got.status == 409 && got.text.contains("correction_answered"), "{}", got.text);
    html::check("/deliveries/dlv_1/approve", &got.text);
}

#[track_caller]
fn hidden_of(page: &str, name: &str) -> String {
    super::browser::hidden(page, name)
}

#[test]
fn a_correction_is_declined_with_a_reason_or_taken_back() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    let works = Browser::signed_in(&server, "zh", &keys.works);
    let mill = Browser::signed_in(&server, "en", &keys.mill);
    let ask = |reason: &str| {
        let fields = [
            ("which", "correct"),
            ("entry", "received"),
            ("gross", "46.30 t"),
            ("tare", "15 t"),
            ("reason", reason),
        ];
        taken(&mill, "correct", &fields)
    };
    let asked = ask("the tare was stale");
    let correction = hidden_of(&asked, "correction");
    let mute = [("which", "refuse"), ("correction", &*correction)];
    let got = works.fill(&works.page(DELIVERY), "/deliveries/dlv_1/refuse", &mute);
    assert!(got.status == 422 && got.text.contains("reason_needed"), "{}", got.text);
    let fields = [mute[0], mute[1], ("reason", "皮重无误")];
    assert!(taken(&works, "refuse", &fields).contains("未同意"));
    let asked = ask("once more");
    let correction = hidden_of(&asked, "correction");
    let fields = [("which", "refuse"), ("correction", &*correction), ("reason", "my mistake")];
    taken(&mill, "refuse", &fields);
    let after = state(&server, &keys);
    assert_eq!(after["received"]["quantity"]["value"], "31.20");
    let stages = after["corrections"].as_array().unwrap().iter().map(|one| &one["stage"]);
    assert!(stages.eq([&json!("declined"), &json!("declined")]));
}

#[test]
fn a_dispute_is_raised_settled_by_the_same_words_and_taken_back() {
    let (server, keys) = Server::with_contract();
    let path = |step: &str| format!("/api/v1/deliveries/dlv_1/{step}");
    server.post(&path("dispatch"), &keys.works, "cmd_out", &dispatch(1, "31.20")).ok();
    let receive = json!({"measured": measured("scl_mill", 1, "30.00")});
    let last = server.post(&path("receive"), &keys.mill, "cmd_in", &receive).ok();
    server.settle(&last);
    let works = Browser::signed_in(&server, "en", &keys.works);
    let mill = Browser::signed_in(&server, "zh", &keys.mill);
    let raised = taken(&mill, "dispute", &[("which", "dispute"), ("reason", "短少一吨")]);
    assert!(raised.contains("未了结") && raised.contains("短少一吨"), "{raised}");
    for path in ["/home", "/disputes"] {
        let shown = page(&works, path);
        assert!(shown.contains("短少一吨") && shown.contains("#dispute"), "{path}: {shown}");
    }
    // Nothing of it is accepted meanwhile, and the page says why; to reject stays possible.
    let held = mill.page(DELIVERY);
    assert!(held.contains("/dlv_1/reject") && !held.contains("/dlv_1/accept"), "{held}");
    let got = mill.fill(&mill.page(DELIVERY), "/deliveries/dlv_1/accept", &[]);
    assert!(got.status == 409 && got.text.contains("delivery_disputed"), "{}", got.text);
    let own = page(&works, DELIVERY);
    assert!(!own.contains("/dlv_1/withdraw\""), "who has not raised it can't take it back");
    taken(&works, "settle", &[("which", "settle"), ("settlement", "30.60 t stand")]);
    assert!(page(&mill, "/disputes").contains("待您方处理"));
    let agree = hidden_of(&page(&mill, DELIVERY), "settlement");
    assert_eq!(agree, "30.60 t stand");
    let done = taken(&mill, "settle", &[("which", "agree"), ("settlement", &agree)]);
    assert!(done.contains("已了结"), "{done}");
    let (_, line) = done.split_once("<ol class=\"line\">").unwrap();
    assert!(line.contains("短少一吨") && line.contains("30.60 t stand"), "{line}");
    assert_eq!(state(&server, &keys)["dispute"]["end"], "settled");
    assert!(!page(&works, "/disputes").contains("dlv_1"));
    taken(&works, "dispute", &[("which", "dispute"), ("reason", "the same again")]);
    let fields = [("which", "withdraw"), ("reason", "found the ticket")];
    assert!(taken(&works, "withdraw", &fields).contains("withdrawn"));
    assert_eq!(state(&server, &keys)["dispute"]["end"], "withdrawn");
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    let seen = page(&Browser::signed_in(&server, "en", &verifier), DELIVERY);
    assert!(!seen.contains("/dlv_1/dispute\""), "who only reads has no form");
}
