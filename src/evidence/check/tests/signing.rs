//! The checkpoint, and whose signature makes it one.

use super::plan::{ORIGIN, Plan, checkpoint, forge, opened_data, signer};
use super::*;
use crate::evidence::check::Standing;
use crate::merkle::{Blake3, plain, root};
use crate::record::checkpoint::Checkpoint;
use crate::record::note::NoteSigner;

fn key(seed: u8) -> VerifierKey {
    signer(seed).verifier_key()
}

/// Keys 2 and 3 follow one another in records 8 and 9.
fn rotated() -> Plan {
    let mut plan = Plan::usual();
    for seed in [2, 3] {
        plan.batch();
        let data = format!("{{\"verifier_key\":\"{}\"}}", key(seed));
        plan.command(&format!("cmd_key{seed}"), &[("key_rotated", "ledger", &[], &data)]);
    }
    plan
}

/// What is told of a checkpoint of this size with these signatures.
fn signed(folder: &Folder, plan: &Plan, size: usize, seeds: &[u8], trusted: Option<u8>) -> Report {
    let signers: Vec<NoteSigner> = seeds.iter().map(|seed| signer(*seed)).collect();
    let signers: Vec<&NoteSigner> = signers.iter().collect();
    let root = root::<Blake3>(&plan.leaves()[..size]);
    forge(folder, &checkpoint(size as u64, root), &signers);
    folder.check_with(trusted.map(key).as_ref())
}

#[test]
fn the_signature_is_by_the_key_in_force_at_the_checkpoints_size() {
    let plan = rotated();
    let folder = plan.write();
    for (size, seeds, signed_by) in [
        (8, [1].as_slice(), Ok(1)),
        (9, &[1, 2], Ok(2)),
        (9, &[2], Ok(2)),
        (10, &[2, 3], Ok(3)),
        (10, &[3], Ok(3)),
        (9, &[1], Err("checkpoint_signer")),
        (10, &[1, 2], Err("checkpoint_signer")),
        (8, &[2], Err("checkpoint_signer")),
        (10, &[4], Err("checkpoint_signature")),
    ] {
        let report = signed(&folder, &plan, size, seeds, None);
        match signed_by {
            Ok(seed) => {
                assert_eq!((report.errors, report.notes), (vec![], vec![]), "{size}, {seeds:?}");
                let signer = report.signer.unwrap();
                assert_eq!(signer.verifier_key, key(seed).to_string());
                assert_eq!(signer.standing, Standing::ConsistentWithRecord0);
                assert_eq!(report.counts.key_rotations, 2);
            }
            Err(code) => {
                assert_eq!(codes(&report.errors), [code], "{size}, {seeds:?}");
                assert_eq!(report.errors[0].file.as_deref(), Some("checkpoint"));
                assert_eq!(report.signer, None);
            }
        }
    }
}

#[test]
fn a_key_that_the_caller_brings_must_have_signed_or_been_replaced() {
    let plan = rotated();
    let folder = plan.write();
    for (size, seeds, trusted, standing) in [
        (8, [1].as_slice(), 1, Ok(Standing::KnownToCaller)),
        (10, &[2, 3], 3, Ok(Standing::KnownToCaller)),
        (10, &[2, 3], 2, Ok(Standing::KnownToCaller)),
        (10, &[2, 3], 1, Ok(Standing::FollowsCallersKey)),
        (10, &[3], 2, Ok(Standing::FollowsCallersKey)),
        (10, &[3], 4, Err("signer_unknown")),
        // Not replaced yet, or the other way round.
        (8, &[1], 2, Err("signer_unknown")),
        (9, &[2], 3, Err("signer_unknown")),
        // The caller's key alone does not make it this ledger's checkpoint.
        (10, &[4], 4, Err("checkpoint_signer")),
    ] {
        let report = signed(&folder, &plan, size, seeds, Some(trusted));
        match standing {
            Ok(standing) => {
                assert_eq!(report.errors, [], "{size}, {seeds:?}, {trusted}");
                assert_eq!(report.signer.unwrap().standing, standing);
                let by_rotation = standing == Standing::FollowsCallersKey;
                let notes = if by_rotation { vec!["signer_by_rotation"] } else { vec![] };
                assert_eq!(codes(&report.notes), notes);
            }
            Err(code) => {
                assert_eq!(codes(&report.errors), [code], "{size}, {seeds:?}, {trusted}");
                assert_eq!(report.signer, None);
            }
        }
    }
}

