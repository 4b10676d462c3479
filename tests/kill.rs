//! Killing the process under load, fifty times over one folder: what was acknowledged is there,
//! once, where it was said to be, and provable.
//!
//! The test starts itself again as the process that is killed. That one tells each acknowledged
//! command on stdout; the moment of its end is random, from a seed that a failure prints.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/chance.rs"]
mod chance;
#[allow(dead_code, reason = "others need the rest")]
#[path = "support/story.rs"]
mod story;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Child, ChildStdout, Command as Process, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use symbiosis_ledger::domain::command::Command;
use symbiosis_ledger::evidence::check::check;
use symbiosis_ledger::evidence::proof::Prover;
use symbiosis_ledger::ledger::{Accepted, Ledger, Options, create};
use symbiosis_ledger::log::LogError;
use symbiosis_ledger::record::checkpoint::Checkpoint;
use symbiosis_ledger::record::{Decoded, Line};

use chance::Chance;

const NAME: &str = "what_was_acknowledged_before_a_kill_is_there_once_and_provable";
/// Where the process that is killed finds the folder, and from which load on each lane goes.
const FOLDER: &str = "SYMBIOSIS_KILL_FOLDER";
const FROM: &str = "SYMBIOSIS_KILL_FROM";
/// Repeats a run that failed.
const SEED: &str = "SYMBIOSIS_KILL_SEED";

const KILLS: u32 = 50;
/// How often no file may grow any more.
const FULL_ROUNDS: u64 = 5;
/// Callers that wait for one answer at a time; one more asks for whole blocks.
const LANES: u32 = 8;
/// Numbers of loads of one lane.
const SPAN: u32 = 1_000_000;
/// Loads that are asked for at once.
const BLOCK: u32 = 16;
/// A kill comes at latest after so many acknowledged commands.
const MOST_ACKNOWLEDGED: u64 = 200;
/// After every so many kills the whole folder is looked at, and its rows are rebuilt from zero.
const WHOLE_EVERY: u32 = 10;
/// How long a process that should go on may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a command's first and last record stand, by actor and id.
type Places = HashMap<(String, String), (u64, u64)>;

#[test]
fn what_was_acknowledged_before_a_kill_is_there_once_and_provable() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return serve_until_killed(Path::new(&folder));
    }
    let mut chance = Chance::of(SEED);
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("ledger"));
    create(&options, "example.org/kill", None).unwrap();
    let mut proven = Proven::default();
    let ledger = open(&options);
    for (command, answer) in story::opening().iter().zip(submit(&ledger, story::opening())) {
        proven.acknowledge(command.actor.as_str(), &answer);
    }
    proven.require(&options, ledger, false);
    for kill in 1..=KILLS {
        run_and_kill(&options, &mut chance, &mut proven);
        proven.require(&options, open(&options), kill % WHOLE_EVERY == 0);
    }
    assert!(proven.acknowledged.len() > 1_000, "there was load: {}", proven.acknowledged.len());
}

fn open(options: &Options) -> Ledger {
    Ledger::open(options, &mut |_, _| {}).unwrap()
}

fn submit(ledger: &Ledger, commands: Vec<Command>) -> Vec<Accepted> {
    let answers = ledger.submit_all(commands, &story::key(), None);
    answers.into_iter().map(|answer| answer.unwrap()).collect()
}

/// The process that is killed: as much load as it can take, told line by line.
fn serve_until_killed(folder: &Path) {
    let from: Vec<u32> =
        std::env::var(FROM).unwrap().split(',').map(|number| number.parse().unwrap()).collect();
    let ledger = open(&Options::new(folder));
    // The test's own frame may have left a line begun.
    stdout().write_all(b"\nopen\n").unwrap();
    thread::scope(|scope| {
        for &from in &from[..LANES as usize] {
            let ledger = &ledger;
            scope.spawn(move || one_by_one(ledger, from));
        }
        for number in (from[LANES as usize]..).step_by(BLOCK as usize) {
            let commands: Vec<_> = (number..number + BLOCK).flat_map(load).collect();
            let actors: Vec<_> = commands.iter().map(|command| command.actor.clone()).collect();
            for (actor, answer) in actors.iter().zip(submit(&ledger, commands)) {
                tell(actor.as_str(), &answer);
            }
        }
    });
}

