//! `symbiosis attach`, into a folder and through a running ledger.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{Serving, demo, ends, json, stderr, stdout, text};

/// A file in a folder, by its path.
fn file(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    text(&path).to_owned()
}

#[test]
fn a_document_goes_into_a_folder_once() {
    let (folder, data) = demo();
    let scan = file(folder.path(), "张三.pdf", b"%PDF-1.7 a permit");
    let about = ["--subject", "site/sit_paper", "--kind", "permit", "--title", "discharge permit"];
    let attach = [&["attach", &scan, "--data", &data][..], &about].concat();
    let first = json(&attach);
    assert_eq!(first["attachment"]["media_type"], "application/pdf");
    let again = json(&attach);
    assert_eq!(again, first, "the same once more changes nothing");
    let report = json(&["check", &data]);
    let expected = json!({"linked": 1, "kept": 1, "missing": 0, "spoiled": 0});
    assert_eq!((&report["verified"], &report["counts"]["attachments"]), (&json!(true), &expected));
    assert!(stdout(&ends(0, &["check", &data])).contains("1 linked file: 1 kept"));
    let records = ["export", "records", "--data", &data, "--type", "evidence_attached"];
    let records = ends(0, &records);
    let record: Value = serde_json::from_str(stdout(&records).trim()).unwrap();
    assert_eq!(record["body"]["data"]["title"], "discharge permit");
    let log = fs::read_to_string(crate::cli::segment(&data)).unwrap();
    assert!(!log.contains("张三"), "a file's name stays outside of the log");
}

#[test]
fn a_document_goes_through_a_running_ledger() {
    let (folder, data) = demo();
    let keys = fs::read(Path::new(&data).join("demo.json")).unwrap();
    let keys: Value = serde_json::from_slice(&keys).unwrap();
    let keys = keys["keys"].as_array().unwrap();
    let key = |id: &str| {
        let key = keys.iter().find(|key| key["key"] == id).unwrap();
        key["access_key"].as_str().unwrap()
    };
    let table = file(folder.path(), "loads.csv", b"day,tonnes\n2025-03-01,31.20\n");
    let serving = Serving::start(&["serve", "--data", &data]);
    let about = ["--subject", "site/sit_paper", "--kind", "other", "--title", "loads of March"];
    let attach = |key: &str| {
        [&["attach", &table, "--url", &serving.url, "--key", key][..], &about]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let run = |key: &str| {
        let args = attach(key);
        json(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let first = run(key("key_demo-paper"));
    assert_eq!(first["attachment"]["media_type"], "text/csv");
    assert_eq!(run(key("key_demo-paper")), first);
    let stranger = attach(key("key_demo-cogen"));
    let refused = ends(1, &stranger.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(stderr(&refused).contains("not_a_party"), "{}", stderr(&refused));
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let (folder, data) = demo();
    let program = file(folder.path(), "a.exe", b"MZ\0\0");
    let note = file(folder.path(), "a.txt", b"a note");
    let attach = |path: &str, subject: &str, kind: &str, code: i32, says: &str| {
        let data = ["--data", &data, "--title", "t"];
        let about = ["attach", path, "--subject", subject, "--kind", kind];
        let output = ends(code, &[&about[..], &data].concat());
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    };
    attach(&program, "site/sit_paper", "permit", 1, "is none of application/pdf");
    attach(&note, "sit_paper", "permit", 2, "--subject");
    attach(&note, "site/sit_paper", "film", 2, "--kind");
    attach(&note, "site/sit_none", "permit", 1, "unknown_site");
    attach(&note, "contract/ctr_none", "permit", 1, "unknown_contract");
}