#[test]
fn a_log_that_was_made_up_is_consistent_and_not_known_to_the_caller() {
    let mut plan = Plan::usual();
    plan.records[0].data = opened_data(7);
    let folder = plan.write();
    let report = signed(&folder, &plan, 8, &[7], None);
    assert!(report.verified);
    assert_eq!(report.signer.unwrap().standing, Standing::ConsistentWithRecord0);
    let report = signed(&folder, &plan, 8, &[7], Some(1));
    assert_eq!(codes(&report.errors), ["signer_unknown"]);
}

#[test]
fn a_signature_that_does_not_verify_is_an_error() {
    let plan = Plan::usual();
    let folder = plan.write();
    let note = String::from_utf8(folder.read("checkpoint")).unwrap();
    let root = root::<Blake3>(&plan.leaves()[..7]);
    let other = checkpoint(7, root).text();
    let own = checkpoint(8, crate::merkle::root::<Blake3>(&plan.leaves())).text();
    folder.write("checkpoint", note.replace(&own, &other));
    assert_eq!(codes(&folder.check().errors), ["checkpoint_signature"]);
}

#[test]
fn the_root_must_be_that_of_the_lines() {
    let folder = Plan::usual().write();
    forge(&folder, &checkpoint(8, plain(b"other")), &[&signer(1)]);
    let report = folder.check();
    assert_eq!(codes(&report.errors), ["checkpoint_root"]);
    assert_eq!(report.checkpoint.unwrap().root_matches, Some(false));
    assert!(report.signer.is_some(), "whoever signed it vouches for another log");
}

#[test]
fn a_checkpoint_does_not_cover_more_than_there_is() {
    let folder = Plan::usual().write();
    forge(&folder, &checkpoint(9, plain(b"later")), &[&signer(1)]);
    let report = folder.check();
    assert_eq!(places(&report.errors), [("log_shorter", Some(8))]);
    assert_eq!(report.checkpoint.unwrap().root_matches, None);
}

#[test]
fn a_checkpoint_of_another_ledger_is_told() {
    let plan = Plan::usual();
    let folder = plan.write();
    let origin = "other.example/blake3".to_owned();
    let other = NoteSigner::from_seed(&origin, &[1; 32]).unwrap();
    let root = root::<Blake3>(&plan.leaves());
    forge(&folder, &Checkpoint { origin, size: 8, root }, &[&other]);
    assert_eq!(codes(&folder.check().errors), ["checkpoint_origin", "checkpoint_signature"]);
    let known = other.verifier_key();
    let report = folder.check_with(Some(&known));
    assert_eq!(codes(&report.errors), ["checkpoint_origin", "checkpoint_signer"]);
    assert_eq!(report.origin.as_deref(), Some(ORIGIN));
}

#[test]
fn what_is_no_checkpoint_is_told() {
    let folder = Plan::usual().write();
    for bytes in [b"".as_slice(), b"text\n", &vec![b'a'; 2 << 20], b"\xff\n\n"] {
        folder.write("checkpoint", bytes);
        let report = folder.check();
        assert_eq!((codes(&report.errors), report.checkpoint), (vec!["checkpoint_form"], None));
    }
    fs::remove_file(folder.file("checkpoint")).unwrap();
    let report = folder.check();
    assert_eq!((codes(&report.errors), report.signer), (vec!["checkpoint_missing"], None));
}

#[test]
fn the_callers_key_is_asked_for_an_empty_log_too() {
    let folder = Folder::new();
    folder.write(LOG, b"");
    let report = folder.check_with(Some(&key(1)));
    assert_eq!(codes(&report.errors), ["checkpoint_missing"]);
}
