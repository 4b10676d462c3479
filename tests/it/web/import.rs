//! A table in the browser: looked at, mapped, imported, and imported again.

use super::browser::{Browser, hidden};
use super::html;
use crate::http::server::{Got, Server};

const SAMPLE: &[u8] = include_bytes!("../../fixtures/tickets.gb18030.csv");
const TICKETS: &str = "单子,过磅时间,毛重,皮重,合同\nA1,2025-03-01 08:00,46.20,15.00,ctr_1\n\
    A2,2025-03-01 09:00,46.30,46.40,ctr_1\n合计,,92.50,61.40,\n";

fn bring(browser: &Browser, kind: &str, files: &[(&str, &str, &[u8])]) -> Got {
    let page = browser.page("/import");
    html::check("/import", &page);
    let token = hidden(&page, "token");
    browser.upload("/import", &[("token", &*token), ("kind", kind)], files)
}

/// The page of a table that was brought.
fn looked_at(browser: &Browser, name: &str, bytes: &[u8]) -> String {
    let got = bring(browser, "tickets", &[("file", name, bytes)]);
    assert_eq!(got.status, 303, "{}", got.text);
    got.header("location").to_owned()
}

/// Each column of the mapping's form: its name, and the header that is chosen.
fn chosen(page: &str) -> Vec<(String, String)> {
    let selects = page.split("<select id=\"column-").skip(1).map(|select| {
        let select = select.split("</select>").next().unwrap();
        let name = select.split('"').next().unwrap().to_owned();
        let option = select.split("<option value=\"").find(|option| option.contains("\" selected"));
        let header = option.map_or("", |option| option.split('"').next().unwrap());
        (format!("column-{name}"), header.to_owned())
    });
    selects.collect()
}

fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> String {
    let token = hidden(&browser.page("/import"), "token");
    let own = [("token", &*token)];
    let fields = fields.iter().map(|(name, value)| (&**name, &**value));
    let got = browser.send(path, &own.into_iter().chain(fields).collect::<Vec<_>>());
    assert_eq!(got.status, 303, "{}", got.text);
    browser.page(got.header("location"))
}

fn run(browser: &Browser, path: &str) -> String {
    send(browser, path, &[("do".to_owned(), "run".to_owned())])
}

