//! What a permit covers: a code, or a group of codes of one list.
//!
//! Invariant: a scope has the form of its scheme and one spelling. It never covers a code of
//! another scheme: hazard and law are not inferred from one list to another.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::code::{Edition, MaterialCode, Scheme};
use crate::domain::value_error::ValueError;

/// A code, or the group that it stands for, with the list and edition that it is from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeScope {
    scheme: Scheme,
    edition: Edition,
    code: Box<str>,
}

impl CodeScope {
    /// Checks the form and takes the normal form.
    pub fn new(scheme: Scheme, edition: Edition, code: &str) -> Result<CodeScope, ValueError> {
        let code = match normal_group(scheme, code) {
            Some(group) => group,
            None => scheme.normal(code).map_err(|error| {
                let groups = groups(scheme);
                ValueError::new(error.code, format!("{}{groups}", error.message))
            })?,
        };
        Ok(CodeScope { scheme, edition, code: code.into_boxed_str() })
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

    /// Whether it covers a code. The edition is not compared: a permit outlives the edition that
    /// its authority wrote down.
    pub fn covers(&self, code: &MaterialCode) -> bool {
        if self.scheme != code.scheme() {
            return false;
        }
        if normal_group(self.scheme, &self.code).is_none() {
            return *self.code == *code.code();
        }
        match self.scheme {
            Scheme::CnSolid2024 => code.code().ends_with(&*self.code),
            Scheme::CnHazardous => code.code().ends_with(self.code.trim_start_matches("HW")),
            Scheme::EuLow | Scheme::Hs => code.code().starts_with(&*self.code),
            Scheme::Gbt39198 | Scheme::Basel => false,
        }
    }
}

/// The normal form of a group of codes, if it is one.
fn normal_group(scheme: Scheme, text: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_group = match scheme {
        Scheme::EuLow => {
            let chapter = text.get(..2)?;
            let rest = &text[2..];
            let section = rest.strip_prefix(' ').filter(|section| section.len() == 2);
            digits(chapter)
                && ("01"..="20").contains(&chapter)
                && (rest.is_empty()
                    || section.is_some_and(|section| digits(section) && section != "00"))
        }
        Scheme::CnSolid2024 => text.len() == 3 && scheme.normal_entry(text).is_ok(),
        Scheme::CnHazardous => {
            let class = text.strip_prefix("HW")?;
            class.len() == 2 && digits(class) && ("01"..="50").contains(&class)
        }
        Scheme::Hs => {
            let heading = text.len() == 4 && scheme.normal(text).is_ok();
            let chapter = text.len() == 2 && digits(text) && ("01"..="97").contains(&text);
            heading || chapter
        }
        Scheme::Gbt39198 | Scheme::Basel => false,
    };
    is_group.then(|| text.to_owned())
}

/// Which groups a scheme has, as the rest of a sentence.
fn groups(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::EuLow => "; a permit may also name a chapter, as 10, or a section, as 10 02",
        Scheme::CnSolid2024 => "; a permit may also name a class, as S01",
        Scheme::CnHazardous => "; a permit may also name a class, HW01 to HW50",
        Scheme::Hs => "; a permit may also name a chapter, as 72",
        Scheme::Gbt39198 | Scheme::Basel => "",
    }
}

impl From<MaterialCode> for CodeScope {
    fn from(code: MaterialCode) -> CodeScope {
        let (scheme, edition) = (code.scheme(), code.edition().clone());
        CodeScope { scheme, edition, code: code.code().into() }
    }
}

impl fmt::Display for CodeScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.code, self.scheme, self.edition)
    }
}

/// What a permit covers: a code in full, or a group: a class of China's lists (`S01`, `HW11`), a
/// chapter or section of the List of Waste (`10`, `10 02`), a chapter or heading of the Harmonised
/// System.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CodeScope)]
struct CodeScopeMembers {
    #[schema(value_type = String, min_length = 2, max_length = 12, example = "S01")]
    code: Box<str>,
    edition: Edition,
    scheme: Scheme,
}

impl Serialize for CodeScope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CodeScopeMembers {
            code: self.code.clone(),
            edition: self.edition.clone(),
            scheme: self.scheme,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CodeScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CodeScope, D::Error> {
        let members = CodeScopeMembers::deserialize(deserializer)?;
        CodeScope::new(members.scheme, members.edition, &members.code).map_err(D::Error::custom)
    }
}

impl PartialSchema for CodeScope {
    fn schema() -> RefOr<Schema> {
        CodeScopeMembers::schema()
    }
}

impl ToSchema for CodeScope {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CodeScopeMembers::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn covers(scheme: Scheme, scope: &str, code: &str) -> bool {
        let edition: Edition = "2024".parse().unwrap();
        let scope = CodeScope::new(scheme, "2021".parse().unwrap(), scope).unwrap();
        scope.covers(&MaterialCode::new(scheme, edition, code).unwrap())
    }

    #[test]
    fn a_group_covers_what_is_in_it_and_a_code_only_itself() {
        let cases = [
            (Scheme::EuLow, "05", "05 06 03*", true),
            (Scheme::EuLow, "05 06", "05 06 03*", true),
            (Scheme::EuLow, "05 07", "05 06 03*", false),
            (Scheme::EuLow, "050603*", "05 06 03*", true),
            (Scheme::EuLow, "10 02 07*", "10 02 08", false),
            (Scheme::CnSolid2024, "S01", "312-001-S01", true),
            (Scheme::CnSolid2024, "S02", "312-001-S01", false),
            (Scheme::CnSolid2024, "312001S01", "312-001-S01", true),
            (Scheme::CnHazardous, "HW11", "252-002-11", true),
            (Scheme::CnHazardous, "HW12", "252-002-11", false),
            (Scheme::CnHazardous, "252-002-11", "252-002-11", true),
            (Scheme::Hs, "72", "7204.49", true),
            (Scheme::Hs, "7204", "7204.49", true),
            (Scheme::Hs, "7204.41", "7204.49", false),
            (Scheme::Basel, "B1210", "B1210", true),
        ];
        for (scheme, scope, code, expected) in cases {
            assert_eq!(covers(scheme, scope, code), expected, "{scope} {code}");
        }
    }

    #[test]
    fn a_scope_covers_no_code_of_another_list() {
        let edition: Edition = "2024".parse().unwrap();
        let scope = CodeScope::new(Scheme::CnHazardous, edition.clone(), "252-002-11").unwrap();
        let alias = MaterialCode::new(Scheme::Gbt39198, edition, "252-002-11").unwrap();
        assert!(!scope.covers(&alias));
    }

    #[test]
    fn what_is_neither_code_nor_group_is_refused_with_both_forms() {
        for (scheme, text) in [
            (Scheme::EuLow, "21"),
            (Scheme::EuLow, "10 00"),
            (Scheme::EuLow, "1"),
            (Scheme::EuLow, "é "),
            (Scheme::CnSolid2024, "S08"),
            (Scheme::CnHazardous, "HW51"),
            (Scheme::CnHazardous, "HW1"),
            (Scheme::Basel, "B1"),
        ] {
            let error = CodeScope::new(scheme, "2024".parse().unwrap(), text).unwrap_err();
            assert_eq!(error.code, "malformed_code", "{text}");
            let has_groups = scheme != Scheme::Basel;
            assert_eq!(error.message.contains("a permit may also name"), has_groups, "{error}");
        }
    }
}
