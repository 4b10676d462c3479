//! Which row is the header, and which of its cells are which columns.

use std::collections::BTreeMap;

use crate::domain::time::Zone;
use crate::domain::value_error::shown;
use crate::table::error::TableError;
use crate::table::grid::{Grid, GridRow};
use crate::table::header::{Header, plain};
use crate::table::kind::{Column, Kind};
use crate::table::mapping::{Mapping, refuse};
use crate::table::number::Mark;

/// So many rows may stand above the header: titles, dates of print.
const LOOKED_AT: usize = 20;
/// A header has so many known names at least; a title has fewer.
const NAMES_LEAST: usize = 2;

/// How a table's rows are read.
#[derive(Debug)]
pub struct Layout {
    pub kind: Kind,
    /// How many rows stand before the first one of data.
    pub header: usize,
    pub headers: Vec<Header>,
    /// Where each column is, by its name.
    places: BTreeMap<String, usize>,
    /// The mapping as it is used: with what was found by names.
    pub mapping: Mapping,
    pub mark: Mark,
    /// The clock that the mapping says.
    pub zone: Option<Zone>,
}

impl Layout {
    pub fn find(kind: Kind, grid: &Grid, mapping: &Mapping) -> Result<Layout, TableError> {
        let best = best_row(kind, grid, mapping);
        let Some((count, header, headers)) = best.filter(|best| best.0 >= NAMES_LEAST) else {
            return Err(no_header(kind, grid));
        };
        debug_assert!(count >= NAMES_LEAST);
        let places = places(kind, &headers, mapping)?;
        let mut mapping = mapping.clone();
        for (name, place) in &places {
            mapping.columns.insert(name.clone(), headers[*place].written.clone());
        }
        let mark = match mapping.constant("decimal_mark") {
            None | Some(".") => Mark::Point,
            Some(",") => Mark::Comma,
            Some(other) => {
                return Err(refuse(format!("decimal_mark is `.` or `,`, not {}", shown(other))));
            }
        };
        let zone = mapping.constant("time_zone").map(str::parse::<Zone>).transpose();
        let zone = zone.map_err(|error| refuse(format!("time_zone: {}", error.message)))?;
        let layout = Layout { kind, header: header + 1, headers, places, mapping, mark, zone };
        layout.complete()?;
        Ok(layout)
    }

    /// Each column that rows need is there, or a constant stands for it.
    fn complete(&self) -> Result<(), TableError> {
        let has = |column: &Column| {
            self.places.contains_key(&column.name) || self.mapping.constant(&column.name).is_some()
        };
        let missing = self.kind.spec().columns.iter().find(|column| column.needed && !has(column));
        let Some(Column { name, says_en, zh, en, .. }) = missing else { return Ok(()) };
        let (zh, en) = (zh.join(", "), en.join(", "));
        let message = format!(
            "no column is called {name} ({en}, {zh}): {says_en} Name its header in the mapping's \
             columns, or tell it once in the mapping's constants"
        );
        Err(TableError::new("table_column_missing", message))
    }

    pub fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }

    /// The header of a column, as written.
    pub fn written(&self, column: &str) -> Option<&str> {
        self.place(column).map(|place| self.headers[place].written.as_str())
    }

    /// Headers that no column takes.
    pub fn unused(&self) -> Vec<String> {
        let used = |place: usize| self.places.values().any(|used| *used == place);
        let headers = self.headers.iter().enumerate();
        let unused = headers.filter(|(place, header)| !used(*place) && !header.written.is_empty());
        unused.map(|(_, header)| header.written.clone()).collect()
    }
}

