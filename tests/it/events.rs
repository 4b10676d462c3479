//! The bytes of records and the shapes of events, held for ever.
//!
//! A line of `events.txt` is an event's type, the leaf hash of a record with a fixed envelope, and
//! its data as it stands in BODY. A released line never changes: another shape of an event is
//! another schema number, with a golden file of its own for the old one.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use symbiosis_ledger::domain::event::Event;
use symbiosis_ledger::domain::samples;
use symbiosis_ledger::domain::time::{UtcMicros, UtcMillis};
use symbiosis_ledger::merkle::Hash;
use symbiosis_ledger::record::body::{Body, CommandRef, body_hash};
use symbiosis_ledger::record::decoded::Decoded;
use symbiosis_ledger::record::head::Head;
use symbiosis_ledger::record::line::{self, Line};

use crate::golden::assert_golden;

/// The record of an event with an envelope that never changes, as its line.
fn record(event: &Event) -> (Hash, Vec<u8>) {
    let data = serde_json::to_vec(event).unwrap();
    let mut body = Vec::new();
    Body {
        actor: "frm_sugar".to_owned(),
        command: CommandRef { hash: Hash([1; 32]), id: "cmd_1".to_owned() },
        data: &data[..],
        key: "key_1".to_owned(),
        occurred_at: UtcMillis(1_740_816_900_000),
        salt: Hash([2; 32]),
        stream: event.stream().to_string(),
        version: 3,
    }
    .encode(&mut body);
    let head = Head {
        batch: 40,
        body: body_hash(&body),
        parks: event.parks().into_iter().cloned().zip(7..).collect(),
        position: 42,
        recorded_at: UtcMicros(1_740_816_900_000_001),
        schema: event.schema(),
        step: 0,
        steps: 1,
        kind: event.kind().to_owned(),
    };
    let mut text = Vec::new();
    let leaf = line::encode(&mut text, &head, &body).unwrap();
    (leaf, text)
}

#[test]
fn a_record_of_every_event_has_the_bytes_that_it_always_had() {
    let mut text = String::new();
    for event in samples::events() {
        let (leaf, _) = record(&event);
        let data = serde_json::to_string(&event).unwrap();
        let (kind, schema) = (event.kind(), event.schema());
        writeln!(text, "{kind} v{schema} {leaf} {data}").unwrap();
    }
    assert_golden("events.txt", &text);
}

#[test]
fn a_record_of_every_event_is_read_back_as_it_was_written() {
    for event in samples::events() {
        let (leaf, text) = record(&event);
        let line = Line::split(text.strip_suffix(b"\n").unwrap()).unwrap();
        let head = line.verify().unwrap();
        let decoded = Decoded::read(&line, head).unwrap();
        assert_eq!((decoded.leaf, &decoded.event), (leaf, &event));
        assert_eq!(decoded.stream, event.stream().to_string());
    }
}

#[test]
fn the_schema_of_every_event_is_the_file_that_was_published() {
    for (name, schema) in Event::schemas() {
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        assert_golden(&format!("../../schemas/event/{name}"), &text);
    }
}

#[test]
fn every_event_has_its_schema_file_and_others_are_those_of_older_shapes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/event");
    for (kind, schema) in Event::KINDS {
        let name = format!("{kind}.v{schema}.json");
        assert!(folder.join(&name).is_file(), "schemas/event/{name} is missing");
    }
    for file in fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let is_known = Event::KINDS.iter().any(|(kind, schema)| {
            (1..=*schema).any(|schema| name == format!("{kind}.v{schema}.json"))
        });
        assert!(is_known, "schemas/event/{name} is of no event");
    }
}
