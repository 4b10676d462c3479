//! `symbiosis report`: a park's figures for some months, straight from the log.
//!
//! Invariant: the folds are those that the API answers from. A line that is not whole yet is not
//! counted, so a ledger may run meanwhile.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::annual;
use crate::cli::args::Report;
use crate::cli::export::option;
use crate::cli::folder::{options, view};
use crate::cli::network_report;
use crate::cli::out::{Failure, Out, Outcome, count, grouped};
use crate::cli::{levers, programme, site_report};
use crate::config::Settings;
use crate::domain::fact::{Fact, facts};
use crate::domain::id::ParkId;
use crate::domain::quantity::Sum;
use crate::domain::shapes::MaterialKind;
use crate::domain::time::Month;
use crate::domain::unit::Unit;
use crate::log::LogReader;
use crate::record::Decoded;
use crate::statistics::chertow::{Granularity, LinkEvidence, ThreeTwo, ThreeTwoTest, Verdict};
use crate::statistics::exchange::{ExchangeTotal, ExchangeTotals, MEASURES};
use crate::statistics::network::{NetworkFigures, NetworkFold, NetworkParameters};

#[derive(Serialize)]
struct Figures {
    park: ParkId,
    /// None where nothing was exchanged at all.
    from: Option<Month>,
    to: Option<Month>,
    /// From the facts of all records below this position.
    as_of: u64,
    exchange_totals: Vec<ExchangeTotal>,
    chertow_3_2: ThreeTwo,
    /// None where no month is known.
    network: Option<NetworkFigures>,
}

pub fn run(args: &Report, settings: &Settings, out: Out) -> Outcome {
    if let Some(table) = args.site.table {
        return site_report::run(args, table, settings, out);
    }
    if let Some(participation) = &args.annual {
        let reader = view(&options(&args.folder, settings).folder)?;
        return annual::run(
            &reader,
            participation,
            option("--period", args.site.period.as_ref())?,
            out,
        );
    }
    if args.programme.levers {
        return levers::run(args, settings, out);
    }
    if let Some(method) = &args.programme.programme {
        return programme::run(args, method, settings, out);
    }
    let park: Option<ParkId> = option("--park", args.park.as_ref().or(args.of.as_ref()))?;
    let (from, to) = site_report::months(args)?;
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Failure::Usage(format!("--to {to} is before --from {from}")));
    }
    let reader = view(&options(&args.folder, settings).folder)?;
    let park = match park {
        Some(park) => park,
        None => only_park(&reader)?,
    };
    let mut totals = ExchangeTotals::default();
    let mut test = ThreeTwoTest::new(Granularity::default(), LinkEvidence::default());
    let mut network = NetworkFold::new(NetworkParameters::default(), from, to);
    let mut months: Option<(Month, Month)> = None;
    let as_of = reader.size();
    each_fact(&reader, as_of, |fact| {
        let month = fact.day.month();
        let is_wanted = fact.park == park
            && from.is_none_or(|from| from <= month)
            && to.is_none_or(|to| month <= to);
        if is_wanted {
            network.add(fact);
        }
        if is_wanted && MEASURES.contains(&fact.measure) {
            let (first, last) = months.unwrap_or((month, month));
            months = Some((first.min(month), last.max(month)));
            totals.add(fact);
            test.add(fact);
        }
    })?;
    let (exchange_totals, chertow_3_2) = (totals.finish(), test.finish());
    let from = from.or(months.map(|(first, _)| first));
    let to = to.or(months.map(|(_, last)| last));
    let network = to.map(|to| network.finish(to));
    let figures = Figures { park, from, to, as_of, exchange_totals, chertow_3_2, network };
    out.answer(&figures, text)
}

fn each_fact(reader: &LogReader, below: u64, mut each: impl FnMut(&Fact)) -> Outcome {
    reader.scan_stored(0, below, |stored| {
        let decoded = Decoded::read(&stored.line, stored.head.clone());
        let decoded = decoded.map_err(|error| Failure::failed(error.to_string()))?;
        facts(&decoded.event, |fact| each(&fact));
        Ok(())
    })
}

