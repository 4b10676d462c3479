//! One-time links: a question to a partner, and its answer.
//!
//! Invariant: a link asks the side that can't speak for itself, opens until its last day, and is
//! answered once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::command::{
    AnswerLink, ConfirmContract, DeclineContract, DisputeDelivery, IssueLink, LinkAnswer,
    LinkSubject,
};
use crate::domain::decide::Context;
use crate::domain::event::{Event, LinkAnswered, LinkIssued, Side};
use crate::domain::id::{ContractId, DeliveryId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::{confirm_contract, decline_contract, named};
use crate::domain::rules::delivery::{dispute_delivery, shared};
use crate::domain::rules::lookup;
use crate::domain::rules::partner::entry::{confirmed, open_of_month};
use crate::domain::rules::partner::{Decision, is_unregistered};
use crate::domain::rules::settlement::signed_by_partner;
use crate::domain::shapes::Party;
use crate::domain::state::{Contract, Delivery, Key, Link, day_book};
use crate::domain::states::{States, Stored};
use crate::domain::text::Text;
use crate::domain::time::Month;

/// How long a link may stay open.
const MOST_DAYS: i32 = 90;

/// The most deliveries that one answer confirms or disputes.
const MOST_DELIVERIES: usize = 2_000;

const DELIVERIES: &str = "/data/deliveries";
const KEY: &str = "/data/key";
const SUBJECT: &str = "/data/subject";

pub fn issue_link<S: States>(context: &Context<'_, S>, data: &IssueLink) -> Decision {
    lookup::absent::<Key>(context, data.key.as_str(), KEY)?;
    let (supplier, receiver) = sides(context, &question(&data.subject)?)?;
    let side = named::side(context, &supplier, &receiver)?;
    let (own, partner) = match side {
        Side::Supplier => (supplier, receiver),
        Side::Receiver => (receiver, supplier),
    };
    if !is_unregistered(context.states, &partner.firm) {
        let message = format!("{} is registered and confirms with a key of its own", partner.firm);
        return Err(Refusal::new(Code::NotACounterparty, SUBJECT, message));
    }
    let today = lookup::day_at(context, &own.park);
    let last = today.checked_add(MOST_DAYS);
    if data.expires < today || last.is_some_and(|last| data.expires > last) {
        let message = format!("a link opens for {MOST_DAYS} days at most, so from {today} on");
        return Err(Refusal::new(Code::BadExpiry, "/data/expires", message));
    }
    let IssueLink { expires, key, label, secret_hash, subject } = data.clone();
    let (issued_by, partner) = (own.firm, partner.firm);
    Ok(vec![LinkIssued { expires, issued_by, key, label, partner, secret_hash, subject }.into()])
}

/// What a link asks, read.
enum Question<'a> {
    Contract(&'a ContractId),
    Month(&'a ContractId, Month),
    Delivery(&'a DeliveryId),
}

fn question(subject: &LinkSubject) -> Result<Question<'_>, Refusal> {
    match (&subject.contract, subject.month, &subject.delivery) {
        (Some(contract), None, None) => Ok(Question::Contract(contract)),
        (Some(contract), Some(month), None) => Ok(Question::Month(contract, month)),
        (None, None, Some(delivery)) => Ok(Question::Delivery(delivery)),
        _ => {
            let message =
                "a link asks about a `contract`, a `month` of a `contract`, or a `delivery`";
            Err(Refusal::new(Code::UnexpectedMember, SUBJECT, message))
        }
    }
}

/// Supplier and receiver of what is asked about.
fn sides<S: States>(
    context: &Context<'_, S>,
    question: &Question<'_>,
) -> Result<(Party, Party), Refusal> {
    match question {
        Question::Contract(id) | Question::Month(id, _) => {
            let contract = named::contract(context, id, "/data/subject/contract")?;
            Ok((contract.state.supplier.clone(), contract.state.receiver.clone()))
        }
        Question::Delivery(id) => {
            let delivery = shared::delivery(context, id)?;
            let exchange = &delivery.state.exchange;
            Ok((exchange.supplier.clone(), exchange.receiver.clone()))
        }
    }
}

pub fn answer_link<S: States>(context: &Context<'_, S>, data: &AnswerLink) -> Decision {
    let refuse = |code, pointer: &str, message: String| Err(Refusal::new(code, pointer, message));
    let key = context.states.find::<Key>(data.key.as_str());
    let Some((key, link)) = key.as_ref().and_then(|key| Some((key, key.state.link.as_ref()?)))
    else {
        return refuse(Code::UnknownKey, KEY, format!("there is no link {}", data.key));
    };
    let Link { answered, issued_by, subject } = link;
    let question = question(subject)?;
    let (supplier, receiver) = sides(context, &question)?;
    let side = named::side(context, &supplier, &receiver)?;
    let party = match side {
        Side::Supplier => &supplier,
        Side::Receiver => &receiver,
    };
    if key.state.firm.as_ref() != Some(&party.firm) {
        return Err(named::not_a_party(context, "partner whom the link asks"));
    }
    if answered.is_some() || key.state.revoked {
        let message = "the link was answered already, or withdrawn".to_owned();
        return refuse(Code::LinkUsed, KEY, message);
    }
    let last = key.state.expires.filter(|last| *last < lookup::day_at(context, &party.park));
    if let Some(last) = last {
        return refuse(Code::LinkUsed, KEY, format!("the link opened until {last}"));
    }
    let mut events = vec![Event::from(LinkAnswered {
        answer: data.answer,
        issued_by: issued_by.clone(),
        key: data.key.clone(),
        name: named::sealed(data.name.as_ref()),
        partner: party.firm.clone(),
        reason: data.reason.clone(),
        subject: subject.clone(),
    })];
    match (data.answer, &data.reason) {
        (LinkAnswer::Confirmed, None) if !data.deliveries.is_empty() => {
            let message = "all that is asked about is confirmed; only a dispute names deliveries";
            return refuse(Code::UnexpectedMember, DELIVERIES, message.to_owned());
        }
        (LinkAnswer::Confirmed, None) => {
            events.extend(confirmation(context, &question, side)?);
        }
        (LinkAnswer::Disputed, Some(_)) => {
            events.extend(objection(context, &question, side, data)?);
        }
        (LinkAnswer::Confirmed, Some(_)) => {
            let message = "what is confirmed needs no reason".to_owned();
            return refuse(Code::UnexpectedMember, "/data/reason", message);
        }
        (LinkAnswer::Disputed, None) => {
            let message = "a dispute says what is wrong".to_owned();
            return refuse(Code::ReasonNeeded, "/data/reason", message);
        }
    }
    Ok(events)
}

fn confirmation<S: States>(
    context: &Context<'_, S>,
    question: &Question<'_>,
    side: Side,
) -> Decision {
    match question {
        Question::Contract(id) => {
            confirm_contract(context, &ConfirmContract { contract: (*id).clone() })
        }
        Question::Delivery(id) => confirmed(context, &shared::delivery(context, id)?.state, side),
        Question::Month(id, month) => {
            let contract = named::contract(context, id, SUBJECT)?;
            let window = contract.state.settlement_window(*month);
            let open = open_of_month(context, id, (window.from, window.to), side);
            if open.len() > MOST_DELIVERIES {
                let message =
                    format!("{} deliveries are more than one answer confirms", open.len());
                return Err(Refusal::new(Code::TooMany, KEY, message));
            }
            let mut events = month_confirmed(context, &contract.state, &open, side)?;
            // What is confirmed so is signed as well, if the sheet is complete by it.
            let contract = &contract.state;
            let signed = signed_by_partner(context, contract, side, *month, &events);
            events.extend(signed);
            if events.is_empty() {
                let message = format!("nothing of {month} waits for this confirmation");
                return Err(Refusal::new(Code::NothingToConfirm, KEY, message));
            }
            Ok(events)
        }
    }
}

/// Confirms one delivery after the other. Each is decided on the states that stood before all of
/// them, so what a contract line may take is shared out here.
fn month_confirmed<S: States>(
    context: &Context<'_, S>,
    contract: &Contract,
    open: &[Arc<Stored<Delivery>>],
    side: Side,
) -> Decision {
    let mut accepted = HashMap::new();
    let mut events = Vec::with_capacity(open.len() * 3);
    for delivery in open {
        let delivery = &delivery.state;
        let line = contract.line(delivery.exchange.line);
        let line = line.expect("a delivery names a line of its contract");
        for event in confirmed(context, delivery, side)? {
            if let Event::DeliveryAccepted(claim) = &event {
                let from = line.window_start(&contract.term, claim.day);
                let taken = accepted
                    .entry((line.line, from))
                    .or_insert_with(|| i128::from(line.balance(from).accepted));
                let amount = i128::from(claim.quantity.amount());
                let limit = line.limit_in(&contract.term, from);
                if *taken + amount > i128::from(limit) {
                    // Received, and left for the two sides to decide upon.
                    continue;
                }
                *taken += amount;
            }
            events.push(event);
        }
    }
    Ok(events)
}

/// A contract is declined, deliveries are disputed, so that nothing of them is claimed.
fn objection<S: States>(
    context: &Context<'_, S>,
    question: &Question<'_>,
    side: Side,
    data: &AnswerLink,
) -> Decision {
    let Some(reason) = data.reason.clone() else { return Ok(Vec::new()) };
    if !data.deliveries.is_empty() && !matches!(question, Question::Month(..)) {
        let message = "only the answer about a month names deliveries";
        return Err(Refusal::new(Code::UnexpectedMember, DELIVERIES, message));
    }
    match question {
        Question::Contract(id) => {
            let reason = Some(reason);
            decline_contract(context, &DeclineContract { contract: (*id).clone(), reason })
        }
        Question::Delivery(id) => {
            let (delivery, evidence) = ((*id).clone(), Vec::new());
            dispute_delivery(context, &DisputeDelivery { delivery, evidence, reason })
        }
        Question::Month(id, month) => {
            month_disputed(context, id, (*month, side), &data.deliveries, &reason)
        }
    }
}

/// Disputes the deliveries of a month that are named, or all that the link asks about; where that
/// is none, the answer alone is the record.
fn month_disputed<S: States>(
    context: &Context<'_, S>,
    contract: &ContractId,
    (month, side): (Month, Side),
    named_ones: &[DeliveryId],
    reason: &Text,
) -> Decision {
    let window = named::contract(context, contract, SUBJECT)?.state.settlement_window(month);
    let (from, to) = (window.from, window.to);
    let disputed: Vec<DeliveryId> = if named_ones.is_empty() {
        let open = open_of_month(context, contract, (from, to), side);
        open.iter().map(|delivery| delivery.state.exchange.delivery.clone()).collect()
    } else {
        let all: HashSet<_> =
            day_book::between(context.states, contract, from, to).into_iter().collect();
        let mut seen = HashSet::new();
        for (place, id) in named_ones.iter().enumerate() {
            let pointer = format!("{DELIVERIES}/{place}");
            if !all.contains(id) {
                let message =
                    format!("{id} is no delivery of {contract} in {month}; name one of its month");
                return Err(Refusal::new(Code::UnknownDelivery, pointer, message));
            }
            if !seen.insert(id) {
                let message = format!("{id} is named twice; name each delivery once");
                return Err(Refusal::new(Code::DuplicateMember, pointer, message));
            }
        }
        named_ones.to_vec()
    };
    if disputed.len() > MOST_DELIVERIES {
        let message = format!("{} deliveries are more than one answer disputes", disputed.len());
        return Err(Refusal::new(Code::TooMany, DELIVERIES, message));
    }
    let mut events = Vec::with_capacity(disputed.len());
    for (place, delivery) in disputed.into_iter().enumerate() {
        let (evidence, reason) = (Vec::new(), reason.clone());
        let one = DisputeDelivery { delivery, evidence, reason };
        let decided = dispute_delivery(context, &one);
        events.extend(decided.map_err(|refusal| match refusal.pointer.as_str() {
            "/data/delivery" => Refusal { pointer: format!("{DELIVERIES}/{place}"), ..refusal },
            _ => refusal,
        })?);
    }
    Ok(events)
}
