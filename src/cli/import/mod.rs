//! `symbiosis import`: commands from a file, one a line, or a table, into a folder or through an
//! API.
//!
//! Invariant: lines go in blocks, in order; whatever happens, all lines before one that is told as
//! wrong have been answered for. Because ids make commands idempotent, importing a file again
//! changes nothing and resumes what was cut off.

mod reading;
pub mod sender;
mod source;
mod table;

use std::sync::mpsc::{self, Receiver};
use std::thread;

use serde::Serialize;

use crate::cli::args::Import;
use crate::cli::out::{Failure, Out, Outcome, count, grouped, talk};
use crate::cli::progress::Progress;
use crate::config::Settings;

use reading::{Step, column};
use sender::{Answer, Sender, Sent};
use source::Source;

/// So many blocks are read before the ones before them are written.
const BLOCKS_READ_AHEAD: usize = 2;

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

/// A line that is a command.
#[derive(Debug)]
pub struct Text {
    pub line: u64,
    pub text: String,
}

pub fn run(args: &Import, settings: &Settings, out: Out) -> Outcome {
    if let Some(kind) = args.table.kind {
        return table::run(args, kind.into(), settings, out);
    }
    let source = Source::open(&args.file)?;
    let mut run = Run {
        sender: Sender::open(args.url.as_ref(), args.key.as_ref(), &args.folder, settings)?,
        progress: Progress::begin("Importing", "bytes", source.bytes()),
        result: Imported { file: source.name().to_owned(), ..Imported::default() },
        keep_going: args.keep_going,
        under_way: None,
    };
    let taken = thread::scope(|scope| {
        let (steps, taken) = mpsc::sync_channel(BLOCKS_READ_AHEAD);
        scope.spawn(move || reading::read(source, &steps));
        run.take_all(taken)
    });
    run.progress.end();
    run.sender.close();
    taken?;
    let result = run.result;
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

/// An import that goes on. One block is written while the next is read.
struct Run {
    sender: Sender,
    progress: Progress,
    result: Imported,
    keep_going: bool,
    /// The block that was sent last, and is not answered for.
    under_way: Option<(Sent, Vec<Text>)>,
}

impl Run {
    /// Takes what is read, until its end or the first line that is not taken.
    fn take_all(&mut self, steps: Receiver<Result<Step, Failure>>) -> Outcome {
        for step in steps {
            let goes_on = self.take(step?)?;
            if !goes_on {
                // What is on its way is answered for too.
                self.finish()?;
                return Ok(());
            }
        }
        let whole = self.finish()?;
        self.result.complete = whole || self.keep_going;
        Ok(())
    }

    /// False if the import ends here.
    fn take(&mut self, step: Step) -> Result<bool, Failure> {
        match step {
            Step::Block { commands, texts, read_so_far } => {
                self.result.lines += texts.len() as u64;
                let sent = self.sender.begin(commands, &texts)?;
                let mut whole = self.finish()?;
                let is_answered = matches!(sent, Sent::Answered(_));
                self.under_way = Some((sent, texts));
                if is_answered {
                    whole &= self.finish()?;
                }
                self.progress.set(read_so_far);
                Ok(whole || self.keep_going)
            }
            Step::Wrong(wrong) => {
                self.result.lines += 1;
                let whole = self.finish()?;
                if whole || self.keep_going {
                    tell(&mut self.result, wrong);
                }
                Ok(self.keep_going)
            }
        }
    }

    /// Waits for the block that is under way; false if a line of it was refused.
    fn finish(&mut self) -> Result<bool, Failure> {
        let Some((sent, texts)) = self.under_way.take() else { return Ok(true) };
        let mut whole = true;
        for (text, answer) in texts.iter().zip(self.sender.finish(sent)?) {
            match answer {
                Answer::Accepted { already_in, nonconforming } => {
                    self.result.accepted += 1;
                    self.result.already_in += u64::from(already_in);
                    self.result.nonconforming += u64::from(nonconforming);
                }
                Answer::Refused { code, message, pointer } => {
                    let column = column(&text.text, &pointer);
                    let wrong = Wrong { line: text.line, column, code, message, pointer };
                    tell(&mut self.result, wrong);
                    whole = false;
                }
            }
        }
        Ok(whole)
    }
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