fn one_by_one(ledger: &Ledger, from: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for command in (from..).flat_map(load) {
        let actor = command.actor.clone();
        let answer = runtime.block_on(ledger.submit(command, &story::key())).unwrap();
        tell(actor.as_str(), &answer);
    }
}

fn load(number: u32) -> [Command; 4] {
    if number.is_multiple_of(3) { story::short_load(number) } else { story::load(number) }
}

fn tell(actor: &str, answer: &Accepted) {
    let (first, last) = (answer.records[0].position, answer.position);
    let line = format!("ack {actor} {} {first} {last}\n", answer.command);
    let mut out = stdout().lock();
    out.write_all(line.as_bytes()).unwrap();
    out.flush().unwrap();
}

/// A write that fails, in a running ledger: no file may grow beyond a limit, as on a disk that is
/// full. Nobody is told of what did not get there, and the folder opens again.
#[test]
fn a_write_that_fails_stops_the_ledger_and_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("ledger"));
    create(&options, "example.org/full", None).unwrap();
    let mut proven = Proven::default();
    let ledger = open(&options);
    for (command, answer) in story::opening().iter().zip(submit(&ledger, story::opening())) {
        proven.acknowledge(command.actor.as_str(), &answer);
    }
    proven.require(&options, ledger, false);
    let mut stopped = 0;
    for round in 0..FULL_ROUNDS {
        let limit_kib = log_bytes(&options) / 1024 + 300 + 217 * round;
        let limited = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", 2 * limit_kib);
        let mut shell = Process::new("sh");
        shell.args(["-c", &limited]).arg(std::env::current_exe().unwrap());
        let mut child = begin(&mut shell, &options, &proven, Stdio::piped());
        let stderr = child.stderr.take().unwrap();
        lines_of(child.stdout.take().unwrap()).iter().for_each(|line| proven.take_down(&line));
        assert!(!child.wait().unwrap().success(), "it goes on until it can't");
        let said = std::io::read_to_string(stderr).unwrap();
        stopped += u64::from(said.contains("the ledger stops: a batch could not be committed"));
        proven.require(&options, open(&options), true);
    }
    assert!(stopped > 0, "the log was what could not grow, in some round");
    assert!(proven.acknowledged.len() > 200, "there was load: {}", proven.acknowledged.len());
}

/// Of the last segment.
fn log_bytes(options: &Options) -> u64 {
    let segments = std::fs::read_dir(options.folder.join("log")).unwrap();
    let last = segments.map(|segment| segment.unwrap().path()).max().unwrap();
    last.metadata().unwrap().len()
}

/// Starts the process that tells what was acknowledged.
fn begin(process: &mut Process, options: &Options, proven: &Proven, stderr: Stdio) -> Child {
    let from: Vec<_> = (0..=LANES).map(|lane| proven.next_load(lane).to_string()).collect();
    process
        .args(["--exact", NAME, "--nocapture"])
        .env(FOLDER, &options.folder)
        .env(FROM, from.join(","))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .unwrap()
}

/// Starts the process, lets it come some way, kills it, and takes down what it has told.
fn run_and_kill(options: &Options, chance: &mut Chance, proven: &mut Proven) {
    let mut process = Process::new(std::env::current_exe().unwrap());
    let mut child = begin(&mut process, options, proven, Stdio::inherit());
    let lines = lines_of(child.stdout.take().unwrap());
    // One in eight dies while it opens the folder.
    if chance.below(8) == 0 {
        thread::sleep(Duration::from_micros(chance.below(80_000)));
    } else {
        for _ in 0..=chance.below(MOST_ACKNOWLEDGED) {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) => proven.take_down(&line),
                Err(error) => panic!("the ledger stopped by itself: {error}"),
            }
        }
        thread::sleep(Duration::from_micros(chance.below(3_000)));
    }
    kill(&mut child);
    // What stands in the pipe was acknowledged as well.
    lines.iter().for_each(|line| proven.take_down(&line));
}

/// SIGKILL.
fn kill(child: &mut Child) {
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it was killed, and did not end by itself");
}

/// Its whole lines. A line that the kill cut off was told to nobody.
fn lines_of(stdout: ChildStdout) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
            if send.send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    });
    receive
}

