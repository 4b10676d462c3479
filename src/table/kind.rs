//! What tables can hold, and their columns: data, in `schemas/table/`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a table's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableKind)]
pub enum Kind {
    /// Weighbridge tickets: loads that left or arrived.
    Tickets,
    /// What meters counted in periods.
    Readings,
    /// Contracts, a line each.
    Contracts,
}

/// In which language people are spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableLanguage)]
pub enum Language {
    #[default]
    En,
    Zh,
}

/// The columns of a kind of table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub kind: Kind,
    pub says: String,
    pub columns: Vec<Column>,
}

/// A column that rows may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// In mappings, reports and constants.
    pub name: String,
    /// Whether each row, or a constant, must tell it.
    pub needed: bool,
    pub says_en: String,
    pub says_zh: String,
    /// Its headers, the usual one first.
    pub zh: Vec<String>,
    pub en: Vec<String>,
    /// Members of the command that come from it, `*` for any place of a list.
    pub pointers: Vec<String>,
    /// What people write for the words of the API.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub example: Option<String>,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Tickets, Kind::Readings, Kind::Contracts];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Tickets => "tickets",
            Kind::Readings => "readings",
            Kind::Contracts => "contracts",
        }
    }

    pub fn spec(self) -> &'static Spec {
        static SPECS: OnceLock<[Spec; 3]> = OnceLock::new();
        let read = |text| serde_json::from_str(text).expect("a test reads the shipped columns");
        let specs = SPECS.get_or_init(|| {
            [
                read(include_str!("../../schemas/table/tickets.json")),
                read(include_str!("../../schemas/table/readings.json")),
                read(include_str!("../../schemas/table/contracts.json")),
            ]
        });
        let spec = specs.iter().find(|spec| spec.kind == self);
        spec.expect("a test finds each kind")
    }
}

impl Spec {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that a member of the command came from, and the place of its row in the command.
    pub fn column_of(&self, pointer: &str) -> (Option<&Column>, Option<usize>) {
        let fit = |form: &str| {
            let (mut parts, mut place) = (pointer.split('/'), None);
            for part in form.split('/') {
                match (part, parts.next()?) {
                    ("*", found) => place = Some(found.parse::<usize>().ok()?),
                    (part, found) if part == found => {}
                    _ => return None,
                }
            }
            Some((form.len(), place))
        };
        let forms = self.columns.iter().flat_map(|column| {
            column.pointers.iter().filter_map(move |form| Some((column, fit(form)?)))
        });
        let best = forms.max_by_key(|(_, (length, _))| *length);
        let whole = pointer.strip_prefix("/data/lines/").and_then(|rest| rest.split('/').next());
        let place = best.and_then(|(_, (_, place))| place);
        (best.map(|(column, _)| column), place.or_else(|| whole?.parse().ok()))
    }
}

impl Column {
    /// All names that a header may have, the best first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = std::iter::once(&self.name);
        own.chain(&self.zh).chain(&self.en).map(String::as_str)
    }

    pub fn header(&self, language: Language) -> &str {
        let names = match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        };
        names.first().unwrap_or(&self.name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use super::*;
    use crate::table::header::plain;

    #[test]
    fn no_name_is_that_of_two_columns_and_every_column_says_what_it_is() {
        for kind in Kind::ALL {
            let spec = kind.spec();
            assert!(spec.says.len() > 10);
            let mut owners: BTreeMap<String, &str> = BTreeMap::new();
            for column in &spec.columns {
                assert!(column.says_en.ends_with('.') && column.says_zh.ends_with('。'));
                assert!(!column.zh.is_empty() && !column.en.is_empty());
                for name in column.names() {
                    let before = owners.insert(plain(name), &column.name);
                    assert!(before.is_none_or(|before| before == column.name), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_member_leads_back_to_its_column() {
        let name = |kind: Kind, pointer: &str| {
            let (column, place) = kind.spec().column_of(pointer);
            (column.map(|column| column.name.as_str()), place)
        };
        let tickets = |pointer| name(Kind::Tickets, pointer).0;
        assert_eq!(tickets("/data/measured/ticket/gross/value"), Some("gross"));
        assert_eq!(tickets("/data/measured/ticket"), Some("ticket"));
        assert_eq!(tickets("/data/measured/ticket/number"), Some("ticket"));
        assert_eq!(tickets("/id"), Some("ticket"));
        assert_eq!(tickets("/type"), None);
        let contracts = |pointer| name(Kind::Contracts, pointer);
        assert_eq!(contracts("/data/lines/2/quantity/unit"), (Some("quantity"), Some(2)));
        assert_eq!(contracts("/data/lines/1"), (None, Some(1)));
        assert_eq!(contracts("/data/term/to"), (Some("to"), None));
    }
}
