//! Lines and files that were changed afterwards, by somebody without the signing key.

use super::plan::{Plan, checkpoint, forge, segments_of, signer};
use super::*;
use crate::evidence::check::LISTED_OF_A_CODE;
use crate::merkle::{Blake3, TreeHash, root};

/// The usual log with its lines put down in another way.
fn with_lines(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Report {
    let plan = Plan::usual();
    let folder = plan.write();
    let mut lines = plan.lines();
    change(&mut lines);
    folder.write(LOG, lines.concat());
    folder.check()
}

#[test]
fn a_record_that_was_taken_out_is_missed() {
    let report = with_lines(|lines| drop(lines.remove(3)));
    assert_eq!(report.errors[0].code, "position");
    assert_eq!(report.errors[0].position, Some(4));
    assert!(report.errors[0].message.contains("records 3 to 3 are missing"), "{report:#?}");
    assert_eq!((report.size, report.records, report.root), (8, 7, None));
    assert_eq!(report.checkpoint.unwrap().root_matches, None);
    // Consequences are not told as if they were faults of their own.
    let others = report.errors[1..].iter().map(|error| error.code);
    assert!(others.clone().all(|code| code == "tree_offset"), "{:?}", others.collect::<Vec<_>>());
}

#[test]
fn the_last_records_are_missed_when_the_checkpoint_covers_them() {
    let report = with_lines(|lines| lines.truncate(6));
    assert_eq!(places(&report.errors), [("log_shorter", Some(6))]);
    assert_eq!((report.size, report.checkpoint.unwrap().root_matches), (6, None));
}

#[test]
fn a_command_that_was_cut_in_two_is_missed_too() {
    let report = with_lines(|lines| lines.truncate(5));
    assert_eq!(places(&report.errors), [("log_shorter", Some(4))]);
}

#[test]
fn a_record_that_stands_twice_is_out_of_place() {
    let report = with_lines(|lines| lines.insert(4, lines[3].clone()));
    assert_eq!(report.errors[0].code, "position");
    assert!(report.errors[0].message.contains("record 3 stands where record 4 belongs"));
    assert!(report.errors[1..].iter().all(|error| error.code == "tree_offset"), "{report:#?}");
    assert_eq!(report.size, 8);
}

#[test]
fn a_repeated_record_in_a_segment_of_its_own_is_told_once() {
    let plan = Plan::usual();
    let folder = plan.write();
    folder.write("log/00000000000000000008.log", &plan.lines()[7]);
    let report = folder.check();
    assert_eq!(places(&report.errors), [("segment_name", Some(7)), ("position", Some(7))]);
    assert_eq!((report.notes, report.counts.tail_bytes), (vec![], 0));
}

#[test]
fn records_that_changed_places_are_out_of_place() {
    let report = with_lines(|lines| lines.swap(3, 4));
    let positions = report.errors.iter().filter(|error| error.code == "position");
    let positions: Vec<_> = positions.map(|error| error.position).collect();
    assert_eq!(positions, [Some(4), Some(3), Some(5)]);
    let rest = report.errors.iter().filter(|error| error.code != "position");
    assert!(rest.clone().all(|error| error.code == "tree_offset"), "{report:#?}");
}

#[test]
fn a_record_that_was_written_anew_leads_to_another_root() {
    let plan = Plan::usual();
    let folder = plan.write();
    let other = plan.clone().with(3, |record| record.data = "{\"mass\":\"9\"}".to_owned());
    folder.write(LOG, other.lines().concat());
    let report = folder.check();
    // Whoever did it left the tree alone, which so tells where.
    let tree = [("tree_node", Some(3)), ("tree_node", Some(3)), ("tree_node", Some(3))];
    let expected = [tree.as_slice(), &[("tree_node", Some(7)), ("checkpoint_root", None)]].concat();
    assert_eq!(places(&report.errors), expected);
    assert_eq!(report.checkpoint.unwrap().root_matches, Some(false));

    fs::remove_dir_all(folder.file("tree")).unwrap();
    let report = folder.check();
    assert_eq!(codes(&report.errors), ["checkpoint_root"]);
    assert_eq!(codes(&report.notes), ["tree_missing", "tree_missing"]);
}

#[test]
fn damage_does_not_hide_what_stands_behind_it() {
    let plan = Plan::usual().with(6, |record| record.version = 5);
    let folder = plan.write();
    let mut lines = plan.lines();
    for position in [2, 4] {
        let at = lines[position].windows(4).position(|bytes| bytes == b"\"key").unwrap();
        lines[position][at] ^= 1;
    }
    folder.write(LOG, lines.concat());
    let report = folder.check();
    assert_eq!(
        report
            .errors
            .iter()
            .map(|error| (error.code, error.position, error.offset))
            .collect::<Vec<_>>(),
        [
            ("body_hash", Some(2), Some(plan.offsets()[2])),
            ("body_hash", Some(4), Some(plan.offsets()[4])),
            ("stream_version", Some(6), Some(plan.offsets()[6])),
            ("stream_version", Some(7), Some(plan.offsets()[7])),
        ]
    );
    // HEADs are whole, so the root is.
    assert_eq!(report.checkpoint.unwrap().root_matches, Some(true));
    assert_eq!((report.records, report.size), (6, 8));
}

#[test]
fn rubbish_between_lines_is_stepped_over() {
    for rubbish in [b"\n".to_vec(), vec![b'x'; 3 << 20], b"a\nb\nc\n".to_vec()] {
        let report = with_lines(|lines| lines.insert(4, [&rubbish[..], b"\n"].concat()));
        let errors = report.errors.iter().filter(|error| error.code == "line_form").count();
        assert_eq!(errors, rubbish.split(|byte| *byte == b'\n').count());
        assert_eq!((report.records, report.size), (8, 8), "{report:#?}");
    }
}

#[test]
fn very_much_rubbish_makes_a_short_report() {
    let report = with_lines(|lines| {
        let rubbish = b"rubbish\n".repeat(100_000);
        lines.insert(4, rubbish);
    });
    assert_eq!(report.tally["line_form"], 100_000);
    let listed = codes(&report.errors).iter().filter(|code| **code == "line_form").count() as u64;
    assert_eq!(listed, LISTED_OF_A_CODE);
    assert!(report.error_count >= 100_000);
}

#[test]
fn damage_beyond_the_checkpoint_is_told_with_what_opening_would_do() {
    let plan = Plan::usual();
    let folder = plan.write();
    forge(&folder, &checkpoint(3, root::<Blake3>(&plan.leaves()[..3])), &[&signer(1)]);
    let damaged = |position: usize| {
        let mut lines = plan.lines();
        lines[position][70] ^= 1;
        folder.write(LOG, lines.concat());
        folder.check()
    };
    let hint = "opening the ledger would cut the log here";
    let later_batch = damaged(3);
    assert_eq!(places(&later_batch.errors), [("leaf_hash", Some(3))]);
    assert!(later_batch.errors[0].message.contains(hint), "the same batch goes on");
    let proven = damaged(5);
    assert_eq!(places(&proven.errors), [("leaf_hash", Some(5))]);
    assert!(!proven.errors[0].message.contains(hint), "a later batch was begun");
    let last_batch = damaged(6);
    assert_eq!(places(&last_batch.errors), [("leaf_hash", Some(6))]);
    assert!(last_batch.errors[0].message.contains(hint));
    let last = damaged(7);
    assert_eq!((places(&last.errors), last.size), (vec![], 7));
    assert_eq!(places(&last.notes)[0], ("unacknowledged_tail", Some(7)));
}

#[test]
fn segments_are_named_by_their_first_record_and_follow_one_another() {
    let plan = Plan::usual();
    let folder = plan.write_as_a_ledger(2_000);
    let segments = segments_of(&folder);
    assert!(segments.len() > 2);
    let second = folder.read(&segments[1]);

    // A name that is not that of its first record.
    let first: u64 = segments[1][4..24].parse().unwrap();
    let other = format!("log/{:020}.log", first + 1);
    fs::rename(folder.file(&segments[1]), folder.file(&other)).unwrap();
    let report = folder.check();
    assert_eq!(report.errors[0].code, "segment_name");
    assert_eq!(report.errors[0].file.as_deref(), Some(&*other));
    let rest = &report.errors[1..];
    assert!(rest.iter().all(|error| error.code == "tree_offset"), "{report:#?}");

    // A segment that is gone.
    fs::remove_file(folder.file(&other)).unwrap();
    let report = folder.check();
    assert_eq!(places(&report.errors), [("position", Some(segments[2][4..24].parse().unwrap()))]);
    assert_eq!(report.errors[0].file.as_deref(), Some(&*segments[2]));

    // An empty one with a name that does not follow.
    folder.write(&segments[1], &second);
    folder.write("log/00000000000000000009.log", b"");
    let report = folder.check();
    assert_eq!(codes(&report.errors), ["segment_name"]);
    assert_eq!(report.errors[0].file.as_deref(), Some("log/00000000000000000009.log"));
}

#[test]
fn a_batch_does_not_reach_into_the_next_segment_nor_a_command_behind_the_last() {
    let plan = Plan::usual();
    let lines = plan.lines();
    let cut = |at: usize, rest: &[u8]| {
        let folder = plan.write();
        folder.write(LOG, lines[..at].concat());
        folder.write(&format!("log/{at:020}.log"), rest);
        fs::remove_dir_all(folder.file("tree")).unwrap();
        folder.check()
    };
    let report = cut(4, &lines[4..].concat());
    assert_eq!(places(&report.errors), [("batch", Some(4))]);
    let report = cut(5, b"");
    assert_eq!(places(&report.errors), [("step", Some(4)), ("log_shorter", Some(4))]);
}

#[test]
fn a_segment_without_its_end_is_damaged_when_another_follows() {
    let plan = Plan::usual();
    let folder = plan.write_as_a_ledger(2_000);
    forge(&folder, &checkpoint(0, Blake3::empty()), &[&signer(1)]);
    let segments = segments_of(&folder);
    let bytes = folder.read(&segments[1]);
    folder.write(&segments[1], &bytes[..bytes.len() - 1]);
    let report = folder.check();
    let last = segments[2][4..24].parse::<u64>().unwrap() - 1;
    assert_eq!(places(&report.errors), [("line_unended", Some(last))]);
    assert_eq!(report.errors[0].file.as_deref(), Some(&*segments[1]));
}

#[test]
fn files_that_do_not_belong_there_are_noted() {
    let folder = Plan::usual().write();
    let names = [
        "log/00000000000000000000.log.tmp",
        "log/8.log",
        "log/notes.txt",
        "sealed/1.sealed",
        "torn/copy.bin",
        "tree/nodes.tmp",
    ];
    for name in names {
        folder.write(name, b"?");
    }
    let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(folder.file("sealed/1.sealed"), owner_only).unwrap();
    let report = folder.check();
    assert_eq!(report.errors, []);
    let mut noted: Vec<_> =
        report.notes.iter().map(|note| (note.code, note.file.clone().unwrap())).collect();
    noted.sort();
    assert_eq!(noted, names.map(|name| ("stray_file", name.to_owned())));
}
