//! How the columns of one firm's tables are found: given, or found by names and given back to be
//! used again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::value_error::shown;
use crate::table::error::TableError;
use crate::table::kind::Kind;

/// Constants that are no columns.
pub const SETTINGS: &[(&str, &str)] = &[
    ("currency", "the currency of prices, CNY if absent"),
    ("decimal_mark", "`.` or `,`"),
    ("role", "`sender` or `receiver`"),
    ("time_zone", "the clock of its times, the park's if absent"),
];

/// From a table's columns to those of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableMapping)]
pub struct Mapping {
    /// The header of each column, by the column's name; an empty one leaves the column out. Columns
    /// that do not stand here are found by their names.
    #[serde(default)]
    #[schema(example = json!({"gross": "毛重(kg)"}))]
    pub columns: BTreeMap<String, String>,
    /// What holds for rows that do not tell it, by the column's name; besides `currency`,
    /// `decimal_mark`, `role` and `time_zone`.
    #[serde(default)]
    #[schema(example = json!({"contract": "ctr_slag", "unit": "kg"}))]
    pub constants: BTreeMap<String, String>,
    /// What cells mean, by the column's name.
    #[serde(default)]
    #[schema(example = json!({"material": {"水渣": "mat_slag"}}))]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Mapping {
    /// Reads a mapping and looks its names up.
    pub fn parse(text: &str, kind: Kind) -> Result<Mapping, TableError> {
        let right = r#"write {"columns":{"gross":"毛重"},"constants":{"unit":"kg"}}"#;
        // serde would take a list of its members too.
        if !text.trim_start().starts_with('{') {
            return Err(refuse(format!("it is no mapping; {right}")));
        }
        let mapping: Mapping = serde_json::from_str(text)
            .map_err(|error| refuse(format!("it is no mapping: {error}; {right}")))?;
        mapping.check(kind)?;
        Ok(mapping)
    }

    fn check(&self, kind: Kind) -> Result<(), TableError> {
        let spec = kind.spec();
        let names = self.columns.keys().chain(self.values.keys());
        for name in names {
            if spec.column(name).is_none() {
                return Err(unknown(kind, name, false));
            }
        }
        for name in self.constants.keys() {
            let is_setting = SETTINGS.iter().any(|(setting, _)| setting == name);
            if spec.column(name).is_none() && !is_setting {
                return Err(unknown(kind, name, true));
            }
        }
        Ok(())
    }

    pub fn constant(&self, name: &str) -> Option<&str> {
        self.constants.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }
}

pub fn refuse(message: String) -> TableError {
    TableError::new("table_mapping", message)
}

fn unknown(kind: Kind, name: &str, settings: bool) -> TableError {
    let columns = kind.spec().columns.iter().map(|column| column.name.as_str());
    let settings = SETTINGS.iter().map(|(name, _)| *name).filter(|_| settings);
    let all: Vec<_> = columns.chain(settings).collect();
    let (name, kind, all) = (shown(name), kind.as_str(), all.join(", "));
    refuse(format!("{name} is no column of {kind}; they are {all}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_mapping_names_columns_that_there_are() {
        let read = |text: &str| Mapping::parse(text, Kind::Tickets);
        let text = r#"{"columns":{"gross":"毛重(kg)"},"constants":{"contract":"ctr_a",
            "time_zone":"Asia/Shanghai","unit":"KGM"},"values":{"material":{"水渣":"mat_a"}}}"#;
        let mapping = read(text).unwrap();
        assert_eq!(mapping.constant("unit"), Some("KGM"));
        assert_eq!(mapping.values["material"]["水渣"], "mat_a");
        let again = serde_json::to_string(&mapping).unwrap();
        assert_eq!(read(&again).unwrap(), mapping);
        for wrong in [
            r#"{"columns":{"gros":"毛重"}}"#,
            r#"{"columns":{"time_zone":"x"}}"#,
            r#"{"constants":{"zone":"x"}}"#,
            r#"{"values":{"x":{}}}"#,
            r#"{"column":{}}"#,
            "[]",
            "",
        ] {
            assert_eq!(read(wrong).unwrap_err().code, "table_mapping", "{wrong}");
        }
    }
}
