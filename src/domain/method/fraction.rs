//! Weights: exact fractions, as `1/18`.
//!
//! Invariant: between 0 and 1, zero excluded.

use std::fmt;
use std::str::FromStr;

use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

/// A weight, written as numerator and denominator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    text: Box<str>,
    numerator: u32,
    denominator: u32,
}

impl Fraction {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn numerator(&self) -> u32 {
        self.numerator
    }

    pub fn denominator(&self) -> u32 {
        self.denominator
    }
}

fn part(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && !text.starts_with('0') && text.len() <= 6;
    plain.then(|| text.parse().ok()).flatten()
}

impl FromStr for Fraction {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Fraction, ValueError> {
        let parts = text.split_once('/').and_then(|(one, two)| part(one).zip(part(two)));
        match parts {
            Some((numerator, denominator)) if numerator <= denominator => {
                Ok(Fraction { text: text.into(), numerator, denominator })
            }
            Some(_) | None => {
                let message =
                    format!("{} is no weight: it has the form 1/18 and is at most 1", shown(text));
                Err(ValueError::new("malformed_fraction", message))
            }
        }
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

text_serde!(Fraction, "a weight, as \"1/18\"");
text_schema!(
    Fraction,
    description: "A weight, at most 1, as numerator and denominator.",
    pattern: "^[1-9][0-9]{0,5}/[1-9][0-9]{0,5}$",
    example: "1/18",
    min_length: 3,
    max_length: 13,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_weight_is_more_than_nothing_and_at_most_the_whole() {
        let third = "1/3".parse::<Fraction>().unwrap();
        assert_eq!((third.numerator(), third.denominator()), (1, 3));
        for text in ["", "1", "0/3", "3/0", "4/3", "1/ 3", "-1/3", "01/3"] {
            assert_eq!(text.parse::<Fraction>().unwrap_err().code, "malformed_fraction", "{text}");
        }
    }
}
