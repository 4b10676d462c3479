//! Catalogues of material codes: data, not code. A part ships; whole lists are imported by their
//! users.
//!
//! Invariants of a part that [`CataloguePart::check`] took: every code in its normal form and once,
//! a hazard that doesn't contradict the code, mirror entries that name an entry of the other kind.
//! Members stand in alphabetical order, so that what serde_json writes is canonical.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::code::{Edition, MaterialCode, Scheme};
use crate::domain::value_error::{ValueError, shown};

/// The most characters of a title, and of a source or note.
pub const MAX_TITLE: usize = 300;
pub const MAX_NOTE: usize = 500;

/// What a list says about the hazard of a waste.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Hazard {
    NonHazardous,
    Hazardous,
    /// One of a pair, hazardous and not, between which only an examination decides.
    Mirror,
    /// The list doesn't speak of hazard, and hazard is never inferred from another list.
    NotStated,
}

/// One code of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CatalogueEntry {
    /// In its normal form; China's classes (`S01`) and HS headings (`7204`) stand for a group.
    pub code: Box<str>,
    pub hazard: Hazard,
    /// The other entry of the pair; only of a mirror entry.
    pub mirror_of: Option<Box<str>>,
    pub title_en: Box<str>,
    pub title_zh: Box<str>,
}

/// A list of codes, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CataloguePart {
    /// Whether a code of this edition that is not in here does not exist.
    pub complete: bool,
    pub edition: Edition,
    #[schema(min_items = 1)]
    pub entries: Vec<CatalogueEntry>,
    #[schema(value_type = String, max_length = 500)]
    pub note: Box<str>,
    pub scheme: Scheme,
    /// Who published the list, and under what name.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub source: Box<str>,
}

/// Why a part is refused: which member or entry, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {error}")]
pub struct CatalogueError {
    /// RFC 6901 pointer within the part.
    pub pointer: String,
    pub error: ValueError,
}

impl CataloguePart {
    /// Checks what the types alone don't hold.
    pub fn check(&self) -> Result<(), CatalogueError> {
        let at = |pointer: &str| {
            let pointer = pointer.to_owned();
            |error| CatalogueError { pointer, error }
        };
        check_text(&self.note, MAX_NOTE).map_err(at("/note"))?;
        check_text(&self.source, MAX_NOTE).map_err(at("/source"))?;
        if self.source.is_empty() {
            let error = ValueError::new("malformed_text", "say who published the list");
            return Err(at("/source")(error));
        }
        if self.entries.is_empty() {
            let error = ValueError::new("malformed_text", "a catalogue has at least one entry");
            return Err(at("/entries")(error));
        }
        let mut hazards = BTreeMap::new();
        for (place, entry) in self.entries.iter().enumerate() {
            let pointer = format!("/entries/{place}");
            check_entry(self.scheme, entry).map_err(at(&pointer))?;
            if hazards.insert(&*entry.code, entry.hazard).is_some() {
                let message = format!("`{}` stands here a second time", entry.code);
                return Err(at(&pointer)(ValueError::new("duplicate_code", message)));
            }
        }
        for (place, entry) in self.entries.iter().enumerate() {
            let other = entry.mirror_of.as_deref().and_then(|code| hazards.get(code));
            if other.is_some_and(|hazard| *hazard != Hazard::Mirror) {
                let message = format!("`{}` mirrors an entry that is no mirror", entry.code);
                let error = ValueError::new("contradicting_hazard", message);
                return Err(at(&format!("/entries/{place}/mirror_of"))(error));
            }
        }
        Ok(())
    }

    /// The entry of a code, else that of the group which it is in.
    pub fn find(&self, code: &MaterialCode) -> Option<&CatalogueEntry> {
        if self.scheme != code.scheme() || self.edition != *code.edition() {
            return None;
        }
        let find = |text: &str| self.entries.iter().find(|entry| &*entry.code == text);
        find(code.code()).or_else(|| code.group().and_then(find))
    }
}

