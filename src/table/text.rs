//! Delimited text: the delimiter is found, quotes are respected.

use csv::{ReaderBuilder, StringRecord};

use crate::table::error::TableError;
use crate::table::grid::{GridRow, clean, push};

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// So many lines may stand above the header, and are looked at for the delimiter.
const LOOKED_AT: usize = 20;

/// The rows, and what stands between their cells.
pub fn read(text: &str) -> Result<(Vec<GridRow>, char), TableError> {
    let delimiter = delimiter(text);
    closed(text, delimiter)?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter as u8)
        .from_reader(text.as_bytes());
    let (mut rows, mut record) = (Vec::new(), StringRecord::new());
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    loop {
        let more = reader.read_record(&mut record);
        let broken = |error: csv::Error| TableError::new("table_broken", error.to_string());
        if !more.map_err(broken)? {
            return Ok((rows, delimiter));
        }
        let start = record.position().map_or(0, csv::Position::byte);
        push(&mut rows, lines.of(start as usize), record.iter().map(clean).collect())?;
    }
}

/// Counts lines up to records. What the reader says of them is one off where lines end with CR LF.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that begins there, or behind the ends of lines there.
    fn of(&mut self, start: usize) -> u64 {
        while let Some(byte) = self.text.get(self.at)
            && (self.at < start || matches!(byte, b'\r' | b'\n'))
        {
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// The one that stands most often, outside of quotes, in one of the first lines.
fn delimiter(text: &str) -> char {
    let count = |delimiter: char| {
        let mut quoted = false;
        let outside = move |line: &str| {
            let mut found = 0;
            for letter in line.chars() {
                quoted ^= letter == '"';
                found += usize::from(letter == delimiter && !quoted);
            }
            found
        };
        text.lines().take(LOOKED_AT).map(outside).max().unwrap_or(0)
    };
    let mut best = (',', 0);
    for delimiter in DELIMITERS {
        let found = count(delimiter);
        if found > best.1 {
            best = (delimiter, found);
        }
    }
    best.0
}

/// Refuses a quote that never ends: it would swallow the rows behind it.
fn closed(text: &str, delimiter: char) -> Result<(), TableError> {
    let (mut opened, mut line, mut begins) = (None, 1_u64, true);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        line += u64::from(letter == '\n');
        match (letter, opened) {
            ('"', None) if begins => opened = Some(line),
            ('"', Some(_)) if letters.peek() == Some(&'"') => drop(letters.next()),
            ('"', Some(_)) => opened = None,
            _ => {}
        }
        begins = opened.is_none() && (letter == delimiter || letter == '\n' || letter == '\r');
    }
    let Some(line) = opened else { return Ok(()) };
    let message = format!("line {line}: a quote begins there and never ends");
    Err(TableError::new("table_broken", message))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn delimiters_are_found_and_quotes_respected() {
        for (text, delimiter) in [
            ("a,b;c\n1,2\n", ','),
            ("title\n\"a,b\";c;d\n", ';'),
            ("a\tb, c\td\n", '\t'),
            ("a|b\n", '|'),
            ("alone\n", ','),
        ] {
            assert_eq!(read(text).unwrap().1, delimiter, "{text}");
        }
        let (rows, _) =
            read("a,b\r\n\r\n\"x\ny\",\"say \"\"hi\"\"\"\r\n , \r\n'=1+1,2\r\n").unwrap();
        let cells: Vec<_> = rows.iter().map(|row| (row.number, row.cells.join("|"))).collect();
        let expected = [(1, "a|b"), (3, "x\ny|say \"hi\""), (6, "=1+1|2")];
        assert_eq!(cells, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn a_quote_that_never_ends_is_refused_with_its_line() {
        let error = read("a,b\n1,\"2\n3,4\n5,6\n").unwrap_err();
        assert_eq!(error.code, "table_broken");
        assert!(error.message.starts_with("line 2:"), "{error}");
    }
}
