//! Opening: what is found, what is refused, and the lock.

use super::*;
use crate::log::disk::RealDisk;
use crate::log::{Disorder, view};

/// A log of several segments.
fn rolled() -> (FaultDisk, Story) {
    let (disk, mut story) = (FaultDisk::default(), Story::default());
    let shapes: &[Shape<'_>] = &[&[4], &[4], &[4], &[4], &[4], &[1, 2]];
    assert!(story.run(&disk, None, shapes));
    (disk, story)
}

fn segments(disk: &FaultDisk) -> Vec<u64> {
    segment::list(disk, &data().join(segment::FOLDER)).unwrap()
}

fn error(disk: &FaultDisk, checkpoint: Option<u64>) -> OpenError {
    try_open(disk, checkpoint).map(|_| ()).unwrap_err()
}

fn disorder_in(error: &OpenError) -> (u64, Disorder) {
    let OpenError::OutOfOrder { position, disorder, .. } = error else { panic!("{error}") };
    (*position, *disorder)
}

#[test]
fn an_empty_folder_becomes_an_empty_log() {
    let disk = FaultDisk::default();
    let (log, reader, opened) = try_open(&disk, None).unwrap();
    assert_eq!((log.size(), reader.size(), opened.size), (0, 0, 0));
    assert_eq!((opened.last_recorded_at, opened.tail_cuts), (None, Vec::new()));
    assert_eq!(segments(&disk), [0]);
    drop(log);
    assert!(matches!(
        error(&FaultDisk::default(), Some(3)),
        OpenError::Shorter { size: 0, proof: Proof::Checkpoint(3), .. }
    ));
    assert!(try_open(&FaultDisk::default(), Some(0)).is_ok());
}

#[test]
fn a_log_comes_back_with_every_checkpoint() {
    let (disk, story) = rolled();
    assert!(segments(&disk).len() > 2);
    let size = story.lines.len() as u64;
    for checkpoint in (0..=size).map(Some).chain([None]) {
        let disk = disk.copy();
        let (mut log, reader, opened) = try_open(&disk, checkpoint).unwrap();
        let mut story = story.clone();
        assert_eq!(opened.size, size);
        assert!(story.reopened(&disk, &mut log, &opened));
        assert!(story.commit(&mut log, &batch_at(size, &[2], "more")));
        for (position, line) in story.lines.iter().enumerate() {
            assert_eq!(reader.read(position as u64).unwrap(), *line);
        }
    }
    assert!(matches!(error(&disk, Some(size + 1)), OpenError::Shorter { .. }));
}

#[test]
fn a_clean_log_is_opened_without_writing_to_its_segments() {
    let (disk, story) = rolled();
    let before = disk.trace().len();
    try_open(&disk, Some(story.acknowledged)).unwrap();
    let written = ["append", "rename", "create ", "remove"];
    let trace = &disk.trace()[before..];
    assert!(!trace.iter().any(|step| written.iter().any(|verb| step.starts_with(verb))));
    let reads = trace.iter().filter(|step| step.starts_with("open_read"));
    assert!(reads.count() <= 2, "the log is not read as a whole");
}

#[test]
fn damage_in_a_segment_that_another_follows_stops_the_opening() {
    let (disk, _) = rolled();
    let segments = segments(&disk);
    let [.., before, last] = segments[..] else { panic!("two segments at least") };
    let path = segment_path(before);
    let good = disk.content(&path);
    for length in [0, 1, good.len() / 2, good.len() - 1] {
        for last_content in [disk.content(&segment_path(last)), Vec::new()] {
            let disk = disk.copy();
            disk.put(&segment_path(last), &last_content);
            disk.put(&path, &good[..length]);
            assert_eq!(proof_in(&error(&disk, None)), Proof::LaterSegment(last));
        }
    }
    let twice = disk.copy();
    twice.put(&segment_path(last - 1), &[]);
    assert!(matches!(error(&twice, Some(0)), OpenError::Overlapping { end, .. } if end == last));
    disk.take(&segment_path(0));
    assert!(matches!(error(&disk, None), OpenError::Shorter { size: 0, .. }));
}

#[test]
fn a_missing_segment_is_seen_when_it_is_read() {
    let (disk, story) = rolled();
    let second = segments(&disk)[1];
    disk.take(&segment_path(second));
    assert!(matches!(error(&disk, Some(0)), OpenError::Shorter { size, .. } if size == second));
    // With a late checkpoint it is not read at opening, and is missed by whoever reads it.
    let (_log, reader, opened) = try_open(&disk, None).unwrap();
    assert_eq!(opened.size, story.acknowledged);
    assert!(reader.scan(0, opened.size, |_, _| Ok::<_, crate::log::LogError>(())).is_err());
    assert!(reader.read(second).is_err());
}

#[test]
fn lines_that_verify_but_do_not_follow_are_never_cut() {
    let (disk, mut story) = (FaultDisk::default(), Story::default());
    assert!(story.run(&disk, None, &[&[1], &[2, 1]]));
    let path = segment_path(0);
    let lines: Vec<&[u8]> = story.lines.iter().map(Vec::as_slice).collect();
    let with = |order: &[usize]| {
        let disk = disk.copy();
        let bytes = order.iter().flat_map(|at| [lines[*at], b"\n"].concat()).collect::<Vec<_>>();
        disk.put(&path, &bytes);
        let found = disorder_in(&error(&disk, None));
        assert_eq!(disk.content(&path), bytes, "nothing was changed");
        found
    };
    assert_eq!(with(&[0, 2, 3]), (1, Disorder::Position { found: 2 }));
    assert_eq!(with(&[0, 1, 1, 3]), (2, Disorder::Position { found: 1 }));
    assert_eq!(with(&[1]), (0, Disorder::Position { found: 1 }));
    assert_eq!(with(&[0, 1, 3]), (2, Disorder::Position { found: 3 }));

    // Whole batches with a wrong HEAD, which this log would not have written.
    let broken = |change: fn(&mut crate::record::Head), body: &str| {
        let mut batch = Batch::starting_at(4);
        add_command(&mut batch, 1, "thing_done", "x");
        let line = batch.lines().next().unwrap().to_vec();
        let line = crate::record::Line::split(&line).unwrap();
        let mut head = line.head().unwrap();
        change(&mut head);
        head.body = crate::record::body_hash(body.as_bytes());
        let mut bytes = disk.content(&path);
        crate::record::line::encode(&mut bytes, &head, body.as_bytes()).unwrap();
        let disk = disk.copy();
        disk.put(&path, &bytes);
        disorder_in(&error(&disk, None)).1
    };
    assert_eq!(broken(|head| head.batch = 3, "{}"), Disorder::Batch { batch: 3 });
    assert_eq!(broken(|head| head.batch = 5, "{}"), Disorder::Batch { batch: 5 });
    assert_eq!(broken(|head| head.step = 1, "{}"), Disorder::Step { step: 1, steps: 1 });
    assert_eq!(broken(|head| head.steps = 0, "{}"), Disorder::Step { step: 0, steps: 0 });
}

#[test]
fn leftovers_are_removed_and_strangers_are_left_alone() {
    let (disk, mut story) = rolled();
    let folder = data().join(segment::FOLDER);
    let leftover = folder.join("00000000000000000000.log.tmp");
    let strangers = ["notes.txt", "7.log", "other.tmp"].map(|name| folder.join(name));
    disk.put(&leftover, b"half a copy");
    strangers.iter().for_each(|path| disk.put(path, b"keep"));
    let (mut log, _, opened) = try_open(&disk, None).unwrap();
    assert_eq!(disk.content(&leftover), b"");
    for path in strangers {
        assert_eq!(disk.content(&path), b"keep");
        disk.take(&path);
    }
    assert!(story.reopened(&disk, &mut log, &opened));
}

#[test]
fn a_viewer_changes_nothing_and_needs_no_lock() {
    let (disk, story) = rolled();
    let (_log, ..) = try_open(&disk, None).unwrap();
    let path = segment_path(*segments(&disk).last().unwrap());
    let torn = [disk.content(&path), b"torn".to_vec()].concat();
    disk.put(&path, &torn);
    let before = disk.trace().len();
    let (reader, tail) = view(data(), options(&disk, None)).unwrap();
    assert_eq!(reader.size(), story.acknowledged);
    let tail = tail.unwrap();
    assert_eq!((tail.position, tail.bytes, tail.file), (story.acknowledged, 4, path.clone()));
    assert_eq!(disk.content(&path), torn);
    let harmless = ["list", "open_read", "length", "read"];
    let trace = disk.trace();
    let mut steps = trace[before..].iter().map(|step| step.split(' ').next().unwrap());
    assert!(steps.all(|verb| harmless.contains(&verb)));
    assert!(view(Path::new("/nowhere"), options(&disk, None)).is_err());
}

#[test]
fn segments_roll_between_batches_before_they_grow_beyond_the_limit() {
    let one = batch_at(0, &[1], "x").bytes.len() as u64;
    for (limit, expected) in [
        (1, vec![0, 1, 2, 3, 4, 5]),
        (2 * one - 1, vec![0, 1, 2, 3, 4, 5]),
        (2 * one, vec![0, 2, 4]),
        (3 * one, vec![0, 3]),
        (u64::MAX, vec![0]),
    ] {
        let (disk, mut story) = (FaultDisk::default(), Story::default());
        let limited = || OpenOptions { segment_limit: limit, ..options(&disk, None) };
        for position in 0..6 {
            // A new process each time goes on where the one before it stopped.
            let (mut log, ..) = open(data(), limited()).unwrap();
            assert!(story.commit(&mut log, &batch_at(position, &[1], "x")));
        }
        story.check(&disk, false);
        assert_eq!(segments(&disk), expected, "limit {limit}");
    }
}

#[test]
fn a_folder_is_opened_by_one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let real = || OpenOptions { disk: Arc::new(RealDisk), ..OpenOptions::default() };
    let (mut log, ..) = open(folder.path(), real()).unwrap();
    log.commit(&batch_at(0, &[1, 2], "x")).unwrap();
    let error = open(folder.path(), real()).map(|_| ()).unwrap_err();
    assert!(matches!(&error, OpenError::Locked { folder: named } if named == folder.path()));
    assert!(error.to_string().contains(&folder.path().display().to_string()));
    drop(log);
    let (_log, reader, opened) = open(folder.path(), real()).unwrap();
    assert_eq!((opened.size, reader.size()), (3, 3));
}
