//! Sums of quantities: what totals, balances and figures are made of.
//!
//! Invariant: a sum knows its dimension and its basis and takes only what is alike; it may be
//! negative (a correction, a fact with a minus). Up to 10^18 of the shown unit, so that it can
//! always be written.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::decimal::{Decimal, DecimalText, MAX_INTEGER_DIGITS, power};
use crate::domain::unit::{Dimension, Unit};
use crate::domain::value_error::ValueError;

use super::amount::unlike;
use super::{Basis, Quantity};

/// A signed total of base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sum {
    amount: i128,
    dimension: Dimension,
    basis: Basis,
}

impl Sum {
    pub fn zero(dimension: Dimension, basis: Basis) -> Sum {
        Sum { amount: 0, dimension, basis }
    }

    /// From base units.
    pub fn new(amount: i128, dimension: Dimension, basis: Basis) -> Result<Sum, ValueError> {
        let unit = dimension.shown_in();
        let bound = power(MAX_INTEGER_DIGITS as u8) * i128::from(unit.factor());
        if amount.unsigned_abs() >= bound.unsigned_abs() {
            let message = format!("a sum has at most {MAX_INTEGER_DIGITS} digits of {unit}");
            return Err(ValueError::new("too_large", message));
        }
        Ok(Sum { amount, dimension, basis })
    }

    /// In base units of its dimension.
    pub fn amount(&self) -> i128 {
        self.amount
    }

    pub fn dimension(&self) -> Dimension {
        self.dimension
    }

    pub fn basis(&self) -> Basis {
        self.basis
    }

    pub fn is_zero(&self) -> bool {
        self.amount == 0
    }

    pub fn checked_add(&self, other: &Sum) -> Result<Sum, ValueError> {
        self.alike(other.dimension, other.basis)?;
        Sum::new(self.amount + other.amount, self.dimension, self.basis)
    }

    pub fn checked_sub(&self, other: &Sum) -> Result<Sum, ValueError> {
        self.alike(other.dimension, other.basis)?;
        Sum::new(self.amount - other.amount, self.dimension, self.basis)
    }

    /// With one more quantity of that basis.
    pub fn plus(&self, quantity: &Quantity, basis: Basis) -> Result<Sum, ValueError> {
        self.alike(quantity.dimension(), basis)?;
        Sum::new(self.amount + i128::from(quantity.amount()), self.dimension, self.basis)
    }

    /// With a quantity of that basis taken off.
    pub fn minus(&self, quantity: &Quantity, basis: Basis) -> Result<Sum, ValueError> {
        self.alike(quantity.dimension(), basis)?;
        Sum::new(self.amount - i128::from(quantity.amount()), self.dimension, self.basis)
    }

    /// Compares the amounts; refuses what is not alike.
    pub fn compare(&self, other: &Sum) -> Result<Ordering, ValueError> {
        self.alike(other.dimension, other.basis)?;
        Ok(self.amount.cmp(&other.amount))
    }

    /// The number in the unit that sums of this dimension are shown in, without needless zeros.
    pub fn value(&self) -> Decimal {
        let (units, scale) = self.value_units();
        Decimal::new(units, scale).expect("Sum::new keeps it below the most digits of a number")
    }

    pub fn unit(&self) -> Unit {
        self.dimension.shown_in()
    }

    fn value_units(&self) -> (i128, u8) {
        let factor = i128::from(self.unit().factor());
        // The factors of the shown units are powers of ten, so this many digits always suffice.
        let mut scale = factor.ilog10() as u8;
        let mut units = self.amount;
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        (units, scale)
    }

    fn value_text(&self) -> DecimalText {
        let (units, scale) = self.value_units();
        DecimalText::new(units, scale)
    }

    fn alike(&self, dimension: Dimension, basis: Basis) -> Result<(), ValueError> {
        if self.dimension != dimension {
            return Err(unlike(self.dimension, dimension));
        }
        if self.basis != basis {
            let message = format!(
                "{} and {basis} are unlike: only quantities of one basis add, convert by a test",
                self.basis
            );
            return Err(ValueError::new("unlike_basis", message));
        }
        Ok(())
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value_text().as_str(), self.unit())
    }
}

