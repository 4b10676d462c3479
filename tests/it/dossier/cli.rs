//! Dossiers from the command line: made from a folder, verified with nothing but the file.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::{demo, ends, json, stderr, stdout, text};

fn key(data: &str) -> String {
    let opened = fs::read_to_string(Path::new(data).join("ledger.json")).unwrap();
    let opened: Value = serde_json::from_str(&opened).unwrap();
    opened["verifier_key"].as_str().unwrap().to_owned()
}

/// The first record of a type, and its position.
fn first(data: &str, kind: &str) -> (u64, Value) {
    let output = ends(0, &["export", "records", "--type", kind, "--data", data]);
    let line = stdout(&output).lines().next().unwrap();
    let record: Value = serde_json::from_str(line).unwrap();
    let position = record["head"]["position"].as_u64().unwrap();
    (position, record)
}

/// The pointer of the first sealed value.
fn sealed(value: &Value, pointer: String) -> Option<String> {
    if value.get("sealed").is_some() {
        return Some(pointer);
    }
    match value {
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(at, item)| sealed(item, format!("{pointer}/{at}")))
        }
        Value::Object(members) => {
            members.iter().find_map(|(name, one)| sealed(one, format!("{pointer}/{name}")))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[test]
fn a_dossier_of_guigang_is_made_from_a_folder_and_verified_without_it() {
    let (folder, data) = demo();
    ends(0, &["method", "publish", "hj274", "--data", &data]);
    let out = text(&folder.path().join("a.dossier")).to_owned();
    let base = ["dossier", "prk_guigang", "--programme", "hj274", "--data", &data, "--out", &out];
    let make = |code: i32, more: &[&str]| ends(code, &[&base[..], more].concat());
    let made = json(&[&base[..], &["--period", "2025"]].concat());
    let key = key(&data);
    assert_eq!(made["verifier_keys"][0], key.as_str());
    assert_eq!(made["bytes"], fs::metadata(&out).unwrap().len());

    let verified = json(&["verify", &out, "--key", &key]);
    assert_eq!((&verified["verdict"], &verified["hash"]), (&"verified".into(), &made["hash"]));
    assert_eq!(json(&["verify", &out, "--verifier-key", &key])["verdict"], "verified");
    // The figures are those of the report.
    let report = ["report", "prk_guigang", "--programme", "hj274", "--period", "2025"];
    let report = json(&[&report[..], &["--data", &data]].concat());
    let exact = |all: &Value, name: &str| -> Vec<Value> {
        all[name].as_array().unwrap().iter().map(|one| one["exact"].clone()).collect()
    };
    assert_eq!(exact(&verified, "figures"), exact(&report, "indicators"));
    assert!(exact(&verified, "figures").iter().any(Value::is_string));

    let shown = ends(0, &["verify", &out, "--key", &key]);
    let shown = stdout(&shown);
    for words in [
        "holds  checkpoint",
        "holds  inclusion",
        "holds  formulas",
        "It is verified.",
        "as stated",
        "does not prove that no record was left out",
        "compare checkpoints",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let unknown = ends(1, &["verify", &out]);
    assert!(stdout(&unknown).contains("consistent, signer unknown"), "{}", stdout(&unknown));
    let stranger = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let wrong = ends(3, &["verify", &out, "--key", stranger]);
    assert!(stdout(&wrong).contains("It does NOT verify."), "{}", stdout(&wrong));
    ends(0, &["verify", &out, "--key", stranger, "--key", &key]);
    ends(2, &["verify", &out, "--key", "nonsense"]);
    let checkpoint = text(&Path::new(&data).join("checkpoint")).to_owned();
    ends(2, &["verify", &out, "--checkpoint", &checkpoint, "--key", &key]);

    // The checkpoint of now is the earlier one of a dossier after another record.
    let earlier = text(&folder.path().join("earlier")).to_owned();
    fs::copy(&checkpoint, &earlier).unwrap();
    ends(0, &["method", "publish", "circular", "--data", &data]);
    make(0, &["--period", "2025", "--earlier", &earlier]);
    let held = json(&["verify", &out, "--key", &key, "--earlier", &earlier]);
    let mut consistency = held["checks"].as_array().unwrap().iter();
    let consistency = consistency.find(|one| one["check"] == "consistency").unwrap();
    assert_eq!(consistency["found"], "holds", "{held:#}");

    let bytes = fs::read(&out).unwrap();
    fs::write(&out, &bytes[..bytes.len() - 1]).unwrap();
    ends(3, &["verify", &out, "--key", &key]);
    fs::write(&out, "symbiosis-dossier/2\n").unwrap();
    ends(3, &["verify", &out, "--key", &key]);
    fs::write(&out, "{}").unwrap();
    assert!(stderr(&ends(2, &["verify", &out, "--key", &key])).contains("--checkpoint"));
}

#[test]
fn what_can_t_be_made_is_told_and_leaves_no_file() {
    let (folder, data) = demo();
    ends(0, &["method", "publish", "hj274", "--data", &data]);
    let out = folder.path().join("b.dossier");
    let base = ["dossier", "prk_guigang", "--data", &data, "--out", text(&out), "--programme"];
    let fails = |code: i32, more: &[&str]| {
        let output = ends(code, &[&base[..], more].concat());
        stderr(&output).to_owned()
    };
    assert!(fails(1, &["hj274", "--period", "2031", "--complete"]).contains("is not closed"));
    assert!(fails(1, &["hj999", "--period", "2025"]).contains("no method hj999"));
    assert!(fails(1, &["hj274", "--period", "2025", "--as-of", "99999999"]).contains("covers"));
    let firm = ["hj274", "--period", "2025-01", "--complete", "--firm", "frm_sugar"];
    fails(2, &firm);
    fails(2, &["hj274", "--period", "last year"]);
    fails(2, &["hj274", "--period", "2025", "--choices", "region:mars"]);
    fails(2, &["hj274", "--period", "2025", "--reveal", "12"]);
    let (position, _) = first(&data, "delivery_dispatched");
    let reveal = format!("{position}:/data/line");
    assert!(fails(1, &["hj274", "--period", "2025", "--reveal", &reveal]).contains("no sealed"));
    let other = ["dossier", "prk_none", "--programme", "hj274", "--period", "2025"];
    let other = ends(1, &[&other[..], &["--data", &data, "--out", text(&out)]].concat());
    assert!(stderr(&other).contains("no park prk_none"));
    let files = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!((out.exists(), files), (false, 1), "nothing half made is left behind");

    // A sealed value, by the operator.
    let (position, record) = first(&data, "contract_proposed");
    let pointer = sealed(&record["body"], String::new()).unwrap();
    let reveal = format!("{position}:{pointer}");
    let shown = ends(0, &[&base[..], &["hj274", "--period", "2025", "--reveal", &reveal]].concat());
    assert!(stdout(&shown).contains("Verify it anywhere"), "{}", stdout(&shown));
    let verified = json(&["verify", text(&out), "--key", &key(&data)]);
    let checks = verified["checks"].as_array().unwrap();
    assert!(checks.iter().any(|one| one["check"] == "revealed" && one["found"] == "holds"));
}
