//! Dimensions of formulas, and the units that indicators are printed in.
//!
//! Invariant: the dimensions of a formula are known before it is evaluated, so a sum of unlike
//! things is refused where the method is published.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::money::Currency;
use crate::domain::stated_unit::{ItemUnit, StatedUnit};
use crate::domain::text::Text;
use crate::domain::unit::Dimension;

/// What an amount in a formula is counted in: the unit of each base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// Tonnes.
    Mass,
    /// Cubic metres.
    Volume,
    /// Cubic metres at normal state.
    NormalVolume,
    /// Cubic metres at standard state.
    StandardVolume,
    /// Gigajoules.
    Energy,
    /// Square kilometres.
    Area,
    /// Kilometres.
    Length,
    /// Things.
    Count,
    /// The currency's unit.
    Money(&'static str),
}

impl Base {
    fn symbol(self) -> &'static str {
        match self {
            Base::Mass => "t",
            Base::Volume => "m3",
            Base::NormalVolume => "m3 (normal)",
            Base::StandardVolume => "m3 (standard)",
            Base::Energy => "GJ",
            Base::Area => "km2",
            Base::Length => "km",
            Base::Count => "pcs",
            Base::Money(currency) => currency,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Base::Mass => "mass",
            Base::Volume => "volume",
            Base::NormalVolume => "normal volume",
            Base::StandardVolume => "standard volume",
            Base::Energy => "energy",
            Base::Area => "area",
            Base::Length => "length",
            Base::Count => "number",
            Base::Money(currency) => currency,
        }
    }
}

/// Powers of bases; none of a plain number or share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dims(BTreeMap<Base, i8>);

impl Dims {
    /// Of a plain number or share.
    pub fn none() -> Dims {
        Dims::default()
    }

    pub fn of_base(base: Base) -> Dims {
        Dims(BTreeMap::from([(base, 1)]))
    }

    pub fn of_dimension(dimension: Dimension) -> Dims {
        Dims::of_base(match dimension {
            Dimension::Mass => Base::Mass,
            Dimension::Volume => Base::Volume,
            Dimension::NormalVolume => Base::NormalVolume,
            Dimension::StandardVolume => Base::StandardVolume,
            Dimension::Energy => Base::Energy,
            Dimension::Pieces => Base::Count,
        })
    }

    pub fn of_money(currency: Currency) -> Dims {
        Dims::of_base(Base::Money(currency.as_str()))
    }

    pub fn of_unit(unit: ItemUnit) -> Dims {
        match unit {
            ItemUnit::Of(StatedUnit::Tonne) => Dims::of_base(Base::Mass),
            ItemUnit::Of(StatedUnit::CubicMetre) => Dims::of_base(Base::Volume),
            ItemUnit::Of(StatedUnit::Gigajoule) => Dims::of_base(Base::Energy),
            ItemUnit::Of(StatedUnit::SquareKilometre) => Dims::of_base(Base::Area),
            ItemUnit::Of(StatedUnit::Kilometre) => Dims::of_base(Base::Length),
            ItemUnit::Of(StatedUnit::One) => Dims::of_base(Base::Count),
            ItemUnit::Of(StatedUnit::Percent) => Dims::none(),
            ItemUnit::Money(currency) => Dims::of_money(currency),
        }
    }

    pub fn times(&self, other: &Dims) -> Dims {
        self.with(other, 1)
    }

    pub fn over(&self, other: &Dims) -> Dims {
        self.with(other, -1)
    }

    fn with(&self, other: &Dims, sign: i8) -> Dims {
        let mut powers = self.0.clone();
        for (base, power) in &other.0 {
            // Formulas are far too short for a power beyond 127; one that did would not fit a unit.
            let sum = powers.entry(*base).or_default();
            *sum = sum.saturating_add(power.saturating_mul(sign));
        }
        powers.retain(|_, power| *power != 0);
        Dims(powers)
    }

    /// What amounts are counted in: `t`, `m3`, `GJ`, `CNY`, `t/CNY`; `1` of a plain number.
    pub fn unit(&self) -> String {
        let write = |sign: i8| {
            let parts = self.0.iter().filter(|(_, power)| **power * sign > 0);
            let parts = parts.map(|(base, power)| match power * sign {
                1 => base.symbol().to_owned(),
                power => format!("{}^{power}", base.symbol()),
            });
            parts.collect::<Vec<_>>().join("*")
        };
        match (write(1), write(-1)) {
            (above, below) if below.is_empty() && above.is_empty() => "1".to_owned(),
            (above, below) if below.is_empty() => above,
            (above, below) if above.is_empty() => format!("1/{below}"),
            (above, below) => format!("{above}/{below}"),
        }
    }

    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("a plain number");
        }
        for (place, (base, power)) in self.0.iter().enumerate() {
            let space = if place == 0 { "" } else { " x " };
            match power {
                1 => write!(f, "{space}{}", base.name())?,
                power => write!(f, "{space}{}^{power}", base.name())?,
            }
        }
        Ok(())
    }
}

/// The unit that an indicator is printed in: `of_times` `of` per `per_times` `per`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorUnit {
    /// A plain number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<ItemUnit>,
    /// 29.3076 where tonnes of coal equivalent are meant by gigajoules; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub of_times: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<ItemUnit>,
    /// 10000 where per 10 000 yuan is meant; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub per_times: Option<Decimal>,
    /// As it is printed: `tce/10^4 CNY`.
    pub symbol: Text,
}

impl IndicatorUnit {
    pub fn dims(&self) -> Dims {
        let of = |unit: Option<ItemUnit>| unit.map_or(Dims::none(), Dims::of_unit);
        of(self.of).over(&of(self.per))
    }
}
