//! Units as people write them in tables, and only there: the JSON API takes codes alone.
//!
//! Invariant: scaling is exact, by moving the decimal point; 万 is four places.

use crate::domain::decimal::{Decimal, MAX_SCALE};
use crate::domain::unit::Unit;
use crate::domain::value_error::{ValueError, shown};
use crate::table::header::plain;

/// A unit, or the renminbi, so many times ten to a power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableUnit {
    of: Of,
    power: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Unit(Unit),
    Yuan,
}

/// Spellings, each in the form that [`plain`] gives. `ton`, `MT` and 斤 are not among them: nobody
/// can know what is meant.
const SPELLINGS: &[(Of, &[&str])] = &[
    (Of::Unit(Unit::Gram), &["g", "克", "gram", "grams"]),
    (Of::Unit(Unit::Kilogram), &["kg", "千克", "公斤", "kilogram", "kilograms"]),
    (Of::Unit(Unit::Decitonne), &["公担"]),
    (Of::Unit(Unit::Tonne), &["t", "吨", "公吨", "tonne", "tonnes"]),
    (Of::Unit(Unit::Kilotonne), &["kt", "千吨"]),
    (Of::Unit(Unit::Litre), &["l", "升", "litre", "litres", "liter", "liters"]),
    (
        Of::Unit(Unit::CubicMetre),
        &["m3", "m³", "㎥", "立方米", "立方", "方", "cbm", "cubicmetre", "cubicmetres"],
    ),
    (Of::Unit(Unit::NormalCubicMetre), &["nm3", "nm³", "标方", "标立方米", "标况立方米"]),
    (Of::Unit(Unit::StandardCubicMetre), &["sm3", "sm³"]),
    (Of::Unit(Unit::Joule), &["j", "焦", "焦耳"]),
    (Of::Unit(Unit::Kilojoule), &["kj", "千焦"]),
    (Of::Unit(Unit::Megajoule), &["mj", "兆焦"]),
    (Of::Unit(Unit::Gigajoule), &["gj", "吉焦", "百万千焦"]),
    (Of::Unit(Unit::Terajoule), &["tj", "太焦"]),
    (Of::Unit(Unit::KilowattHour), &["kwh", "kw·h", "度", "千瓦时", "千瓦小时"]),
    (Of::Unit(Unit::MegawattHour), &["mwh", "mw·h", "兆瓦时"]),
    (Of::Unit(Unit::GigawattHour), &["gwh", "gw·h", "吉瓦时"]),
    (Of::Unit(Unit::One), &["个", "件", "只", "台", "pcs", "pc", "piece", "pieces"]),
    (Of::Yuan, &["元", "人民币", "rmb", "cny", "¥", "人民币元"]),
];

/// What stands before a unit, as the places that it moves the point.
const TIMES: &[(&str, u8)] = &[("百万", 6), ("万", 4), ("亿", 8)];

/// The unit that a text spells, or has the code of.
pub fn find(text: &str) -> Option<TableUnit> {
    let spelled = plain(text);
    if let Some(found) = spelling(&spelled) {
        return Some(found);
    }
    let code = text.trim().to_ascii_uppercase();
    Unit::ALL
        .iter()
        .find(|unit| unit.code() == code)
        .map(|unit| TableUnit { of: Of::Unit(*unit), power: 0 })
}

fn spelling(plain: &str) -> Option<TableUnit> {
    let of = |text: &str| {
        let of = SPELLINGS.iter().find(|(_, words)| words.contains(&text));
        of.map(|(of, _)| *of)
    };
    if let Some(of) = of(plain) {
        return Some(TableUnit { of, power: 0 });
    }
    let times = |(word, power): &(&str, u8)| {
        Some(TableUnit { of: of(plain.strip_prefix(word)?)?, power: *power })
    };
    TIMES.iter().find_map(times)
}

/// As [`find`], with the domain's own hints for what is no unit.
pub fn parse(text: &str) -> Result<TableUnit, ValueError> {
    if let Some(unit) = find(text) {
        return Ok(unit);
    }
    let message = match Unit::parse(text) {
        Err(error) if !error.message.contains("is not a unit used here") => error.message,
        Ok(_) | Err(_) => format!(
            "{} is no unit of tables; write t, kg, m³, GJ, MJ, kWh, MWh, 吨, 万吨 or a code as TNE",
            shown(text)
        ),
    };
    Err(ValueError::new("unknown_unit", message))
}

