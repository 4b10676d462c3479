//! One quantity: an amount of base units, the unit that it was stated in, the digits as written.
//!
//! Invariants: the amount is not negative and is a whole number of base units; `scale` digits after
//! the point write it exactly in its unit, so `31.20 TNE` stays `31.20 TNE`. It lies below 10^18
//! base units, so that every amount can be written in the smallest unit of its dimension too.
//! Equality is that of the record (unit and digits included); amounts are compared with
//! [`Quantity::compare`].

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::decimal::{Decimal, DecimalText, MAX_SCALE, power};
use crate::domain::unit::{Dimension, Unit};
use crate::domain::value_error::{ValueError, shown};

/// The largest amount: a thousand petajoules, 10^12 tonnes.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000_000_000 - 1;

/// An amount with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    amount: i64,
    unit: Unit,
    scale: u8,
}

impl Quantity {
    /// From the text of a value and a unit.
    pub fn parse(value: &str, unit: Unit) -> Result<Quantity, ValueError> {
        match value.parse::<Decimal>() {
            Ok(decimal) => Quantity::from_decimal(&decimal, unit),
            Err(error) if error.code == "over_precise" => Err(over_precise(value, unit)),
            Err(error) if error.code == "too_large" => Err(too_large(value, unit)),
            Err(error) => Err(error),
        }
    }

    /// From a number and a unit.
    pub fn from_decimal(value: &Decimal, unit: Unit) -> Result<Quantity, ValueError> {
        if value.is_negative() {
            return Err(ValueError::new(
                "negative",
                format!("`{value}` {unit} is negative; a quantity is zero or more"),
            ));
        }
        // Below 10^27 x 3.6 * 10^15 times at most: beyond 128 bits only for what is too large
        // anyway.
        let scaled = value.units().checked_mul(i128::from(unit.factor()));
        let Some(scaled) = scaled else {
            return Err(too_large(&value.to_string(), unit));
        };
        let divisor = power(value.scale());
        if scaled % divisor != 0 {
            return Err(over_precise(&value.to_string(), unit));
        }
        let amount = i64::try_from(scaled / divisor).ok().filter(|&amount| amount <= MAX_AMOUNT);
        let amount = amount.ok_or_else(|| too_large(&value.to_string(), unit))?;
        Ok(Quantity { amount, unit, scale: value.scale() })
    }

    /// From base units, written with as few digits as the unit allows.
    pub fn from_amount(amount: i64, unit: Unit) -> Result<Quantity, ValueError> {
        if amount < 0 {
            return Err(ValueError::new("negative", "a quantity is zero or more"));
        }
        if amount > MAX_AMOUNT {
            return Err(too_large(&amount.to_string(), unit.dimension().smallest_unit()));
        }
        let scale =
            (0..=MAX_SCALE).find(|&scale| is_exact(amount, unit, scale)).ok_or_else(|| {
                let base = unit.dimension().base_name();
                let message = format!("{amount} {base} can't be written exactly in {unit}");
                ValueError::new("over_precise", message)
            })?;
        Ok(Quantity { amount, unit, scale })
    }

    pub fn zero(unit: Unit) -> Quantity {
        Quantity { amount: 0, unit, scale: 0 }
    }

    /// In base units of its dimension: grams, millilitres, joules or pieces.
    pub fn amount(&self) -> i64 {
        self.amount
    }

    pub fn unit(&self) -> Unit {
        self.unit
    }

    pub fn dimension(&self) -> Dimension {
        self.unit.dimension()
    }

    pub fn is_zero(&self) -> bool {
        self.amount == 0
    }

    /// The number as written, without the unit.
    pub fn value(&self) -> Decimal {
        Decimal::new(self.value_units(), self.scale).expect("it was made from such a number")
    }

    fn value_units(&self) -> i128 {
        i128::from(self.amount) * power(self.scale) / i128::from(self.unit.factor())
    }

    fn value_text(&self) -> DecimalText {
        DecimalText::new(self.value_units(), self.scale)
    }

