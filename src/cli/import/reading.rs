//! Reads the lines of an import, on a thread of its own.
//!
//! Invariant: a line is read as strictly as a request's body, and handed on in the file's order.

use std::sync::mpsc::SyncSender;

use crate::cli::import::source::Source;
use crate::cli::import::{Text, Wrong};
use crate::cli::locate;
use crate::cli::out::Failure;
use crate::domain::command::Command;
use crate::record::canonical::canonical;

/// So many lines are sent and answered together.
const BLOCK: usize = 2000;

/// A line longer than a request's body may be is none.
const LINE_LIMIT: usize = 256 << 10;

/// What was read.
pub enum Step {
    /// Commands with their lines, and how many bytes of the file were read by then.
    Block {
        commands: Vec<Command>,
        texts: Vec<Text>,
        read_so_far: u64,
    },
    Wrong(Wrong),
}

/// Reads to the end, or until nobody takes the steps any more.
pub fn read(mut source: Source, steps: &SyncSender<Result<Step, Failure>>) {
    let mut reader = Reader { steps, commands: Vec::new(), texts: Vec::new() };
    if let Err(failure) = reader.read(&mut source) {
        // Nobody hears it if the import has ended.
        drop(steps.send(Err(failure)));
    }
}

struct Reader<'a> {
    steps: &'a SyncSender<Result<Step, Failure>>,
    commands: Vec<Command>,
    texts: Vec<Text>,
}

impl Reader<'_> {
    fn read(&mut self, source: &mut Source) -> Result<(), Failure> {
        while let Some((line, bytes)) = source.next_line(LINE_LIMIT)? {
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let goes_on = match parse(line, &bytes) {
                Ok((command, text)) => {
                    self.commands.push(command);
                    self.texts.push(text);
                    self.commands.len() < BLOCK || self.hand_on(source)
                }
                Err(wrong) => {
                    self.hand_on(source) && self.steps.send(Ok(Step::Wrong(wrong))).is_ok()
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
        self.hand_on(source);
        Ok(())
    }

    /// False if nobody takes it.
    fn hand_on(&mut self, source: &Source) -> bool {
        if self.commands.is_empty() {
            return true;
        }
        let (commands, texts) =
            (std::mem::take(&mut self.commands), std::mem::take(&mut self.texts));
        let step = Step::Block { commands, texts, read_so_far: source.read_so_far() };
        self.steps.send(Ok(step)).is_ok()
    }
}

/// Where a member stands in a line, in characters from 1.
pub fn column(text: &str, pointer: &str) -> u64 {
    locate::column(text, locate::offset(text, pointer)) as u64
}

/// Reads a line as the API reads a body: strictly, then as a command.
fn parse(line: u64, bytes: &[u8]) -> Result<(Command, Text), Wrong> {
    let wrong = |column: u64, code: &str, message: String, pointer: String| Wrong {
        line,
        column,
        code: code.to_owned(),
        message,
        pointer,
    };
    if bytes.len() > LINE_LIMIT {
        let message = format!("a command is at most {} KiB long", LINE_LIMIT >> 10);
        return Err(wrong(1, "body_too_large", message, String::new()));
    }
    let strict = canonical(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.offset.min(bytes.len())]);
        let column = before.chars().count() as u64 + 1;
        wrong(column, error.defect.code(), error.defect.to_string(), String::new())
    })?;
    let text = std::str::from_utf8(bytes).expect("the strict reader takes UTF-8 only").to_owned();
    let strict = String::from_utf8(strict).expect("canonical JSON is UTF-8");
    match Command::parse(&strict) {
        Ok(command) => Ok((command, Text { line, text })),
        Err(malformed) => {
            let column = column(&text, &malformed.pointer);
            Err(wrong(column, malformed.code, malformed.message, malformed.pointer))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const GOOD: &str = concat!(
        r#"{"id":"cmd_1","type":"withdraw_listing","occurred_at":"2025-03-01T08:00:00Z","#,
        r#""actor":"frm_a","data":{"listing":"lst_1"}}"#
    );

    fn wrong(text: &str) -> (u64, String, String) {
        let wrong = parse(7, text.as_bytes()).unwrap_err();
        assert_eq!(wrong.line, 7);
        (wrong.column, wrong.code, wrong.pointer)
    }

    #[test]
    fn a_good_line_is_a_command() {
        assert_eq!(parse(1, GOOD.as_bytes()).unwrap().0.id.as_str(), "cmd_1");
    }

    #[test]
    fn a_wrong_line_names_column_code_and_member() {
        let at = |needle: &str| GOOD.find(needle).unwrap() as u64 + 1;
        let prefix = GOOD.replace("\"lst_1\"", "\"mat_1\"");
        let expected = (at("\"lst_1\""), "malformed_id".to_owned(), "/data/listing".to_owned());
        assert_eq!(wrong(&prefix), expected);
        let twice = GOOD.replace("\"type\"", "\"id\":\"cmd_1\",\"type\"");
        assert_eq!(wrong(&twice).1, "json_duplicate_key");
        let unknown = GOOD.replace("\"listing\"", "\"lasting\"");
        assert_eq!(wrong(&unknown).1, "unknown_member");
        assert_eq!(wrong("{\"id\":").1, "json_truncated");
        let long = format!("{}{GOOD}", " ".repeat(LINE_LIMIT));
        assert_eq!(wrong(&long), (1, "body_too_large".to_owned(), String::new()));
    }
}
