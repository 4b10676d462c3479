//! Rounds in the process: tasks that each wait for their answer, and blocks as an import has them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use symbiosis_ledger::domain::command::Command;
use symbiosis_ledger::ledger::{Begun, Ledger};
use tokio::task::LocalSet;

use crate::Size;
use crate::disk::syncs_per_second;
use crate::figures::{Round, processor};
use crate::ground;

/// So many commands are submitted together.
const BLOCK: usize = 2_000;

/// Tasks that submit one command after another.
pub fn submits(size: Size, tasks: usize) {
    let folder = ground::folder();
    let before = syncs_per_second(folder.path(), size.probe);
    let ledger = ground::open(folder.path());
    let (used, records) = (processor(std::process::id()), ledger.size());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let next = AtomicU64::new(0);
    let begun = Instant::now();
    let waits_us = LocalSet::new().block_on(&runtime, async {
        let next = std::rc::Rc::new(next);
        let tasks: Vec<_> = (0..tasks)
            .map(|_| {
                let (ledger, next) = (ledger.clone(), std::rc::Rc::clone(&next));
                tokio::task::spawn_local(async move {
                    let mut waits = Vec::new();
                    while begun.elapsed() < size.round {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        life(&ledger, number, &mut waits).await;
                    }
                    waits
                })
            })
            .collect();
        let mut waits = Vec::new();
        for task in tasks {
            waits.extend(task.await.unwrap());
        }
        waits
    });
    let time = begun.elapsed();
    let processor = processor(std::process::id()) - used;
    let records = ledger.size() - records;
    ledger.close();
    drop(ledger);
    let disk = (before, syncs_per_second(folder.path(), size.probe));
    let commands = waits_us.len() as u64;
    let name = format!("submit, {tasks} tasks");
    Round { name, commands, records, time, waits_us, disk, processor }.print();
}

async fn life(ledger: &Ledger, number: u64, waits: &mut Vec<u32>) {
    for told in ground::load(number) {
        let command = ground::command(&ground::line(number, &told));
        let asked = Instant::now();
        ledger.submit(command, &ground::key()).await.unwrap();
        waits.push(u32::try_from(asked.elapsed().as_micros()).unwrap());
    }
}

/// A file's worth of commands as `symbiosis import` takes them: read on one thread, given to the
/// writer in blocks by another, one block ahead of its answers; until the rows have all of it.
pub fn import(size: Size) {
    let folder = ground::folder();
    let before = syncs_per_second(folder.path(), size.probe);
    let ledger = ground::open(folder.path());
    let lines: Vec<String> = (0..u64::from(size.loads))
        .flat_map(|number| ground::load(number).map(|told| ground::line(number, &told)))
        .collect();
    let (used, records) = (processor(std::process::id()), ledger.size());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let (send, receive) = std::sync::mpsc::sync_channel::<Vec<Command>>(2);
        let lines = &lines;
        scope.spawn(move || {
            for block in lines.chunks(BLOCK) {
                let block = block.iter().map(|line| ground::command(line)).collect();
                send.send(block).unwrap();
            }
        });
        let answers =
            |begun: Begun| begun.wait().into_iter().for_each(|answer| drop(answer.unwrap()));
        let mut under_way: Option<Begun> = None;
        for block in receive {
            let begun = ledger.begin_all(block, &ground::key(), None);
            under_way.replace(begun).map(answers);
        }
        under_way.map(answers);
    });
    let durable = begun.elapsed();
    ledger.settle();
    let time = begun.elapsed();
    let processor = processor(std::process::id()) - used;
    let records = ledger.size() - records;
    ledger.close();
    drop(ledger);
    let disk = (before, syncs_per_second(folder.path(), size.probe));
    let (commands, waits_us) = (lines.len() as u64, Vec::new());
    let name = "import, in blocks".to_owned();
    Round { name, commands, records, time, waits_us, disk, processor }.print();
    let lag = (time - durable).as_secs_f64() * 1000.0;
    println!("{:<24} rows had all {lag:.0} ms after the last answer", "");
}
