//! What becomes of waste: recovery operations R1 to R13 and disposal operations D1 to D15.
//!
//! Invariant: only a recovery that is not interim may count as use. R12 (exchange) and R13
//! (storage), D13 to D15 (blending, repackaging, storage) only pass the matter on.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema, openapi::RefOr};

use crate::domain::text_value;
use crate::domain::value_error::{ValueError, shown};

macro_rules! operations {
    ($($name:ident $number:literal $en:literal $zh:literal)+) => {
        /// A recovery or disposal operation. The numbers are those of rows: never give one another
        /// meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Operation {
            $(#[doc = $en] $name = $number),+
        }

        impl Operation {
            pub const ALL: &'static [Operation] = &[$(Operation::$name),+];

            pub fn code(self) -> &'static str {
                match self { $(Operation::$name => stringify!($name)),+ }
            }

            pub fn name_en(self) -> &'static str {
                match self { $(Operation::$name => $en),+ }
            }

            pub fn name_zh(self) -> &'static str {
                match self { $(Operation::$name => $zh),+ }
            }

            fn of_code(code: &str) -> Option<Operation> {
                Operation::ALL.iter().copied().find(|operation| operation.code() == code)
            }

            fn of_number(number: u8) -> Option<Operation> {
                match number {
                    $($number => Some(Operation::$name),)+
                    _ => None,
                }
            }
        }

        const DESCRIPTION: &str = concat!(
            "What becomes of waste: a recovery (R) or disposal (D) operation.",
            $("\n- `", stringify!($name), "`: ", $en, ", ", $zh,)+
        );
    };
}

operations! {
    R1  1  "use as fuel" "用作燃料"
    R2  2  "regeneration of solvents" "溶剂再生"
    R3  3  "recycling of organic substances" "有机物质再循环"
    R4  4  "recycling of metals" "金属再循环"
    R5  5  "recycling of other inorganic materials" "其他无机物再循环"
    R6  6  "regeneration of acids or bases" "酸碱再生"
    R7  7  "recovery of parts of pollution abatement" "回收污染减除组分"
    R8  8  "recovery of parts of catalysts" "回收催化剂组分"
    R9  9  "re-refining or other reuse of oil" "废油再提炼或再利用"
    R10 10 "land treatment with benefit" "有益的土地处理"
    R11 11 "use of residues of R1 to R10" "利用 R1 至 R10 的残余物"
    R12 12 "exchange before R1 to R11" "R1 至 R11 之前的交换"
    R13 13 "storage before R1 to R12" "R1 至 R12 之前的贮存"
    D1  21 "deposit in or on land" "置于地面或地下"
    D2  22 "land treatment" "土地处理"
    D3  23 "deep injection" "深层灌注"
    D4  24 "surface impoundment" "地表存放"
    D5  25 "engineered landfill" "专门设计的填埋"
    D6  26 "release into water other than the sea" "排入海洋以外的水体"
    D7  27 "release into the sea" "排入海洋"
    D8  28 "biological treatment before other disposal" "后续处置之前的生物处理"
    D9  29 "physical or chemical treatment before other disposal" "后续处置之前的物理化学处理"
    D10 30 "incineration on land" "陆上焚烧"
    D11 31 "incineration at sea" "海上焚烧"
    D12 32 "permanent storage" "永久贮存"
    D13 33 "blending before other disposal" "后续处置之前的混合"
    D14 34 "repackaging before other disposal" "后续处置之前的再包装"
    D15 35 "storage before other disposal" "后续处置之前的贮存"
}

impl Operation {
    /// The number that stands in rows.
    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn is_recovery(self) -> bool {
        self <= Operation::R13
    }

    pub fn is_disposal(self) -> bool {
        !self.is_recovery()
    }

    /// Whether it only passes the matter on to another operation.
    pub fn is_interim(self) -> bool {
        matches!(
            self,
            Operation::R12 | Operation::R13 | Operation::D13 | Operation::D14 | Operation::D15
        )
    }

    /// Whether it counts as use: a recovery that is not interim.
    pub fn is_final_recovery(self) -> bool {
        self.is_recovery() && !self.is_interim()
    }
}

impl FromStr for Operation {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Operation, ValueError> {
        Operation::of_code(text).ok_or_else(|| {
            let message = format!(
                "{} is no operation: recovery is R1 to R13, disposal D1 to D15, written as R5",
                shown(text)
            );
            ValueError::new("unknown_operation", message)
        })
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.code())
        } else {
            serializer.serialize_u8(self.number())
        }
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Operation, D::Error> {
        if deserializer.is_human_readable() {
            return text_value::deserialize(deserializer, "an operation, as \"R5\"");
        }
        let number = u8::deserialize(deserializer)?;
        Operation::of_number(number)
            .ok_or_else(|| D::Error::custom("a number that no operation has"))
    }
}

impl PartialSchema for Operation {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(DESCRIPTION))
            .enum_values(Some(Operation::ALL.iter().map(|operation| operation.code())))
            .examples(["R5"])
            .into()
    }
}

impl ToSchema for Operation {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_operation_finds_itself_by_code_and_number() {
        assert_eq!(Operation::ALL.len(), 28);
        for operation in Operation::ALL {
            assert_eq!(Operation::of_number(operation.number()), Some(*operation));
            let json = serde_json::to_string(operation).unwrap();
            assert_eq!(json, format!("\"{operation}\""));
            assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), *operation);
        }
    }

    #[test]
    fn only_r1_to_r11_count_as_use() {
        let of = |test: fn(Operation) -> bool| -> Vec<&str> {
            let all = Operation::ALL.iter().copied();
            all.filter(|operation| test(*operation)).map(Operation::code).collect()
        };
        assert_eq!(of(Operation::is_interim), ["R12", "R13", "D13", "D14", "D15"]);
        let finals = of(Operation::is_final_recovery);
        assert_eq!((finals.first(), finals.last(), finals.len()), (Some(&"R1"), Some(&"R11"), 11));
        assert_eq!(of(Operation::is_recovery).len(), 13);
        assert_eq!(of(Operation::is_disposal).len(), 15);
    }

    #[test]
    fn other_codes_are_refused_with_what_there_is() {
        for text in ["R0", "R14", "D16", "r5", "R 5", "R05", "", "5"] {
            let error = text.parse::<Operation>().unwrap_err();
            assert_eq!(error.code, "unknown_operation", "{text}");
        }
        assert!(serde_json::from_str::<Operation>("5").is_err());
    }
}
