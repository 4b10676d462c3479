//! Spreadsheets: one sheet's rows as text.
//!
//! Invariant: a number becomes the shortest decimal that reads back as what is stored, cut to the
//! fifteen digits that spreadsheets themselves keep and show, and is never calculated with. A
//! formula counts as the value that was stored with it.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};

use crate::table::archive;
use crate::table::error::TableError;
use crate::table::grid::{COLUMNS_MOST, Grid, GridRow, clean, push};

/// So many digits spreadsheets keep; what follows is noise of their own calculations.
const DIGITS: usize = 15;

pub fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Grid, TableError> {
    archive::check(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let name = match wanted {
        None => names.first().cloned(),
        Some(wanted) => names.iter().find(|name| *name == wanted).cloned(),
    };
    let name = name.ok_or_else(|| {
        let names = names.join(", ");
        let message = format!("{} is no sheet; there are: {names}", wanted.unwrap_or_default());
        TableError::new("table_no_sheet", message)
    })?;
    let rows = rows(&mut book, &name)?;
    Ok(Grid { rows, encoding: None, delimiter: None, sheet: Some(name) })
}

fn broken(error: XlsxError) -> TableError {
    TableError::new("table_broken", format!("the spreadsheet can't be read: {error}"))
}

fn rows(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<GridRow>, TableError> {
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    let mut rows = Vec::new();
    let (mut number, mut cells) = (0, Vec::new());
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(broken)? {
        let (row, column) = cell.get_position();
        let row = u64::from(row) + 1;
        if row != number {
            push(&mut rows, number, std::mem::take(&mut cells))?;
            number = row;
        }
        let format = reader.styles().get(style).and_then(|style| style.number_format.as_ref());
        let is_percent = format.is_some_and(|format| {
            format.format_code.contains('%') || matches!(format.format_id, Some(9 | 10))
        });
        let text = match (cell.get_value(), is_percent) {
            (DataRef::Float(number), true) => percent(&decimal(*number)),
            (value, _) => text(value),
        };
        // Formats reach to the right of what was written.
        if text.is_empty() {
            continue;
        }
        let column = column as usize;
        if column >= COLUMNS_MOST {
            let message = format!("row {row} has more than {COLUMNS_MOST} columns");
            return Err(TableError::new("table_too_large", message));
        }
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
    }
    push(&mut rows, number, cells)?;
    Ok(rows)
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => decimal(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            clean(text)
        }
        DataRef::SharedString(text) => clean(text),
        DataRef::Bool(is) => is.to_string(),
        DataRef::DateTime(time) => moment(time),
        DataRef::Error(error) => error.to_string(),
    }
}

/// A number as spreadsheets show it.
fn decimal(number: f64) -> String {
    let shortest = number.to_string();
    let digits = shortest.trim_start_matches(['-', '0', '.']);
    if digits.chars().filter(char::is_ascii_digit).count() <= DIGITS {
        return shortest;
    }
    // Rounded by writing it down, not by calculating. Reading that back gives its shortest form.
    let written = format!("{number:.*e}", DIGITS - 1);
    written.parse::<f64>().map_or(shortest, |number| number.to_string())
}

/// What is stored as 0.003 and shown as 0.3%, as it is shown. The point moves; nothing is
/// calculated.
fn percent(stored: &str) -> String {
    let (sign, digits) = match stored.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", stored),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = format!("{fraction:0<2}");
    let (moved, rest) = fraction.split_at(2);
    let whole = format!("{whole}{moved}");
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    match rest {
        "" => format!("{sign}{whole}%"),
        rest => format!("{sign}{whole}.{rest}%"),
    }
}

/// A date, or a date and a time of day, on no particular clock.
fn moment(time: &ExcelDateTime) -> String {
    if !time.is_datetime() {
        return decimal(time.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_are_read_as_spreadsheets_show_them() {
        for (number, text) in [
            (31.2, "31.2"),
            (46_200.0, "46200"),
            (0.1, "0.1"),
            (16.200_000_000_000_003, "16.2"),
            (-0.000_012_5, "-0.0000125"),
            (123_456_789_012_345.0, "123456789012345"),
        ] {
            assert_eq!(decimal(number), text);
        }
    }

    #[test]
    fn a_percentage_is_read_as_it_is_shown() {
        for (stored, shown) in
            [("0.003", "0.3%"), ("0.0025", "0.25%"), ("1", "100%"), ("-0.5", "-50%"), ("0", "0%")]
        {
            assert_eq!(percent(stored), shown);
        }
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (format, row) in ["0.0%", "0%", "0.000"].into_iter().zip(0..) {
            let format = rust_xlsxwriter::Format::new().set_num_format(format);
            sheet.write_number_with_format(row, 0, 0.003, &format).unwrap();
        }
        let grid = read(&book.save_to_buffer().unwrap(), None).unwrap();
        let cells: Vec<_> = grid.rows.iter().map(|row| row.cells[0].as_str()).collect();
        assert_eq!(cells, ["0.3%", "0.3%", "0.003"]);
    }

    #[test]
    fn dates_are_dates_and_durations_are_numbers() {
        let time = |value, kind| moment(&ExcelDateTime::new(value, kind, false));
        assert_eq!(time(46_328.0, ExcelDateTimeType::DateTime), "2026-11-02");
        assert_eq!(time(46_328.336_805_555_6, ExcelDateTimeType::DateTime), "2026-11-02 08:05:00");
        assert_eq!(time(0.5, ExcelDateTimeType::TimeDelta), "0.5");
    }
}
