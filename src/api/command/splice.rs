//! Members of a command's data that the address or the server supplies.
//!
//! Invariant: works on canonical JSON only, where an object's members stand one after another
//! without white space and no key stands twice.

/// The text of a member of an object, or nothing if the object lacks it.
pub fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = object.strip_prefix('{')?;
    while let Some(after_quote) = rest.strip_prefix('"') {
        let key_end = string_end(after_quote)?;
        let (key, after_key) = after_quote.split_at(key_end);
        let value = after_key.strip_prefix("\":")?;
        let end = value_end(value)?;
        if key == name {
            return Some(&value[..end]);
        }
        rest = value[end..].strip_prefix(',')?;
    }
    None
}

/// The object with one more member, which it lacks. `value` is JSON.
pub fn with_member(object: &str, name: &str, value: &str) -> String {
    let rest = &object[1..];
    let comma = if rest == "}" { "" } else { "," };
    format!("{{\"{name}\":{value}{comma}{rest}")
}

/// Where a string ends whose opening quote was taken off.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Where a value ends that stands in an object.
fn value_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0);
    loop {
        match bytes.get(at)? {
            b'"' => at += string_end(&text[at + 1..])? + 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_member_is_found_at_the_top_only() {
        let object = r#"{"a":{"b":1,"c":[2,"}"]},"b":"x\",\"c\":3","d":[{"e":null}],"f":7}"#;
        assert_eq!(member(object, "a"), Some(r#"{"b":1,"c":[2,"}"]}"#));
        assert_eq!(member(object, "b"), Some(r#""x\",\"c\":3""#));
        assert_eq!(member(object, "d"), Some(r#"[{"e":null}]"#));
        assert_eq!(member(object, "f"), Some("7"));
        for absent in ["c", "e", "", "g"] {
            assert_eq!(member(object, absent), None, "{absent}");
        }
        assert_eq!(member("{}", "a"), None);
        assert_eq!(member("[1]", "a"), None);
    }

    #[test]
    fn a_member_is_added_to_any_object() {
        assert_eq!(with_member("{}", "a", "1"), r#"{"a":1}"#);
        assert_eq!(with_member(r#"{"b":2}"#, "a", "\"x\""), r#"{"a":"x","b":2}"#);
    }
}
