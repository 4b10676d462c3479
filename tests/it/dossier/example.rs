//! The example that ships beside the format: made anew from a ledger whose bytes never change.

use symbiosis_ledger::evidence::dossier::report::{Check, Found};
use symbiosis_ledger::evidence::dossier::{Strength, Verdict};

use super::ledger::{Small, Want, signer, verified};
use super::small::found;
use crate::cli::{ends, stdout};
use crate::golden::assert_golden;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/evidence");

#[test]
fn the_example_is_what_is_made_and_verifies() {
    let small = Small::new();
    let before = small.checkpoint(20);
    let position = small.position("delivery_dispatched");
    let bytes = small.make(&Want {
        strength: Strength::Complete,
        base_year: Some(2024),
        choices: vec![("region", "dry")],
        earlier: Some(&before.note),
        reveal: vec![(position, "/data/plate".to_owned())],
        ..Want::default()
    });
    let key = signer(7).verifier_key();
    let text = String::from_utf8(bytes).unwrap();
    assert_golden("../../schemas/evidence/example.dossier", &text);
    assert_golden("../../schemas/evidence/example.key", &format!("{key}\n"));
    let report = verified(text.as_bytes(), &[key]);
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.checks);
    for check in [
        Check::Form,
        Check::Checkpoint,
        Check::Inclusion,
        Check::Consistency,
        Check::Completeness,
        Check::Method,
        Check::Revealed,
        Check::Formulas,
    ] {
        assert_eq!(found(&report, check), Some(Found::Holds), "{check:?}");
    }
}

#[test]
fn the_worked_example_of_the_format_is_what_the_command_line_answers() {
    let readme = std::fs::read_to_string(format!("{FOLDER}/README.md")).unwrap();
    let key = std::fs::read_to_string(format!("{FOLDER}/example.key")).unwrap();
    let file = format!("{FOLDER}/example.dossier");
    let output = ends(0, &["verify", &file, "--key", key.trim()]);
    let mut told = readme.split("```").filter(|part| part.contains("symbiosis verify"));
    let told = told.next().unwrap();
    let told: Vec<&str> = told.lines().filter(|line| !line.trim().is_empty()).skip(1).collect();
    let answered = stdout(&output);
    for line in told.into_iter().filter(|line| !line.contains("symbiosis verify")) {
        assert!(answered.contains(line.trim()), "{line:?} is not in\n{answered}");
    }
}
