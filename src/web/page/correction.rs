//! Corrections of a load's entries, as its page shows them: what was, what is, who asked, who
//! answered; and the forms that ask for one or answer one.
//!
//! Invariant: a form changes weights and the ticket's number alone; how it was weighed, when and
//! where stay as the corrected record has them.

use std::collections::HashMap;

use crate::api::Problem;
use crate::domain::command::{
    ApproveCorrection, DeclineCorrection, Entry, Request, RequestCorrection,
};
use crate::domain::event::{Event, Side};
use crate::domain::id::CorrectionId;
use crate::domain::quantity::Method;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::shapes::{Measured, Ticket};
use crate::domain::state::{CorrectionStage, DeliveryMode, DeliveryStage};
use crate::query::view::{CorrectionView, DeliveryView, WeightView};
use crate::web::event::ticket;
use crate::web::form::Fields;
use crate::web::page::{decide, weight};
use crate::web::reader::Reader;
use crate::web::show::{Shown, symbol};

/// How an entry is called in forms.
const ENTRIES: [(Entry, &str); 2] =
    [(Entry::Dispatched, "dispatched"), (Entry::Received, "received")];

/// One correction.
pub struct CorrectionRow {
    pub entry: &'static str,
    pub was: Shown,
    pub is: Shown,
    pub reason: String,
    /// The firm that asked, and the record in which it did.
    pub by: String,
    pub record: u64,
    pub stage: &'static str,
    pub mark: &'static str,
    /// The firm that answered, and the record in which it did.
    pub answered: Option<(String, u64)>,
}

/// An entry that the reader's firm may correct, as its form begins.
pub struct Correctable {
    pub word: &'static str,
    pub name: &'static str,
    pub unit: &'static str,
    pub symbol: &'static str,
    /// Whether it has a ticket, with gross and tare.
    pub weighed: bool,
    pub gross: String,
    pub tare: String,
    pub quantity: String,
    pub ticket: String,
}

/// What a delivery's page shows of corrections.
pub struct Corrections {
    pub rows: Vec<CorrectionRow>,
    /// One that waits for the reader's firm.
    pub to_answer: Option<String>,
    /// One that the reader's firm has asked for, and may take back.
    pub own: Option<String>,
    pub can: Vec<Correctable>,
}

/// An entry as it stands, with its ticket.
pub struct Standing {
    entry: Entry,
    method: Method,
    ticket: Option<Ticket>,
    unit: &'static str,
}

pub fn of(reader: &Reader, view: &DeliveryView) -> Result<Corrections, Problem> {
    let answers = answers(reader, view)?;
    let rows = view.corrections.iter().map(|one| row(reader, view, one, &answers)).collect();
    let side = reader.side_of(&view.exchange.supplier, &view.exchange.receiver);
    let waiting = view.corrections.iter().find(|one| one.stage == CorrectionStage::Requested);
    let named = |own: bool| {
        let found = waiting.filter(|one| side.is_some_and(|side| (side == one.by) == own));
        found.map(|one| one.correction.to_string())
    };
    let can = match side {
        Some(side) if waiting.is_none() && may_change(view) => correctable(reader, view, side)?,
        Some(_) | None => Vec::new(),
    };
    Ok(Corrections { rows, to_answer: named(false), own: named(true), can })
}

/// What the domain would refuse at once needs no form.
fn may_change(view: &DeliveryView) -> bool {
    let disputed = view.dispute.as_ref().is_some_and(|dispute| dispute.end.is_none());
    view.mode == DeliveryMode::Load
        && view.stage != DeliveryStage::Cancelled
        && view.rejected.is_none()
        && !disputed
}

/// One correction, for the page of its delivery or a list.
pub fn row(
    reader: &Reader,
    view: &DeliveryView,
    one: &CorrectionView,
    answers: &HashMap<CorrectionId, (String, u64)>,
) -> CorrectionRow {
    let (t, lang) = (reader.t(), reader.lang);
    let weight = weight_of(view, one.entry).map(|weight| &weight.quantity);
    let was = match one.stage {
        CorrectionStage::Requested => weight,
        CorrectionStage::Applied => one.before.as_ref(),
        CorrectionStage::Declined => None,
    };
    CorrectionRow {
        entry: match one.entry {
            Entry::Dispatched => t.dispatched,
            Entry::Received => t.received,
        },
        was: Shown::stated_or_absent(was, lang),
        is: Shown::stated(&one.quantity, lang),
        reason: one.reason.to_string(),
        by: firm_of(reader, view, one.by),
        record: one.record,
        stage: t.correction_stage(one.stage),
        mark: match one.stage {
            CorrectionStage::Requested => "open",
            CorrectionStage::Applied => "done",
            CorrectionStage::Declined => "gone",
        },
        answered: answers.get(&one.correction).cloned(),
    }
}

/// The firm of a side, by name.
pub fn firm_of(reader: &Reader, view: &DeliveryView, side: Side) -> String {
    let party = match side {
        Side::Supplier => &view.exchange.supplier,
        Side::Receiver => &view.exchange.receiver,
    };
    reader.names().firm(&party.firm)
}

/// Who answered each correction, from the records that this key may see.
#[expect(clippy::wildcard_enum_match_arm, reason = "two events answer a correction")]
fn answers(
    reader: &Reader,
    view: &DeliveryView,
) -> Result<HashMap<CorrectionId, (String, u64)>, Problem> {
    let mut answers = HashMap::new();
    let Some(first) = view.corrections.first() else { return Ok(answers) };
    for position in view.records.iter().filter(|position| **position > first.record) {
        let Some(decoded) = reader.record(*position)?.decoded else { continue };
        let correction = match &decoded.event {
            Event::EntryReplaced(event) => &event.correction,
            Event::CorrectionDeclined(event) => &event.correction,
            _ => continue,
        };
        let who = decoded.actor.firm().map(|firm| reader.names().firm(firm));
        answers.insert(correction.clone(), (who.unwrap_or_default(), *position));
    }
    Ok(answers)
}

