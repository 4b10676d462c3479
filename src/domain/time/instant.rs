//! Instants in UTC: microseconds for the ledger's clock, milliseconds for business times.
//!
//! Invariant: what is written has exactly six or three fraction digits and `Z`, so that equal
//! instants are equal bytes in the log. Both types lie within the years 0000 to 9999: parsing,
//! serde and `checked_add` hold that; an instant made by hand outside of it prints as the nearer
//! end, and is refused by serde.
//!
//! Formatting stands on the path of every record, so the digits are written by hand into a fixed
//! array.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::KnownFormat;

use crate::domain::text_value::{self, text_schema};
use crate::domain::value_error::{ValueError, shown};

use super::civil::{DAY_SECONDS, FIRST_DAY, LAST_DAY, put, put_date, take, take_date};
use super::{Day, Zone};

/// An instant of the ledger's clock: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcMicros(pub i64);

/// An instant of business: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcMillis(pub i64);

const MICRO: i64 = 1_000_000;
const MILLI: i64 = 1_000;

/// `YYYY-MM-DDThh:mm:ss` from seconds since 1970, which the caller keeps within the range.
fn put_seconds(out: &mut [u8], seconds: i64) {
    let (date, clock) = out.split_first_chunk_mut::<10>().expect("callers pass 19 bytes");
    put_date(date, seconds.div_euclid(DAY_SECONDS) as i32);
    let second_of_day = seconds.rem_euclid(DAY_SECONDS) as u32;
    clock[0] = b'T';
    put(&mut clock[1..3], second_of_day / 3_600);
    clock[3] = b':';
    put(&mut clock[4..6], second_of_day / 60 % 60);
    clock[6] = b':';
    put(&mut clock[7..9], second_of_day % 60);
}

macro_rules! instant {
    ($name:ident, $per_second:ident, $length:literal) => {
        impl $name {
            /// Length of the text form.
            pub const LENGTH: usize = $length;
            pub const MIN: $name = $name(FIRST_DAY as i64 * DAY_SECONDS * $per_second);
            pub const MAX: $name = $name((LAST_DAY as i64 + 1) * DAY_SECONDS * $per_second - 1);

            /// The text form as ASCII bytes.
            pub fn bytes(self) -> [u8; $length] {
                let instant = self.clamp($name::MIN, $name::MAX).0;
                let mut out = [b'Z'; $length];
                put_seconds(&mut out[..19], instant.div_euclid($per_second));
                out[19] = b'.';
                let fraction = instant.rem_euclid($per_second) as u32;
                put(&mut out[20..$length - 1], fraction);
                out
            }

            pub fn is_in_range(self) -> bool {
                ($name::MIN..=$name::MAX).contains(&self)
            }

            /// The civil day in UTC.
            pub fn utc_day(self) -> Day {
                Day(self.0.div_euclid(DAY_SECONDS * $per_second) as i32)
            }

            fn seconds(self) -> i64 {
                self.0.div_euclid($per_second)
            }

            /// The civil day on the clocks of that zone.
            pub fn day_in(self, zone: &Zone) -> Day {
                let local = self.seconds() + zone.offset_seconds_at(self.seconds());
                Day(local.div_euclid(DAY_SECONDS) as i32)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(std::str::from_utf8(&self.bytes()).expect("digits are ASCII"))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if !self.is_in_range() {
                    return Err(S::Error::custom("time outside of the years 0000 to 9999"));
                }
                if !serializer.is_human_readable() {
                    return serializer.serialize_i64(self.0);
                }
                serializer
                    .serialize_str(std::str::from_utf8(&self.bytes()).expect("digits are ASCII"))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                if deserializer.is_human_readable() {
                    return text_value::deserialize(deserializer, "a time in UTC");
                }
                let value = $name(i64::deserialize(deserializer)?);
                if value.is_in_range() {
                    Ok(value)
                } else {
                    Err(D::Error::custom("time outside of the years 0000 to 9999"))
                }
            }
        }
    };
}

instant!(UtcMicros, MICRO, 27);
instant!(UtcMillis, MILLI, 24);

impl UtcMicros {
    /// The millisecond that it lies in.
    pub fn millis(self) -> UtcMillis {
        UtcMillis(self.0.div_euclid(MICRO / MILLI))
    }

    /// That many microseconds later (earlier if negative).
    pub fn checked_add(self, micros: i64) -> Option<UtcMicros> {
        self.0.checked_add(micros).map(UtcMicros).filter(|instant| instant.is_in_range())
    }
}

impl UtcMillis {
    pub fn micros(self) -> UtcMicros {
        UtcMicros(self.0 * (MICRO / MILLI))
    }

    /// That many milliseconds later (earlier if negative).
    pub fn checked_add(self, millis: i64) -> Option<UtcMillis> {
        self.0.checked_add(millis).map(UtcMillis).filter(|instant| instant.is_in_range())
    }

