//! Units of measure: the UN/CEFACT Recommendation 20 codes that quantities are stated in.
//!
//! Invariant: every unit is a whole number of its dimension's base unit, so conversion within a
//! dimension is exact in integers. A unit's number stands in rows; its code stands in the log. A
//! code that means something else than it seems (`GJ` is gram per millilitre) is refused with the
//! right one.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema, openapi::RefOr};

use crate::domain::text_value;
use crate::domain::value_error::{ValueError, shown};

/// What a quantity is an amount of. Amounts of unlike dimensions never add.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Counted in grams.
    Mass,
    /// Counted in millilitres.
    Volume,
    /// Gas at 0 °C, counted in millilitres.
    NormalVolume,
    /// Gas at 15 or 20 °C as the contract says, counted in millilitres.
    StandardVolume,
    /// Counted in joules.
    Energy,
    Pieces,
}

impl Dimension {
    pub const ALL: [Dimension; 6] = [
        Dimension::Mass,
        Dimension::Volume,
        Dimension::NormalVolume,
        Dimension::StandardVolume,
        Dimension::Energy,
        Dimension::Pieces,
    ];

    /// The smallest amount that is counted, in words.
    pub fn base_name(self) -> &'static str {
        match self {
            Dimension::Mass => "gram",
            Dimension::Volume => "millilitre",
            Dimension::NormalVolume => "millilitre at normal state",
            Dimension::StandardVolume => "millilitre at standard state",
            Dimension::Energy => "joule",
            Dimension::Pieces => "piece",
        }
    }

    /// The smallest unit; any whole number of base units can be written in it.
    pub fn smallest_unit(self) -> Unit {
        match self {
            Dimension::Mass => Unit::Gram,
            Dimension::Volume => Unit::Litre,
            Dimension::NormalVolume => Unit::NormalCubicMetre,
            Dimension::StandardVolume => Unit::StandardCubicMetre,
            Dimension::Energy => Unit::Joule,
            Dimension::Pieces => Unit::One,
        }
    }

    /// The unit in which sums are shown; any whole number of base units can be written in it.
    pub fn shown_in(self) -> Unit {
        match self {
            Dimension::Mass => Unit::Tonne,
            Dimension::Volume => Unit::CubicMetre,
            Dimension::NormalVolume => Unit::NormalCubicMetre,
            Dimension::StandardVolume => Unit::StandardCubicMetre,
            Dimension::Energy => Unit::Gigajoule,
            Dimension::Pieces => Unit::One,
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Dimension::Mass => "mass",
            Dimension::Volume => "volume",
            Dimension::NormalVolume => "normal_volume",
            Dimension::StandardVolume => "standard_volume",
            Dimension::Energy => "energy",
            Dimension::Pieces => "pieces",
        })
    }
}

macro_rules! units {
    ($(
        $name:ident $number:literal $code:literal $dimension:ident $factor:literal
        $en:literal $zh:literal
    )+) => {
        /// A unit of measure. The numbers are those of rows: never give one another meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Unit {
            $(#[doc = concat!("`", $code, "`, ", $en, ".")] $name = $number),+
        }

        impl Unit {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Unit] = &[$(Unit::$name),+];

            /// The UN/CEFACT Rec 20 code.
            pub fn code(self) -> &'static str {
                match self { $(Unit::$name => $code),+ }
            }

            pub fn dimension(self) -> Dimension {
                match self { $(Unit::$name => Dimension::$dimension),+ }
            }

            /// How many base units of its dimension it is.
            pub fn factor(self) -> i64 {
                match self { $(Unit::$name => $factor),+ }
            }

            pub fn name_en(self) -> &'static str {
                match self { $(Unit::$name => $en),+ }
            }

            pub fn name_zh(self) -> &'static str {
                match self { $(Unit::$name => $zh),+ }
            }

            fn of_code(code: &str) -> Option<Unit> {
                match code {
                    $($code => Some(Unit::$name),)+
                    _ => None,
                }
            }

            fn of_number(number: u8) -> Option<Unit> {
                match number {
                    $($number => Some(Unit::$name),)+
                    _ => None,
                }
            }
        }

        const CODE_LIST: &str = concat!($($code, " ",)+);
        const DESCRIPTION: &str = concat!(
            "Unit of measure by its UN/CEFACT Rec 20 code. Beware: GJ there is gram per \
             millilitre; gigajoule is GV.",
            $("\n- `", $code, "`: ", $en, ", ", $zh,)+
        );
    };
}

