//! Every rule with a log that breaks it and is consistent otherwise: hashes, tree and checkpoint
//! are what an honest ledger would make of the same lines.

use super::plan::{Plan, Planned, opened_data, signer};
use super::*;
use crate::domain::time::UtcMicros;
use crate::merkle::Hash;
use crate::record::canonical::DEPTH_LIMIT;

/// Checks that these errors are found in the log and no others, each where its record stands.
fn tells(plan: &Plan, expected: &[(&'static str, u64)]) {
    let report = plan.write().check();
    let offsets = plan.offsets();
    let place = |error: &Finding| {
        let position = error.position.unwrap();
        let stands = plan.records.iter().position(|record| record.head.position == position);
        assert_eq!(error.offset, stands.map(|index| offsets[index]), "{error:?}");
        (error.code, position)
    };
    // A wrong position is looked up elsewhere in the tree.
    let in_log = |error: &&Finding| error.file.as_deref() == Some(LOG);
    let told: Vec<_> = report.errors.iter().filter(in_log).map(place).collect();
    assert_eq!(told, expected, "{report:#?}");
    if expected.iter().all(|(code, _)| *code != "position") {
        assert!(report.errors.iter().all(|error| in_log(&error)), "{report:#?}");
        assert_eq!(report.notes, []);
    }
}

fn bent(position: u64, bend: impl FnOnce(&mut Planned)) -> Plan {
    Plan::usual().with(position, bend)
}

#[test]
fn the_plan_itself_breaks_no_rule() {
    tells(&Plan::usual(), &[]);
}

#[test]
fn head_has_one_shape_and_one_spelling() {
    let edit = |there, instead| bent(3, |record| record.head_edit = Some((there, instead)));
    tells(&edit("\"type\"", "\"tape\""), &[("head_shape", 3)]);
    tells(&edit("prk_n", "frm_n"), &[("head_shape", 3)]);
    tells(&edit("prk_n", "prk_\\u006e"), &[("head_form", 3)]);
    tells(&edit("\"schema\":1,\"step\":0", "\"step\":0,\"schema\":1"), &[("head_form", 3)]);
    // Beyond 2^53-1 programs disagree on what a number is.
    tells(&edit("[\"prk_n\",2]", "[\"prk_n\",9007199254740992]"), &[("head_form", 3)]);
}

#[test]
fn body_has_one_shape_and_one_spelling() {
    let edit = |there, instead| bent(3, |record| record.body_edit = Some((there, instead)));
    tells(&edit("\"key\":", "\"kex\":"), &[("body_shape", 3)]);
    tells(&edit("08:00:00.000Z", "08:00:00Z"), &[("body_shape", 3)]);
    tells(&edit("\"mass\":\"1\"", "\"mass\": \"1\""), &[("body_form", 3)]);
    tells(&edit("\"mass\":\"1\"", "\"mass\":1.5"), &[("body_form", 3)]);
    tells(&edit("\"mass\":\"1\"", "\"b\":1,\"a\":2"), &[("body_form", 3)]);
    tells(&edit("frm_a", "frm_\\u0061"), &[("body_form", 3)]);
    let deep = |levels| {
        let data = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        bent(3, |record| record.data = data)
    };
    tells(&deep(DEPTH_LIMIT - 1), &[]);
    tells(&deep(DEPTH_LIMIT), &[("body_form", 3)]);
}

#[test]
fn a_defect_that_was_written_so_is_an_error_at_the_very_end_too() {
    let edit = Some(("\"mass\"", "\"mass\" "));
    tells(&bent(7, |record| record.body_edit = edit), &[("body_form", 7)]);
}

#[test]
fn positions_are_dense() {
    tells(&bent(4, |record| record.head.position = 9), &[("position", 9), ("position", 5)]);
    let mut plan = Plan::usual();
    for record in &mut plan.records[6..] {
        record.head.position += 1;
    }
    tells(&plan, &[("position", 7)]);
}

#[test]
fn a_batch_is_that_of_the_record_before_or_its_own() {
    // Behind the record itself.
    tells(&bent(5, |record| record.head.batch = 6), &[("batch", 5)]);
    // Running back.
    let mut plan = Plan::usual();
    for record in &mut plan.records[6..] {
        record.head.batch = 1;
    }
    tells(&plan, &[("batch", 6)]);
    // Neither.
    let mut plan = Plan::usual();
    for record in &mut plan.records[6..] {
        record.head.batch = 5;
    }
    tells(&plan, &[("batch", 6)]);
    // Begun within a command.
    tells(&bent(5, |record| record.head.batch = 5), &[("batch", 5)]);
    // A batch of its own for a whole command is nobody's loss.
    tells(&bent(7, |record| record.head.batch = 7), &[]);
}

#[test]
fn the_steps_of_a_command_are_complete() {
    tells(&bent(3, |record| record.head.step = 1), &[("step", 3)]);
    tells(&bent(5, |record| record.head.steps = 3), &[("step", 5), ("step", 6)]);
    tells(&bent(4, |record| record.head.steps = 1), &[("step", 5)]);
    let mut plan = Plan::usual();
    for record in &mut plan.records[4..6] {
        record.head.steps = 3;
    }
    tells(&plan, &[("step", 6)]);
    tells(&bent(3, |record| record.head.steps = 0), &[("step", 3)]);
}

#[test]
fn the_records_of_one_command_name_one_command_and_one_actor() {
    tells(&bent(5, |record| record.actor = "frm_b".to_owned()), &[("command_differs", 5)]);
    tells(&bent(5, |record| record.command.id = "cmd_x".to_owned()), &[("command_differs", 5)]);
    tells(&bent(5, |record| record.command.hash = Hash([1; 32])), &[("command_differs", 5)]);
}

#[test]
fn an_actor_uses_a_command_id_once() {
    tells(&bent(7, |record| record.command.id = "cmd_2".to_owned()), &[("command_repeated", 7)]);
    tells(&bent(7, |record| record.command.id = "cmd_4".to_owned()), &[("command_repeated", 7)]);
    let other = |record: &mut Planned| {
        record.command.id = "cmd_2".to_owned();
        record.actor = "frm_b".to_owned();
    };
    tells(&bent(7, other), &[]);
    // Where one text ends and the other begins counts.
    let shifted = |record: &mut Planned| {
        record.actor = "frm_ac".to_owned();
        record.command.id = "md_2".to_owned();
    };
    tells(&bent(7, shifted), &[]);
}

#[test]
fn the_clock_does_not_run_back() {
    let earlier = |record: &mut Planned| record.head.recorded_at = UtcMicros(1);
    tells(&bent(4, earlier), &[("recorded_at", 4)]);
    let later = |record: &mut Planned| record.head.recorded_at.0 += 1_000;
    tells(&bent(4, later), &[("recorded_at", 5)]);
    let same = |record: &mut Planned| record.head.recorded_at.0 -= 1;
    tells(&bent(4, same), &[]);
}

#[test]
fn places_in_a_park_are_dense() {
    tells(&bent(5, |record| record.head.parks[0].1 = 9), &[("park_place", 5)]);
    tells(&bent(5, |record| record.head.parks[0].1 = 3), &[("park_place", 5)]);
    tells(&bent(1, |record| record.head.parks[0].1 = 1), &[("park_place", 1), ("park_place", 2)]);
    // A record that a park lacks, and one that it has twice.
    tells(&bent(3, |record| record.head.parks.clear()), &[("park_place", 4)]);
    let twice = |record: &mut Planned| {
        let again = record.head.parks[0].0.clone();
        record.head.parks.push((again, 5));
    };
    tells(&bent(5, twice), &[("park_place", 5)]);
}

#[test]
fn versions_in_a_stream_are_dense() {
    tells(&bent(5, |record| record.version = 2), &[("stream_version", 5)]);
    tells(&bent(5, |record| record.version = 0), &[("stream_version", 5)]);
    tells(&bent(1, |record| record.version = 1), &[("stream_version", 1), ("stream_version", 5)]);
    let other = |record: &mut Planned| record.stream = "delivery/dlv_1".to_owned();
    tells(&bent(6, other), &[("stream_version", 6), ("stream_version", 7)]);
}

#[test]
fn a_ledger_is_opened_by_record_0_and_no_other() {
    let opened = |record: &mut Planned| record.head.kind = "ledger_opened".to_owned();
    tells(&bent(7, opened), &[("opened_again", 7)]);
    let report = bent(0, |record| record.head.kind = "other".to_owned()).write().check();
    let expected = [("first_record", Some(0)), ("checkpoint_signature", None)];
    assert_eq!(places(&report.errors), expected);
    assert_eq!((report.origin, report.signer), (None, None));
}

#[test]
fn record_0_says_what_is_needed_of_it() {
    let told = |data: String| {
        let report = bent(0, |record| record.data = data).write().check();
        assert_eq!(report.errors[0].position, Some(0));
        codes(&report.errors)
    };
    let good = opened_data(1);
    assert_eq!(told(good.replace("\"format\":1", "\"format\":2")), ["ledger_opened_data"]);
    let without_a_key = ["ledger_opened_data", "checkpoint_signature"];
    assert_eq!(told(good.replace("\"verifier_key\"", "\"verifier_kez\"")), without_a_key);
    assert_eq!(told(good.replace("+A", "+B")), without_a_key);
    assert_eq!(told("{}".to_owned()), without_a_key);
    let named_otherwise = told(good.replace("\"origin\":\"ledger.", "\"origin\":\"lodger."));
    let expected = ["ledger_opened_data", "checkpoint_origin", "checkpoint_signature"];
    assert_eq!(named_otherwise, expected);
    let more = good.replace("\"format\"", "\"even_more\":{\"a\":1},\"format\"");
    assert!(bent(0, |record| record.data = more).write().check().verified);
}

#[test]
fn a_count_of_a_park_is_its_number_of_records_before() {
    let counted = |data: &str, parks: &[&str]| {
        let mut plan = Plan::usual();
        plan.batch();
        plan.command("cmd_6", &[("park_counted", "park/prk_n", parks, data)]);
        plan
    };
    tells(&counted("{\"park\":\"prk_n\",\"places\":5,\"until\":\"2025-04\"}", &["prk_n"]), &[]);
    for (places, park) in [(4, "prk_n"), (6, "prk_n"), (5, "prk_s"), (0, "prk_x")] {
        let data = format!("{{\"park\":\"{park}\",\"places\":{places}}}");
        tells(&counted(&data, &["prk_n"]), &[("park_count", 8)]);
    }
    tells(&counted("{\"park\":\"prk_n\",\"places\":5}", &[]), &[("park_count", 8)]);
    for data in ["{}", "{\"park\":\"prk_n\",\"places\":\"5\"}"] {
        tells(&counted(data, &["prk_n"]), &[("park_counted_data", 8)]);
    }
}

#[test]
fn a_new_key_is_one_of_this_ledger() {
    let rotated = |data: &str| {
        let mut plan = Plan::usual();
        plan.batch();
        plan.command("cmd_6", &[("key_rotated", "ledger", &[], data)]);
        plan
    };
    let key = signer(2).verifier_key().to_string();
    let foreign = crate::record::note::NoteSigner::from_seed("other/blake3", &[1; 32]).unwrap();
    let foreign = format!("{{\"verifier_key\":\"{}\"}}", foreign.verifier_key());
    for data in ["{}", &foreign, &format!("{{\"verifier_key\":\"{}\"}}", &key[1..])] {
        tells(&rotated(data), &[("key_rotated_data", 8)]);
    }
}

#[test]
fn the_largest_numbers_are_taken_for_what_they_are() {
    const LARGEST: u64 = crate::record::canonical::SAFE_INTEGER;
    let step = |record: &mut Planned| {
        (record.head.step, record.head.steps) = (u32::MAX, u32::MAX);
        (record.version, record.head.parks[0].1) = (LARGEST, LARGEST);
    };
    let expected = [("step", 7), ("park_place", 7), ("stream_version", 7)];
    tells(&bent(7, step), &expected);
    let mut plan = Plan::usual();
    for position in [1, 3, 5] {
        plan.records[position].head.position = LARGEST;
    }
    let report = plan.write().check();
    assert!(report.errors.iter().filter(|error| error.code == "position").count() >= 5);
}
