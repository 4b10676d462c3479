//! Tables out: CSV that spreadsheets open rightly, and XLSX.
//!
//! Invariant: no text that leaves is taken for a formula: one that begins like one gets an
//! apostrophe in front. In XLSX a number is a numeric cell where the cell's floating-point number
//! reads back as the same decimal, and text where it does not; nothing is rounded.

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::table::error::TableError;

/// The most rows of a list that leaves as one table.
pub const ROWS_LIMIT: usize = 100_000;
/// The most characters that a spreadsheet's cell holds.
const CELL_MOST: usize = 32_767;
const MARK: &[u8] = b"\xef\xbb\xbf";

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    pub const ALL: [Format; 2] = [Format::Csv, Format::Xlsx];

    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// As a file's name ends.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    Empty,
    Text(String),
    /// An exact decimal number.
    Number(String),
}

impl From<&str> for Out {
    fn from(text: &str) -> Out {
        Out::Text(text.to_owned())
    }
}

/// A table being written, row by row.
pub struct Sink(Into);

enum Into {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Xlsx(Box<Workbook>, u32),
}

impl Sink {
    /// Begins a table with its headers.
    pub fn begin(format: Format, name: &str, headers: &[String]) -> Result<Sink, TableError> {
        let mut sink = match format {
            Format::Csv => Sink(Into::Csv(Box::new(csv::Writer::from_writer(MARK.to_vec())))),
            Format::Xlsx => {
                let mut book = Workbook::new();
                let sheet = book.add_worksheet();
                sheet.set_name(name).map_err(unwritten)?;
                sheet.set_freeze_panes(1, 0).map_err(unwritten)?;
                Sink(Into::Xlsx(Box::new(book), 0))
            }
        };
        let headers: Vec<_> = headers.iter().map(|header| Out::from(header.as_str())).collect();
        sink.row(&headers)?;
        Ok(sink)
    }

    pub fn row(&mut self, cells: &[Out]) -> Result<(), TableError> {
        match &mut self.0 {
            Into::Csv(writer) => {
                let cells = cells.iter().map(|cell| match cell {
                    Out::Empty => String::new(),
                    Out::Number(number) => number.clone(),
                    Out::Text(text) => harmless(text),
                });
                writer.write_record(cells).map_err(|error| failed(&error))
            }
            Into::Xlsx(book, row) => {
                sheet_row(book, 0, *row, cells).map_err(unwritten)?;
                *row += 1;
                Ok(())
            }
        }
    }

    /// The file.
    pub fn end(self) -> Result<Vec<u8>, TableError> {
        match self.0 {
            Into::Csv(writer) => writer.into_inner().map_err(|error| failed(&error)),
            Into::Xlsx(mut book, _) => book.save_to_buffer().map_err(unwritten),
        }
    }
}

/// Writes a row into a sheet of a book.
pub fn sheet_row(
    book: &mut Workbook,
    sheet: usize,
    row: u32,
    cells: &[Out],
) -> Result<(), XlsxError> {
    let sheet = book.worksheet_from_index(sheet)?;
    for (cell, column) in cells.iter().zip(0_u16..) {
        match cell {
            Out::Empty => {}
            Out::Number(text) => match exact(text) {
                Some(number) => drop(sheet.write_number(row, column, number)?),
                None => drop(sheet.write_string(row, column, text)?),
            },
            Out::Text(text) => {
                let text = harmless(text);
                let short = match text.encode_utf16().count() > CELL_MOST {
                    true => text.chars().take(CELL_MOST / 2).chain(['…']).collect(),
                    false => text,
                };
                sheet.write_string(row, column, short)?;
            }
        }
    }
    Ok(())
}

/// What would be a formula, or a command to some programs, gets an apostrophe.
pub fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// The floating-point number that reads back as this decimal, apart from zeros at its end.
fn exact(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let short = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    };
    (number.to_string() == short).then_some(number)
}

fn unwritten(error: XlsxError) -> TableError {
    failed(&error)
}

fn failed(error: &dyn std::fmt::Display) -> TableError {
    TableError::new("table_too_large", format!("the table can't be written: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::table::grid::grid;

    #[test]
    fn no_text_is_taken_for_a_formula_and_numbers_are_numbers() {
        let texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "plain", "a,\"b\"\nc"];
        for format in Format::ALL {
            let headers: Vec<String> = (0..=texts.len()).map(|at| format!("h{at}")).collect();
            let mut sink = Sink::begin(format, "list", &headers).unwrap();
            let mut cells: Vec<_> = texts.into_iter().map(Out::from).collect();
            cells.push(Out::Number("-1.5".to_owned()));
            sink.row(&cells).unwrap();
            let file = sink.end().unwrap();
            if format == Format::Csv {
                let text = String::from_utf8(file.clone()).unwrap();
                assert!(text.starts_with('\u{feff}'));
                for text in ["'=1+1,'+1,'-1,'@SUM(A1),'\t=1,", ",-1.5\n"] {
                    assert!(String::from_utf8_lossy(&file).contains(text), "{text}");
                }
            }
            // What is read back is what was written, without the apostrophes.
            let row = grid(&file, None).unwrap().rows[1].cells.clone();
            assert_eq!(row[..4], texts[..4]);
            assert_eq!((&*row[6], &*row[7], &*row[8]), (texts[6], texts[7], "-1.5"));
        }
    }

    #[test]
    fn a_number_is_a_numeric_cell_where_that_is_exact() {
        for (text, number) in [
            ("31.20", Some(31.2)),
            ("0", Some(0.0)),
            ("0.00", Some(0.0)),
            ("46200", Some(46_200.0)),
            ("100", Some(100.0)),
            ("0.1", Some(0.1)),
            ("999999999999999999", None),
            ("123456789012345678.5", None),
        ] {
            assert_eq!(exact(text), number, "{text}");
        }
    }
}
