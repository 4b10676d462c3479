//! Backup and restore as an operator runs them, and the lock that keeps two ledgers off one folder.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{Serving, demo, ends, json, ledger, segment, stderr, stdout, text};

#[test]
fn a_served_ledger_is_backed_up_and_comes_back() {
    let (folder, data) = demo();
    let at = |name: &str| text(&folder.path().join(name)).to_owned();
    let (to, new) = (at("backup"), at("new"));
    let serving = Serving::start(&["serve", "--data", &data]);
    let first = json(&["backup", "--data", &data, "--to", &to, "--with-sealed"]);
    assert!(first["log_bytes"].as_u64().unwrap() > 100_000, "{first}");
    let again = json(&["backup", "--data", &data, "--to", &to, "--with-sealed"]);
    assert_eq!((&again["log_bytes"], &again["before"]), (&json!(0), &first["size"]));
    let checkpoint = at("checkpoint");
    fs::write(&checkpoint, serving.get("/api/v1/log/checkpoint")).unwrap();
    drop(serving);
    let spoken = ends(0, &["backup", "--data", &data, "--to", &to]);
    assert!(stdout(&spoken).contains("It verifies") && stdout(&spoken).contains("Not in it: keys"));
    assert!(stdout(&spoken).contains("sealed/ is of an earlier run"), "{}", stdout(&spoken));

    let restore = ["restore", "--from", &to, "--data", &new, "--not-older-than", &checkpoint];
    let restored = ends(0, &restore);
    assert!(stdout(&restored).contains("Missing: the signing key"), "{}", stdout(&restored));
    assert!(stdout(&restored).contains("is reached"), "{}", stdout(&restored));
    let report = json(&["check", &new]);
    assert_eq!((&report["verified"], &report["size"]), (&Value::Bool(true), &first["size"]));
    assert_eq!(report["counts"]["sealed"]["missing"], 0);
    let facts = |data: &str| ends(0, &["export", "facts", "--data", data]).stdout;
    assert_eq!(facts(&new), facts(&data));
    let refused = ends(1, &["rebuild", "--data", &new]);
    assert!(stderr(&refused).contains("keys"), "{}", stderr(&refused));
    let keys = text(&Path::new(&data).join("keys")).to_owned();
    let served = Serving::start(&["serve", "--data", &new, "--keys", &keys]);
    let size = served.get("/api/v1/log/checkpoint").lines().nth(1).unwrap().to_owned();
    assert_eq!(size, first["size"].to_string());
    drop(served);
    let full = ends(1, &restore);
    assert!(stderr(&full).contains("is not empty"), "{}", stderr(&full));
}

#[test]
fn what_does_not_verify_ends_with_3() {
    let (folder, data) = demo();
    let at = |name: &str| text(&folder.path().join(name)).to_owned();
    let (to, new) = (at("backup"), at("new"));
    ends(0, &["backup", "--data", &data, "--to", &to]);
    let path = segment(&to);
    let mut bytes = fs::read(&path).unwrap();
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    fs::write(&path, bytes).unwrap();
    let output = ends(3, &["restore", "--from", &to, "--data", &new]);
    assert!(stdout(&output).starts_with("error "), "{}", stdout(&output));
    let output = ends(3, &["backup", "--data", &data, "--to", &to]);
    assert!(stderr(&output).contains("stays marked INCOMPLETE"), "{}", stderr(&output));
    let output = ends(3, &["restore", "--from", &to, "--data", &new]);
    assert!(stderr(&output).contains("marked INCOMPLETE"), "{}", stderr(&output));
    ends(0, &["backup", "--data", &data, "--to", &to]);
    ends(0, &["restore", "--from", &to, "--data", &new]);
    ends(1, &["backup", "--data", &at("nowhere"), "--to", &to]);
    ends(2, &["backup", "--data", &data]);
    ends(2, &["restore", "--data", &new]);
}

#[test]
fn two_processes_on_one_folder_are_told_apart() {
    let (_folder, data) = demo();
    let serving = Serving::start(&["serve", "--data", &data]);
    for args in [
        &["serve", "--data", &data, "--listen", "127.0.0.1:0"][..],
        &["rebuild", "--data", &data],
        &["key", "rotate", "--data", &data],
    ] {
        let refused = ends(1, args);
        let expected = format!("a ledger runs on {data}; stop it first");
        assert!(stderr(&refused).contains(&expected), "{}", stderr(&refused));
    }
    assert!(serving.get("/api/v1/log/checkpoint").contains("blake3"));
}

#[test]
fn a_link_to_bytes_that_were_never_kept_is_not_imported() {
    let folder = tempfile::tempdir().unwrap();
    let data = ledger(folder.path());
    let line = json!({
        "actor": "keeper", "id": "cmd_1", "occurred_at": "2025-03-01T08:00:00Z",
        "type": "attach_evidence", "data": {
            "attachment": {"bytes": 7, "hash": "00".repeat(32), "media_type": "text/plain"},
            "evidence": "evd_1", "kind": "permit", "subject": "site/sit_a", "title": "a permit",
        },
    });
    let file = folder.path().join("links.ndjson");
    fs::write(&file, line.to_string()).unwrap();
    let output = ends(1, &["import", text(&file), "--data", &data]);
    assert!(stderr(&output).contains("unknown_attachment"), "{}", stderr(&output));
}
