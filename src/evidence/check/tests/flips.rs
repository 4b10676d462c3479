//! One flipped bit, anywhere.

use proptest::prelude::*;

use super::plan::{Plan, checkpoint, forge, segments_of, signer};
use super::*;
use crate::merkle::{Blake3, root};

/// Flips one bit of every byte of a file, one after another, and hands over what is found.
fn flip_each(folder: &Folder, file: &str, mut each: impl FnMut(usize, Report)) {
    let good = folder.read(file);
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        folder.write(file, &bad);
        let report = check(folder.path(), None, &mut |_, _| {}).unwrap();
        each(at, report);
    }
    folder.write(file, &good);
}

/// A log of few bytes: batches of 1, 2, 1 and 2 records.
fn short() -> Plan {
    let mut plan = Plan::new();
    plan.batch();
    plan.command("c1", &[("a", "s/1", &["prk_n"], "{}"), ("b", "s/2", &[], "{}")]);
    plan.batch();
    plan.command("c2", &[("a", "s/1", &["prk_n"], "{}")]);
    plan.batch();
    plan.command("c3", &[("a", "s/1", &["prk_n"], "{}")]);
    plan.command("c4", &[("a", "s/2", &[], "{}")]);
    plan
}

#[test]
fn a_flipped_bit_that_the_checkpoint_covers_is_an_error_where_it_is() {
    let plan = short();
    let folder = plan.write_as_a_ledger(2_200);
    let segments = segments_of(&folder);
    assert_eq!(segments.len(), 2);
    let offsets = plan.offsets();
    let mut before = 0;
    for segment in &segments {
        let bytes = folder.read(segment).len();
        flip_each(&folder, segment, |at, report| {
            let place = (before + at) as u64;
            let position = offsets.partition_point(|offset| *offset <= place) as u64 - 1;
            let offset = offsets[position as usize] - before as u64;
            let names = |finding: &Finding| {
                finding.file.as_deref() == Some(segment)
                    && finding.position == Some(position)
                    && finding.offset == Some(offset)
            };
            assert!(report.errors.iter().any(names), "{segment}, byte {at}: {report:#?}");
            // A line that is merged with the next one or cut in two is not told apart so well.
            assert!(report.error_count <= 3, "{segment}, byte {at}: {report:#?}");
            assert!(report.records >= 3, "{report:#?}");
        });
        before += bytes;
    }
    assert!(folder.check().verified);
}

#[test]
fn a_flipped_bit_that_no_checkpoint_covers_is_found_as_well() {
    let plan = short();
    let folder = plan.write();
    forge(&folder, &checkpoint(1, root::<Blake3>(&plan.leaves()[..1])), &[&signer(1)]);
    let last = *plan.offsets().last().unwrap() as usize;
    flip_each(&folder, LOG, |at, report| {
        if at + 1 < last {
            assert!(!report.verified, "byte {at}");
            return;
        }
        // Behind the last line, or the last two in one, nothing stands that would prove that they
        // were whole once.
        let size = if at < last { 4 } else { 5 };
        let tail = report.notes.iter().find(|note| note.code == "unacknowledged_tail");
        assert_eq!(tail.map(|tail| tail.position), Some(Some(size)), "byte {at}");
        assert_eq!((report.errors, report.size), (vec![], size));
    });
    assert!(folder.check().verified);
}

#[test]
fn a_flipped_bit_in_any_file_beside_the_log_is_an_error() {
    let folder = short().write();
    for file in ["checkpoint", "tree/nodes", "tree/offsets", "ledger.json"] {
        flip_each(&folder, file, |at, report| {
            assert!(!report.verified, "{file}, byte {at}");
            let names = |error: &Finding| error.file.as_deref() == Some(file);
            assert!(report.errors.iter().all(names), "{file}, byte {at}: {report:#?}");
        });
    }
}

#[test]
fn every_cut_below_the_checkpoint_is_found() {
    let folder = short().write();
    let good = folder.read(LOG);
    for end in 0..good.len() {
        folder.write(LOG, &good[..end]);
        let report = check(folder.path(), None, &mut |_, _| {}).unwrap();
        assert!(codes(&report.errors).contains(&"log_shorter"), "{end}: {report:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_that_was_done_to_the_bytes_goes_unnoticed(
        from in any::<prop::sample::Index>(),
        length in 0..2_000_usize,
        instead in prop::collection::vec(any::<u8>(), 0..40),
        copied in any::<prop::sample::Index>(),
        copies in 0..2_usize,
    ) {
        let folder = short().write();
        let good = folder.read(LOG);
        let from = from.index(good.len() + 1);
        let to = (from + length).min(good.len());
        let copied = copied.index(good.len());
        let copy = good[copied..(copied + length).min(good.len())].repeat(copies);
        let bad = [&good[..from], &instead, &copy, &good[to..]].concat();
        folder.write(LOG, &bad);
        let report = folder.check();
        // Behind the last record something may stand that a crash can leave.
        prop_assert!(!report.verified || bad.starts_with(&good), "{:#?}", report);
        prop_assert!(report.verified || bad != good);
    }
}