    /// What a clock in that zone shows, to the second: `2025-03-01 16:00:00`.
    pub fn clock_in(self, zone: &Zone) -> String {
        let local = self.seconds() + zone.offset_seconds_at(self.seconds());
        let shown = UtcMillis(local.saturating_mul(MILLI)).to_string();
        shown[..19].replace('T', " ")
    }

    /// Parses the stored form only: three fraction digits and `Z`.
    pub fn parse_stored(text: &str) -> Result<UtcMillis, ValueError> {
        if text.len() == UtcMillis::LENGTH && text.ends_with('Z') {
            text.parse()
        } else {
            Err(malformed(text, "a stored time has the form 2025-03-01T08:00:00.000Z"))
        }
    }
}

fn malformed(text: &str, right: &str) -> ValueError {
    ValueError::new("malformed_time", format!("{} is no time: {right}", shown(text)))
}

/// Seconds since 1970 and what stands after the seconds.
fn take_seconds<'a>(text: &'a str, form: &str) -> Result<(i64, &'a [u8]), ValueError> {
    let bytes = text.as_bytes();
    let Some((clock, rest)) = bytes.split_at_checked(19) else {
        return Err(malformed(text, form));
    };
    let date = take_date(&clock[..10]).map_err(|reason| malformed(text, &reason))?;
    let separators = clock[10] == b'T' && clock[13] == b':' && clock[16] == b':';
    let (Some(hour), Some(minute), Some(second), true) =
        (take(&clock[11..13]), take(&clock[14..16]), take(&clock[17..19]), separators)
    else {
        return Err(malformed(text, form));
    };
    if hour > 23 || minute > 59 || second > 59 {
        return Err(malformed(text, "hours are 00 to 23, minutes and seconds 00 to 59"));
    }
    let second_of_day = hour * 3_600 + minute * 60 + second;
    Ok((i64::from(date) * DAY_SECONDS + i64::from(second_of_day), rest))
}

impl FromStr for UtcMicros {
    type Err = ValueError;

    /// Takes the stored form only: six fraction digits and `Z`.
    fn from_str(text: &str) -> Result<UtcMicros, ValueError> {
        const FORM: &str = "it has the form 2025-03-01T08:00:00.000000Z";
        let (seconds, rest) = take_seconds(text, FORM)?;
        match rest {
            [b'.', fraction @ .., b'Z'] if fraction.len() == 6 => {
                let fraction = take(fraction).ok_or_else(|| malformed(text, FORM))?;
                Ok(UtcMicros(seconds * MICRO + i64::from(fraction)))
            }
            _ => Err(malformed(text, FORM)),
        }
    }
}

impl FromStr for UtcMillis {
    type Err = ValueError;

    /// Takes none to three fraction digits, and `Z` or an offset such as `+08:00`.
    fn from_str(text: &str) -> Result<UtcMillis, ValueError> {
        const FORM: &str = "it has the form 2025-03-01T08:00:00.000Z, at most milliseconds, with Z \
                            or an offset such as +08:00";
        let (seconds, mut rest) = take_seconds(text, FORM)?;
        let mut millis = 0;
        if let [b'.', tail @ ..] = rest {
            let count = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=3).contains(&count) {
                return Err(malformed(text, FORM));
            }
            let digits = take(&tail[..count]).expect("counted as digits");
            millis = i64::from(digits * [100, 10, 1][count - 1]);
            rest = &tail[count..];
        }
        let offset = take_offset(rest).ok_or_else(|| malformed(text, FORM))?;
        let instant = UtcMillis((seconds - offset) * MILLI + millis);
        if instant.is_in_range() {
            Ok(instant)
        } else {
            Err(malformed(text, "in UTC it lies outside of the years 0000 to 9999"))
        }
    }
}

/// Seconds east of UTC that `Z` or `+hh:mm` stands for.
fn take_offset(text: &[u8]) -> Option<i64> {
    match *text {
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (take(&[h1, h2])?, take(&[m1, m2])?);
            let seconds = i64::from(hours * 3_600 + minutes * 60);
            let east = if sign == b'+' { seconds } else { -seconds };
            (hours <= 23 && minutes <= 59).then_some(east)
        }
        _ => None,
    }
}