fn check_text(text: &str, most: usize) -> Result<(), ValueError> {
    if text.chars().count() > most || text.chars().any(char::is_control) {
        let message =
            format!("{} is no text of at most {most} characters without line breaks", shown(text));
        return Err(ValueError::new("malformed_text", message));
    }
    Ok(())
}

fn check_entry(scheme: Scheme, entry: &CatalogueEntry) -> Result<(), ValueError> {
    check_normal(scheme, &entry.code)?;
    check_text(&entry.title_en, MAX_TITLE)?;
    check_text(&entry.title_zh, MAX_TITLE)?;
    if entry.title_en.is_empty() && entry.title_zh.is_empty() {
        return Err(ValueError::new(
            "malformed_text",
            "an entry has a title, title_en or title_zh",
        ));
    }
    let contradicting = |message: String| Err(ValueError::new("contradicting_hazard", message));
    let code = &entry.code;
    let allowed = match scheme {
        Scheme::EuLow if code.ends_with('*') => [Hazard::Hazardous, Hazard::Mirror],
        Scheme::EuLow => [Hazard::NonHazardous, Hazard::Mirror],
        Scheme::CnHazardous => [Hazard::Hazardous; 2],
        Scheme::CnSolid2024 | Scheme::Gbt39198 | Scheme::Basel | Scheme::Hs => {
            [Hazard::NotStated, entry.hazard]
        }
    };
    if !allowed.contains(&entry.hazard) {
        let right = match (scheme == Scheme::CnHazardous, code.ends_with('*')) {
            (true, _) => "everything in this list is hazardous",
            (false, true) => "with its star it is hazardous or mirror",
            (false, false) => "without a star it is non_hazardous or mirror",
        };
        return contradicting(format!("`{code}`: {right}"));
    }
    let Some(other) = &entry.mirror_of else {
        return Ok(());
    };
    check_normal(scheme, other)?;
    if entry.hazard != Hazard::Mirror {
        return contradicting(format!("`{code}` names a mirror entry but is no mirror itself"));
    }
    if scheme == Scheme::EuLow && code.ends_with('*') == other.ends_with('*') {
        return contradicting(format!("`{code}` and `{other}`: just one of a pair has the star"));
    }
    Ok(())
}

fn check_normal(scheme: Scheme, code: &str) -> Result<(), ValueError> {
    let normal = scheme.normal_entry(code)?;
    if normal == code {
        return Ok(());
    }
    Err(ValueError::new("malformed_code", format!("{} is written `{normal}`", shown(code))))
}

/// One code of a list, with what the list says about hazard.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CatalogueEntry)]
struct EntryMembers {
    /// In its normal form; a class (`S01`) or a heading (`7204`) stands for a group.
    #[schema(value_type = String, min_length = 2, max_length = 12, example = "10 02 01")]
    code: Box<str>,
    hazard: Hazard,
    /// The other entry of the pair; only of a mirror entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 2, max_length = 12, example = "10 02 07*")]
    mirror_of: Option<Box<str>>,
    #[schema(value_type = String, max_length = 300)]
    title_en: Box<str>,
    #[schema(value_type = String, max_length = 300)]
    title_zh: Box<str>,
}

impl Serialize for CatalogueEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let CatalogueEntry { code, hazard, mirror_of, title_en, title_zh } = self.clone();
        if serializer.is_human_readable() {
            EntryMembers { code, hazard, mirror_of, title_en, title_zh }.serialize(serializer)
        } else {
            // Rows have no member names, so nothing may be left out of them.
            (code, hazard, mirror_of, title_en, title_zh).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for CatalogueEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CatalogueEntry, D::Error> {
        let (code, hazard, mirror_of, title_en, title_zh) = if deserializer.is_human_readable() {
            let members = EntryMembers::deserialize(deserializer)?;
            let EntryMembers { code, hazard, mirror_of, title_en, title_zh } = members;
            (code, hazard, mirror_of, title_en, title_zh)
        } else {
            Deserialize::deserialize(deserializer)?
        };
        Ok(CatalogueEntry { code, hazard, mirror_of, title_en, title_zh })
    }
}

