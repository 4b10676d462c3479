//! Time zones of parks: a delivery belongs to the day on the clock at the weighbridge.
//!
//! Invariant: a zone is written with its IANA name in every format, also in rows, because the
//! numbers of the zones change from one release of the table to the next.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, MappedLocalTime, Offset, TimeZone};
use chrono_tz::{GapInfo, Tz};

use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

use super::civil::DAY_SECONDS;
use super::{Day, UtcMillis};

/// A time zone of the IANA table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(pub Tz);

impl Zone {
    pub fn as_str(&self) -> &'static str {
        self.0.name()
    }

    /// Seconds east of UTC that clocks there showed at that second.
    pub(super) fn offset_seconds_at(&self, seconds: i64) -> i64 {
        let instant = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let offset = self.0.offset_from_utc_datetime(&instant.naive_utc());
        i64::from(offset.fix().local_minus_utc())
    }

    /// When clocks there show that second of that day; the first time where they show it twice, and
    /// none where they leave it out.
    pub fn at_local(&self, day: Day, second_of_day: u32) -> Option<UtcMillis> {
        let seconds = i64::from(day.0) * DAY_SECONDS + i64::from(second_of_day);
        let local = DateTime::from_timestamp(seconds, 0)?.naive_utc();
        let instant = self.0.from_local_datetime(&local).earliest()?;
        Some(UtcMillis(instant.timestamp_millis())).filter(|instant| instant.is_in_range())
    }

    /// The first instant of that day there; where the day begins in a gap of the clock, or is left
    /// out altogether, the first instant after the gap.
    pub fn first_instant(&self, day: Day) -> UtcMillis {
        self.instant(day, 0)
    }

    /// When clocks there first show that minute of that day (0 is midnight); in a gap of the clock
    /// the first instant after the gap.
    pub fn instant(&self, day: Day, minute: u32) -> UtcMillis {
        let day = day.clamp(Day::MIN, Day::MAX);
        let seconds = i64::from(day.0) * DAY_SECONDS + i64::from(minute.min(24 * 60 - 1)) * 60;
        let shown = DateTime::from_timestamp(seconds, 0)
            .expect("four-digit years are within chrono's range")
            .naive_utc();
        let first = match self.0.from_local_datetime(&shown) {
            MappedLocalTime::Single(instant) | MappedLocalTime::Ambiguous(instant, _) => {
                Some(instant)
            }
            MappedLocalTime::None => GapInfo::new(&shown, &self.0).and_then(|gap| gap.end),
        };
        let millis = first.map_or(shown.and_utc().timestamp_millis(), |at| at.timestamp_millis());
        UtcMillis(millis).clamp(UtcMillis::MIN, UtcMillis::MAX)
    }

    /// The day and the minute of it that clocks there show at that instant.
    pub fn shown(&self, instant: UtcMillis) -> (Day, u32) {
        let seconds = instant.0.div_euclid(1_000);
        let shown = seconds + self.offset_seconds_at(seconds);
        let minute = u32::try_from(shown.rem_euclid(DAY_SECONDS) / 60).unwrap_or(0);
        (instant.day_in(self), minute)
    }
}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Zone) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Zone) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Zone {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Zone, ValueError> {
        text.parse().map(Zone).map_err(|_| {
            ValueError::new(
                "unknown_time_zone",
                format!(
                    "{} is not in the IANA table; a zone is named as Asia/Shanghai",
                    shown(text)
                ),
            )
        })
    }
}