text_schema!(
    UtcMicros,
    description: "An instant in UTC with microseconds.",
    pattern: r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$",
    example: "2025-03-01T08:00:00.123456Z",
    min_length: 27,
    max_length: 27,
    format: Some(KnownFormat::DateTime),
);
text_schema!(
    UtcMillis,
    description: "An instant. Answered in UTC with milliseconds; taken with none to three fraction \
                  digits and any offset.",
    pattern: r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$",
    example: "2025-03-01T08:00:00.000Z",
    min_length: 20,
    max_length: 29,
    format: Some(KnownFormat::DateTime),
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_day_from_1900_to_2200_prints_as_chrono_prints_it() {
        let (from, to) = (-25_567, 84_006);
        for day in from..=to {
            // Another time of the day each day, so that all hours, minutes and seconds are met.
            let micros = i64::from(day) * 86_400 * MICRO
                + i64::from(day - from) * 788_123_457 % (86_400 * MICRO);
            let expected = DateTime::from_timestamp_micros(micros).unwrap();
            let instant = UtcMicros(micros);
            assert_eq!(instant.to_string(), expected.to_rfc3339_opts(SecondsFormat::Micros, true));
            assert_eq!(instant.to_string().parse::<UtcMicros>().unwrap(), instant);
            let millis = instant.millis();
            assert_eq!(millis.to_string(), expected.to_rfc3339_opts(SecondsFormat::Millis, true));
            assert_eq!(UtcMillis::parse_stored(&millis.to_string()).unwrap(), millis);
        }
    }

    proptest! {
        #[test]
        fn any_instant_of_ten_thousand_years_prints_as_chrono_prints_it(
            micros in UtcMicros::MIN.0..=UtcMicros::MAX.0
        ) {
            let expected = DateTime::from_timestamp_micros(micros).unwrap();
            let text = UtcMicros(micros).to_string();
            prop_assert_eq!(&text, &expected.to_rfc3339_opts(SecondsFormat::Micros, true));
            prop_assert_eq!(text.parse::<UtcMicros>().unwrap(), UtcMicros(micros));
        }

        #[test]
        fn input_with_an_offset_means_the_same_instant_as_chrono_says(
            millis in 0i64..4_102_444_800_000, minutes in -840i32..=840, digits in 0usize..=3
        ) {
            let step = [1_000, 100, 10, 1][digits];
            let millis = millis / step * step;
            let offset = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
            let local = DateTime::from_timestamp_millis(millis).unwrap().with_timezone(&offset);
            let mut text = local.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
            text.truncate(if digits == 0 { 19 } else { 20 + digits });
            text.push_str(&local.format("%:z").to_string());
            prop_assert_eq!(text.parse::<UtcMillis>().unwrap(), UtcMillis(millis), "{}", text);
        }
    }

    #[test]
    fn the_ends_of_the_range_print_and_parse() {
        assert_eq!(UtcMicros::MIN.to_string(), "0000-01-01T00:00:00.000000Z");
        assert_eq!(UtcMillis::MAX.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!("0000-01-01T00:00:00.000000Z".parse(), Ok(UtcMicros::MIN));
        assert!("0000-01-01T00:00:00+00:01".parse::<UtcMillis>().is_err());
        assert_eq!(UtcMillis(i64::MAX).to_string(), UtcMillis::MAX.to_string());
        assert!(serde_json::to_string(&UtcMillis(i64::MAX)).is_err());
    }

    #[test]
    fn input_is_normalised_to_utc_with_milliseconds() {
        let forms = [
            "2025-03-01T16:00:00+08:00",
            "2025-03-01T08:00:00Z",
            "2025-03-01T08:00:00.0Z",
            "2025-03-01T08:00:00.00Z",
            "2025-03-01T02:30:00.000-05:30",
        ];
        for form in forms {
            let value: UtcMillis = serde_json::from_str(&format!("\"{form}\"")).unwrap();
            assert_eq!(serde_json::to_string(&value).unwrap(), "\"2025-03-01T08:00:00.000Z\"");
        }
    }

    #[test]
    fn other_forms_are_refused_with_the_right_form() {
        let refused = [
            "",
            "2025-03-01",
            "2025-03-01 08:00:00Z",
            "2025-03-01T08:00:00",
            "2025-03-01T08:00:00.Z",
            "2025-03-01T08:00:00.0000Z",
            "2025-03-01T08:00:00z",
            "2025-03-01T08:00:60Z",
            "2025-03-01T24:00:00Z",
            "2025-02-30T08:00:00Z",
            "2025-03-01T08:00:00+8:00",
            "2025-03-01T08:00:00+0800",
            "2025-03-01T08:00:00+24:00",
            "2025-03-01T08:00:00Z ",
            "2025-03-01T08:0é:00Z",
        ];
        for text in refused {
            let error = text.parse::<UtcMillis>().unwrap_err();
            assert_eq!(error.code, "malformed_time", "{text}");
            assert!(text.parse::<UtcMicros>().is_err(), "{text}");
        }
        assert!("2025-03-01T08:00:00.123Z".parse::<UtcMicros>().is_err());
        assert!(UtcMillis::parse_stored("2025-03-01T08:00:00Z").is_err());
        assert!(UtcMillis::parse_stored("2025-03-01T8:00:00+00:00").is_err());
    }

    #[test]
    fn microseconds_before_1970_lie_in_the_earlier_millisecond() {
        assert_eq!(UtcMicros(-1).millis(), UtcMillis(-1));
        assert_eq!(UtcMicros(-1).utc_day(), Day(-1));
        assert_eq!(UtcMillis(-1).micros(), UtcMicros(-1_000));
        assert_eq!(UtcMillis::MAX.checked_add(1), None);
        assert_eq!(UtcMicros(1).checked_add(-2), Some(UtcMicros(-1)));
    }
}
