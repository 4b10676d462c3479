//! A dossier that was changed: every byte, every line, with its last line wrong and made right.
//!
//! What is left of a true dossier after a change must not verify, unless it is a true dossier of
//! another question: then it must be, byte for byte, the one that is made for that question.

use symbiosis_ledger::evidence::dossier::{Strength, Verdict};
use symbiosis_ledger::merkle::plain;

use super::ledger::{Small, Want};
use super::small::manifest;

/// The same with its last line made right.
pub fn mended(bytes: &[u8]) -> Vec<u8> {
    let end = b"blake3 ".as_slice();
    let last = bytes.windows(end.len()).rposition(|window| window == end);
    let above = &bytes[..last.unwrap_or(bytes.len())];
    [above, format!("blake3 {}\n", plain(above)).as_bytes()].concat()
}

fn verdict(small: &Small, bytes: &[u8]) -> Verdict {
    small.verify(bytes).verdict
}

/// Whether the file is what is made for the question that it states.
fn is_made_for_its_question(small: &Small, bytes: &[u8]) -> bool {
    let manifest = manifest(bytes);
    let text = |name: &str| manifest[name].as_str();
    let choices = manifest["choices"].as_object().unwrap();
    let complete = text("strength") == Some("complete");
    let want = Want {
        park: text("park").unwrap(),
        period: text("period").unwrap(),
        strength: if complete { Strength::Complete } else { Strength::Listed },
        firm: text("firm"),
        as_of: manifest["as_of"].as_u64(),
        base_year: manifest["base_year"].as_u64().map(|year| year as u16),
        choices: choices.iter().map(|(one, two)| (&**one, two.as_str().unwrap())).collect(),
        ..Want::default()
    };
    small.try_make(&want).is_ok_and(|made| made == bytes)
}

/// Flips a bit of each byte, one that keeps a digit a digit, with the last line made right; and of
/// every fourth with the last line as it was, which sees any change.
fn every_byte(small: &Small, bytes: &[u8], end: usize) {
    let middle = end / 2;
    let held: usize = std::thread::scope(|scope| {
        let halves = [0..middle, middle..end];
        let halves = halves.map(|half| scope.spawn(|| some_bytes(small, bytes, half)));
        halves.into_iter().map(|half| half.join().unwrap()).sum()
    });
    // A base year that no figure can tell from another, and nothing more.
    assert!(end > 500 && held <= 4, "{held} of {end}");
}

/// How many changes made another true dossier.
fn some_bytes(small: &Small, bytes: &[u8], places: std::ops::Range<usize>) -> usize {
    let (mut held, mut changed) = (0, bytes.to_vec());
    for at in places {
        changed[at] ^= 0x01;
        if at % 4 == 0 {
            assert_ne!(verdict(small, &changed), Verdict::Verified, "byte {at}");
        }
        let mended = mended(&changed);
        if mended != bytes && verdict(small, &mended) == Verdict::Verified {
            let text = String::from_utf8_lossy(&mended).into_owned();
            let says = text.lines().nth(1).unwrap_or_default();
            assert!(is_made_for_its_question(small, &mended), "byte {at}: {says}");
            held += 1;
        }
        changed[at] ^= 0x01;
    }
    held
}

#[test]
fn no_byte_of_a_listed_dossier_can_be_changed() {
    let small = Small::new();
    let bytes = small.make(&Want { base_year: Some(2010), ..Want::default() });
    every_byte(&small, &bytes, bytes.len());
}

#[test]
fn no_byte_of_a_manifest_can_be_changed() {
    let small = Small::new();
    let cut = Want { firm: Some("frm_mill"), choices: vec![("region", "dry")], ..Want::default() };
    for want in [cut, Want { strength: Strength::Complete, ..Want::default() }] {
        let bytes = small.make(&want);
        let end = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
        every_byte(&small, &bytes, end);
    }
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn no_line_can_be_dropped_doubled_or_moved() {
    let small = Small::new();
    let before = small.checkpoint(20);
    for want in [
        Want { strength: Strength::Complete, ..Want::default() },
        Want { earlier: Some(&before.note), ..Want::default() },
    ] {
        let bytes = small.make(&want);
        let all = lines(&bytes);
        let fails = |lines: Vec<Vec<u8>>, what: &str| {
            let bytes = lines.concat();
            assert_ne!(verdict(&small, &bytes), Verdict::Verified, "{what}");
            let mended = mended(&bytes);
            if mended != all.concat() {
                assert_ne!(verdict(&small, &mended), Verdict::Verified, "{what}, mended");
            }
        };
        for at in 0..all.len() {
            let mut dropped = all.clone();
            dropped.remove(at);
            fails(dropped, &format!("line {at} dropped"));
            let mut doubled = all.clone();
            doubled.insert(at, all[at].clone());
            fails(doubled, &format!("line {at} doubled"));
            if at + 1 < all.len() {
                let mut swapped = all.clone();
                swapped.swap(at, at + 1);
                fails(swapped, &format!("line {at} swapped"));
            }
            let mut emptied = all.clone();
            emptied[at] = b"\n".to_vec();
            fails(emptied, &format!("line {at} emptied"));
        }
        // Cut in many places, and with something behind.
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let ends = ends.flat_map(|(end, _)| [end, end + 1]).filter(|end| *end < bytes.len());
        for end in ends.chain((0..bytes.len()).step_by(997)) {
            assert_ne!(verdict(&small, &bytes[..end]), Verdict::Verified, "cut at {end}");
        }
        fails([&all[..], &[b"x".to_vec()]].concat(), "something behind");
        fails([&[b"\xef\xbb\xbf".to_vec()], &all[..]].concat(), "a byte order mark");
    }
}

#[test]
fn no_body_or_record_can_be_taken_out_of_a_dossier() {
    let small = Small::new();
    for strength in [Strength::Complete, Strength::Listed] {
        let bytes = small.make(&Want { strength, ..Want::default() });
        let all = lines(&bytes);
        let mut stripped = 0;
        for at in 2..all.len() - 1 {
            let parts: Vec<&[u8]> = all[at].splitn(3, |byte| *byte == b' ').collect();
            let [hash, head, _] = *parts.as_slice() else { continue };
            // The line as a HEAD alone, and as a hidden record.
            for line in [[hash, b" ", head, b"\n"].concat(), [b"00 ", hash, b"\n"].concat()] {
                let mut changed = all.clone();
                changed[at] = line;
                let report = small.verify(&mended(&changed.concat()));
                assert_ne!(report.verdict, Verdict::Verified, "{strength:?}, line {at}");
                stripped += 1;
            }
        }
        assert!(stripped > 10);
    }
}

#[test]
fn an_old_checkpoint_with_new_records_fails_and_so_does_a_stranger_s() {
    let small = Small::new();
    let bytes = small.make(&Want::default());
    let text = String::from_utf8(bytes).unwrap();
    let escaped = |note: &str| note.replace('\n', "\\n");
    let own = escaped(&small.signed.note);
    assert!(text.contains(&own));
    for size in [1, 20, small.planned.len() - 1] {
        let old = text.replacen(&own, &escaped(&small.checkpoint(size).note), 1);
        assert_ne!(verdict(&small, &mended(old.as_bytes())), Verdict::Verified, "{size}");
    }
    // A record of another log of the same keeper, which has the same hash in no place.
    let other = small.changed(|planned| planned[3].body.key = "key_other".to_owned());
    let foreign = text.replacen(&own, &escaped(&other.signed.note), 1);
    assert_ne!(verdict(&small, &mended(foreign.as_bytes())), Verdict::Verified);
}
