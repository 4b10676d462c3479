//! The weighbridge: from the form to the record.

use serde_json::json;

use super::browser::{Browser, hidden};
use super::html;
use crate::http::server::{Server, dispatch};

/// The fields of a weighing as the form holds them, with what a person adds.
fn fields(page: &str, more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let names = ["token", "form", "side", "contract", "line", "delivery"];
    let mut fields: Vec<_> = names.map(|name| (name, hidden(page, name))).into();
    fields.extend([("at", "2025-03-01T16:30".to_owned()), ("unit", "t".to_owned())]);
    for (name, value) in more {
        fields.retain(|(own, _)| own != name);
        fields.push((name, (*value).to_owned()));
    }
    fields
}

fn send(browser: &Browser, fields: &[(&'static str, String)]) -> crate::http::server::Got {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
    browser.send("/weigh", &fields)
}

const OUT: &str = "/weigh?side=dispatch&contract=ctr_1&line=1";

#[test]
fn a_weighing_of_a_phone_is_the_api_s_delivery() {
    let (server, keys) = Server::with_contract();
    let scale =
        server.key("key_scale", "weighbridge", json!({"firm": "frm_works", "site": "sit_works"}));
    let browser = Browser::signed_in(&server, "zh", &scale);
    assert!(browser.page("/weigh").contains("href=\"/weigh?side=dispatch&#38;contract=ctr_1"));
    let page = browser.page(OUT);
    html::check(OUT, &page);
    assert_eq!(page.matches("inputmode=\"decimal\"").count(), 2);
    let weighed = [
        ("gross", "４７２００公斤"),
        ("tare", "16.00"),
        ("ticket", "P-1"),
        ("scale", "scl_works"),
        ("plate", "桂R 12345"),
    ];
    let got = send(&browser, &fields(&page, &weighed));
    assert_eq!(got.status, 200, "{}", got.text);
    html::check("/weigh", &got.text);
    for word in ["47200 KGM", "16.00 TNE", "P-1", "符合账本检查的全部规则"] {
        assert!(got.text.contains(word), "{word}: {}", got.text);
    }
    let id = format!("dlv_{}", hidden(&page, "form"));
    let delivery = server.get(&format!("/api/v1/deliveries/{id}"), &keys.mill).ok()["item"].clone();
    assert_eq!(delivery["dispatched"]["day"], "2025-03-01");
    assert_eq!(delivery["stage"], "dispatched");
    let net = &delivery["dispatched"]["quantity"];
    assert!([json!("31200.00"), json!("31200")].contains(&net["value"]), "{net}");
    let position = delivery["records"][0].as_u64().unwrap();
    assert!(got.text.contains(&format!("href=\"/log/{position}\"")));
    // It reads nothing, so it is not led to the delivery's page.
    assert!(!got.text.contains(&format!("href=\"/deliveries/{id}\"")));
}

#[test]
fn sent_twice_it_is_recorded_once() {
    let (server, keys) = Server::with_contract();
    let browser = Browser::signed_in(&server, "en", &keys.works);
    let page = browser.page(OUT);
    let weighed =
        [("gross", "46.20"), ("tare", "15.00"), ("ticket", "P-1"), ("scale", "scl_works")];
    let fields = fields(&page, &weighed);
    let first = send(&browser, &fields);
    let size = server.ledger.size();
    let again = send(&browser, &fields);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.text, again.text);
    assert_eq!(server.ledger.size(), size);
    assert!(again.text.contains("31.20 TNE"));
}

#[test]
fn a_load_on_its_way_is_received_with_what_does_not_conform_in_words() {
    let (server, keys) = Server::with_contract();
    let path = "/api/v1/deliveries/dlv_7/dispatch";
    let out = server.post(path, &keys.works, "cmd_out", &dispatch(7, "31.20")).ok();
    server.settle(&out);
    let browser = Browser::signed_in(&server, "en", &keys.mill);
    assert!(browser.page("/home").contains("dlv_7"));
    let coming = "/weigh?side=receive&delivery=dlv_7";
    assert!(browser.page("/weigh").contains(&coming.replace('&', "&#38;")));
    let page = browser.page(coming);
    let weighed =
        [("gross", "40.00"), ("tare", "15.00"), ("ticket", "C-7"), ("scale", "scl_other")];
    let got = send(&browser, &fields(&page, &weighed));
    assert_eq!(got.status, 200, "{}", got.text);
    for words in [
        "the scale is not registered for that site",
        "the two weights differ by more than the contract&#39;s tolerance",
        "href=\"/deliveries/dlv_7\"",
    ] {
        assert!(got.text.contains(words), "{words}: {}", got.text);
    }
    let delivery = server.get("/api/v1/deliveries/dlv_7", &keys.mill).ok()["item"].clone();
    assert_eq!(delivery["received"]["quantity"], json!({"unit": "TNE", "value": "25.00"}));
    assert!(browser.page("/home").contains("dlv_7"), "it waits for its acceptance");
}

#[test]
fn what_is_wrong_is_told_at_its_field_and_nothing_is_lost() {
    let (server, keys) = Server::with_contract();
    let browser = Browser::signed_in(&server, "zh", &keys.works);
    let page = browser.page(OUT);
    let size = server.ledger.size();
    let good = [("gross", "46.20"), ("tare", "15.00"), ("ticket", "P-1"), ("scale", "scl_works")];
    for (field, value, code) in [
        ("gross", "46,20", "malformed_number"),
        ("gross", "46.2 ton", "unknown_unit"),
        ("tare", "50", "negative"),
        ("ticket", "", "malformed_text"),
        ("scale", "x", "malformed_id"),
        ("at", "yesterday", "malformed_time"),
        ("at", "2999-01-01T10:00", "occurred_in_future"),
    ] {
        let mut weighed = good.to_vec();
        weighed.retain(|(name, _)| *name != field);
        weighed.push((field, value));
        let got = send(&browser, &fields(&page, &weighed));
        assert_eq!(got.status, 422, "{field} {value}: {}", got.text);
        html::check("/weigh", &got.text);
        let (_, said) = got.text.split_once(&format!("id=\"wrong-{field}\"")).expect(field);
        assert!(said.split("</p>").next().unwrap().contains(code), "{code}: {said}");
        assert!(got.text.contains(&format!("value=\"{value}\"")) || field == "scale");
        assert_eq!(hidden(&got.text, "form"), hidden(&page, "form"), "it stays one command");
    }
    assert_eq!(server.ledger.size(), size);
    assert_eq!(send(&browser, &fields(&page, &good)).status, 200);
    // Another form with the same ticket is another weighing.
    let other = browser.page(OUT);
    let got = send(&browser, &fields(&other, &good));
    assert!(got.status == 422 && got.text.contains("ticket_taken"), "{}", got.text);
}

#[test]
fn nobody_weighs_for_others_or_elsewhere() {
    let (server, keys) = Server::with_contract();
    let site = json!({"firm": "frm_works", "name": "b", "park": "prk_a", "site": "sit_b"});
    server.post("/api/v1/sites", &keys.works, "cmd_b", &site).ok();
    let elsewhere =
        server.key("key_gate", "weighbridge", json!({"firm": "frm_works", "site": "sit_b"}));
    let browser = Browser::signed_in(&server, "en", &elsewhere);
    assert_eq!(browser.get(OUT).status, 404);
    assert!(!browser.page("/weigh").contains("ctr_1"));
    let mill = Browser::signed_in(&server, "en", &keys.mill);
    assert_eq!(mill.get(OUT).status, 404, "the mill does not dispatch");
    let page = mill.page("/weigh?side=receive&contract=ctr_1&line=1");
    let weighed = [
        ("side", "dispatch"),
        ("gross", "46.20"),
        ("tare", "15.00"),
        ("ticket", "P-1"),
        ("scale", "scl_works"),
    ];
    assert_eq!(send(&mill, &fields(&page, &weighed)).status, 404);
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    assert_eq!(Browser::signed_in(&server, "en", &verifier).get("/weigh").status, 403);
}
