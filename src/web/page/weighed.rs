//! A weighing that was sent: read, given as a command, and shown as it was recorded.
//!
//! Invariant: the command is a function of the form alone, whose hidden number names it, so that
//! sending the form again is answered with the first result.

use std::str::FromStr;

use askama::Template;

use crate::api;
use crate::domain::actor::Actor;
use crate::domain::command::{Command, DispatchDelivery, ReceiveDelivery, Request};
use crate::domain::confidential::Confidential;
use crate::domain::event::Side;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{Measured, Ticket};
use crate::domain::state::Delivery;
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis, Zone};
use crate::domain::value_error::ValueError;
use crate::query::weighing::Choice;
use crate::web::frame::Frame;
use crate::web::messages::Lang;
use crate::web::page::trouble::Said;
use crate::web::page::weigh::{self, Entry};
use crate::web::page::weight;
use crate::web::visit::{Reply, Visit};

#[derive(Template)]
#[template(path = "weighed.html")]
struct Page {
    f: Frame,
    sends: bool,
    delivery: String,
    /// Whether this key may read the delivery's page.
    reads: bool,
    gross: String,
    tare: String,
    net: String,
    ticket: String,
    positions: Vec<u64>,
    broken: Vec<&'static str>,
    again: String,
}

/// A field of the form, and why it is not taken.
type Wrong = (&'static str, Said);

pub async fn answer(visit: &mut Visit<'_>) -> Reply {
    let fields = visit.form().await?;
    let entry = Entry::of(&fields);
    let wanted = entry.clone();
    let choice = visit.read(move |reader| wanted.choice(reader)).await?;
    let actor = api::own_party(visit.principal()?)?;
    let command =
        match (Reading { lang: visit.lang, wrong: Vec::new() }.command(&entry, &choice, actor)) {
            Ok(command) => command,
            Err(wrong) => return weigh::shown(visit, entry, wrong).await,
        };
    let measured = measured_of(&command.request).cloned();
    let accepted = match visit.give(command).await {
        Ok(accepted) => accepted,
        Err(problem) => {
            let field = field_of(problem.pointer.as_deref().unwrap_or_default());
            let said = Said::of(&problem, visit.lang);
            return weigh::shown(visit, entry, vec![(field, said)]).await;
        }
    };
    let delivery = delivery_of(&entry);
    let wanted = delivery.clone();
    let reads = visit.read(move |reader| Ok(reader.rows().stored::<Delivery>(&wanted).is_some()));
    let reads = reads.await?;
    let (t, sends) = (visit.t(), choice.side == Side::Supplier);
    let ticket = measured.as_ref().and_then(|measured| measured.ticket.as_ref());
    let text = |quantity: Option<&Quantity>| quantity.map_or(String::new(), ToString::to_string);
    let side = if sends { weigh::DISPATCH } else { weigh::RECEIVE };
    let page = Page {
        f: visit.frame(t.weighed),
        sends,
        delivery,
        reads,
        gross: text(ticket.map(|ticket| &ticket.gross)),
        tare: text(ticket.map(|ticket| &ticket.tare)),
        net: text(measured.as_ref().map(|measured| &measured.quantity)),
        ticket: entry.ticket,
        positions: accepted.records.iter().map(|record| record.position).collect(),
        broken: accepted.nonconformities.iter().map(|one| t.nonconformity(*one)).collect(),
        again: format!("/weigh?side={side}&contract={}&line={}", choice.contract, choice.line),
    };
    visit.page(&page)
}

/// The member of the command that a refusal is about, as a field of the form.
fn field_of(pointer: &str) -> &'static str {
    match pointer {
        "/data/measured/ticket" | "/data/measured/ticket/number" => "ticket",
        "/data/measured/ticket/scale" => "scale",
        "/data/measured/ticket/tare" => "tare",
        "/data/plate" => "plate",
        "/data/call_off" => "call_off",
        "/occurred_at" => "at",
        pointer if pointer.starts_with("/data/measured") => "gross",
        _ => "",
    }
}

fn delivery_of(entry: &Entry) -> String {
    match &*entry.delivery {
        "" => format!("dlv_{}", entry.form),
        delivery => delivery.to_owned(),
    }
}

/// Reads every field; all that are wrong are told at once.
struct Reading {
    lang: Lang,
    wrong: Vec<Wrong>,
}

