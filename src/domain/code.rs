//! Codes of materials: a scheme, the edition of its list, and the code in its normal form.
//!
//! Invariant: a code has the form of its scheme and one spelling, so equal codes are equal text.
//! Whether the code is in the list is a question for its catalogue.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

pub use crate::domain::operation::Operation;

/// A list of codes for wastes or goods.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// European List of Waste: `10 02 01`, hazardous with a star: `05 06 03*`.
    EuLow,
    /// China's catalogue of general solid waste of 2024: `312-001-S01`.
    #[serde(rename = "cn_solid_2024")]
    CnSolid2024,
    /// China's list of hazardous waste: `252-002-11`.
    CnHazardous,
    /// GB/T 39198-2020, kept as an alias: `441-001-63`.
    #[serde(rename = "gbt_39198")]
    Gbt39198,
    /// Annexes of the Basel Convention: `Y18`, `B1210`.
    Basel,
    /// Harmonised System of goods: a heading `7204` or a subheading `2618.00`.
    Hs,
}

impl Scheme {
    pub const ALL: [Scheme; 6] = [
        Scheme::EuLow,
        Scheme::CnSolid2024,
        Scheme::CnHazardous,
        Scheme::Gbt39198,
        Scheme::Basel,
        Scheme::Hs,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::EuLow => "eu_low",
            Scheme::CnSolid2024 => "cn_solid_2024",
            Scheme::CnHazardous => "cn_hazardous",
            Scheme::Gbt39198 => "gbt_39198",
            Scheme::Basel => "basel",
            Scheme::Hs => "hs",
        }
    }

    /// The form of its codes, as a sentence.
    fn form(self) -> &'static str {
        match self {
            Scheme::EuLow => {
                "a code of the List of Waste is three pairs of digits, chapter 01 to 20, as \
                 10 02 01, with a star if hazardous, as 05 06 03*"
            }
            Scheme::CnSolid2024 => {
                "a code of the 2024 catalogue is industry, serial 001 to 099 and class S01 to S99 \
                 without S08, as 312-001-S01"
            }
            Scheme::CnHazardous => {
                "a code of hazardous waste is industry, serial and class, as 252-002-11"
            }
            Scheme::Gbt39198 => "a code of GB/T 39198 is industry, serial and class, as 441-001-63",
            Scheme::Basel => {
                "a Basel code is Y1 to Y49, or A or B, 1 to 4 and three digits, as B1210"
            }
            Scheme::Hs => {
                "an HS code is a heading of four digits, as 7204, or a subheading of six, as \
                 2618.00"
            }
        }
    }

    /// The normal form of a code of this scheme.
    pub fn normal(self, code: &str) -> Result<String, ValueError> {
        let normal = match self {
            Scheme::EuLow => normal_eu_low(code),
            Scheme::CnSolid2024 => normal_cn_solid(code),
            Scheme::CnHazardous | Scheme::Gbt39198 => normal_eight_digits(code),
            Scheme::Basel => normal_basel(code),
            Scheme::Hs => normal_hs(code),
        };
        normal.ok_or_else(|| {
            ValueError::new("malformed_code", format!("{}: {}", shown(code), self.form()))
        })
    }

    /// The normal form of a catalogue's entry: a code, or a class of China's catalogue, as `S01`,
    /// that stands for all codes that end in it.
    pub fn normal_entry(self, code: &str) -> Result<String, ValueError> {
        let is_class = self == Scheme::CnSolid2024 && matches(code, "Sdd");
        if is_class && code != "S00" && code != "S08" {
            return Ok(code.to_owned());
        }
        self.normal(code)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scheme {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Scheme, ValueError> {
        Scheme::ALL.into_iter().find(|scheme| scheme.as_str() == text).ok_or_else(|| {
            let names = Scheme::ALL.map(Scheme::as_str).join(", ");
            let message = format!("{} is no scheme of codes; there are {names}", shown(text));
            ValueError::new("unknown_scheme", message)
        })
    }
}

/// Whether the code has a digit wherever the form has `d`, and the form's own characters elsewhere.
fn matches(code: &str, form: &str) -> bool {
    code.len() == form.len()
        && code.bytes().zip(form.bytes()).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            wanted => byte == wanted,
        })
}

