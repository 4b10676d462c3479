//! A gate without network: what is weighed there comes to the ledger once, whatever is cut off
//! when, and the ledger shows what did not come, or came late.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use symbiosis_ledger::domain::time::UtcMillis;

use crate::chance::Chance;
use crate::cli::{Serving, ends, json as answer, ledger, program, stderr, stdout, text};
use crate::http::server::{DAY, Server, measured};
use crate::story;

/// Repeats a run that failed.
const SEED: &str = "SYMBIOSIS_SPOOL_SEED";
/// Trucks of eight hours.
const TRUCKS: u64 = 48;
/// How long a program that should end may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A ledger with two firms and a contract, and keys of the supplier's desk and gate.
struct Ground {
    folder: tempfile::TempDir,
    data: String,
    gate: String,
    desk: String,
}

impl Ground {
    fn new() -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let data = ledger(folder.path());
        let commands = story::opening();
        let lines: Vec<_> =
            commands.iter().map(|command| serde_json::to_string(command).unwrap()).collect();
        let file = folder.path().join("opening.ndjson");
        fs::write(&file, lines.join("\n")).unwrap();
        answer(&["import", text(&file), "--data", &data]);
        let key = |role: &str| {
            let args = ["key", "issue", "--data", &data, "--role", role, "--firm", "frm_works"];
            let made = answer(&[&args[..], &["--label", "of the works"]].concat());
            made["access_key"].as_str().unwrap().to_owned()
        };
        let (gate, desk) = (key("weighbridge"), key("firm"));
        Ground { folder, data, gate, desk }
    }

    fn serve(&self) -> Serving {
        Serving::start(&["serve", "--data", &self.data])
    }

    fn spool(&self) -> PathBuf {
        self.folder.path().join("gate")
    }
}

/// Asks for a weighing at the works' gate.
fn weighing(spool: &Path, more: &[&str]) -> std::process::Command {
    let mut command = program(&["spool", "add", "--json", "--spool", text(spool)]);
    command.args(["--scale", "scl_works", "--actor", "frm_works", "--direction", "out"]);
    command.args(["--contract", "ctr_1", "--line", "1", "--prefix", "G-"]);
    command.args(more);
    command
}

fn upload(spool: &Path, url: &str, key: &str) -> std::process::Command {
    program(&["spool", "upload", "--spool", text(spool), "--url", url, "--key", key])
}

fn status(spool: &Path) -> Value {
    answer(&["spool", "status", "--spool", text(spool)])
}

