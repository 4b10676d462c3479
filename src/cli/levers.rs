//! `symbiosis report PARK --levers`: the roadmap's six levers of a park, straight from the log.
//!
//! Invariant: states and facts are those of the records below one position, and what reckons with
//! them is what the API answers from; so both give the same figures.

use std::fmt::Write as _;

use crate::api;
use crate::cli::args::Report;
use crate::cli::out::{Failure, Out, Outcome, count};
use crate::cli::report::table;
use crate::cli::sheet::{Asked, Forms, asked, known_park};
use crate::cli::site_report::months;
use crate::config::Settings;
use crate::domain::event::Event;
use crate::domain::evolve::evolve;
use crate::domain::fact::{Fact, Measure, facts};
use crate::domain::id::ParkId;
use crate::domain::states::MemoryStates;
use crate::domain::time::Month;
use crate::log::LogReader;
use crate::merkle::{Blake3, CompactRange};
use crate::query::figure::FigureOf;
use crate::query::levers::{Levers, LeversAnswer};
use crate::query::levers_table::{LeverRow, rows};
use crate::query::programme_table::word;
use crate::query::report::MOST_MONTHS;
use crate::record::Decoded;
use crate::statistics::levers::MEASURES;
use crate::web::{self};

/// What the records below a position say of a park.
struct Folded {
    states: MemoryStates,
    facilities: Vec<String>,
    listings: Vec<String>,
    /// Of the months.
    facts: Vec<Fact>,
    /// Of all months: acceptances, which may have served a want.
    accepted: Vec<Fact>,
    root: String,
}

pub fn run(args: &Report, settings: &Settings, out: Out) -> Outcome {
    let (Some(from), Some(to)) = months(args)? else {
        let right = "say which months: --period 2026-01, --period 2026, or --from and --to";
        return Err(Failure::Usage(right.to_owned()));
    };
    if to < from || to.0 - from.0 >= MOST_MONTHS {
        let right = format!("{from} to {to} is no span of up to {MOST_MONTHS} months");
        return Err(Failure::Usage(right));
    }
    let Asked { reader, park, as_of } = asked(args, settings)?;
    let folded = fold(&reader, as_of, &park, (from, to))?;
    known_park(&folded.states, &park, as_of)?;
    let mut levers = Levers::new(&folded.states, FigureOf { park, from, to, as_of });
    folded.facts.iter().for_each(|fact| levers.add(fact));
    folded.accepted.iter().for_each(|fact| levers.serve(fact));
    let mut answer = levers.finish(&folded.facilities, &folded.listings, as_of);
    answer.root = Some(folded.root);
    let table = |answer: &_, format| api::rows_table(format, "levers", &rows(answer));
    Forms { answer: &answer, table, text, page: web::levers_sheet }.write(args, out)
}

fn fold(
    reader: &LogReader,
    below: u64,
    park: &ParkId,
    (from, to): (Month, Month),
) -> Result<Folded, Failure> {
    let mut folded = Folded {
        states: MemoryStates::default(),
        facilities: Vec::new(),
        listings: Vec::new(),
        facts: Vec::new(),
        accepted: Vec::new(),
        root: String::new(),
    };
    let mut range: CompactRange<Blake3> = CompactRange::new();
    reader.scan_stored(0, below, |stored| {
        let decoded = Decoded::read(&stored.line, stored.head.clone());
        let decoded = decoded.map_err(|error| Failure::failed(error.to_string()))?;
        range.push(decoded.leaf, |_, _, _| {});
        evolve(&mut folded.states, &decoded.meta(), &decoded.event);
        note(&mut folded, &decoded.event);
        facts(&decoded.event, |fact| {
            if fact.park != *park || !MEASURES.contains(&fact.measure) {
                return;
            }
            if fact.measure == Measure::Accepted {
                folded.accepted.push(fact.clone());
            }
            if (from..=to).contains(&fact.day.month()) {
                folded.facts.push(fact);
            }
        });
        Ok::<(), Failure>(())
    })?;
    folded.root = range.root().to_string();
    Ok(folded)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what brings facilities and listings about")]
fn note(folded: &mut Folded, event: &Event) {
    match event {
        Event::FacilityRegistered(event) => {
            folded.facilities.push(event.place.facility.to_string());
        }
        Event::ListingPublished(event) => folded.listings.push(event.listing.to_string()),
        _ => {}
    }
}

fn text(answer: &LeversAnswer) -> String {
    let LeversAnswer { park, from, to, as_of, .. } = answer;
    let records = count(*as_of, "record");
    let mut text = format!("The six levers of {park}, {from} to {to}, from {records}\n");
    let rows = rows(answer);
    for lever in crate::statistics::levers::Lever::ALL {
        let _ = writeln!(text, "\n{}", word(&lever).replace('_', " "));
        let own: Vec<_> = rows.iter().filter(|row| row.lever == lever).map(line).collect();
        if own.is_empty() {
            text.push_str("  nothing is known of it in these months\n");
        } else {
            table(&mut text, &own, 2);
        }
    }
    text
}

fn line(row: &LeverRow) -> Vec<String> {
    let value = if row.value.is_empty() { "unknown" } else { &*row.value };
    let amount = format!("{value} {}", row.unit);
    vec![row.of.clone(), word(&row.figure).replace('_', " "), amount.trim_end().to_owned()]
}
