//! `symbiosis report PARK --levers`: the roadmap's six levers of a park, straight from the log.
//!
//! Invariant: states and facts are those of the records below one position, and what reckons with
//! them is what the API answers from; so both give the same figures.

use std::fmt::Write as _;

use crate::api;
use crate::cli::args::{Report, ReportFormat, ReportLang};
use crate::cli::export::option;
use crate::cli::folder::{options, view};
use crate::cli::out::{Failure, Out, Outcome, count};
use crate::cli::report::{only_park, table};
use crate::cli::site_report::{months, put};
use crate::config::Settings;
use crate::domain::event::Event;
use crate::domain::evolve::evolve;
use crate::domain::fact::{Fact, Measure, facts};
use crate::domain::id::ParkId;
use crate::domain::state::Park;
use crate::domain::states::{MemoryStates, States as _};
use crate::domain::time::Month;
use crate::log::LogReader;
use crate::merkle::{Blake3, CompactRange};
use crate::query::figure::FigureOf;
use crate::query::levers::{Levers, LeversAnswer};
use crate::query::levers_table::{LeverRow, rows};
use crate::query::programme_table::word;
use crate::record::Decoded;
use crate::statistics::levers::MEASURES;
use crate::table::Format;
use crate::web::{self, Lang};

/// As in the API: capacities are summed day by day.
const MOST_MONTHS: i32 = 120;

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
    let park: Option<ParkId> = option("PARK", args.park.as_ref().or(args.of.as_ref()))?;
    let (Some(from), Some(to)) = months(args)? else {
        let right = "say which months: --period 2026-01, --period 2026, or --from and --to";
        return Err(Failure::Usage(right.to_owned()));
    };
    if to < from || to.0 - from.0 >= MOST_MONTHS {
        let right = format!("{from} to {to} is no span of up to {MOST_MONTHS} months");
        return Err(Failure::Usage(right));
    }
    let reader = view(&options(&args.folder, settings).folder)?;
    let size = reader.size();
    let as_of = args.programme.as_of.unwrap_or(size);
    if as_of > size {
        let records = count(size, "record");
        return Err(Failure::Usage(format!("--as-of {as_of}: there are {records}")));
    }
    let park = match park {
        Some(park) => park,
        None => only_park(&reader)?,
    };
    let folded = fold(&reader, as_of, &park, (from, to))?;
    if !folded.states.exists::<Park>(park.as_str()) {
        let records = count(as_of, "record");
        return Err(Failure::failed(format!("there is no park {park} in {records}")));
    }
    let mut levers = Levers::new(&folded.states, FigureOf { park, from, to, as_of });
    folded.facts.iter().for_each(|fact| levers.add(fact));
    folded.accepted.iter().for_each(|fact| levers.serve(fact));
    let mut answer = levers.finish(&folded.facilities, &folded.listings, as_of);
    answer.root = Some(folded.root);
    write(args, &answer, out)
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

fn write(args: &Report, answer: &LeversAnswer, out: Out) -> Outcome {
    let usual = if out.json { ReportFormat::Json } else { ReportFormat::Table };
    let file = |format| {
        let file = api::rows_table(format, "levers", &rows(answer));
        file.map_err(|error| Failure::failed(error.to_string()))
    };
    let bytes = match args.site.format.unwrap_or(usual) {
        ReportFormat::Table => text(answer).into_bytes(),
        ReportFormat::Json => {
            let text = serde_json::to_string_pretty(answer).expect("answers have string keys");
            format!("{text}\n").into_bytes()
        }
        ReportFormat::Csv => file(Format::Csv)?,
        ReportFormat::Xlsx => file(Format::Xlsx)?,
        ReportFormat::Html => {
            let lang = match args.programme.lang {
                ReportLang::En => Lang::En,
                ReportLang::Zh => Lang::Zh,
            };
            web::levers_sheet(answer, lang).into_bytes()
        }
    };
    put(args, &bytes)
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
