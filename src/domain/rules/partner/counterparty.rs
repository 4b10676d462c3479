//! Recording a partner, and joining its history to the firm that it is.
//!
//! Invariant: a counterparty is claimed once, by a firm with the same registry number.

use crate::domain::access::Role;
use crate::domain::actor::KEEPER;
use crate::domain::command::{ClaimCounterparty, RecordCounterparty};
use crate::domain::decide::Context;
use crate::domain::event::{CounterpartyClaimed, CounterpartyRecorded, Event, SiteRegistered};
use crate::domain::evolve::Meta;
use crate::domain::id::FirmId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::partner::Decision;
use crate::domain::state::{Firm, Key, Link, Site};
use crate::domain::states::{States, StatesMut};

pub fn record_counterparty<S: States>(
    context: &Context<'_, S>,
    data: &RecordCounterparty,
) -> Decision {
    let Some(recorded_by) = context.actor.firm() else {
        let message = "a firm records its partners; a park or the keeper registers firms";
        return Err(Refusal::new(Code::NotPermitted, "/actor", message));
    };
    lookup::firm(context, recorded_by, "/actor")?;
    lookup::absent::<Firm>(context, data.firm.as_str(), "/data/firm")?;
    lookup::park(context, &data.park, "/data/park")?;
    lookup::absent::<Site>(context, data.site.as_str(), "/data/site")?;
    let RecordCounterparty { firm, name, park, recycler, site, site_name, uscc } = data.clone();
    let recorded_by = recorded_by.clone();
    let of_site = SiteRegistered {
        activity: None,
        firm: firm.clone(),
        gln: None,
        locode: None,
        name: site_name,
        park: park.clone(),
        site,
    };
    let recorded = CounterpartyRecorded { firm, name, park, recorded_by, recycler, uscc };
    Ok(vec![recorded.into(), of_site.into()])
}

pub fn claim_counterparty<S: States>(
    context: &Context<'_, S>,
    data: &ClaimCounterparty,
) -> Decision {
    const COUNTERPARTY: &str = "/data/counterparty";
    if context.actor.as_str() != KEEPER {
        let message = format!("only the ledger keeper joins identities, and not {}", context.actor);
        return Err(Refusal::new(Code::NotPermitted, "/actor", message));
    }
    let counterparty = lookup::firm(context, &data.counterparty, COUNTERPARTY)?;
    let firm = lookup::firm(context, &data.firm, "/data/firm")?;
    let (counterparty, firm) = (&counterparty.state, &firm.state);
    let refuse = |code, pointer: &str, message: String| Err(Refusal::new(code, pointer, message));
    if counterparty.recorded_by.is_none() {
        let message = format!("{} is registered itself; it needs no claim", data.counterparty);
        return refuse(Code::NotACounterparty, COUNTERPARTY, message);
    }
    if let Some(claimed_by) = &counterparty.claimed_by {
        let message = format!("{} was claimed by {claimed_by} already", data.counterparty);
        return refuse(Code::AlreadyClaimed, COUNTERPARTY, message);
    }
    if firm.recorded_by.is_some() {
        let message = format!("{} is not registered; register it first (register_firm)", data.firm);
        return refuse(Code::NotRegistered, "/data/firm", message);
    }
    match &counterparty.uscc {
        Some(uscc) if firm.uscc.as_ref() != Some(uscc) => {
            let message = format!(
                "{} was recorded with the number {uscc}, which {} does not have",
                data.counterparty, data.firm
            );
            return refuse(Code::OtherIdentifier, "/data/firm", message);
        }
        None if data.evidence.is_empty() => {
            let message = "no registry number was recorded, so say by what it was recognised";
            return refuse(Code::EvidenceNeeded, "/data/evidence", message.to_owned());
        }
        Some(_) | None => {}
    }
    let ClaimCounterparty { counterparty: id, evidence, firm } = data.clone();
    let uscc = counterparty.uscc.clone();
    Ok(vec![CounterpartyClaimed { counterparty: id, evidence, firm, uscc }.into()])
}

/// Whether a firm can't speak for itself yet: recorded by another, and not claimed.
pub fn is_unregistered<S: States>(states: &S, firm: &FirmId) -> bool {
    let firm = states.find::<Firm>(firm.as_str());
    firm.is_some_and(|firm| firm.state.recorded_by.is_some() && firm.state.claimed_by.is_none())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::CounterpartyRecorded(event) => {
            let CounterpartyRecorded { firm, name, recorded_by, recycler, uscc, .. } =
                event.clone();
            let id = firm.clone();
            let recorded_by = Some(recorded_by);
            let (gln, lei, claimed_by, claims) = (None, None, None, Vec::new());
            let state =
                Firm { claimed_by, claims, firm, gln, lei, name, recorded_by, recycler, uscc };
            states.create(id.as_str(), at, true, state);
        }
        Event::CounterpartyClaimed(event) => {
            let CounterpartyClaimed { counterparty, firm, .. } = event;
            states.change::<Firm>(counterparty.as_str(), at, true, |counterparty| {
                counterparty.claimed_by = Some(firm.clone());
            });
            states.change::<Firm>(firm.as_str(), at, false, |firm| {
                firm.claims.push(counterparty.clone());
            });
        }
        Event::LinkIssued(event) => {
            let event = event.clone();
            let state = Key {
                expires: Some(event.expires),
                firm: Some(event.partner),
                key: event.key.clone(),
                label: event.label,
                link: Some(Link {
                    answered: None,
                    issued_by: event.issued_by,
                    subject: event.subject,
                }),
                parks: Vec::new(),
                revoked: false,
                role: Role::Partner,
                secret_hash: event.secret_hash,
                site: None,
            };
            states.create(event.key.as_str(), at, true, state);
        }
        Event::LinkAnswered(event) => {
            states.change::<Key>(event.key.as_str(), at, true, |key| {
                let link = key.link.as_mut();
                link.expect("only links are answered").answered = Some(event.answer);
                key.revoked = true;
            });
        }
        _ => unreachable!("{} is no event of a partner", event.kind()),
    }
}
