//! The system calls of one commit, in the order that durability rests on: write, fdatasync, answer.
//! kill -9 can't see a missing sync, because the system keeps what was written; only a power cut
//! would, or the trace.
//!
//! The test starts itself anew under strace; without strace on the machine it says so and passes.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Write;
use std::path::Path;
use std::process::Command;

use symbiosis_ledger::ledger::{Ledger, Options, create};

#[path = "support/story.rs"]
#[allow(dead_code, reason = "each test takes what it needs of the story")]
mod story;

const FOLDER: &str = "STRACE_FOLDER";
/// What the traced process says when a command is answered.
const BEGIN: &str = "now one command is asked";
const ANSWER: &str = "and here is its answer";

fn options(folder: &Path) -> Options {
    Options::new(folder.join("ledger"))
}

/// The process that is traced: each of two commands between two lines of talk. The first one has a
/// confidential member, the second has none.
fn one_command(folder: &Path) {
    let ledger = Ledger::open(&options(folder), &mut |_, _| {}).unwrap();
    let say = |text: &str| {
        let mut stdout = std::io::stdout();
        writeln!(stdout, "{text}").unwrap();
        stdout.flush().unwrap();
    };
    let [dispatch, receive, ..] = story::load(1);
    for command in [dispatch, receive] {
        // The publisher syncs too, so it is left time to come to rest.
        while ledger.checkpoint().is_none_or(|newest| newest.checkpoint.size < ledger.size()) {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        say(BEGIN);
        ledger.submit_all(vec![command], &story::key(), None).remove(0).unwrap();
        say(ANSWER);
    }
    ledger.close();
}

/// A call of the trace: its name, and the file or text that it is about.
fn calls(trace: &str) -> Vec<(String, String)> {
    let mut calls = Vec::new();
    for line in trace.lines() {
        // `1234 write(1</dev/pts/0>, "…", 9) = 9`, also as `<unfinished ...>`.
        let Some((_, call)) = line.split_once(' ') else { continue };
        let Some((name, rest)) = call.trim_start().split_once('(') else { continue };
        calls.push((name.to_owned(), rest.to_owned()));
    }
    calls
}

/// Which steps happened between the two lines of talk, in order.
fn steps(calls: &[(String, String)]) -> Vec<&'static str> {
    let mut steps = Vec::new();
    for (name, about) in calls {
        let of = |part: &str| about.contains(part);
        let writes = matches!(name.as_str(), "write" | "pwrite64" | "writev");
        let syncs = name == "fdatasync";
        let step = match (writes, syncs) {
            (true, _) if of("/ledger/sealed/") => "write sealed",
            (_, true) if of("/ledger/sealed/") => "sync sealed",
            (true, _) if of("/ledger/log/") => "write log",
            (_, true) if of("/ledger/log/") => "sync log",
            _ => continue,
        };
        steps.push(step);
    }
    steps
}

#[test]
fn a_commit_is_written_then_synced_then_answered() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return one_command(Path::new(&folder));
    }
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("strace is not on this machine: the order of system calls was not looked at");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    create(&options(folder.path()), "example.org/test", None).unwrap();
    let ledger = Ledger::open(&options(folder.path()), &mut |_, _| {}).unwrap();
    for answer in ledger.submit_all(story::opening(), &story::key(), None) {
        answer.unwrap();
    }
    ledger.close();
    drop(ledger);
    let trace = folder.path().join("trace");
    let status = Command::new("strace")
        .args(["-f", "-y", "-s", "64", "-e", "trace=write,pwrite64,writev,fdatasync,fsync", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "a_commit_is_written_then_synced_then_answered", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    if String::from_utf8_lossy(&status.stderr).contains("Operation not permitted") {
        eprintln!("strace may not trace here: the order of system calls was not looked at");
        return;
    }
    assert!(status.status.success(), "{status:?}");
    let trace = std::fs::read_to_string(trace).unwrap();
    let calls = calls(&trace);
    let says = |text: &str| -> Vec<usize> {
        let told = calls.iter().enumerate().filter(|(_, (_, about))| about.contains(text));
        told.map(|(at, _)| at).collect()
    };
    let (begun, answered) = (says(BEGIN), says(ANSWER));
    assert_eq!((begun.len(), answered.len()), (2, 2), "{trace}");
    let of = |command: usize| steps(&calls[begun[command]..answered[command]]);
    assert_eq!(of(0), ["write sealed", "sync sealed", "write log", "sync log"], "{trace}");
    assert_eq!(of(1), ["write log", "sync log"], "{trace}");
}
