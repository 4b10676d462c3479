//! Reading: by position, in a row, beside a writer, and with helpers that err.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::log::disk::RealDisk;
use crate::log::{Defect, LogError, Offsets, Place, tree, view};
use crate::merkle::{Blake3, TreeHash, root};

fn scanned(reader: &LogReader, from: u64, to: u64) -> Result<Vec<Vec<u8>>, LogError> {
    let mut lines = Vec::new();
    reader.scan(from, to, |position, line| {
        assert_eq!(position, from + lines.len() as u64);
        lines.push(line.to_vec());
        Ok::<_, LogError>(())
    })?;
    Ok(lines)
}

fn long_story() -> (FaultDisk, Story) {
    let (disk, mut story) = (FaultDisk::default(), Story::default());
    let shapes = (0..60).map(|number| [1 + number % 5, 1]).collect::<Vec<_>>();
    let shapes = shapes.iter().map(|shape| &shape[..]).collect::<Vec<_>>();
    assert!(story.run(&disk, None, &shapes));
    (disk, story)
}

#[test]
fn every_range_is_read_back_across_segments() {
    let (disk, story) = long_story();
    let (_log, reader, _) = try_open(&disk, None).unwrap();
    let size = reader.size();
    for from in (0..=size).step_by(7) {
        for to in (from..=size).step_by(5).chain([size]) {
            let expected = &story.lines[from as usize..to as usize];
            assert_eq!(scanned(&reader, from, to).unwrap(), expected);
        }
    }
    assert!(scanned(&reader, 5, 3).unwrap().is_empty());
    let error = scanned(&reader, 0, size + 1).unwrap_err();
    assert!(matches!(error, LogError::Beyond { position, .. } if position == size));
    for beyond in [size, size + 1, u64::MAX] {
        assert!(matches!(reader.read(beyond), Err(LogError::Beyond { .. })));
    }
}

#[test]
fn the_callers_error_ends_a_scan() {
    #[derive(Debug)]
    enum Own {
        Log(LogError),
        Enough(u64),
    }
    impl From<LogError> for Own {
        fn from(error: LogError) -> Own {
            Own::Log(error)
        }
    }
    let (disk, _) = long_story();
    let (_log, reader, _) = try_open(&disk, None).unwrap();
    let enough = |position, _: &[u8]| if position == 9 { Err(Own::Enough(9)) } else { Ok(()) };
    assert!(matches!(reader.scan(2, 50, enough), Err(Own::Enough(9))));
    assert!(matches!(reader.scan(2, 5_000, enough), Err(Own::Log(LogError::Beyond { .. }))));
}

#[test]
fn a_line_longer_than_the_reads_is_read() {
    let (disk, mut story) = (FaultDisk::default(), Story::default());
    let (mut log, reader, _) = try_open(&disk, None).unwrap();
    for (position, length) in [900_000, 10, 40_000, 3].into_iter().enumerate() {
        assert!(story.commit(&mut log, &batch_at(position as u64, &[1], &"w".repeat(length))));
    }
    assert_eq!(scanned(&reader, 0, 4).unwrap(), story.lines);
    for (position, line) in story.lines.iter().enumerate() {
        assert_eq!(reader.read(position as u64).unwrap(), *line);
    }
}

/// Offsets as the tree keeps them, and as a damaged tree would.
struct Kept(Vec<Place>, Change);

type Change = fn(Place) -> Option<Place>;

impl Offsets for Kept {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn place(&self, position: u64) -> Option<Place> {
        (self.1)(*self.0.get(position as usize)?)
    }
}

#[test]
fn offsets_speed_reading_up_and_cannot_make_it_wrong() {
    let (disk, story) = long_story();
    let (_log, reader, _) = try_open(&disk, None).unwrap();
    let mut places = Vec::new();
    let keep = |stored: &crate::log::Stored<'_>| {
        places.push(stored.place);
        Ok::<_, LogError>(())
    };
    reader.scan_stored(0, reader.size(), keep).unwrap();
    let half = places[..places.len() / 2].to_vec();
    let wrong: [(Vec<Place>, Change); 6] = [
        (places.clone(), Some),
        (half, Some),
        (places.clone(), |_| None),
        (places.clone(), |place| Some(Place { offset: place.offset + 1, ..place })),
        (places.clone(), |place| Some(Place { offset: u64::MAX, ..place })),
        (places.clone(), |place| Some(Place { segment: place.segment + 1, offset: 0 })),
    ];
    for (places, change) in wrong {
        let (reader, _) = view(data(), options(&disk, None)).unwrap();
        reader.use_offsets(Box::new(Kept(places, change)));
        for (position, line) in story.lines.iter().enumerate() {
            assert_eq!(reader.read(position as u64).unwrap(), *line);
        }
        assert_eq!(scanned(&reader, 3, 99).unwrap(), story.lines[3..99]);
    }
    let (reader, _) = view(data(), options(&disk, None)).unwrap();
    reader.use_offsets(Box::new(Kept(places, Some)));
    let before = disk.trace().len();
    reader.read(0).unwrap();
    assert_eq!(disk.trace().len() - before, 3, "open, measure, read");
}