/// The row that has the most names of columns: how many, its place, and what stands in it.
fn best_row(kind: Kind, grid: &Grid, mapping: &Mapping) -> Option<(usize, usize, Vec<Header>)> {
    let found = grid.rows.iter().take(LOOKED_AT).enumerate().map(|(place, row)| {
        let headers = headers(row);
        (known(kind, &headers, mapping), place, headers)
    });
    // Of rows that are alike the first.
    found.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

/// The headers that a table seems to have, for whoever maps them: where no row has a known name,
/// those of the row that has the most cells.
pub fn seen(kind: Kind, grid: &Grid, mapping: &Mapping) -> Vec<String> {
    let best = best_row(kind, grid, mapping).filter(|(count, ..)| *count > 0);
    let headers = best.map(|(_, _, headers)| headers).or_else(|| {
        let filled = |row: &&GridRow| row.cells.iter().filter(|cell| !cell.is_empty()).count();
        let rows = grid.rows.iter().take(LOOKED_AT);
        rows.reduce(|best, next| if filled(&next) > filled(&best) { next } else { best })
            .map(headers)
    });
    let mut seen = Vec::new();
    for header in headers.unwrap_or_default() {
        if !header.written.is_empty() && !seen.contains(&header.written) {
            seen.push(header.written);
        }
    }
    seen
}

fn headers(row: &GridRow) -> Vec<Header> {
    row.cells.iter().map(|cell| Header::read(cell)).collect()
}

/// Where a name that a mapping gives stands.
fn named(headers: &[Header], written: &str) -> Option<usize> {
    let wanted = plain(written);
    let exact = headers.iter().position(|header| header.written == written);
    exact.or_else(|| headers.iter().position(|header| header.names[0] == wanted))
}

/// How many columns a row names.
fn known(kind: Kind, headers: &[Header], mapping: &Mapping) -> usize {
    let is_there = |column: &Column| match mapping.columns.get(&column.name) {
        Some(written) => !written.is_empty() && named(headers, written).is_some(),
        None => column.names().any(|name| !places_of(headers, name).is_empty()),
    };
    kind.spec().columns.iter().filter(|column| is_there(column)).count()
}

/// Where headers of a name stand: those that are it, else those that are it but for their brackets.
fn places_of(headers: &[Header], name: &str) -> Vec<usize> {
    let wanted = plain(name);
    let all = |is: &dyn Fn(&Header) -> bool| -> Vec<usize> {
        (0..headers.len()).filter(|place| is(&headers[*place])).collect()
    };
    let exact = all(&|header| header.names[0] == wanted);
    if exact.is_empty() { all(&|header| header.names.contains(&wanted)) } else { exact }
}

fn places(
    kind: Kind,
    headers: &[Header],
    mapping: &Mapping,
) -> Result<BTreeMap<String, usize>, TableError> {
    let mut places = BTreeMap::new();
    for (name, written) in mapping.columns.iter().filter(|(_, written)| !written.is_empty()) {
        let place = named(headers, written).ok_or_else(|| {
            let written = shown(written);
            refuse(format!("the mapping calls {name} {written}, and no header is called so"))
        })?;
        places.insert(name.clone(), place);
    }
    let given: Vec<usize> = places.values().copied().collect();
    for column in &kind.spec().columns {
        if mapping.columns.contains_key(&column.name) {
            continue;
        }
        for name in column.names() {
            let mut found = places_of(headers, name);
            found.retain(|place| !given.contains(place));
            match found[..] {
                [] => continue,
                [place] => drop(places.insert(column.name.clone(), place)),
                [one, other, ..] => {
                    let (one, other) = (&headers[one].written, &headers[other].written);
                    let message = format!(
                        "{} and {} may both be {}; name one of them in the mapping's columns",
                        shown(one),
                        shown(other),
                        column.name
                    );
                    return Err(TableError::new("table_ambiguous", message));
                }
            }
            break;
        }
    }
    Ok(places)
}

fn no_header(kind: Kind, grid: &Grid) -> TableError {
    let Some(first) = grid.rows.first() else {
        return TableError::new("table_empty", "the file has no rows");
    };
    let needed = kind.spec().columns.iter().filter(|column| column.needed);
    let needed: Vec<_> = needed.map(|column| column.name.as_str()).collect();
    let message = format!(
        "no row of the first {LOOKED_AT} has the headers of {}, as {}; the first one reads {}",
        kind.as_str(),
        needed.join(", "),
        shown(&first.cells.join(" "))
    );
    TableError::new("table_no_header", message)
}
