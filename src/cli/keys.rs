//! `symbiosis key`: access keys. A key is shown once, when it is made; the ledger has its hash
//! only.

use serde::{Deserialize, Serialize};

use crate::cli::args::{Key, KeyIssue, KeyList, KeyNew, KeyRevoke, KeyRotate, Rights};
use crate::cli::export::option;
use crate::cli::folder::{self, folder_key, options, view};
use crate::cli::out::{Failure, Out, Outcome};
use crate::cli::{link, now};
use crate::config::Settings;
use crate::domain::access::Role;
use crate::domain::actor::Actor;
use crate::domain::command::{Command, IssueKey, LinkSubject, Request, RevokeKey};
use crate::domain::event::{Event, KeyIssued, LinkIssued};
use crate::domain::id::{CommandId, KeyId};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};
use crate::ledger::{Ledger, SubmitError};
use crate::record::Decoded;
use crate::record::access_key::AccessKey;

/// A new key, as it is shown once.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewKey {
    pub key: KeyId,
    pub role: Role,
    pub label: String,
    /// To be sent as `Authorization: Bearer …`.
    pub access_key: String,
}

pub fn run(args: &Key, settings: &Settings, out: Out) -> Outcome {
    match args {
        Key::New(args) => new(args, out),
        Key::Issue(args) => issue(args, settings, out),
        Key::Link(args) => link::run(args, settings, out),
        Key::Revoke(args) => revoke(args, settings, out),
        Key::List(args) => list(args, settings, out),
        Key::Rotate(args) => rotate(args, settings, out),
    }
}

/// An id with 64 random bits, so that two makers do not meet.
pub fn random_id(prefix: &str) -> Result<String, Failure> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| no_random(&error))?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{prefix}{digits}"))
}

fn no_random(error: &getrandom::Error) -> Failure {
    Failure::failed(format!("the system gives no random numbers: {error}"))
}

/// An access key with a random secret, under a given id or a random one.
pub fn generate(id: Option<&str>) -> Result<AccessKey, Failure> {
    let id = id.map_or_else(|| random_id(KeyId::PREFIX), |id| Ok(id.to_owned()))?;
    let id = id.parse().expect("a prefix and letters");
    AccessKey::generate(id).map_err(|error| no_random(&error))
}

fn data(key: &AccessKey, rights: &Rights) -> Result<IssueKey, Failure> {
    let parks = rights.parks.iter().map(|park| option("--park", Some(park)));
    let parks: Result<Vec<_>, Failure> = parks.collect();
    Ok(IssueKey {
        expires: option("--expires", rights.expires.as_ref())?,
        firm: option("--firm", rights.firm.as_ref())?,
        key: key.key().clone(),
        label: option("--label", Some(&rights.label))?.expect("it is given"),
        parks: parks?.into_iter().flatten().collect(),
        role: rights.role.into(),
        secret_hash: key.secret_hash(),
        site: option("--site", rights.site.as_ref())?,
    })
}

/// Gives a command of the keeper's to a ledger that this process has opened.
fn give(ledger: &Ledger, id: &str, at: UtcMillis, request: impl Into<Request>) -> Outcome {
    give_for(Actor::Keeper, ledger, id, at, request)
}

/// Gives a command of that actor's.
pub fn give_for(
    actor: Actor,
    ledger: &Ledger,
    id: &str,
    at: UtcMillis,
    request: impl Into<Request>,
) -> Outcome {
    let id: CommandId = id.parse().expect("a prefix and letters");
    let command = Command { actor, id, occurred_at: at, request: request.into() };
    let answers = ledger.submit_all(vec![command], &folder_key(), None);
    match answers.into_iter().next().expect("one command, one answer") {
        Ok(_) => Ok(()),
        Err(SubmitError::Refused(refusal)) => Err(Failure::failed(refusal.to_string())),
        Err(error) => Err(Failure::failed(error.to_string())),
    }
}

fn shown(new: &NewKey) -> String {
    format!(
        "{}\n\nThis is {} ({}). It is shown this once; the ledger keeps its hash only.",
        new.access_key, new.key, new.label
    )
}

fn new(args: &KeyNew, out: Out) -> Outcome {
    #[derive(Serialize)]
    struct Made {
        #[serde(flatten)]
        key: NewKey,
        issue_key: IssueKey,
    }
    let key = generate(None)?;
    let issue_key = data(&key, &args.rights)?;
    let made = Made { key: of(&key, &issue_key), issue_key };
    out.answer(&made, |made| {
        let data = serde_json::to_string(&made.issue_key).expect("keys are strings");
        let whom = "Give this to whoever may issue it (POST /api/v1/keys):";
        format!("{}\n\n{whom}\n{data}", shown(&made.key))
    })
}

pub fn of(key: &AccessKey, data: &IssueKey) -> NewKey {
    let (id, label) = (data.key.clone(), data.label.to_string());
    NewKey { key: id, role: data.role, label, access_key: key.reveal() }
}

fn issue(args: &KeyIssue, settings: &Settings, out: Out) -> Outcome {
    let key = generate(None)?;
    let data = data(&key, &args.rights)?;
    let new = of(&key, &data);
    let ledger = folder::open(&options(&args.folder, settings))?;
    let given = give(&ledger, &random_id("cmd_")?, now()?, data);
    ledger.close();
    given?;
    out.answer(&new, shown)
}

