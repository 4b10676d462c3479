//! `symbiosis key link`: a question to a partner who has no account, as a link that answers once.

use serde::Serialize;

use crate::cli::args::KeyLink;
use crate::cli::export::option;
use crate::cli::folder::{self, options};
use crate::cli::keys::{generate, give_for, random_id};
use crate::cli::now;
use crate::cli::out::{Out, Outcome};
use crate::config::Settings;
use crate::domain::actor::Actor;
use crate::domain::command::{IssueLink, LinkSubject};
use crate::domain::id::{FirmId, KeyId};

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
    let ledger = folder::open(&options(&args.folder, settings))?;
    let given = give_for(Actor::Firm(firm), &ledger, &random_id("cmd_")?, now()?, data);
    ledger.close();
    given?;
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
