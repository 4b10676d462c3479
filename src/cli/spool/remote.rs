//! A running ledger, reached through its API: commands in blocks, an answer for each.
//!
//! Invariant: either every command of a block is answered for, in order, or none is; because ids
//! make commands idempotent, a block may be sent again whatever became of it.

use std::io::BufRead;
use std::time::Duration;

use serde::Deserialize;

use crate::cli::out::Failure;
use crate::config::{KEY, Settings};

/// A connection that is not there within this is not there.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// What became of a command.
#[derive(Debug)]
pub enum Told {
    /// In now, or in before: the ledger answers the same.
    Accepted { nonconformities: Vec<String>, position: u64 },
    /// Status 500 and above: not decided, so ask again.
    Refused { code: String, message: String, pointer: String, status: u16 },
}

pub struct Remote {
    agent: ureq::Agent,
    url: String,
    key: String,
}

impl Remote {
    /// Sends nothing yet. `patience` is for a whole block.
    pub fn open(
        url: &str,
        key: Option<&String>,
        settings: &Settings,
        patience: Duration,
    ) -> Result<Remote, Failure> {
        let key = key.cloned().or_else(|| settings.key.clone()).ok_or_else(|| {
            let variable = KEY.variable;
            Failure::Usage(format!("sending to a ledger needs --key, or {variable} set to a key"))
        })?;
        if !url.starts_with("http://") {
            let right = "give an address that begins with http://; where TLS is needed, a proxy on \
                         this machine can speak it";
            return Err(Failure::Usage(format!("{url} can't be reached: {right}")));
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(patience))
            .timeout_connect(Some(CONNECT_PATIENCE))
            .http_status_as_error(false)
            .build();
        let url = format!("{}/api/v1/commands", url.trim_end_matches('/'));
        Ok(Remote { agent: agent.into(), url, key })
    }

    /// Sends a block of commands, one a line.
    pub fn post<'a>(&self, block: impl Iterator<Item = &'a str>) -> Result<Vec<Told>, Failure> {
        let Remote { agent, url, key } = self;
        let mut body = String::new();
        let mut sent = 0;
        for text in block {
            body.push_str(text);
            body.push('\n');
            sent += 1;
        }
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
        let mut answers = Vec::with_capacity(sent);
        for line in std::io::BufReader::new(reader).lines() {
            let line = line.map_err(|error| unclear(&format!("and was cut off: {error}")))?;
            answers.push(told(&line).ok_or_else(|| unclear("which this program does not know"))?);
        }
        match answers.len() == sent {
            true => Ok(answers),
            false => Err(unclear("for another number of commands")),
        }
    }
}

/// One line of what the API answers.
#[derive(Deserialize)]
struct Line {
    accepted: Option<Accepted>,
    problem: Option<Problem>,
}

#[derive(Deserialize)]
struct Accepted {
    nonconformities: Vec<String>,
    position: u64,
}

/// A problem detail, as far as people need it.
#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
    #[serde(default)]
    pointer: Option<String>,
    #[serde(default)]
    status: u16,
}

fn told(line: &str) -> Option<Told> {
    let Line { accepted, problem } = serde_json::from_str(line).ok()?;
    match (accepted, problem) {
        (Some(Accepted { nonconformities, position }), None) => {
            Some(Told::Accepted { nonconformities, position })
        }
        (None, Some(Problem { code, detail, pointer, status })) => {
            let pointer = pointer.unwrap_or_default();
            Some(Told::Refused { code, message: detail, pointer, status })
        }
        _ => None,
    }
}