/// Makes the first key of a ledger's keeper.
pub fn first(ledger: &Ledger) -> Result<NewKey, Failure> {
    let key = generate(None)?;
    let label = "the ledger keeper's first key".parse().expect("a short text");
    let data = IssueKey {
        expires: None,
        firm: None,
        key: key.key().clone(),
        label,
        parks: Vec::new(),
        role: Role::LedgerKeeper,
        secret_hash: key.secret_hash(),
        site: None,
    };
    let new = of(&key, &data);
    give(ledger, "cmd_first-key", now()?, data)?;
    Ok(new)
}

fn revoke(args: &KeyRevoke, settings: &Settings, out: Out) -> Outcome {
    let key: KeyId = option("KEY", Some(&args.key))?.expect("it is given");
    let reason = option("--reason", Some(&args.reason))?.expect("it is given");
    let ledger = folder::open(&options(&args.folder, settings))?;
    let data = RevokeKey { key: key.clone(), reason };
    let given = give(&ledger, &random_id("cmd_")?, now()?, data);
    ledger.close();
    given?;
    out.answer(&key, |key| format!("{key} opens nothing any more."))
}

/// A key in a list.
#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    issued: Opens,
    /// Position of the record that issued it.
    position: u64,
    /// A key was taken back, a link was answered or taken back.
    revoked: bool,
}

/// A key, or a link, which is a key that asks one question.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Opens {
    Key(KeyIssued),
    Link(LinkIssued),
}

impl Opens {
    fn key(&self) -> &KeyId {
        match self {
            Opens::Key(KeyIssued { key, .. }) | Opens::Link(LinkIssued { key, .. }) => key,
        }
    }

    /// Its role, who holds it and what it asks, what it is called, and its last day.
    fn told(&self) -> (Role, Vec<String>, &Text, Option<Day>) {
        let mut holder = Vec::new();
        match self {
            Opens::Key(issued) => {
                holder.extend(issued.firm.iter().map(ToString::to_string));
                holder.extend(issued.site.iter().map(ToString::to_string));
                holder.extend(issued.parks.iter().map(ToString::to_string));
                (issued.role, holder, &issued.label, issued.expires)
            }
            Opens::Link(issued) => {
                let LinkSubject { contract, delivery, month } = &issued.subject;
                holder.push(issued.partner.to_string());
                holder.extend(contract.iter().map(ToString::to_string));
                holder.extend(month.iter().map(ToString::to_string));
                holder.extend(delivery.iter().map(ToString::to_string));
                (Role::Partner, holder, &issued.label, Some(issued.expires))
            }
        }
    }
}

fn list(args: &KeyList, settings: &Settings, out: Out) -> Outcome {
    let reader = view(&options(&args.folder, settings).folder)?;
    let mut keys: Vec<Listed> = Vec::new();
    reader.scan_stored(0, reader.size(), |stored| {
        // Reading the few that matter, not all of a year's loads.
        if !["key_", "link_"].iter().any(|kind| stored.head.kind.starts_with(kind)) {
            return Ok(());
        }
        let decoded = Decoded::read(&stored.line, stored.head.clone());
        let decoded = decoded.map_err(|error| Failure::failed(error.to_string()))?;
        let position = decoded.position();
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event is about a key")]
        let (issued, ended) = match decoded.event {
            Event::KeyIssued(issued) => (Some(Opens::Key(issued)), None),
            Event::LinkIssued(issued) => (Some(Opens::Link(issued)), None),
            Event::KeyRevoked(revoked) => (None, Some(revoked.key)),
            Event::LinkAnswered(answered) => (None, Some(answered.key)),
            _ => (None, None),
        };
        keys.extend(issued.map(|issued| Listed { issued, position, revoked: false }));
        let of_it = keys.iter_mut().filter(|listed| ended.as_ref() == Some(listed.issued.key()));
        of_it.for_each(|listed| listed.revoked = true);
        Ok::<(), Failure>(())
    })?;
    let width = keys.iter().map(|listed| listed.issued.key().as_str().len()).max().unwrap_or(0);
    out.answer(&keys, |keys| {
        let lines = keys.iter().map(|listed| {
            let Listed { issued, revoked, .. } = listed;
            let (role, holder, label, expires) = issued.told();
            let role = serde_json::to_value(role).expect("a role has a name");
            let role = role.as_str().unwrap_or_default().to_owned();
            let ended = match (revoked, issued) {
                (false, _) => "",
                (true, Opens::Key(_)) => ", revoked",
                (true, Opens::Link(_)) => ", answered or revoked",
            };
            let expires = expires.map(|day| format!(", until {day}")).unwrap_or_default();
            let (key, holder) = (issued.key(), holder.join(" "));
            format!("{key:<width$}  {role:<13}  {holder:<24}  {label}{expires}{ended}\n")
        });
        lines.collect()
    })
}

fn rotate(args: &KeyRotate, settings: &Settings, out: Out) -> Outcome {
    #[derive(Serialize)]
    struct Rotated {
        before: String,
        verifier_key: String,
    }
    let ledger = folder::open(&options(&args.folder, settings))?;
    let before = folder::verifier_key(&ledger);
    let rotated = ledger.rotate_key();
    ledger.close();
    let verifier_key = rotated.map_err(|error| Failure::failed(error.to_string()))?.to_string();
    let rotated = Rotated { before, verifier_key };
    out.answer(&rotated, |rotated| {
        let Rotated { before, verifier_key } = rotated;
        format!("New verifier key  {verifier_key}\nBefore            {before}")
    })
}