/// What was acknowledged, and how much of the log was found in order.
#[derive(Default)]
struct Proven {
    acknowledged: Places,
    /// The last load of a lane of which anything was acknowledged.
    last_load: BTreeMap<u32, u32>,
    /// All commands of the log.
    logged: Places,
    checkpoint: Option<Checkpoint>,
}

impl Proven {
    /// From where a lane goes on: a little before its last load, so that some commands are asked
    /// again, both acknowledged ones and others.
    fn next_load(&self, lane: u32) -> u32 {
        let last = self.last_load.get(&lane).copied().unwrap_or(lane * SPAN);
        last.saturating_sub(2).max(lane * SPAN)
    }

    fn take_down(&mut self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        if let ["ack", actor, id, first, last] = words[..] {
            let places = (first.parse().unwrap(), last.parse().unwrap());
            self.note(actor, id, places);
        }
    }

    fn acknowledge(&mut self, actor: &str, answer: &Accepted) {
        self.note(actor, answer.command.as_str(), (answer.records[0].position, answer.position));
    }

    fn note(&mut self, actor: &str, id: &str, places: (u64, u64)) {
        let name = (actor.to_owned(), id.to_owned());
        let before = self.acknowledged.insert(name, places);
        assert!(before.is_none_or(|before| before == places), "{id} at {before:?} and {places:?}");
        let number = id.rsplit_once('-').and_then(|(_, number)| number.parse::<u32>().ok());
        if let Some(number) = number {
            let last = self.last_load.entry(number / SPAN).or_default();
            *last = number.max(*last);
        }
    }

    /// Everything that was ever acknowledged is there, once, at its place, and proven by the
    /// checkpoint that the ledger leaves when it is closed. What the last checkpoint proved is
    /// proven again by the one proof that this one extends it, and one by one if `whole`.
    fn require(&mut self, options: &Options, ledger: Ledger, whole: bool) {
        ledger.settle();
        let rows = ledger.index().digest().unwrap();
        ledger.close();
        let checkpoint = ledger.checkpoint().unwrap().checkpoint.clone();
        assert_eq!(checkpoint.size, ledger.size());
        let prover = Prover::new(ledger.tree(), &checkpoint);
        if let Some(before) = &self.checkpoint {
            let proof = prover.consistency(before.size, checkpoint.size).unwrap();
            assert_eq!((proof.first_root, proof.second_root), (before.root, checkpoint.root));
        }
        self.read_new_records(&ledger);
        let before = self.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
        for (name, places) in &self.acknowledged {
            assert_eq!(self.logged.get(name), Some(places), "{name:?} was acknowledged");
            let positions = (places.0..=places.1).filter(|at| whole || *at >= before);
            for position in positions {
                let line = ledger.log().read(position).unwrap();
                let leaf = Line::split(&line).unwrap().hash;
                let proof = prover.inclusion(leaf, position, checkpoint.size).unwrap();
                assert_eq!((proof.root, proof.verify()), (checkpoint.root, Ok(())));
            }
        }
        drop(ledger);
        self.checkpoint = Some(checkpoint);
        if whole {
            let report = check(&options.folder, None, &mut |_, _| {}).unwrap();
            assert!(report.verified, "{:#?}", report.errors);
            std::fs::remove_dir_all(options.folder.join("index")).unwrap();
            let ledger = open(options);
            assert_eq!(ledger.index().digest().unwrap(), rows, "rows are a function of the log");
            ledger.close();
        }
    }

    /// Reads what came since the last checkpoint; that what came before is unchanged was proven.
    fn read_new_records(&mut self, ledger: &Ledger) {
        let from = self.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
        let log = ledger.log();
        log.scan_stored(from, ledger.size(), |stored| {
            let record = Decoded::read(&stored.line, stored.head.clone()).unwrap();
            if record.head.step == 0 {
                let first = record.position();
                let places = (first, first + u64::from(record.head.steps) - 1);
                let name = (record.actor.as_str().to_owned(), record.command.id);
                let before = self.logged.insert(name, places);
                assert_eq!(before, None, "{} stands twice", stored.head.position);
            }
            Ok::<(), LogError>(())
        })
        .unwrap();
    }
}