fn normal_eu_low(code: &str) -> Option<String> {
    let (digits, star) = match code.strip_suffix('*') {
        Some(digits) => (digits.strip_suffix(' ').unwrap_or(digits), "*"),
        None => (code, ""),
    };
    if !matches(digits, "dd dd dd") && !matches(digits, "dddddd") {
        return None;
    }
    let digits = digits.replace(' ', "");
    let in_list = ("01"..="20").contains(&&digits[..2]) && &digits[2..4] != "00";
    in_list.then(|| format!("{} {} {}{star}", &digits[..2], &digits[2..4], &digits[4..]))
}

/// The pattern `^\d{3}-?(0\d[1-9]|0[1-9]0)-?S(?!00|08)\d{2}$`.
fn normal_cn_solid(code: &str) -> Option<String> {
    let forms = ["ddd-ddd-Sdd", "ddd-dddSdd", "dddddd-Sdd", "ddddddSdd"];
    if !forms.iter().any(|form| matches(code, form)) {
        return None;
    }
    let compact = code.replace('-', "");
    let (industry, serial, class) = (&compact[..3], &compact[3..6], &compact[6..]);
    let in_list = serial.starts_with('0') && serial != "000" && class != "S00" && class != "S08";
    in_list.then(|| format!("{industry}-{serial}-{class}"))
}

fn normal_eight_digits(code: &str) -> Option<String> {
    if !matches(code, "ddd-ddd-dd") && !matches(code, "dddddddd") {
        return None;
    }
    let digits = code.replace('-', "");
    let in_list = &digits[3..6] != "000" && &digits[6..] != "00";
    in_list.then(|| format!("{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..]))
}

fn normal_basel(code: &str) -> Option<String> {
    let known = if let Some(number) = code.strip_prefix('Y') {
        // Y49, electrical and electronic waste, joined in 2025.
        let canonical = matches(number, "d") || matches(number, "dd");
        canonical && !number.starts_with('0') && number.parse().is_ok_and(|n: u8| n <= 49)
    } else {
        let listed = matches(code, "Adddd") || matches(code, "Bdddd");
        listed && (b'1'..=b'4').contains(&code.as_bytes()[1])
    };
    known.then(|| code.to_owned())
}

fn normal_hs(code: &str) -> Option<String> {
    let dotted = matches(code, "dddd.dd");
    if !dotted && !matches(code, "dddd") && !matches(code, "dddddd") {
        return None;
    }
    let in_list = ("01"..="97").contains(&&code[..2]) && &code[2..4] != "00";
    in_list.then(|| match code.len() {
        6 => format!("{}.{}", &code[..4], &code[4..]),
        _ => code.to_owned(),
    })
}

/// The edition of a list: the year or version that its publisher gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition(Box<str>);

impl Edition {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Edition {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Edition, ValueError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
        if (1..=16).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Edition(text.into()));
        }
        let message = format!("{} is no edition; it is short, as 2024", shown(text));
        Err(ValueError::new("malformed_code", message))
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_serde!(Edition, "the edition of a list, as \"2024\"");
text_schema!(
    Edition,
    description: "The edition of a list of codes: the year or version that its publisher gives it.",
    pattern: "^[0-9A-Za-z.-]{1,16}$",
    example: "2014",
    min_length: 1,
    max_length: 16,
    format: None,
);

/// A material's code with the list and edition that it is from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaterialCode {
    scheme: Scheme,
    edition: Edition,
    code: Box<str>,
}

impl MaterialCode {
    /// Checks the form and takes the normal form.
    pub fn new(scheme: Scheme, edition: Edition, code: &str) -> Result<MaterialCode, ValueError> {
        Ok(MaterialCode { scheme, edition, code: scheme.normal(code)?.into_boxed_str() })
    }

    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    pub fn edition(&self) -> &Edition {
        &self.edition
    }

    /// In its normal form.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether the code alone says that the waste is hazardous. A code without that mark is not
    /// proof of the contrary: it may be a mirror entry, or of a list that doesn't speak of hazard.
    pub fn is_marked_hazardous(&self) -> bool {
        match self.scheme {
            Scheme::EuLow => self.code.ends_with('*'),
            Scheme::CnHazardous => true,
            Scheme::CnSolid2024 | Scheme::Gbt39198 | Scheme::Basel | Scheme::Hs => false,
        }
    }
}

impl MaterialCode {
    /// The entry that stands for a group with this code in it, if the scheme has such: the class of
    /// China's catalogue, the heading of the Harmonised System.
    pub fn group(&self) -> Option<&str> {
        match self.scheme {
            Scheme::CnSolid2024 => self.code.rsplit('-').next(),
            Scheme::Hs => self.code.split_once('.').map(|(heading, _)| heading),
            Scheme::EuLow | Scheme::CnHazardous | Scheme::Gbt39198 | Scheme::Basel => None,
        }
    }
}

impl fmt::Display for MaterialCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.code, self.scheme, self.edition)
    }
}

