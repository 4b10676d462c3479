//! What the program says: results on stdout, talk on stderr, and an exit code.
//!
//! Invariant: with `--json` stdout holds one JSON value a result and nothing else. A reader of
//! stdout that went away ends the program quietly, as `symbiosis export records | head` should.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// It could not be done: exit code 1.
    Failed(String),
    /// It was not asked rightly: exit code 2.
    Usage(String),
    /// What was to be verified is not true: exit code 3. What exactly was answered already.
    NotVerified(String),
    /// Nobody reads the answer any more.
    Unread,
}

pub type Outcome = Result<(), Failure>;

impl Failure {
    pub fn failed(reason: impl Into<String>) -> Failure {
        Failure::Failed(reason.into())
    }

    /// A file or folder that can't be read or written.
    pub fn disk(attempt: &str, path: &Path, error: &io::Error) -> Failure {
        Failure::Failed(format!("could not {attempt} {}: {error}", path.display()))
    }

    pub fn code(&self) -> u8 {
        match self {
            Failure::Unread => 0,
            Failure::Failed(_) => 1,
            Failure::Usage(_) => 2,
            Failure::NotVerified(_) => 3,
        }
    }

    pub fn message(&self) -> Option<&str> {
        match self {
            Failure::Failed(text) | Failure::Usage(text) | Failure::NotVerified(text) => Some(text),
            Failure::Unread => None,
        }
    }
}

/// Says a failure, if it says anything, and answers its code.
pub fn end(outcome: Outcome) -> ExitCode {
    let Err(failure) = outcome else { return ExitCode::SUCCESS };
    if let Some(message) = failure.message() {
        talk(&format!("symbiosis: {message}"));
    }
    ExitCode::from(failure.code())
}

/// How answers are written.
#[derive(Clone, Copy, Debug)]
pub struct Out {
    pub json: bool,
}

impl Out {
    /// Answers a result: as JSON, or as text for people.
    pub fn answer<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) -> Outcome {
        if self.json {
            let value = serde_json::to_string_pretty(value);
            return self.line(&value.expect("answers have string keys"));
        }
        self.line(text(value).trim_end_matches('\n'))
    }

    /// Writes a line to stdout.
    pub fn line(self, line: &str) -> Outcome {
        let mut stdout = io::stdout().lock();
        let written = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
        written.map_err(|error| unwritten(&error))
    }
}

/// What a failure to write to stdout means.
pub fn unwritten(error: &io::Error) -> Failure {
    match error.kind() == io::ErrorKind::BrokenPipe {
        true => Failure::Unread,
        false => Failure::Failed(format!("could not write the answer: {error}")),
    }
}

/// Talks to whoever sits before the program. Nobody may be listening.
pub fn talk(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether somebody sits there who sees a line being written over.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// 12345678 as `12,345,678`, as people read it.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 record", "2 records".
pub fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        let grouped_numbers = [0, 12, 123, 1234, 12_345, 1_234_567].map(grouped);
        assert_eq!(grouped_numbers, ["0", "12", "123", "1,234", "12,345", "1,234,567"]);
        assert_eq!(
            (count(1, "record"), count(1000, "key")),
            ("1 record".into(), "1,000 keys".into())
        );
    }

    #[test]
    fn each_failure_has_its_code() {
        let failures =
            [Failure::Failed(String::new()), Failure::Usage(String::new()), Failure::Unread];
        assert_eq!(failures.map(|failure| failure.code()), [1, 2, 0]);
        assert_eq!(Failure::NotVerified("no".to_owned()).code(), 3);
    }
}
