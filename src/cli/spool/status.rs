//! `symbiosis spool status`, `list` and `print`: what is in a spool, without holding it.

use serde::Serialize;

use crate::cli::now;
use crate::cli::out::{Failure, Out, Outcome, count};
use crate::cli::spool::args::{List, Of, Print, Standing};
use crate::cli::spool::{slip, standing};
use crate::domain::command::Command;
use crate::domain::id::ScaleId;
use crate::domain::time::UtcMillis;
use crate::spool::View;
use crate::spool::entry::{Answer, Entry, Outcome as Answered};

const MILLIS_PER_SECOND: i64 = 1_000;

/// What is in a spool.
#[derive(Debug, Serialize)]
struct Status {
    weighings: u64,
    waiting: u64,
    uploaded: u64,
    refused: u64,
    /// Since the oldest weighing that waits; absent if none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_waiting_s: Option<i64>,
    /// Missing numbers of a scale's counter: none, unless somebody changed the files.
    gaps: Vec<Gap>,
    /// Weighings of which a ledger answered and that are not there any more.
    lost: u64,
    /// Bytes of a weighing that is being written, or was cut off by a crash.
    torn_bytes: usize,
}

#[derive(Debug, Serialize)]
struct Gap {
    scale: ScaleId,
    first: u64,
    last: u64,
}

pub fn run(args: &Of, out: Out) -> Outcome {
    let view = View::read(&args.spool)?;
    let stands = |place: usize| standing(view.answers.get(&(place as u64)));
    let places = 0..view.entries.len();
    let of = |wanted| places.clone().filter(|place| stands(*place) == wanted).count() as u64;
    let oldest = places.clone().find(|place| stands(*place) == Standing::Waiting);
    let oldest = oldest.map(|place| command(&view.entries[place])).transpose()?;
    let now = now()?;
    let gaps = view.gaps().into_iter().map(|(scale, first, last)| Gap { scale, first, last });
    let status = Status {
        weighings: view.entries.len() as u64,
        waiting: of(Standing::Waiting),
        uploaded: of(Standing::Uploaded),
        refused: of(Standing::Refused),
        oldest_waiting_s: oldest.map(|it| (now.0 - it.occurred_at.0) / MILLIS_PER_SECOND),
        gaps: gaps.collect(),
        lost: view.answers.range(view.entries.len() as u64..).count() as u64,
        torn_bytes: view.torn,
    };
    out.answer(&status, text)
}

fn text(status: &Status) -> String {
    let mut text = format!(
        "{}: {} waiting, {} uploaded, {} refused.\n",
        count(status.weighings, "weighing"),
        status.waiting,
        status.uploaded,
        status.refused
    );
    if let Some(age_s) = status.oldest_waiting_s {
        let (hours, minutes) = (age_s / 3_600, age_s / 60 % 60);
        text.push_str(&format!("The oldest has waited for {hours} h {minutes} min.\n"));
    }
    for Gap { scale, first, last } in &status.gaps {
        text.push_str(&format!("Missing of {scale}: numbers {first} to {last}.\n"));
    }
    if status.gaps.is_empty() {
        text.push_str("No number is missing.\n");
    }
    if status.lost > 0 {
        let lost = count(status.lost, "weighing");
        text.push_str(&format!("LOST: {lost} that a ledger has and this folder has not.\n"));
    }
    if status.torn_bytes > 0 {
        let torn = status.torn_bytes;
        text.push_str(&format!("{torn} bytes at the end are being written, or were cut off.\n"));
    }
    text
}

/// One weighing in a list.
#[derive(Debug, Serialize)]
struct Listed {
    command: String,
    delivery: String,
    /// Of a weighing that is split: the deliveries of its parts from the second on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more: Vec<String>,
    number: String,
    occurred_at: UtcMillis,
    quantity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    scale: ScaleId,
    standing: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
}

pub fn list(args: &List, out: Out) -> Outcome {
    let view = View::read(&args.of.spool)?;
    let mut listed = Vec::new();
    for (place, entry) in view.entries.iter().enumerate() {
        let answer = view.answers.get(&(place as u64));
        let standing = standing(answer);
        if args.only.is_some_and(|only| only != standing) {
            continue;
        }
        let all = commands(entry)?;
        let command = &all[0];
        let said = slip::said(command).ok_or_else(other)?;
        let more = all[1..].iter().filter_map(slip::said);
        listed.push(Listed {
            command: command.id.to_string(),
            delivery: said.delivery.to_owned(),
            more: more.map(|said| said.delivery.to_owned()).collect(),
            number: entry.number.to_string(),
            occurred_at: command.occurred_at,
            quantity: said.measured.quantity.to_string(),
            reference: entry.reference.as_ref().map(ToString::to_string),
            scale: entry.scale.clone(),
            standing,
            answer: answer.cloned(),
        });
    }
    out.answer(&listed, |listed| listed.iter().map(line).collect())
}

fn line(listed: &Listed) -> String {
    let Listed { number, occurred_at, quantity, delivery, more, .. } = listed;
    let delivery = [std::slice::from_ref(delivery), more].concat().join(", ");
    let became = match listed.answer.as_ref().map(|answer| &answer.outcome) {
        None => "waiting".to_owned(),
        Some(Answered::Uploaded { position, .. }) => format!("uploaded, record {position}"),
        Some(Answered::Refused { code, message, .. }) => format!("refused, {code}: {message}"),
    };
    format!("{number:<16}  {occurred_at}  {quantity:>14}  {delivery}  {became}\n")
}

pub fn print(args: &Print, out: Out) -> Outcome {
    let view = View::read(&args.of.spool)?;
    let place = view.entries.iter().position(|entry| entry.number.as_str() == args.number);
    let place = place.ok_or_else(|| {
        Failure::failed(format!("there is no ticket {} in this spool", args.number))
    })?;
    let entry = &view.entries[place];
    let standing = standing(view.answers.get(&(place as u64)));
    let text = slip::slip(entry, &commands(entry)?, standing, true, &args.paper)?;
    out.answer(&text, Clone::clone)
}

fn command(entry: &Entry) -> Result<Command, Failure> {
    Command::parse(entry.command.get()).map_err(|_| other())
}

fn commands(entry: &Entry) -> Result<Vec<Command>, Failure> {
    let parsed = entry.commands().map(|text| Command::parse(text.get()).map_err(|_| other()));
    parsed.collect()
}

fn other() -> Failure {
    Failure::failed("the spool holds a command that this program does not know")
}
