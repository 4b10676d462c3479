//! Numbers as people write them: `46,200`, `３１.２０`, `31.2 t`.

use crate::domain::decimal::Decimal;
use crate::domain::value_error::{ValueError, shown};
use crate::table::header::narrow;

/// What parts the whole digits from the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    #[default]
    Point,
    Comma,
}

/// The number at the front, and what stands behind it: a unit, or nothing.
pub fn split(text: &str) -> (String, String) {
    let text: String = text.chars().map(narrow).collect();
    let is_digit = |letter: char| letter.is_ascii_digit();
    let end = text.rfind(is_digit).map_or(0, |at| at + 1);
    // m3 ends with a digit that belongs to the unit.
    let end = match text[..end].strip_suffix("m3").map(str::trim_end) {
        Some(rest) => rest.rfind(is_digit).map_or(0, |at| at + 1),
        None => end,
    };
    (text[..end].trim().to_owned(), text[end..].trim().to_owned())
}

/// An exact number. Groups of thousands are taken where they are whole.
pub fn parse(text: &str, mark: Mark) -> Result<Decimal, ValueError> {
    let refuse = || {
        let right = match mark {
            Mark::Point => {
                "write digits and a decimal point, as 31.20; where the table has decimal commas, \
                 say so with the constant decimal_mark"
            }
            Mark::Comma => "write digits and a decimal comma, as 31,20",
        };
        ValueError::new("malformed_number", format!("{} is no number; {right}", shown(text)))
    };
    let (point, group) = match mark {
        Mark::Point => ('.', ','),
        Mark::Comma => (',', '.'),
    };
    let text: String = text.chars().map(narrow).filter(|letter| !letter.is_whitespace()).collect();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    let (whole, fraction) = digits.split_once(point).unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split(group).collect();
    let sized = groups.len() == 1
        || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|part| part.len() == 3));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, dangling) = (groups.concat(), digits.ends_with(point));
    if !sized || whole.is_empty() || dangling || !is_number(&whole) || !is_number(fraction) {
        return Err(refuse());
    }
    let bare = whole.trim_start_matches('0');
    let whole = if bare.is_empty() { "0" } else { bare };
    let sign = if bare.is_empty() && fraction.trim_matches('0').is_empty() { "" } else { sign };
    match fraction {
        "" => format!("{sign}{whole}").parse(),
        fraction => format!("{sign}{whole}.{fraction}").parse(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn usual_spellings_are_taken_and_doubtful_ones_refused() {
        for (text, mark, value) in [
            ("31.20", Mark::Point, "31.20"),
            ("46,200", Mark::Point, "46200"),
            ("1,046,200.5", Mark::Point, "1046200.5"),
            ("３１．２０", Mark::Point, "31.20"),
            ("0031", Mark::Point, "31"),
            ("+7", Mark::Point, "7"),
            ("-0.0", Mark::Point, "0.0"),
            ("-7", Mark::Point, "-7"),
            ("31,20", Mark::Comma, "31.20"),
            ("1.046.200,5", Mark::Comma, "1046200.5"),
        ] {
            assert_eq!(parse(text, mark).unwrap().to_string(), value, "{text}");
        }
        for text in ["", "31,20", "1,2,3", "1.2.3", "31.", ".5", "1e3", "4 t", "--1", "46,20.0"] {
            assert_eq!(parse(text, Mark::Point).unwrap_err().code, "malformed_number", "{text}");
        }
        assert_eq!(parse("0.1234567891", Mark::Point).unwrap_err().code, "over_precise");
    }

    #[test]
    fn a_unit_behind_the_number_is_parted_from_it() {
        for (text, number, unit) in [
            ("31.2 t", "31.2", "t"),
            ("31.2吨", "31.2", "吨"),
            ("7 m3", "7", "m3"),
            ("7Ｎｍ3", "7", "Nm3"),
            ("7", "7", ""),
            ("t", "", "t"),
        ] {
            assert_eq!(split(text), (number.to_owned(), unit.to_owned()), "{text}");
        }
    }
}
