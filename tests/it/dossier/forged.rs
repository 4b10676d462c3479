//! Ledgers whose keeper breaks a rule and signs it, and manifests that state what is not so: the
//! signature holds, and the verifier must find the rest.

use serde_json::{Value, json};
use symbiosis_ledger::domain::time::UtcMicros;
use symbiosis_ledger::evidence::dossier::build::BuildError;
use symbiosis_ledger::evidence::dossier::report::{Check, Found};
use symbiosis_ledger::evidence::dossier::{Strength, Verdict};
use symbiosis_ledger::record::canonical::canonical;

use super::ledger::{Planned, Small, Want};
use super::mutated::mended;
use super::small::{found, manifest};

type Change = fn(&mut Value);

/// A dossier with another manifest and its last line made right.
fn stating(bytes: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut stated = manifest(bytes);
    change(&mut stated);
    let stated = canonical(&serde_json::to_vec(&stated).unwrap()).unwrap();
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let line = [stated, b"\n".to_vec()].concat();
    lines[1] = &line;
    mended(&lines.concat())
}

fn complete<'a>() -> Want<'a> {
    Want { strength: Strength::Complete, ..Want::default() }
}

/// Which check finds what is stated.
#[track_caller]
fn fails(small: &Small, bytes: &[u8], check: Check) {
    let report = small.verify(bytes);
    assert_eq!(report.verdict, Verdict::NotVerified, "{:?}", report.checks);
    assert_eq!(found(&report, check), Some(Found::Fails), "{:?}", report.checks);
}

#[test]
fn what_a_manifest_states_is_compared_with_what_the_records_give() {
    let small = Small::new();
    let listed = small.make(&Want::default());
    let cases: [(&str, Change, Check); 17] = [
        ("value", |it| it["figures"][1]["exact"] = json!("78"), Check::Formulas),
        (
            "no value",
            |it| drop(it["figures"][1].as_object_mut().unwrap().remove("exact")),
            Check::Formulas,
        ),
        ("status", |it| it["figures"][0]["status"] = json!("not_met"), Check::Formulas),
        ("unit", |it| it["figures"][0]["unit"] = json!("t"), Check::Formulas),
        ("name", |it| it["figures"][0]["indicator"] = json!("used"), Check::Formulas),
        ("left out", |it| drop(it["figures"].as_array_mut().unwrap().pop()), Check::Formulas),
        ("facts", |it| it["leaves"][0]["facts"] = json!(4), Check::Formulas),
        ("sum", |it| it["leaves"][0]["value"] = json!("1"), Check::Formulas),
        ("one sum less", |it| drop(it["leaves"].as_array_mut().unwrap().pop()), Check::Formulas),
        ("as_of", |it| it["as_of"] = json!(999), Check::Form),
        ("method", |it| it["method"]["version"] = json!(2), Check::Method),
        ("position", |it| it["method"]["position"] = json!(3), Check::Method),
        ("choice", |it| it["choices"] = json!({"region": "high"}), Check::Formulas),
        ("bound", |it| it["choices"] = json!({"place": "dry"}), Check::Formulas),
        ("strength", |it| it["strength"] = json!("complete"), Check::Form),
        ("firm", |it| it["firm"] = json!("frm_works"), Check::Formulas),
        ("unknown member", |it| it["zone"] = json!("Asia/Shanghai"), Check::Form),
    ];
    for (what, change, check) in cases {
        println!("{what}");
        fails(&small, &stating(&listed, change), check);
    }
    // White space, an order of its own, a null, a number with a point: one spelling only.
    let text = String::from_utf8(listed).unwrap();
    for (there, instead) in [
        ("{\"as_of\":", "{ \"as_of\":"),
        ("\"park\":\"prk_a\",\"period\":\"2025-03\"", "\"period\":\"2025-03\",\"park\":\"prk_a\""),
        ("\"checkpoint\"", "\"base_year\":null,\"checkpoint\""),
        ("\"version\":1", "\"version\":1.0"),
        ("\"strength\":\"listed\"", "\"strength\":\"listed\",\"strength\":\"listed\""),
    ] {
        assert!(text.contains(there), "{there}");
        fails(&small, &mended(text.replacen(there, instead, 1).as_bytes()), Check::Form);
    }
}

#[test]
fn a_complete_dossier_relies_on_a_true_count_of_its_own_period() {
    let small = Small::new();
    let bytes = small.make(&complete());
    let cases: [Change; 5] = [
        |it| it["counted"]["places"] = json!(it["counted"]["places"].as_u64().unwrap() - 1),
        |it| it["counted"]["position"] = json!(it["counted"]["position"].as_u64().unwrap() - 1),
        |it| it["counted"]["period"] = json!("2025-02"),
        |it| it["as_of"] = json!(it["as_of"].as_u64().unwrap() + 1),
        |it| it["period"] = json!("2025-Q1"),
    ];
    for (case, change) in cases.into_iter().enumerate() {
        println!("{case}");
        fails(&small, &stating(&bytes, change), Check::Completeness);
    }
    let firm = |it: &mut Value| it["firm"] = json!("frm_mill");
    fails(&small, &stating(&bytes, firm), Check::Form);
    let uncounted = |it: &mut Value| drop(it.as_object_mut().unwrap().remove("counted"));
    fails(&small, &stating(&bytes, uncounted), Check::Form);
}

