//! Backups of ledgers that run and of folders made for the purpose, damaged ones, and the way back.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::domain::attachment::{Attachment, MediaType};
use crate::evidence::check::tests::Folder;
use crate::evidence::check::tests::plan::{Plan, checkpoint, forge, signer};
use crate::ledger::tests::made;
use crate::ledger::tests::story::{ask, key, load, opening, story};
use crate::ledger::{Ledger, Options};
use crate::merkle::{Blake3, root};

const LOG: &str = "log/00000000000000000000.log";

/// A ledger with a folder beside it for its backups.
struct Desk {
    folder: TempDir,
    options: Options,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let options = made(folder.path());
        Desk { folder, options }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs these loads, with one document, and closes the ledger.
    fn run(&self, loads: u32) -> Attachment {
        let ledger = open(&self.options).unwrap();
        let mut upload = ledger.attachments().begin().unwrap();
        upload.write(b"%PDF-1.7 a contract").unwrap();
        let kept = upload.finish(MediaType::Pdf, &["frm_mill".parse().unwrap()]).unwrap();
        let link = json!({
            "attachment": kept, "evidence": "evd_1", "kind": "contract",
            "subject": "contract/ctr_1", "title": "the contract as signed",
        });
        let link = ask("frm_mill", "link", "attach_evidence", &link);
        let commands = [opening(), vec![link], story(loads)].concat();
        for answer in ledger.submit_all(commands, &key(), None) {
            answer.unwrap();
        }
        ledger.close();
        kept
    }

    fn backup(&self) -> Result<Backed, BackupError> {
        self.backup_with(|_| {})
    }

    fn backup_with(&self, bend: impl FnOnce(&mut BackupOptions)) -> Result<Backed, BackupError> {
        let (data, to) = (self.options.folder.clone(), self.path("backup"));
        let mut options = BackupOptions { data, to, with_sealed: false, trusted: None };
        bend(&mut options);
        backup(&options, &mut |_, _| {})
    }

    fn restore_with(
        &self,
        bend: impl FnOnce(&mut RestoreOptions),
    ) -> Result<Restored, BackupError> {
        let (from, data) = (self.path("backup"), self.path("restored"));
        let mut options = RestoreOptions { from, data, not_older_than: None, trusted: None };
        bend(&mut options);
        restore(&options, &mut |_, _| {})
    }

    fn restore(&self) -> Result<Restored, BackupError> {
        self.restore_with(|_| {})
    }
}

fn open(options: &Options) -> Result<Ledger, crate::ledger::LedgerError> {
    Ledger::open(options, &mut |_, _| {})
}

fn sound(folder: &Path) -> Report {
    let report = check(folder, None, &mut |_, _| {}).unwrap();
    assert!(report.verified, "{:#?}", report.errors);
    report
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    // A digit of a hash stays one, so that what is found does not depend on which it was.
    bytes[at] = match bytes[at] {
        b'0'..=b'9' | b'a'..=b'f' if bytes[at] != b'0' => b'0',
        b'0' => b'1',
        other => other ^ 1,
    };
    fs::write(path, bytes).unwrap();
}

