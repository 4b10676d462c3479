//! Every page, in both languages, for those who may see it and for those who may not.

use serde_json::json;

use super::browser::Browser;
use super::html;
use crate::http::server::{Server, dispatch};

/// Whether a text has a Chinese letter.
fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The text of the page's main part, without tags.
fn main_text(page: &str) -> String {
    let (_, main) = page.split_once("<main").unwrap();
    let main = main.split("</main>").next().unwrap();
    let parts = main.split('<').skip(1).filter_map(|part| part.split_once('>'));
    parts.map(|(_, text)| text.trim()).collect::<Vec<_>>().join(" ")
}

fn check(browser: &Browser, path: &str) -> String {
    let page = browser.page(path);
    html::check(path, &page);
    let text = main_text(&page).replace("桂R 98765", "");
    assert!(text.len() > 20, "{path}: {text}");
    match browser.lang {
        "zh" => assert!(is_chinese(&text), "{path}: {text}"),
        _ => assert!(!is_chinese(&text), "{path}: {text}"),
    }
    // Records are JSON, whose braces may stand side by side.
    for sign in ["{{", "{%", "%}"] {
        assert!(path.starts_with("/log/") || !page.contains(sign), "{path}: {sign}");
    }
    text
}

#[test]
fn every_page_is_there_in_both_languages() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    let scale = server.key("key_scale", "weighbridge", json!({"firm": "frm_mill"}));
    let entries = "/figures/prk_a/entries?from=2025-03&to=2025-03&measure=accepted";
    let trade = [
        "/home",
        "/deliveries",
        "/deliveries?stage=finished",
        "/deliveries?contract=ctr_1",
        "/deliveries/dlv_1",
        "/contracts",
        "/contracts/ctr_1",
        "/months/ctr_1/2025-03",
        "/months/prk_a/2025-03",
        "/corrections",
        "/disputes",
        "/months/ctr_1/2031-01",
        "/reports/sit_mill?from=2025-01&to=2025-03",
        "/reports/sit_mill",
        "/log/0",
        &format!("/log/{}", last["position"]),
    ];
    for lang in ["en", "zh"] {
        let nobody = Browser::new(&server, lang);
        for path in ["/", "/sign-in", "/log/0", "/log/12"] {
            check(&nobody, path);
        }
        for key in [&keys.mill, &park, &verifier] {
            let browser = Browser::signed_in(&server, lang, key);
            trade.iter().for_each(|path| drop(check(&browser, path)));
        }
        let desk = Browser::signed_in(&server, lang, &keys.mill);
        ["/import", "/partners"].iter().for_each(|path| drop(check(&desk, path)));
        check(&Browser::signed_in(&server, lang, &server.keeper), "/claims");
        for key in [&park, &verifier] {
            let browser = Browser::signed_in(&server, lang, key);
            let levers = "/parks/prk_a/levers?from=2025-01&to=2025-12";
            let of_lever = "/figures/prk_a/entries?from=2025-01&to=2025-12&lever=space";
            let figures = "/figures/prk_a?from=2025-01&to=2025-12";
            for path in ["/figures/prk_a", figures, entries, levers, of_lever] {
                check(&browser, path);
            }
        }
        for key in [&keys.works, &scale] {
            let browser = Browser::signed_in(&server, lang, key);
            check(&browser, "/home");
            check(&browser, "/weigh");
        }
        let keeper = Browser::signed_in(&server, lang, &server.keeper);
        check(&keeper, "/home");
    }
    for path in ["/assets/style.css", "/assets/script.js", "/assets/icon.svg"] {
        assert_eq!(server.get(path, "").status, 200);
    }
}

#[test]
fn a_delivery_shows_both_weights_with_their_tickets_and_every_step_with_its_record() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    let records =
        server.get("/api/v1/deliveries/dlv_1", &keys.mill).ok()["item"]["records"].clone();
    let browser = Browser::signed_in(&server, "en", &keys.mill);
    let page = browser.page("/deliveries/dlv_1");
    for position in records.as_array().unwrap() {
        assert!(page.contains(&format!("href=\"/log/{position}\"")), "{position}");
    }
    let text = main_text(&page);
    for word in ["31.20", "46.20", "15.00", "T1", "scl_works", "scl_mill", "桂R 98765", "R5"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(text.contains("Dispatched") && text.contains("Accepted") && text.contains("Used"));
    // The plate is for the parties.
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    let page = Browser::signed_in(&server, "en", &verifier).page("/deliveries/dlv_1");
    assert!(page.contains("T1") && !page.contains("98765"));
    // Tickets reach a park's administration as totals only.
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let page = Browser::signed_in(&server, "en", &park).page("/deliveries/dlv_1");
    assert!(page.contains("31.20") && !page.contains("46.20") && !page.contains("98765"));
}