    /// Compares the amounts, whatever the units; refuses unlike dimensions.
    pub fn compare(&self, other: &Quantity) -> Result<Ordering, ValueError> {
        self.alike(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    /// The sum, in this one's unit where the exact result can be written in it, else in the
    /// other's, else in the smallest unit (a joule more than a kilowatt hour has no finite number
    /// of digits).
    pub fn checked_add(&self, other: &Quantity) -> Result<Quantity, ValueError> {
        self.alike(other)?;
        let amount = self.amount + other.amount;
        if amount > MAX_AMOUNT {
            return Err(too_large("the sum", self.unit));
        }
        Ok(self.with_amount(amount, other))
    }

    /// The difference, in a unit as with [`Quantity::checked_add`]; refuses a negative one.
    pub fn checked_sub(&self, other: &Quantity) -> Result<Quantity, ValueError> {
        self.alike(other)?;
        let amount = self.amount - other.amount;
        if amount < 0 {
            let message = format!("{self} less {other} is negative; a quantity is zero or more");
            return Err(ValueError::new("negative", message));
        }
        Ok(self.with_amount(amount, other))
    }

    /// Another amount of the same dimension, which lies within the bounds of quantities: in this
    /// one's unit where that writes it exactly, else in the smallest unit.
    pub fn resized(&self, amount: i64) -> Quantity {
        assert!((0..=MAX_AMOUNT).contains(&amount), "{amount} is no amount of a quantity");
        self.with_amount(amount, self)
    }

    fn with_amount(&self, amount: i64, other: &Quantity) -> Quantity {
        let base = self.dimension().smallest_unit();
        for unit in [self.unit, other.unit, base] {
            let written = if unit == other.unit { other.scale } else { 0 };
            let written = if unit == self.unit { written.max(self.scale) } else { written };
            let exact = (written..=MAX_SCALE).find(|&scale| is_exact(amount, unit, scale));
            if let Some(scale) = exact {
                return Quantity { amount, unit, scale };
            }
        }
        unreachable!("the smallest unit of a dimension writes every amount of it")
    }

    fn alike(&self, other: &Quantity) -> Result<(), ValueError> {
        if self.dimension() == other.dimension() {
            return Ok(());
        }
        Err(unlike(self.dimension(), other.dimension()))
    }
}

/// Whether `scale` digits after the point write `amount` base units in `unit`, within the limits of
/// a number's digits.
fn is_exact(amount: i64, unit: Unit, scale: u8) -> bool {
    i128::from(amount) * power(scale) % i128::from(unit.factor()) == 0
        && Decimal::new(i128::from(amount) * power(scale) / i128::from(unit.factor()), scale)
            .is_ok()
}

pub(super) fn unlike(this: Dimension, other: Dimension) -> ValueError {
    let message = format!("{this} and {other} are unlike: only quantities of one dimension add");
    ValueError::new("unlike_dimension", message)
}

fn over_precise(value: &str, unit: Unit) -> ValueError {
    let base = unit.dimension().base_name();
    let message =
        format!("{} {unit} is finer than the smallest unit counted, one {base}", shown(value));
    ValueError::new("over_precise", message)
}

fn too_large(value: &str, unit: Unit) -> ValueError {
    let most = MAX_AMOUNT / unit.factor();
    ValueError::new("too_large", format!("{} {unit} is more than {most} {unit}", shown(value)))
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value_text().as_str(), self.unit)
    }
}

/// An amount with its unit. The digits after the point are kept as written, and may not be finer
/// than the smallest unit counted: one gram, millilitre, joule or piece.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Quantity)]
struct QuantityText<'a> {
    unit: Unit,
    #[serde(borrow)]
    #[schema(
        value_type = String,
        pattern = r"^(0|[1-9]\d{0,17})(\.\d{1,9})?$",
        min_length = 1,
        max_length = 28,
        example = "31.20"
    )]
    value: Cow<'a, str>,
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return (self.amount, self.unit, self.scale).serialize(serializer);
        }
        let text = self.value_text();
        QuantityText { unit: self.unit, value: Cow::Borrowed(text.as_str()) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Quantity, D::Error> {
        if deserializer.is_human_readable() {
            let text = QuantityText::deserialize(deserializer)?;
            return Quantity::parse(&text.value, text.unit).map_err(D::Error::custom);
        }
        let (amount, unit, scale) = <(i64, Unit, u8)>::deserialize(deserializer)?;
        if !(0..=MAX_AMOUNT).contains(&amount)
            || scale > MAX_SCALE
            || !is_exact(amount, unit, scale)
        {
            return Err(D::Error::custom("an amount that its unit and digits can't write"));
        }
        Ok(Quantity { amount, unit, scale })
    }
}

