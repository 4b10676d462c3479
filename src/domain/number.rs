//! Exact rational numbers, and how they are printed.

use num_bigint::{BigInt, BigUint, Sign};
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use crate::domain::decimal::Decimal;

/// Digits after the point to which a root that is no fraction is computed.
const ROOT_DIGITS: u32 = 40;

/// An exact number, or one that is a root to 40 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(BigRational);

impl Number {
    pub fn new(numerator: i128, denominator: i128) -> Number {
        Number(BigRational::new(numerator.into(), denominator.into()))
    }

    pub fn integer(value: i128) -> Number {
        Number(BigRational::from_integer(value.into()))
    }

    pub fn of_decimal(value: &Decimal) -> Number {
        Number::new(value.units(), 10i128.pow(u32::from(value.scale())))
    }

    pub fn one() -> Number {
        Number::integer(1)
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    pub fn is_positive(&self) -> bool {
        self.0.is_positive()
    }

    #[must_use]
    pub fn plus(&self, other: &Number) -> Number {
        Number(&self.0 + &other.0)
    }

    #[must_use]
    pub fn minus(&self, other: &Number) -> Number {
        Number(&self.0 - &other.0)
    }

    #[must_use]
    pub fn times(&self, other: &Number) -> Number {
        Number(&self.0 * &other.0)
    }

    /// None where the other is zero.
    pub fn over(&self, other: &Number) -> Option<Number> {
        (!other.is_zero()).then(|| Number(&self.0 / &other.0))
    }

    /// The positive root of that degree of a number that is not negative, and whether it is exact;
    /// if it is not, it is cut behind 40 digits.
    pub fn root(&self, degree: u32) -> (Number, bool) {
        let (numerator, denominator) = (self.0.numer(), self.0.denom());
        let whole = |value: &BigInt| {
            let root = value.nth_root(degree);
            (root.pow(degree) == *value).then_some(root)
        };
        if let Some((one, two)) = whole(numerator).zip(whole(denominator)) {
            return (Number(BigRational::new(one, two)), true);
        }
        let scale = BigInt::from(10).pow(ROOT_DIGITS);
        let scaled = numerator * scale.pow(degree) / denominator;
        (Number(BigRational::new(scaled.nth_root(degree), scale)), false)
    }

    /// The largest whole number that is not more.
    #[must_use]
    pub fn floor(&self) -> Number {
        Number(self.0.floor())
    }

    /// The smallest whole number that is not less.
    #[must_use]
    pub fn ceil(&self) -> Number {
        Number(self.0.ceil())
    }

    /// With that many digits after the point, rounded half away from zero.
    pub fn text(&self, digits: u8) -> String {
        let (rounded, _) = self.halves(digits);
        self.written(&rounded, digits)
    }

    /// The same, rounded half to the even digit.
    pub fn text_half_even(&self, digits: u8) -> String {
        let (rounded, is_half) = self.halves(digits);
        let is_odd = &rounded % 2u8 == BigUint::from(1u8);
        let rounded = if is_half && is_odd { rounded - 1u8 } else { rounded };
        self.written(&rounded, digits)
    }

    /// The magnitude in units of the last digit, rounded half away from zero, and whether it was a
    /// half.
    fn halves(&self, digits: u8) -> (BigUint, bool) {
        let scale = BigUint::from(10u8).pow(u32::from(digits));
        let double = self.0.denom().magnitude() * 2u8;
        let raised = self.0.numer().magnitude() * scale * 2u8 + self.0.denom().magnitude();
        (&raised / &double, (&raised % &double).is_zero())
    }

    fn written(&self, rounded: &BigUint, digits: u8) -> String {
        let is_negative = self.0.numer().sign() == Sign::Minus && !rounded.is_zero();
        let text = format!("{rounded:0>width$}", width = usize::from(digits) + 1);
        let (integer, fraction) = text.split_at(text.len() - usize::from(digits));
        let sign = if is_negative { "-" } else { "" };
        if fraction.is_empty() {
            format!("{sign}{integer}")
        } else {
            format!("{sign}{integer}.{fraction}")
        }
    }

    /// As `39/40`, or a whole number.
    pub fn fraction(&self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_in_print_only_half_away_from_zero() {
        let text =
            |numerator, denominator, digits| Number::new(numerator, denominator).text(digits);
        assert_eq!(text(39, 40, 4), "0.9750");
        assert_eq!(text(1, 3, 2), "0.33");
        assert_eq!(text(-2, 3, 2), "-0.67");
        assert_eq!(text(-1, 1000, 2), "0.00");
        assert_eq!(text(1, 200, 2), "0.01");
        assert_eq!(text(-1, 200, 2), "-0.01");
        assert_eq!(text(12345, 1, 0), "12345");
        assert_eq!(Number::new(-6, 4).fraction(), "-3/2");
    }

    #[test]
    fn a_root_is_exact_where_there_is_one_and_cut_behind_forty_digits_elsewhere() {
        assert_eq!(Number::new(27, 8).root(3), (Number::new(3, 2), true));
        let (root, exact) = Number::integer(2).root(2);
        assert!(!exact);
        assert_eq!(root.text(9), "1.414213562");
        let error = Number::integer(2).minus(&root.times(&root));
        assert!(error.is_positive() && error < Number::new(1, 10i128.pow(38)));
    }
}
