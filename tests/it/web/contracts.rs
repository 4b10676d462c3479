//! Contracts: the decision of the side whose turn it is, and the month sheet.

use serde_json::{Value, json};

use super::browser::{Browser, hidden};
use super::html;
use crate::http::server::{Keys, Server};

fn propose(server: &Server, keys: &Keys, id: &str) {
    let data = json!({
        "contract": id, "kind": "spot",
        "lines": [{
            "baseline_fate": "landfill", "line": 1, "material": "mat_slag",
            "minimum": {"unit": "TNE", "value": "40"}, "quantity": {"unit": "TNE", "value": "50"},
        }],
        "receiver": "sit_mill", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    let proposed = server.post("/api/v1/contracts", &keys.works, &format!("cmd_{id}"), &data).ok();
    server.settle(&proposed);
}

fn stage(server: &Server, keys: &Keys, id: &str) -> Value {
    server.get(&format!("/api/v1/contracts/{id}"), &keys.mill).ok()["item"]["stage"].clone()
}

#[test]
fn the_side_whose_turn_it_is_confirms_or_declines() {
    let (server, keys) = Server::with_contract();
    propose(&server, &keys, "ctr_2");
    propose(&server, &keys, "ctr_3");
    let works = Browser::signed_in(&server, "en", &keys.works);
    let page = works.page("/contracts/ctr_2");
    assert!(!page.contains("/contracts/ctr_2/confirm"), "its proposer has confirmed");
    let mill = Browser::signed_in(&server, "zh", &keys.mill);
    assert!(mill.page("/home").contains("href=\"/contracts/ctr_2\""));
    let page = mill.page("/contracts/ctr_2");
    html::check("/contracts/ctr_2", &page);
    let (token, form, at) = (hidden(&page, "token"), hidden(&page, "form"), hidden(&page, "at"));
    let fields = [("token", &*token), ("form", &form), ("at", &at)];
    for _ in 0..2 {
        let got = mill.send("/contracts/ctr_2/confirm", &fields);
        assert_eq!(got.status, 303, "{}", got.text);
        let done = mill.page(got.header("location"));
        html::check("/contracts/ctr_2?done", &done);
        assert!(done.contains("已成立") && !done.contains("/contracts/ctr_2/confirm"));
    }
    assert_eq!(stage(&server, &keys, "ctr_2"), "concluded");

    let page = mill.page("/contracts/ctr_3");
    let form = hidden(&page, "form");
    let fields = [("token", &*token), ("form", &form), ("at", &at), ("reason", "价格过高")];
    assert_eq!(mill.send("/contracts/ctr_3/decline", &fields).status, 303);
    assert_eq!(stage(&server, &keys, "ctr_3"), "declined");
    // Too late, and told so on the contract's page.
    let fields = [("token", &*token), ("form", "other"), ("at", &at)];
    let got = mill.send("/contracts/ctr_3/confirm", &fields);
    assert_eq!(got.status, 409, "{}", got.text);
    html::check("/contracts/ctr_3/confirm", &got.text);
    assert!(got.text.contains("contract_not_proposed"));
    // A stranger is told of no contract at all.
    let other = Browser::signed_in(&server, "en", &keys.other);
    let token = hidden(&other.page("/home"), "token");
    let fields = [("token", &*token), ("form", "x"), ("at", &*at)];
    assert_eq!(other.send("/contracts/ctr_2/confirm", &fields).status, 404);
}

#[test]
fn a_contract_shows_its_terms_its_price_to_the_parties_and_its_balance() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    let page = Browser::signed_in(&server, "en", &keys.mill).page("/contracts/ctr_1");
    for words in ["87.65 CNY", "0.3 %", "100.3", "31.20 %", "landfill", "2025-12-31"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = Browser::signed_in(&server, "en", &verifier).page("/contracts/ctr_1");
    assert!(page.contains("31.20 %") && !page.contains("87.65"));
}

#[test]
fn a_month_sheet_has_both_weights_their_difference_and_the_sum() {
    let (server, keys) = Server::with_contract();
    server.load(&keys, 1);
    let last = server.load(&keys, 2);
    server.settle(&last);
    let browser = Browser::signed_in(&server, "en", &keys.mill);
    let page = browser.page("/months/ctr_1/2025-03");
    for id in ["dlv_1", "dlv_2"] {
        assert!(page.contains(&format!("href=\"/deliveries/{id}\"")));
    }
    assert!(page.contains("T1") && page.contains("Nobody has signed."));
    // Dispatched, received, accepted and settled.
    assert_eq!(page.matches("62.40&nbsp;").count(), 4, "{page}");
    let park = browser.page("/months/prk_a/2025-03");
    assert_eq!(park.matches("62.40&nbsp;").count(), 2, "{park}");
    assert!(!browser.page("/months/ctr_1/2025-04").contains("dlv_1"));
    let got = browser.get("/months/ctr_1?month=2025-03");
    assert_eq!(got.header("location"), "/months/ctr_1/2025-03");
}

#[test]
fn both_sides_sign_a_sheet_with_the_numbers_of_its_page() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    const PATH: &str = "/months/ctr_1/2025-03";
    const SIGN: &str = "/months/ctr_1/2025-03/sign";
    let mill = Browser::signed_in(&server, "zh", &keys.mill);
    let stale = mill.page(PATH);
    html::check(PATH, &stale);
    assert!(
        stale.contains("对账单") && stale.contains("双方已确认") && stale.contains("尚无人签署")
    );
    let fields = |page: &str| {
        let value = |name| (name, hidden(page, name));
        ["token", "form", "at", "numbers"].map(value)
    };
    let send = |browser: &Browser, page: &str| {
        let fields = fields(page);
        browser.send(SIGN, &fields.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    // What changed after the page was opened is not signed.
    let last = server.load(&keys, 2);
    server.settle(&last);
    let got = send(&mill, &stale);
    assert_eq!(got.status, 409, "{}", got.text);
    html::check(SIGN, &got.text);
    assert!(got.text.contains("sheet_outdated"));
    let fresh = mill.page(PATH);
    for _ in 0..2 {
        // Pressing twice is signing once.
        let got = send(&mill, &fresh);
        assert_eq!(got.status, 303, "{}", got.text);
        let done = mill.page(got.header("location"));
        assert!(done.contains("已签署") && !done.contains(SIGN), "{done}");
    }
    let works = Browser::signed_in(&server, "en", &keys.works);
    let got = send(&works, &works.page(PATH));
    assert_eq!(got.status, 303, "{}", got.text);
    // A late load stands on the next sheet, with its true day.
    let last = server.load(&keys, 3);
    server.settle(&last);
    let page = works.page(PATH);
    html::check(PATH, &page);
    assert!(page.contains("Settled by record") && !page.contains("dlv_3"));
    let next = works.page("/months/ctr_1/2025-04");
    html::check("/months/ctr_1/2025-04", &next);
    assert!(next.contains(">late<") && next.contains("booked on 2025-04-01"), "{next}");
    let got = works.send(SIGN, &[("token", &hidden(&next, "token")), ("numbers", "x")]);
    assert_eq!(got.status, 400, "{}", got.text);
}

#[test]
fn a_sheet_shows_what_is_billed_to_the_parties_and_settled_beside_what_was_weighed() {
    let (server, keys) = Server::with_contract();
    server.load(&keys, 1);
    let invoice = json!({
        "amount": {"amount": "5469.36", "currency": "CNY"}, "kind": "invoice", "number": "INV-7",
    });
    let path = "/api/v1/contracts/ctr_1/sheets/2025-03/invoices";
    server.post(path, &keys.works, "cmd_bill", &invoice).ok();
    let settled = json!({
        "deduction": "12 % of moisture, 8 % are agreed",
        "quantity": {"unit": "TNE", "value": "29.95"}, "reason": "moisture",
    });
    let path = "/api/v1/deliveries/dlv_1/settle-quantity";
    let last = server.post(path, &keys.mill, "cmd_less", &settled).ok();
    server.settle(&last);
    let page = Browser::signed_in(&server, "en", &keys.mill).page("/months/ctr_1/2025-03");
    html::check("/months/ctr_1/2025-03", &page);
    for words in ["5469.36 CNY", "INV-7", "29.95&nbsp;", "moisture: 12 %"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    let page = Browser::signed_in(&server, "en", &verifier).page("/months/ctr_1/2025-03");
    assert!(page.contains("29.95&nbsp;") && !page.contains("INV-7") && !page.contains("5469"));
    // The delivery leads to the sheet on which it stands.
    let page = Browser::signed_in(&server, "en", &keys.mill).page("/deliveries/dlv_1");
    assert!(page.contains("href=\"/months/ctr_1/2025-03\"") && page.contains("Settled quantity"));
}
