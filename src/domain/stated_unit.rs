//! Units of stated figures: what indicators need besides matter, energy and money.
//!
//! Invariant: an amount is a whole number of millionths of its unit, so sums are exact. The numbers
//! are those of rows; the codes stand in the log and are UN/CEFACT Recommendation 20.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::decimal::Decimal;
use crate::domain::money::Currency;
use crate::domain::text_value;
use crate::domain::value_error::{ValueError, shown};

/// How many digits after the point a stated figure may have, in a unit that is no money.
pub const STATED_SCALE: u8 = 6;

/// A unit that a figure may be stated in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum StatedUnit {
    Tonne = 0,
    CubicMetre = 1,
    Gigajoule = 2,
    SquareKilometre = 3,
    /// Of persons, projects, incidents; 1 or 0 where something is there or not.
    One = 4,
    Percent = 5,
    Kilometre = 6,
}

impl StatedUnit {
    pub const ALL: [StatedUnit; 7] = [
        StatedUnit::Tonne,
        StatedUnit::CubicMetre,
        StatedUnit::Gigajoule,
        StatedUnit::SquareKilometre,
        StatedUnit::One,
        StatedUnit::Percent,
        StatedUnit::Kilometre,
    ];

    /// The UN/CEFACT Rec 20 code.
    pub fn code(self) -> &'static str {
        match self {
            StatedUnit::Tonne => "TNE",
            StatedUnit::CubicMetre => "MTQ",
            StatedUnit::Gigajoule => "GV",
            StatedUnit::SquareKilometre => "KMK",
            StatedUnit::One => "C62",
            StatedUnit::Percent => "P1",
            StatedUnit::Kilometre => "KMT",
        }
    }
}

/// What the figures of an item are stated in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemUnit {
    Of(StatedUnit),
    Money(Currency),
}

impl ItemUnit {
    pub fn as_str(&self) -> &'static str {
        match self {
            ItemUnit::Of(unit) => unit.code(),
            ItemUnit::Money(currency) => currency.as_str(),
        }
    }

    /// The number in the smallest parts that are counted: millionths of a unit, ten-thousandths of
    /// money.
    pub fn amount(&self, value: &Decimal) -> Result<i64, ValueError> {
        let scale = self.scale();
        if value.scale() > scale {
            let message = format!("{value} {self} has more than {scale} digits after the point");
            return Err(ValueError::new("over_precise", message));
        }
        let parts = value.units() * 10i128.pow(u32::from(scale - value.scale()));
        let most = i128::from(i64::MAX / 10);
        i64::try_from(parts).ok().filter(|_| (-most..=most).contains(&parts)).ok_or_else(|| {
            let message = format!("{value} {self} is more than a figure can be");
            ValueError::new("too_large", message)
        })
    }

    /// Digits after the point that are counted.
    pub fn scale(&self) -> u8 {
        match self {
            ItemUnit::Of(_) => STATED_SCALE,
            ItemUnit::Money(_) => crate::domain::money::MAX_MONEY_SCALE,
        }
    }
}

impl fmt::Display for ItemUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ItemUnit {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<ItemUnit, ValueError> {
        if let Some(unit) = StatedUnit::ALL.into_iter().find(|unit| unit.code() == text) {
            return Ok(ItemUnit::Of(unit));
        }
        if let Ok(currency) = text.parse() {
            return Ok(ItemUnit::Money(currency));
        }
        let codes: Vec<_> = StatedUnit::ALL.iter().map(|unit| unit.code()).collect();
        let message = format!(
            "{} is no unit of stated figures; they are {} and the currencies of ISO 4217",
            shown(text),
            codes.join(", ")
        );
        Err(ValueError::new("unknown_unit", message))
    }
}

impl Serialize for ItemUnit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ItemUnit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ItemUnit, D::Error> {
        text_value::deserialize(deserializer, "a unit of a stated figure, as \"C62\"")
    }
}

impl PartialSchema for ItemUnit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "Unit of a stated figure: TNE tonne, MTQ cubic metre, GV gigajoule, KMK square \
                 kilometre, C62 one, P1 percent, KMT kilometre (UN/CEFACT Rec 20), or a currency \
                 (ISO 4217).",
            ))
            .pattern(Some("^([A-Z0-9]{2,3})$"))
            .examples(["C62"])
            .into()
    }
}

impl ToSchema for ItemUnit {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn units_are_read_by_their_codes_and_no_other_words() {
        for unit in StatedUnit::ALL {
            assert_eq!(unit.code().parse::<ItemUnit>().unwrap(), ItemUnit::Of(unit));
        }
        assert_eq!("CNY".parse::<ItemUnit>().unwrap(), ItemUnit::Money(Currency::CNY));
        for text in ["%", "t", "GJ", "", "tce"] {
            assert_eq!(text.parse::<ItemUnit>().unwrap_err().code, "unknown_unit", "{text}");
        }
    }

    #[test]
    fn amounts_are_counted_in_whole_parts() {
        let amount = |unit: &str, value: &str| {
            unit.parse::<ItemUnit>().unwrap().amount(&value.parse().unwrap()).map_err(|e| e.code)
        };
        assert_eq!(amount("P1", "28.5"), Ok(28_500_000));
        assert_eq!(amount("P1", "-2.1"), Ok(-2_100_000));
        assert_eq!(amount("CNY", "10488000000"), Ok(104_880_000_000_000));
        assert_eq!(amount("CNY", "0.00001"), Err("over_precise"));
        assert_eq!(amount("TNE", "0.0000001"), Err("over_precise"));
        assert_eq!(amount("TNE", "1000000000000"), Err("too_large"));
    }
}
