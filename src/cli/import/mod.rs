//! `symbiosis import`: commands from a file, one a line, or a table, into a folder or through an
//! API.
//!
//! Invariant: a line is read as strictly as a request's body. Lines go in blocks, in order;
//! whatever happens, all lines before one that is told as wrong have been answered for. Because
//! ids make commands idempotent, importing a file again changes nothing and resumes what was cut
//! off.

mod sender;
mod source;
mod table;

use serde::Serialize;

use crate::cli::args::Import;
use crate::cli::locate;
use crate::cli::out::{Failure, Out, Outcome, count, grouped, talk};
use crate::cli::progress::Progress;
use crate::config::Settings;
use crate::domain::command::Command;
use crate::record::canonical::canonical;

use sender::{Answer, Sender};
use source::Source;

/// So many lines are sent and answered together.
const BLOCK: usize = 2000;

/// A line longer than a request's body may be is none.
const LINE_LIMIT: usize = 256 << 10;

/// So many wrong lines are told one by one.
const LISTED: usize = 100;

/// A line that was not taken.
#[derive(Debug, Serialize)]
pub struct Wrong {
    pub line: u64,
    /// Counted in characters from 1; of the member that is wrong, as far as it is known.
    pub column: u64,
    pub code: String,
    pub message: String,
    /// RFC 6901 pointer of that member.
    pub pointer: String,
}

/// What came of an import.
#[derive(Debug, Default, Serialize)]
pub struct Imported {
    pub file: String,
    /// Lines that were read, without empty ones.
    pub lines: u64,
    pub accepted: u64,
    /// Of those, how many were in already.
    pub already_in: u64,
    /// Of those, how many break a rule that the record notes.
    pub nonconforming: u64,
    pub wrong_count: u64,
    /// The first of them.
    pub wrong: Vec<Wrong>,
    /// Whether the whole file was read.
    pub complete: bool,
}

/// A line that is a command, waiting to be sent.
pub struct Waiting {
    pub line: u64,
    pub text: String,
    pub command: Command,
}

pub fn run(args: &Import, settings: &Settings, out: Out) -> Outcome {
    if let Some(kind) = args.table.kind {
        return table::run(args, kind.into(), settings, out);
    }
    let mut source = Source::open(&args.file)?;
    let mut sender = Sender::open(args, settings)?;
    let mut progress = Progress::begin("Importing", "bytes", source.bytes());
    let mut result = Imported { file: source.name().to_owned(), ..Imported::default() };
    let read = read(args, &mut source, &mut sender, &mut progress, &mut result);
    progress.end();
    sender.close();
    read?;
    out.answer(&result, text)?;
    match result.wrong_count {
        0 => Ok(()),
        wrong => {
            let lines = count(wrong, "line");
            let right = "correct and import the file again: what is in already changes nothing";
            Err(Failure::failed(format!("{lines} of {} not taken; {right}", result.file)))
        }
    }
}

fn read(
    args: &Import,
    source: &mut Source,
    sender: &mut Sender,
    progress: &mut Progress,
    result: &mut Imported,
) -> Outcome {
    let mut block = Vec::with_capacity(BLOCK);
    while let Some((line, bytes)) = source.next_line(LINE_LIMIT)? {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        result.lines += 1;
        match parse(line, &bytes) {
            Ok(waiting) => block.push(waiting),
            Err(wrong) => {
                if !send(sender, &mut block, args.keep_going, result)? {
                    return Ok(());
                }
                tell(result, wrong);
                if !args.keep_going {
                    return Ok(());
                }
            }
        }
        if block.len() == BLOCK {
            if !send(sender, &mut block, args.keep_going, result)? {
                return Ok(());
            }
            progress.set(source.read_so_far());
        }
    }
    result.complete = send(sender, &mut block, args.keep_going, result)?;
    Ok(())
}

/// Sends what waits; false if the import ends here because a line was refused.
fn send(
    sender: &mut Sender,
    block: &mut Vec<Waiting>,
    keep_going: bool,
    result: &mut Imported,
) -> Result<bool, Failure> {
    if block.is_empty() {
        return Ok(true);
    }
    let answers = sender.send(block)?;
    let mut is_whole = true;
    for (waiting, answer) in block.drain(..).zip(answers) {
        match answer {
            Answer::Accepted { already_in, nonconforming } => {
                result.accepted += 1;
                result.already_in += u64::from(already_in);
                result.nonconforming += u64::from(nonconforming);
            }
            Answer::Refused { code, message, pointer } => {
                let column = column(&waiting.text, &pointer);
                tell(result, Wrong { line: waiting.line, column, code, message, pointer });
                is_whole = false;
            }
        }
    }
    Ok(is_whole || keep_going)
}

/// Tells a wrong line at once, and keeps it for the answer.
fn tell(result: &mut Imported, wrong: Wrong) {
    result.wrong_count += 1;
    if result.wrong.len() < LISTED {
        let Wrong { line, column, code, message, .. } = &wrong;
        talk(&format!("{}:{line}:{column}: {code}: {message}", result.file));
        result.wrong.push(wrong);
    }
}

fn column(text: &str, pointer: &str) -> u64 {
    locate::column(text, locate::offset(text, pointer)) as u64
}

/// Reads a line as the API reads a body: strictly, then as a command.
fn parse(line: u64, bytes: &[u8]) -> Result<Waiting, Wrong> {
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
        Ok(command) => Ok(Waiting { line, text, command }),
        Err(malformed) => {
            let column = column(&text, &malformed.pointer);
            Err(wrong(column, malformed.code, malformed.message, malformed.pointer))
        }
    }
}

fn text(result: &Imported) -> String {
    let Imported { file, lines, accepted, already_in, nonconforming, .. } = result;
    let mut text = format!("{file}: {}, {} accepted", count(*lines, "line"), grouped(*accepted));
    if *already_in > 0 {
        text.push_str(&format!(" ({} of them in already)", grouped(*already_in)));
    }
    if *nonconforming > 0 {
        text.push_str(&format!(", {} noted as nonconforming", grouped(*nonconforming)));
    }
    if result.wrong_count > 0 {
        text.push_str(&format!(", {} not taken", grouped(result.wrong_count)));
    }
    if !result.complete {
        text.push_str("; what follows was not read");
    }
    text.push('.');
    text
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
        let wrong = parse(7, text.as_bytes()).err().unwrap();
        assert_eq!(wrong.line, 7);
        (wrong.column, wrong.code, wrong.pointer)
    }

    #[test]
    fn a_good_line_is_a_command() {
        assert_eq!(parse(1, GOOD.as_bytes()).ok().unwrap().command.id.as_str(), "cmd_1");
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
