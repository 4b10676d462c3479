//! Where imported commands go: into a folder that this process has opened, or to a running ledger.

use crate::cli::args::Folder;
use crate::cli::folder::{self, folder_key, options};
use crate::cli::import::Text;
use crate::cli::out::Failure;
use crate::cli::remote::{Remote, Told};
use crate::config::Settings;
use crate::domain::command::Command;
use crate::ledger::{Accepted, Begun, Ledger, SubmitError};

/// What became of a command.
pub enum Answer {
    Accepted { already_in: bool, nonconforming: bool },
    Refused { code: String, message: String, pointer: String },
}

pub enum Sender {
    /// An open ledger, and how many records it had when the last answer was given.
    Folder {
        ledger: Ledger,
        size: u64,
    },
    Remote(Remote),
}

impl Sender {
    /// Into a folder, unless a running ledger is named.
    pub fn open(
        url: Option<&String>,
        key: Option<&String>,
        folder: &Folder,
        settings: &Settings,
    ) -> Result<Sender, Failure> {
        let Some(url) = url else {
            let ledger = folder::open(&options(folder, settings))?;
            let size = ledger.size();
            return Ok(Sender::Folder { ledger, size });
        };
        Ok(Sender::Remote(Remote::open(url, key, settings)?))
    }

    /// Sends a block. Its answers are those of [`Sender::finish`], which come while the next block
    /// is on its way.
    pub fn begin(&mut self, commands: Vec<Command>, texts: &[Text]) -> Result<Sent, Failure> {
        match self {
            Sender::Folder { ledger, .. } => {
                Ok(Sent::Begun(ledger.begin_all(commands, &folder_key(), None)))
            }
            Sender::Remote(remote) => post(remote, texts).map(Sent::Answered),
        }
    }

    /// Answers for each command of a block, in order. Blocks are finished in the order in which
    /// they were sent.
    pub fn finish(&mut self, sent: Sent) -> Result<Vec<Answer>, Failure> {
        match (self, sent) {
            (_, Sent::Answered(answers)) => Ok(answers),
            (Sender::Folder { size, .. }, Sent::Begun(begun)) => {
                begun.wait().into_iter().map(|answer| told(answer, size)).collect()
            }
            (Sender::Remote(_), Sent::Begun(_)) => unreachable!("only a folder begins a block"),
        }
    }

    pub fn close(self) {
        match self {
            Sender::Folder { ledger, .. } => ledger.close(),
            Sender::Remote(_) => {}
        }
    }
}

/// A block that was sent.
pub enum Sent {
    Begun(Begun),
    Answered(Vec<Answer>),
}

/// What the writer answered. A command that was in before has its old position, which lies below
/// what was there at the answer before.
fn told(answer: Result<Accepted, SubmitError>, size: &mut u64) -> Result<Answer, Failure> {
    match answer {
        Ok(accepted) => {
            let already_in = accepted.position < *size;
            *size = (*size).max(accepted.position + 1);
            let nonconforming = !accepted.nonconformities.is_empty();
            Ok(Answer::Accepted { already_in, nonconforming })
        }
        Err(SubmitError::Refused(refusal)) => Ok(Answer::Refused {
            code: refusal.code.as_str().to_owned(),
            message: refusal.message,
            pointer: refusal.pointer,
        }),
        Err(error) => Err(Failure::failed(error.to_string())),
    }
}

fn post(remote: &Remote, block: &[Text]) -> Result<Vec<Answer>, Failure> {
    let answers = remote.commands(block.iter().map(|text| &*text.text))?;
    Ok(answers.into_iter().map(answer).collect())
}

fn answer(told: Told) -> Answer {
    match told {
        Told::Accepted { nonconformities, .. } => {
            Answer::Accepted { already_in: false, nonconforming: !nonconformities.is_empty() }
        }
        Told::Refused { code, message, pointer, .. } => Answer::Refused { code, message, pointer },
    }
}
