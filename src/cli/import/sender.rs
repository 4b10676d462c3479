//! Where imported commands go: into a folder that this process has opened, or to a running ledger.

use std::io::BufRead;

use serde::Deserialize;

use crate::cli::args::Import;
use crate::cli::folder::{self, folder_key, options};
use crate::cli::import::Waiting;
use crate::cli::out::Failure;
use crate::cli::remote::{Problem, Remote, answered};
use crate::config::Settings;
use crate::ledger::{Ledger, SubmitError};

/// What became of a command.
pub enum Answer {
    Accepted { already_in: bool, nonconforming: bool },
    Refused { code: String, message: String, pointer: String },
}

pub enum Sender {
    Folder(Ledger),
    Url(Remote),
}

impl Sender {
    pub fn open(args: &Import, settings: &Settings) -> Result<Sender, Failure> {
        let Some(url) = &args.url else {
            return Ok(Sender::Folder(folder::open(&options(&args.folder, settings))?));
        };
        Ok(Sender::Url(Remote::open(url, args.key.as_ref(), settings)?))
    }

    /// Sends a block and answers for each of it, in order.
    pub fn send(&mut self, block: &[Waiting]) -> Result<Vec<Answer>, Failure> {
        match self {
            Sender::Folder(ledger) => {
                let before = ledger.size();
                let commands = block.iter().map(|waiting| waiting.command.clone()).collect();
                let answers = ledger.submit_all(commands, &folder_key(), None).into_iter();
                answers
                    .map(|answer| match answer {
                        Ok(accepted) => Ok(Answer::Accepted {
                            already_in: accepted.position < before,
                            nonconforming: !accepted.nonconformities.is_empty(),
                        }),
                        Err(SubmitError::Refused(refusal)) => Ok(Answer::Refused {
                            code: refusal.code.as_str().to_owned(),
                            message: refusal.message,
                            pointer: refusal.pointer,
                        }),
                        Err(error) => Err(Failure::failed(error.to_string())),
                    })
                    .collect()
            }
            Sender::Url(remote) => post(remote, block),
        }
    }

    pub fn close(self) {
        match self {
            Sender::Folder(ledger) => ledger.close(),
            Sender::Url(_) => {}
        }
    }
}

/// One line of what the API answers.
#[derive(Deserialize)]
struct Line {
    accepted: Option<AcceptedLine>,
    problem: Option<Problem>,
}

#[derive(Deserialize)]
struct AcceptedLine {
    nonconformities: Vec<String>,
}

fn post(remote: &Remote, block: &[Waiting]) -> Result<Vec<Answer>, Failure> {
    let url = remote.address("/api/v1/commands");
    let body: String = block.iter().map(|waiting| format!("{}\n", waiting.text)).collect();
    let sent = remote.post(&url).header("Content-Type", "application/x-ndjson").send(body);
    let mut response = answered(&url, sent)?;
    let status = response.status();
    let unclear = |what: &str| Failure::failed(format!("{url} answered {status}, {what}"));
    let reader = response.body_mut().as_reader();
    let mut answers = Vec::with_capacity(block.len());
    for line in std::io::BufReader::new(reader).lines() {
        let line = line.map_err(|error| unclear(&format!("and was cut off: {error}")))?;
        answers.push(answer(&line).ok_or_else(|| unclear("which this program does not know"))?);
    }
    match answers.len() == block.len() {
        true => Ok(answers),
        false => Err(unclear("for another number of commands")),
    }
}

fn answer(line: &str) -> Option<Answer> {
    let Line { accepted, problem } = serde_json::from_str(line).ok()?;
    match (accepted, problem) {
        (Some(accepted), None) => {
            let nonconforming = !accepted.nonconformities.is_empty();
            Some(Answer::Accepted { already_in: false, nonconforming })
        }
        (None, Some(Problem { code, detail, pointer })) => {
            let pointer = pointer.unwrap_or_default();
            Some(Answer::Refused { code, message: detail, pointer })
        }
        _ => None,
    }
}