impl PartialSchema for Quantity {
    fn schema() -> RefOr<Schema> {
        QuantityText::schema()
    }
}

impl ToSchema for Quantity {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        QuantityText::schemas(schemas);
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

    fn unit() -> impl Strategy<Value = Unit> {
        (0..Unit::ALL.len()).prop_map(|place| Unit::ALL[place])
    }

    proptest! {
        /// The rational `units / 10^scale * factor` decides, in integers of 128 bits.
        #[test]
        fn a_value_is_taken_just_when_it_is_a_whole_number_of_base_units(
            units in 0i128..1_000_000_000_000, scale in 0u8..=9, unit in unit()
        ) {
            let value = Decimal::new(units, scale).unwrap();
            let numerator = units * i128::from(unit.factor());
            let whole = numerator % power(scale) == 0;
            let amount = numerator / power(scale);
            match Quantity::from_decimal(&value, unit) {
                Ok(quantity) => {
                    prop_assert!(whole);
                    prop_assert_eq!(i128::from(quantity.amount()), amount);
                    prop_assert_eq!(quantity.value(), value);
                    prop_assert_eq!(quantity.to_string(), format!("{value} {unit}"));
                    let json = serde_json::to_string(&quantity).unwrap();
                    prop_assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap(), quantity);
                }
                Err(error) if error.code == "over_precise" => prop_assert!(!whole),
                Err(error) => {
                    prop_assert_eq!(error.code, "too_large");
                    prop_assert!(amount > i128::from(MAX_AMOUNT));
                }
            }
        }