/// A material's code with the list and edition that it is from. Taken in the usual spellings,
/// answered in the normal one.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaterialCode)]
struct MaterialCodeMembers {
    #[schema(value_type = String, min_length = 2, max_length = 12, example = "10 02 01")]
    code: Box<str>,
    edition: Edition,
    scheme: Scheme,
}

impl Serialize for MaterialCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MaterialCodeMembers {
            code: self.code.clone(),
            edition: self.edition.clone(),
            scheme: self.scheme,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MaterialCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MaterialCode, D::Error> {
        let members = MaterialCodeMembers::deserialize(deserializer)?;
        MaterialCode::new(members.scheme, members.edition, &members.code).map_err(D::Error::custom)
    }
}

impl PartialSchema for MaterialCode {
    fn schema() -> RefOr<Schema> {
        MaterialCodeMembers::schema()
    }
}

impl ToSchema for MaterialCode {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        MaterialCodeMembers::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn check(scheme: Scheme, spellings: &[(&str, &str)], refused: &[&str]) {
        for (written, normal) in spellings {
            assert_eq!(scheme.normal(written).as_deref(), Ok(*normal), "{written}");
            assert_eq!(scheme.normal(normal).as_deref(), Ok(*normal), "{normal}");
        }
        for code in refused.iter().chain(&["", " ", "中文中文"]) {
            let error = scheme.normal(code).unwrap_err();
            assert_eq!(error.code, "malformed_code", "{code}");
        }
    }

    #[test]
    fn the_list_of_waste_has_pairs_of_digits_and_a_star() {
        check(
            Scheme::EuLow,
            &[
                ("10 02 01", "10 02 01"),
                ("100201", "10 02 01"),
                ("05 06 03*", "05 06 03*"),
                ("050603*", "05 06 03*"),
                ("05 06 03 *", "05 06 03*"),
            ],
            &[
                "10 0201",
                "10  02 01",
                "21 01 01",
                "00 01 01",
                "10 00 01",
                "100201**",
                "10-02-01",
                "1002",
            ],
        );
    }

    #[test]
    fn china_s_general_solid_waste_follows_the_published_pattern() {
        check(
            Scheme::CnSolid2024,
            &[
                ("312-001-S01", "312-001-S01"),
                ("312001S01", "312-001-S01"),
                ("312-001S01", "312-001-S01"),
                ("312001-S01", "312-001-S01"),
                ("900-099-S99", "900-099-S99"),
                ("900-010-S17", "900-010-S17"),
            ],
            &[
                "312-000-S01",
                "312-100-S01",
                "312-001-S00",
                "312-001-S08",
                "312-001-SW01",
                "312-001-s01",
                "312-001-01",
                "S01",
                "31-2001-S01",
                "312--001S01",
                "312-001-S01-",
            ],
        );
    }

    #[test]
    fn a_class_of_china_s_catalogue_is_an_entry_but_no_code() {
        assert_eq!(Scheme::CnSolid2024.normal_entry("S01").as_deref(), Ok("S01"));
        for class in ["S00", "S08", "S1", "SW01", "s01"] {
            assert!(Scheme::CnSolid2024.normal_entry(class).is_err(), "{class}");
        }
        assert!(Scheme::CnSolid2024.normal("S01").is_err());
        assert!(Scheme::EuLow.normal_entry("S01").is_err());
    }