fn get(url: &str, path: &str, key: &str) -> Value {
    let mut response =
        ureq::get(format!("{url}{path}")).header("authorization", format!("Bearer {key}")).call();
    let text = response.as_mut().unwrap().body_mut().read_to_string().unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn eight_hours_offline_with_power_cuts_lose_and_double_nothing() {
    let mut chance = Chance::of(SEED);
    let ground = Ground::new();
    let spool = ground.spool();
    let mut printed = BTreeMap::new();
    for truck in 0..TRUCKS {
        let ticket = weigh(&spool, truck, &mut chance);
        let before = printed.insert(ticket["number"].as_str().unwrap().to_owned(), ticket);
        assert!(before.is_none(), "{before:?} was printed for another truck");
    }
    let waiting = status(&spool);
    assert_eq!(waiting["waiting"], TRUCKS, "{waiting}");
    assert_eq!(waiting["gaps"], json!([]), "{waiting}");
    for _ in 0..4 {
        let whole = upload_and_cut(&ground, &mut chance);
        assert!(!whole, "the connection was dropped on the way");
    }
    let serving = ground.serve();
    let sent = upload(&spool, &serving.url, &ground.gate).output().unwrap();
    assert_eq!(sent.status.code(), Some(0), "{}", stderr(&sent));
    let after = status(&spool);
    assert_eq!((&after["uploaded"], &after["refused"]), (&TRUCKS.into(), &0.into()), "{after}");
    let book = settled(&serving.url, &ground.desk, TRUCKS as usize);
    assert_eq!((&book["gaps"], &book["complete"]), (&json!([]), &json!(true)));
    for ticket in book["tickets"].as_array().unwrap() {
        let paper = printed.remove(ticket["number"].as_str().unwrap()).expect("it was printed");
        let loads = ticket["loads"].as_array().unwrap();
        assert_eq!(loads.len(), 1, "{ticket}");
        assert_eq!(loads[0]["delivery"], paper["delivery"]);
        assert_eq!((&ticket["gross"], &ticket["tare"]), (&paper["gross"], &paper["tare"]));
        assert_eq!(loads[0]["late"], false);
    }
    assert!(printed.is_empty(), "printed, and not in the ledger: {printed:?}");
    let deliveries = get(&serving.url, "/api/v1/deliveries?limit=200", &ground.desk);
    assert_eq!(deliveries["items"].as_array().unwrap().len() as u64, TRUCKS);
    drop(serving);
    assert_eq!(answer(&["check", &ground.data])["verified"], true);
}

/// Asks for a truck's ticket until it is printed. The program is killed now and then, and what
/// nobody was told of is torn as a power cut tears it.
fn weigh(spool: &Path, truck: u64, chance: &mut Chance) -> Value {
    let entries = spool.join("entries");
    let length = || fs::metadata(&entries).map_or(0, |file| file.len());
    let gross = format!("{}.{:02}", 40 + truck % 10, truck);
    let reference = format!("W-{truck}");
    loop {
        let before = length();
        let asked = ["--gross", &gross, "--tare", "15.00", "--reference", &reference];
        let mut child =
            weighing(spool, &asked).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        if chance.below(3) == 0 {
            thread::sleep(Duration::from_micros(chance.below(25_000)));
            child.kill().unwrap();
        }
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        child.wait().unwrap();
        // A ticket that is cut off is no ticket: the truck waits, and is asked for again.
        if let Ok(ticket) = serde_json::from_str::<Value>(&said) {
            return ticket;
        }
        let after = length();
        match chance.below(3) {
            0 if after > before => {
                let kept = before + chance.below(after - before);
                OpenOptions::new().write(true).open(&entries).unwrap().set_len(kept).unwrap();
            }
            1 if before > 0 && after == before => {
                let torn: Vec<u8> =
                    (0..chance.below(200)).map(|_| b'0' + chance.below(60) as u8).collect();
                let mut file = OpenOptions::new().append(true).open(&entries).unwrap();
                file.write_all(&torn).unwrap();
            }
            _ => {}
        }
    }
}

/// Sends, and kills the server or the sender meanwhile. Whether all was sent in spite of it.
fn upload_and_cut(ground: &Ground, chance: &mut Chance) -> bool {
    let mut serving = ground.serve();
    let mut sender = upload(&ground.spool(), &serving.url, &ground.gate)
        .args(["--batch", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Some way in: the rest is much more than is sent until the kill arrives.
    let answers = ground.spool().join("answers");
    let lines = || fs::read(&answers).map_or(0, |it| it.iter().filter(|it| **it == b'\n').count());
    let until = lines() + chance.below(6) as usize;
    while lines() < until && sender.try_wait().unwrap().is_none() {
        thread::yield_now();
    }
    thread::sleep(Duration::from_micros(chance.below(10_000)));
    if chance.below(3) == 0 {
        sender.kill().unwrap();
    }
    serving.child.kill().unwrap();
    let code = ended(&mut sender);
    assert!(code.is_none_or(|code| code < 2), "{code:?}");
    code == Some(0)
}

#[track_caller]
fn ended(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(begun.elapsed() < PATIENCE, "it goes on for ever");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The tickets of the works' scale once the rows show so many.
fn settled(url: &str, key: &str, tickets: usize) -> Value {
    let begun = Instant::now();
    loop {
        let book = get(url, "/api/v1/scales/scl_works/tickets", key);
        let shown = book["tickets"].as_array().unwrap().len();
        if shown >= tickets || begun.elapsed() > PATIENCE {
            assert_eq!(shown, tickets, "{book:#}");
            return book;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_the_ledger_s_reader_refuses_is_refused_at_the_gate_and_not_counted() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("gate");
    let good = ["--gross", "46.20", "--tare", "15.00"];
    for (more, code) in [
        (&["--gross", "46.2000001", "--tare", "15"][..], "over_precise"),
        (&["--gross", "15.00", "--tare", "46.20"], "net_is_not_gross_less_tare"),
        (&["--gross", "15", "--tare", "15.00"], "net_is_not_gross_less_tare"),
        (&["--gross", "46", "--tare", "15", "--unit", "GJ"], "unknown_unit"),
        (&["--gross", "46", "--tare", "15", "--delivery", "load-1"], "malformed_id"),
        (&["--gross", "46", "--tare", "15", "--plate", " A"], "malformed_text"),
        (&["--gross", "46", "--tare", "15", "--reference", ""], "malformed_text"),
        (&["--gross", "46", "--tare", "15", "--zone", "Mars/Olympus"], "unknown_time_zone"),
    ] {
        let refused = weighing(&spool, more).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{more:?}");
        assert!(stderr(&refused).contains(code), "{more:?}: {}", stderr(&refused));
        assert_eq!(stdout(&refused), "");
    }
    let arrives = ["spool", "add", "--spool", text(&spool), "--scale", "scl_works", "--actor"];
    let arrives = [&arrives[..], &["frm_works", "--direction", "in", "--driver", "Zhang San"]];
    let refused = ends(2, &[&arrives.concat()[..], &good[..]].concat());
    assert!(stderr(&refused).contains("unknown_member"), "{}", stderr(&refused));
    let digit = weighing(&spool, &[&good[..], &["--prefix=G1"]].concat()).output();
    assert!(digit.is_ok_and(|output| output.status.code() == Some(2)));
    let first = weighing(&spool, &good).output().unwrap();
    let first: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(first["number"], "G-000001", "nothing was counted");
    assert_eq!(first["net"], json!({"unit": "TNE", "value": "31.20"}));
    let kilograms = ["--gross", "46200", "--tare", "15000", "--unit", "kg", "--mode=belt-scale"];
    let second = weighing(&spool, &kilograms).output().unwrap();
    let second: Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!((&second["number"], &second["net"]["unit"]), (&"G-000002".into(), &"KGM".into()));
    let occupied = weighing(folder.path(), &good).output().unwrap();
    assert_eq!(occupied.status.code(), Some(2), "a folder with other things is no spool");
}

#[test]
fn a_reference_has_one_ticket_however_often_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("gate");
    let asked = ["--gross", "46.20", "--tare", "15.00", "--reference", "W-1", "--plate", "桂R 1"];
    let ask = |more: &[&str]| weighing(&spool, more).output().unwrap();
    let first: Value = serde_json::from_slice(&ask(&asked).stdout).unwrap();
    let mut again: Value = serde_json::from_slice(&ask(&asked).stdout).unwrap();
    assert_eq!((&first["again"], &again["again"]), (&json!(false), &json!(true)));
    again["again"] = false.into();
    assert_eq!(first, again);
    let other = [&asked[..6], &["--plate", "桂R 2"]].concat();
    let refused = ask(&other);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("G-000001"), "{}", stderr(&refused));
    assert_eq!(status(&spool)["weighings"], 1);
}

#[test]
fn many_gates_of_one_spool_count_without_a_gap_and_a_torn_line_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("gate");
    let asked = ["--gross", "46.20", "--tare", "15.00"];
    let start = |_| weighing(&spool, &asked).stdout(Stdio::piped()).spawn().unwrap();
    let gates: Vec<Child> = (0..8).map(start).collect();
    let mut numbers: Vec<_> = gates
        .into_iter()
        .map(|gate| {
            let said = gate.wait_with_output().unwrap().stdout;
            let ticket: Value = serde_json::from_slice(&said).unwrap();
            ticket["number"].as_str().unwrap().to_owned()
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..9).map(|number| format!("G-{number:06}")).collect::<Vec<_>>());
    let mut entries = OpenOptions::new().append(true).open(spool.join("entries")).unwrap();
    entries.write_all(b"0123 {\"comm").unwrap();
    assert_eq!(status(&spool)["torn_bytes"], 11);
    let next = weighing(&spool, &asked).output().unwrap();
    assert!(stderr(&next).contains("11 bytes"), "{}", stderr(&next));
    let next: Value = serde_json::from_slice(&next.stdout).unwrap();
    assert_eq!(next["number"], "G-000009");
    assert_eq!(fs::read(spool.join("torn")).unwrap(), b"0123 {\"comm\n");
    assert_eq!(status(&spool)["torn_bytes"], 0);
    let whole = fs::read_to_string(spool.join("entries")).unwrap();
    fs::write(spool.join("entries"), whole.replacen("46.20", "64.20", 1)).unwrap();
    let damaged = weighing(&spool, &asked).output().unwrap();
    assert_eq!(damaged.status.code(), Some(1));
    assert!(stderr(&damaged).contains("damaged at line 2"), "{}", stderr(&damaged));
}

#[test]
fn a_refused_weighing_is_kept_and_stops_no_other() {
    let ground = Ground::new();
    let spool = ground.spool();
    let weights = ["--gross", "46.20", "--tare", "15.00"];
    for contract in ["ctr_1", "ctr_none", "ctr_1"] {
        let more = [&weights[..], &["--contract", contract]].concat();
        let mut command = program(&["spool", "add", "--spool", text(&spool)]);
        command.args(["--scale", "scl_works", "--actor", "frm_works", "--direction=out"]);
        let added = command.args(["--line=1", "--prefix=G-", "--paper=58"]).args(more).output();
        let added = added.unwrap();
        assert_eq!(added.status.code(), Some(0), "{}", stderr(&added));
        assert!(stdout(&added).contains("Not yet uploaded"), "{}", stdout(&added));
        assert!(stdout(&added).lines().all(|line| line.len() <= 32), "{}", stdout(&added));
    }
    let unheard = upload(&spool, "http://127.0.0.1:9", &ground.gate).output().unwrap();
    assert_eq!(unheard.status.code(), Some(1));
    assert!(stderr(&unheard).contains("can't be reached"), "{}", stderr(&unheard));
    let serving = ground.serve();
    let strange = upload(&spool, &serving.url, "sym_nonsense").output().unwrap();
    assert_eq!(strange.status.code(), Some(1), "{}", stderr(&strange));
    assert_eq!(status(&spool)["waiting"], 3);
    let sent = upload(&spool, &serving.url, &ground.gate).arg("--json").output().unwrap();
    let sent: Value = serde_json::from_slice(&sent.stdout).unwrap();
    assert_eq!(sent["accepted"], 2, "{sent}");
    assert_eq!(sent["refused"][0]["number"], "G-000002");
    assert_eq!(sent["refused"][0]["code"], "unknown_contract", "{sent}");
    let after = status(&spool);
    let counts = ["waiting", "uploaded", "refused"].map(|name| after[name].as_u64().unwrap());
    assert_eq!(counts, [0, 2, 1], "{after}");
    let args = ["spool", "list", "--spool", text(&spool), "--only", "refused"];
    let listed = answer(&args);
    assert_eq!(listed[0]["answer"]["code"], "unknown_contract", "{listed}");
    let copy = ends(0, &["spool", "print", "G-000001", "--language=zh", "--spool", text(&spool)]);
    assert!(stdout(&copy).contains("补打") && stdout(&copy).contains("已上传"));
    // It stays refused until somebody asks for it.
    for (more, refused) in [(&[][..], 0), (&["--refused"], 1)] {
        let again = upload(&spool, &serving.url, &ground.gate).args(more).arg("--json").output();
        let again: Value = serde_json::from_slice(&again.unwrap().stdout).unwrap();
        assert_eq!(again["accepted"], 0);
        assert_eq!(again["refused"].as_array().unwrap().len(), refused);
    }
}

#[test]
fn a_watching_sender_goes_on_when_the_ledger_comes_back() {
    let ground = Ground::new();
    let spool = ground.spool();
    let add = || weighing(&spool, &["--gross", "46.20", "--tare", "15.00"]).output().unwrap();
    add();
    let serving = ground.serve();
    let mut sender = upload(&spool, &serving.url, &ground.gate)
        .args(["--watch", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = |uploaded: u64| {
        let begun = Instant::now();
        while status(&spool)["uploaded"] != uploaded {
            assert!(begun.elapsed() < PATIENCE, "{}", status(&spool));
            thread::sleep(Duration::from_millis(50));
        }
    };
    until(1);
    // The gate does not wait for the sender, and another sender does not send the same.
    add();
    let other = upload(&spool, &serving.url, &ground.gate).output().unwrap();
    assert!(stderr(&other).contains("held by another process"), "{}", stderr(&other));
    until(2);
    assert_eq!(sender.try_wait().unwrap(), None, "it watches");
    sender.kill().unwrap();
    sender.wait().unwrap();
}

#[test]
fn weighings_that_a_ledger_has_and_the_folder_lost_stop_the_gate() {
    let ground = Ground::new();
    let spool = ground.spool();
    let add = || weighing(&spool, &["--gross", "46.20", "--tare", "15.00"]).output().unwrap();
    add();
    let one = fs::metadata(spool.join("entries")).unwrap().len();
    add();
    let serving = ground.serve();
    assert!(upload(&spool, &serving.url, &ground.gate).output().unwrap().status.success());
    let entries = OpenOptions::new().write(true).open(spool.join("entries")).unwrap();
    entries.set_len(one).unwrap();
    let stopped = add();
    assert_eq!(stopped.status.code(), Some(1));
    assert!(stderr(&stopped).contains("lost"), "{}", stderr(&stopped));
    assert_eq!(status(&spool)["lost"], 1);
}

/// A dispatch with a ticket of the works' scale.
fn load(number: &str, weighed_at: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut data = json!({
        "contract": "ctr_1", "line": 1, "measured": measured("scl_works", 0, "10.00"),
    });
    data["measured"]["ticket"]["number"] = number.into();
    data["measured"]["ticket"]["weighed_at"] = weighed_at.into();
    change(&mut data["measured"]);
    data
}

#[test]
fn gaps_and_delays_show_in_the_ledger_to_those_whom_the_scale_concerns() {
    let (server, keys) = Server::with_contract();
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64;
    let ago = |hours: i64| UtcMillis(now - hours * 3_600_000).to_string();
    let put = |delivery: &str, data: &Value| {
        let path = format!("/api/v1/deliveries/{delivery}/dispatch");
        let put = server.post(&path, &keys.works, &format!("cmd_{delivery}"), data).ok();
        server.settle(&put);
    };
    put("dlv_9", &load("A-009", &ago(71), |_| {}));
    put("dlv_4", &load("A-004", &ago(73), |_| {}));
    put("dlv_b", &load("B-001", &ago(1), |_| {}));
    put("dlv_none", &load("by hand", &ago(1), |_| {}));
    for part in [1, 2] {
        let of = |measured: &mut Value| {
            measured["quantity"]["value"] = "5.00".into();
            measured["ticket"]["split"] = json!({"of": 2, "part": part});
        };
        put(&format!("dlv_part-{part}"), &load("A-005", &ago(72), of));
    }
    let path = "/api/v1/scales/scl_works/tickets";
    let book = server.get(path, &keys.works).ok();
    let numbers: Vec<_> =
        book["tickets"].as_array().unwrap().iter().map(|ticket| &ticket["number"]).collect();
    assert_eq!(numbers, ["by hand", "A-004", "A-005", "A-009", "B-001"]);
    let gap = json!({
        "after": "A-005", "before": "A-009", "first": 6, "last": 8, "missing": 3, "prefix": "A-",
    });
    assert_eq!(book["gaps"], json!([gap]));
    let late: Vec<_> = (1..4).map(|at| &book["tickets"][at]["loads"][0]["late"]).collect();
    assert_eq!(late, [&json!(true), &json!(true), &json!(false)], "{book:#}");
    assert!(book["tickets"][1]["loads"][0]["delay_s"].as_i64().unwrap() >= 73 * 3_600);
    let parts = book["tickets"][2]["loads"].as_array().unwrap();
    assert_eq!((parts.len(), &parts[1]["part"]), (2, &2.into()));
    assert_eq!(book["tickets"][2]["parts"], 2);
    // The number comes after all: what lies before it and behind it is missing still.
    put("dlv_7", &load("A-007", &ago(71), |_| {}));
    let book = server.get(path, &keys.works).ok();
    let missing: Vec<_> =
        book["gaps"].as_array().unwrap().iter().map(|gap| (&gap["first"], &gap["last"])).collect();
    assert_eq!(missing, [(&6.into(), &6.into()), (&8.into(), &8.into())]);
    let none = server.get(&format!("{path}?from=2020-01-01&to=2020-12-31"), &keys.works).ok();
    assert_eq!((&none["tickets"], &none["gaps"]), (&json!([]), &json!([])));
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let verifier = server.key("key_verifier", "verifier", json!({"parks": ["prk_a"]}));
    let regulator = server.key("key_regulator", "regulator", json!({"parks": ["prk_a"]}));
    for key in [&park, &verifier, &regulator] {
        assert_eq!(server.get(path, key).ok()["gaps"], book["gaps"]);
    }
    for key in [&keys.mill, &keys.other, &server.keeper] {
        server.get(path, key).problem(404, "not_found");
    }
    server.get(path, "").problem(401, "key_needed");
    server.get(&format!("{path}?from=yesterday"), &keys.works).problem(400, "malformed_day");
    assert!(DAY < &*ago(0), "the story lies in the past");
}

/// Rows follow the log; a weighbridge that is as quick as its truck must not be told that it has no
/// right to a load that was recorded a moment ago.
#[test]
fn a_key_of_a_site_sees_what_was_recorded_a_moment_ago() {
    let (server, keys) = Server::with_contract();
    let bound = json!({"firm": "frm_mill", "site": "sit_mill"});
    let gate = server.key("key_gate", "weighbridge", bound);
    for number in 0..40 {
        let delivery = format!("/api/v1/deliveries/dlv_{number}");
        let data = load(&format!("A-{number}"), DAY, |_| {});
        let id = format!("cmd_out-{number}");
        server.post(&format!("{delivery}/dispatch"), &keys.works, &id, &data).ok();
        let data = json!({"measured": measured("scl_mill", number, "10.00")});
        let id = format!("cmd_in-{number}");
        if number % 2 == 0 {
            server.post(&format!("{delivery}/receive"), &gate, &id, &data).ok();
            continue;
        }
        let mut data = data;
        data["delivery"] = format!("dlv_{number}").into();
        let command = json!({
            "actor": "frm_mill", "data": data, "id": id, "occurred_at": DAY,
            "type": "receive_delivery",
        });
        let bearer = format!("Bearer {gate}");
        let headers = [("authorization", &*bearer), ("content-type", "application/x-ndjson")];
        let body = format!("{command}\n");
        let told = server.request("POST", "/api/v1/commands", &headers, &body).ok();
        assert!(told["accepted"].is_object(), "{told}");
    }
}

/// Two parts under one number: killed and torn at any moment, there are both or none, and the
/// ledger has each once.
#[test]
fn a_split_weighing_is_whole_or_not_there_whatever_is_cut_off() {
    let mut chance = Chance::of(SEED);
    let ground = Ground::new();
    let spool = ground.spool();
    let entries = spool.join("entries");
    let length = || fs::metadata(&entries).map_or(0, |file| file.len());
    let mut printed = Vec::new();
    for truck in 0..8 {
        let reference = format!("S-{truck}");
        let asked = ["--gross", "46.20", "--tare", "15.00", "--reference", &reference];
        let parts = ["--part", "20.00", "--part", "11.20,contract=ctr_1,line=1"];
        let ticket: Value = loop {
            let before = length();
            let mut child = weighing(&spool, &[&asked[..], &parts].concat())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            if chance.below(2) == 0 {
                thread::sleep(Duration::from_micros(chance.below(25_000)));
                child.kill().unwrap();
            }
            let mut said = String::new();
            child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
            child.wait().unwrap();
            if let Ok(ticket) = serde_json::from_str(&said) {
                break ticket;
            }
            let after = length();
            if after > before && chance.below(2) == 0 {
                // Any byte of the line may be the last, also one between the two commands.
                let kept = before + chance.below(after - before);
                OpenOptions::new().write(true).open(&entries).unwrap().set_len(kept).unwrap();
            }
        };
        printed.push(ticket);
    }
    let numbers: Vec<_> = printed.iter().map(|ticket| ticket["number"].clone()).collect();
    assert_eq!(numbers, (1..9).map(|it| json!(format!("G-{it:06}"))).collect::<Vec<_>>());
    assert_eq!(status(&spool)["gaps"], json!([]));
    let parts = printed[0]["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 2, "{}", printed[0]);
    assert_eq!(parts[1]["quantity"], json!({"unit": "TNE", "value": "11.20"}));
    assert_ne!(parts[0]["delivery"], parts[1]["delivery"]);
    let serving = ground.serve();
    // Blocks that are smaller than a weighing send it whole all the same.
    let sent = upload(&spool, &serving.url, &ground.gate).args(["--batch", "1"]).output().unwrap();
    assert_eq!(sent.status.code(), Some(0), "{}", stderr(&sent));
    let after = status(&spool);
    assert_eq!((&after["uploaded"], &after["refused"]), (&8.into(), &0.into()), "{after}");
    let book = settled(&serving.url, &ground.desk, 8);
    assert_eq!(book["gaps"], json!([]));
    for (ticket, paper) in book["tickets"].as_array().unwrap().iter().zip(&printed) {
        assert_eq!((&ticket["number"], &ticket["parts"]), (&paper["number"], &json!(2)));
        let loads = ticket["loads"].as_array().unwrap();
        let mut own: Vec<_> = loads.iter().map(|load| &load["delivery"]).collect();
        own.sort_by_key(|id| id.to_string());
        let mut told: Vec<_> =
            paper["parts"].as_array().unwrap().iter().map(|part| &part["delivery"]).collect();
        told.sort_by_key(|id| id.to_string());
        assert_eq!(own, told);
    }
    drop(serving);
    assert_eq!(answer(&["check", &ground.data])["verified"], true);
}

#[test]
fn parts_that_the_ledger_would_refuse_are_refused_at_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("gate");
    let good = ["--gross", "46.20", "--tare", "15.00"];
    for (parts, code) in [
        (&["--part", "20.00"][..], "malformed_split"),
        (&["--part", "20.00", "--part", "11.21"], "split_over_net"),
        (&["--part", "20.00", "--part", "0"], "more than nothing"),
        (&["--part", "20.00", "--part", "x"], "malformed_number"),
        (&["--part", "20.00", "--part", "1,colour=red"], "none of"),
        (&["--part", "20.00", "--part", "1,line=one"], "no line number"),
        (&["--part", "20.00", "--part", "1,line=1,line=2"], "given twice"),
        (&["--part", "1,delivery=dlv_a", "--part", "1,delivery=dlv_a"], "the same delivery"),
        (&["--part", "1,delivery=load", "--part", "1"], "malformed_id"),
    ] {
        let refused = weighing(&spool, &[&good[..], parts].concat()).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{parts:?}");
        assert!(stderr(&refused).contains(code), "{parts:?}: {}", stderr(&refused));
    }
    let split = ["--part", "20.00,delivery=dlv_a", "--part", "11.20", "--reference", "S-1"];
    let ask = |parts: &[&str]| weighing(&spool, &[&good[..], parts].concat()).output().unwrap();
    let first: Value = serde_json::from_slice(&ask(&split).stdout).unwrap();
    assert_eq!((&first["number"], &first["net"]["value"]), (&"G-000001".into(), &"31.20".into()));
    assert_eq!(first["parts"][0]["delivery"], "dlv_a");
    let again: Value = serde_json::from_slice(&ask(&split).stdout).unwrap();
    assert_eq!((&again["again"], &again["parts"]), (&json!(true), &first["parts"]));
    let other = ["--part", "20.00,delivery=dlv_a", "--part", "11.10", "--reference", "S-1"];
    assert!(stderr(&ask(&other)).contains("G-000001"), "another split is another content");
    assert_eq!(status(&spool)["weighings"], 1);
    for language in ["en", "zh"] {
        let args = ["spool", "print", "G-000001", "--spool", text(&spool), "--paper=58"];
        let slip = program(&[&args[..], &["--language", language]].concat()).output().unwrap();
        let slip = stdout(&slip);
        assert!(slip.contains("2/2") && slip.contains("11.20") && slip.contains("31.20"), "{slip}");
    }
}
