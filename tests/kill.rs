//! Kill -9 under load, fifty times: whatever was acknowledged is there, provable, and there once.
//!
//! The test starts itself anew as the process that is killed: with `KILL_FOLDER` set it opens the
//! ledger there and submits loads, saying each acknowledged command on a line of stdout. One folder
//! is used throughout, so the log and its repairs grow. A failure prints the seed of its moments.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use symbiosis_ledger::evidence::check::check;
use symbiosis_ledger::evidence::proof::Prover;
use symbiosis_ledger::ledger::{Ledger, Options, create};
use symbiosis_ledger::log::LogError;
use symbiosis_ledger::merkle::Hash;
use symbiosis_ledger::record::{Decoded, Line};

#[path = "support/story.rs"]
#[allow(dead_code, reason = "each test takes what it needs of the story")]
mod story;

const ROUNDS: u32 = 50;
const FOLDER: &str = "KILL_FOLDER";
const FIRST: &str = "KILL_FIRST";
const SEED: u64 = 0x5eed_0011_2358_1321;

fn options(folder: &Path) -> Options {
    Options::new(folder.join("ledger"))
}

/// The process that is killed.
fn load(folder: &Path, first: u32) {
    let ledger = Ledger::open(&options(folder), &mut |_, _| {}).unwrap();
    let mut stdout = std::io::stdout();
    for block in 0.. {
        // Several loads in a block, so that batches have several commands.
        let loads = (0..5).flat_map(|place| story::load(first + block * 5 + place));
        for answer in ledger.submit_all(loads.collect(), &story::key(), None) {
            let accepted = answer.unwrap();
            let id = accepted.command;
            writeln!(stdout, "{} {id}", accepted.position).unwrap();
        }
        stdout.flush().unwrap();
    }
}

/// Runs it for a while and kills it; answers position and id of what was acknowledged.
fn run_and_kill(folder: &Path, first: u32, moment: Duration) -> Vec<(u64, String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "whatever_was_acknowledged_survives", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (send, lines): (_, Receiver<String>) = channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let reading = thread::spawn(move || {
        // A line that was cut off by the kill has no end and is none.
        stdout.split(b'\n').map_while(Result::ok).for_each(|line| {
            let _ = send.send(String::from_utf8_lossy(&line).into_owned());
        });
    });
    // The moment counts from the first acknowledgement, so that some rounds have many.
    let patience = Duration::from_secs(60);
    // The test harness says something before.
    let begun = loop {
        let line = lines.recv_timeout(patience).unwrap();
        if line.contains(" cmd_") {
            break line;
        }
    };
    thread::sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
    reading.join().unwrap();
    let told = [begun].into_iter().chain(lines.try_iter());
    told.filter_map(|line| {
        let (position, id) = line.split_once(' ')?;
        Some((position.parse().ok()?, id.strip_prefix("cmd_").map(|_| id.to_owned())?))
    })
    .collect()
}

/// splitmix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Everything that a reopened ledger must still hold.
fn examine(folder: &Path, acknowledged: &HashMap<String, u64>, rebuild: bool) {
    let ledger = Ledger::open(&options(folder), &mut |_, _| {}).unwrap();
    let (mut seen, mut found) = (HashSet::new(), HashMap::new());
    let log = ledger.log();
    log.scan_stored(0, log.size(), |stored| {
        let decoded = Decoded::read(&stored.line, stored.head.clone()).unwrap();
        let last = decoded.head.step + 1 == decoded.head.steps;
        if decoded.head.step == 0 {
            let name = (decoded.actor.to_string(), decoded.command.id.clone());
            assert!(seen.insert(name), "{} stands twice", decoded.command.id);
        }
        if last {
            found.insert(decoded.command.id.clone(), (decoded.position(), decoded.leaf));
        }
        Ok::<(), LogError>(())
    })
    .unwrap();
    ledger.settle();
    let digest = ledger.index().digest().unwrap();
    ledger.close();
    let newest = ledger.checkpoint().unwrap();
    assert_eq!(newest.checkpoint.size, ledger.size());
    let prover = Prover::new(ledger.tree(), &newest.checkpoint);
    for (id, position) in acknowledged {
        let (at, leaf): &(u64, Hash) = found.get(id).unwrap_or_else(|| panic!("{id} is gone"));
        assert_eq!(at, position, "{id}");
        let line = ledger.log().read(*position).unwrap();
        assert_eq!(Line::split(&line).unwrap().hash, *leaf);
        prover.inclusion(*leaf, *position, newest.checkpoint.size).unwrap();
    }
    drop(ledger);
    if rebuild {
        std::fs::remove_dir_all(folder.join("ledger/index")).unwrap();
        std::fs::remove_dir_all(folder.join("ledger/tree")).unwrap();
        let ledger = Ledger::open(&options(folder), &mut |_, _| {}).unwrap();
        assert_eq!(ledger.index().digest().unwrap(), digest, "rows rebuilt from zero differ");
        ledger.close();
    }
}

#[test]
fn whatever_was_acknowledged_survives() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let first = std::env::var(FIRST).unwrap().parse().unwrap();
        return load(Path::new(&folder), first);
    }
    let folder = tempfile::tempdir().unwrap();
    create(&options(folder.path()), "example.org/test", None).unwrap();
    let ledger = Ledger::open(&options(folder.path()), &mut |_, _| {}).unwrap();
    for answer in ledger.submit_all(story::opening(), &story::key(), None) {
        answer.unwrap();
    }
    ledger.close();
    drop(ledger);
    let (mut state, mut acknowledged) = (SEED, HashMap::new());
    for round in 0..ROUNDS {
        let moment = Duration::from_micros(next(&mut state) % 30_000);
        println!("round {round} of seed {SEED:#x}: killed {moment:?} after the first answer");
        let told = run_and_kill(folder.path(), round * 100_000, moment);
        assert!(!told.is_empty());
        acknowledged.extend(told.into_iter().map(|(position, id)| (id, position)));
        // Each round is opened by the next one; what it holds is examined now and then, and at the
        // end.
        if round % 10 == 9 {
            examine(folder.path(), &acknowledged, round % 20 == 19 || round == ROUNDS - 1);
        }
    }
    let report = check(&folder.path().join("ledger"), None, &mut |_, _| {}).unwrap();
    assert!(report.verified, "{:#?}", report.errors);
    println!("{} commands were acknowledged and are there", acknowledged.len());
}
