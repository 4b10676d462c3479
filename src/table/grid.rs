//! Rows of text, wherever they come from.

use crate::table::error::TableError;
use crate::table::{decode, sheet, text};

/// The most rows of a table, its header included.
pub const ROWS_MOST: usize = 100_000;
/// The most columns.
pub const COLUMNS_MOST: usize = 200;
/// The most bytes of a cell that any column takes.
pub const CELL_MOST: usize = 4_000;

/// A row that has something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridRow {
    /// Of its first line in a text file, or of a sheet's row; from 1.
    pub number: u64,
    pub cells: Vec<String>,
}

/// A table as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    pub rows: Vec<GridRow>,
    /// Of a text file: its encoding.
    pub encoding: Option<&'static str>,
    /// Of a text file: what stands between its cells.
    pub delimiter: Option<char>,
    /// Of a spreadsheet: the sheet.
    pub sheet: Option<String>,
}

/// Reads a file, whose first bytes tell a spreadsheet from text.
pub fn grid(bytes: &[u8], sheet: Option<&str>) -> Result<Grid, TableError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return sheet::read(bytes, sheet);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        let message = "this is an .xls file of before 2007, or one with a password; save it as \
                       .xlsx or as CSV";
        return Err(TableError::new("table_broken", message));
    }
    if let Some(sheet) = sheet {
        let message = format!("a text file has no sheets, and {sheet} was asked for");
        return Err(TableError::new("table_no_sheet", message));
    }
    let (text, encoding) = decode::decode(bytes)?;
    let (rows, delimiter) = text::read(&text)?;
    Ok(Grid { rows, encoding: Some(encoding), delimiter: Some(delimiter), sheet: None })
}

/// A cell as columns take it: without spaces around it, and without the mark that keeps
/// spreadsheets from taking it for a formula.
pub fn clean(cell: &str) -> String {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let bare = cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
    bare.unwrap_or(cell).to_owned()
}

/// Adds a row if anything stands in it.
pub fn push(rows: &mut Vec<GridRow>, number: u64, cells: Vec<String>) -> Result<(), TableError> {
    if cells.iter().all(String::is_empty) {
        return Ok(());
    }
    let refuse = |message: String| Err(TableError::new("table_too_large", message));
    if cells.len() > COLUMNS_MOST {
        return refuse(format!("row {number} has more than {COLUMNS_MOST} columns"));
    }
    if let Some(cell) = cells.iter().find(|cell| cell.len() > CELL_MOST) {
        let bytes = cell.len();
        return refuse(format!("row {number} has a cell of {bytes} bytes, over {CELL_MOST}"));
    }
    if rows.len() == ROWS_MOST {
        return refuse(format!("the table has more than {ROWS_MOST} rows; split it"));
    }
    rows.push(GridRow { number, cells });
    Ok(())
}
