//! Empty tables to fill in.

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::table::error::TableError;
use crate::table::kind::{Column, Kind, Language};
use crate::table::write::{Format, Out, Sink, sheet_row};

/// An empty table of a kind, with headers in a language. In XLSX a second sheet tells what each
/// column holds.
pub fn template(kind: Kind, format: Format, language: Language) -> Result<Vec<u8>, TableError> {
    let columns = &kind.spec().columns;
    let headers: Vec<String> =
        columns.iter().map(|column| column.header(language).to_owned()).collect();
    match format {
        Format::Csv => Sink::begin(format, kind.as_str(), &headers)?.end(),
        Format::Xlsx => {
            let book = book(kind, &headers, language);
            book.map_err(|error| TableError::new("table_too_large", error.to_string()))
        }
    }
}

fn book(kind: Kind, headers: &[String], language: Language) -> Result<Vec<u8>, XlsxError> {
    let (table, explained, titles) = match language {
        Language::En => {
            (kind.as_str(), "columns", ["header", "name", "needed", "what it holds", "example"])
        }
        Language::Zh => {
            let table = match kind {
                Kind::Tickets => "磅单",
                Kind::Readings => "抄表",
                Kind::Contracts => "合同",
            };
            (table, "说明", ["表头", "名称", "必填", "内容", "示例"])
        }
    };
    let mut book = Workbook::new();
    for name in [table, explained] {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_column_width(3, if name == explained { 60 } else { 12 })?;
    }
    let row = |cells: &[&str]| cells.iter().map(|cell| Out::from(*cell)).collect::<Vec<_>>();
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    sheet_row(&mut book, 0, 0, &row(&headers))?;
    sheet_row(&mut book, 1, 0, &row(&titles))?;
    for (column, at) in kind.spec().columns.iter().zip(1..) {
        let Column { name, needed, says_en, says_zh, example, .. } = column;
        let (says, yes) = match language {
            Language::En => (says_en, "yes"),
            Language::Zh => (says_zh, "是"),
        };
        let needed = if *needed { yes } else { "" };
        let example = example.as_deref().unwrap_or_default();
        let cells = row(&[column.header(language), name, needed, says, example]);
        sheet_row(&mut book, 1, at, &cells)?;
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::table::grid::grid;
    use crate::table::layout::Layout;
    use crate::table::mapping::Mapping;

    #[test]
    fn each_template_has_every_column_that_the_reader_knows() {
        for kind in Kind::ALL {
            for format in Format::ALL {
                for language in [Language::En, Language::Zh] {
                    let file = template(kind, format, language).unwrap();
                    let grid = grid(&file, None).unwrap();
                    let layout = Layout::find(kind, &grid, &Mapping::default()).unwrap();
                    for column in &kind.spec().columns {
                        let place = layout.place(&column.name);
                        assert!(place.is_some(), "{kind:?} {language:?} {}", column.name);
                    }
                    assert!(layout.unused().is_empty());
                }
            }
        }
    }
}
