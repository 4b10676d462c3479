//! Invoices, credit notes and payments on the page of a settlement window.

use serde_json::json;

use super::browser::Browser;
use super::html;
use crate::http::server::Server;

const PATH: &str = "/months/ctr_1/2025-03";

#[test]
fn what_is_billed_and_paid_is_recorded_and_its_amounts_stay_with_the_parties() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    let works = Browser::signed_in(&server, "en", &keys.works);
    let mill = Browser::signed_in(&server, "zh", &keys.mill);
    let send = |browser: &Browser, step: &str, fields: &[(&str, &str)]| {
        let page = browser.page(PATH);
        html::check(PATH, &page);
        browser.fill(&page, &format!("{PATH}/{step}"), fields)
    };
    let wrong =
        [("which", "invoice"), ("number", "INV-7"), ("amount", "12,5"), ("currency", "CNY")];
    let got = send(&works, "invoice", &wrong);
    assert!(got.status == 400 && got.text.contains("malformed_number"), "{}", got.text);
    assert!(got.text.contains("value=\"INV-7\""), "it comes back as it was filled in");
    let bill =
        [("which", "invoice"), ("number", "INV-7"), ("amount", "2734.68"), ("currency", "CNY")];
    let got = send(&works, "invoice", &bill);
    assert_eq!(got.status, 303, "{}", got.text);
    // By the direction of the price the receiver pays, and bills nothing.
    let got = send(&mill, "invoice", &[("which", "invoice"), ("number", "X"), ("amount", "1")]);
    assert!(got.status == 403 && got.text.contains("not_the_payee"), "{}", got.text);
    html::check(PATH, &got.text);
    let credit = [("which", "credit"), ("of", "INV-7"), ("number", "CN-1"), ("amount", "34.68")];
    assert_eq!(send(&works, "invoice", &credit).status, 303);
    let paid =
        [("which", "pay"), ("invoice", "INV-7"), ("amount", "2700"), ("paid_on", "2025-03-01")];
    let got = send(&mill, "pay", &paid);
    assert_eq!(got.status, 303, "{}", got.text);
    let page = mill.page(got.header("location"));
    html::check(PATH, &page);
    for words in ["2734.68 CNY", "CN-1 → INV-7", "34.68 CNY", "2700 CNY", "红字发票", "2025-03-01"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let sheet = server.get("/api/v1/contracts/ctr_1/sheets/2025-03", &keys.works).ok();
    let invoices = sheet.to_string();
    assert!(invoices.contains("CN-1") && !invoices.contains("2734.68"), "{invoices}");
    let other = Browser::signed_in(&server, "en", &keys.other);
    assert_eq!(other.get(PATH).status, 404);
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    let page = Browser::signed_in(&server, "en", &verifier).page(PATH);
    assert!(!page.contains("2734.68") && !page.contains("/invoice\""), "{page}");
}
