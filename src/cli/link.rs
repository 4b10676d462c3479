//! `symbiosis key link`: a question to a partner who has no account, as a link that answers once.

use serde::Serialize;

use crate::cli::args::KeyLink;
use crate::cli::export::option;
use crate::cli::folder::{self, folder_key, options};
use crate::cli::keys::{generate, random_id};
use crate::cli::now;
use crate::cli::out::{Failure, Out, Outcome};
use crate::config::Settings;
use crate::domain::actor::Actor;
use crate::domain::command::{Command, IssueLink, LinkSubject};
use crate::domain::id::{CommandId, FirmId, KeyId};
use crate::ledger::SubmitError;

/// A new link, as it is shown once.
#[derive(Debug, Serialize)]
struct NewLink {
    key: KeyId,
    /// Where the partner's browser opens it.
    address: String,
    expires: String,
}

pub fn run(args: &KeyLink, settings: &Settings, out: Out) -> Outcome {
    let firm: FirmId = option("--firm", Some(&args.firm))?.expect("it is given");
    let key = generate(None)?;
    let data = IssueLink {
        expires: option("--expires", Some(&args.expires))?.expect("it is given"),
        key: key.key().clone(),
        label: option("--label", Some(&args.label))?.expect("it is given"),
        secret_hash: key.secret_hash(),
        subject: LinkSubject {
            contract: option("--contract", args.contract.as_ref())?,
            delivery: option("--delivery", args.delivery.as_ref())?,
            month: option("--month", args.month.as_ref())?,
        },
    };
    let id: CommandId = random_id("cmd_")?.parse().expect("a prefix and letters");
    let actor = Actor::Firm(firm);
    let command = Command { actor, id, occurred_at: now()?, request: data.into() };
    let ledger = folder::open(&options(&args.folder, settings))?;
    let answer = ledger.submit_all(vec![command], &folder_key(), None).pop();
    ledger.close();
    match answer.expect("one command, one answer") {
        Ok(_) => {}
        Err(SubmitError::Refused(refusal)) => return Err(Failure::failed(refusal.to_string())),
        Err(error) => return Err(Failure::failed(error.to_string())),
    }
    let address = format!("{}/link/{}", args.pages.trim_end_matches('/'), key.reveal());
    let new = NewLink { key: key.key().clone(), address, expires: args.expires.clone() };
    out.answer(&new, |new| {
        format!(
            "{}\n\nSend this to the partner. It is shown this once, answers once, and opens until \
             {}.",
            new.address, new.expires
        )
    })
}
