//! The proleptic Gregorian calendar in integers, and decimal digits in fixed places.
//!
//! Invariant: `days_from_civil` and `civil_from_days` undo each other for every day of the years
//! 0000 to 9999; tested for each of them. The arithmetic shifts the year to begin in March, so that
//! the leap day is its last, and counts eras of 400 years = 146,097 days.

pub(super) const DAY_SECONDS: i64 = 86_400;
/// 0000-01-01 and 9999-12-31 as days since 1970-01-01.
pub(super) const FIRST_DAY: i32 = -719_528;
pub(super) const LAST_DAY: i32 = 2_932_896;

const ERA_DAYS: i32 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_SHIFT: i32 = 719_468;

pub(super) fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA_DAYS + day_of_era - EPOCH_SHIFT
}

pub(super) fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = days + EPOCH_SHIFT;
    let era = shifted.div_euclid(ERA_DAYS);
    let day_of_era = shifted.rem_euclid(ERA_DAYS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i32::from(month <= 2);
    (year, month as u32, day)
}

pub(super) fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Writes `value` right-aligned with leading zeros; digits that do not fit are lost, so the caller
/// bounds it.
pub(super) fn put(out: &mut [u8], mut value: u32) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// `YYYY-MM-DD` of a day within the range.
pub(super) fn put_date(out: &mut [u8; 10], days: i32) {
    let (year, month, day) = civil_from_days(days);
    put(&mut out[0..4], year as u32);
    out[4] = b'-';
    put(&mut out[5..7], month);
    out[7] = b'-';
    put(&mut out[8..10], day);
}

/// Exactly these digits as a number; `None` if anything else stands among them.
pub(super) fn take(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value: u32, &byte| {
        byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0'))
    })
}

/// A date of the form `YYYY-MM-DD`, or a sentence that says what is wrong with it.
pub(super) fn take_date(text: &[u8]) -> Result<i32, String> {
    const FORM: &str = "a date has the form YYYY-MM-DD, as 2025-03-01";
    if text.len() != 10 || text[4] != b'-' || text[7] != b'-' {
        return Err(FORM.to_owned());
    }
    let (Some(year), Some(month), Some(day)) =
        (take(&text[0..4]), take(&text[5..7]), take(&text[8..10]))
    else {
        return Err(FORM.to_owned());
    };
    if !(1..=12).contains(&month) {
        return Err("a month is 01 to 12".to_owned());
    }
    let longest = days_in_month(year as i32, month);
    if !(1..=longest).contains(&day) {
        return Err(format!("{year:04}-{month:02} has the days 01 to {longest}"));
    }
    Ok(days_from_civil(year as i32, month, day))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use chrono::Datelike;

    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_agrees_with_chrono() {
        let mut expected = chrono::NaiveDate::from_ymd_opt(0, 1, 1).unwrap();
        for days in FIRST_DAY..=LAST_DAY {
            let (year, month, day) = civil_from_days(days);
            assert_eq!((year, month, day), (expected.year(), expected.month(), expected.day()));
            assert_eq!(days_from_civil(year, month, day), days);
            assert!(day <= days_in_month(year, month));
            expected = expected.succ_opt().unwrap();
        }
        assert_eq!((expected.year(), expected.month(), expected.day()), (10_000, 1, 1));
    }

    #[test]
    fn days_that_do_not_exist_are_told_with_the_month_s_length() {
        assert_eq!(take_date(b"2025-02-29").unwrap_err(), "2025-02 has the days 01 to 28");
        assert!(take_date(b"2024-02-29").is_ok());
        assert!(take_date(b"1900-02-29").is_err());
        assert!(take_date(b"2000-02-29").is_ok());
        for wrong in
            ["2025-13-01", "2025-00-01", "2025-01-00", "2025-1-1", "2025/01/01", "+025-01-01"]
        {
            assert!(take_date(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
