//! Decimal numbers as people write them: exact, and keeping the digits that were written.
//!
//! Invariant: at most 18 integer and 9 fraction digits, and the text form is canonical: no `+`, no
//! exponent, no needless leading zero, no minus zero. So equal texts are equal values, parsing and
//! printing undo each other, and sums of any two values fit. `1.0` and `1.00` are of equal value
//! but not equal, since the written precision is kept; compare values with [`Decimal::compare`].

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::text_value::{self, text_schema};
use crate::domain::value_error::{ValueError, shown};

/// The most fraction digits, and the most integer digits.
pub const MAX_SCALE: u8 = 9;
pub const MAX_INTEGER_DIGITS: usize = 18;

const BOUND: i128 = 10i128.pow(MAX_INTEGER_DIGITS as u32);

/// `units / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    units: i128,
    scale: u8,
}

/// 10 to the power of a scale.
pub(crate) fn power(scale: u8) -> i128 {
    10i128.pow(u32::from(scale))
}

impl Decimal {
    pub const ZERO: Decimal = Decimal { units: 0, scale: 0 };

    /// `units / 10^scale`.
    pub fn new(units: i128, scale: u8) -> Result<Decimal, ValueError> {
        if scale > MAX_SCALE {
            return Err(ValueError::new(
                "over_precise",
                format!("a number has at most {MAX_SCALE} digits after the point"),
            ));
        }
        if units.unsigned_abs() >= (BOUND * power(scale)).unsigned_abs() {
            return Err(ValueError::new(
                "too_large",
                format!("a number has at most {MAX_INTEGER_DIGITS} digits before the point"),
            ));
        }
        Ok(Decimal { units, scale })
    }

    pub fn units(&self) -> i128 {
        self.units
    }

    /// The count of fraction digits as written.
    pub fn scale(&self) -> u8 {
        self.scale
    }

    pub fn is_zero(&self) -> bool {
        self.units == 0
    }

    pub fn is_negative(&self) -> bool {
        self.units < 0
    }

    /// The units that it has at a finer scale.
    fn units_at(&self, scale: u8) -> i128 {
        self.units * power(scale - self.scale)
    }

    /// Compares the values, whatever the digits written.
    pub fn compare(&self, other: &Decimal) -> Ordering {
        let scale = self.scale.max(other.scale);
        self.units_at(scale).cmp(&other.units_at(scale))
    }

    pub fn checked_add(&self, other: &Decimal) -> Result<Decimal, ValueError> {
        let scale = self.scale.max(other.scale);
        Decimal::new(self.units_at(scale) + other.units_at(scale), scale)
    }

    pub fn checked_sub(&self, other: &Decimal) -> Result<Decimal, ValueError> {
        let scale = self.scale.max(other.scale);
        Decimal::new(self.units_at(scale) - other.units_at(scale), scale)
    }

    /// `amount` times this, rounded down to whole units; `None` beyond 128 bits.
    pub fn times_floor(&self, amount: i128) -> Option<i128> {
        Some(amount.checked_mul(self.units)?.div_euclid(power(self.scale)))
    }

    /// This many percent of `amount`, rounded down to whole units; `None` beyond 128 bits.
    pub fn percent_floor(&self, amount: i128) -> Option<i128> {
        Some(amount.checked_mul(self.units)?.div_euclid(power(self.scale) * 100))
    }

    fn text(&self) -> DecimalText {
        DecimalText::new(self.units, self.scale)
    }
}

impl From<u32> for Decimal {
    fn from(value: u32) -> Decimal {
        Decimal { units: i128::from(value), scale: 0 }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By value; equal values with fewer digits first, so that the order agrees with equality.
impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        self.compare(other).then(self.scale.cmp(&other.scale))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().as_str())
    }
}

fn malformed(text: &str, reason: &str) -> ValueError {
    let right = "a number is written in plain digits with a point, as 31.20";
    ValueError::new("malformed_number", format!("{} {reason}; {right}", shown(text)))
}

impl FromStr for Decimal {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Decimal, ValueError> {
        let magnitude = text.strip_prefix('-').unwrap_or(text);
        let (integer, fraction) = match magnitude.split_once('.') {
            Some((_, "")) => return Err(malformed(text, "ends in its point")),
            Some((integer, fraction)) => (integer, fraction),
            None => (magnitude, ""),
        };
        let digits = integer.bytes().chain(fraction.bytes());
        if integer.is_empty() || !digits.clone().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed(text, "is no number"));
        }
        if integer.len() > 1 && integer.starts_with('0') {
            return Err(malformed(text, "has a leading zero too many"));
        }
        if integer.len() > MAX_INTEGER_DIGITS {
            return Err(ValueError::new(
                "too_large",
                format!(
                    "{} has more than {MAX_INTEGER_DIGITS} digits before the point",
                    shown(text)
                ),
            ));
        }
        if fraction.len() > usize::from(MAX_SCALE) {
            return Err(ValueError::new(
                "over_precise",
                format!("{} has more than {MAX_SCALE} digits after the point", shown(text)),
            ));
        }
        let units = digits.fold(0, |units: i128, byte| units * 10 + i128::from(byte - b'0'));
        let negative = magnitude.len() < text.len();
        if negative && units == 0 {
            return Err(malformed(text, "is minus zero"));
        }
        let units = if negative { -units } else { units };
        Ok(Decimal { units, scale: fraction.len() as u8 })
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.text().as_str())
        } else {
            (self.units, self.scale).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        if deserializer.is_human_readable() {
            let expected = "a number in a string, as \"31.20\"";
            return text_value::deserialize(deserializer, expected);
        }
        let (units, scale) = <(i128, u8)>::deserialize(deserializer)?;
        Decimal::new(units, scale).map_err(D::Error::custom)
    }
}

