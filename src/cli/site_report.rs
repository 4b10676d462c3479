//! `symbiosis report SITE --table`: the solid waste ledger and the tax worksheet of a site.
//!
//! Invariant: the numbers are those that the API answers, from the same rows; what nobody declared
//! is said to be not declared. Holding the folder is the right to read it.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;

use crate::api;
use crate::cli::args::{Report, ReportFormat, SiteTable};
use crate::cli::export::option;
use crate::cli::folder::{self, folder_key, options};
use crate::cli::out::{Failure, Out, Outcome, count, unwritten};
use crate::cli::report::{amount, table};
use crate::config::Settings;
use crate::domain::access::{Principal, Role};
use crate::domain::id::SiteId;
use crate::domain::state::Site;
use crate::domain::states::States as _;
use crate::domain::time::Month;
use crate::ledger::Ledger;
use crate::query::report::{
    FigureStatus, MOST_MONTHS, ReportFigure, ReportOf, SolidWasteReport, SolidWasteRow, TaxRow,
    TaxWorksheet, solid_waste, tax,
};
use crate::query::rows::Rows;
use crate::table::{Format, TableError};

pub fn run(args: &Report, which: SiteTable, settings: &Settings, out: Out) -> Outcome {
    let site: Option<SiteId> = option("SITE", args.of.as_ref())?;
    let site = site.ok_or_else(|| Failure::Usage("name the site of the table".to_owned()))?;
    let (from, to) = span(args)?;
    let of = ReportOf { site, from, to };
    let ledger = folder::open(&options(&args.folder, settings))?;
    let written = told(args, which, &ledger, &of, out);
    ledger.close();
    written
}

/// The months that are asked for.
fn span(args: &Report) -> Result<(Month, Month), Failure> {
    let (from, to) = months(args)?;
    let (Some(from), Some(to)) = (from, to) else {
        let right = "say which months: --period 2026-01, --period 2026, or --from and --to";
        return Err(Failure::Usage(right.to_owned()));
    };
    if from <= to && to.0 - from.0 < MOST_MONTHS {
        return Ok((from, to));
    }
    Err(Failure::Usage(format!("{from} to {to} is no span of up to {MOST_MONTHS} months")))
}

/// The first and the last month that a report names.
pub fn months(args: &Report) -> Result<(Option<Month>, Option<Month>), Failure> {
    let Some(period) = &args.site.period else {
        let from = option("--from", args.from.as_ref())?;
        return Ok((from, option("--to", args.to.as_ref())?));
    };
    let is_year = period.len() == 4;
    let month = |of_year: &str| {
        let text = if is_year { format!("{period}{of_year}") } else { period.clone() };
        option::<Month>("--period", Some(&text))
    };
    Ok((month("-01")?, month("-12")?))
}

fn told(args: &Report, which: SiteTable, ledger: &Ledger, of: &ReportOf, out: Out) -> Outcome {
    let site = ledger.index().find::<Site>(of.site.as_str());
    let site = site.ok_or_else(|| Failure::failed(format!("there is no site {}", of.site)))?;
    let who = Principal {
        key: folder_key(),
        role: Role::Regulator,
        firm: None,
        parks: vec![site.state.park.clone()],
        site: None,
        also: Vec::new(),
    };
    let rows = Rows { index: ledger.index(), size: ledger.size(), who: Some(&who) };
    let failed = |error| Failure::failed(format!("{error}"));
    match which {
        SiteTable::SolidWaste => {
            let report = solid_waste(&rows, of).map_err(failed)?;
            let file = |it: &SolidWasteReport, format| api::rows_table(format, "report", &it.rows);
            write(args, out, &report, file, waste_text)
        }
        SiteTable::Tax => {
            let worksheet = tax(&rows, of).map_err(failed)?;
            let file = |it: &TaxWorksheet, format| api::rows_table(format, "report", &it.rows);
            write(args, out, &worksheet, file, tax_text)
        }
    }
}