impl PartialSchema for CatalogueEntry {
    fn schema() -> RefOr<Schema> {
        EntryMembers::schema()
    }
}

impl ToSchema for CatalogueEntry {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        EntryMembers::schemas(schemas);
    }
}

/// The files that ship, by name, as they are in `schemas/catalogue/`.
const SHIPPED: &[(&str, &str)] = &[
    ("cn-solid-2024", include_str!("../../schemas/catalogue/cn-solid-2024.json")),
    ("eu-low-2014", include_str!("../../schemas/catalogue/eu-low-2014.json")),
    ("hs-2022", include_str!("../../schemas/catalogue/hs-2022.json")),
];

/// The parts that ship: the codes that the shipped scenarios need.
pub fn shipped() -> Vec<CataloguePart> {
    let parse = |(name, text): &(&str, &str)| {
        serde_json::from_str(text).unwrap_or_else(|error| {
            panic!("the catalogue {name} is part of this program and tested with it: {error}")
        })
    };
    SHIPPED.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::*;

    fn code(scheme: Scheme, edition: &str, code: &str) -> MaterialCode {
        MaterialCode::new(scheme, edition.parse().unwrap(), code).unwrap()
    }

    fn part(entries: Value) -> CataloguePart {
        serde_json::from_value(json!({
            "complete": false,
            "edition": "2014",
            "entries": entries,
            "note": "",
            "scheme": "eu_low",
            "source": "a test",
        }))
        .unwrap()
    }

    #[test]
    fn every_shipped_code_has_the_form_of_its_scheme_and_is_unique() {
        let parts = shipped();
        let counts: Vec<_> = parts.iter().map(|part| (part.scheme, part.entries.len())).collect();
        let expected = [(Scheme::CnSolid2024, 17), (Scheme::EuLow, 28), (Scheme::Hs, 13)];
        assert_eq!(counts, expected);
        for part in parts {
            assert_eq!(part.check(), Ok(()));
            assert!(!part.complete && !part.note.is_empty());
            assert!(part.entries.is_sorted_by(|a, b| a.code < b.code));
            assert!(part.entries.iter().all(|e| !e.title_en.is_empty() && !e.title_zh.is_empty()));
        }
    }

    #[test]
    fn shipped_files_are_written_as_this_program_writes_them() {
        for (part, (name, text)) in shipped().iter().zip(SHIPPED) {
            assert_eq!(serde_json::to_string_pretty(part).unwrap() + "\n", *text, "{name}");
        }
    }

    #[test]
    fn mirror_pairs_that_ship_whole_name_each_other() {
        let part = shipped().into_iter().find(|part| part.scheme == Scheme::EuLow).unwrap();
        let of = |text: &str| part.entries.iter().find(|entry| &*entry.code == text);
        for entry in &part.entries {
            assert_eq!(entry.hazard == Hazard::Mirror, entry.mirror_of.is_some(), "{entry:?}");
            if let Some(other) = entry.mirror_of.as_deref().and_then(of) {
                assert_eq!(other.mirror_of.as_deref(), Some(&*entry.code));
            }
        }
        for (mirror, other) in [("03 01 04*", "03 01 05"), ("10 02 07*", "10 02 08")] {
            assert_eq!(of(mirror).unwrap().mirror_of.as_deref(), Some(other));
            assert_eq!(of(other).unwrap().mirror_of.as_deref(), Some(mirror));
        }
    }

    #[test]
    fn the_schema_file_and_the_types_name_the_same_members() {
        let file = include_str!("../../schemas/catalogue/catalogue.schema.json");
        let file: Value = serde_json::from_str(file).unwrap();
        let keys = |schema: &Value| -> Vec<String> {
            schema["properties"].as_object().unwrap().keys().cloned().collect()
        };
        let part = serde_json::to_value(CataloguePart::schema()).unwrap();
        let entry = serde_json::to_value(CatalogueEntry::schema()).unwrap();
        for (ours, theirs) in [(&part, &file), (&entry, &file["$defs"]["entry"])] {
            assert_eq!(keys(ours), keys(theirs));
            assert_eq!(ours["required"], theirs["required"]);
            assert_eq!(ours["additionalProperties"], theirs["additionalProperties"]);
        }
        let schemes = Scheme::ALL.map(Scheme::as_str);
        assert_eq!(file["properties"]["scheme"]["enum"], json!(schemes));
        let hazards = [Hazard::NonHazardous, Hazard::Hazardous, Hazard::Mirror, Hazard::NotStated];
        let entry = &file["$defs"]["entry"];
        assert_eq!(entry["properties"]["hazard"]["enum"], serde_json::to_value(hazards).unwrap());
    }

    #[test]
    fn a_code_is_found_else_the_group_that_it_is_in() {
        let parts = shipped();
        let find = |wanted: MaterialCode| {
            parts.iter().find_map(|part| part.find(&wanted)).map(|entry| &*entry.title_en)
        };
        assert_eq!(find(code(Scheme::EuLow, "2014", "100102")), Some("coal fly ash"));
        assert_eq!(find(code(Scheme::EuLow, "2000", "100102")), None);
        assert_eq!(find(code(Scheme::EuLow, "2014", "20 03 01")), None);
        assert_eq!(find(code(Scheme::CnSolid2024, "2024", "441-001-S02")), Some("fly ash"));
        assert_eq!(find(code(Scheme::Hs, "2022", "7204.49")), Some("ferrous scrap"));
        assert_eq!(find(code(Scheme::Hs, "2022", "7203.10")), None);
    }

    #[test]
    fn a_part_with_a_fault_is_refused_with_the_place_of_it() {
        let entry = |code: &str, hazard: &str| {
            let titles = ("a title", "");
            json!({"code": code, "hazard": hazard, "title_en": titles.0, "title_zh": titles.1})
        };
        let titled = |title: &str| {
            let mut entry = entry("10 01 02", "non_hazardous");
            entry["title_en"] = json!(title);
            entry
        };
        let mirror = |code: &str, other: &str| {
            let mut entry = entry(code, "mirror");
            entry["mirror_of"] = json!(other);
            entry
        };
        let good = entry("10 01 02", "non_hazardous");
        let cases = [
            (json!([]), "/entries", "malformed_text"),
            (json!([entry("100102", "non_hazardous")]), "/entries/0", "malformed_code"),
            (json!([entry("10 01", "non_hazardous")]), "/entries/0", "malformed_code"),
            (json!([good, good]), "/entries/1", "duplicate_code"),
            (
                json!([good, entry("05 06 03*", "non_hazardous")]),
                "/entries/1",
                "contradicting_hazard",
            ),
            (json!([entry("10 01 02", "hazardous")]), "/entries/0", "contradicting_hazard"),
            (json!([entry("10 01 02", "not_stated")]), "/entries/0", "contradicting_hazard"),
            (json!([mirror("10 02 07*", "10 02 09*")]), "/entries/0", "contradicting_hazard"),
            (
                json!([mirror("10 02 07*", "10 01 02"), good]),
                "/entries/0/mirror_of",
                "contradicting_hazard",
            ),
            (json!([titled("")]), "/entries/0", "malformed_text"),
            (json!([titled("a\nb")]), "/entries/0", "malformed_text"),
        ];
        for (entries, pointer, code) in cases {
            let error = part(entries.clone()).check().unwrap_err();
            assert_eq!((&*error.pointer, error.error.code), (pointer, code), "{entries}: {error}");
        }
        assert_eq!(part(json!([good, mirror("10 02 08", "10 02 07*")])).check(), Ok(()));
    }

    #[test]
    fn unknown_members_are_refused() {
        let entry =
            json!({"code": "10 01 02", "hazard": "mirror", "title_en": "", "title_zh": "", "x": 1});
        let error = serde_json::from_value::<CatalogueEntry>(entry).unwrap_err().to_string();
        assert!(error.starts_with("unknown field `x`"), "{error}");
    }
}
