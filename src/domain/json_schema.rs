//! Shapes as JSON Schema 2020-12 documents, for those who read the log without us.
//!
//! Invariant: a document stands alone: what it refers to is in its own `$defs`. The files in
//! `schemas/event/` are such documents, and a released one never changes.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, schema::Schema};

/// Where utoipa looks for what it refers to.
const COMPONENTS: &str = "#/components/schemas/";

/// The document of one struct.
pub fn document<T: ToSchema>(title: &str) -> Value {
    let mut parts: Vec<(String, RefOr<Schema>)> = Vec::new();
    T::schemas(&mut parts);
    let value = |part: &RefOr<Schema>| {
        let mut value = serde_json::to_value(part).expect("schemas have string keys");
        localise(&mut value);
        value
    };
    let mut document = Map::new();
    document.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    document.insert("title".to_owned(), json!(title));
    let Value::Object(members) = value(&T::schema()) else {
        unreachable!("a struct's shape is an object")
    };
    document.extend(members);
    let parts: Map<String, Value> =
        parts.iter().map(|(name, part)| (name.clone(), value(part))).collect();
    if !parts.is_empty() {
        document.insert("$defs".to_owned(), Value::Object(parts));
    }
    Value::Object(document)
}

/// Lets references point into the document itself.
fn localise(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && let Some(name) = target.strip_prefix(COMPONENTS)
            {
                *target = format!("#/$defs/{name}");
            }
            // utoipa says it of structs, and not of the objects that name a variant.
            if members.get("type") == Some(&json!("object")) && members.contains_key("properties") {
                members.entry("additionalProperties").or_insert(json!(false));
            }
            members.values_mut().for_each(localise);
        }
        Value::Array(items) => items.iter_mut().for_each(localise),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::event::Event;

    /// Every object in a document, with its path.
    fn objects<'a>(
        value: &'a Value,
        path: &str,
        each: &mut dyn FnMut(&str, &'a Map<String, Value>),
    ) {
        match value {
            Value::Object(members) => {
                each(path, members);
                for (name, member) in members {
                    objects(member, &format!("{path}/{name}"), each);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| objects(item, path, each)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn a_document_refers_to_its_own_parts_only_and_takes_no_unknown_members() {
        for (name, document) in Event::schemas() {
            objects(&document, "", &mut |path, object| {
                if let Some(target) = object.get("$ref") {
                    let part = target.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    assert!(document["$defs"].get(part).is_some(), "{name}{path}: {part}");
                }
                let is_type = object.get("type") == Some(&json!("object"));
                let closed = object.get("additionalProperties") == Some(&json!(false));
                assert!(!is_type || closed, "{name}{path}");
            });
        }
    }
}