/// The codes of what was found in a copy.
fn unsound<T: std::fmt::Debug>(result: Result<T, BackupError>) -> Vec<&'static str> {
    match result {
        Err(BackupError::Unsound { report, .. }) => {
            report.errors.iter().map(|finding| finding.code).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, BackupError>, says: &str) {
    match result {
        Err(BackupError::NotVerified(reason) | BackupError::Unsuitable(reason)) => {
            assert!(reason.contains(says), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn backups_that_are_made_while_commands_come_are_whole_and_go_on_from_one_another() {
    let desk = Desk::new();
    desk.run(1);
    let ledger = open(&desk.options).unwrap();
    let runs = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            // An end, so that a backup that fails fails the test and does not hang it.
            for number in 2..5_000 {
                if runs.load(Ordering::Acquire) == 5 {
                    break;
                }
                for answer in ledger.submit_all(load(number).to_vec(), &key(), None) {
                    answer.unwrap();
                }
            }
        });
        let mut before = None;
        while runs.load(Ordering::Acquire) < 5 {
            let backed = desk.backup().unwrap();
            assert_eq!(backed.before, before);
            assert!(before.is_none_or(|before| before <= backed.size));
            let report = sound(&desk.path("backup"));
            assert_eq!((report.size, report.counts.tail_bytes), (backed.size, 0));
            before = Some(backed.size);
            runs.fetch_add(1, Ordering::Release);
        }
    });
    ledger.close();
    let last = desk.backup().unwrap();
    assert_eq!(last.size, ledger.size());
    let own = fs::read(desk.options.folder.join(LOG)).unwrap();
    assert_eq!(fs::read(desk.path("backup").join(LOG)).unwrap(), own);
}

#[test]
fn a_second_run_takes_only_what_is_new() {
    let desk = Desk::new();
    desk.run(2);
    let first = desk.backup().unwrap();
    let bytes = fs::metadata(desk.options.folder.join(LOG)).unwrap().len();
    assert_eq!((first.log_bytes, first.attachments, first.before), (bytes, 1, None));
    let again = desk.backup().unwrap();
    assert_eq!((again.log_bytes, again.attachments), (0, 0));
    assert_eq!(again.before, Some(first.size));
    desk.run(3);
    let more = desk.backup().unwrap();
    let now = fs::metadata(desk.options.folder.join(LOG)).unwrap().len();
    assert_eq!((more.log_bytes, more.attachments), (now - bytes, 0));
    assert_eq!(more.size, first.size + 4);
    for name in ["keys", "sealed", "index", "tree", "lock", INCOMPLETE] {
        assert!(!desk.path("backup").join(name).exists(), "{name}");
    }
}

#[test]
fn a_backup_ends_where_its_checkpoint_does_whatever_the_segments() {
    let plan = Plan::usual();
    for limit in [1 << 20, 2_000, 1] {
        let source = plan.write_as_a_ledger(limit);
        let target = tempfile::tempdir().unwrap();
        let to = target.path().join("backup");
        let data = source.path().to_owned();
        let options = BackupOptions { data, to: to.clone(), with_sealed: false, trusted: None };
        let mut before = None;
        // Where commands end: no checkpoint is signed within one.
        for size in [1, 3, 4, 8] {
            let root = root::<Blake3>(&plan.leaves()[..size]);
            forge(&source, &checkpoint(size as u64, root), &[&signer(1)]);
            let backed = backup(&options, &mut |_, _| {}).unwrap();
            assert_eq!((backed.size, backed.root, backed.before), (size as u64, root, before));
            let report = sound(&to);
            assert_eq!((report.size, report.counts.tail_bytes), (size as u64, 0));
            before = Some(size as u64);
        }
        // A source that went back in time is told, and nothing is touched.
        let root = root::<Blake3>(&plan.leaves()[..3]);
        forge(&source, &checkpoint(3, root), &[&signer(1)]);
        refused(backup(&options, &mut |_, _| {}), "older than its backup");
        assert_eq!(sound(&to).size, 8);
    }
}

#[test]
fn a_source_of_another_history_or_name_spoils_no_backup() {
    let plan = Plan::usual();
    let source = plan.write_as_a_ledger(1 << 20);
    let target = tempfile::tempdir().unwrap();
    let to = target.path().join("backup");
    let run = |source: &Folder| {
        let (data, to) = (source.path().to_owned(), to.clone());
        backup(&BackupOptions { data, to, with_sealed: false, trusted: None }, &mut |_, _| {})
    };
    run(&source).unwrap();
    let fork = plan.clone().with(6, |record| record.data = "{\"other\":1}".to_owned());
    refused(run(&fork.write_as_a_ledger(1 << 20)), "another history");
    assert_eq!(sound(&to).size, 8);
    let desk = Desk::new();
    refused(desk.backup_with(|options| options.to = to.clone()), "the backup is of");
}

#[test]
fn damage_in_a_backup_is_found_marked_and_mended_by_the_next_run() {
    let desk = Desk::new();
    let kept = desk.run(2);
    desk.backup().unwrap();
    let attachment = format!("attachments/{}", kept.hash);
    for (name, code) in [(LOG, "leaf_hash"), (&*attachment, "attachment_bytes")] {
        let file = desk.path("backup").join(name);
        flip(&file, 10);
        assert_eq!(unsound(desk.restore()), [code]);
        assert_eq!(unsound(desk.backup()), [code]);
        refused(desk.restore(), "marked INCOMPLETE");
        desk.backup().unwrap();
        sound(&desk.path("backup"));
        assert_eq!(fs::read(&file).unwrap(), fs::read(desk.options.folder.join(name)).unwrap());
    }
    let file = desk.path("backup/checkpoint");
    fs::write(&file, "no checkpoint").unwrap();
    assert!(matches!(desk.restore(), Err(BackupError::Illegible { .. })));
    assert!(matches!(desk.backup(), Err(BackupError::Illegible { .. })));
    desk.backup().unwrap();
    sound(&desk.path("backup"));
    // A damaged source gives no backup, and does not spoil what the backup has.
    flip(&desk.options.folder.join(&attachment), 10);
    let good = fs::read(desk.path("backup").join(&attachment)).unwrap();
    desk.backup().unwrap();
    assert_eq!(fs::read(desk.path("backup").join(&attachment)).unwrap(), good);
    let first = desk.backup_with(|options| options.to = desk.path("other"));
    assert_eq!(unsound(first), ["attachment_missing"]);
    assert!(!desk.path("restored").exists());
}

#[test]
fn a_run_that_was_cut_off_is_gone_on_with() {
    let desk = Desk::new();
    desk.run(2);
    let whole = desk.backup().unwrap();
    let log = desk.path("backup").join(LOG);
    let bytes = fs::read(&log).unwrap();
    // What a power cut leaves of a write: its length, and zeros; and a segment beyond.
    let torn = [&bytes[..bytes.len() / 2], &vec![0; bytes.len() / 2 + 100][..]].concat();
    for content in [&torn[..], &bytes[..bytes.len() / 2], b"", &[&bytes[..], b"more"].concat()] {
        fs::write(&log, content).unwrap();
        fs::write(desk.path("backup/log/00000000000000000999.log"), "beyond").unwrap();
        fs::write(desk.path("backup").join(INCOMPLETE), "").unwrap();
        let backed = desk.backup().unwrap();
        assert_eq!(backed.size, whole.size);
        assert_eq!(fs::read(&log).unwrap(), bytes);
    }
    // Also before there was any checkpoint.
    fs::remove_file(desk.path("backup/checkpoint")).unwrap();
    fs::write(desk.path("backup").join(INCOMPLETE), "").unwrap();
    assert_eq!(desk.backup().unwrap().before, None);
}

#[test]
fn a_restored_folder_verifies_and_opens_once_its_key_is_back() {
    let desk = Desk::new();
    let kept = desk.run(2);
    let backed = desk.backup().unwrap();
    let restored = desk.restore().unwrap();
    assert_eq!((restored.size, restored.root), (backed.size, backed.root));
    assert_eq!((restored.attachments, restored.not_older_than), (1, None));
    assert!(restored.sealed_missing > 0);
    let folder = desk.path("restored");
    assert_eq!(sound(&folder).size, backed.size);
    assert!(!folder.join(INCOMPLETE).exists() && !desk.path("restored.restoring").exists());

    let mut options = Options::new(&folder);
    assert!(open(&options).is_err(), "without the signing key nobody can go on with it");
    options.keys = Some(desk.options.folder.join("keys"));
    let ledger = open(&options).unwrap();
    assert!(ledger.size() >= backed.size);
    assert_eq!(ledger.attachments().read(&kept.hash).unwrap().unwrap(), b"%PDF-1.7 a contract");
    // A load that it has not had; and one that it had, whose plate it can no longer compare.
    let asked = [load(2), load(0)].concat();
    let answers = ledger.submit_all(asked, &key(), None);
    assert!(answers[..4].iter().all(Result::is_ok), "{answers:?}");
    let reused = answers[4].as_ref().unwrap_err().to_string();
    assert!(reused.starts_with("command_id_reused"), "{reused}");
    ledger.close();
    sound(&folder);
    refused(desk.restore(), "is not empty");
}

#[test]
fn a_restoring_that_was_cut_off_is_begun_again_and_nothing_else_is_removed() {
    let desk = Desk::new();
    desk.run(1);
    desk.backup().unwrap();
    let beside = desk.path("restored.restoring");
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("a.txt"), "mine").unwrap();
    refused(desk.restore(), "is in the way");
    assert_eq!(fs::read(beside.join("a.txt")).unwrap(), b"mine");
    fs::write(beside.join(INCOMPLETE), "").unwrap();
    // Also into an empty folder that is there, named with a slash at its end.
    fs::create_dir(desk.path("restored")).unwrap();
    desk.restore_with(|options| options.data = desk.path("restored/")).unwrap();
    assert!(!beside.exists());
    sound(&desk.path("restored"));
    assert!(!desk.path("restored/a.txt").exists());
}

