//! What stands beside the log: the tree, sealed values, copies of tails, the copy of record 0,
//! rights.

use std::os::unix::fs::PermissionsExt;

use super::plan::{Plan, checkpoint, commitments, forge, seal, signer};
use super::*;
use crate::evidence::check::SealedCounts;
use crate::log::sealed::{self, SealedBatch};
use crate::log::tree::nodes_of;
use crate::merkle::{Blake3, Hash, plain, root};

fn set_mode(folder: &Folder, file: &str, mode: u32) {
    fs::set_permissions(folder.file(file), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_tree_that_says_something_else_is_an_error_where_it_does() {
    let folder = Plan::usual().write();
    let (nodes, offsets) = (folder.read("tree/nodes"), folder.read("tree/offsets"));
    for position in 0..8 {
        let mut bad = nodes.clone();
        let at = nodes_of(position) * 32;
        bad[at as usize + 3] ^= 1;
        folder.write("tree/nodes", &bad);
        let report = folder.check();
        assert_eq!(places(&report.errors), [("tree_node", Some(position))]);
        assert_eq!(report.errors[0].offset, Some(at));
        assert_eq!(report.errors[0].file.as_deref(), Some("tree/nodes"));
        folder.write("tree/nodes", &nodes);

        let mut bad = offsets.clone();
        bad[position as usize * 16 + 8] ^= 1;
        folder.write("tree/offsets", &bad);
        let report = folder.check();
        assert_eq!(places(&report.errors), [("tree_offset", Some(position))]);
        assert_eq!(report.errors[0].offset, Some(position * 16));
        folder.write("tree/offsets", &offsets);
    }
}

#[test]
fn a_tree_may_be_shorter_or_longer_or_missing() {
    let folder = Plan::usual().write();
    for file in ["tree/nodes", "tree/offsets"] {
        let good = folder.read(file);
        let told = |bytes: &[u8]| {
            folder.write(file, bytes);
            let report = folder.check();
            assert_eq!(report.errors, []);
            assert!(report.notes.iter().all(|note| note.file.as_deref() == Some(file)));
            codes(&report.notes)
        };
        for length in 0..good.len() {
            assert_eq!(told(&good[..length]), ["tree_shorter"]);
        }
        assert_eq!(told(&[&good[..], b"more"].concat()), ["tree_longer"]);
        fs::remove_file(folder.file(file)).unwrap();
        assert_eq!(codes(&folder.check().notes), ["tree_missing"]);
        folder.write(file, &good);
    }
}

#[test]
fn a_tree_that_a_crash_spoiled_beyond_the_checkpoint_is_a_note() {
    let plan = Plan::usual();
    let folder = plan.write();
    let nodes = folder.read("tree/nodes");
    forge(&folder, &checkpoint(5, root::<Blake3>(&plan.leaves()[..5])), &[&signer(1)]);
    let spoiled_from = |position: u64| {
        let mut bad = nodes.clone();
        bad[nodes_of(position) as usize * 32..].fill(0);
        folder.write("tree/nodes", &bad);
        folder.check()
    };
    let report = spoiled_from(5);
    assert_eq!((report.errors, codes(&report.notes)), (vec![], vec!["tree_uncovered"; 7]));
    assert_eq!(spoiled_from(4).errors[0].code, "tree_node");
}

/// The usual log with commitments in record 3, and a folder that keeps the first of them.
fn with_sealed(all: &[Hash]) -> (Plan, Folder) {
    let mut plan = Plan::usual();
    let sealed = all.iter().map(|hash| format!("{{\"sealed\":\"{hash}\"}}")).collect::<Vec<_>>();
    plan.records[3].data = format!("{{\"price\":[{}]}}", sealed.join(","));
    let folder = plan.write();
    (plan, folder)
}

#[test]
fn confidential_values_are_kept_erased_or_missing() {
    let all = commitments(&mut SealedBatch::default(), &["1", "2", "3", "4"]);
    let (_, folder) = with_sealed(&all);
    let report = folder.check();
    let counts = SealedCounts { commitments: 4, missing: 4, ..Default::default() };
    assert_eq!((report.errors, report.counts.sealed), (vec![], counts));
    assert_eq!(places(&report.notes), [("sealed_missing", Some(3))]);

    assert_eq!(seal(&folder, &["1", "2", "3"]), all[..3]);
    sealed::open(&folder.file("sealed")).unwrap().1.erase(&all[1]).unwrap();
    let report = folder.check();
    let counts =
        SealedCounts { commitments: 4, kept: 2, erased: 1, missing: 1, ..Default::default() };
    assert_eq!((report.errors, report.counts.sealed), (vec![], counts));
    assert_eq!(codes(&report.notes), ["sealed_erased", "sealed_missing"]);
}

#[test]
fn a_spoiled_value_is_an_error_and_a_torn_one_a_note() {
    let all = commitments(&mut SealedBatch::default(), &["1", "2", "3"]);
    let (_, folder) = with_sealed(&all);
    seal(&folder, &["1", "2", "3"]);
    let file = "sealed/00000000.sealed";
    let good = folder.read(file);
    let length = good.iter().position(|byte| *byte == b'\n').unwrap() + 1;

    let mut bad = good.clone();
    bad[2 * length - 3] ^= 1;
    folder.write(file, &bad);
    let report = folder.check();
    assert_eq!(codes(&report.errors), ["sealed_line"]);
    assert_eq!(report.errors[0].file.as_deref(), Some(file));
    assert_eq!(report.errors[0].offset, Some(length as u64));
    let counts = SealedCounts { commitments: 3, kept: 2, spoiled: 1, ..Default::default() };
    assert_eq!(report.counts.sealed, counts);

    bad[length] = b'x';
    folder.write(file, &bad);
    let report = folder.check();
    assert_eq!(codes(&report.errors), ["sealed_line"]);
    assert_eq!(codes(&report.notes), ["sealed_missing"]);

    folder.write(file, &good[..good.len() - 1]);
    let report = folder.check();
    assert_eq!(report.errors, []);
    assert_eq!(codes(&report.notes), ["sealed_tail", "sealed_missing"]);
    assert_eq!(report.notes[0].offset, Some(2 * length as u64));
}

#[test]
fn secrets_are_their_owners_alone() {
    let folder = Plan::usual().write();
    folder.write("keys/ledger", b"secret");
    set_mode(&folder, "keys/ledger", 0o600);
    assert!(folder.check().verified);
    for (file, good, bad) in [
        ("keys/ledger", 0o600, 0o640),
        ("keys", 0o700, 0o755),
        ("sealed", 0o700, 0o701),
        ("sealed/00000000.sealed", 0o600, 0o602),
    ] {
        set_mode(&folder, file, bad);
        let report = folder.check();
        assert_eq!(codes(&report.errors), ["too_open"], "{file}");
        assert_eq!(report.errors[0].file.as_deref(), Some(file));
        set_mode(&folder, file, good);
    }
    fs::remove_dir_all(folder.file("keys")).unwrap();
    fs::remove_dir_all(folder.file("sealed")).unwrap();
    assert!(folder.check().verified, "keys can live elsewhere");
}

#[test]
fn the_copy_of_record_0_says_the_same() {
    let plan = Plan::usual();
    let folder = plan.write();
    let data = plan.records[0].data.clone();
    let told = |bytes: &str| {
        folder.write("ledger.json", bytes);
        codes(&folder.check().errors)
    };
    assert_eq!(told(&data.replace(',', ",\n  ")), [] as [&str; 0], "white space says nothing");
    for other in ["", "{}", &data.replace("true", "false"), &format!("{data},")] {
        assert_eq!(told(other), ["ledger_json"], "{other}");
    }
    fs::remove_file(folder.file("ledger.json")).unwrap();
    let report = folder.check();
    assert!(report.verified);
    assert_eq!(codes(&report.notes), ["ledger_json_missing"]);
}

#[test]
fn a_cut_tail_is_the_one_that_its_record_tells_of() {
    let tail = b"half a line";
    let name = format!("torn/{:020}-{:.8}.bin", 8, plain(tail));
    let cut = |copy: &str, hash: Hash| {
        let mut plan = Plan::usual();
        plan.batch();
        let data = format!(
            "{{\"bytes\":{},\"copy\":\"{copy}\",\"copy_hash\":\"{hash}\",\"position\":8}}",
            tail.len()
        );
        plan.command("cmd_cut", &[("tail_cut", "ledger", &[], &data)]);
        plan.write()
    };
    let folder = cut(&name, plain(tail));
    let report = folder.check();
    assert_eq!((report.errors, report.notes), (vec![], vec![]), "the copy may be gone");
    folder.write(&name, tail);
    let report = folder.check();
    assert_eq!((report.errors, report.notes), (vec![], vec![]));
    assert_eq!(report.counts.tail_cuts, 1);

    folder.write(&name, b"half a lime");
    let report = folder.check();
    assert_eq!(places(&report.errors), [("torn_copy", Some(8))]);
    assert_eq!(report.errors[0].file.as_deref(), Some(&*name));

    for copy in ["checkpoint", "torn/../checkpoint", "torn/x.bin", "/etc/passwd"] {
        let report = cut(copy, plain(tail)).check();
        assert_eq!(places(&report.errors), [("tail_cut_data", Some(8))], "{copy}");
    }
}

#[test]
fn a_copy_that_no_record_tells_of_is_noted() {
    let folder = Plan::usual().write();
    let name = format!("torn/{:020}-{:.8}.bin", 8, plain(b"x"));
    folder.write(&name, b"x");
    let report = folder.check();
    assert_eq!((report.errors, places(&report.notes)), (vec![], vec![("torn_untold", Some(8))]));
    assert_eq!(report.notes[0].file.as_deref(), Some(&*name));
}

#[test]
fn a_real_repair_is_followed_by_nothing_but_its_note() {
    use crate::log::{OpenOptions, open};
    let plan = Plan::usual();
    let folder = plan.write();
    folder.write(LOG, [plan.lines().concat(), b"half a line".to_vec()].concat());
    let options = OpenOptions { checkpoint: Some(8), ..OpenOptions::default() };
    drop(open(folder.path(), options).unwrap());
    let report = folder.check();
    assert_eq!((report.errors, codes(&report.notes)), (vec![], vec!["torn_untold"]));
}

/// The usual log with a record 3 that links these bytes.
fn with_file(bytes: &[u8]) -> (Folder, String) {
    let mut plan = Plan::usual();
    let hash = plain(bytes);
    plan.records[3].head.kind = "evidence_attached".to_owned();
    plan.records[3].data = format!(
        "{{\"attachment\":{{\"bytes\":{},\"hash\":\"{hash}\",\"media_type\":\"text/plain\"}}}}",
        bytes.len()
    );
    (plan.write(), format!("attachments/{hash}"))
}

#[test]
fn a_linked_file_is_there_and_has_its_bytes() {
    let (folder, file) = with_file(b"a ticket");
    let report = folder.check();
    assert_eq!(places(&report.errors), [("attachment_missing", Some(3))]);
    assert_eq!(report.errors[0].file.as_deref(), Some(&*file));
    folder.write(&file, b"a ticket");
    set_mode(&folder, "attachments", 0o700);
    set_mode(&folder, &file, 0o600);
    let report = folder.check();
    assert_eq!((report.errors, report.notes), (vec![], vec![]));
    assert_eq!((report.counts.attachments.linked, report.counts.attachments.kept), (1, 1));
    for at in 0..8 {
        let mut bad = b"a ticket".to_vec();
        bad[at] ^= 1;
        folder.write(&file, bad);
        assert_eq!(places(&folder.check().errors), [("attachment_bytes", Some(3))]);
    }
    folder.write(&file, b"a ticket, and more");
    assert_eq!(places(&folder.check().errors), [("attachment_bytes", Some(3))]);
    set_mode(&folder, &file, 0o644);
    assert_eq!(codes(&folder.check().errors), ["too_open", "attachment_bytes"]);
}

#[test]
fn files_that_no_record_links_are_notes() {
    let plan = Plan::usual().with(4, |record| {
        let hash = plain(b"mentioned");
        record.data = format!("{{\"evidence\":[{{\"hash\":\"{hash}\",\"title\":\"t\"}}]}}");
    });
    let folder = plan.write();
    let put = |name: &str, bytes: &[u8]| {
        folder.write(name, bytes);
        set_mode(&folder, name, 0o600);
    };
    put(&format!("attachments/{}", plain(b"mentioned")), b"mentioned");
    set_mode(&folder, "attachments", 0o700);
    assert_eq!((folder.check().errors, folder.check().notes), (vec![], vec![]));
    put(&format!("attachments/{}", plain(b"unlinked")), b"unlinked");
    put(&format!("attachments/{}", plain(b"spoiled")), b"spoilt");
    put("attachments/scan.pdf", b"%PDF-");
    let report = folder.check();
    assert_eq!(report.errors, []);
    let mut notes = codes(&report.notes);
    notes.sort_unstable();
    assert_eq!(notes, ["attachment_unlinked", "attachment_unlinked_bytes", "stray_file"]);
}

#[test]
fn a_record_that_links_no_file_is_an_error() {
    for data in ["{}", "{\"attachment\":{\"hash\":\"A7\"}}"] {
        let plan = Plan::usual().with(3, |record| {
            record.head.kind = "evidence_attached".to_owned();
            record.data = data.to_owned();
        });
        assert_eq!(places(&plan.write().check().errors), [("evidence_attached_data", Some(3))]);
    }
}
