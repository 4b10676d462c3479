//! How many records a second the folds take, on one thread and already read, by records a flush;
//! and how many rows are written for each.
//!
//! `cargo bench --bench project` measures; `cargo test` runs a small round of the same, so that it
//! stays able to.

#![allow(clippy::unwrap_used, reason = "a benchmark")]
#![allow(clippy::float_arithmetic, reason = "figures for people")]

#[path = "../tests/support/story.rs"]
mod story;

use std::time::Instant;

use symbiosis_ledger::index::Index;
use symbiosis_ledger::ledger::{Ledger, Options, create};
use symbiosis_ledger::log::LogError;
use symbiosis_ledger::projection::Projector;
use symbiosis_ledger::record::Decoded;

/// How many loads are submitted at once.
const BLOCK: u32 = 2_500;

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let loads = if is_bench { 50_000 } else { 100 };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let options = Options::new(folder.path().join("ledger"));
    create(&options, "bench.invalid/project", None).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    ledger.submit_all(story::opening(), &story::key(), None);
    for first in (0..loads).step_by(BLOCK as usize) {
        let last = loads.min(first + BLOCK);
        // Some loads fall short, so that discrepancies and rejections are told too.
        let load = |number| match number % 20 {
            0 => story::short_load(number),
            _ => story::load(number),
        };
        let commands = (first..last).flat_map(load).collect();
        for answer in ledger.submit_all(commands, &story::key(), None) {
            answer.unwrap();
        }
    }
    ledger.settle();
    let log = ledger.log().clone();
    ledger.close();

    let begun = Instant::now();
    let mut records = Vec::new();
    log.scan_stored(0, log.size(), |stored| {
        records.push(Decoded::read(&stored.line, stored.head.clone()).unwrap());
        Ok::<(), LogError>(())
    })
    .unwrap();
    let rate = |count: usize, begun: Instant| count as f64 / begun.elapsed().as_secs_f64();
    println!("read from the log: {:.0} records/s", rate(records.len(), begun));
    for flush in [20_000, 1_000, 100, 16] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let index = Index::open(folder.path(), &mut |_| None).unwrap();
        let mut projector = Projector::new(index.clone());
        let begun = Instant::now();
        for some in records.chunks(flush) {
            projector.apply(some).unwrap();
        }
        let rows = projector.written() as f64 / records.len() as f64;
        let rate = rate(records.len(), begun);
        println!("{flush:>6} a flush: {rate:.0} records/s, {rows:.2} rows a record");
    }
}