units! {
    Gram               0 "GRM" Mass                            1 "gram" "克"
    Kilogram           1 "KGM" Mass                        1_000 "kilogram" "千克"
    Decitonne          2 "DTN" Mass                      100_000 "decitonne" "公担"
    Tonne              3 "TNE" Mass                    1_000_000 "tonne" "吨"
    Kilotonne          4 "KTN" Mass                1_000_000_000 "kilotonne" "千吨"
    CubicDecimetre     5 "DMQ" Volume                      1_000 "cubic decimetre" "立方分米"
    Litre              6 "LTR" Volume                      1_000 "litre" "升"
    Hectolitre         7 "HLT" Volume                    100_000 "hectolitre" "百升"
    CubicMetre         8 "MTQ" Volume                  1_000_000 "cubic metre" "立方米"
    NormalCubicMetre   9 "NM3" NormalVolume            1_000_000 "normalised cubic metre" "标况立方米"
    StandardCubicMetre 10 "SM3" StandardVolume         1_000_000 "standard cubic metre" "基准状态立方米"
    Joule              11 "JOU" Energy                         1 "joule" "焦耳"
    Kilojoule          12 "KJO" Energy                     1_000 "kilojoule" "千焦"
    Megajoule          13 "3B" Energy                  1_000_000 "megajoule" "兆焦"
    Gigajoule          14 "GV" Energy              1_000_000_000 "gigajoule" "吉焦"
    Terajoule          15 "D30" Energy         1_000_000_000_000 "terajoule" "太焦"
    Petajoule          16 "C68" Energy     1_000_000_000_000_000 "petajoule" "拍焦"
    KilowattHour       17 "KWH" Energy                 3_600_000 "kilowatt hour" "千瓦时"
    MegawattHour       18 "MWH" Energy             3_600_000_000 "megawatt hour" "兆瓦时"
    GigawattHour       19 "GWH" Energy         3_600_000_000_000 "gigawatt hour" "吉瓦时"
    One                20 "C62" Pieces                         1 "one" "个"
    Each               21 "EA"  Pieces                         1 "each" "件"
}