impl Reading {
    fn command(
        mut self,
        entry: &Entry,
        choice: &Choice,
        actor: Actor,
    ) -> Result<Command, Vec<Wrong>> {
        let measured = self.measured(entry, choice);
        let plate = self.optional("plate", &entry.plate).map(Confidential::<Text>::Open);
        let call_off = self.optional("call_off", &entry.call_off);
        let id = self.taken("", format!("cmd_weigh-{}", entry.form).parse());
        let delivery = self.taken("", delivery_of(entry).parse());
        let (Some((measured, occurred_at)), Some(id), Some(delivery), true) =
            (measured, id, delivery, self.wrong.is_empty())
        else {
            return Err(self.wrong);
        };
        let request: Request = match choice.side {
            Side::Supplier => DispatchDelivery {
                call_off,
                carrier: None,
                contract: choice.contract.clone(),
                delivery,
                driver: None,
                line: choice.line,
                manifests: Vec::new(),
                measured,
                plate,
            }
            .into(),
            Side::Receiver => {
                let (contract, line) = (Some(choice.contract.clone()), Some(choice.line));
                ReceiveDelivery { contract, delivery, line, measured, plate }.into()
            }
        };
        Ok(Command { actor, id, occurred_at, request })
    }

    /// The weighing and when it was.
    fn measured(&mut self, entry: &Entry, choice: &Choice) -> Option<(Measured, UtcMillis)> {
        let gross = self.taken("gross", weight::parse(&entry.gross, &entry.unit));
        let tare = self.taken("tare", weight::parse(&entry.tare, &entry.unit));
        let net =
            gross.zip(tare).and_then(|(gross, tare)| self.taken("tare", gross.checked_sub(&tare)));
        let number = self.taken("ticket", entry.ticket.parse::<Text>());
        let scale = self.taken("scale", entry.scale.parse());
        let at = self.taken("at", moment(&entry.at, &choice.zone));
        let (gross, tare, quantity, at) = (gross?, tare?, net?, at?);
        let ticket = Ticket {
            gross,
            mode: None,
            number: number?,
            scale: scale?,
            split: None,
            tare,
            weighed_at: Some(at),
        };
        Some((Measured { method: Method::Weighed, quantity, ticket: Some(ticket) }, at))
    }

    fn taken<T>(&mut self, field: &'static str, read: Result<T, ValueError>) -> Option<T> {
        let told = |error: ValueError| Said::told(error.code, &error.message, self.lang);
        read.map_err(|error| self.wrong.push((field, told(error)))).ok()
    }

    fn optional<T: FromStr<Err = ValueError>>(
        &mut self,
        field: &'static str,
        text: &str,
    ) -> Option<T> {
        if text.is_empty() { None } else { self.taken(field, text.parse()) }
    }
}

/// `2025-03-01T16:05` on the clock of the weighing site.
fn moment(text: &str, zone: &Zone) -> Result<UtcMillis, ValueError> {
    let malformed =
        || ValueError::new("malformed_time", "a day and a time of day, as 2025-03-01T16:05");
    let (day, time) = text.split_once('T').ok_or_else(malformed)?;
    let day: Day = day.parse()?;
    let mut parts = time.split(':').map(|part| part.parse::<u32>().ok());
    let (Some(Some(hour)), Some(Some(minute))) = (parts.next(), parts.next()) else {
        return Err(malformed());
    };
    if hour > 23 || minute > 59 {
        return Err(malformed());
    }
    Ok(zone.instant(day, hour * 60 + minute))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the form gives these two only")]
fn measured_of(request: &Request) -> Option<&Measured> {
    match request {
        Request::DispatchDelivery(data) => Some(&data.measured),
        Request::ReceiveDelivery(data) => Some(&data.measured),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_time_is_that_of_the_clock_there() {
        let zone: Zone = "Asia/Shanghai".parse().unwrap();
        let at = moment("2025-03-01T16:05", &zone).unwrap();
        assert_eq!(at.to_string(), "2025-03-01T08:05:00.000Z");
        for text in ["", "2025-03-01", "2025-03-01T24:00", "2025-02-30T10:00", "2025-03-01T1x:00"] {
            assert!(moment(text, &zone).is_err(), "{text}");
        }
    }
}
