//! Periods that figures are of: a year, a quarter or a month.
//!
//! Invariant: a period is whole months, and its text is its only spelling: `2017`, `2017-Q1`,
//! `2017-03`.

use std::fmt;
use std::str::FromStr;

use crate::domain::text_value::{self, text_schema};
use crate::domain::value_error::{ValueError, shown};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Day, Month};

/// A year, quarter or month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    Year(u16),
    /// 1 to 4.
    Quarter(u16, u8),
    Month(Month),
}

impl Period {
    pub fn first_month(self) -> Month {
        let (year, month) = match self {
            Period::Year(year) => (year, 1),
            Period::Quarter(year, quarter) => (year, u32::from(quarter) * 3 - 2),
            Period::Month(month) => return month,
        };
        Month::from_civil(year.into(), month).expect("a period's year has four digits")
    }

    pub fn last_month(self) -> Month {
        let more = match self {
            Period::Year(_) => 11,
            Period::Quarter(..) => 2,
            Period::Month(_) => 0,
        };
        Month(self.first_month().0 + more)
    }

    pub fn first(self) -> Day {
        self.first_month().first()
    }

    pub fn last(self) -> Day {
        self.last_month().last()
    }

    /// How many months it has.
    pub fn months(self) -> u32 {
        (self.last_month().0 - self.first_month().0 + 1) as u32
    }

    pub fn year(self) -> u16 {
        u16::try_from(self.first_month().year()).expect("a period's year has four digits")
    }

    /// The same period of an earlier year; none before year 0.
    pub fn years_before(self, years: u16) -> Option<Period> {
        self.in_year(self.year().checked_sub(years)?)
    }

    /// The same period of another year; none beyond four digits.
    pub fn in_year(self, year: u16) -> Option<Period> {
        Some(match self {
            _ if year > 9999 => return None,
            Period::Year(_) => Period::Year(year),
            Period::Quarter(_, quarter) => Period::Quarter(year, quarter),
            Period::Month(month) => Period::Month(Month::from_civil(year.into(), month.of_year())?),
        })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Year(year) => f.pad(&format!("{year:04}")),
            Period::Quarter(year, quarter) => f.pad(&format!("{year:04}-Q{quarter}")),
            Period::Month(month) => month.fmt(f),
        }
    }
}

impl FromStr for Period {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Period, ValueError> {
        let digits = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let year = |text: &str| digits(text).then(|| text.parse().ok()).flatten();
        let found = match text.split_once("-Q") {
            Some((before, quarter)) => match (year(before), quarter) {
                (Some(year), "1" | "2" | "3" | "4") => {
                    Some(Period::Quarter(year, quarter.as_bytes()[0] - b'0'))
                }
                _ => None,
            },
            None if text.len() == 4 => year(text).map(Period::Year),
            None => text.parse().ok().map(Period::Month),
        };
        found.ok_or_else(|| {
            let message = format!(
                "{} is no period: it is a year, quarter or month as 2017, 2017-Q1, 2017-03",
                shown(text)
            );
            ValueError::new("malformed_period", message)
        })
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        text_value::deserialize(deserializer, "a period, as \"2017\", \"2017-Q1\" or \"2017-03\"")
    }
}

text_schema!(
    Period,
    description: "A year, quarter or month.",
    pattern: "^[0-9]{4}(-(Q[1-4]|0[1-9]|1[0-2]))?$",
    example: "2017",
    min_length: 4,
    max_length: 7,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_period_is_read_as_it_is_written_and_has_its_months() {
        let cases = [
            ("2017", "2017-01", "2017-12"),
            ("2017-Q3", "2017-07", "2017-09"),
            ("2017-02", "2017-02", "2017-02"),
        ];
        for (text, first, last) in cases {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!(period.first_month().to_string(), first);
            assert_eq!(period.last_month().to_string(), last);
        }
        for text in ["", "17", "2017-Q5", "2017-13", "2017-Q", "2017-1", "20170", "２０１７"] {
            assert_eq!(text.parse::<Period>().unwrap_err().code, "malformed_period", "{text}");
        }
    }

    #[test]
    fn periods_look_back_by_whole_years() {
        let quarter: Period = "2017-Q3".parse().unwrap();
        assert_eq!(quarter.years_before(3).unwrap().to_string(), "2014-Q3");
        assert_eq!(quarter.years_before(2018), None);
        let month: Period = "2016-02".parse().unwrap();
        assert_eq!(month.in_year(2014).unwrap().last().to_string(), "2014-02-28");
    }
}