/// What people write, and what they should. Looked up as written, then without regard to case.
const HINTS: &[(&[&str], &str)] = &[
    (&["GJ", "吉焦", "百万千焦"], "GJ is gram per millilitre; gigajoule is GV"),
    (
        &["t", "吨", "公吨", "tonne", "tonnes", "to", "T"],
        "the code of the tonne is TNE (t and 吨 are no codes)",
    ),
    (&["MT", "mt", "metric ton"], "MT is not the code of the metric tonne; that is TNE"),
    (&["ton", "tons"], "a bare ton may be metric, short or long; state metric tonnes, TNE"),
    (&["STN"], "STN, the short ton of 2000 pounds, is not used here; convert to TNE"),
    (&["LTN"], "LTN, the long ton of 2240 pounds, is not used here; convert to TNE"),
    (
        &["MD", "DT", "E28"],
        "air-dry and dry tons are not used here; state TNE with the basis dry and the moisture",
    ),
    (&["kt", "千吨"], "the code of the kilotonne is KTN"),
    (&["万吨"], "万吨 has no code; it is 10 kilotonnes, KTN"),
    (&["kg", "千克", "公斤", "kilogram"], "the code of the kilogram is KGM"),
    (&["g", "克", "gram"], "the code of the gram is GRM"),
    (&["斤", "市斤"], "斤 is not used here; it is half a kilogram, KGM"),
    (&["m3", "m³", "cbm", "立方米", "立方", "方", "M3"], "the code of the cubic metre is MTQ"),
    (&["MTK", "m2", "m²"], "MTK is the square metre; the cubic metre is MTQ"),
    (&["l", "升", "litre", "liter"], "the code of the litre is LTR"),
    (&["hl"], "the code of the hectolitre is HLT"),
    (&["Nm3", "Nm³", "标方", "标立方米"], "the code of the normalised cubic metre (0 °C) is NM3"),
    (&["Sm3", "Sm³"], "the code of the standard cubic metre is SM3"),
    (&["J", "焦耳", "焦"], "the code of the joule is JOU"),
    (&["kJ", "千焦"], "the code of the kilojoule is KJO"),
    (&["MJ", "兆焦"], "the code of the megajoule is 3B"),
    (&["TJ", "太焦"], "the code of the terajoule is D30"),
    (&["PJ", "拍焦"], "the code of the petajoule is C68"),
    (&["度", "千瓦时"], "the code of the kilowatt hour is KWH"),
    (&["万千瓦时"], "万千瓦时 has no code; it is 10 megawatt hours, MWH"),
    (
        &["tce", "kgce", "吨标准煤", "吨标煤", "标准煤"],
        "coal equivalent is computed, not measured; state energy in GV",
    ),
    (&["KWT", "MAW", "kW", "MW"], "that is power; state energy in KWH or MWH, or in GV"),
    (&["KGS", "MQH", "MQS", "t/h"], "that is a rate of flow; state the quantity of the period"),
    (
        &["CEL", "KEL", "BAR", "KPA", "MPA", "P1", "59", "JK", "GM", "Q30"],
        "that describes a state, not a quantity",
    ),
    (&["KMK", "TKM"], "that is neither an amount of material nor of energy"),
    (&["ANN", "MON", "DAY", "HUR"], "that is a span of time, not a quantity"),
    (&["pcs", "PCS", "个", "件", "PCE", "H87"], "the code of the piece is C62"),
];

fn hint(text: &str) -> Option<&'static str> {
    let find = |matches: &dyn Fn(&str) -> bool| {
        HINTS
            .iter()
            .find(|(words, _)| words.iter().any(|word| matches(word)))
            .map(|(_, hint)| *hint)
    };
    find(&|word| word == text).or_else(|| find(&|word| word.eq_ignore_ascii_case(text)))
}

impl FromStr for Unit {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Unit, ValueError> {
        if let Some(unit) = Unit::of_code(text) {
            return Ok(unit);
        }
        let trimmed = text.trim();
        let message = if let Some(unit) = Unit::of_code(&trimmed.to_ascii_uppercase()) {
            format!("{} is written {}, in capitals and without spaces", shown(text), unit.code())
        } else if let Some(hint) = hint(trimmed) {
            hint.to_owned()
        } else {
            let codes = CODE_LIST.trim_end().replace(' ', ", ");
            format!("{} is not a unit used here; the UN/CEFACT codes are {codes}", shown(text))
        };
        Err(ValueError::new("unknown_unit", message))
    }
}

impl Unit {
    /// The unit of a UN/CEFACT Rec 20 code; the error names the code that was probably meant.
    pub fn parse(text: &str) -> Result<Unit, ValueError> {
        text.parse()
    }

    /// The number that stands in rows.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.code())
        } else {
            serializer.serialize_u8(self.number())
        }
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unit, D::Error> {
        if deserializer.is_human_readable() {
            return text_value::deserialize(deserializer, "a UN/CEFACT Rec 20 code, as \"TNE\"");
        }
        let number = u8::deserialize(deserializer)?;
        Unit::of_number(number).ok_or_else(|| D::Error::custom("a number that no unit has"))
    }
}

impl PartialSchema for Unit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(DESCRIPTION))
            .enum_values(Some(Unit::ALL.iter().map(|unit| unit.code())))
            .examples(["TNE"])
            .into()
    }
}