#[test]
fn sealed_values_and_earlier_checkpoints_are_held_against_what_was_committed_to() {
    let small = Small::new();
    let position = small.position("delivery_dispatched");
    let before = small.checkpoint(20);
    let want = Want {
        reveal: vec![(position, "/data/plate".to_owned())],
        earlier: Some(&before.note),
        ..Want::default()
    };
    let bytes = small.make(&want);
    let cases: [(Change, Check); 8] = [
        (|it| it["revealed"][0]["value"] = json!("桂R 2"), Check::Revealed),
        (|it| it["revealed"][0]["salt"] = json!("00".repeat(32)), Check::Revealed),
        (|it| it["revealed"][0]["pointer"] = json!("/data/line"), Check::Revealed),
        (|it| it["revealed"][0]["position"] = json!(999), Check::Revealed),
        (|it| it["revealed"] = json!([it["revealed"][0], it["revealed"][0]]), Check::Form),
        // Then nothing accounts for the record.
        (|it| it["revealed"] = json!([]), Check::Formulas),
        (|it| drop(it["earlier"]["path"].as_array_mut().unwrap().pop()), Check::Consistency),
        (|it| it["earlier"]["checkpoint"] = it["checkpoint"].clone(), Check::Consistency),
    ];
    for (case, (change, check)) in cases.into_iter().enumerate() {
        println!("{case}");
        fails(&small, &stating(&bytes, change), check);
    }
}

/// What its maker's own verifier says of a ledger that breaks a rule.
fn unverified(small: &Small, want: &Want<'_>) -> String {
    match small.try_make(want) {
        Err(BuildError::Unverified(says)) => says,
        Err(other) => other.to_string(),
        Ok(_) => panic!("it verifies"),
    }
}

fn of_kind<'a>(planned: &'a mut [Planned], kind: &str) -> &'a mut Planned {
    planned.iter_mut().find(|one| one.kind() == kind).unwrap()
}

#[test]
fn a_keeper_who_breaks_a_rule_is_found_though_the_signature_holds() {
    let small = Small::new();
    let says = |want: &Want<'_>, change: &dyn Fn(&mut Vec<Planned>)| {
        unverified(&small.changed(|planned| change(planned)), want)
    };
    let listed = Want::default();
    // Facts of a park that HEAD does not name would count or not, as it pleases the keeper.
    let position = small.position("delivery_dispatched");
    let shown = Want { reveal: vec![(position, "/data/plate".to_owned())], ..Want::default() };
    let unnamed = says(&shown, &|planned| {
        of_kind(planned, "delivery_dispatched").head.parks = vec![("prk_b".parse().unwrap(), 9)];
    });
    assert!(unnamed.contains("HEAD does not name"), "{unnamed}");
    // A count that is wrong, a gap in the places.
    let count = says(&complete(), &|planned| {
        of_kind(planned, "park_counted").body.data["places"] = json!(7);
    });
    assert!(count.contains("counts 7"), "{count}");
    let gap = says(&complete(), &|planned| {
        of_kind(planned, "delivery_used").head.parks[0].1 += 1;
    });
    assert!(gap.contains("place"), "{gap}");
    // An amount that no rule lets in, and a document that no rule lets in.
    let large = says(&listed, &|planned| {
        of_kind(planned, "figure_stated").body.data["value"] = json!("999999999999999999");
    });
    assert!(large.contains("impossible"), "{large}");
    let document = says(&listed, &|planned| {
        let stock = of_kind(planned, "method_published");
        stock.body.data["document"]["items"][0]["unit"] = json!("MTQ");
    });
    assert!(document.contains("/indicators/0"), "{document}");
    // The ledger that the checkpoint names is not the one that was opened.
    let opened = says(&listed, &|planned| {
        planned[0].body.data["origin"] = json!("example.org/other/blake3");
    });
    assert!(opened.contains("record 0"), "{opened}");
    // Time does not matter to any check.
    let late = small.changed(|planned| planned[5].head.recorded_at = UtcMicros(0));
    assert_eq!(late.verify(&late.make(&listed)).verdict, Verdict::Verified);
}

#[test]
fn a_type_of_a_later_program_can_t_be_judged() {
    let small = Small::new();
    let position = small.position("contract_concluded") as usize;
    let later = |planned: &mut Vec<Planned>| {
        planned[position].head.kind = "contract_foreseen".to_owned();
    };
    let says = unverified(&small.changed(later), &complete());
    assert!(says.contains("contract_foreseen, which is not known here"), "{says}");
    let later = |planned: &mut Vec<Planned>| planned[position].head.schema = 2;
    small.changed(later).make(&complete());
}
