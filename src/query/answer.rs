//! The two forms of an answer: one thing, and a page of a list.

use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use crate::index::IndexError;
use crate::query::cursor::CursorError;

/// One thing, and the position that the answer reflects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Answer<T: ToSchema> {
    /// The answer reflects every record below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub item: T,
    /// How many records the log has that the answer does not reflect yet.
    #[schema(minimum = 0)]
    pub lag: u64,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// The list holds what came into being below this position. Its pages share it.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// In the order in which they came into being. A page may be shorter than was asked for.
    #[schema(max_items = 200)]
    pub items: Vec<T>,
    /// How many records the log has that the list does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    /// Ask again with this `cursor` for what follows; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// The most items of a page.
pub const PAGE_MOST: u64 = 200;
/// The items of a page if nothing else is asked for.
pub const PAGE_USUAL: u64 = 50;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum QueryError {
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// There is none, or it may not be seen: nobody is told which.
    #[error("there is no {0}, or this key may not see it")]
    NotFound(&'static str),
    #[error("this key may not see {0}")]
    NotShown(&'static str),
    #[error("as_of {as_of} is ahead of the rows, which reflect the records below {position}")]
    Ahead { as_of: u64, position: u64 },
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The log can't be read, or holds what can't be.
    #[error("{0}")]
    Log(String),
}
