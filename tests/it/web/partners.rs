//! Partners without an account: recorded, asked by a link, and joined to the firm that they are.

use serde_json::json;
use symbiosis_ledger::domain::time::UtcMicros;

use super::browser::Browser;
use super::html;
use crate::http::server::{Keys, Server, measured};

/// A partner as the page records it, and a contract on paper with a load under it.
fn recorded(server: &Server, keys: &Keys) -> Browser {
    let works = Browser::signed_in(server, "en", &keys.works);
    let page = works.page("/partners");
    html::check("/partners", &page);
    let fields = [
        ("which", "partner"),
        ("name", "红河水泥"),
        ("park", "prk_a"),
        ("site_name", "south gate"),
        ("short", "buyer"),
        ("uscc", "91450802MA5GG0032R"),
    ];
    let got = works.fill(&page, "/partners", &fields);
    assert_eq!(got.status, 303, "{}", got.text);
    assert!(got.header("location").starts_with("/partners?done="));
    let done = works.page(got.header("location"));
    html::check("/partners?done", &done);
    assert!(done.contains("frm_buyer") && done.contains("no account"), "{done}");
    let post = |path: &str, id: &str, data| {
        server.post(&format!("/api/v1{path}"), &keys.works, id, &data).ok()
    };
    let contract = json!({
        "contract": "ctr_paper",
        "evidence": [{"hash": "ab".repeat(32), "title": "signed in ink"}],
        "kind": "spot",
        "lines": [{
            "baseline_fate": "landfill", "line": 1, "material": "mat_slag",
            "quantity": {"unit": "TNE", "value": "100"},
        }],
        "receiver": "sit_buyer", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    post("/contracts", "cmd_paper", contract);
    let load =
        json!({"contract": "ctr_paper", "line": 1, "measured": measured("scl_works", 7, "31.20")});
    let last = post("/deliveries/dlv_7/dispatch", "cmd_load", load);
    server.settle(&last);
    works
}

/// The address that the page shows once.
fn address(page: &str) -> String {
    let (_, rest) = page.split_once("<p class=\"raw\">").expect("an address");
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn a_partner_is_recorded_and_asked_by_a_link_whose_answer_is_seen() {
    let (server, keys) = Server::with_contract();
    let works = recorded(&server, &keys);
    for (path, ask) in [
        ("/contracts/ctr_paper", "/partners?contract=ctr_paper#ask"),
        ("/deliveries/dlv_7", "/partners?delivery=dlv_7#ask"),
    ] {
        assert!(works.page(path).contains(ask), "{path}");
    }
    assert!(!works.page("/contracts/ctr_1").contains("#ask"), "the mill has a key of its own");
    let page = works.page("/partners?contract=ctr_paper");
    html::check("/partners?contract", &page);
    assert!(page.contains("value=\"ctr_paper\" selected"), "{page}");
    let micros = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros();
    let today = UtcMicros(i64::try_from(micros).unwrap()).utc_day();
    let late = today.checked_add(300).unwrap().to_string();
    let soon = today.checked_add(20).unwrap().to_string();
    let fields = |expires| {
        [
            ("which", "link"),
            ("contract", "ctr_paper"),
            ("month", "2025-03"),
            ("label", "to the buyer"),
            ("expires", expires),
        ]
    };
    let got = works.fill(&page, "/partners/link", &fields(&*late));
    assert_eq!(got.status, 422, "{}", got.text);
    assert!(got.text.contains("bad_expiry") && got.text.contains("value=\"to the buyer\""));
    let got = works.fill(&works.page("/partners"), "/partners/link", &fields(&*soon));
    assert_eq!(got.status, 200, "{}", got.text);
    html::check("/partners/link", &got.text);
    let address = address(&got.text);
    let (_, link) = address.split_once("/link/").unwrap();
    assert!(address.starts_with("http://127.0.0.1:") && link.starts_with("sym_"), "{address}");
    let list = works.page("/partners");
    assert!(!list.contains(link) && list.contains("ctr_paper/2025-03"), "shown once");
    assert!(list.contains("class=\"mark open\">open<"), "{list}");

    let partner = Browser::new(&server, "zh");
    assert_eq!(partner.get(&format!("/link/{link}")).header("location"), "/question");
    let got = partner.fill(&partner.page("/question"), "/question", &[("answer", "confirmed")]);
    assert_eq!(got.status, 200, "{}", got.text);
    server.ledger.settle();
    for path in ["/partners", "/home"] {
        let page = works.page(path);
        html::check(path, &page);
        assert!(page.contains("to the buyer") && page.contains(">confirmed<"), "{path}: {page}");
    }
    // Nobody else sees whom the works asks.
    let mill = Browser::signed_in(&server, "en", &keys.mill);
    assert!(!mill.page("/partners").contains("buyer"));
    let keys_of = |key: &str| server.get("/api/v1/keys?role=partner", key).ok()["items"].clone();
    assert_eq!(keys_of(&keys.mill), json!([]));
    assert_eq!(keys_of(&keys.works)[0]["link"]["answered"], "confirmed");
}

#[test]
fn the_keeper_joins_a_partner_to_the_firm_with_its_number() {
    let (server, keys) = Server::with_contract();
    let works = recorded(&server, &keys);
    assert_eq!(works.get("/claims").status, 403);
    let keeper = Browser::signed_in(&server, "zh", &server.keeper);
    assert_eq!(keeper.get("/partners").status, 403);
    assert!(keeper.page("/home").contains("href=\"/claims\""));
    let page = keeper.page("/claims");
    html::check("/claims", &page);
    assert!(page.contains("红河水泥") && page.contains("号码相同： frm_other"), "{page}");
    let wrong = [("which", "claim"), ("counterparty", "frm_buyer"), ("firm", "frm_mill")];
    let got = keeper.fill(&page, "/claims", &wrong);
    assert!(got.status == 422 && got.text.contains("other_identifier"), "{}", got.text);
    html::check("/claims, refused", &got.text);
    let right = [("which", "claim"), ("counterparty", "frm_buyer"), ("firm", "frm_other")];
    let got = keeper.fill(&keeper.page("/claims"), "/claims", &right);
    assert_eq!(got.status, 303, "{}", got.text);
    assert!(keeper.page(got.header("location")).contains("已注册为"));
    assert!(works.page("/partners").contains("is registered as"));
}
