//! Short texts from people: names, titles, reasons.
//!
//! Invariant: 1 to [`MAX_TEXT`] characters, no control characters, no space at either end. So a
//! text stands on one line wherever it is shown, and two texts that look alike are alike.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

/// The most characters of a text.
pub const MAX_TEXT: usize = 500;

/// A name, title or reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<str>);

impl Text {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Text {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Text, ValueError> {
        let refuse = |reason: &str| {
            let right = format!(
                "{} {reason}; a text has 1 to {MAX_TEXT} characters, no line breaks, and no space \
                 at its ends",
                shown(text)
            );
            Err(ValueError::new("malformed_text", right))
        };
        if text.is_empty() {
            return refuse("is empty");
        }
        if text.chars().count() > MAX_TEXT {
            return refuse("is too long");
        }
        if text.chars().any(char::is_control) {
            return refuse("has a control character");
        }
        if text.trim().len() != text.len() {
            return refuse("begins or ends with a space");
        }
        Ok(Text(text.into()))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_serde!(Text, "a text of 1 to 500 characters");
text_schema!(
    Text,
    description: "A short text on one line.",
    pattern: r"^\S([^\u0000-\u001f\u007f-\u009f]*\S)?$",
    example: "granulated blast furnace slag",
    min_length: 1,
    max_length: MAX_TEXT,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_text_stands_on_one_line_and_has_no_space_at_its_ends() {
        for good in ["a", "贵糖集团", "two words", &"x".repeat(MAX_TEXT)] {
            assert_eq!(good.parse::<Text>().unwrap().as_str(), good);
        }
        for bad in ["", " a", "a ", "a\nb", "\u{7f}", &"x".repeat(MAX_TEXT + 1)] {
            assert_eq!(bad.parse::<Text>().unwrap_err().code, "malformed_text");
        }
    }
}