#[test]
fn a_table_is_looked_at_mapped_and_imported_once() {
    let (server, keys) = Server::with_contract();
    let works = Browser::signed_in(&server, "zh", &keys.works);
    let size = server.ledger.size();
    let path = looked_at(&works, "三月.csv", TICKETS.as_bytes());
    let page = works.page(&path);
    html::check(&path, &page);
    for words in ["三月.csv", "utf-8", "单子", "必填"] {
        assert!(page.contains(words) || words == "{words}: {page}");
    }
    // The ticket's column was not found by its name: it is chosen, with the scale for all rows.
    let mut mapping = chosen(&page);
    assert!(mapping.contains(&("column-gross".to_owned(), "毛重".to_owned())), "{mapping:?}");
    let ticket = mapping.iter_mut().find(|(name, _)| name == "column-ticket").unwrap();
    assert_eq!(std::mem::replace(&mut ticket.1, "单子".to_owned()), "");
    mapping.extend(
        [("do", "map"), ("constant-scale", "scl_works"), ("constant-unit", "t")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let page = send(&works, &path, &mapping);
    html::check(&path, &page);
    for words in ["可导入", "被拒", "合计行", "<code>negative</code>", "毛重不得小于皮重"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(server.ledger.size(), size, "looking writes nothing");
    let saved = works.get(&format!("{path}/mapping"));
    assert_eq!(saved.json()["columns"]["ticket"], "单子");
    assert!(saved.header("content-disposition").contains("mapping-tickets.json"));

    let done = run(&works, &path);
    html::check(&path, &done);
    assert!(done.contains("已记录") && done.contains("已导入"), "{done}");
    assert_eq!(server.ledger.size(), size + 1);
    assert!(done.contains(&format!("href=\"/log/{size}\"")), "with its position: {done}");
    let (_, link) = done.split_once("href=\"/deliveries/dlv_").unwrap();
    let delivery = format!("/deliveries/dlv_{}", link.split('"').next().unwrap());
    assert!(works.page(&delivery).contains("A1"));
    let wrong = works.page(&format!("{path}?show=wrong"));
    assert!(wrong.contains("<code>negative</code>") && !wrong.contains("A1"));
    // The same file with the saved mapping: nothing new.
    let files =
        [("file", "again.csv", TICKETS.as_bytes()), ("mapping", "m.json", saved.text.as_bytes())];
    let got = bring(&works, "tickets", &files);
    let again = works.page(got.header("location"));
    assert!(
        again.contains("已存在") && again.contains(&format!("href=\"/log/{size}\"")),
        "{again}"
    );
    run(&works, got.header("location"));
    assert_eq!(server.ledger.size(), size + 1);
    // A table is of the key that brought it.
    let mill = Browser::signed_in(&server, "en", &keys.mill);
    assert_eq!(mill.get(&path).status, 404);
}

#[test]
fn what_a_weighbridge_writes_in_gb18030_is_read_and_its_encoding_told() {
    let (server, keys) = Server::with_contract();
    let works = Browser::signed_in(&server, "en", &keys.works);
    // What the slag is called there was saved in a mapping before.
    let saved = r#"{"values":{"material":{"水渣":"mat_slag"}}}"#.as_bytes();
    let got = bring(&works, "tickets", &[("file", "t.csv", SAMPLE), ("mapping", "m.json", saved)]);
    let page = works.page(got.header("location"));
    html::check("/import/…", &page);
    for words in ["gb18030", "皮重（kg）", "Record these rows", "refused"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[test]
fn a_file_that_is_no_table_is_told_in_the_reader_s_language() {
    let (server, keys) = Server::with_contract();
    let works = Browser::signed_in(&server, "zh", &keys.works);
    let told = |name: &str, bytes: &[u8], code: &str, sentence: &str| {
        let got = works.get(&looked_at(&works, name, bytes));
        assert_eq!(got.status, 422, "{code}");
        html::check(code, &got.text);
        assert!(got.text.contains(&format!("<code>{code}</code>")), "{code}: {}", got.text);
        assert!(got.text.contains(sentence) && !got.text.contains("value=\"run\""), "{code}");
        got.text
    };
    told("a.pdf", b"%PDF-1.7\n\0\xff\xfe\x81", "table_not_text", "GB18030");
    told("a.xlsx", b"PK\x03\x04 nothing of a workbook", "table_broken", "无法读取");
    // Its headers are offered all the same.
    let page = told("a.csv", b"a,b\n1,2\n", "table_no_header", "找不到表头");
    assert!(page.contains("<option value=\"a\">a</option>"), "{page}");
    told("a.csv", "毛重,皮重\n1,1\n".as_bytes(), "table_column_missing", "缺少必要的列");
    for (kind, files, status, code) in [
        ("tickets", &[][..], 400, "empty_body"),
        ("tickets", &[("file", "a.csv", &b""[..])], 400, "empty_body"),
        ("parcels", &[("file", "a.csv", &b"a"[..])], 400, "malformed_parameter"),
        (
            "tickets",
            &[("file", "a.csv", &b"a"[..]), ("mapping", "m", &b"[]"[..])],
            422,
            "table_mapping",
        ),
    ] {
        let got = bring(&works, kind, files);
        assert!(got.text.contains(&format!("<code>{code}</code>")), "{code}: {}", got.text);
        assert_eq!(got.status, status, "{code}");
        html::check(code, &got.text);
    }
    let big = vec![b'a'; 21 << 20];
    let got = bring(&works, "tickets", &[("file", "big.csv", &big)]);
    assert_eq!(got.status, 413, "{}", got.text);
    assert!(got.text.contains("body_too_large") && got.text.contains("内容过大"));
    html::check("/import, too large", &got.text);
}

#[test]
fn who_has_no_firm_brings_no_table_and_a_form_needs_its_token() {
    let (server, keys) = Server::with_contract();
    assert_eq!(Browser::signed_in(&server, "en", &server.keeper).get("/import").status, 403);
    let works = Browser::signed_in(&server, "en", &keys.works);
    let fields = [("token", "0"), ("kind", "tickets")];
    let got = works.upload("/import", &fields, &[("file", "a.csv", TICKETS.as_bytes())]);
    assert!(got.status == 403 && got.text.contains("form_expired"), "{}", got.text);
    let got = works.send("/import", &fields);
    assert!(got.status == 415 && got.text.contains("unsupported_media_type"), "{}", got.text);
    assert_eq!(works.get("/import/0").status, 404);
    // A scale's key imports for its firm, and has no list of partners.
    let firm = serde_json::json!({"firm": "frm_works"});
    let scale = server.key("key_gate", "weighbridge", firm);
    let gate = Browser::signed_in(&server, "en", &scale);
    let home = gate.page("/home");
    assert!(home.contains("href=\"/import\"") && !home.contains("href=\"/partners\""), "{home}");
    assert_eq!(gate.get("/partners").status, 403);
}
