//! Signing in and out, and what guards forms.

use serde_json::json;

use super::browser::{Browser, hidden};
use super::html;
use crate::http::server::Server;

#[test]
fn who_has_a_key_signs_in_stays_and_signs_out() {
    let (server, keys) = Server::with_contract();
    let browser = Browser::new(&server, "en");
    let got = browser.get("/home");
    assert_eq!((got.status, got.header("location")), (303, "/sign-in?next=/home"));
    let page = browser.page("/sign-in?next=/deliveries%3Fstage%3Dreceived");
    html::check("/sign-in", &page);
    let next = hidden(&page, "next");
    let fields = [("token", &*hidden(&page, "token")), ("next", &next), ("key", &keys.mill)];
    let got = browser.send("/sign-in", &fields);
    assert_eq!((got.status, got.header("location")), (303, "/deliveries?stage=received"));
    let home = browser.page("/home");
    assert!(home.contains("frm_mill") && !home.contains(&keys.mill));
    assert_eq!(browser.get("/").header("location"), "/home");
    assert_eq!(browser.get("/sign-in").header("location"), "/home");
    let session = browser.cookies.borrow()["symbiosis-session"].clone();
    let got = browser.send("/sign-out", &[("token", &hidden(&home, "token"))]);
    assert_eq!((got.status, got.header("location")), (303, "/"));
    assert!(!browser.cookies.borrow().contains_key("symbiosis-session"));
    // The old cookie opens nothing either.
    browser.cookies.borrow_mut().insert("symbiosis-session".to_owned(), session);
    assert_eq!(browser.get("/home").status, 303);
}

#[test]
fn a_key_that_is_none_is_told_with_its_stable_reason() {
    let server = Server::start();
    let mistyped = server.keeper.replace("07", "08");
    let unknown = symbiosis_ledger::record::access_key::AccessKey::from_secret(
        "key_unknown".parse().unwrap(),
        [9; 32],
    );
    for (key, code) in [
        ("", "key_malformed"),
        ("nonsense", "key_malformed"),
        (&*mistyped, "key_mistyped"),
        (&*unknown.reveal(), "key_unknown"),
    ] {
        for lang in ["en", "zh"] {
            let browser = Browser::new(&server, lang);
            let got = browser.sign_in(key);
            assert_eq!(got.status, 401, "{code}");
            assert!(got.text.contains(&format!("<code>{code}</code>")), "{}", got.text);
            html::check("/sign-in", &got.text);
            assert!(!browser.cookies.borrow().contains_key("symbiosis-session"));
        }
    }
}

#[test]
fn a_form_without_the_token_of_its_session_is_refused() {
    let (server, keys) = Server::with_contract();
    let browser = Browser::new(&server, "en");
    let got = browser.send("/sign-in", &[("key", &*keys.mill)]);
    assert_eq!(got.status, 403);
    assert!(got.text.contains("form_expired") && got.text.contains("HTTPS"), "{}", got.text);
    // The token of a page, but not of this browser.
    let token = hidden(&Browser::new(&server, "en").page("/sign-in"), "token");
    let got = browser.send("/sign-in", &[("token", &*token), ("key", &*keys.mill)]);
    assert_eq!(got.status, 403);

    let mill = Browser::signed_in(&server, "en", &keys.mill);
    let works = Browser::signed_in(&server, "en", &keys.works);
    let other = hidden(&works.page("/home"), "token");
    let before = server.ledger.size();
    for path in [
        "/weigh",
        "/contracts/ctr_1/confirm",
        "/contracts/ctr_1/decline",
        "/deliveries/dlv_1/accept",
        "/deliveries/dlv_1/reject",
        "/deliveries/dlv_1/correct",
        "/deliveries/dlv_1/approve",
        "/deliveries/dlv_1/refuse",
        "/deliveries/dlv_1/dispute",
        "/deliveries/dlv_1/settle",
        "/deliveries/dlv_1/withdraw",
        "/months/ctr_1/2025-03/invoice",
        "/months/ctr_1/2025-03/pay",
        "/partners",
        "/partners/link",
        "/claims",
        "/import/0",
        "/sign-out",
    ] {
        for token in ["", "0", &*other] {
            let got = mill.send(path, &[("token", token)]);
            assert_eq!(got.status, 403, "{path}");
            assert!(got.text.contains("form_expired"));
            html::check(path, &got.text);
        }
    }
    assert_eq!(mill.get("/home").status, 200, "nobody was signed out");
    assert_eq!(server.ledger.size(), before);
    // Without any session there is nothing to confuse.
    let nobody = Browser::new(&server, "en").send("/weigh", &[("token", &*other)]);
    assert_eq!(nobody.status, 401);
}

#[test]
fn a_session_ends_with_its_key() {
    let (server, keys) = Server::with_contract();
    let browser = Browser::signed_in(&server, "en", &keys.other);
    assert_eq!(browser.get("/home").status, 200);
    let reason = json!({"reason": "left"});
    let path = "/api/v1/keys/key_other/revoke";
    let revoked = server.post(path, &server.keeper, "cmd_revoke", &reason).ok();
    server.settle(&revoked);
    assert_eq!(browser.get("/home").header("location"), "/sign-in?next=/home");
    let got = browser.sign_in(&keys.other);
    assert!(got.status == 401 && got.text.contains("key_ended"));
}

#[test]
fn headers_keep_pages_to_themselves() {
    let (server, keys) = Server::with_contract();
    let browser = Browser::signed_in(&server, "en", &keys.mill);
    for path in ["/home", "/log/0", "/deliveries/dlv_none", "/nothing-here"] {
        let got = browser.get(path);
        let policy = got.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("x-frame-options"), "DENY");
        assert_eq!(got.header("referrer-policy"), "same-origin");
        assert_eq!(got.header("cache-control"), "no-store");
    }
    let page = Browser::new(&server, "en").get("/sign-in");
    let cookie = page.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let behind = server.request("GET", "/sign-in", &[("x-forwarded-proto", "https")], "");
    let cookie = behind.header("set-cookie");
    assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
}

#[test]
fn the_language_is_the_browser_s_until_another_is_chosen() {
    let server = Server::start();
    let browser = Browser::new(&server, "zh-CN,zh;q=0.9,en;q=0.8");
    assert!(browser.page("/").contains("<html lang=\"zh-CN\">"));
    let page = browser.page("/?lang=en");
    assert!(page.contains("<html lang=\"en\">") && page.contains("href=\"/?lang=zh\""));
    assert!(browser.page("/sign-in").contains("<html lang=\"en\">"), "it is remembered");
}
