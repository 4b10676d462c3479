//! From answers to rows: a column for each member that is one value, after the schema of the
//! answer, so that a new member is a new column by itself.
//!
//! A quantity is two columns, `….value` and `….unit`. A list of words is one cell, parted by
//! semicolons. Of a list of things each member is such a cell, and a list inside it is counted.

use serde_json::{Map, Value};

use crate::table::write::Out;

/// Schemas nest no deeper than this in tables; what lies below is JSON in one cell.
const DEPTH: usize = 8;
/// Members that say when a thing changed, not what it is: last.
const LAST: [&str; 3] = ["changed", "created", "version"];

/// The columns of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    path: Vec<String>,
    leaf: Leaf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Leaf {
    Text,
    Number,
    /// Of each thing of a list, what stands there.
    Each(Vec<String>),
}

impl Columns {
    /// After a JSON schema. `named` has those that it refers to, by the last part of the reference.
    pub fn of(schema: &Value, named: &Map<String, Value>) -> Columns {
        let mut columns = Vec::new();
        Walk { named }.value(schema, &mut Vec::new(), &mut columns);
        let is_last = |column: &Column| match &column.path[..] {
            [name] => LAST.contains(&name.as_str()),
            _ => false,
        };
        let (last, first): (Vec<_>, Vec<_>) = columns.into_iter().partition(is_last);
        Columns(first.into_iter().chain(last).collect())
    }

    pub fn headers(&self) -> Vec<String> {
        let header = |column: &Column| {
            let inner: &[String] = match &column.leaf {
                Leaf::Each(inner) => inner,
                Leaf::Text | Leaf::Number => &[],
            };
            column.path.iter().chain(inner).cloned().collect::<Vec<_>>().join(".")
        };
        self.0.iter().map(header).collect()
    }

    /// The cells of one answer.
    pub fn row(&self, answer: &Value) -> Vec<Out> {
        self.0.iter().map(|column| column.cell(answer)).collect()
    }
}

fn at<'a>(value: &'a Value, path: &[String]) -> &'a Value {
    path.iter().fold(value, |value, name| value.get(name).unwrap_or(&Value::Null))
}

/// One value as text; a list as how many it has.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.len().to_string(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

impl Column {
    fn cell(&self, answer: &Value) -> Out {
        let value = at(answer, &self.path);
        match (&self.leaf, value) {
            (_, Value::Null) => Out::Empty,
            (Leaf::Text, value) => Out::Text(text(value)),
            (Leaf::Number, value) => Out::Number(text(value)),
            (Leaf::Each(inner), Value::Array(items)) => {
                let cells: Vec<_> = items.iter().map(|item| text(at(item, inner))).collect();
                match cells.iter().all(String::is_empty) {
                    true => Out::Empty,
                    false => Out::Text(cells.join("; ")),
                }
            }
            (Leaf::Each(_), value) => Out::Text(text(value)),
        }
    }
}

struct Walk<'a> {
    named: &'a Map<String, Value>,
}

impl Walk<'_> {
    fn value(&self, schema: &Value, path: &mut Vec<String>, out: &mut Vec<Column>) {
        let schema = self.resolved(schema);
        let deep = path.len() > DEPTH;
        if let Some(members) = schema.get("properties").and_then(Value::as_object)
            && !deep
        {
            for name in in_order(members) {
                path.push(name.clone());
                self.value(&members[name], path, out);
                path.pop();
            }
            return;
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array)
            && !deep
        {
            parts.iter().for_each(|part| self.value(part, path, out));
            return;
        }
        let leaf = match (schema.get("items"), is_number(schema)) {
            (Some(items), _) if !deep => {
                let mut inner = Vec::new();
                self.value(items, &mut Vec::new(), &mut inner);
                let each =
                    |column: Column| Column { path: path.clone(), leaf: Leaf::Each(column.path) };
                out.extend(inner.into_iter().map(each));
                return;
            }
            (_, true) => Leaf::Number,
            (_, false) => Leaf::Text,
        };
        out.push(Column { path: path.clone(), leaf });
    }

    /// What a schema says, behind references and beside null.
    fn resolved<'b>(&'b self, schema: &'b Value) -> &'b Value {
        let mut schema = schema;
        for _ in 0..DEPTH {
            let name = schema.get("$ref").and_then(Value::as_str);
            let name = name.and_then(|name| name.rsplit('/').next());
            if let Some(named) = name.and_then(|name| self.named.get(name)) {
                schema = named;
                continue;
            }
            let some = ["oneOf", "anyOf"].iter().find_map(|name| schema.get(*name)?.as_array());
            let mut other = some.into_iter().flatten().filter(|one| one["type"] != "null");
            match (other.next(), other.next()) {
                (Some(only), None) => schema = only,
                _ => return schema,
            }
        }
        schema
    }
}

/// The value before its unit; all else as it comes.
fn in_order(members: &Map<String, Value>) -> Vec<&String> {
    let mut names: Vec<_> = members.keys().collect();
    if members.contains_key("unit") {
        names.sort_by_key(|name| name.as_str() != "value");
    }
    names
}

/// Integers, and texts of exact decimals.
fn is_number(schema: &Value) -> bool {
    let has = |name: &str| match &schema["type"] {
        Value::String(kind) => kind == name,
        Value::Array(kinds) => kinds.iter().any(|kind| kind == name),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    let decimal = pattern.trim_start_matches("^-?").trim_start_matches('^');
    has("integer") || (has("string") && decimal.starts_with("(0|[1-9]"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn quantities_are_two_columns_and_lists_are_one_cell_a_member() {
        let named = json!({
            "Quantity": {"type": "object", "properties": {
                "unit": {"type": "string"},
                "value": {"type": "string", "pattern": "^(0|[1-9]\\d{0,17})$"},
            }},
            "Line": {"type": "object", "properties": {
                "line": {"type": "integer"},
                "quantity": {"$ref": "#/components/schemas/Quantity"},
                "windows": {"type": "array", "items": {"type": "string"}},
            }},
        });
        let schema = json!({"type": "object", "properties": {
            "changed": {"type": "integer"},
            "accepted": {"oneOf": [{"$ref": "#/x/Quantity"}, {"type": "null"}]},
            "lines": {"type": "array", "items": {"$ref": "#/x/Line"}},
            "note": {"type": ["string", "null"]},
            "words": {"type": "array", "items": {"type": "string"}},
        }});
        let columns = Columns::of(&schema, named.as_object().unwrap());
        let headers = [
            "accepted.value",
            "accepted.unit",
            "lines.line",
            "lines.quantity.value",
            "lines.quantity.unit",
            "lines.windows",
            "note",
            "words",
            "changed",
        ];
        assert_eq!(columns.headers(), headers);
        let row = columns.row(&json!({
            "accepted": {"unit": "TNE", "value": "31.20"},
            "changed": 7,
            "lines": [
                {"line": 1, "quantity": {"unit": "TNE", "value": "5"}, "windows": ["a", "b"]},
                {"line": 2, "quantity": {"unit": "GV", "value": "6"}, "windows": []},
            ],
            "words": ["x", "y"],
        }));
        let text = |text: &str| Out::Text(text.to_owned());
        let expected = [
            Out::Number("31.20".to_owned()),
            text("TNE"),
            text("1; 2"),
            text("5; 6"),
            text("TNE; GV"),
            text("2; 0"),
            Out::Empty,
            text("x; y"),
            Out::Number("7".to_owned()),
        ];
        assert_eq!(row, expected);
        assert!(columns.row(&json!({})).iter().all(|cell| *cell == Out::Empty));
    }
}
