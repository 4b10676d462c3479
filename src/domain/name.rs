//! Names that people give to what they define: a method, an indicator, an item of a statement.
//!
//! Invariant: 1 to [`MAX_NAME`] characters, small letters, digits, `_` and `-`, a letter first. So
//! a name is safe in a path and a log line, and reads the same in every language.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

/// The most characters of a name.
pub const MAX_NAME: usize = 60;

/// The name of something that was published.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Name, ValueError> {
        let is_named = text.len() <= MAX_NAME
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        if is_named {
            return Ok(Name(text.into()));
        }
        let message = format!(
            "{} is no name; one has 1 to {MAX_NAME} characters of a-z, 0-9, _ and -, a letter \
             first",
            shown(text)
        );
        Err(ValueError::new("malformed_name", message))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_serde!(Name, "a name, as \"green_cover\"");
text_schema!(
    Name,
    description: "A name: small letters, digits, `_` and `-`, a letter first.",
    pattern: "^[a-z][a-z0-9_-]{0,59}$",
    example: "green_cover",
    min_length: 1,
    max_length: MAX_NAME,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn names_are_small_and_begin_with_a_letter() {
        for name in ["a", "hj274-2015", "green_cover"] {
            assert_eq!(name.parse::<Name>().unwrap().to_string(), name);
        }
        let long = "a".repeat(MAX_NAME + 1);
        for text in ["", "Green", "2015", "a b", "a/b", "é", &long] {
            assert_eq!(text.parse::<Name>().unwrap_err().code, "malformed_name", "{text}");
        }
    }
}
