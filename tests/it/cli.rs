//! The program as a user runs it: what it prints, where, and with which exit code.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use symbiosis_ledger::domain::command::Request;
use symbiosis_ledger::scenario::{Ground, Scenario, find};

/// Small enough to be loaded in a blink, whole enough to hold every incident.
const SCALE: &str = "--scale=100";

pub fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_symbiosis"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SYMBIOSIS_")) {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    program(args).output().unwrap()
}

pub fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Runs what must end with a code, and answers its stdout.
#[track_caller]
pub fn ends(code: i32, args: &[&str]) -> Output {
    let output = run(args);
    let shown = format!("{args:?}\n{}\n{}", stdout(&output), stderr(&output));
    assert_eq!(output.status.code(), Some(code), "{shown}");
    output
}

#[track_caller]
pub fn json(args: &[&str]) -> Value {
    let output = ends(0, &[args, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A demo that was loaded, in a folder that vanishes. It is loaded once and copied.
pub fn demo() -> (tempfile::TempDir, String) {
    static LOADED: OnceLock<PathBuf> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-demo");
        let _ = fs::remove_dir_all(&data);
        ends(0, &["demo", "--data", text(&data), SCALE, "--no-serve"]);
        data
    });
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    copy(loaded, &data);
    let data = text(&data).to_owned();
    (folder, data)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    // Keys must not be open to others.
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

pub fn segment(data: &str) -> PathBuf {
    Path::new(data).join("log/00000000000000000000.log")
}

#[test]
fn a_demo_loads_verifies_and_is_found_again() {
    let (_folder, data) = demo();
    let report = json(&["check", &data]);
    assert_eq!(report["verified"], true, "{report}");
    assert_eq!(report["notes"], Value::Array(Vec::new()), "{report}");
    let again = ends(0, &["demo", "--data", &data, SCALE, "--no-serve"]);
    assert!(stderr(&again).contains("from an earlier demo"), "{}", stderr(&again));
    assert_eq!(json(&["check", &data])["root"], report["root"]);
    let other = ends(1, &["demo", "power-cement-brewery", "--data", &data, "--no-serve"]);
    assert!(stderr(&other).contains("holds the scenario guigang at 1/100"), "{}", stderr(&other));
}

#[test]
fn a_load_that_was_cut_off_goes_on_to_the_same_ledger_of_records() {
    let (_folder, data) = demo();
    let whole = json(&["check", &data]);
    let folder = tempfile::tempdir().unwrap();
    let cut = text(&folder.path().join("demo")).to_owned();
    let mut child = program(&["demo", "--data", &cut, SCALE, "--no-serve"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Whenever it is killed, also while the ledger is being made, the rest holds.
    while !segment(&cut).exists() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    ends(0, &["demo", "--data", &cut, SCALE, "--no-serve"]);
    let resumed = json(&["check", &cut]);
    assert_eq!(resumed["verified"], true, "{resumed}");
    let records = |data: &str| {
        let exported = ends(0, &["export", "facts", "--data", data]);
        stdout(&exported).lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
    };
    let (whole_facts, resumed_facts): (Vec<String>, Vec<String>) = (records(&data), records(&cut));
    assert_eq!(whole_facts, resumed_facts);
    assert_eq!(resumed["counts"]["streams"], whole["counts"]["streams"]);
}

#[test]
fn a_flipped_bit_is_found_and_named() {
    let (_folder, data) = demo();
    let path = segment(&data);
    let mut bytes = fs::read(&path).unwrap();
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    fs::write(&path, bytes).unwrap();
    let output = ends(3, &["check", &data]);
    let found = stdout(&output).lines().next().unwrap();
    assert!(found.starts_with("error ") && found.contains("log/0000"), "{found}");
    assert!(found.contains(", record ") && found.contains(", byte "), "{found}");
    assert!(stdout(&output).contains("It does NOT verify."));
    assert!(stderr(&output).contains("does not verify"), "{}", stderr(&output));
}

#[test]
fn rows_that_are_rebuilt_are_the_rows_that_were_there() {
    let (_folder, data) = demo();
    let first = json(&["rebuild", "--data", &data]);
    let second = json(&["rebuild", "--data", &data]);
    assert_eq!(first["digest"], second["digest"]);
    assert_eq!(json(&["check", &data])["verified"], true);
}

/// A file of commands: what a scenario tells before its first contract.
fn commands(folder: &Path) -> (PathBuf, Vec<String>) {
    let plan = find("guigang").unwrap();
    let ground = Ground::of(&plan);
    let steps = Scenario::new(&plan, &ground, 100);
    let steps = steps
        .steps()
        .take_while(|step| !matches!(step.command.request, Request::ProposeContract(_)));
    let steps = steps.filter(|step| !matches!(step.command.request, Request::PublishCatalogue(_)));
    let lines: Vec<_> = steps.map(|step| serde_json::to_string(&step.command).unwrap()).collect();
    let path = folder.join("commands.ndjson");
    fs::write(&path, format!("{}\n", lines.join("\n"))).unwrap();
    (path, lines)
}

pub fn ledger(folder: &Path) -> String {
    let data = text(&folder.join("data")).to_owned();
    let made = json(&["init", "--origin", "it.example", "--data", &data]);
    assert_eq!(made["origin"], "it.example/blake3");
    assert!(made["key"]["access_key"].as_str().unwrap().starts_with("sym_"));
    data
}

#[test]
fn importing_a_file_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = ledger(folder.path());
    let (file, lines) = commands(folder.path());
    let first = json(&["import", text(&file), "--data", &data]);
    assert_eq!(first["accepted"], lines.len());
    assert_eq!((&first["already_in"], &first["complete"]), (&Value::from(0), &Value::from(true)));
    let size = json(&["check", &data])["size"].clone();
    let second = json(&["import", text(&file), "--data", &data]);
    assert_eq!(second["already_in"], lines.len());
    assert_eq!(json(&["check", &data])["size"], size);
}

#[test]
fn a_bad_line_is_named_and_the_lines_before_it_are_in() {
    let folder = tempfile::tempdir().unwrap();
    let data = ledger(folder.path());
    let (file, mut lines) = commands(folder.path());
    let whole = lines.clone();
    lines[3] = lines[3].replace("\"firm\":\"frm_", "\"firm\":\"firm_");
    let column = lines[3].find("\"firm_").unwrap() + 1;
    fs::write(&file, lines.join("\n")).unwrap();
    let output = ends(1, &["import", text(&file), "--data", &data]);
    let expected = format!("{}:4:{column}: malformed_id: ", file.display());
    assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
    assert!(stdout(&output).contains("3 accepted"), "{}", stdout(&output));

    // Corrected, the import goes on; read from stdin as well.
    fs::write(&file, whole.join("\n")).unwrap();
    let mut child = program(&["import", "-", "--data", &data, "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(&file).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&result["already_in"], &result["accepted"]), (&3.into(), &whole.len().into()));
}

#[test]
fn going_on_takes_all_lines_but_the_wrong_ones() {
    let folder = tempfile::tempdir().unwrap();
    let data = ledger(folder.path());
    let (file, mut lines) = commands(folder.path());
    let count = lines.len();
    lines.insert(2, "{\"id\":}".to_owned());
    lines.push("   ".to_owned());
    fs::write(&file, lines.join("\r\n")).unwrap();
    let output = run(&["import", text(&file), "--data", &data, "--keep-going", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&result["accepted"], &result["wrong_count"]), (&count.into(), &1.into()));
    let wrong = &result["wrong"][0];
    assert_eq!((&wrong["line"], &wrong["column"]), (&3.into(), &7.into()), "{wrong}");
    assert_eq!(wrong["code"], "json_syntax");
}

#[test]
fn exports_are_whole_and_can_be_narrowed() {
    let (_folder, data) = demo();
    let size = json(&["check", &data])["size"].as_u64().unwrap();
    let all = ends(0, &["export", "records", "--data", &data]);
    assert_eq!(stdout(&all).lines().count() as u64, size);
    let first: Value = serde_json::from_str(stdout(&all).lines().next().unwrap()).unwrap();
    assert_eq!(first["head"]["type"], "ledger_opened");
    let some = ["export", "records", "--data", &data, "--type", "period_closed"];
    assert_eq!(stdout(&ends(0, &some)).lines().count(), 10);
    let facts = ["export", "facts", "--data", &data, "--material", "mat_ash", "--to", "2025-12-31"];
    let facts = ends(0, &facts);
    let mut lines = stdout(&facts).lines();
    let columns = lines.next().unwrap().split(',').count();
    assert!(lines.clone().count() > 4);
    assert!(lines.all(|line| line.split(',').count() == columns && line.contains("mat_ash")));
    assert!(!stdout(&facts).contains("sealed"));
}

#[test]
fn what_is_wrong_is_told_with_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = text(&folder.path().join("nowhere")).to_owned();
    for args in [&["serve", "--data"][..], &["report", "--data"], &["export", "records", "--data"]]
    {
        let output = ends(1, &[args, &[&nowhere]].concat());
        assert!(stderr(&output).contains("symbiosis init"), "{}", stderr(&output));
        assert!(!Path::new(&nowhere).exists(), "looking at a folder makes none");
    }
    let output = ends(2, &["demo", "nowhere"]);
    assert!(stderr(&output).contains("there are guigang, power"), "{}", stderr(&output));
    ends(2, &["serve", "--lisen", "x"]);
    ends(2, &[]);
    ends(0, &["--help"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (_folder, data) = demo();
    let output = ends(1, &["serve", "--data", &data, "--listen", &address]);
    assert!(stderr(&output).contains("--listen"), "{}", stderr(&output));
    let output = ends(2, &["check", &data, "--verifier-key", "nonsense"]);
    assert!(stderr(&output).contains("NAME+HASH+KEY"), "{}", stderr(&output));
}

#[test]
fn keys_are_made_listed_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let data = ledger(folder.path());
    let issue =
        ["key", "issue", "--data", &data, "--role", "ledger-keeper", "--label", "deputy keeper"];
    let made = json(&issue);
    let key = made["key"].as_str().unwrap();
    ends(0, &["key", "revoke", key, "--reason", "left the post", "--data", &data]);
    let listed = ends(0, &["key", "list", "--data", &data]);
    let lines: Vec<_> = stdout(&listed).lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("keeper's first key") && !lines[0].contains("revoked"));
    assert!(lines[1].contains("deputy keeper") && lines[1].ends_with("revoked"));
    let secret = made["access_key"].as_str().unwrap();
    let secret = &secret[secret.len() - 72..secret.len() - 8];
    let log = fs::read_to_string(segment(&data)).unwrap();
    assert!(!log.contains(secret), "the log has the hash of a secret only");
}

/// A program that serves, ended when it goes out of scope.
pub struct Serving {
    pub child: std::process::Child,
    pub url: String,
}

impl Serving {
    pub fn start(args: &[&str]) -> Serving {
        let mut child = program(args)
            .args(["--listen=127.0.0.1:0", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut answers = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
        let answer = answers.next().unwrap().unwrap();
        let url = answer["api"].as_str().unwrap().trim_end_matches("/api/v1").to_owned();
        Serving { child, url }
    }

    pub fn get(&self, path: &str) -> String {
        ureq::get(format!("{}{path}", self.url))
            .call()
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_import_goes_through_a_running_ledger_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(&folder.path().join("data")).to_owned();
    let made = json(&["init", "--origin", "it.example", "--data", &data]);
    let key = made["key"]["access_key"].as_str().unwrap();
    let (file, lines) = commands(folder.path());
    let serving = Serving::start(&["serve", "--data", &data]);
    let busy = ends(1, &["import", text(&file), "--data", &data]);
    assert!(stderr(&busy).contains("a ledger runs on"), "{}", stderr(&busy));
    let send = ["import", text(&file), "--url", &serving.url, "--key", key, "--keep-going"];
    let output = run(&[&send[..], &["--json"]].concat());
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["lines"], lines.len());
    // The keeper's key acts for the keeper, and for no firm or park.
    let keepers = lines.iter().filter(|line| line.contains("\"actor\":\"keeper\"")).count();
    assert_eq!(result["accepted"], keepers, "{result}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(result["wrong"][0]["code"], "not_permitted", "{result}");
    let nobody = ends(1, &["import", text(&file), "--url", "http://127.0.0.1:1", "--key", key]);
    assert!(stderr(&nobody).contains("can't be reached"), "{}", stderr(&nobody));
    ends(2, &["import", text(&file), "--url", &serving.url]);
}

#[test]
fn a_proof_verifies_offline_and_nothing_else_does() {
    let (folder, data) = demo();
    let serving = Serving::start(&["serve", "--data", &data]);
    let checkpoint = serving.get("/api/v1/log/checkpoint");
    let size: u64 = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    let proof = |position: u64| {
        serving.get(&format!("/api/v1/log/proofs/inclusion?position={position}&size={size}"))
    };
    let (good, other) = (proof(812), proof(813));
    let growth = |first: u64| {
        serving.get(&format!("/api/v1/log/proofs/consistency?first={first}&second={size}"))
    };
    let (none, grown) = (growth(size), growth(size - 7));
    drop(serving);
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        text(&path).to_owned()
    };
    let (good, other) = (file("proof.json", &good), file("other.json", &other));
    let checkpoint = file("checkpoint", &checkpoint);
    let ledger = fs::read(Path::new(&data).join("ledger.json")).unwrap();
    let ledger: Value = serde_json::from_slice(&ledger).unwrap();
    let key = ledger["verifier_key"].as_str().unwrap();
    let log = fs::read_to_string(segment(&data)).unwrap();
    let record = file("record", log.lines().nth(812).unwrap());
    let args = ["--checkpoint", &checkpoint, "--verifier-key", key, "--record", &record];
    let verified = json(&[&["verify", &good][..], &args].concat());
    assert_eq!(verified["record"], serde_json::json!(["hash", "head", "body"]), "{verified}");
    let output = ends(3, &[&["verify", &other][..], &args].concat());
    assert!(stdout(&output).contains("does NOT verify"), "{}", stdout(&output));
    let forged = file("record", &log.lines().nth(812).unwrap().replace("\"step\":0", "\"step\":1"));
    let output = ends(3, &[&["verify", &good][..], &args].concat());
    assert!(stderr(&output).contains("HEAD does not have its hash"), "{forged}");

    let (none, grown) = (file("none.json", &none), file("grown.json", &grown));
    let args = ["--checkpoint", &checkpoint, "--verifier-key", key];
    ends(2, &[&["verify", &none][..], &args].concat());
    let args = [&args[..], &["--earlier", &checkpoint]].concat();
    let verified = json(&[&["verify", &none][..], &args].concat());
    assert_eq!(verified["first_size"], size, "{verified}");
    let output = ends(3, &[&["verify", &grown][..], &args].concat());
    assert!(stderr(&output).contains("the earlier checkpoint is of"), "{}", stderr(&output));
    ends(2, &[&["verify", &good][..], &args].concat());

    let rotated = json(&["key", "rotate", "--data", &data]);
    let next = rotated["verifier_key"].as_str().unwrap();
    assert_eq!(rotated["before"], key);
    let args = ["--checkpoint", &checkpoint, "--verifier-key", next];
    let output = ends(3, &[&["verify", &good][..], &args].concat());
    assert!(stderr(&output).contains("not believed"), "{}", stderr(&output));
    // The checkpoint over the change is signed by both.
    for key in [key, next] {
        let report = json(&["check", &data, "--verifier-key", key]);
        assert_eq!(report["signer"]["standing"], "known_to_caller", "{report}");
    }
}

#[test]
fn a_report_is_what_the_log_adds_up_to() {
    let (_folder, data) = demo();
    let report = ends(0, &["report", "--data", &data, "--from", "2025-01", "--to", "2025-12"]);
    crate::golden::assert_golden("report-guigang.txt", stdout(&report));
    let quarter = json(&["figures", "--data", &data, "--from", "2025-04", "--to", "2025-06"]);
    let cane = |total: &&Value| total["material"] == "mat_cane";
    assert!(!quarter["exchange_totals"].as_array().unwrap().iter().any(|total| cane(&total)));
    ends(2, &["report", "--data", &data, "--from", "2025-04", "--to", "2025-03"]);
}

#[test]
fn a_site_s_reports_are_tables_for_people_and_for_programs() {
    let (_folder, data) = demo();
    let report = |more: &[&str]| {
        let args = ["report", "sit_sugar", "--data", &data, "--period", "2025-03"];
        [&args[..], more].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let run = |more: &[&str]| {
        let args = report(more);
        ends(0, &args.iter().map(|arg| &**arg).collect::<Vec<_>>())
    };
    let shown = run(&["--table", "tax"]);
    let text = stdout(&shown);
    assert!(text.starts_with("Tax worksheet of sit_sugar, 2025-03 to 2025-03"), "{text}");
    assert!(text.contains("not declared") && text.contains(" *\n"), "{text}");
    let csv = run(&["--table", "tax", "--format", "csv"]);
    let json = run(&["--table", "tax", "--format", "json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(stdout(&csv).lines().count(), rows.len() + 1);
    let (first, header) = (&rows[0], stdout(&csv).lines().next().unwrap());
    assert!(header.contains("taxable.amount.value") && first["month"] == "2025-03", "{header}");
    let line = stdout(&csv).lines().nth(1).unwrap();
    assert!(line.contains(first["taxable"]["amount"]["value"].as_str().unwrap()), "{line}");
    let path = Path::new(&data).with_extension("xlsx");
    run(&["--table", "solid-waste", "--format", "xlsx", "--out", self::text(&path)]);
    assert!(fs::read(&path).unwrap().starts_with(b"PK"));
    let waste = run(&["--table", "solid-waste"]);
    assert!(stdout(&waste).contains("layout not checked"), "{}", stdout(&waste));
    // A month of the park is named in the same way.
    let month = ["report", "--data", &data, "--period", "2025-03"];
    let month = self::json(&month);
    assert_eq!((&month["from"], &month["to"]), (&Value::from("2025-03"), &Value::from("2025-03")));
    for args in [
        &["report", "--data", &data, "--table", "tax"][..],
        &["report", "sit_sugar", "--data", &data, "--table", "tax"],
        &["report", "sit_sugar", "--data", &data, "--table", "tax", "--period", "2025-13"],
        &["report", "prk_guigang", "--data", &data, "--format", "csv"],
    ] {
        ends(2, args);
    }
    let gone = ends(1, &["report", "sit_x", "--data", &data, "--table", "tax", "--period", "2025"]);
    assert!(stderr(&gone).contains("there is no site sit_x"), "{}", stderr(&gone));
}
