//! Numbers of a network as they are printed.
//!
//! Invariant: no number stands without its unit, and one that is no fraction says by its form how
//! many digits hold. A fraction is told exactly beside its decimals.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use serde::Serialize;
use utoipa::ToSchema;

/// The significant digits that are printed.
const DIGITS: i32 = 12;

/// Fractions that are longer than this in print are told by their decimals only.
const LONGEST: usize = 1_000;

/// A number with its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NetworkNumber)]
pub struct Number {
    /// Of a fraction: numerator and denominator.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2/7")]
    pub exact: Option<String>,
    /// What it is in: `1` of a ratio, `bit`, or words as `links per node`.
    #[schema(example = "1")]
    pub unit: &'static str,
    /// With twelve significant digits, zeros at the end left out.
    #[schema(example = "0.285714285714")]
    pub value: String,
}

impl Number {
    pub(super) fn of(value: f64, unit: &'static str) -> Number {
        Number { exact: None, unit, value: text(value) }
    }

    /// None if the whole is zero: then it is undefined.
    pub(super) fn ratio(part: i128, whole: i128, unit: &'static str) -> Option<Number> {
        let fraction = |whole| BigRational::new(BigInt::from(part), BigInt::from(whole));
        (whole != 0).then(|| Number::exact(&fraction(whole), unit))
    }

    pub(super) fn exact(fraction: &BigRational, unit: &'static str) -> Number {
        let exact = match fraction.is_integer() {
            true => format!("{}/1", fraction.numer()),
            false => fraction.to_string(),
        };
        // Both parts can be beyond what a float holds; only such lack a value of their own.
        let value = fraction.to_f64().unwrap_or(f64::NAN);
        let exact = Some(exact).filter(|text| text.len() <= LONGEST);
        Number { exact, unit, value: text(value) }
    }
}

fn text(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "undefined".to_owned() };
    }
    // `1.23e4`: the exponent after rounding to as many digits.
    let rounded = format!("{value:.*e}", (DIGITS - 1) as usize);
    let exponent = rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok());
    let decimals = (DIGITS - 1 - exponent.unwrap_or(0)).clamp(0, 40);
    let text = format!("{value:.*}", decimals as usize);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn twelve_digits_hold_and_a_fraction_is_told_whole() {
        assert_eq!(text(1.324_717_957_244_746), "1.32471795724");
        assert_eq!(text(0.000_123_456_789_012_345), "0.000123456789012");
        assert_eq!(text(9.999_999_999_999_9), "10");
        assert_eq!(text(1_234.5), "1234.5");
        let number = Number::ratio(4, 14, "1").unwrap();
        assert_eq!((number.exact.as_deref(), &*number.value), (Some("2/7"), "0.285714285714"));
        assert_eq!(Number::ratio(4, 2, "1").unwrap().exact.as_deref(), Some("2/1"));
        assert_eq!(Number::ratio(1, 0, "1"), None);
    }
}
