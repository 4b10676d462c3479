//! Times as people write them, on the clock of the park.

use crate::domain::time::{Day, Month, UtcMillis, Zone};
use crate::domain::value_error::{ValueError, shown};
use crate::table::header::narrow;

const FORMS: &str = "write 2026-11-02 08:05, 2026/11/2 8:05:09, 20261102 0805, or ISO 8601 with an \
                     offset, as 2026-11-02T08:05:09+08:00";

/// A date, and a second of it if one was written.
struct Moment {
    day: Day,
    second: Option<u32>,
}

/// An instant. One without an offset is on that zone's clock.
pub fn instant(text: &str, zone: &Zone) -> Result<UtcMillis, ValueError> {
    if let Ok(instant) = text.trim().parse::<UtcMillis>() {
        return Ok(instant);
    }
    let moment = moment(text).ok_or_else(|| refuse("malformed_time", text, FORMS))?;
    let second = moment.second.ok_or_else(|| {
        refuse("malformed_time", text, "a time of day is missing; write 2026-11-02 08:05")
    })?;
    zone.at_local(moment.day, second).ok_or_else(|| {
        let right = format!("clocks in {zone} left that time out; write it with an offset");
        refuse("malformed_time", text, &right)
    })
}

/// As [`instant`]; a day without a time of day is its first instant.
pub fn instant_or_day(text: &str, zone: &Zone) -> Result<UtcMillis, ValueError> {
    match moment(text) {
        Some(Moment { day, second: None }) => Ok(zone.first_instant(day)),
        Some(_) | None => instant(text, zone),
    }
}

/// A day; a time of day behind it does not matter.
pub fn day(text: &str) -> Result<Day, ValueError> {
    let moment = moment(text);
    let right = "write 2026-11-02, 2026/11/2 or 20261102";
    moment.map(|moment| moment.day).ok_or_else(|| refuse("malformed_day", text, right))
}

/// A month: `2026-11`, `2026/11`, `202611`, `2026年11月`.
pub fn month(text: &str) -> Result<Month, ValueError> {
    let found = match &numbers(text)[..] {
        [(year, 4), (month, 1..=2)] => Some((*year, *month)),
        [(both, 6)] => Some((both / 100, both % 100)),
        // A spreadsheet's month is its first day.
        [(year, 4), (month, _), (1, _), ..] => Some((*year, *month)),
        _ => None,
    };
    let month = found.and_then(|(year, month)| Month::from_civil(year as i32, month));
    month.ok_or_else(|| refuse("malformed_month", text, "write 2026-11"))
}

fn refuse(code: &'static str, text: &str, right: &str) -> ValueError {
    ValueError::new(code, format!("{}: {right}", shown(text)))
}

/// Runs of digits with their lengths; none if anything else stands there that dates don't have.
fn numbers(text: &str) -> Vec<(u32, usize)> {
    let text: String = text.chars().map(narrow).collect();
    let parts = [' ', '-', '/', '.', ':', 'T', '年', '月', '日', '时', '点', '分', '秒'];
    let mut runs = Vec::new();
    for run in text.split(parts).filter(|run| !run.is_empty()) {
        match run.parse() {
            Ok(number) if run.len() <= 14 && run.bytes().all(|b| b.is_ascii_digit()) => {
                runs.push((number, run.len()));
            }
            Ok(_) | Err(_) => return Vec::new(),
        }
    }
    runs
}

fn moment(text: &str) -> Option<Moment> {
    // Fourteen digits are more than a number of 32 bits holds: parted first.
    let text = text.trim();
    let is_long = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parted = if is_long { format!("{} {}", &text[..8], &text[8..]) } else { text.to_owned() };
    let numbers = numbers(&parted);
    let (date, rest) = match &numbers[..] {
        [(date, 8), rest @ ..] => ((date / 10_000, date / 100 % 100, date % 100), rest),
        [(year, 4), (month, 1..=2), (day, 1..=2), rest @ ..] => ((*year, *month, *day), rest),
        _ => return None,
    };
    let clock = match rest {
        [] => None,
        [(clock, 4)] => Some((clock / 100, clock % 100, 0)),
        [(clock, 6)] => Some((clock / 10_000, clock / 100 % 100, clock % 100)),
        [(hour, 1..=2), (minute, 1..=2)] => Some((*hour, *minute, 0)),
        // A fraction of a second is cut: no scale weighs so fast.
        [(hour, 1..=2), (minute, 1..=2), (second, 1..=2)]
        | [(hour, 1..=2), (minute, 1..=2), (second, 1..=2), (_, 1..=3)] => {
            Some((*hour, *minute, *second))
        }
        _ => return None,
    };
    let day = Day::from_civil(date.0 as i32, date.1, date.2)?;
    let second = match clock {
        None => None,
        Some((hour @ 0..=23, minute @ 0..=59, second @ 0..=59)) => {
            Some(hour * 3_600 + minute * 60 + second)
        }
        Some(_) => return None,
    };
    Some(Moment { day, second })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn usual_forms_are_read_on_the_clock_of_the_park() {
        let zone: Zone = "Asia/Shanghai".parse().unwrap();
        for text in [
            "2026-11-02 08:05",
            "2026/11/2 8:05:00",
            "2026.11.02 08:05",
            "20261102 0805",
            "20261102080500",
            "2026年11月2日 8时5分",
            "２０２６-11-02　08：05",
            "2026-11-02T08:05:00",
            "2026-11-02 08:05:00.000",
            "2026-11-02T08:05:00+08:00",
            "2026-11-02T00:05:00Z",
        ] {
            let instant = instant(text, &zone).map(|instant| instant.to_string());
            assert_eq!(instant.as_deref(), Ok("2026-11-02T00:05:00.000Z"), "{text}");
        }
        for text in ["", "2026-11-02", "2026-02-30 08:00", "2026-11-02 25:00", "02.11.2026", "x"] {
            assert_eq!(instant(text, &zone).unwrap_err().code, "malformed_time", "{text}");
        }
        let first = instant_or_day("2026/11/2", &zone).unwrap();
        assert_eq!(first.to_string(), "2026-11-01T16:00:00.000Z");
        assert_eq!(day("2026/11/2 08:00").unwrap().to_string(), "2026-11-02");
        for text in ["2026-11", "2026/11", "202611", "2026年11月", "2026-11-01"] {
            assert_eq!(month(text).unwrap().to_string(), "2026-11", "{text}");
        }
        assert!(month("2026-13").is_err() && month("11").is_err() && day("x").is_err());
    }
}
