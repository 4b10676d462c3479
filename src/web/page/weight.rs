//! Weights as people at a weighbridge write them: `31.2`, `31.20 t`, `31200 公斤`.
//!
//! Invariant: what is taken becomes a quantity in a unit's code, which the page shows; what could
//! mean two things (a comma, a bare ton) is refused with what would be right.

use crate::domain::quantity::Quantity;
use crate::domain::unit::Unit;
use crate::domain::value_error::ValueError;
use crate::table::number;

/// A weight; `unit` is the one that the form names, for a number without its own.
pub fn parse(text: &str, unit: &str) -> Result<Quantity, ValueError> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
    let end = plain.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-'));
    let (number, own) = plain.split_at(end.unwrap_or(plain.len()));
    if number.is_empty() {
        return Err(ValueError::new("malformed_number", "write a weight in digits, as 31.20"));
    }
    let unit = unit_of(if own.is_empty() { unit } else { own })?;
    if !number.contains(',') {
        return Quantity::parse(number, unit);
    }
    // Pages show `44,360 kg`, so that is taken back. `31,200 t` may mean a truck's 31.2.
    if unit != Unit::Kilogram {
        let message = "write the decimal point as a point, and no separators of thousands";
        return Err(ValueError::new("malformed_number", message));
    }
    Quantity::parse(&table_number(number)?, unit)
}

/// Whole groups of thousands, as tables have them.
fn table_number(text: &str) -> Result<String, ValueError> {
    Ok(number::parse(text, number::Mark::Point)?.to_string())
}

/// Chinese keyboards write digits and points in full width too.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '．' | '。' => '.',
        '，' => ',',
        '－' | '−' => '-',
        c => c,
    }
}

fn unit_of(word: &str) -> Result<Unit, ValueError> {
    match word {
        "t" | "T" | "吨" | "公吨" | "tonne" | "tonnes" => Ok(Unit::Tonne),
        "kg" | "KG" | "Kg" | "公斤" | "千克" | "kilogram" | "kilograms" => Ok(Unit::Kilogram),
        word => word.parse(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_spellings_of_a_weighbridge_become_codes() {
        for (text, unit, right) in [
            ("31.20", "t", "31.20 TNE"),
            ("31.20", "吨", "31.20 TNE"),
            (" 31 200 ", "kg", "31200 KGM"),
            ("44,360", "kg", "44360 KGM"),
            ("44,360 公斤", "t", "44360 KGM"),
            ("31200公斤", "t", "31200 KGM"),
            ("31.2 T", "kg", "31.2 TNE"),
            ("３１．２０", "TNE", "31.20 TNE"),
            ("15千克", "t", "15 KGM"),
        ] {
            assert_eq!(parse(text, unit).unwrap().to_string(), right, "{text} {unit}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        for (text, unit, code) in [
            ("31,2", "t", "malformed_number"),
            ("31,200", "t", "malformed_number"),
            ("31,20", "kg", "malformed_number"),
            ("３１，２", "t", "malformed_number"),
            ("", "t", "malformed_number"),
            ("abc", "t", "malformed_number"),
            ("-3", "t", "negative"),
            ("31.2 ton", "t", "unknown_unit"),
            ("31.2", "", "unknown_unit"),
            ("62斤", "t", "unknown_unit"),
            ("0.0000001", "t", "over_precise"),
        ] {
            assert_eq!(parse(text, unit).unwrap_err().code, code, "{text} {unit}");
        }
    }
}