fn weight_of(view: &DeliveryView, entry: Entry) -> Option<&WeightView> {
    match entry {
        Entry::Dispatched => view.dispatched.as_ref(),
        Entry::Received => view.received.as_ref(),
    }
}

/// The entries of that side, of which there is one; of a firm with itself both.
fn correctable(
    reader: &Reader,
    view: &DeliveryView,
    side: Side,
) -> Result<Vec<Correctable>, Problem> {
    let is_one_firm = view.exchange.supplier.firm == view.exchange.receiver.firm;
    let mut can = Vec::new();
    for (entry, word) in ENTRIES {
        let is_own = (entry == Entry::Dispatched) == (side == Side::Supplier);
        let Some(weight) = weight_of(view, entry).filter(|_| is_own || is_one_firm) else {
            continue;
        };
        let ticket = ticket_of(reader, weight)?;
        let unit = weight.quantity.unit();
        let stated = |of: fn(&Ticket) -> String| ticket.as_ref().map_or(String::new(), of);
        can.push(Correctable {
            word,
            name: match entry {
                Entry::Dispatched => reader.t().dispatched,
                Entry::Received => reader.t().received,
            },
            unit: unit.code(),
            symbol: symbol(unit),
            weighed: ticket.is_some(),
            gross: stated(|ticket| in_unit(&ticket.gross)),
            tare: stated(|ticket| in_unit(&ticket.tare)),
            quantity: in_unit(&weight.quantity),
            ticket: stated(|ticket| ticket.number.to_string()),
        });
    }
    Ok(can)
}

/// A number with its own unit, as the form takes it back: the ticket may be in another one.
fn in_unit(quantity: &crate::domain::quantity::Quantity) -> String {
    format!("{} {}", quantity.value(), quantity.unit().code())
}

fn ticket_of(reader: &Reader, weight: &WeightView) -> Result<Option<Ticket>, Problem> {
    let seen = reader.record(weight.record)?;
    Ok(seen.decoded.as_ref().and_then(|decoded| ticket(&decoded.event)).cloned())
}

/// What stands there of each entry, for a form that comes in.
pub fn entries(reader: &Reader, id: &str) -> Result<Vec<Standing>, Problem> {
    let view = reader.rows().one::<DeliveryView>(id, "delivery")?.item;
    let mut entries = Vec::new();
    for (entry, _) in ENTRIES {
        let Some(weight) = weight_of(&view, entry) else { continue };
        entries.push(Standing {
            entry,
            method: weight.method,
            ticket: ticket_of(reader, weight)?,
            unit: weight.quantity.unit().code(),
        });
    }
    Ok(entries)
}

/// The command of a form that asks for a correction.
pub fn request(
    id: &str,
    fields: &Fields,
    entries: &[Standing],
) -> Result<(&'static str, Request), Problem> {
    let delivery = id.parse().map_err(|_| Problem::not_found("delivery"))?;
    let word = fields.get("entry");
    let entry = ENTRIES.into_iter().find(|(_, known)| *known == word).map(|(entry, _)| entry);
    let standing = entry.and_then(|entry| entries.iter().find(|one| one.entry == entry));
    let Some(standing) = standing else {
        let message = "nothing was recorded on that side yet";
        let refusal = Refusal::new(Code::NothingToCorrect, "/data/entry", message);
        return Err(Problem::refused(refusal, |_| false));
    };
    let correction = format!("{}{}", CorrectionId::PREFIX, fields.get("form"));
    let correction = correction.parse().map_err(|error| Problem::parameter("form", &error))?;
    let data = RequestCorrection {
        correction,
        delivery,
        entry: standing.entry,
        evidence: Vec::new(),
        measured: measured(fields, standing)?,
        reason: decide::text(fields, "reason", "say why it is corrected")?,
    };
    Ok(("correct", data.into()))
}

fn measured(fields: &Fields, standing: &Standing) -> Result<Measured, Problem> {
    let read = |name: &'static str| {
        let read = weight::parse(fields.get(name), standing.unit);
        read.map_err(|error| Problem::parameter(name, &error))
    };
    let method = standing.method;
    let Some(ticket) = &standing.ticket else {
        return Ok(Measured { method, quantity: read("quantity")?, ticket: None });
    };
    let (gross, tare) = (read("gross")?, read("tare")?);
    let net = gross.checked_sub(&tare);
    let quantity = net.map_err(|error| Problem::parameter("tare", &error))?;
    let number = decide::optional(fields, "ticket")?.unwrap_or_else(|| ticket.number.clone());
    let ticket = Ticket { gross, number, tare, ..ticket.clone() };
    Ok(Measured { method, quantity, ticket: Some(ticket) })
}

/// The command of a form that answers one.
pub fn answer(
    id: &str,
    fields: &Fields,
    approves: bool,
) -> Result<(&'static str, Request), Problem> {
    let delivery = id.parse().map_err(|_| Problem::not_found("delivery"))?;
    let correction = decide::needed(fields, "correction")?;
    if approves {
        return Ok(("approve", ApproveCorrection { correction, delivery }.into()));
    }
    let reason = decide::text(fields, "reason", "say why it is declined")?;
    Ok(("refuse", DeclineCorrection { correction, delivery, reason }.into()))
}
