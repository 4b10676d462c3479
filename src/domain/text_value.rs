//! What all value types that stand in JSON as one string share: serde and the OpenAPI schema.
//!
//! Invariant: a value can come into being only through its `FromStr`, also in the binary form, so a
//! damaged row can't smuggle in a value that its type forbids.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};

use crate::domain::value_error::ValueError;

struct TextVisitor<T> {
    expected: &'static str,
    value: PhantomData<T>,
}

impl<T: FromStr<Err = ValueError>> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Reads a string and parses it; `expected` completes "expected …" when something else stands
/// there.
pub fn deserialize<'de, T, D>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    T: FromStr<Err = ValueError>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(TextVisitor { expected, value: PhantomData })
}

/// The OpenAPI description of a string type.
pub struct TextSchema {
    pub description: &'static str,
    pub pattern: &'static str,
    pub example: &'static str,
    pub min_length: usize,
    pub max_length: usize,
    pub format: Option<KnownFormat>,
}

impl TextSchema {
    pub fn build(self) -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(self.description))
            .format(self.format.map(SchemaFormat::KnownFormat))
            .pattern(Some(self.pattern))
            .min_length(Some(self.min_length))
            .max_length(Some(self.max_length))
            .examples([self.example])
            .into()
    }
}

/// serde (a string in every format) for a type with `FromStr<Err = ValueError>` and `as_str`.
macro_rules! text_serde {
    ($name:ty, $expected:expr) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::domain::text_value::deserialize(deserializer, $expected)
            }
        }
    };
}

/// The OpenAPI schema of a string type.
macro_rules! text_schema {
    ($name:ty, $($member:ident: $value:expr),+ $(,)?) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::domain::text_value::TextSchema { $($member: $value),+ }.build()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use {text_schema, text_serde};
