//! Why a file is no table, and why a cell can't be used.
//!
//! Invariant: every code stands in [`CODES`] or is one of the domain's; none is ever renamed.

use std::fmt;

use crate::domain::value_error::ValueError;

/// Codes of files and cells, with what each means.
pub const CODES: &[(&str, &str)] = &[
    ("row_contradicts", "A cell contradicts another one of its row, or the contract."),
    (
        "row_of_bad_contract",
        "Another row of the same contract is wrong, and it goes in as a whole.",
    ),
    ("row_unclear", "What a row leaves open can't be told from its other cells."),
    ("table_ambiguous", "Two columns of the table have the same name; a mapping can choose one."),
    ("table_broken", "The spreadsheet or the quotes of the CSV file are broken."),
    ("table_column_missing", "The table lacks a column that its rows need."),
    ("table_empty", "The table has a header and no rows."),
    ("table_mapping", "The mapping can't be read, or names what is not there."),
    ("table_no_header", "No row of the first twenty has the names of the table's columns."),
    ("table_no_sheet", "The spreadsheet has no sheet of that name."),
    ("table_not_text", "The file is neither UTF-8, UTF-16 nor GB18030, nor a spreadsheet."),
    ("table_too_large", "The table has too many rows or columns, or unpacks to too much."),
];

/// Why a file can't be read as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    pub code: &'static str,
    pub message: String,
}

impl TableError {
    pub fn new(code: &'static str, message: impl Into<String>) -> TableError {
        debug_assert!(CODES.iter().any(|(known, _)| *known == code), "{code} is not in CODES");
        TableError { code, message: message.into() }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for TableError {}

/// Why a row is no command: the column, a code, a sentence that says what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellError {
    pub column: Option<String>,
    pub code: String,
    pub message: String,
}

impl CellError {
    pub fn new(column: &str, code: &str, message: impl Into<String>) -> CellError {
        CellError {
            column: Some(column.to_owned()),
            code: code.to_owned(),
            message: message.into(),
        }
    }

    pub fn of(column: &str, error: ValueError) -> CellError {
        CellError::new(column, error.code, error.message)
    }

    pub fn missing(column: &str, message: impl Into<String>) -> CellError {
        CellError::new(column, "missing_member", message)
    }
}