        #[test]
        fn sums_and_differences_are_those_of_base_units(
            a in 0..=MAX_AMOUNT, b in 0..=MAX_AMOUNT, u in unit(), v in unit()
        ) {
            let exact = |amount: i64, unit: Unit| {
                // Rounded to what the unit can write with nine digits.
                let (mut step, mut rest) = (unit.factor(), power(MAX_SCALE) as i64);
                while rest != 0 {
                    (step, rest) = (rest, step % rest);
                }
                let step = unit.factor() / step;
                Quantity::from_amount(amount / step * step, unit).unwrap()
            };
            let (x, y) = (exact(a, u), exact(b, v));
            let sum = x.checked_add(&y);
            if u.dimension() != v.dimension() {
                prop_assert_eq!(sum.unwrap_err().code, "unlike_dimension");
                prop_assert_eq!(x.compare(&y).unwrap_err().code, "unlike_dimension");
                return Ok(());
            }
            prop_assert_eq!(x.compare(&y).unwrap(), x.amount().cmp(&y.amount()));
            let total = i128::from(x.amount()) + i128::from(y.amount());
            match sum {
                Ok(sum) => {
                    prop_assert_eq!(i128::from(sum.amount()), total);
                    let value = sum.value();
                    let back = value.units() * i128::from(sum.unit().factor());
                    prop_assert_eq!(back, total * power(value.scale()));
                    let json = serde_json::to_string(&sum).unwrap();
                    prop_assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap(), sum);
                    prop_assert_eq!(sum.checked_sub(&y).unwrap().amount(), x.amount());
                }
                Err(error) => {
                    prop_assert_eq!(error.code, "too_large");
                    prop_assert!(total > i128::from(MAX_AMOUNT));
                }
            }
        }
    }

    #[test]
    fn json_keeps_the_digits_and_has_its_members_in_order() {
        let json = r#"{"unit":"TNE","value":"31.20"}"#;
        let quantity: Quantity = serde_json::from_str(json).unwrap();
        assert_eq!(quantity.amount(), 31_200_000);
        assert_eq!(serde_json::to_string(&quantity).unwrap(), json);
        assert_eq!(quantity.to_string(), "31.20 TNE");
    }

    #[test]
    fn refusals_have_a_stable_code_and_say_what_would_be_right() {
        let error = |json: &str| serde_json::from_str::<Quantity>(json).unwrap_err().to_string();
        let cases = [
            (
                r#"{"unit":"GJ","value":"1"}"#,
                "unknown_unit: GJ is gram per millilitre; gigajoule is GV",
            ),
            (
                r#"{"unit":"TNE","value":"31.2000001"}"#,
                "over_precise: `31.2000001` TNE is finer than the smallest unit counted, one gram",
            ),
            (r#"{"unit":"C62","value":"0.5"}"#, "over_precise: `0.5` C62"),
            (r#"{"unit":"TNE","value":"0.0000000000001"}"#, "over_precise: `0.0000000000001` TNE"),
            (r#"{"unit":"TNE","value":"-1"}"#, "negative: `-1` TNE is negative"),
            (
                r#"{"unit":"TNE","value":"1000000000000"}"#,
                "too_large: `1000000000000` TNE is more than 999999999999 TNE",
            ),
            (r#"{"unit":"TNE","value":"9999999999999999999"}"#, "too_large: "),
            (r#"{"unit":"TNE","value":"1e3"}"#, "malformed_number: "),
            (r#"{"unit":"TNE","value":"1","basis":"wet"}"#, "unknown field `basis`"),
            (r#"{"unit":"TNE","value":31.2}"#, "invalid type: floating point"),
            (r#"{"unit":"TNE"}"#, "missing field `value`"),
        ];
        for (json, expected) in cases {
            assert!(error(json).starts_with(expected), "{json}: {}", error(json));
        }
    }

    #[test]
    fn a_sum_keeps_the_first_unit_and_the_more_digits_of_the_two() {
        let cases = [
            (("31.20", "TNE"), ("800", "KGM"), "32.00 TNE"),
            (("800", "KGM"), ("31.20", "TNE"), "32000 KGM"),
            (("1", "TNE"), ("1", "GRM"), "1.000001 TNE"),
            (("1.5", "KWH"), ("2.25", "KWH"), "3.75 KWH"),
            (("1", "KWH"), ("3.6", "3B"), "2 KWH"),
            (("1", "KWH"), ("1", "3B"), "4.6 3B"),
            (("1", "KWH"), ("1", "JOU"), "3600001 JOU"),
            (("1", "C68"), ("1", "JOU"), "1000000000000001 JOU"),
        ];
        for ((a, u), (b, v), expected) in &cases {
            let sum = quantity(a, u).checked_add(&quantity(b, v)).unwrap();
            assert_eq!(sum.to_string(), *expected);
        }
    }

    #[test]
    fn taking_away_more_than_there_is_is_refused() {
        let error = quantity("1", "TNE").checked_sub(&quantity("1000.001", "KGM")).unwrap_err();
        assert_eq!(error.code, "negative");
        assert!(error.message.starts_with("1 TNE less 1000.001 KGM"), "{error}");
        let rest = quantity("1", "TNE").checked_sub(&quantity("1000", "KGM")).unwrap();
        assert!(rest.is_zero());
    }

    #[test]
    fn equal_amounts_in_other_units_compare_equal_but_are_other_records() {
        let (tonne, kilograms) = (quantity("1", "TNE"), quantity("1000", "KGM"));
        assert_eq!(tonne.compare(&kilograms), Ok(Ordering::Equal));
        assert_ne!(tonne, kilograms);
        assert_ne!(tonne, quantity("1.0", "TNE"));
    }

    #[test]
    fn the_schema_is_an_object_that_refuses_other_members() {
        let schema = serde_json::to_value(Quantity::schema()).unwrap();
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["required"], serde_json::json!(["unit", "value"]));
        assert_eq!(Quantity::name(), "Quantity");
        let mut schemas = Vec::new();
        Quantity::schemas(&mut schemas);
        assert!(schemas.iter().any(|(name, _)| name == "Unit"));
    }
}