fn write<R: Serialize>(
    args: &Report,
    out: Out,
    report: &R,
    file: impl FnOnce(&R, Format) -> Result<Vec<u8>, TableError>,
    text: impl FnOnce(&R) -> String,
) -> Outcome {
    let failed = |error: TableError| Failure::failed(error.to_string());
    let usual = if out.json { ReportFormat::Json } else { ReportFormat::Table };
    let bytes = match args.site.format.unwrap_or(usual) {
        ReportFormat::Table => text(report).into_bytes(),
        ReportFormat::Json => {
            let text = serde_json::to_string_pretty(report).expect("answers have string keys");
            format!("{text}\n").into_bytes()
        }
        ReportFormat::Csv => file(report, Format::Csv).map_err(failed)?,
        ReportFormat::Xlsx => file(report, Format::Xlsx).map_err(failed)?,
        ReportFormat::Html => {
            let right = "a site's table is no page; take table, json, csv or xlsx";
            return Err(Failure::Usage(right.to_owned()));
        }
    };
    put(args, &bytes)
}

/// Writes a report where it is wanted.
pub fn put(args: &Report, bytes: &[u8]) -> Outcome {
    match &args.site.out {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|error| Failure::disk("write", path, &error))
        }
        None => {
            let mut stdout = io::stdout().lock();
            let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
            written.map_err(|error| unwritten(&error))
        }
    }
}

fn figure(figure: &ReportFigure) -> String {
    match (&figure.amount, figure.status) {
        (Some(sum), FigureStatus::Declared) => amount(sum),
        (Some(sum), FigureStatus::Incomplete | FigureStatus::NotDeclared) => {
            format!("{} *", amount(sum))
        }
        (None, _) => "not declared".to_owned(),
    }
}

const NOTE: &str = "* a part is not declared and is not in the number; nothing is rounded\n";

fn waste_text(report: &SolidWasteReport) -> String {
    let SolidWasteReport { site, from, to, as_of, layout, left_out, rows, .. } = report;
    let records = count(*as_of, "record");
    let mut text = format!("Solid waste of {site}, {from} to {to}, from {records}\n{layout}\n\n");
    let header = [
        "period",
        "material",
        "receiver",
        "generated",
        "taken over",
        "left",
        "accepted by others",
        "used",
        "interim",
        "disposed",
        "stored",
    ];
    let row = |row: &SolidWasteRow| {
        let receiver = row.receiver.as_ref().map_or(String::new(), ToString::to_string);
        let figures = [
            &row.generated,
            &row.accepted,
            &row.flow_out,
            &row.passed_on,
            &row.used,
            &row.used_interim,
            &row.disposed,
            &row.stored,
        ];
        let words = [row.period.clone(), row.material.to_string(), receiver];
        words.into_iter().chain(figures.map(figure)).collect::<Vec<_>>()
    };
    let header = header.map(str::to_owned).to_vec();
    let lines: Vec<_> = std::iter::once(header).chain(rows.iter().map(row)).collect();
    table(&mut text, &lines, 3);
    if !left_out.is_empty() {
        let left: Vec<_> = left_out.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "not in it, as hazardous or not decided: {}", left.join(", "));
    }
    text.push_str(NOTE);
    text
}

fn tax_text(worksheet: &TaxWorksheet) -> String {
    let TaxWorksheet { site, from, to, as_of, rows, .. } = worksheet;
    let records = count(*as_of, "record");
    let mut text = format!("Tax worksheet of {site}, {from} to {to}, from {records}\n\n");
    let header = [
        "month",
        "material",
        "generated",
        "used",
        "accepted by others",
        "added to stock",
        "disposed",
        "taxable",
    ];
    let row = |row: &TaxRow| {
        let figures =
            [&row.generated, &row.used, &row.passed_on, &row.stored, &row.disposed, &row.taxable];
        let words = [row.month.to_string(), row.material.to_string()];
        words.into_iter().chain(figures.map(figure)).collect::<Vec<_>>()
    };
    let header = header.map(str::to_owned).to_vec();
    let lines: Vec<_> = std::iter::once(header).chain(rows.iter().map(row)).collect();
    table(&mut text, &lines, 2);
    text.push_str(NOTE);
    text
}