    #[test]
    fn a_code_knows_the_group_that_it_is_in() {
        let group = |scheme: Scheme, code: &str| {
            let code = MaterialCode::new(scheme, "2024".parse().unwrap(), code).unwrap();
            code.group().map(str::to_owned)
        };
        assert_eq!(group(Scheme::CnSolid2024, "312-001-S01").as_deref(), Some("S01"));
        assert_eq!(group(Scheme::Hs, "7204.49").as_deref(), Some("7204"));
        assert_eq!(group(Scheme::Hs, "7204"), None);
        assert_eq!(group(Scheme::EuLow, "10 02 01"), None);
    }

    #[test]
    fn every_serial_and_class_is_judged_as_the_pattern_judges_it() {
        for serial in 0..1_000u32 {
            for class in 0..100u32 {
                let code = format!("312-{serial:03}-S{class:02}");
                // (0\d[1-9]|0[1-9]0) and S(?!00|08)\d{2}
                let expected = (1..100).contains(&serial) && class != 0 && class != 8;
                assert_eq!(Scheme::CnSolid2024.normal(&code).is_ok(), expected, "{code}");
            }
        }
    }

    #[test]
    fn codes_of_eight_digits_are_grouped() {
        for scheme in [Scheme::CnHazardous, Scheme::Gbt39198] {
            check(
                scheme,
                &[("441-001-63", "441-001-63"), ("44100163", "441-001-63")],
                &["441-001-00", "441-000-63", "441-00163", "441-001-S1", "4410016"],
            );
        }
    }

    #[test]
    fn basel_codes_are_those_of_its_annexes() {
        check(
            Scheme::Basel,
            &[("Y1", "Y1"), ("Y49", "Y49"), ("B1210", "B1210"), ("A2060", "A2060")],
            &["Y0", "Y01", "Y50", "B5010", "B0010", "C1010", "B121", "b1210", "Y", "A206", "Y999"],
        );
    }

    #[test]
    fn the_harmonised_system_has_headings_and_subheadings() {
        check(
            Scheme::Hs,
            &[("2618.00", "2618.00"), ("261800", "2618.00"), ("7204", "7204")],
            &["26.18.00", "2618.0", "2618.000", "9801.00", "0001.00", "2600", "26"],
        );
    }

    #[test]
    fn json_has_its_members_in_order_and_the_code_in_its_normal_form() {
        let sent = r#"{"scheme":"eu_low","edition":"2014","code":"100207*"}"#;
        let code: MaterialCode = serde_json::from_str(sent).unwrap();
        assert!(code.is_marked_hazardous());
        let json = r#"{"code":"10 02 07*","edition":"2014","scheme":"eu_low"}"#;
        assert_eq!(serde_json::to_string(&code).unwrap(), json);
        assert_eq!(serde_json::from_str::<MaterialCode>(json).unwrap(), code);
        assert_eq!(code.to_string(), "10 02 07* (eu_low 2014)");
    }

    #[test]
    fn refusals_say_what_would_be_right() {
        let error =
            |json: &str| serde_json::from_str::<MaterialCode>(json).unwrap_err().to_string();
        let wrong = error(r#"{"scheme":"hs","edition":"2022","code":"26180"}"#);
        assert!(wrong.starts_with("malformed_code: `26180`: an HS code is"), "{wrong}");
        assert!(
            error(r#"{"scheme":"ewc","edition":"2014","code":"1"}"#).contains("unknown variant")
        );
        assert_eq!("ewc".parse::<Scheme>().unwrap_err().code, "unknown_scheme");
        assert!(error(r#"{"scheme":"hs","edition":"","code":"2618"}"#).contains("no edition"));
    }

    #[test]
    fn a_scheme_has_one_name_in_json_and_in_messages() {
        for scheme in Scheme::ALL {
            assert_eq!(serde_json::to_string(&scheme).unwrap(), format!("\"{scheme}\""));
            assert_eq!(scheme.as_str().parse(), Ok(scheme));
        }
    }
}