/// The park of a ledger that has one only.
pub fn only_park(reader: &LogReader) -> Result<ParkId, Failure> {
    let mut parks = BTreeSet::new();
    reader.scan_stored(0, reader.size(), |stored| {
        parks.extend(stored.head.parks.iter().map(|(park, _)| park.clone()));
        Ok::<(), Failure>(())
    })?;
    let mut parks = parks.into_iter();
    match (parks.next(), parks.next()) {
        (Some(park), None) => Ok(park),
        (None, _) => Err(Failure::failed("this ledger has no park yet")),
        (Some(one), Some(other)) => {
            let shown = format!("{one}, {other}");
            Err(Failure::Usage(format!(
                "say which park with --park; there are {shown} and maybe more"
            )))
        }
    }
}

fn text(figures: &Figures) -> String {
    let Figures { park, from, to, as_of, exchange_totals, chertow_3_2, network } = figures;
    let month = |month: &Option<Month>| month.map_or("…".to_owned(), |month| month.to_string());
    let records = count(*as_of, "record");
    let (from, to) = (month(from), month(to));
    let mut text = format!("{park}, {from} to {to}, from {records}\n\nExchanged\n");
    let header = ["material", "kind", "code", "accepted", "used", "gap", "measured"];
    let header = header.map(str::to_owned);
    let rows = exchange_totals.iter().map(row);
    let rows: Vec<_> = std::iter::once(header).chain(rows).collect();
    table(&mut text, &rows, 3);
    let units: BTreeSet<Unit> = exchange_totals.iter().map(|total| total.accepted.unit()).collect();
    let units = units.iter().map(|unit| format!("{unit} is {}", unit.name_en()));
    let _ = writeln!(text, "  ({})", units.collect::<Vec<_>>().join(", "));
    verdict(&mut text, chertow_3_2);
    if let Some(network) = network {
        network_report::write(&mut text, network);
    }
    text
}

fn row(total: &ExchangeTotal) -> [String; 7] {
    let kind = match total.kind {
        Some(MaterialKind::ByProduct) => "by-product",
        Some(MaterialKind::Utility) => "utility",
        Some(MaterialKind::Product) => "product",
        Some(MaterialKind::Residue) => "residue",
        None => "",
    };
    let percent = total.measured_percent.map_or("-".to_owned(), |share| format!("{share} %"));
    let code = total.code.as_ref().map(|code| code.code().to_owned());
    [
        total.material.to_string(),
        kind.to_owned(),
        code.unwrap_or_default(),
        amount(&total.accepted),
        amount(&total.used),
        amount(&total.gap),
        percent,
    ]
}

/// `12,345.67 TNE`.
pub fn amount(sum: &Sum) -> String {
    let value = sum.value().to_string();
    let (sign, digits) = value.strip_prefix('-').map_or(("", &*value), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.parse().map_or(whole.to_owned(), grouped);
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction} {}", sum.unit())
}

/// So many columns of words to the left, numbers to the right.
pub fn table<R: AsRef<[String]>>(text: &mut String, rows: &[R], words: usize) {
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    let length = |row: &R, column: usize| row.as_ref()[column].chars().count();
    let width = |column: usize| rows.iter().map(|row| length(row, column)).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.as_ref().iter().zip(&widths).enumerate() {
            let _ = match column < words {
                true => write!(line, "  {cell:<width$}"),
                false => write!(line, "  {cell:>width$}"),
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn verdict(text: &mut String, result: &ThreeTwo) {
    let says = match result.verdict {
        Verdict::Symbiosis => "passed: at least three firms exchange at least two by-products",
        Verdict::Kernel => "not passed: a kernel, with fewer than three firms or two by-products",
        Verdict::None => "not passed: no by-product was used by another firm",
    };
    let _ = writeln!(text, "\nChertow's 3-2 test {says}");
    for component in &result.components {
        let (firms, resources) = (component.entities.len(), component.resources.len());
        let _ = writeln!(text, "  {firms} firms, {resources} resources:");
        for link in &component.links {
            let (supplier, receiver, resource) = (&link.supplier, &link.receiver, &link.resource);
            let (quantity, uses) = (amount(&link.quantity), count(link.facts, "use"));
            let _ =
                writeln!(text, "    {supplier} -> {receiver}  {resource}  {quantity} in {uses}");
            for (sum, what) in [(&link.one_sided, "one side's word"), (&link.disputed, "disputed")]
            {
                if sum.amount() != 0 {
                    let _ = writeln!(text, "      {what}: {}", amount(sum));
                }
            }
        }
    }
    if !result.excluded_recyclers.is_empty() {
        let _ =
            writeln!(text, "  not counted, as recyclers: {}", result.excluded_recyclers.join(", "));
    }
}
