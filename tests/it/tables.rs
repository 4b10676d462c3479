//! `symbiosis import --table` and `symbiosis export list`, as a user runs them.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::http::server::Server;
use crate::story::{key, opening};
use symbiosis_ledger::ledger::{Ledger, Options, create};

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_symbiosis"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SYMBIOSIS_")) {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null()).output().unwrap()
}

#[track_caller]
fn ends(code: i32, args: &[&str]) -> (String, String) {
    let output = run(args);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
    (out, err)
}

fn sample(name: &str) -> String {
    format!("{}/schemas/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_table_goes_into_a_folder_and_its_mapping_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("ledger"));
    create(&options, "example.org/test", None).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    ledger.submit_all(opening(), &key(), None).into_iter().for_each(|answer| drop(answer.unwrap()));
    ledger.close();
    drop(ledger);
    let data = options.folder.to_str().unwrap();
    let saved = folder.path().join("mapping.json");
    let saved = saved.to_str().unwrap();
    let (file, mapping) = (fixture("tickets.gb18030.csv"), sample("tickets-mapping.json"));
    let base = ["import", "--table", "tickets", &file, "--data", data, "--firm", "frm_works"];
    let first = [&base[..], &["--mapping", &mapping, "--save-mapping", saved]].concat();
    let (out, err) = ends(1, &[&first[..], &["--dry-run"]].concat());
    assert!(out.contains("13 rows, 4 would be accepted (1 of them in already)"), "{out}");
    assert!(err.contains(".csv:5:皮重（kg）: net_is_not_gross_less_tare: "), "{err}");
    let (out, err) = ends(1, &first);
    assert!(out.contains("4 accepted (1 of them in already)") && out.contains("备注"), "{out}");
    assert!(err.contains("8 rows of "), "{err}");
    let written: Value = serde_json::from_str(&fs::read_to_string(saved).unwrap()).unwrap();
    assert_eq!(written["columns"]["net"], "净重（吨）");
    let again = [&base[..], &["--mapping", saved, "--json"]].concat();
    let (out, _) = ends(1, &again);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["already_in"], &report["mapping"]), (&json!(4), &written));
    let (_, err) = ends(2, &["import", "--table", "tickets", &file, "--data", data]);
    assert!(err.contains("--firm"), "{err}");
    ends(2, &["import", &file, "--data", data, "--dry-run"]);
    let (_, err) =
        ends(1, &["import", "--table", "readings", &file, "--data", data, "--firm", "frm_works"]);
    assert!(err.contains("table_"), "{err}");
}

#[test]
fn a_table_goes_to_a_running_ledger_and_a_list_comes_back() {
    let (server, keys) = Server::with_contract();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (good, table) = (path("good.csv"), path("list.xlsx"));
    let text = "ticket no.,weighed at,gross(t),tare(t),scale\n\
                1,2025-03-01 08:05,46.20,15,scl_works\n2,2025-03-01 09:05,46.20,15,scl_works\n";
    fs::write(&good, text).unwrap();
    let mapping = path("mapping.json");
    fs::write(&mapping, r#"{"constants":{"contract":"ctr_1"}}"#).unwrap();
    let url = ["--url", server.base(), "--key", &keys.works];
    let send = [&["import", "--table", "tickets", &good, "--mapping", &mapping][..], &url].concat();
    let (out, _) = ends(0, &[&send[..], &["--role", "sender"]].concat());
    assert!(out.contains("2 rows, 2 accepted."), "{out}");
    let (_, err) = ends(1, &[&send[..], &["--role", "receiver"]].concat());
    assert!(err.contains("not_a_party"), "{err}");
    server.ledger.settle();
    let (out, _) = ends(0, &[&["export", "list", "deliveries"][..], &url].concat());
    assert_eq!(out.lines().count(), 3, "{out}");
    let list = ["export", "list", "deliveries", "--format", "xlsx", "--out", &table];
    ends(0, &[&list[..], &["--filter", "stage=dispatched"], &url].concat());
    assert!(fs::read(&table).unwrap().starts_with(b"PK"));
    let (_, err) = ends(1, &[&["export", "list", "nothing"][..], &url].concat());
    assert!(err.contains("not_found"), "{err}");
    ends(2, &[&["export", "list", "deliveries", "--filter", "x"][..], &url].concat());
}
