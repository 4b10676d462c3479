//! What has to be declared, by when, and for which parts of a period.
//!
//! Invariant: a due day is a function of the rule and of the period alone, so a duty that was
//! overdue stays so whatever the clock says later.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::fact::{Measure, of_theme};
use crate::domain::method::Every;
use crate::domain::name::Name;
use crate::domain::shapes::Theme;
use crate::domain::time::{Day, Month, Period};

/// What has to be declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Duty {
    /// A theme of the monthly return.
    Theme(Theme),
    /// An item that is stated.
    Item(Name),
}

impl Duty {
    /// Whether a leaf that sums facts of a measure, or of an item, rests on it.
    pub fn covers(&self, measure: Measure, item: Option<&Name>) -> bool {
        match self {
            Duty::Theme(theme) => item.is_none() && of_theme(*theme).contains(&measure),
            Duty::Item(name) => item == Some(name),
        }
    }
}

/// By when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Due {
    /// On that day.
    On(Day),
    /// So many days after the end of what is declared.
    DaysAfter(u16),
    /// On the first such day of the year after the end of what is declared.
    Yearly(DayOfYear),
}

/// A day of any year; a day that its month does not have is the month's last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayOfYear {
    #[schema(minimum = 1, maximum = 31)]
    pub day: u8,
    #[schema(minimum = 1, maximum = 12)]
    pub month: u8,
}

impl DayOfYear {
    pub fn is_right(self) -> bool {
        (1..=31).contains(&self.day) && (1..=12).contains(&self.month)
    }

    fn in_year(self, year: i32) -> Option<Day> {
        let month = Month::from_civil(year, self.month.into())?;
        let last = month.last();
        Some(last.min(month.first().checked_add(i32::from(self.day) - 1)?))
    }
}

impl Due {
    /// The last day on which a part of a period is declared in time.
    pub fn of(self, part: Period) -> Day {
        let last = part.last();
        let due = match self {
            Due::On(day) => Some(day),
            Due::DaysAfter(days) => last.checked_add(days.into()),
            Due::Yearly(rule) => {
                let this = rule.in_year(last.year()).filter(|day| *day > last);
                this.or_else(|| rule.in_year(last.year() + 1))
            }
        };
        // Beyond the calendar's end there is no later day.
        due.unwrap_or(last)
    }
}

/// The parts of a period for which something that is declared so often is declared; none if the
/// period is shorter.
pub fn parts(period: Period, every: Every) -> Vec<Period> {
    let length = match every {
        Every::Month => 1,
        Every::Quarter => 3,
        Every::Year => 12,
    };
    if period.months() < length {
        return Vec::new();
    }
    let months = (period.first_month().0..=period.last_month().0).step_by(length as usize);
    let part = |month: i32| {
        let month = Month(month);
        let year = Period::Month(month).year();
        match every {
            Every::Month => Period::Month(month),
            Every::Quarter => Period::Quarter(year, month.of_year().div_ceil(3) as u8),
            Every::Year => Period::Year(year),
        }
    };
    months.map(part).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn a_due_day_follows_the_end_of_what_is_declared() {
        let on = |due: Due, part: &str| due.of(period(part)).to_string();
        assert_eq!(on(Due::DaysAfter(15), "2025-02"), "2025-03-15");
        let yearly = |day, month| Due::Yearly(DayOfYear { day, month });
        assert_eq!(on(yearly(31, 3), "2024"), "2025-03-31");
        assert_eq!(on(yearly(31, 3), "2025-Q1"), "2026-03-31", "the end itself is too soon");
        assert_eq!(on(yearly(20, 6), "2025-03"), "2025-06-20");
        assert_eq!(on(yearly(30, 2), "2023"), "2024-02-29", "the month's last day");
        assert_eq!(on(Due::On("2025-07-01".parse().unwrap()), "2024"), "2025-07-01");
        assert!(!DayOfYear { day: 0, month: 1 }.is_right());
        assert!(!DayOfYear { day: 1, month: 13 }.is_right());
    }

    #[test]
    fn a_period_falls_into_parts_of_a_length() {
        let of = |text: &str, every| {
            let parts = parts(period(text), every);
            parts.iter().map(Period::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of("2024-Q3", Every::Month), ["2024-07", "2024-08", "2024-09"]);
        assert_eq!(of("2024", Every::Quarter), ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]);
        assert_eq!(of("2024", Every::Year), ["2024"]);
        assert_eq!(of("2024", Every::Month).len(), 12);
        assert!(of("2024-Q3", Every::Year).is_empty() && of("2024-07", Every::Quarter).is_empty());
    }
}
