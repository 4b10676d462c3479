//! `symbiosis attach`: keeps a document and links it to a thing, in a folder or through an API.
//!
//! Invariant: ids are made from what is asked, and the time is that of the file, so the same
//! command run again changes nothing. The file's name goes nowhere.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::args::Attach;
use crate::cli::folder::{self, folder_key, options};
use crate::cli::out::{Failure, Out, Outcome, count};
use crate::cli::remote::Remote;
use crate::config::Settings;
use crate::domain::actor::{Actor, KEEPER};
use crate::domain::attachment::{ATTACHMENT_BYTES_MAX, Attachment, EvidenceKind, MediaType, sniff};
use crate::domain::command::{AttachEvidence, Command};
use crate::domain::id::EvidenceId;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::UtcMillis;
use crate::domain::value_error::ValueError;
use crate::ledger::Ledger;
use crate::log::attachments::AttachmentError;
use crate::merkle::plain;

/// What was linked.
#[derive(Debug, Serialize)]
struct Attached {
    attachment: Attachment,
    evidence: EvidenceId,
    position: u64,
    subject: Subject,
}

/// A document and what is said of it.
struct Document {
    bytes: Vec<u8>,
    media_type: MediaType,
    kind: EvidenceKind,
    subject: Subject,
    title: Text,
    made_at: UtcMillis,
    /// Tells it from all others; stands in its ids.
    name: String,
}

pub fn run(args: &Attach, settings: &Settings, out: Out) -> Outcome {
    let document = Document::read(args)?;
    let actor = args.actor.as_deref().map(|actor| asked("--actor", actor)).transpose()?;
    let (attachment, position) = match &args.url {
        Some(url) => {
            let remote = Remote::open(url, args.key.as_ref(), settings)?;
            through(&remote, &document, actor.as_ref())?
        }
        None => {
            let ledger = folder::open(&options(&args.folder, settings))?;
            let actor = actor.unwrap_or(Actor::Keeper);
            let attached = into(&ledger, &document, actor);
            ledger.close();
            attached?
        }
    };
    let (evidence, subject) = (document.evidence(), document.subject);
    out.answer(&Attached { attachment, evidence, position, subject }, |attached| {
        let Attached { attachment, evidence, position, subject } = attached;
        let Attachment { bytes, hash, media_type } = attachment;
        let bytes = count(*bytes, "byte");
        format!("{evidence}: {bytes} of {media_type} about {subject}, record {position}.\n{hash}")
    })
}

/// Reads a value that an argument has.
fn asked<T: std::str::FromStr<Err = ValueError>>(flag: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error: ValueError| Failure::Usage(format!("{flag}: {}", error.message)))
}

impl Document {
    fn read(args: &Attach) -> Result<Document, Failure> {
        let path = &args.file;
        let failed = |error: std::io::Error| Failure::disk("read", path, &error);
        let metadata = fs::metadata(path).map_err(failed)?;
        if metadata.len() > ATTACHMENT_BYTES_MAX {
            let most = count(ATTACHMENT_BYTES_MAX, "byte");
            return Err(Failure::failed(format!("{} has more than {most}", path.display())));
        }
        let bytes = fs::read(path).map_err(failed)?;
        let media_type = match &args.media_type {
            Some(text) => asked("--media-type", text)?,
            None => media_type(path, &bytes)?,
        };
        let kind = serde_json::from_value(Value::String(args.kind.clone()));
        let kind = kind.map_err(|error| Failure::Usage(format!("--kind: {error}")))?;
        let (subject, title) = (asked("--subject", &args.subject)?, asked("--title", &args.title)?);
        let made = metadata.modified().map_err(failed)?;
        let made = made.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let made_at = UtcMillis(i64::try_from(made).unwrap_or_default());
        let name = format!("{}\n{}\n{subject}\n{title}", plain(&bytes), args.kind);
        let name = format!("{:.32}", plain(name.as_bytes()));
        Ok(Document { bytes, media_type, kind, subject, title, made_at, name })
    }

    fn evidence(&self) -> EvidenceId {
        format!("evd_{}", self.name).parse().expect("digits stand in ids")
    }

    fn id(&self) -> String {
        format!("cmd_attach-{}", self.name)
    }

    /// The command's data.
    fn link(&self, attachment: Attachment) -> AttachEvidence {
        let (kind, subject, title) = (self.kind, self.subject.clone(), self.title.clone());
        AttachEvidence { attachment, evidence: self.evidence(), kind, subject, title }
    }
}

/// What the bytes are; a text is a table if its file is called one.
fn media_type(path: &Path, bytes: &[u8]) -> Result<MediaType, Failure> {
    let found = sniff(bytes).ok_or_else(|| {
        let right = MediaType::NAMES.join(", ");
        Failure::failed(format!("{} is none of {right}", path.display()))
    })?;
    let is_table = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    Ok(if is_table && found == MediaType::Text { MediaType::Csv } else { found })
}

fn through(
    remote: &Remote,
    document: &Document,
    actor: Option<&Actor>,
) -> Result<(Attachment, u64), Failure> {
    let path = "/api/v1/attachments";
    let kept = remote.send(path, document.media_type.as_str(), &[], &document.bytes)?;
    let attachment: Attachment = read(remote, path, kept)?;
    let mut body = json!({
        "data": document.link(attachment.clone()), "occurred_at": document.made_at,
    });
    if let Some(actor) = actor {
        body["actor"] = json!(actor);
    }
    let (path, body) = ("/api/v1/evidence", body.to_string());
    let id = [("Idempotency-Key", &*document.id())];
    let linked = remote.send(path, "application/json", &id, body.as_bytes())?;
    let linked: Value = read(remote, path, linked)?;
    let position = linked["position"].as_u64();
    position.map(|position| (attachment, position)).ok_or_else(|| unclear(remote, path))
}

fn read<T: serde::de::DeserializeOwned>(
    remote: &Remote,
    path: &str,
    mut response: ureq::http::Response<ureq::Body>,
) -> Result<T, Failure> {
    let text = response.body_mut().read_to_string().map_err(|_| unclear(remote, path))?;
    serde_json::from_str(&text).map_err(|_| unclear(remote, path))
}

fn unclear(remote: &Remote, path: &str) -> Failure {
    Failure::failed(format!("{} answered what this program does not know", remote.address(path)))
}

fn into(ledger: &Ledger, document: &Document, actor: Actor) -> Result<(Attachment, u64), Failure> {
    let kept = || -> Result<Attachment, AttachmentError> {
        let mut upload = ledger.attachments().begin()?;
        upload.write(&document.bytes)?;
        upload.finish(document.media_type, std::slice::from_ref(&actor))
    };
    let attachment = kept().map_err(|error| Failure::failed(error.to_string()))?;
    let id = document.id().parse().expect("digits and a dash stand in ids");
    let (occurred_at, request) = (document.made_at, document.link(attachment.clone()).into());
    let is_keeper = actor == Actor::Keeper;
    let command = Command { actor, id, occurred_at, request };
    let answer = ledger.submit_all(vec![command], &folder_key(), None).remove(0);
    match answer {
        Ok(accepted) => Ok((attachment, accepted.position)),
        Err(error) if is_keeper => {
            let right = format!("--actor says for whom, {KEEPER} if it is left out");
            Err(Failure::failed(format!("{error}; {right}")))
        }
        Err(error) => Err(Failure::failed(error.to_string())),
    }
}