#[test]
fn the_tree_is_fed_by_the_log_and_finds_its_lines() {
    let (disk, story) = long_story();
    let (_log, mut reader, _) = try_open(&disk, None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = tree::open(folder.path(), (0, Blake3::empty()), &mut reader).unwrap();
    let leaf = |line: &Vec<u8>| crate::record::Line::split(line).unwrap().hash;
    let leaves: Vec<Hash> = story.lines.iter().map(leaf).collect();
    assert_eq!(writer.root(), root::<Blake3>(&leaves));

    let (reader, _) = view(data(), options(&disk, None)).unwrap();
    reader.use_offsets(Box::new(writer.tree().clone()));
    assert_eq!(reader.read(0).unwrap(), story.lines[0]);
    let reads = disk.trace().iter().filter(|step| step.starts_with("read")).count();
    assert_eq!(reader.read(1).unwrap(), story.lines[1]);
    let again = disk.trace().iter().filter(|step| step.starts_with("read")).count();
    assert_eq!(again - reads, 1, "its place is known");
}

#[test]
fn any_flipped_bit_is_detected_by_a_full_scan() {
    let (disk, mut story) = (FaultDisk::default(), Story::default());
    assert!(story.run(&disk, None, &[&[4], &[4], &[4, 1]]));
    let folder = data().join(segment::FOLDER);
    let segments = segment::list(&disk, &folder).unwrap();
    assert!(segments.len() > 1);
    for path in segments.into_iter().map(segment_path) {
        let good = disk.content(&path);
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            let disk = disk.copy();
            disk.put(&path, &bad);
            let size = story.acknowledged;
            let seen = view(data(), options(&disk, Some(size)));
            let seen = seen.map_err(drop).and_then(|(reader, _)| {
                assert_eq!(reader.size(), size);
                scanned(&reader, 0, size).map_err(drop)
            });
            assert!(seen.is_err(), "{} byte {at}", path.display());
        }
    }
}

#[test]
fn a_flipped_bit_is_an_error_and_never_an_answer() {
    let (disk, story) = long_story();
    let (reader, _) = view(data(), options(&disk, None)).unwrap();
    let mut bytes = disk.content(&segment_path(0));
    let second = story.lines[0].len() + 1;
    bytes[second + 300] ^= 4;
    disk.put(&segment_path(0), &bytes);
    let error = reader.read(1).unwrap_err();
    assert!(
        matches!(&error, LogError::Damaged { position: 1, offset, .. } if *offset == second as u64)
    );
    assert!(error.to_string().starts_with("/data/log/00000000000000000000.log, byte "));
    assert_eq!(reader.read(0).unwrap(), story.lines[0]);
    assert!(scanned(&reader, 0, 3).is_err());
    // A whole line, but another record's.
    let swapped = [&story.lines[1], &story.lines[0]].map(|line| [&line[..], b"\n"].concat());
    disk.put(&segment_path(0), &swapped.concat());
    let (reader, _) = view(data(), options(&disk, None)).unwrap();
    let error = reader.read(0).unwrap_err();
    assert!(matches!(error, LogError::Damaged { defect: Defect::OtherRecord(1), .. }), "{error}");
    assert!(scanned(&reader, 0, 1).is_err());
    disk.put(&segment_path(0), &bytes);
    // A file that lost its end under a reader.
    let (reader, _) = view(data(), options(&disk, None)).unwrap();
    disk.put(&segment_path(0), &bytes[..second]);
    assert!(matches!(reader.read(2), Err(LogError::Missing { position: 2, .. })));
}

#[test]
fn readers_beside_a_writer_see_whole_batches_only() {
    let folder = tempfile::tempdir().unwrap();
    let real =
        OpenOptions { disk: Arc::new(RealDisk), segment_limit: 20_000, ..OpenOptions::default() };
    let (mut log, reader, _) = open(folder.path(), real).unwrap();
    let line = |position: u64| {
        let first = position / 5 * 5;
        let batch = batch_at(first, &[2, 3], "beside");
        batch.lines().nth((position - first) as usize).unwrap().to_vec()
    };
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for reading in 0..3_u64 {
            let (reader, done) = (reader.clone(), &done);
            scope.spawn(move || {
                let mut seen = 0;
                loop {
                    let last = done.load(Ordering::Acquire);
                    let size = reader.size();
                    assert!(size >= seen && size % 5 == 0, "{seen}, then {size}");
                    assert_eq!(
                        scanned(&reader, seen, size).unwrap(),
                        (seen..size).map(line).collect::<Vec<_>>()
                    );
                    if size > 0 {
                        let position = size.wrapping_mul(7 + reading) % size;
                        assert_eq!(reader.read(position).unwrap(), line(position));
                        assert_eq!(reader.read(size - 1).unwrap(), line(size - 1));
                    }
                    assert!(matches!(reader.read(u64::MAX), Err(LogError::Beyond { .. })));
                    seen = size;
                    if last {
                        break;
                    }
                }
                assert_eq!(seen, 1_000);
            });
        }
        for number in 0..200 {
            log.commit(&batch_at(number * 5, &[2, 3], "beside")).unwrap();
        }
        done.store(true, Ordering::Release);
    });
    drop(log);
    let (reader, tail) = view(folder.path(), OpenOptions::default()).unwrap();
    assert_eq!(tail, None);
    assert_eq!(scanned(&reader, 0, 1_000).unwrap(), (0..1_000).map(line).collect::<Vec<_>>());
}
