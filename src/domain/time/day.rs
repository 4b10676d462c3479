//! Civil days.
//!
//! Invariant: a day is a count of days since 1970-01-01, whatever the zone; which day an instant
//! belongs to is asked of a [`Zone`](super::Zone).

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::KnownFormat;

use crate::domain::text_value::{self, text_schema};
use crate::domain::value_error::{ValueError, shown};

use super::Month;
use super::civil::{self, FIRST_DAY, LAST_DAY};

/// A civil day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    pub const MIN: Day = Day(FIRST_DAY);
    pub const MAX: Day = Day(LAST_DAY);

    /// The day of that date, if there is one.
    pub fn from_civil(year: i32, month: u32, day: u32) -> Option<Day> {
        let exists = (0..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=civil::days_in_month(year, month)).contains(&day);
        exists.then(|| Day(civil::days_from_civil(year, month, day)))
    }

    /// Year, month and day of the month.
    pub fn civil(self) -> (i32, u32, u32) {
        civil::civil_from_days(self.clamp(Day::MIN, Day::MAX).0)
    }

    pub fn year(self) -> i32 {
        self.civil().0
    }

    pub fn month(self) -> Month {
        let (year, month, _) = self.civil();
        Month(year * 12 + month as i32 - 1)
    }

    /// That many days later (earlier if negative).
    pub fn checked_add(self, days: i32) -> Option<Day> {
        self.0.checked_add(days).map(Day).filter(|day| day.is_in_range())
    }

    /// The days from this one to `last`, both included.
    pub fn through(self, last: Day) -> Days {
        Days { next: self, last }
    }

    /// `YYYY-MM-DD` as ASCII bytes.
    pub fn bytes(self) -> [u8; 10] {
        let mut out = [b'-'; 10];
        civil::put_date(&mut out, self.clamp(Day::MIN, Day::MAX).0);
        out
    }

    fn is_in_range(self) -> bool {
        (Day::MIN..=Day::MAX).contains(&self)
    }
}

/// Days in order, both ends included.
#[derive(Clone, Debug)]
pub struct Days {
    next: Day,
    last: Day,
}

impl Iterator for Days {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        let day = self.next;
        (day <= self.last).then(|| {
            self.next = Day(day.0 + 1);
            day
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = (i64::from(self.last.0) - i64::from(self.next.0) + 1).max(0) as usize;
        (count, Some(count))
    }
}

impl ExactSizeIterator for Days {}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.bytes()).expect("digits are ASCII"))
    }
}

impl FromStr for Day {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Day, ValueError> {
        civil::take_date(text.as_bytes()).map(Day).map_err(|reason| {
            ValueError::new("malformed_day", format!("{} is no day: {reason}", shown(text)))
        })
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.is_in_range() {
            return Err(S::Error::custom("day outside of the years 0000 to 9999"));
        }
        if !serializer.is_human_readable() {
            return serializer.serialize_i32(self.0);
        }
        serializer.serialize_str(std::str::from_utf8(&self.bytes()).expect("digits are ASCII"))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        if deserializer.is_human_readable() {
            return text_value::deserialize(deserializer, "a day, YYYY-MM-DD");
        }
        let day = Day(i32::deserialize(deserializer)?);
        if day.is_in_range() {
            Ok(day)
        } else {
            Err(D::Error::custom("day outside of the years 0000 to 9999"))
        }
    }
}

text_schema!(
    Day,
    description: "A civil day; which zone's day is said beside it.",
    pattern: r"^\d{4}-\d{2}-\d{2}$",
    example: "2025-03-01",
    min_length: 10,
    max_length: 10,
    format: Some(KnownFormat::Date),
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_day_keeps_its_text() {
        let day: Day = serde_json::from_str("\"2025-03-01\"").unwrap();
        assert_eq!(day, Day::from_civil(2025, 3, 1).unwrap());
        assert_eq!(serde_json::to_string(&day).unwrap(), "\"2025-03-01\"");
        assert_eq!("1970-01-01".parse(), Ok(Day(0)));
        assert_eq!(Day::MAX.to_string(), "9999-12-31");
    }

    #[test]
    fn the_leap_day_is_walked_through() {
        let first: Day = "2024-02-28".parse().unwrap();
        let days: Vec<_> = first.through("2024-03-01".parse().unwrap()).collect();
        let texts: Vec<_> = days.iter().map(Day::to_string).collect();
        assert_eq!(texts, ["2024-02-28", "2024-02-29", "2024-03-01"]);
        assert_eq!(first.through(Day(first.0 - 1)).len(), 0);
    }

    #[test]
    fn dates_that_do_not_exist_are_no_days() {
        assert_eq!(Day::from_civil(2025, 2, 29), None);
        assert_eq!(Day::from_civil(2025, 13, 1), None);
        assert_eq!(Day::from_civil(10_000, 1, 1), None);
        let error = "2025-02-29".parse::<Day>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "malformed_day: `2025-02-29` is no day: 2025-02 has the days 01 to 28"
        );
        assert_eq!(Day::MAX.checked_add(1), None);
        assert!(serde_json::to_string(&Day(i32::MAX)).is_err());
    }
}
