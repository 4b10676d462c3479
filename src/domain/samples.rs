//! One command and one event of each type: examples for readers, and what tests of shapes look at.
//!
//! Invariant: every optional member is filled, so that no member escapes those tests. The files in
//! `schemas/examples/` are the samples; nothing is made up here.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::command::Command;
use crate::domain::event::Event;

const COMMANDS: &str = include_str!("../../schemas/examples/commands.json");
const EVENTS: &str = include_str!("../../schemas/examples/events.json");

const TESTED: &str = "the samples are part of this program and tested with it";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventSample {
    /// Written anew without line breaks before it is read: events are stored on one line.
    data: serde_json::Value,
    schema: u16,
    #[serde(rename = "type")]
    kind: String,
}

/// One command of each type, in the order of `Request::KINDS`. Confidential values are open.
pub fn commands() -> Vec<Command> {
    let texts: Vec<Box<RawValue>> = serde_json::from_str(COMMANDS).expect(TESTED);
    let read = |text: Box<RawValue>| {
        Command::parse(text.get()).unwrap_or_else(|error| panic!("{TESTED}: {error:?}"))
    };
    texts.into_iter().map(read).collect()
}

/// The method that the samples publish: it has every kind of formula.
#[expect(clippy::wildcard_enum_match_arm, reason = "one command publishes a method")]
pub fn method() -> crate::domain::method::Method {
    let mut commands = commands().into_iter();
    let found = commands.find_map(|command| match command.request {
        crate::domain::command::Request::PublishMethod(data) => Some(data.document),
        _ => None,
    });
    found.expect(TESTED)
}

/// The set of factors that the samples publish.
#[expect(clippy::wildcard_enum_match_arm, reason = "one command publishes factors")]
pub fn factors() -> crate::domain::factor::FactorSet {
    let mut commands = commands().into_iter();
    let found = commands.find_map(|command| match command.request {
        crate::domain::command::Request::PublishFactors(data) => Some(data.document),
        _ => None,
    });
    found.expect(TESTED)
}

/// One event of each type, in the order of `Event::KINDS`. Confidential values are sealed.
pub fn events() -> Vec<Event> {
    let samples: Vec<EventSample> = serde_json::from_str(EVENTS).expect(TESTED);
    let read = |sample: &EventSample| {
        let EventSample { data, schema, kind } = sample;
        let event = Event::parse(kind, *schema, &data.to_string());
        let event = event.unwrap_or_else(|| panic!("{TESTED}: no event {kind}, schema {schema}"));
        event.unwrap_or_else(|error| panic!("{TESTED}: {kind}: {error}"))
    };
    samples.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::command::Request;
    use crate::domain::digest::Digest;

    /// What the samples keep confidential.
    const SECRETS: [&str; 6] =
        ["86.50", "91.37", "张三 Zhang San", "李四 Li Si", "桂R12345", "桂R54321"];

    #[test]
    fn there_is_one_sample_of_every_type() {
        let commands = commands();
        let kinds: Vec<_> = commands.iter().map(|command| command.request.kind()).collect();
        assert_eq!(kinds, Request::KINDS);
        let events = events();
        let kinds: Vec<_> = events.iter().map(|event| (event.kind(), event.schema())).collect();
        assert_eq!(kinds, Event::KINDS);
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        let files: [Vec<Value>; 2] =
            [COMMANDS, EVENTS].map(|text| serde_json::from_str(text).unwrap());
        for (command, file) in commands().iter().zip(&files[0]) {
            let text = serde_json::to_string(command).unwrap();
            assert_eq!(Command::parse(&text).unwrap(), *command);
            assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), *command);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), *file);
        }
        for (event, file) in events().iter().zip(&files[1]) {
            let text = serde_json::to_string(event).unwrap();
            assert_eq!(Event::parse(event.kind(), 1, &text).unwrap().unwrap(), *event);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), file["data"]);
        }
    }

    /// Every way of adding an unknown member to an object in there.
    fn with_strangers(value: &Value) -> Vec<Value> {
        let mut out = Vec::new();
        match value {
            Value::Object(members) => {
                let mut stranger = members.clone();
                stranger.insert("zz".to_owned(), json!(1));
                out.push(Value::Object(stranger));
                for (name, member) in members {
                    for changed in with_strangers(member) {
                        let mut members = members.clone();
                        members.insert(name.clone(), changed);
                        out.push(Value::Object(members));
                    }
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    for changed in with_strangers(item) {
                        let mut items = items.clone();
                        items[place] = changed;
                        out.push(Value::Array(items));
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        out
    }

    #[test]
    fn no_object_at_any_depth_takes_an_unknown_member() {
        let mut tried = 0;
        for command in commands() {
            for changed in with_strangers(&serde_json::to_value(&command).unwrap()) {
                let error = Command::parse(&changed.to_string()).expect_err("it has a stranger");
                // Of an object that names a variant by its one member, any other is one too many.
                let is_variant = error.message.starts_with("expected value");
                let code = if is_variant { "malformed_member" } else { "unknown_member" };
                assert_eq!(error.code, code, "{}: {changed}", error.message);
                tried += 1;
            }
        }
        for event in events() {
            for changed in with_strangers(&serde_json::to_value(&event).unwrap()) {
                let read = Event::parse(event.kind(), event.schema(), &changed.to_string());
                assert!(read.unwrap().is_err(), "{changed}");
                tried += 1;
            }
        }
        assert!(tried > 300, "{tried}");
    }

    #[test]
    fn invariant_22_what_is_sealed_holds_no_confidential_value() {
        let plain = serde_json::to_string(&commands()).unwrap();
        assert!(SECRETS.iter().all(|secret| plain.contains(secret)), "the samples have secrets");
        let mut sealed = Vec::new();
        for mut command in commands() {
            let mut pointers = Vec::new();
            command.request.seal(&mut |pointer, value| {
                pointers.push((pointer.to_owned(), String::from_utf8(value.to_vec()).unwrap()));
                Digest([7; 32])
            });
            let before = commands().into_iter().find(|other| other.id == command.id).unwrap();
            let before = serde_json::to_value(&before).unwrap();
            let after = serde_json::to_value(&command).unwrap();
            for (pointer, value) in pointers {
                assert_eq!(after.pointer(&pointer).unwrap()["sealed"], "07".repeat(32));
                assert_eq!(before.pointer(&pointer).unwrap().to_string(), value, "{pointer}");
            }
            sealed.push(command);
        }
        let sealed = format!("{}{sealed:?}", serde_json::to_string(&sealed).unwrap());
        let events = format!("{}{:?}", serde_json::to_string(&events()).unwrap(), super::events());
        for secret in SECRETS {
            assert!(!sealed.contains(secret) && !events.contains(secret), "{secret}");
        }
        assert!(!sealed.contains("Open("));
    }

    #[test]
    fn a_record_s_parks_are_named_by_its_data_and_each_once() {
        for event in events() {
            let text = serde_json::to_string(&event).unwrap();
            let parks = event.parks();
            assert!(parks.iter().all(|park| text.contains(park.as_str())), "{}", event.kind());
            assert!(parks.len() < 2 || parks[0] != parks[1]);
            // A park in the data that HEAD would not count would make the count of its places
            // wrong.
            let named = ["prk_guigang", "prk_guiping"].iter().filter(|park| text.contains(**park));
            let keyed = matches!(event, Event::KeyIssued(_));
            assert_eq!(named.count(), if keyed { 1 } else { parks.len() }, "{}", event.kind());
        }
    }
}