#[test]
fn what_is_not_shown_is_not_there() {
    let (server, keys) = Server::with_contract();
    let last = server.load(&keys, 1);
    server.settle(&last);
    let browser = Browser::signed_in(&server, "zh", &keys.other);
    for path in [
        "/deliveries/dlv_1",
        "/deliveries/dlv_none",
        "/contracts/ctr_1",
        "/months/ctr_1/2025-03",
        "/reports/sit_mill",
        "/log/999999",
        "/log/x",
        "/nothing",
        "/weigh?side=dispatch&contract=ctr_1&line=1",
        "/weigh?delivery=dlv_1",
    ] {
        let got = browser.get(path);
        assert_eq!(got.status, 404, "{path}");
        assert!(got.text.contains("<code>not_found</code>"), "{path}: {}", got.text);
        html::check(path, &got.text);
    }
    assert!(!browser.page("/deliveries").contains("dlv_1"));
    assert!(!browser.page("/months/prk_a/2025-03").contains("ctr_1"));
    assert_eq!(browser.get("/figures/prk_a").status, 403);
    let body = browser.page(&format!("/log/{}", last["position"]));
    assert!(!body.contains("frm_mill") && body.contains("HASH"));
    let got = browser.run("DELETE", "/home", "");
    assert_eq!((got.status, got.header("allow")), (405, "GET, HEAD"));
    let got = browser.get("/figures/prk_a/entries?cursor=x");
    assert_eq!(got.status, 403);
    assert_eq!(browser.get("/months/ctr_1/2025-13").status, 400);
}

#[test]
fn a_figure_opens_to_entries_that_add_up_to_it() {
    let (server, keys) = Server::with_contract();
    for number in 1..=2 {
        server.load(&keys, number);
    }
    let last = server.load(&keys, 3);
    server.settle(&last);
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    let browser = Browser::signed_in(&server, "en", &verifier);
    let page = browser.page("/figures/prk_a");
    assert!(main_text(&page).contains("93.6"), "{}", main_text(&page));
    let (_, link) = page.split_once("href=\"/figures/prk_a/entries").unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let entries = browser.page(&format!("/figures/prk_a/entries{link}"));
    assert_eq!(entries.matches("31.2&nbsp;").count(), 3);
    for number in 1..=3 {
        assert!(entries.contains(&format!("href=\"/deliveries/dlv_{number}\"")));
        assert!(entries.contains(&format!("T{number}")));
    }
}

#[test]
fn a_page_of_the_list_leads_to_older_ones() {
    let (server, keys) = Server::with_contract();
    let mut last = json!({"position": 0});
    for number in 1..=60 {
        let path = format!("/api/v1/deliveries/dlv_{number}/dispatch");
        let id = format!("cmd_out-{number}");
        last = server.post(&path, &keys.works, &id, &dispatch(number, "1.00")).ok();
    }
    server.settle(&last);
    let browser = Browser::signed_in(&server, "en", &keys.works);
    let contract = browser.page("/contracts/ctr_1");
    assert!(contract.contains("<a href=\"/months/ctr_1/2025-03\">2025-03</a>"), "{contract}");
    // A load is called by its ticket, and found by it.
    let found = browser.page("/deliveries?ticket=T7");
    assert!(found.contains("<a href=\"/deliveries/dlv_7\" title=\"dlv_7\">T7</a>"), "{found}");
    assert_eq!(found.matches("title=\"dlv_").count(), 1, "{found}");
    let none = browser.page("/deliveries?ticket=T0");
    assert!(!none.contains("title=\"dlv_"), "{none}");
    let newest = browser.page("/deliveries?stage=dispatched");
    assert!(newest.contains("/deliveries/dlv_60\"") && !newest.contains("/deliveries/dlv_10\""));
    let (_, older) = newest.split_once("rel=\"next\" href=\"").unwrap();
    let older = older.split('"').next().unwrap().replace("&#38;", "&");
    let older = browser.page(&older);
    assert!(older.contains("/deliveries/dlv_10\"") && !older.contains("/deliveries/dlv_11\""));
    assert!(!older.contains("rel=\"next\""));
}
