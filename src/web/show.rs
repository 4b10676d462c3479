//! Amounts and times as pages show them: exact, grouped, never without their unit.
//!
//! Invariant: no digit is dropped or rounded; percentages alone are, in print.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::domain::decimal::Decimal;
use crate::domain::quantity::{Quantity, Sum};
use crate::domain::time::{UtcMillis, Zone};
use crate::domain::unit::{Dimension, Unit};
use crate::web::messages::Lang;

/// An amount with its unit, or a dash where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Amount { value: String, unit: Unit, lang: Lang },
    Absent,
}

impl Shown {
    /// As it was stated.
    pub fn stated(quantity: &Quantity, lang: Lang) -> Shown {
        let value = grouped(&quantity.value().to_string());
        Shown::Amount { value, unit: quantity.unit(), lang }
    }

    pub fn stated_or_absent(quantity: Option<&Quantity>, lang: Lang) -> Shown {
        quantity.map_or(Shown::Absent, |quantity| Shown::stated(quantity, lang))
    }

    pub fn sum(sum: &Sum, lang: Lang) -> Shown {
        Shown::Amount { value: grouped(&sum.value().to_string()), unit: sum.unit(), lang }
    }

    /// Base units of a dimension, with that many digits after the point or more.
    pub fn amount(amount: i128, dimension: Dimension, digits: u8, lang: Lang) -> Shown {
        let unit = dimension.shown_in();
        let digits = digits.max(digits_of(amount, dimension));
        let power = 10i128.pow(u32::from(digits));
        let units = amount * power / i128::from(unit.factor());
        let value = Decimal::new(units, digits).map_or_else(|_| String::new(), |it| it.to_string());
        Shown::Amount { value: grouped(&value), unit, lang }
    }
}

/// How many digits after the point write an amount exactly in the unit that sums are shown in.
fn digits_of(amount: i128, dimension: Dimension) -> u8 {
    let factor = i128::from(dimension.shown_in().factor());
    let exact = |digits: &u8| (amount * 10i128.pow(u32::from(*digits))) % factor == 0;
    (0..=9).find(exact).unwrap_or(9)
}

/// Safe because it holds digits and words of this program only.
impl HtmlSafe for Shown {}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Absent => f.write_str("<span class=\"none\">–</span>"),
            Shown::Amount { value, unit, lang } => {
                let (code, symbol) = (unit.code(), symbol(*unit));
                let name = lang.of(unit.name_en(), unit.name_zh());
                write!(
                    f,
                    "<span class=\"q\">{value}&nbsp;<abbr title=\"{name}, {code}\">{symbol}</abbr>\
                     </span>"
                )
            }
        }
    }
}

/// So many digits, or more where an amount needs them: weights are read in hundredths of a tonne.
pub fn digits_for(amounts: impl Iterator<Item = i128>, dimension: Dimension) -> u8 {
    let usual = if dimension == Dimension::Mass { 2 } else { 0 };
    amounts.map(|amount| digits_of(amount, dimension)).fold(usual, u8::max)
}

/// `-1234.5` is written `−1,234.5`.
pub fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("−", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
    let mut out = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// What people write for a unit.
pub fn symbol(unit: Unit) -> &'static str {
    match unit {
        Unit::Gram => "g",
        Unit::Kilogram => "kg",
        Unit::Decitonne => "dt",
        Unit::Tonne => "t",
        Unit::Kilotonne => "kt",
        Unit::CubicDecimetre => "dm³",
        Unit::Litre => "L",
        Unit::Hectolitre => "hL",
        Unit::CubicMetre => "m³",
        Unit::NormalCubicMetre => "Nm³",
        Unit::StandardCubicMetre => "Sm³",
        Unit::Joule => "J",
        Unit::Kilojoule => "kJ",
        Unit::Megajoule => "MJ",
        Unit::Gigajoule => "GJ",
        Unit::Terajoule => "TJ",
        Unit::Petajoule => "PJ",
        Unit::KilowattHour => "kWh",
        Unit::MegawattHour => "MWh",
        Unit::GigawattHour => "GWh",
        Unit::One => "C62",
        Unit::Each => "EA",
    }
}

/// `2025-03-01 16:05` on the clock of a zone, or in UTC, said so.
pub fn instant(at: UtcMillis, zone: Option<&Zone>) -> String {
    match zone {
        Some(zone) => {
            let (day, minute) = zone.shown(at);
            format!("{day} {:02}:{:02}", minute / 60, minute % 60)
        }
        None => format!("{} UTC", at.to_string()[..16].replace('T', " ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn digits_are_grouped_and_none_is_lost() {
        for (plain, shown) in
            [("0", "0"), ("999.10", "999.10"), ("-1234567.5", "−1,234,567.5"), ("1000", "1,000")]
        {
            assert_eq!(grouped(plain), shown);
        }
        let shown = Shown::amount(31_200_000, Dimension::Mass, 2, Lang::En);
        let Shown::Amount { value, unit, .. } = &shown else { panic!("{shown}") };
        assert_eq!((&**value, *unit), ("31.20", Unit::Tonne));
        let finer = Shown::amount(-31_200_001, Dimension::Mass, 2, Lang::Zh).to_string();
        assert!(finer.contains("−31.200001") && finer.contains("吨, TNE"), "{finer}");
    }

    #[test]
    fn an_instant_is_shown_on_the_clock_there() {
        let at: UtcMillis = "2025-03-01T23:05:59.000Z".parse().unwrap();
        assert_eq!(instant(at, Some(&"Asia/Shanghai".parse().unwrap())), "2025-03-02 07:05");
        assert_eq!(instant(at, None), "2025-03-01 23:05 UTC");
    }
}
