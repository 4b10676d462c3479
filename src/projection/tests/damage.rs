//! Rows whose file lost its end: what a disk that lied about a sync leaves.

use std::fs;
use std::panic;

use super::*;

/// How many places the file is cut at.
const CUTS: u64 = 12;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// Opens the rows and brings them up to the log; None if damage was met on the way, as an error or,
/// where a rule reads a state, as a panic.
fn taken_up(folder: &Path) -> Option<Hash> {
    let work = || {
        let index = open(folder);
        let rest = &records()[index.position() as usize..];
        Projector::new(index.clone()).apply(rest).ok()?;
        index.digest().ok()
    };
    panic::catch_unwind(work).unwrap_or_default()
}

/// sled notes beside the file how far it had come. When the file ends before that it panics, or
/// finds out only when it reads what is not there.
#[test]
fn rows_whose_file_was_cut_are_the_same_after_one_more_opening_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let (whole_rows, cut_rows) = (folder.path().join("whole"), folder.path().join("cut"));
    let mut projector = Projector::new(open(&whole_rows));
    for record in records() {
        projector.apply(std::slice::from_ref(record)).unwrap();
    }
    drop(projector);
    // Opened once more, so that the note is there.
    drop(open(&whole_rows));
    let length = fs::metadata(whole_rows.join("index/db")).unwrap().len();
    for cut in 0..CUTS {
        copy(&whole_rows, &cut_rows);
        let file = fs::File::options().write(true).open(cut_rows.join("index/db")).unwrap();
        file.set_len(length * cut / CUTS).unwrap();
        let digest = taken_up(&cut_rows).or_else(|| taken_up(&cut_rows));
        assert_eq!(digest, Some(whole().2), "cut at {cut} of {CUTS}");
        fs::remove_dir_all(&cut_rows).unwrap();
    }
}
