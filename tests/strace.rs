//! The system calls of one commit: a record is written and synced before its caller is answered,
//! and a confidential value before the record that commits to it; and at a gate without a ledger,
//! a weighing before its ticket is printed.
//!
//! The first test starts itself again under strace, and reads what that process asked of the
//! system. Where there is no strace, or it may not trace, it says so and proves nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

#[allow(dead_code, reason = "others need the rest")]
#[path = "support/story.rs"]
mod story;

use std::collections::HashMap;
use std::io::{Write, stdout};
use std::path::Path;
use std::process::{Command as Process, Stdio};

use symbiosis_ledger::ledger::{Ledger, Options, create};

const NAME: &str = "a_record_is_synced_before_its_caller_is_answered";
/// Where the process that is traced finds the folder.
const FOLDER: &str = "SYMBIOSIS_STRACE_FOLDER";

#[test]
fn a_record_is_synced_before_its_caller_is_answered() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return ask_one_by_one(Path::new(&folder));
    }
    if !can_trace() {
        eprintln!("there is no strace that may trace: the order of system calls is not tested");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("ledger"));
    create(&options, "example.org/strace", None).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    ledger.submit_all(story::opening(), &story::key(), None).into_iter().for_each(|answer| {
        answer.unwrap();
    });
    ledger.close();
    drop(ledger);
    let trace = trace(&options.folder, &folder.path().join("trace"));
    let calls = calls(&trace);

    let dispatch = between(&calls, "asked 0", "answered 0");
    let [value, value_synced] = pair(&dispatch, "pwrite64", "/sealed/");
    let [record, record_synced] = pair(&dispatch, "write", "/log/");
    assert!(value.is_before(value_synced), "{dispatch:#?}");
    assert!(value_synced.is_before(record), "{dispatch:#?}");
    assert!(record.is_before(record_synced), "{dispatch:#?}");
    // A receipt says nothing confidential.
    let receive = between(&calls, "asked 1", "answered 1");
    let [record, record_synced] = pair(&receive, "write", "/log/");
    assert!(record.is_before(record_synced), "{receive:#?}");
    assert!(!receive.iter().any(|call| call.file.contains("/sealed/")), "{receive:#?}");
}

#[test]
fn a_weighing_is_synced_before_its_ticket_is_printed() {
    if !can_trace() {
        eprintln!("there is no strace that may trace: the order of system calls is not tested");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (spool, to) = (folder.path().join("gate"), folder.path().join("trace"));
    let add = || {
        let mut strace = strace(&to, Path::new(env!("CARGO_BIN_EXE_symbiosis")));
        strace.args(["spool", "add", "--json", "--scale=scl_works", "--actor=frm_works"]);
        strace.args(["--direction=out", "--contract=ctr_1", "--line=1", "--gross=46.20"]);
        traced(strace.arg("--tare=15").arg("--spool").arg(&spool), &to)
    };
    let first = add();
    let calls = calls(&first);
    let printed = calls.iter().find(|call| call.file.starts_with("pipe")).unwrap();
    for name in [spool.to_str().unwrap(), folder.path().to_str().unwrap()] {
        let synced = calls.iter().find(|call| call.name == "fsync" && call.file == name);
        assert!(synced.is_some_and(|synced| synced.is_before(printed)), "{name}: {calls:#?}");
    }
    let next = add();
    let calls = self::calls(&next);
    let printed = calls.iter().find(|call| call.file.starts_with("pipe")).unwrap();
    let [written, synced] = pair(&calls.iter().collect::<Vec<_>>(), "write", "/gate/entries");
    assert!(written.is_before(synced) && synced.is_before(printed), "{calls:#?}");
}

/// The process that is traced.
fn ask_one_by_one(folder: &Path) {
    let ledger = Ledger::open(&Options::new(folder), &mut |_, _| {}).unwrap();
    for (number, command) in story::load(1).into_iter().enumerate() {
        say(&format!("\nasked {number}\n"));
        ledger.submit_all(vec![command], &story::key(), None).remove(0).unwrap();
        say(&format!("answered {number}\n"));
    }
    ledger.close();
}

/// With one system call.
fn say(line: &str) {
    assert_eq!(stdout().lock().write(line.as_bytes()).unwrap(), line.len());
    stdout().flush().unwrap();
}

fn can_trace() -> bool {
    let mut probe = Process::new("strace");
    probe.args(["-f", "-y", "-o", "/dev/null", "true"]).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

/// What strace wrote of the process.
fn trace(folder: &Path, to: &Path) -> String {
    let mut strace = strace(to, &std::env::current_exe().unwrap());
    traced(strace.args(["--exact", NAME, "--nocapture"]).env(FOLDER, folder), to)
}

fn strace(to: &Path, program: &Path) -> Process {
    let mut strace = Process::new("strace");
    strace.args(["-f", "-y", "-s", "32", "-e", "trace=write,pwrite64,fdatasync,fsync", "-o"]);
    strace.arg(to).arg(program);
    strace
}

fn traced(strace: &mut Process, to: &Path) -> String {
    let output = strace.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(to).unwrap()
}

/// A system call, with the lines of the trace on which it began and ended.
#[derive(Debug)]
struct Call<'a> {
    name: &'a str,
    /// Of its first argument, a file.
    file: &'a str,
    arguments: &'a str,
    begin: usize,
    end: usize,
}

impl Call<'_> {
    fn is_before(&self, other: &Call<'_>) -> bool {
        self.end < other.begin
    }
}