text_serde!(Zone, "the IANA name of a time zone");
text_schema!(
    Zone,
    description: "A time zone by its IANA name.",
    pattern: "^[A-Za-z0-9_+/-]{2,40}$",
    example: "Asia/Shanghai",
    min_length: 2,
    max_length: 40,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn instant(text: &str) -> UtcMillis {
        text.parse().unwrap()
    }

    #[test]
    fn a_load_of_the_evening_in_utc_belongs_to_the_next_day_in_shanghai() {
        let shanghai = zone("Asia/Shanghai");
        let eve = instant("2024-12-31T15:59:59.999Z");
        assert_eq!(eve.day_in(&shanghai).to_string(), "2024-12-31");
        assert_eq!(instant("2024-12-31T16:00:00Z").day_in(&shanghai).to_string(), "2025-01-01");
        assert_eq!(eve.micros().day_in(&shanghai).to_string(), "2024-12-31");
    }

    #[test]
    fn summer_time_moves_the_border_of_the_day() {
        let copenhagen = zone("Europe/Copenhagen");
        assert_eq!(instant("2025-01-10T22:30:00Z").day_in(&copenhagen).to_string(), "2025-01-10");
        assert_eq!(instant("2025-07-10T22:30:00Z").day_in(&copenhagen).to_string(), "2025-07-11");
        let days = |day: &str| {
            let day: Day = day.parse().unwrap();
            let (from, to) =
                (copenhagen.first_instant(day), copenhagen.first_instant(Day(day.0 + 1)));
            (to.0 - from.0) / 3_600_000
        };
        assert_eq!(days("2025-03-29"), 24);
        assert_eq!(days("2025-03-30"), 23);
        assert_eq!(days("2025-10-26"), 25);
    }

    #[test]
    fn china_s_own_summer_time_of_1988_is_known() {
        let shanghai = zone("Asia/Shanghai");
        assert_eq!(instant("1988-07-01T15:30:00Z").day_in(&shanghai).to_string(), "1988-07-02");
    }

    #[test]
    fn the_first_instant_of_a_day_is_in_it_and_the_one_before_is_not() {
        let names = [
            "Asia/Shanghai",
            "Europe/Copenhagen",
            "America/New_York",
            "Asia/Kathmandu",
            "Asia/Beirut",
        ];
        for name in names {
            let zone = zone(name);
            for day in
                Day::from_civil(2015, 1, 1).unwrap().through(Day::from_civil(2030, 1, 1).unwrap())
            {
                let first = zone.first_instant(day);
                assert_eq!(first.day_in(&zone), day, "{name}");
                assert_eq!(UtcMillis(first.0 - 1).day_in(&zone), Day(day.0 - 1), "{name} {day}");
            }
        }
    }

    #[test]
    fn a_day_that_a_place_left_out_begins_where_the_next_one_does() {
        let apia = zone("Pacific/Apia");
        let skipped = Day::from_civil(2011, 12, 30).unwrap();
        assert_eq!(apia.first_instant(skipped), apia.first_instant(Day(skipped.0 + 1)));
    }

    #[test]
    fn what_a_clock_showed_is_an_instant_unless_the_clock_left_it_out() {
        let day = |year, month, day| Day::from_civil(year, month, day).unwrap();
        let shanghai = zone("Asia/Shanghai").at_local(day(2026, 11, 2), 8 * 3_600 + 300);
        assert_eq!(shanghai, Some(instant("2026-11-02T00:05:00Z")));
        let copenhagen = zone("Europe/Copenhagen");
        assert_eq!(copenhagen.at_local(day(2025, 3, 30), 2 * 3_600 + 1_800), None);
        let twice = copenhagen.at_local(day(2025, 10, 26), 2 * 3_600 + 1_800);
        assert_eq!(twice, Some(instant("2025-10-26T00:30:00Z")));
    }

    #[test]
    fn a_zone_is_written_with_its_name() {
        assert_eq!(serde_json::to_string(&zone("Asia/Shanghai")).unwrap(), "\"Asia/Shanghai\"");
        let error = serde_json::from_str::<Zone>("\"Asia/Beijing\"").unwrap_err().to_string();
        assert!(error.starts_with("unknown_time_zone: `Asia/Beijing`"), "{error}");
        assert!("UTC+8".parse::<Zone>().is_err());
    }

    #[test]
    fn a_minute_on_the_clock_there_comes_back_and_a_skipped_one_moves_on() {
        let day: Day = "2025-03-30".parse().unwrap();
        let shanghai: Zone = "Asia/Shanghai".parse().unwrap();
        let at = shanghai.instant(day, 8 * 60 + 7);
        assert_eq!(at.to_string(), "2025-03-30T00:07:00.000Z");
        assert_eq!(shanghai.shown(at), (day, 8 * 60 + 7));
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let skipped = berlin.instant(day, 2 * 60 + 30);
        assert_eq!(berlin.shown(skipped), (day, 3 * 60));
    }
}
