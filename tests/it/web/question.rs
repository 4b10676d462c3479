//! A one-time link in a partner's browser: opened without an account, answered once.

use serde_json::{Value, json};
use symbiosis_ledger::domain::time::UtcMicros;

use super::browser::{Browser, hidden};
use super::html;
use crate::http::server::{Keys, Server, measured};

/// A command of the works whose business is now: a link that opens today is not years old.
fn now(server: &Server, keys: &Keys, path: &str, id: &str, data: &Value) -> Value {
    let micros = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros();
    let at = UtcMicros(i64::try_from(micros).unwrap() - 1_000_000).millis();
    let body = json!({"data": data, "occurred_at": at}).to_string();
    let answer = server.post_text(&format!("/api/v1{path}"), &keys.works, id, &body).ok();
    server.settle(&answer);
    answer
}

/// A load to a buyer without an account, and the link that asks about it.
fn asked(server: &Server, keys: &Keys) -> String {
    let works = |path: &str, id: &str, data: Value| {
        server.post(&format!("/api/v1{path}"), &keys.works, id, &data).ok()
    };
    works(
        "/counterparties",
        "cmd_buyer",
        json!({
            "firm": "frm_buyer", "name": "红河水泥", "park": "prk_a", "site": "sit_buyer",
            "site_name": "south gate",
        }),
    );
    works(
        "/contracts",
        "cmd_paper",
        json!({
            "contract": "ctr_paper",
            "evidence": [{"hash": "ab".repeat(32), "title": "signed in ink"}],
            "kind": "spot",
            "lines": [{
                "baseline_fate": "landfill", "line": 1, "material": "mat_slag",
                "quantity": {"unit": "TNE", "value": "100"},
            }],
            "receiver": "sit_buyer", "supplier": "sit_works",
            "term": {"from": "2025-01-01", "to": "2025-12-31"},
        }),
    );
    let load =
        json!({"contract": "ctr_paper", "line": 1, "measured": measured("scl_works", 7, "31.20")});
    works("/deliveries/dlv_7/dispatch", "cmd_load", load);
    let micros = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros();
    let today = UtcMicros(i64::try_from(micros).unwrap()).utc_day();
    let issued = now(
        server,
        keys,
        "/links",
        "cmd_link",
        &json!({
            "expires": today.checked_add(30).unwrap(), "key": "key_link", "label": "to the buyer",
            "subject": {"contract": "ctr_paper", "month": "2025-03"},
        }),
    );
    issued["access_key"].as_str().unwrap().to_owned()
}

#[test]
fn a_partner_sees_the_question_in_its_browser_and_answers_it_once() {
    let (server, keys) = Server::with_contract();
    let link = asked(&server, &keys);
    // A firm's key is no link, and what is no key opens nothing.
    let other = Browser::new(&server, "en");
    assert_eq!(other.get(&format!("/link/{}", keys.works)).header("location"), "/sign-in");
    assert_eq!(other.get("/link/sym_x").status, 401);
    for lang in ["en", "zh"] {
        let browser = Browser::new(&server, lang);
        let got = browser.get(&format!("/link/{link}"));
        assert_eq!((got.status, got.header("location")), (303, "/question"), "{got:?}");
        let page = browser.page("/question");
        html::check("/question", &page);
        for word in ["红河水泥", "dlv_7", "31.2", "slag"] {
            assert!(page.contains(word), "{word} in {page}");
        }
    }
    let browser = Browser::new(&server, "zh");
    browser.get(&format!("/link/{link}"));
    let page = browser.page("/question");
    let (token, form, at) = (hidden(&page, "token"), hidden(&page, "form"), hidden(&page, "at"));
    let mute = [("token", &*token), ("form", &form), ("at", &at), ("answer", "disputed")];
    let got = browser.send("/question", &mute);
    assert!(got.text.contains("reason_needed"), "{}", got.text);
    let fields = [("token", &*token), ("form", &form), ("at", &at), ("answer", "confirmed")];
    let got = browser.send("/question", &[&fields[..], &[("name", "王五")]].concat());
    assert_eq!(got.status, 200, "{}", got.text);
    html::check("/question, answered", &got.text);
    assert!(got.text.contains("谢谢"), "{}", got.text);
    server.ledger.settle();
    let read = server.get("/api/v1/deliveries/dlv_7", &keys.works).ok();
    assert_eq!(read["item"]["stage"], "accepted", "{read:#}");
    assert_eq!(read["item"]["confirmed_by"], json!(["supplier", "receiver"]));
    // The link is used up: its session, and it itself, open nothing.
    assert_ne!(browser.get("/question").status, 200);
    assert_eq!(browser.get(&format!("/link/{link}")).status, 401);
}
