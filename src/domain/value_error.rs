//! The one way in which a value from outside is refused: a stable code and a sentence.
//!
//! Invariant: every code that a value type uses stands in [`CODES`], and no code is ever renamed or
//! given another meaning. The sentence says what would be right and may be reworded.
//!
//! serde carries only text through its errors, so the text form is `code: message`; [`split`] takes
//! it apart again.

use std::fmt;

/// Every code that a value type of this crate refuses with, in alphabetical order.
pub const CODES: &[&str] = &[
    "bad_check_digit",
    "contradicting_hazard",
    "duplicate_code",
    "malformed_code",
    "malformed_day",
    "malformed_formula",
    "malformed_fraction",
    "malformed_id",
    "malformed_identifier",
    "malformed_month",
    "malformed_name",
    "malformed_number",
    "malformed_period",
    "malformed_split",
    "malformed_text",
    "malformed_time",
    "negative",
    "over_precise",
    "too_large",
    "unknown_currency",
    "unknown_operation",
    "unknown_scheme",
    "unknown_time_zone",
    "unknown_unit",
    "unlike_basis",
    "unlike_currency",
    "unlike_dimension",
];

/// Why a value was refused: a code for programs, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ValueError {
    pub code: &'static str,
    pub message: String,
}

impl ValueError {
    pub fn new(code: &'static str, message: impl Into<String>) -> ValueError {
        debug_assert!(CODES.contains(&code), "{code} is missing in value_error::CODES");
        ValueError { code, message: message.into() }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ValueError {}

/// The code and the sentence of a [`ValueError`] that travelled as text, for example inside a serde
/// error; `None` for any other text.
pub fn split(text: &str) -> Option<(&'static str, &str)> {
    let (head, message) = text.split_once(": ")?;
    let at = CODES.binary_search(&head).ok()?;
    Some((CODES[at], message))
}

/// A quoted excerpt of what was sent, short and printable, so that a message can show it safely.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let mut out = String::from("`");
    for (count, character) in text.chars().enumerate() {
        if count == MOST {
            out.push('…');
            break;
        }
        out.push(if character.is_control() { '\u{fffd}' } else { character });
    }
    out.push('`');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn codes_are_sorted_and_unique_so_that_split_may_search_them() {
        assert!(CODES.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_refusal_survives_its_way_through_text() {
        let error = ValueError::new("unknown_unit", "GJ is gram per millilitre: use GV");
        assert_eq!(
            split(&error.to_string()).unwrap(),
            ("unknown_unit", "GJ is gram per millilitre: use GV")
        );
    }

    #[test]
    fn other_errors_are_not_taken_for_refusals_of_values() {
        assert_eq!(split("missing field `unit` at line 1 column 9"), None);
        assert_eq!(split("invalid type: string \"a\", expected u32"), None);
    }

    #[test]
    fn what_was_sent_is_shown_short_and_without_control_characters() {
        assert_eq!(shown("a\u{1b}[31mb"), "`a\u{fffd}[31mb`");
        assert_eq!(shown(&"x".repeat(90)).chars().count(), 43);
    }
}
