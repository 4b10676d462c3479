//! Tests of the writer over a real folder: what is answered, what is on disk, what a retry gets,
//! and that rows are the same live, reopened and rebuilt.
#![allow(clippy::unwrap_used, reason = "tests")]

#[allow(dead_code, reason = "others need the rest")]
#[path = "../../tests/support/story.rs"]
pub(crate) mod story;

use std::path::Path;

use super::*;
use crate::domain::refusal::Code;
use crate::domain::state::{Contract, Delivery};
use crate::domain::states::States as _;
use crate::evidence::check;
use crate::log::sealed::commitment;
use crate::record::Line;
use crate::record::checkpoint::Checkpoint;
use story::{command, key, opening, story};

pub fn made(folder: &Path) -> Options {
    let options = Options::new(folder.join("ledger"));
    create(&options, "example.org/test", None).unwrap();
    options
}

fn opened(options: &Options) -> Ledger {
    Ledger::open(options, &mut |_, _| {}).unwrap()
}

fn run(ledger: &Ledger, commands: Vec<Command>) -> Vec<Accepted> {
    let answers = ledger.submit_all(commands, &key(), None);
    answers.into_iter().map(|answer| answer.unwrap()).collect()
}

fn assert_sound(options: &Options) {
    let report = check::check(&options.folder, None, &mut |_, _| {}).unwrap();
    assert!(report.verified, "{:#?}", report.errors);
}

#[test]
fn a_story_is_durable_provable_and_the_same_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let options = made(folder.path());
    let ledger = opened(&options);
    let accepted = run(&ledger, [opening(), story(3)].concat());
    let last = accepted.last().unwrap().position;
    assert_eq!(ledger.size(), last + 1);
    ledger.settle();
    let live = ledger.index().digest().unwrap();
    let delivery = ledger.index().find::<Delivery>("dlv_2").unwrap();
    assert_eq!((delivery.state.accepted, delivery.state.used), (Some(31_200_000), 31_200_000));
    ledger.close();
    assert_eq!(ledger.checkpoint().unwrap().checkpoint.size, last + 1);
    drop(ledger);
    assert_sound(&options);

    let ledger = opened(&options);
    assert_eq!(ledger.index().digest().unwrap(), live);
    ledger.close();
    drop(ledger);
    std::fs::remove_dir_all(options.folder.join("index")).unwrap();
    std::fs::remove_dir_all(options.folder.join("tree")).unwrap();
    let ledger = opened(&options);
    assert_eq!(ledger.index().digest().unwrap(), live, "rebuilt rows are bit for bit the same");
    ledger.close();
}

#[test]
fn the_same_command_again_gets_the_first_answer_and_other_content_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let options = made(folder.path());
    let ledger = opened(&options);
    run(&ledger, opening());
    let first = run(&ledger, story(2));
    // In another batch, with the confidential plate said again; the rows have it, then not yet.
    assert_eq!(run(&ledger, story(2)), first);
    ledger.settle();
    assert_eq!(run(&ledger, story(2)), first);
    let size = ledger.size();
    // Twice in one batch.
    let twice = run(&ledger, [story(3)[6..].to_vec(), story(3)[6..].to_vec()].concat());
    assert_eq!(twice[..twice.len() / 2], twice[twice.len() / 2..]);
    assert!(ledger.size() > size);
    // Other content: an open member, and a confidential one.
    for bent in ["31.10", "other plate"] {
        let text = serde_json::to_string(&story(1)[0]).unwrap();
        let text = match bent {
            "31.10" => text.replace("31.20", bent).replace("46.20", "46.10"),
            _ => text.replace("桂R 1", bent),
        };
        let answer = &ledger.submit_all(vec![command(&text)], &key(), None)[0];
        match answer {
            Err(SubmitError::Refused(refusal)) => assert_eq!(refusal.code, Code::CommandIdReused),
            other => panic!("{other:?}"),
        }
    }
    ledger.close();
    drop(ledger);
    let ledger = opened(&options);
    assert_eq!(run(&ledger, story(2)), first, "also after a restart");
    ledger.close();
    drop(ledger);
    assert_sound(&options);
}