/// strace writes `PID write(4</a/file>, "bytes", 5) = 5`, or where another thread comes between
/// `PID write(4</a/file>, … <unfinished ...>` and later `PID <... write resumed>) = 5`.
fn calls(trace: &str) -> Vec<Call<'_>> {
    let mut calls: Vec<Call<'_>> = Vec::new();
    let mut unfinished = HashMap::new();
    for (at, line) in trace.lines().enumerate() {
        let (process, rest) = line.split_once(' ').unwrap();
        let rest = rest.trim_start();
        if rest.starts_with("<... ") {
            let call: usize = unfinished.remove(process).unwrap();
            calls[call].end = at;
        } else if let Some((name, arguments)) = rest.split_once('(') {
            let (_, file) = arguments.split_once('<').unwrap_or_default();
            let (file, _) = file.split_once('>').unwrap_or_default();
            if line.ends_with("<unfinished ...>") {
                unfinished.insert(process, calls.len());
            }
            calls.push(Call { name, file, arguments, begin: at, end: at });
        }
    }
    calls
}

/// The calls that began after one line was said, and had ended when another one was.
fn between<'a>(calls: &'a [Call<'a>], first: &str, last: &str) -> Vec<&'a Call<'a>> {
    let said = |text: &str| {
        let said = |call: &&Call<'_>| call.name == "write" && call.arguments.contains(text);
        calls.iter().find(said).unwrap_or_else(|| panic!("{text:?} was said"))
    };
    let (first, last) = (said(first), said(last));
    let during = |call: &&Call<'_>| first.is_before(call) && call.is_before(last);
    calls.iter().filter(during).collect()
}

/// The one write to a file below this folder, and the one fdatasync of that file.
fn pair<'a>(calls: &[&'a Call<'a>], write: &str, folder: &str) -> [&'a Call<'a>; 2] {
    let only = |name: &str| {
        let mut found = calls.iter().filter(|call| call.name == name && call.file.contains(folder));
        match (found.next(), found.next()) {
            (Some(call), None) => *call,
            _ => panic!("one {name} below {folder}: {calls:#?}"),
        }
    };
    let [write, sync] = [only(write), only("fdatasync")];
    assert_eq!(write.file, sync.file);
    [write, sync]
}
