//! Commitments have no place in a command: what a client sends is the confidential value itself.
//!
//! Invariant: a commitment in the log has its value and salt beside the log, so that it can be
//! disclosed. One that a client made up would have neither.

use serde_json::Value;

use crate::domain::command::Malformed;

/// Refuses the data of a command that was read, if a commitment stands in it.
pub(super) fn refuse(data: &str) -> Result<(), Malformed> {
    // Nearly always this look is enough, because the word is no member of anything else.
    if !data.contains("\"sealed\"") {
        return Ok(());
    }
    let value: Value = serde_json::from_str(data).expect("the command was read from it");
    let mut pointer = "/data".to_owned();
    if !find(&value, &mut pointer) {
        return Ok(());
    }
    let message = "a confidential value is sent as it is; the ledger itself replaces it by its \
                   commitment"
        .to_owned();
    Err(Malformed { pointer, code: "commitment_from_outside", message })
}

/// Whether a commitment stands in there; the pointer becomes that of the first one.
fn find(value: &Value, pointer: &mut String) -> bool {
    let length = pointer.len();
    let mut below = |name: &str, member: &Value| {
        pointer.push('/');
        pointer.push_str(name);
        let found = find(member, pointer);
        if !found {
            pointer.truncate(length);
        }
        found
    };
    match value {
        Value::Object(members) if members.contains_key("sealed") => true,
        Value::Object(members) => members.iter().any(|(name, member)| below(name, member)),
        Value::Array(items) => {
            items.iter().enumerate().any(|(place, item)| below(&place.to_string(), item))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use crate::domain::command::Command;
    use crate::domain::digest::Digest;
    use crate::domain::samples;

    #[test]
    fn a_command_with_a_commitment_is_refused_with_its_place() {
        let mut refused = Vec::new();
        for command in samples::commands() {
            let mut pointers = Vec::new();
            let mut sealed = command.clone();
            sealed.request.seal(&mut |pointer, _| {
                pointers.push(pointer.to_owned());
                Digest([7; 32])
            });
            let text = serde_json::to_string(&sealed).unwrap();
            match Command::parse(&text) {
                Ok(read) => assert_eq!((read, pointers.len()), (command, 0)),
                Err(error) => {
                    assert_eq!(error.code, "commitment_from_outside");
                    refused.push(error.pointer.clone());
                    assert_eq!(Some(error.pointer), pointers.first().cloned());
                }
            }
        }
        assert_eq!(
            refused,
            [
                "/data/name",
                "/data/lines/0/price/amount",
                "/data/driver",
                "/data/plate",
                "/data/amount",
                "/data/amount",
                "/data/composition",
                "/data/composition",
            ]
        );
    }

    #[test]
    fn the_word_alone_is_no_commitment() {
        let text = r#"{"actor":"frm_a","data":{"listing":"lst_a","note":"\"sealed\""},
            "id":"cmd_a","occurred_at":"2025-03-01T08:00:00Z","type":"amend_listing"}"#;
        assert!(Command::parse(text).is_ok());
        let text = text.replace(r#""\"sealed\"""#, r#""sealed""#);
        assert!(Command::parse(&text).is_ok());
    }
}