#[test]
fn nothing_of_a_refused_command_reaches_the_log_or_the_sealed_values() {
    let folder = tempfile::tempdir().unwrap();
    let options = made(folder.path());
    let ledger = opened(&options);
    run(&ledger, opening());
    let size = ledger.size();
    let bytes = |name: &str| -> u64 {
        let files = std::fs::read_dir(options.folder.join(name)).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    };
    let before = (bytes("log"), bytes("sealed"));
    let text = serde_json::to_string(&story(1)[0]).unwrap().replace("ctr_1", "ctr_none");
    let answer = ledger.submit_all(vec![command(&text)], &key(), None).remove(0);
    assert!(matches!(answer, Err(SubmitError::Refused(refusal))
        if refusal.code == Code::UnknownContract));
    assert_eq!((ledger.size(), (bytes("log"), bytes("sealed"))), (size, before));
    // A refusal binds nothing: the same id may be used for what is right.
    run(&ledger, story(1));
    ledger.close();
}

#[test]
fn a_confidential_value_is_beside_the_log_and_its_commitment_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = made(folder.path());
    let ledger = opened(&options);
    run(&ledger, opening());
    let accepted = run(&ledger, story(1));
    let line = ledger.log().read(accepted[0].position).unwrap();
    let text = String::from_utf8(line.clone()).unwrap();
    assert!(!text.contains("桂R 1"));
    let body = Line::split(&line).unwrap().body().unwrap();
    let data: serde_json::Value = serde_json::from_str(body.data.get()).unwrap();
    let digest = data["plate"]["sealed"].as_str().unwrap();
    let digest = crate::merkle::Hash::from_hex(digest.as_bytes()).unwrap();
    let secret = ledger.sealed().find(&digest).unwrap().unwrap().secret.unwrap();
    assert_eq!(secret.value, "\"桂R 1\"".as_bytes());
    let again = commitment(&secret.salt, &body.command.id, "/data/plate", &secret.value);
    assert_eq!(again, digest);
    ledger.close();
}

#[test]
fn the_signing_key_is_replaced_under_both_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let options = made(folder.path());
    let ledger = opened(&options);
    run(&ledger, opening());
    let key = ledger.rotate_key().unwrap();
    run(&ledger, story(1));
    ledger.close();
    let note = ledger.checkpoint().unwrap().note.clone();
    let newest = Checkpoint::open(note.as_bytes(), std::slice::from_ref(&key)).unwrap().0;
    assert_eq!(newest.size, ledger.size());
    drop(ledger);
    assert_sound(&options);
    let ledger = opened(&options);
    let known = &ledger.index().find::<crate::domain::state::Ledger>("").unwrap().state;
    assert_eq!(known.verifier_keys.last().unwrap().as_str(), key.to_string());
    ledger.close();
}

#[test]
fn a_tail_that_nobody_was_answered_for_is_cut_and_told() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let options = made(folder.path());
    let ledger = opened(&options);
    let size = {
        run(&ledger, [opening(), story(1)].concat());
        ledger.close();
        ledger.size()
    };
    drop(ledger);
    let segment = options.folder.join("log/00000000000000000000.log");
    let mut file = std::fs::OpenOptions::new().append(true).open(segment).unwrap();
    file.write_all(b"half a rec").unwrap();
    let ledger = opened(&options);
    assert_eq!(ledger.size(), size + 1);
    let line = ledger.log().read(size).unwrap();
    assert_eq!(Line::split(&line).unwrap().head().unwrap().kind, "tail_cut");
    run(&ledger, story(2));
    ledger.close();
    drop(ledger);
    assert_sound(&options);
}

#[test]
fn a_folder_is_opened_once_and_only_if_it_is_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let none = Ledger::open(&Options::new(folder.path()), &mut |_, _| {});
    assert!(matches!(none, Err(LedgerError::NotALedger { .. })));
    let options = made(folder.path());
    assert!(matches!(
        create(&options, "example.org/test", None),
        Err(LedgerError::NotEmpty { .. })
    ));
    let ledger = opened(&options);
    assert!(matches!(
        Ledger::open(&options, &mut |_, _| {}),
        Err(LedgerError::Open(crate::log::OpenError::Locked { .. }))
    ));
    ledger.close();
}

#[test]
fn a_balance_follows_its_deliveries() {
    let folder = tempfile::tempdir().unwrap();
    let options = made(folder.path());
    let ledger = opened(&options);
    run(&ledger, [opening(), story(5)].concat());
    ledger.settle();
    let contract = ledger.index().find::<Contract>("ctr_1").unwrap();
    let window = &contract.state.lines[0].windows[0];
    assert_eq!((window.accepted, window.used), (5 * 31_200_000, 5 * 31_200_000));
    ledger.close();
}
