//! What a small dossier holds, and what of it depends on what the reader brings.

use serde_json::Value;
use symbiosis_ledger::evidence::dossier::build::{BuildError, Refused};
use symbiosis_ledger::evidence::dossier::report::{Check, Found, Report, Verdict};
use symbiosis_ledger::evidence::dossier::{Strength, Trust, verify};

use super::ledger::{Small, Want, signer};

pub fn found(report: &Report, check: Check) -> Option<Found> {
    report.checks.iter().find(|line| line.check == check).map(|line| line.found)
}

pub fn manifest(bytes: &[u8]) -> Value {
    let line = bytes.split(|byte| *byte == b'\n').nth(1).unwrap();
    serde_json::from_slice(line).unwrap()
}

fn complete<'a>() -> Want<'a> {
    Want { strength: Strength::Complete, ..Want::default() }
}

fn exact(report: &Report, name: &str) -> Option<String> {
    let mut figures = report.figures.iter();
    figures.find(|figure| figure.indicator.as_str() == name).unwrap().exact.clone()
}

#[test]
fn a_listed_dossier_shows_what_its_figures_rest_on_and_nothing_else() {
    let small = Small::new();
    let bytes = small.make(&Want::default());
    let report = small.verify(&bytes);
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.checks);
    // 31.20 + 31.20 + 15.00 t used and 7.5 t at home, of 100 t and 10 t of old stock.
    assert_eq!(exact(&report, "utilised").as_deref(), Some("849/11"));
    assert_eq!(exact(&report, "used").as_deref(), Some("387/5"));
    assert_eq!(exact(&report, "links").as_deref(), Some("1"));
    assert_eq!(exact(&report, "grown"), None);
    let text = String::from_utf8(bytes).unwrap();
    // Two methods, three uses, generation, own reuse, the stated figure, and what opens the ledger.
    let kinds = ["method_published", "delivery_used", "generation_declared", "own_reuse_declared"];
    let count = |kind: &str| text.matches(&format!("\"type\":\"{kind}\"")).count();
    assert_eq!(kinds.map(count), [2, 3, 1, 1]);
    assert_eq!((count("figure_stated"), count("ledger_opened")), (1, 1));
    assert_eq!((report.bodies, report.heads), (9, 0));
    assert_eq!(text.matches("\"type\"").count(), 9);
    assert!(!text.contains("prk_c"), "what is not listed is a hash");
}

#[test]
fn a_complete_dossier_shows_every_head_of_the_park_up_to_its_count() {
    let small = Small::new();
    let bytes = small.make(&complete());
    let report = small.verify(&bytes);
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.checks);
    assert_eq!(found(&report, Check::Completeness), Some(Found::Holds));
    assert_eq!(exact(&report, "utilised").as_deref(), Some("849/11"));
    let position = small.position("park_counted");
    let counted = &manifest(&bytes)["counted"];
    assert_eq!((&counted["position"], &counted["period"]), (&position.into(), &"2025-03".into()));
    let of_park = small.planned[..=position as usize].iter();
    let of_park = of_park.filter(|one| one.head.parks.iter().any(|(id, _)| id.as_str() == "prk_a"));
    // Beside the park's records: the ledger's opening and two methods.
    assert_eq!(report.bodies + report.heads, of_park.count() as u64 + 3);
    assert!(report.heads > 0);
}

#[test]
fn a_firm_s_cut_takes_its_own_facts_only() {
    let small = Small::new();
    let bytes = small.make(&Want { firm: Some("frm_mill"), ..Want::default() });
    let report = small.verify(&bytes);
    assert_eq!(report.verdict, Verdict::Verified);
    // The mill used; the works generated.
    assert_eq!(exact(&report, "used").as_deref(), Some("387/5"));
    assert_eq!(exact(&report, "utilised"), None);
    assert!(!String::from_utf8(bytes).unwrap().contains("generation_declared"));
    let works = small.make(&Want { firm: Some("frm_works"), ..Want::default() });
    assert_eq!(exact(&small.verify(&works), "used").as_deref(), Some("0"));
}

#[test]
fn without_a_key_it_is_consistent_and_with_a_wrong_one_it_fails() {
    let small = Small::new();
    let bytes = small.make(&Want::default());
    let report = |keys: &[_]| verify(&*bytes, Trust { keys, earlier: None }).unwrap();
    let unknown = report(&[]);
    assert_eq!(unknown.verdict, Verdict::Open);
    assert_eq!(found(&unknown, Check::Checkpoint), Some(Found::Open));
    assert!(unknown.fault().unwrap().says.contains("signer unknown"));
    let wrong = report(&[signer(8).verifier_key()]);
    assert_eq!(wrong.verdict, Verdict::NotVerified);
    assert_eq!(found(&wrong, Check::Checkpoint), Some(Found::Fails));
    // One of several is enough, as after a rotation.
    let both = report(&[signer(8).verifier_key(), signer(7).verifier_key()]);
    assert_eq!(both.verdict, Verdict::Verified);
}

