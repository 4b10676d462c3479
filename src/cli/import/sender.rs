//! Where imported commands go: into a folder that this process has opened, or to a running ledger.

use std::time::Duration;

use crate::cli::args::Import;
use crate::cli::folder::{self, folder_key, options};
use crate::cli::import::Text;
use crate::cli::out::Failure;
use crate::cli::remote::{Remote, Told};
use crate::config::Settings;
use crate::domain::command::Command;
use crate::ledger::{Accepted, Begun, Ledger, SubmitError};

/// A block is decided within this, also on a slow disk.
const PATIENCE: Duration = Duration::from_secs(120);

/// What became of a command.
pub enum Answer {
    Accepted { already_in: bool, nonconforming: bool },
    Refused { code: String, message: String, pointer: String },
}

impl From<Told> for Answer {
    fn from(told: Told) -> Answer {
        match told {
            Told::Accepted { nonconformities, .. } => {
                Answer::Accepted { already_in: false, nonconforming: !nonconformities.is_empty() }
            }
            Told::Refused { code, message, pointer, .. } => {
                Answer::Refused { code, message, pointer }
            }
        }
    }
}

pub enum Sender {
    /// An open ledger, and how many records it had when the last answer was given.
    Folder {
        ledger: Ledger,
        size: u64,
    },
    Url(Remote),
}

impl Sender {
    pub fn open(args: &Import, settings: &Settings) -> Result<Sender, Failure> {
        let Some(url) = &args.url else {
            let ledger = folder::open(&options(&args.folder, settings))?;
            let size = ledger.size();
            return Ok(Sender::Folder { ledger, size });
        };
        Remote::open(url, args.key.as_ref(), settings, PATIENCE).map(Sender::Url)
    }

    /// Sends a block. Its answers are those of [`Sender::finish`], which come while the next block
    /// is on its way.
    pub fn begin(&mut self, commands: Vec<Command>, texts: &[Text]) -> Result<Sent, Failure> {
        match self {
            Sender::Folder { ledger, .. } => {
                Ok(Sent::Begun(ledger.begin_all(commands, &folder_key(), None)))
            }
            Sender::Url(remote) => {
                let told = remote.post(texts.iter().map(|text| &*text.text))?;
                Ok(Sent::Answered(told.into_iter().map(Answer::from).collect()))
            }
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
            (Sender::Url(_), Sent::Begun(_)) => unreachable!("only a folder begins a block"),
        }
    }

    pub fn close(self) {
        match self {
            Sender::Folder { ledger, .. } => ledger.close(),
            Sender::Url(_) => {}
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