#[test]
fn confidential_values_are_copied_only_when_asked_for_and_then_as_secrets() {
    let desk = Desk::new();
    desk.run(2);
    assert!(desk.backup().unwrap().sealed_missing > 0);
    let with_sealed = |options: &mut BackupOptions| options.with_sealed = true;
    let backed = desk.backup_with(with_sealed).unwrap();
    assert_eq!((backed.sealed_files, backed.sealed_missing, backed.sealed_stale), (1, 0, false));
    let mode = |name: &str| {
        fs::metadata(desk.path("backup").join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode("sealed"), mode("sealed/00000000.sealed")), (0o700, 0o600));
    assert_eq!(mode("attachments"), 0o700);
    assert!(desk.backup().unwrap().sealed_stale, "an earlier run's values are told of");
    let restored = desk.restore().unwrap();
    assert_eq!(restored.sealed_missing, 0);
    assert_eq!(sound(&desk.path("restored")).counts.sealed.missing, 0);
}

#[test]
fn a_backup_that_does_not_reach_a_checkpoint_is_not_restored() {
    let desk = Desk::new();
    desk.run(1);
    let own = desk.options.folder.join("checkpoint");
    let file = desk.path("shown");
    desk.backup().unwrap();
    fs::copy(&own, &file).unwrap();
    let not_older_than =
        |file: &Path| desk.restore_with(|options| options.not_older_than = Some(file.to_owned()));
    let reached = not_older_than(&file).unwrap();
    assert_eq!(reached.not_older_than, Some(reached.size));
    fs::remove_dir_all(desk.path("restored")).unwrap();
    desk.run(2);
    refused(not_older_than(&own), "the backup is older than");
    desk.backup().unwrap();
    assert_eq!(not_older_than(&file).unwrap().not_older_than, Some(reached.size));
    fs::remove_dir_all(desk.path("restored")).unwrap();
    let other = Desk::new();
    refused(not_older_than(&other.options.folder.join("checkpoint")), "is not signed by this");
    assert!(!desk.path("restored").exists());
}