text_schema!(
    Decimal,
    description: "An exact decimal number in a string; the digits after the point are kept as \
                  written.",
    pattern: r"^-?(0|[1-9]\d{0,17})(\.\d{1,9})?$",
    example: "31.20",
    min_length: 1,
    max_length: 29,
    format: None,
);

/// The digits of `units / 10^scale` in a fixed buffer: this stands on the path of every record, so
/// it neither allocates nor goes through `fmt`.
pub(crate) struct DecimalText {
    bytes: [u8; 64],
    start: usize,
}

impl DecimalText {
    pub(crate) fn new(units: i128, scale: u8) -> DecimalText {
        let mut text = DecimalText { bytes: [0; 64], start: 64 };
        let mut rest = units.unsigned_abs();
        let mut placed = 0;
        while rest > 0 || placed <= scale {
            if placed == scale && scale > 0 {
                text.prepend(b'.');
            }
            // Division of 128 bits is a call of many steps; nearly every amount fits in 64.
            let digit = match u64::try_from(rest) {
                Ok(small) => {
                    rest = u128::from(small / 10);
                    (small % 10) as u8
                }
                Err(_) => {
                    let digit = (rest % 10) as u8;
                    rest /= 10;
                    digit
                }
            };
            text.prepend(b'0' + digit);
            placed += 1;
        }
        if units < 0 {
            text.prepend(b'-');
        }
        text
    }

    fn prepend(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[self.start] = byte;
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).expect("digits are ASCII")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    proptest! {
        #[test]
        fn any_canonical_text_comes_back_unchanged(
            text in "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,9})?"
        ) {
            let zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
            // There is no minus zero.
            let text = if zero { text.trim_start_matches('-').to_owned() } else { text };
            let value = decimal(&text);
            prop_assert_eq!(value.to_string(), text.clone());
            let json = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(&json, &format!("\"{text}\""));
            prop_assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), value);
        }

        #[test]
        fn whatever_parses_prints_as_it_was(text in "[-+0-9.eE ,]{0,12}") {
            if let Ok(value) = text.parse::<Decimal>() {
                prop_assert_eq!(value.to_string(), text);
            }
        }

        #[test]
        fn sums_and_comparisons_are_those_of_billionths(
            a in -(BOUND - 1)..BOUND, b in -(BOUND - 1)..BOUND, s in 0u8..=9, t in 0u8..=9
        ) {
            let (x, y) = (Decimal::new(a, s).unwrap(), Decimal::new(b, t).unwrap());
            let (p, q) = (a * power(9 - s), b * power(9 - t));
            prop_assert_eq!(x.compare(&y), p.cmp(&q));
            if let Ok(sum) = x.checked_add(&y) {
                prop_assert_eq!(sum.units_at(9), p + q);
                prop_assert_eq!(sum.scale(), s.max(t));
                prop_assert_eq!(sum.checked_sub(&y).unwrap().compare(&x), Ordering::Equal);
            } else {
                prop_assert!((p + q).abs() >= BOUND * power(9));
            }
        }

        #[test]
        fn any_units_and_scale_print_with_that_many_fraction_digits(
            units: i128, scale in 0u8..=9
        ) {
            let text = DecimalText::new(units, scale);
            let (integer, fraction) = text.as_str().split_once('.').unwrap_or((text.as_str(), ""));
            prop_assert_eq!(fraction.len(), usize::from(scale));
            prop_assert_eq!(format!("{integer}{fraction}").parse::<i128>().unwrap(), units);
        }
    }

    #[test]
    fn every_small_number_at_every_scale_comes_back() {
        for scale in 0..=9 {
            for units in -1_200..=1_200 {
                let value = Decimal::new(units, scale).unwrap();
                assert_eq!(value.to_string().parse(), Ok(value));
            }
        }
    }

    #[test]
    fn other_forms_are_refused_with_a_stable_code() {
        let refused = [
            "", "-", ".", "1.", ".5", "-.5", "+1", "01", "00", "-0", "-0.00", "1e3", "1,5",
            "1 000", " 1", "1 ", "0x1", "1_000", "1.2.3", "--1", "１", "NaN", "1.-5",
        ];
        for text in refused {
            let code = text.parse::<Decimal>().map_err(|error| error.code);
            assert_eq!(code, Err("malformed_number"), "{text:?}");
        }
        let code = |text: &str| text.parse::<Decimal>().unwrap_err().code;
        assert_eq!(code("1000000000000000000"), "too_large");
        assert_eq!(code("0.0000000001"), "over_precise");
    }

    #[test]
    fn a_bare_json_number_is_refused_since_others_would_read_it_as_a_float() {
        let error = serde_json::from_str::<Decimal>("31.2").unwrap_err().to_string();
        assert!(error.contains("expected a number in a string, as \"31.20\""), "{error}");
    }

    #[test]
    fn the_value_is_compared_without_regard_to_digits_but_equality_keeps_them() {
        assert_eq!(decimal("1.0").compare(&decimal("1.00")), Ordering::Equal);
        assert_ne!(decimal("1.0"), decimal("1.00"));
        assert!(decimal("1.0") < decimal("1.00"));
        assert!(decimal("-2") < decimal("-1.999"));
    }

    #[test]
    fn shares_are_rounded_down() {
        assert_eq!(decimal("0.3").percent_floor(31_200_000), Some(93_600));
        assert_eq!(decimal("0.3").percent_floor(333), Some(0));
        assert_eq!(decimal("0.5").times_floor(3), Some(1));
        assert_eq!(decimal("-0.5").times_floor(3), Some(-2));
        assert_eq!(decimal("999999999999999999.999999999").times_floor(i128::MAX), None);
    }
}
