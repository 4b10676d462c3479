//! Folders with nothing wrong in them, also while they are written to.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::plan::{ORIGIN, Plan, checkpoint, commitments, forge, publish, segments_of, signer};
use super::*;
use crate::evidence::check::{CheckError, Counts, SealedCounts, Standing};
use crate::log::sealed::{self, SealedBatch};
use crate::log::tree::{self, TreeWriter};
use crate::log::{Batch, Commit, FeedError, Log, LogError, LogReader, OpenOptions, Stored, open};
use crate::merkle::{Blake3, Hash, TreeHash, root};

#[test]
fn what_a_ledger_wrote_is_whole() {
    let plan = Plan::usual();
    for limit in [1 << 20, 2_000, 1] {
        let folder = plan.write_as_a_ledger(limit);
        let report = folder.check();
        assert_eq!((report.errors, report.notes), (vec![], vec![]));
        assert!(report.verified);
        assert_eq!(report.origin.as_deref(), Some(ORIGIN));
        assert_eq!((report.records, report.size), (8, 8));
        let root = root::<Blake3>(&plan.leaves());
        assert_eq!(report.root, Some(root));
        let segments = segments_of(&folder).len() as u64;
        assert_eq!((report.segments, segments == 1), (segments, limit == 1 << 20));
        let checkpoint = report.checkpoint.unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (8, root));
        assert_eq!(checkpoint.root_matches, Some(true));
        let signed_by = report.signer.unwrap();
        assert_eq!(signed_by.verifier_key, signer(1).verifier_key().to_string());
        assert_eq!(signed_by.standing, Standing::ConsistentWithRecord0);
        let bytes = plan.lines().concat().len() as u64;
        let counts = Counts { bytes, commands: 6, streams: 5, parks: 2, ..Counts::default() };
        assert_eq!(report.counts, counts);
    }
}

#[test]
fn lines_made_by_hand_are_those_that_a_ledger_writes() {
    let plan = Plan::usual();
    let (by_hand, by_ledger) = (plan.write(), plan.write_as_a_ledger(1 << 20));
    for file in [LOG, "tree/nodes", "tree/offsets", "checkpoint", "ledger.json"] {
        assert_eq!(by_hand.read(file), by_ledger.read(file), "{file}");
    }
}

#[test]
fn an_empty_last_segment_is_as_it_should_be() {
    let folder = Plan::usual().write();
    folder.write("log/00000000000000000008.log", b"");
    let report = folder.check();
    assert_eq!((report.errors, report.notes), (vec![], vec![]));
    assert_eq!(report.segments, 2);
}

#[test]
fn a_log_without_records_is_told() {
    let folder = Folder::new();
    folder.write(LOG, b"");
    folder.write("ledger.json", b"{}");
    let report = folder.check();
    assert!(report.verified);
    assert_eq!((codes(&report.notes), report.root), (vec!["log_empty"], Some(Blake3::empty())));
}

#[test]
fn what_cannot_be_read_is_another_thing_than_what_is_wrong() {
    let folder = Folder::new();
    let refused = |path: &Path| check(path, None, &mut |_, _| {}).unwrap_err();
    assert!(matches!(refused(folder.path()), CheckError::Disk(_)));
    assert!(matches!(refused(&folder.file("nowhere")), CheckError::Disk(_)));
    fs::create_dir_all(folder.file(LOG)).unwrap();
    assert!(matches!(refused(folder.path()), CheckError::Disk(_)));
}

#[test]
fn a_batch_that_is_being_written_is_a_tail_and_no_error() {
    let plan = Plan::usual();
    let mut longer = plan.clone();
    longer.batch();
    let records = [("delivered", "delivery/dlv_2", ["prk_s"].as_slice(), "{}"); 3];
    longer.command("cmd_6", &records);
    let (kept, bytes) = (plan.lines().concat(), longer.lines().concat());
    let folder = plan.write();
    for end in kept.len() + 1..bytes.len() {
        folder.write(LOG, &bytes[..end]);
        let report = folder.check();
        assert_eq!(report.errors, [], "{end}");
        assert_eq!(places(&report.notes), [("unacknowledged_tail", Some(8))]);
        assert_eq!(report.notes[0].offset, Some(kept.len() as u64));
        assert_eq!(report.notes[0].file.as_deref(), Some(LOG));
        assert_eq!((report.size, report.records), (8, 8));
        assert_eq!(report.root, Some(root::<Blake3>(&plan.leaves())));
        assert_eq!(report.counts.tail_bytes, (end - kept.len()) as u64);
    }
    folder.write(LOG, &bytes);
    let report = folder.check();
    assert_eq!((report.size, report.records, report.counts.tail_bytes), (11, 11, 0));
    assert_eq!(report.root, Some(root::<Blake3>(&longer.leaves())));
    let notes = [("tree_shorter", None), ("tree_shorter", None)];
    assert_eq!((places(&report.notes), report.verified), (notes.to_vec(), true));
}

#[test]
fn what_a_power_loss_leaves_at_the_end_is_a_tail() {
    let plan = Plan::usual();
    let bytes = plan.lines().concat();
    let folder = plan.write();
    let zeros = vec![0; 5_000];
    let lines_of_zeros = [vec![0; 300], b"\n".to_vec()].concat().repeat(300);
    for tail in [zeros, lines_of_zeros, vec![b'\n'; 400], vec![b'x'; 3 << 20]] {
        folder.write(LOG, [&bytes[..], &tail].concat());
        let report = folder.check();
        assert_eq!((report.errors, codes(&report.notes)), (vec![], vec!["unacknowledged_tail"]));
        assert_eq!(report.counts.tail_bytes, tail.len() as u64);
        assert_eq!((report.size, report.root), (8, Some(root::<Blake3>(&plan.leaves()))));
    }
}