#[test]
fn a_backup_of_another_history_than_a_checkpoint_s_is_not_restored() {
    let plan = Plan::usual();
    let source = plan.write_as_a_ledger(1 << 20);
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (source.path().to_owned(), folder.path().join("backup"));
    let options = BackupOptions { data, to: to.clone(), with_sealed: false, trusted: None };
    backup(&options, &mut |_, _| {}).unwrap();
    let shown = folder.path().join("shown");
    let restore = |other: Checkpoint, seed: u8| {
        fs::write(&shown, other.sign(&[&signer(seed)]).unwrap().to_string()).unwrap();
        let (from, data) = (to.clone(), folder.path().join("restored"));
        let not_older_than = Some(shown.clone());
        let options = RestoreOptions { from, data, not_older_than, trusted: None };
        super::restore(&options, &mut |_, _| {})
    };
    let root = |size: usize| root::<Blake3>(&plan.leaves()[..size]);
    refused(restore(checkpoint(4, root(5)), 1), "another history");
    refused(restore(checkpoint(4, root(4)), 2), "not signed by this ledger");
    refused(restore(checkpoint(9, root(8)), 1), "is older than");
    assert_eq!(restore(checkpoint(4, root(4)), 1).unwrap().not_older_than, Some(4));
}

#[test]
fn what_can_be_no_backup_is_refused_before_anything_is_touched() {
    let desk = Desk::new();
    desk.run(1);
    let other = Desk::new();
    let into = |to: PathBuf| desk.backup_with(|options| options.to = to);
    refused(into(other.options.folder.clone()), "a ledger's own data folder");
    refused(into(desk.options.folder.join("backup")), "one in the other");
    refused(into(desk.folder.path().to_owned()), "one in the other");
    fs::create_dir(desk.path("notes")).unwrap();
    fs::write(desk.path("notes/a.txt"), "a").unwrap();
    refused(into(desk.path("notes")), "is no backup");
    refused(desk.restore_with(|options| options.from = desk.path("notes")), "it has no log");
    let stranger = signer(1).verifier_key();
    let untrusted = desk.backup_with(|options| options.trusted = Some(stranger));
    assert_eq!(unsound(untrusted), ["signer_unknown"]);
}
