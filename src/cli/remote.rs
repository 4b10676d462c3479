//! A running ledger, spoken to through its API.
//!
//! Invariant: either every command of a block is answered for, in order, or none is; because ids
//! make commands idempotent, a block may be sent again whatever became of it.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use serde::Deserialize;
use ureq::typestate::{WithBody, WithoutBody};

use crate::cli::out::Failure;
use crate::config::{KEY, Settings};

/// A block of commands, or a table, is decided within this, also on a slow disk.
const PATIENCE: Duration = Duration::from_secs(120);
/// A connection that is not there within this is not there.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// No answer is longer.
const ANSWER_MOST: u64 = 1 << 30;

pub struct Remote {
    agent: ureq::Agent,
    base: String,
    key: String,
}

/// A problem detail, as far as people need it.
#[derive(Deserialize)]
pub struct Problem {
    pub code: String,
    pub detail: String,
    #[serde(default)]
    pub pointer: Option<String>,
    #[serde(default)]
    pub status: u16,
}

/// What became of a command.
#[derive(Debug)]
pub enum Told {
    /// In now, or in before: the ledger answers the same.
    Accepted { nonconformities: Vec<String>, position: u64 },
    /// Status 500 and above: not decided, so ask again.
    Refused { code: String, message: String, pointer: String, status: u16 },
}

/// One line of what the API answers to a block.
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

impl Remote {
    /// A ledger at an address, with a key that was given or is set. Sends nothing yet.
    pub fn open(url: &str, key: Option<&String>, settings: &Settings) -> Result<Remote, Failure> {
        Remote::patient(url, key, settings, PATIENCE)
    }

    /// As [`Remote::open`], where each request may take as long as that.
    pub fn patient(
        url: &str,
        key: Option<&String>,
        settings: &Settings,
        patience: Duration,
    ) -> Result<Remote, Failure> {
        let key = key.cloned().or_else(|| settings.key.clone()).ok_or_else(|| {
            let variable = KEY.variable;
            Failure::Usage(format!("a running ledger needs --key, or {variable} set to a key"))
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
        Ok(Remote { agent: agent.into(), base: url.trim_end_matches('/').to_owned(), key })
    }

    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn post(&self, url: &str) -> ureq::RequestBuilder<WithBody> {
        self.agent.post(url).header("Authorization", format!("Bearer {}", self.key))
    }

    /// Posts a body, and answers what came back if it is no problem.
    pub fn send(
        &self,
        path: &str,
        media_type: &str,
        more: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Response, Failure> {
        let url = self.address(path);
        let mut request = self.post(&url).header("Content-Type", media_type);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        answered(&url, request.send(body))
    }

    /// Sends a block of commands, one a line, and answers what became of each.
    pub fn commands<'a>(&self, block: impl Iterator<Item = &'a str>) -> Result<Vec<Told>, Failure> {
        let url = self.address("/api/v1/commands");
        let (mut body, mut sent) = (String::new(), 0);
        for text in block {
            body.push_str(text);
            body.push('\n');
            sent += 1;
        }
        let request = self.post(&url).header("Content-Type", "application/x-ndjson");
        let mut response = answered(&url, request.send(body))?;
        let status = response.status();
        let unclear = |what: &str| Failure::failed(format!("{url} answered {status}, {what}"));
        let mut answers = Vec::with_capacity(sent);
        for line in BufReader::new(response.body_mut().as_reader()).lines() {
            let line = line.map_err(|error| unclear(&format!("and was cut off: {error}")))?;
            answers.push(told(&line).ok_or_else(|| unclear("which this program does not know"))?);
        }
        match answers.len() == sent {
            true => Ok(answers),
            false => Err(unclear("for another number of commands")),
        }
    }

    pub fn get(&self, url: &str) -> ureq::RequestBuilder<WithoutBody> {
        self.agent.get(url).header("Authorization", format!("Bearer {}", self.key))
    }
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

type Response = ureq::http::Response<ureq::Body>;

/// A response that is none of a problem.
pub fn answered(url: &str, sent: Result<Response, ureq::Error>) -> Result<Response, Failure> {
    let mut response =
        sent.map_err(|error| Failure::failed(format!("{url} can't be reached: {error}")))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = response.body_mut().read_to_string().unwrap_or_default();
    let problem: Problem = serde_json::from_str(&text)
        .map_err(|_| Failure::failed(format!("{url} answered {status}, and no problem detail")))?;
    Err(Failure::failed(format!("{}: {}", problem.code, problem.detail)))
}

/// All bytes of a response.
pub fn whole(url: &str, mut response: Response) -> Result<Vec<u8>, Failure> {
    let body = response.body_mut().with_config().limit(ANSWER_MOST);
    body.read_to_vec().map_err(|error| Failure::failed(format!("{url} was cut off: {error}")))
}
