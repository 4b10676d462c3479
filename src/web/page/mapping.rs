//! How a table's columns are found, as a form of select boxes, and that form read back.
//!
//! Invariant: what the form does not show of a mapping (what cells mean) stays as it was.

use crate::table::{Kind, Language, Mapping, SETTINGS};
use crate::web::form::Fields;
use crate::web::messages::Lang;

/// A column of the kind, and the header that it is taken from.
pub struct MapRow {
    pub name: String,
    pub title: String,
    pub says: String,
    pub needed: bool,
    /// Each header, and whether it is chosen.
    pub options: Vec<(String, bool)>,
    /// What holds for rows that do not tell it.
    pub constant: String,
}

/// A constant that is no column.
pub struct Setting {
    pub name: &'static str,
    pub value: String,
    /// The values that there are; none if it is any text.
    pub choices: Vec<&'static str>,
}

/// The rows of the form, given the mapping as it is used.
pub fn rows(kind: Kind, mapping: &Mapping, headers: &[String], lang: Lang) -> Vec<MapRow> {
    let columns = kind.spec().columns.iter();
    let row = columns.map(|column| {
        let chosen = mapping.columns.get(&column.name);
        let option = |header: &String| (header.clone(), chosen == Some(header));
        MapRow {
            name: column.name.clone(),
            title: column.header(lang.of(Language::En, Language::Zh)).to_owned(),
            says: lang.of(&column.says_en, &column.says_zh).clone(),
            needed: column.needed,
            options: headers.iter().map(option).collect(),
            constant: mapping.constants.get(&column.name).cloned().unwrap_or_default(),
        }
    });
    row.collect()
}

pub fn settings(mapping: &Mapping) -> Vec<Setting> {
    let setting = |(name, _): &(&'static str, &str)| Setting {
        name,
        value: mapping.constants.get(*name).cloned().unwrap_or_default(),
        choices: match *name {
            "role" => vec!["sender", "receiver"],
            "decimal_mark" => vec![".", ","],
            _ => Vec::new(),
        },
    };
    SETTINGS.iter().map(setting).collect()
}

/// The mapping that a form says.
pub fn read(kind: Kind, fields: &Fields, before: &Mapping) -> Mapping {
    let mut mapping = Mapping { values: before.values.clone(), ..Mapping::default() };
    let columns = kind.spec().columns.iter().map(|column| column.name.as_str());
    for name in columns.clone() {
        // As it was written, with the spaces that a header may have around it.
        let header = fields.raw(&format!("column-{name}")).to_owned();
        mapping.columns.insert(name.to_owned(), header);
    }
    for name in columns.chain(SETTINGS.iter().map(|(name, _)| *name)) {
        if let Some(constant) = fields.filled(&format!("constant-{name}")) {
            mapping.constants.insert(name.to_owned(), constant.to_owned());
        }
    }
    mapping
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_says_is_what_it_shows_again() {
        let text = "column-gross=%E6%AF%9B%E9%87%8D&column-tare=&constant-unit=kg\
            &constant-role=sender&constant-currency=";
        let mapping = read(Kind::Tickets, &Fields::parse(text), &Mapping::default());
        let headers = ["毛重".to_owned(), "皮重".to_owned()];
        let rows = rows(Kind::Tickets, &mapping, &headers, Lang::Zh);
        let row = |name: &str| rows.iter().find(|row| row.name == name).expect("a column");
        assert_eq!(row("gross").options, [("毛重".to_owned(), true), ("皮重".to_owned(), false)]);
        assert!(row("tare").options.iter().all(|(_, chosen)| !chosen));
        assert_eq!(row("unit").constant, "kg");
        let of = |name: &str| settings(&mapping).into_iter().find(|it| it.name == name);
        assert_eq!(of("role").map(|it| it.value).as_deref(), Some("sender"));
        assert_eq!(of("currency").map(|it| it.value).as_deref(), Some(""));
        assert!(!mapping.constants.contains_key("currency"));
    }
}