/// A signed total, in the unit that totals of its dimension are shown in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Sum)]
struct SumText<'a> {
    basis: Basis,
    unit: Unit,
    #[serde(borrow)]
    #[schema(
        value_type = String,
        pattern = r"^-?(0|[1-9]\d{0,17})(\.\d{1,9})?$",
        min_length = 1,
        max_length = 29,
        example = "97.5"
    )]
    value: Cow<'a, str>,
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return (self.amount, self.dimension, self.basis).serialize(serializer);
        }
        let text = self.value_text();
        let value = Cow::Borrowed(text.as_str());
        SumText { basis: self.basis, unit: self.unit(), value }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sum, D::Error> {
        if !deserializer.is_human_readable() {
            let (amount, dimension, basis) = <(i128, Dimension, Basis)>::deserialize(deserializer)?;
            return Sum::new(amount, dimension, basis).map_err(D::Error::custom);
        }
        let text = SumText::deserialize(deserializer)?;
        let value: Decimal = text.value.parse().map_err(D::Error::custom)?;
        let scaled = value.units().checked_mul(i128::from(text.unit.factor()));
        match scaled {
            Some(scaled) if scaled % power(value.scale()) == 0 => {
                let amount = scaled / power(value.scale());
                Sum::new(amount, text.unit.dimension(), text.basis).map_err(D::Error::custom)
            }
            Some(_) => Err(D::Error::custom(ValueError::new(
                "over_precise",
                format!("a sum is a whole number of {}s", text.unit.dimension().base_name()),
            ))),
            None => Err(D::Error::custom(ValueError::new("too_large", "the sum is too large"))),
        }
    }
}

impl PartialSchema for Sum {
    fn schema() -> RefOr<Schema> {
        SumText::schema()
    }
}

impl ToSchema for Sum {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        SumText::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn quantity(value: &str, code: &str) -> Quantity {
        Quantity::parse(value, code.parse().unwrap()).unwrap()
    }

    const LARGE: i64 = 1_000_000_000_000_000_000;

    proptest! {
        #[test]
        fn any_sum_survives_json(amount in -LARGE..LARGE, place in 0usize..6) {
            let sum = Sum::new(i128::from(amount), Dimension::ALL[place], Basis::Wet).unwrap();
            let json = serde_json::to_string(&sum).unwrap();
            prop_assert_eq!(serde_json::from_str::<Sum>(&json).unwrap(), sum);
        }

        #[test]
        fn a_sum_does_not_depend_on_the_order(amounts in prop::collection::vec(0..LARGE, 0..20)) {
            let add = |sum: Sum, amount: &i64| {
                sum.plus(&Quantity::from_amount(*amount, Unit::Gram).unwrap(), Basis::Dry).unwrap()
            };
            let zero = Sum::zero(Dimension::Mass, Basis::Dry);
            let forward = amounts.iter().fold(zero, add);
            prop_assert_eq!(forward, amounts.iter().rev().fold(zero, add));
            prop_assert_eq!(forward.amount(), amounts.iter().map(|a| i128::from(*a)).sum::<i128>());
        }
    }

    #[test]
    fn sums_are_shown_in_one_unit_without_needless_zeros() {
        let zero = Sum::zero(Dimension::Mass, Basis::Wet);
        let sum = zero.plus(&quantity("31.20", "TNE"), Basis::Wet).unwrap();
        let sum = sum.plus(&quantity("300", "KGM"), Basis::Wet).unwrap();
        assert_eq!(sum.to_string(), "31.5 TNE");
        let json = r#"{"basis":"wet","unit":"TNE","value":"31.5"}"#;
        assert_eq!(serde_json::to_string(&sum).unwrap(), json);
        let rest = zero.minus(&quantity("0.5", "TNE"), Basis::Wet).unwrap();
        assert_eq!(rest.to_string(), "-0.5 TNE");
        assert_eq!(zero.to_string(), "0 TNE");
    }

    #[test]
    fn the_unlike_is_refused() {
        let sum = Sum::zero(Dimension::Mass, Basis::Wet);
        let code = |result: Result<Sum, ValueError>| result.unwrap_err().code;
        assert_eq!(code(sum.plus(&quantity("1", "TNE"), Basis::Dry)), "unlike_basis");
        assert_eq!(code(sum.plus(&quantity("1", "MTQ"), Basis::Wet)), "unlike_dimension");
        let normal = Sum::zero(Dimension::NormalVolume, Basis::AsMetered);
        assert_eq!(code(normal.plus(&quantity("1", "SM3"), Basis::AsMetered)), "unlike_dimension");
        assert_eq!(code(normal.plus(&quantity("1", "MTQ"), Basis::AsMetered)), "unlike_dimension");
        assert_eq!(code(Sum::new(i128::MAX, Dimension::Energy, Basis::AsMetered)), "too_large");
    }
}
