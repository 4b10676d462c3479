//! A running ledger, reached through its API with an access key.

use std::time::Duration;

use serde::Deserialize;
use ureq::http::Response;

use crate::cli::out::Failure;
use crate::config::{KEY, Settings};

/// A block is decided within this, also on a slow disk.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Remote {
    agent: ureq::Agent,
    /// Without a slash at its end.
    url: String,
    key: String,
}

/// A problem detail, as far as people need it.
#[derive(Deserialize)]
pub struct Problem {
    pub code: String,
    pub detail: String,
    #[serde(default)]
    pub pointer: Option<String>,
}

impl Remote {
    pub fn open(url: &str, key: Option<&String>, settings: &Settings) -> Result<Remote, Failure> {
        let key = key.or(settings.key.as_ref()).cloned().ok_or_else(|| {
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
        Ok(Remote { agent: agent.into(), url: url.trim_end_matches('/').to_owned(), key })
    }

    /// The whole address.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Posts a body, and answers what came back if it is no problem.
    pub fn post(
        &self,
        path: &str,
        media_type: &str,
        more: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Response<ureq::Body>, Failure> {
        let url = self.at(path);
        let mut request = self.agent.post(&url).header("Content-Type", media_type);
        request = request.header("Authorization", format!("Bearer {}", self.key));
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let mut response = request
            .send(body)
            .map_err(|error| Failure::failed(format!("{url} can't be reached: {error}")))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response.body_mut().read_to_string().unwrap_or_default();
        let problem: Problem = serde_json::from_str(&text).map_err(|_| {
            Failure::failed(format!("{url} answered {status}, and no problem detail"))
        })?;
        Err(Failure::failed(format!("{}: {}", problem.code, problem.detail)))
    }
}
