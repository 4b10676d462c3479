//! Calendar months, the period of most returns and figures.
//!
//! Invariant: a month is `year * 12 + (month - 1)`, so the next month is one more.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::text_value::{self, text_schema};
use crate::domain::value_error::{ValueError, shown};

use super::civil;
use super::{Day, Days};

/// A calendar month, as `year * 12 + (month - 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    pub const MIN: Month = Month(0);
    pub const MAX: Month = Month(9_999 * 12 + 11);

    /// `month` counts from 1.
    pub fn from_civil(year: i32, month: u32) -> Option<Month> {
        let exists = (0..=9999).contains(&year) && (1..=12).contains(&month);
        exists.then(|| Month(year * 12 + month as i32 - 1))
    }

    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1 for January to 12 for December.
    pub fn of_year(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }

    pub fn first(self) -> Day {
        Day(civil::days_from_civil(self.year(), self.of_year(), 1))
    }

    pub fn last(self) -> Day {
        let length = civil::days_in_month(self.year(), self.of_year());
        Day(civil::days_from_civil(self.year(), self.of_year(), length))
    }

    pub fn days(self) -> Days {
        self.first().through(self.last())
    }

    /// That many months later (earlier if negative).
    pub fn checked_add(self, months: i32) -> Option<Month> {
        self.0.checked_add(months).map(Month).filter(|month| month.is_in_range())
    }

    /// The months from this one to `last`, both included.
    pub fn through(self, last: Month) -> Months {
        Months { next: self, last }
    }

    fn bytes(self) -> [u8; 7] {
        let month = self.clamp(Month::MIN, Month::MAX);
        let mut out = [b'-'; 7];
        civil::put(&mut out[0..4], month.year() as u32);
        civil::put(&mut out[5..7], month.of_year());
        out
    }

    fn is_in_range(self) -> bool {
        (Month::MIN..=Month::MAX).contains(&self)
    }
}

/// Months in order, both ends included.
#[derive(Clone, Debug)]
pub struct Months {
    next: Month,
    last: Month,
}

impl Iterator for Months {
    type Item = Month;

    fn next(&mut self) -> Option<Month> {
        let month = self.next;
        (month <= self.last).then(|| {
            self.next = Month(month.0 + 1);
            month
        })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.bytes()).expect("digits are ASCII"))
    }
}

impl FromStr for Month {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Month, ValueError> {
        let bytes = text.as_bytes();
        let parsed = if bytes.len() == 7 && bytes[4] == b'-' {
            civil::take(&bytes[..4]).zip(civil::take(&bytes[5..]))
        } else {
            None
        };
        parsed.and_then(|(year, month)| Month::from_civil(year as i32, month)).ok_or_else(|| {
            let message = format!("{} is no month: it has the form 2025-03", shown(text));
            ValueError::new("malformed_month", message)
        })
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.is_in_range() {
            return Err(S::Error::custom("month outside of the years 0000 to 9999"));
        }
        if !serializer.is_human_readable() {
            return serializer.serialize_i32(self.0);
        }
        serializer.serialize_str(std::str::from_utf8(&self.bytes()).expect("digits are ASCII"))
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Month, D::Error> {
        if deserializer.is_human_readable() {
            return text_value::deserialize(deserializer, "a month, YYYY-MM");
        }
        let month = Month(i32::deserialize(deserializer)?);
        if month.is_in_range() {
            Ok(month)
        } else {
            Err(D::Error::custom("month outside of the years 0000 to 9999"))
        }
    }
}

text_schema!(
    Month,
    description: "A calendar month.",
    pattern: r"^\d{4}-(0[1-9]|1[0-2])$",
    example: "2025-03",
    min_length: 7,
    max_length: 7,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_day_lies_in_its_month_and_months_leave_no_gap() {
        let mut day = Day::MIN;
        for month in Month::MIN.through(Month::MAX) {
            assert_eq!(month.first(), day);
            assert_eq!(month.first().month(), month);
            assert_eq!(month.last().month(), month);
            day = Day(month.last().0 + 1);
        }
        assert_eq!(day.0, Day::MAX.0 + 1);
    }

    #[test]
    fn a_month_keeps_its_text() {
        let month: Month = serde_json::from_str("\"2024-02\"").unwrap();
        assert_eq!(month.days().len(), 29);
        assert_eq!(serde_json::to_string(&month).unwrap(), "\"2024-02\"");
        assert_eq!(month.checked_add(11).unwrap().to_string(), "2025-01");
        assert_eq!(Month::MAX.checked_add(1), None);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in ["2025", "2025-13", "2025-00", "2025-3", "2025/03", "２025-03", "2025-03-01"] {
            assert_eq!(text.parse::<Month>().unwrap_err().code, "malformed_month", "{text}");
        }
    }
}