#[test]
fn a_tail_in_a_segment_of_its_own_is_measured_from_its_beginning() {
    let folder = Plan::usual().write();
    folder.write("log/00000000000000000008.log", b"begun");
    let report = folder.check();
    assert_eq!((report.errors, report.counts.tail_bytes), (vec![], 5));
    let note = &report.notes[0];
    assert_eq!((note.code, note.position, note.offset), ("unacknowledged_tail", Some(8), Some(0)));
    assert_eq!(note.file.as_deref(), Some("log/00000000000000000008.log"));
}

#[test]
fn a_checkpoint_that_lags_behind_is_as_good() {
    let plan = Plan::usual();
    let folder = plan.write();
    for size in 0..=8 {
        let signed = root::<Blake3>(&plan.leaves()[..size]);
        forge(&folder, &checkpoint(size as u64, signed), &[&signer(1)]);
        let report = folder.check();
        assert_eq!((report.errors, report.notes), (vec![], vec![]));
        assert_eq!(report.checkpoint.unwrap().root_matches, Some(true));
    }
}

/// A ledger's own writers, opened again over a folder that they wrote.
struct Running<'a> {
    folder: &'a Folder,
    plan: Plan,
    log: Log,
    reader: LogReader,
    tree: TreeWriter,
}

impl Running<'_> {
    fn open(folder: &Folder, plan: Plan) -> Running<'_> {
        let covered = (plan.size(), root::<Blake3>(&plan.leaves()));
        let options = OpenOptions {
            checkpoint: Some(covered.0),
            segment_limit: 3_000,
            ..OpenOptions::default()
        };
        let (log, mut reader, _) = open(folder.path(), options).unwrap();
        let path = folder.file(tree::FOLDER);
        let opened: Result<_, FeedError> = tree::open(&path, covered, &mut reader);
        Running { folder, plan, log, reader, tree: opened.unwrap().0 }
    }

    /// Two records that commit to this value, in a batch that readers can see.
    fn commit(&mut self, command: u32, sealed: Hash) {
        self.plan.batch();
        let data = format!("{{\"price\":{{\"sealed\":\"{sealed}\"}}}}");
        let records = [("delivered", "delivery/dlv_2", ["prk_s"].as_slice(), &*data); 2];
        self.plan.command(&format!("cmd_9{command}"), &records);
        let mut batch = Batch::starting_at(self.log.size());
        for record in &self.plan.records[batch.first as usize..] {
            batch.push(record.head.clone(), &record.body()).unwrap();
        }
        self.log.commit(&batch).unwrap();
    }

    /// What comes after the commit.
    fn publish(&mut self) {
        let mut places = Vec::new();
        let each = |stored: &Stored<'_>| {
            places.push((stored.place, stored.line.hash));
            Ok::<_, LogError>(())
        };
        self.reader.scan_stored(self.tree.size(), self.log.size(), each).unwrap();
        self.tree.append(places).unwrap();
        self.tree.tree().sync().unwrap();
        let new = checkpoint(self.tree.size(), self.tree.root());
        publish(self.folder, &new, &[&signer(1)], &self.tree);
    }
}

#[test]
fn it_agrees_with_a_ledger_that_runs() {
    let folder = Plan::usual().write_as_a_ledger(3_000);
    let mut running = Running::open(&folder, Plan::usual());
    for command in 0..20 {
        running.commit(command, Hash::default());
        let lagging = folder.check();
        assert_eq!((lagging.errors, lagging.size), (vec![], running.plan.size()));
        running.publish();
        let report = folder.check();
        assert_eq!((report.errors, codes(&report.notes)), (vec![], vec!["sealed_missing"]));
        assert_eq!(report.root, Some(running.tree.root()));
    }
}

#[test]
fn it_finds_nothing_wrong_while_a_ledger_writes_seals_and_erases() {
    let folder = Plan::usual().write_as_a_ledger(3_000);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut running = Running::open(&folder, Plan::usual());
            let (mut writer, sealed, _) = sealed::open(&folder.file(sealed::FOLDER)).unwrap();
            for command in 0..60 {
                let mut batch = SealedBatch::default();
                let hash = commitments(&mut batch, &[&format!("\"{command} is secret\"")])[0];
                writer.commit(&mut batch).unwrap();
                running.commit(command, hash);
                running.publish();
                if command % 3 == 0 {
                    sealed.erase(&hash).unwrap();
                }
            }
            is_done.store(true, Ordering::Release);
        });
        let mut last = 0;
        loop {
            let ends_here = is_done.load(Ordering::Acquire);
            let report = check(folder.path(), None, &mut |_, _| {}).unwrap();
            assert_eq!(report.errors, []);
            assert_eq!((report.counts.sealed.missing, report.counts.sealed.spoiled), (0, 0));
            assert!(report.size >= last && report.checkpoint.unwrap().size <= report.size);
            last = report.size;
            if ends_here {
                assert_eq!((last, report.counts.sealed.erased), (128, 40));
                break;
            }
        }
    });
}

#[test]
fn a_report_has_a_json_form_that_names_code_and_place() {
    let folder = Plan::usual().with(4, |record| record.version = 7).write();
    let json = serde_json::to_value(folder.check()).unwrap();
    assert_eq!(json["verified"], false);
    assert_eq!(json["errors"][0]["code"], "stream_version");
    assert_eq!(json["errors"][0]["file"], LOG);
    assert_eq!(json["errors"][0]["position"], 4);
    assert_eq!(json["tally"]["stream_version"], 1);
    assert_eq!(json["signer"]["standing"], "consistent_with_record0");
    assert_eq!(json["root"].as_str().unwrap().len(), 64);
    assert_eq!(serde_json::to_value(SealedCounts::default()).unwrap()["missing"], 0);
}
