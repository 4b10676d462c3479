//! Where imported commands go: into a folder that this process has opened, or to a running ledger.

use std::io::BufRead;
use std::time::Duration;

use serde::Deserialize;

use crate::cli::args::Import;
use crate::cli::folder::{self, folder_key, options};
use crate::cli::import::Waiting;
use crate::cli::out::Failure;
use crate::config::{KEY, Settings};
use crate::ledger::{Ledger, SubmitError};

/// A block is decided within this, also on a slow disk.
const PATIENCE: Duration = Duration::from_secs(120);

/// What became of a command.
pub enum Answer {
    Accepted { already_in: bool, nonconforming: bool },
    Refused { code: String, message: String, pointer: String },
}

pub enum Sender {
    Folder(Ledger),
    Url { agent: ureq::Agent, url: String, key: String },
}

impl Sender {
    pub fn open(args: &Import, settings: &Settings) -> Result<Sender, Failure> {
        let Some(url) = &args.url else {
            return Ok(Sender::Folder(folder::open(&options(&args.folder, settings))?));
        };
        let key = args.key.clone().or_else(|| settings.key.clone()).ok_or_else(|| {
            let variable = KEY.variable;
            Failure::Usage(format!("sending to a ledger needs --key, or {variable} set to a key"))
        })?;
        if !url.starts_with("http://") {
            let right = "give an address that begins with http://; where TLS is needed, a proxy on \
                         this machine can speak it";
            return Err(Failure::Usage(format!("{url} can't be reached: {right}")));
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build();
        let url = format!("{}/api/v1/commands", url.trim_end_matches('/'));
        Ok(Sender::Url { agent: agent.into(), url, key })
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
            Sender::Url { agent, url, key } => post(agent, url, key, block),
        }
    }

    pub fn close(self) {
        match self {
            Sender::Folder(ledger) => ledger.close(),
            Sender::Url { .. } => {}
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

/// A problem detail, as far as people need it.
#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
    #[serde(default)]
    pointer: Option<String>,
}

fn post(
    agent: &ureq::Agent,
    url: &str,
    key: &str,
    block: &[Waiting],
) -> Result<Vec<Answer>, Failure> {
    let body: String = block.iter().map(|waiting| format!("{}\n", waiting.text)).collect();
    let mut response = agent
        .post(url)
        .header("Authorization", format!("Bearer {key}"))
        .header("Content-Type", "application/x-ndjson")
        .send(body)
        .map_err(|error| Failure::failed(format!("{url} can't be reached: {error}")))?;
    let status = response.status();
    let unclear = |what: &str| Failure::failed(format!("{url} answered {status}, {what}"));
    if !status.is_success() {
        let text = response.body_mut().read_to_string().unwrap_or_default();
        let problem: Problem =
            serde_json::from_str(&text).map_err(|_| unclear("and no problem detail"))?;
        return Err(Failure::failed(format!("{}: {}", problem.code, problem.detail)));
    }
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
