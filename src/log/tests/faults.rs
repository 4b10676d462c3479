//! The fault table: every step of opening, repair, commit and roll-over fails, without its effect,
//! half of it or with all of it; then the process or the machine ends, and the log is opened again.

use super::*;
use crate::log::CommitError;
use crate::log::fault::{Fault, Names};

/// Batches that roll over, with commands of several records.
const WORK: &[Shape<'static>] = &[&[2, 1], &[1], &[4, 1], &[1, 3]];

/// How the process or the machine ends.
#[derive(Debug, Clone, Copy)]
enum End {
    Process,
    Power(Names, Pages),
}

#[derive(Debug, Clone, Copy)]
enum Pages {
    None,
    All,
    Even,
    Odd,
}

const ENDS: &[End] = &[
    End::Process,
    End::Power(Names::Lost, Pages::None),
    End::Power(Names::Kept, Pages::None),
    End::Power(Names::Lost, Pages::All),
    End::Power(Names::Kept, Pages::All),
    End::Power(Names::Kept, Pages::Even),
    End::Power(Names::Lost, Pages::Odd),
];

fn end(disk: &FaultDisk, end: End) {
    match end {
        End::Process => disk.end_process(),
        End::Power(names, pages) => disk.lose_power(names, |_, page| match pages {
            Pages::None => false,
            Pages::All => true,
            Pages::Even => page % 2 == 0,
            Pages::Odd => page % 2 == 1,
        }),
    }
}

/// Logs as a run can find them.
fn beginnings() -> Vec<Beginning> {
    let mut beginnings = vec![("no log", FaultDisk::default(), Story::default())];
    let (disk, mut story) = (FaultDisk::default(), Story::default());
    assert!(story.run(&disk, None, WORK));
    beginnings.push(("a log", disk.copy(), story.clone()));

    // The first bytes of a batch, which was never acknowledged.
    let first = story.lines.len() as u64;
    let batch = batch_at(first, &[2, 3, 1], "torn");
    let (active, _) = active_segment(&disk);
    for (name, cut) in [("a torn command", 3), ("a torn first command", 0)] {
        let (disk, mut story) = (disk.copy(), story.clone());
        let torn = &batch.bytes[..batch.ends[cut] as usize + 100];
        disk.put(&active, &[disk.content(&active), torn.to_vec()].concat());
        story.lines.extend(batch.lines().map(<[u8]>::to_vec));
        story.command_ends.extend([first + 2, first + 5, first + 6]);
        beginnings.push((name, disk, story));
    }

    let (disk, mut story) = (disk.copy(), story.clone());
    disk.put(&segment_path(first), b"");
    beginnings.push(("an empty last segment", disk.copy(), story.clone()));
    disk.put(&segment_path(first), &batch.bytes[..50]);
    story.lines.extend(batch.lines().map(<[u8]>::to_vec));
    beginnings.push(("a last segment with nothing whole in it", disk, story));
    beginnings
}

fn active_segment(disk: &FaultDisk) -> (PathBuf, Vec<u8>) {
    let path = disk.files().into_iter().rfind(|path| path.extension().is_some_and(|e| e == "log"));
    let path = path.unwrap();
    let content = disk.content(&path);
    (path, content)
}

type Beginning = (&'static str, FaultDisk, Story);

/// What a run without a fault does, step by step.
fn steps((_, disk, story): &Beginning, checkpointed: bool) -> Vec<String> {
    let (disk, mut story) = (disk.copy(), story.clone());
    let covered = checkpointed.then_some(story.acknowledged);
    assert!(story.run(&disk, covered, WORK), "without a fault nothing fails");
    disk.trace()
}

/// Runs the work with one fault, ends it, and holds what is opened afterwards against the promise.
fn one_fault(
    (name, disk, story): &Beginning,
    checkpointed: bool,
    (operation, step, fault): (usize, &str, Fault),
    ending: End,
) {
    let what = format!("{name}: {operation} {step} {fault:?} {ending:?}");
    let (disk, mut story) = (disk.copy(), story.clone());
    let checkpoint = |story: &Story| checkpointed.then_some(story.acknowledged);
    disk.fail_at(operation, fault);
    let covered = checkpoint(&story);
    assert!(!story.run(&disk, covered, WORK), "{what}: the failure is told");
    assert_eq!(disk.trace()[operation], step);
    end(&disk, ending);
    let covered = checkpoint(&story);
    assert!(story.run(&disk, covered, &[&[2]]), "{what}: opens again and goes on");
    // What was reported and appended since then is there, however the next run ends.
    end(&disk, End::Power(Names::Lost, Pages::None));
    let covered = checkpoint(&story);
    let before = story.acknowledged;
    assert!(story.run(&disk, covered, &[&[1]]), "{what}: and once more");
    assert_eq!(story.acknowledged, before + 1, "{what}: nothing was cut that time");
}

#[test]
fn no_single_failure_loses_an_acknowledged_record_or_splits_a_command() {
    for beginning in &beginnings() {
        for checkpointed in [false, true] {
            let steps = steps(beginning, checkpointed);
            for (operation, step) in steps.iter().enumerate() {
                for fault in [Fault::Undone, Fault::Half, Fault::Done] {
                    if fault == Fault::Half && !step.starts_with("append") {
                        continue;
                    }
                    for ending in ENDS {
                        one_fault(beginning, checkpointed, (operation, step, fault), *ending);
                    }
                }
            }
        }
    }
}

#[test]
fn a_second_failure_while_repairing_the_first_is_no_worse() {
    for (name, disk, story) in &beginnings()[2..4] {
        for first in 0.. {
            let (disk, mut story) = (disk.copy(), story.clone());
            disk.fail_at(first, Fault::Undone);
            if story.run(&disk, None, &[]) {
                break;
            }
            end(&disk, End::Power(Names::Kept, Pages::None));
            for second in 0.. {
                let (disk, mut story) = (disk.copy(), story.clone());
                disk.fail_at(second, Fault::Done);
                let done = story.run(&disk, None, &[]);
                end(&disk, End::Power(Names::Lost, Pages::None));
                assert!(story.run(&disk, None, &[&[2]]), "{name}: {first}, then {second}");
                if done {
                    break;
                }
            }
        }
    }
}

#[test]
fn after_a_failure_nothing_is_written_any_more_and_readers_keep_what_is_committed() {
    let operations = ["append", "sync_data", "create", "sync_folder"];
    for (what, fault) in operations
        .iter()
        .flat_map(|what| [Fault::Undone, Fault::Half, Fault::Done].map(|fault| (*what, fault)))
    {
        let disk = FaultDisk::default();
        let (mut log, reader, _) = try_open(&disk, None).unwrap();
        let mut story = Story::default();
        assert!(story.commit(&mut log, &batch_at(0, &[1, 1], &"a".repeat(3_500))));
        let probe = disk.copy();
        let (mut probed, ..) = try_open(&probe, None).unwrap();
        let before = probe.trace().len();
        let batch = batch_at(2, &[1], "b");
        probed.commit(&batch).unwrap();
        let steps = &probe.trace()[before..];
        let step = steps.iter().position(|step| step.starts_with(what)).unwrap();
        disk.fail_at(step, fault);
        assert!(matches!(log.commit(&batch), Err(CommitError::Disk(_))), "{what} {fault:?}");
        let operations = disk.trace().len();
        for _ in 0..3 {
            assert!(matches!(log.commit(&batch), Err(CommitError::Stopped)));
        }
        assert_eq!(disk.trace().len(), operations, "nothing is retried");
        assert_eq!((reader.size(), log.size()), (2, 2));
        assert_eq!(reader.read(1).unwrap(), story.lines[1]);
        assert!(reader.read(2).is_err());
    }
}

#[test]
fn records_read_back_after_a_failed_sync_are_made_durable_before_anyone_builds_on_them() {
    let disk = FaultDisk::default();
    let mut story = Story::default();
    {
        let (mut log, ..) = try_open(&disk, None).unwrap();
        assert!(story.commit(&mut log, &batch_at(0, &[1], "a")));
        disk.fail_at(1, Fault::Undone);
        assert!(!story.commit(&mut log, &batch_at(1, &[1, 2], "b")), "the fdatasync fails");
        disk.end_process();
    }
    {
        let (_log, _, opened) = try_open(&disk, Some(1)).unwrap();
        assert_eq!(opened.size, 4, "the page cache still has them");
    }
    disk.lose_power(Names::Lost, |_, _| false);
    let (_log, reader, opened) = try_open(&disk, Some(4)).unwrap();
    assert_eq!(opened.size, 4, "and now the disk has them too");
    assert_eq!(reader.read(3).unwrap(), story.lines[3]);
}

#[test]
fn a_commit_is_one_write_and_one_fdatasync() {
    let disk = FaultDisk::default();
    let (mut log, ..) = try_open(&disk, None).unwrap();
    let before = disk.trace().len();
    log.commit(&batch_at(0, &[3, 1, 2], "a")).unwrap();
    let file = segment_path(0).display().to_string();
    assert_eq!(disk.trace()[before..], [format!("append {file}"), format!("sync_data {file}")]);
}