impl ToSchema for Unit {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn message(text: &str) -> String {
        let error = Unit::parse(text).unwrap_err();
        assert_eq!(error.code, "unknown_unit");
        error.message
    }

    #[test]
    fn every_code_and_every_number_finds_its_unit_again() {
        for (place, unit) in Unit::ALL.iter().enumerate() {
            assert_eq!(usize::from(unit.number()), place);
            assert_eq!(Unit::of_number(unit.number()), Some(*unit));
            let json = serde_json::to_string(unit).unwrap();
            assert_eq!(json, format!("\"{}\"", unit.code()));
            assert_eq!(serde_json::from_str::<Unit>(&json).unwrap(), *unit);
        }
        assert_eq!(Unit::of_number(Unit::ALL.len() as u8), None);
    }

    #[test]
    fn gj_is_told_from_the_gigajoule() {
        assert_eq!(message("GJ"), "GJ is gram per millilitre; gigajoule is GV");
        assert_eq!(message("gj"), "GJ is gram per millilitre; gigajoule is GV");
    }

    #[test]
    fn the_usual_spellings_are_answered_with_the_code() {
        let cases = [
            ("t", "TNE"),
            ("吨", "TNE"),
            ("MT", "TNE"),
            ("ton", "TNE"),
            ("STN", "TNE"),
            ("kg", "KGM"),
            ("m³", "MTQ"),
            ("MTK", "MTQ"),
            ("MJ", "3B"),
            ("kWh", "KWH"),
            ("tne ", "TNE"),
            ("度", "KWH"),
            ("xyz", "TNE"),
        ];
        for (written, code) in cases {
            assert!(message(written).contains(code), "{written}: {}", message(written));
        }
        assert!(message("DT").contains("dry"));
        assert!(message("CEL").contains("state"));
        assert!(message("MAW").contains("power"));
    }

    #[test]
    fn no_hint_stands_in_the_way_of_a_code_and_none_names_a_code_that_is_not_taken() {
        for (words, sentence) in HINTS {
            for word in *words {
                assert_eq!(Unit::of_code(word), None, "{word}");
            }
            assert!(!sentence.ends_with('.'));
        }
    }

    #[test]
    fn factors_agree_within_each_dimension() {
        for (large, count, small) in [
            (Unit::Kilotonne, 1_000, Unit::Tonne),
            (Unit::Tonne, 10, Unit::Decitonne),
            (Unit::Tonne, 1_000, Unit::Kilogram),
            (Unit::CubicMetre, 1_000, Unit::Litre),
            (Unit::Litre, 1, Unit::CubicDecimetre),
            (Unit::CubicMetre, 10, Unit::Hectolitre),
            (Unit::Gigajoule, 1_000, Unit::Megajoule),
            (Unit::Petajoule, 1_000, Unit::Terajoule),
            (Unit::Terajoule, 1_000, Unit::Gigajoule),
            (Unit::MegawattHour, 3_600, Unit::Megajoule),
            (Unit::GigawattHour, 1_000, Unit::MegawattHour),
            (Unit::KilowattHour, 3_600, Unit::Kilojoule),
        ] {
            assert_eq!(large.dimension(), small.dimension());
            assert_eq!(large.factor(), count * small.factor());
        }
        assert_ne!(Unit::NormalCubicMetre.dimension(), Unit::StandardCubicMetre.dimension());
        assert_ne!(Unit::NormalCubicMetre.dimension(), Unit::CubicMetre.dimension());
    }

    #[test]
    fn a_sum_can_always_be_shown_exactly() {
        for dimension in Dimension::ALL {
            let unit = dimension.shown_in();
            assert_eq!(unit.dimension(), dimension);
            assert_eq!(1_000_000_000 % unit.factor(), 0);
            let json = serde_json::to_string(&dimension).unwrap();
            assert_eq!(json, format!("\"{dimension}\""));
        }
    }
}
