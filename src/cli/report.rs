//! `symbiosis report`: a park's figures for a period, straight from the log.
//!
//! Invariant: computed from the records themselves by the formulas that the API uses, not from
//! rows, so an auditor who has only the folder gets the same figures. A ledger may run meanwhile.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::args::Report;
use crate::cli::export::option;
use crate::cli::folder::{options, view};
use crate::cli::out::{Failure, Out, Outcome, count, grouped};
use crate::config::Settings;
use crate::domain::fact::{Fact, facts};
use crate::domain::id::ParkId;
use crate::domain::time::Month;
use crate::record::Decoded;
use crate::statistics::chertow::{Granularity, LinkEvidence, ThreeTwo, ThreeTwoTest, Verdict};
use crate::statistics::exchange::{ExchangeTotal, ExchangeTotals, MEASURES};

/// Both figures, and what they are of.
#[derive(Serialize)]
struct Figures {
    /// Records below this position were read.
    as_of: u64,
    chertow_3_2: ThreeTwo,
    exchange_totals: Vec<ExchangeTotal>,
    from: Month,
    park: ParkId,
    to: Month,
}

pub fn run(args: &Report, settings: &Settings, out: Out) -> Outcome {
    let park: Option<ParkId> = option("--park", args.park.as_ref())?;
    let from: Option<Month> = option("--from", args.from.as_ref())?;
    let to: Option<Month> = option("--to", args.to.as_ref())?;
    let reader = view(&options(&args.folder, settings).folder)?;
    let as_of = reader.size();
    let mut found: Vec<Fact> = Vec::new();
    reader.scan_stored(0, as_of, |stored| {
        let decoded = Decoded::read(&stored.line, stored.head.clone());
        let decoded = decoded.map_err(|error| Failure::failed(error.to_string()))?;
        facts(&decoded.event, |fact| {
            if MEASURES.contains(&fact.measure) {
                found.push(fact);
            }
        });
        Ok::<(), Failure>(())
    })?;
    let park = one_park(park, &found)?;
    found.retain(|fact| fact.park == park);
    let months = || found.iter().map(|fact| fact.day.month());
    let (Some(first), Some(last)) = (months().min(), months().max()) else {
        return Err(Failure::failed(format!("nothing was exchanged in {park} yet")));
    };
    let (from, to) = (from.unwrap_or(first), to.unwrap_or(last));
    if to < from {
        return Err(Failure::Usage(format!("--to {to} is before --from {from}")));
    }
    found.retain(|fact| (from..=to).contains(&fact.day.month()));
    let mut totals = ExchangeTotals::default();
    let mut test = ThreeTwoTest::new(Granularity::default(), LinkEvidence::default());
    for fact in &found {
        totals.add(fact);
        test.add(fact);
    }
    let (chertow_3_2, exchange_totals) = (test.finish(), totals.finish());
    out.answer(&Figures { as_of, chertow_3_2, exchange_totals, from, park, to }, text)
}

/// The park that is meant: the one that is named, or the only one.
fn one_park(named: Option<ParkId>, found: &[Fact]) -> Result<ParkId, Failure> {
    if let Some(park) = named {
        return Ok(park);
    }
    let parks: BTreeSet<&ParkId> = found.iter().map(|fact| &fact.park).collect();
    let names: Vec<&str> = parks.iter().map(|park| park.as_str()).collect();
    match names.as_slice() {
        [] => Err(Failure::failed("nothing was exchanged yet")),
        [only] => Ok(only.parse().expect("it was read as one")),
        several => {
            let parks = several.join(", ");
            Err(Failure::Usage(format!("there are several parks; name one with --park: {parks}")))
        }
    }
}

fn text(figures: &Figures) -> String {
    let Figures { as_of, chertow_3_2, exchange_totals, from, park, to } = figures;
    let mut text = format!("{park}, {from} to {to}, from {}.\n\n", count(*as_of, "record"));
    let heads = ["material", "code", "unit", "accepted", "used", "gap", "measured %"];
    let mut rows = vec![heads.map(str::to_owned)];
    for line in exchange_totals {
        let code = line.code.as_ref().map(|code| code.code().to_owned());
        let percent = line.measured_percent.map(|percent| percent.to_string());
        rows.push([
            line.material.to_string(),
            code.unwrap_or_default(),
            line.accepted.unit().to_string(),
            line.accepted.value().to_string(),
            line.used.value().to_string(),
            line.gap.value().to_string(),
            percent.unwrap_or_default(),
        ]);
    }
    text.push_str("Total exchanged by material\n");
    table(&mut text, &rows);
    let verdict = match chertow_3_2.verdict {
        Verdict::Symbiosis => "passed",
        Verdict::Kernel => "not passed: there are exchanges, but not 3 entities with 2 resources",
        Verdict::None => "not passed: no by-product or utility was used by another firm",
    };
    let _ = writeln!(text, "\nChertow's 3-2 test: {verdict}");
    for component in &chertow_3_2.components {
        let (firms, resources) = (component.entities.len(), component.resources.len());
        let _ = writeln!(
            text,
            "  {} exchange {}: {}",
            count(firms as u64, "firm"),
            count(resources as u64, "resource"),
            component.entities.join(", ")
        );
        for link in &component.links {
            let (supplier, receiver) = (&link.supplier, &link.receiver);
            let facts = grouped(link.facts);
            let _ = writeln!(
                text,
                "    {supplier} -> {receiver}  {}  {} ({facts} uses)",
                link.resource, link.quantity
            );
        }
    }
    text
}

/// The first three columns to the left, numbers to the right.
fn table(text: &mut String, rows: &[[String; 7]]) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..7).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let space = " ".repeat(width - cell.chars().count());
            match column < 3 {
                true => line.push_str(&format!("{cell}{space}  ")),
                false => line.push_str(&format!("{space}{cell}  ")),
            }
        }
        let _ = writeln!(text, "  {}", line.trim_end());
    }
}