/// Why a text that looks like a unit is none, if the domain knows it as one that is not taken.
pub fn refused(text: &str) -> Option<ValueError> {
    let error = parse(text).err()?;
    (!error.message.contains("is no unit of tables")).then_some(error)
}

impl TableUnit {
    /// None of money.
    pub fn unit(self) -> Option<Unit> {
        match self.of {
            Of::Unit(unit) => Some(unit),
            Of::Yuan => None,
        }
    }

    /// The unit, if it is one without any 万.
    pub fn plain(self) -> Option<Unit> {
        self.unit().filter(|_| self.power == 0)
    }

    pub fn is_money(self) -> bool {
        self.of == Of::Yuan
    }

    /// A number of these, as a number of its plain unit.
    pub fn scale(self, number: &Decimal) -> Result<Decimal, ValueError> {
        let (places, power) = (number.scale(), self.power);
        if places >= power {
            return Decimal::new(number.units(), places - power);
        }
        debug_assert!(power <= MAX_SCALE);
        let times = 10_i128.pow(u32::from(power - places));
        let units = number.units().checked_mul(times);
        let units = units.ok_or_else(|| ValueError::new("too_large", "the number is too large"))?;
        Decimal::new(units, 0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_spelling_is_one_and_scales_exactly() {
        for (written, number, code, value) in [
            ("t", "31.20", "TNE", "31.20"),
            ("T", "31.20", "TNE", "31.20"),
            ("吨", "31.20", "TNE", "31.20"),
            ("kg", "31200", "KGM", "31200"),
            ("KG", "31200", "KGM", "31200"),
            ("公斤", "0.5", "KGM", "0.5"),
            ("千克", "1", "KGM", "1"),
            ("万吨", "1.2345", "TNE", "12345"),
            ("万吨", "1.23456", "TNE", "12345.6"),
            ("万吨", "1.5", "TNE", "15000"),
            ("GJ", "7.25", "GV", "7.25"),
            ("吉焦", "7", "GV", "7"),
            ("百万千焦", "7", "GV", "7"),
            ("MJ", "7", "3B", "7"),
            ("kWh", "7", "KWH", "7"),
            ("度", "7", "KWH", "7"),
            ("万度", "0.07", "KWH", "700"),
            ("千瓦时", "7", "KWH", "7"),
            ("万kWh", "7", "KWH", "70000"),
            ("MWh", "7", "MWH", "7"),
            ("m³", "7", "MTQ", "7"),
            ("m3", "7", "MTQ", "7"),
            ("ｍ３", "7", "MTQ", "7"),
            ("立方米", "7", "MTQ", "7"),
            ("方", "7", "MTQ", "7"),
            ("万方", "0.0001", "MTQ", "1"),
            ("亿立方米", "0.3", "MTQ", "30000000"),
            ("Nm³", "7", "NM3", "7"),
            ("TNE", "7", "TNE", "7"),
            ("3B", "7", "3B", "7"),
        ] {
            let unit = parse(written).unwrap();
            assert_eq!(unit.unit().unwrap().code(), code, "{written}");
            let scaled = unit.scale(&number.parse().unwrap()).unwrap();
            assert_eq!(scaled.to_string(), value, "{number} {written}");
        }
        for (written, number, value) in [("元", "12.5", "12.5"), ("万元", "0.00125", "12.5")] {
            let unit = parse(written).unwrap();
            assert_eq!(unit.unit(), None);
            assert_eq!(unit.scale(&number.parse().unwrap()).unwrap().to_string(), value);
        }
    }

    #[test]
    fn what_nobody_can_know_is_refused_with_what_would_be_right() {
        for (written, right) in
            [("ton", "TNE"), ("MT", "TNE"), ("斤", "KGM"), ("tce", "GV"), ("桶", "TNE")]
        {
            let error = parse(written).unwrap_err();
            assert_eq!(error.code, "unknown_unit");
            assert!(error.message.contains(right), "{written}: {error}");
        }
        let most: Decimal = "999999999999999999".parse().unwrap();
        assert_eq!(parse("万吨").unwrap().scale(&most).unwrap_err().code, "too_large");
    }

    #[test]
    fn spellings_are_plain_and_none_stands_twice() {
        let mut words: Vec<_> = SPELLINGS.iter().flat_map(|(_, words)| *words).collect();
        assert!(words.iter().all(|word| plain(word) == **word));
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