#[test]
fn an_earlier_checkpoint_is_one_that_the_log_extends() {
    let small = Small::new();
    let before = small.checkpoint(20);
    let want = Want { earlier: Some(&before.note), ..Want::default() };
    let bytes = small.make(&want);
    assert_eq!(found(&small.verify(&bytes), Check::Consistency), Some(Found::Holds));
    let held = |bytes: &[u8], note: &str| {
        let trust = Trust { keys: &small.keys, earlier: Some(note) };
        let report = verify(bytes, trust).unwrap();
        (report.verdict, found(&report, Check::Consistency).unwrap())
    };
    assert_eq!(held(&bytes, &before.note), (Verdict::Verified, Found::Holds));
    // Nothing in the file leads from other sizes, unless the walk comes by there.
    let plain = small.make(&Want::default());
    for size in 1..small.planned.len() {
        let (verdict, found) = held(&plain, &small.checkpoint(size).note);
        assert!(matches!(
            (verdict, found),
            (Verdict::Verified, Found::Holds) | (Verdict::Open, Found::Open)
        ));
    }
    assert_eq!(held(&plain, &small.signed.note), (Verdict::Verified, Found::Holds));
    // Another history of the same keeper.
    let other = small.changed(|planned| planned[3].body.key = "key_other".to_owned());
    assert_eq!(held(&bytes, &other.checkpoint(20).note).1, Found::Fails);
    assert_eq!(held(&plain, &other.signed.note).1, Found::Fails);
    let refused = other.try_make(&want).unwrap_err();
    assert!(matches!(refused, BuildError::Refused(Refused::Earlier(_))), "{refused}");
}

#[test]
fn as_of_a_position_only_what_stands_below_counts() {
    let small = Small::new();
    let first_use = small.position("delivery_used");
    let bytes = small.make(&Want { as_of: Some(first_use + 1), ..Want::default() });
    let report = small.verify(&bytes);
    assert_eq!(exact(&report, "used").as_deref(), Some("156/5"));
    let position = small.position("park_counted");
    let refused = |want: Want<'_>| {
        let error = small.try_make(&want).unwrap_err();
        let BuildError::Refused(refused) = error else { panic!("{error}") };
        refused
    };
    let as_of = |as_of| Want { as_of: Some(as_of), ..complete() };
    small.make(&as_of(position + 1));
    small.make(&as_of(position - 3));
    let size = small.planned.len() as u64;
    assert!(matches!(refused(as_of(position + 2)), Refused::NotCounted(..)));
    let early = Want { as_of: Some(5), ..Want::default() };
    assert!(matches!(refused(early), Refused::MethodLater { .. }));
    let beyond = Want { as_of: Some(size + 1), ..Want::default() };
    assert!(matches!(refused(beyond), Refused::NotCovered { .. }));
    let open = Want { period: "2025", ..complete() };
    assert!(matches!(refused(open), Refused::NotCounted(..)));
    let cut = Want { firm: Some("frm_mill"), ..complete() };
    assert!(matches!(refused(cut), Refused::FirmComplete));
    let choice = Want { choices: vec![("region", "high")], ..Want::default() };
    assert!(matches!(refused(choice), Refused::Choice(_)));
}

#[test]
fn sealed_values_are_shown_on_demand_with_what_opens_their_commitments() {
    let small = Small::new();
    let position = small.position("delivery_dispatched");
    let pointer = "/data/plate".to_owned();
    let reveal = vec![(position, pointer)];
    let bytes = small.make(&Want { reveal: reveal.clone(), ..Want::default() });
    let report = small.verify(&bytes);
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.checks);
    assert_eq!(found(&report, Check::Revealed), Some(Found::Holds));
    assert!(String::from_utf8(bytes.clone()).unwrap().contains("桂R 1"));
    // In a complete one too, where the record stands anyway.
    small.make(&Want { reveal, ..complete() });
    let refused = |position, pointer: &str| {
        let want = Want { reveal: vec![(position, pointer.to_owned())], ..Want::default() };
        matches!(small.try_make(&want), Err(BuildError::Refused(Refused::Reveal(..))))
    };
    assert!(refused(position, "/data/line") && refused(position + 500, "/data/plate"));
}
