//! `symbiosis import --table`: a table of tickets, readings or contracts, into a folder or through
//! an API.
//!
//! Invariant: both ways give the same report, because the same reader and the same writer work
//! there. A row that is wrong is told and stops no other.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::api;
use crate::cli::args::Import;
use crate::cli::folder::{self, folder_key, options};
use crate::cli::out::{Failure, Out, Outcome, count, grouped, talk};
use crate::cli::remote::{Remote, answered, whole};
use crate::config::Settings;
use crate::domain::event::Side;
use crate::domain::id::FirmId;
use crate::table::{self, FILE_LIMIT, Format, Kind, Mapping, Report, RowReport, RowStatus, Wanted};

/// So many wrong rows are told one by one.
const LISTED: usize = 100;

pub fn run(args: &Import, kind: Kind, settings: &Settings, out: Out) -> Outcome {
    let bytes = file(&args.file)?;
    let mapping = match &args.table.mapping {
        None => Mapping::default(),
        Some(path) => {
            let text = fs::read_to_string(path);
            let text = text.map_err(|error| Failure::disk("read", path, &error))?;
            let read = Mapping::parse(&text, kind);
            read.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?
        }
    };
    let report = match &args.url {
        Some(url) => sent(args, url, kind, &mapping, bytes, settings)?,
        None => decided(args, kind, mapping, &bytes, settings)?,
    };
    if let Some(path) = &args.table.save_mapping {
        let text = serde_json::to_string_pretty(&report.mapping).expect("a mapping is JSON");
        fs::write(path, format!("{text}\n"))
            .map_err(|error| Failure::disk("write", path, &error))?;
    }
    let name = args.file.display().to_string();
    tell(&name, &report);
    out.answer(&report, |report| text(&name, report))?;
    match report.wrong {
        0 => Ok(()),
        wrong => {
            let right =
                "correct them and import the file again: what is in already changes nothing";
            Err(Failure::failed(format!("{} of {name} not taken; {right}", count(wrong, "row"))))
        }
    }
}

/// The whole file; `-` is stdin.
fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = FILE_LIMIT as u64 + 1;
    let read = match path == Path::new("-") {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes),
        false => fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    read.map_err(|error| Failure::disk("read", path, &error))?;
    if bytes.len() > FILE_LIMIT {
        let most = FILE_LIMIT >> 20;
        let name = path.display();
        return Err(Failure::failed(format!("{name} has more than {most} MiB; split it")));
    }
    Ok(bytes)
}

fn decided(
    args: &Import,
    kind: Kind,
    mapping: Mapping,
    bytes: &[u8],
    settings: &Settings,
) -> Result<Report, Failure> {
    let firm = args.table.firm.as_ref().ok_or_else(|| {
        Failure::Usage("a table goes into a folder for a firm: name it with --firm".to_owned())
    })?;
    let firm: FirmId = firm.parse().map_err(|error| Failure::Usage(format!("--firm: {error}")))?;
    let (sheet, role) = (args.table.sheet.clone(), args.table.role.map(Side::from));
    let wanted = Wanted { kind, mapping, sheet, role, firm };
    let ledger = folder::open(&options(&args.folder, settings))?;
    let plan = table::read(bytes, &wanted, ledger.index());
    let report =
        plan.map(|plan| api::run_table(&ledger, plan, &folder_key(), args.table.dry_run, |_| None));
    ledger.close();
    report.map_err(|error| Failure::failed(format!("{}: {error}", args.file.display())))
}

fn sent(
    args: &Import,
    url: &str,
    kind: Kind,
    mapping: &Mapping,
    bytes: Vec<u8>,
    settings: &Settings,
) -> Result<Report, Failure> {
    let remote = Remote::open(url, args.key.as_ref(), settings)?;
    let url = remote.address(&format!("/api/v1/imports/{}", kind.as_str()));
    let format = if bytes.starts_with(b"PK") { Format::Xlsx } else { Format::Csv };
    let mut request = remote.post(&url).header("Content-Type", format.media_type());
    request = request.query("dry_run", args.table.dry_run.to_string());
    if *mapping != Mapping::default() {
        request = request.query("mapping", serde_json::to_string(mapping).expect("it is JSON"));
    }
    if let Some(role) = args.table.role {
        request = request.query("role", role.as_str());
    }
    if let Some(sheet) = &args.table.sheet {
        request = request.query("sheet", sheet);
    }
    let answer = whole(&url, answered(&url, request.send(bytes))?)?;
    serde_json::from_slice(&answer)
        .map_err(|error| Failure::failed(format!("{url} answered no report: {error}")))
}

/// Tells wrong rows, the first of them.
fn tell(name: &str, report: &Report) {
    let wrong = report.rows.iter().filter(|row| row.status == RowStatus::Wrong);
    for RowReport { row, code, message, column, header, .. } in wrong.take(LISTED) {
        let place = header.as_ref().or(column.as_ref());
        let place = place.map(|place| format!(":{place}")).unwrap_or_default();
        let (code, message) = (code.as_deref().unwrap_or_default(), message.as_deref());
        talk(&format!("{name}:{row}{place}: {code}: {}", message.unwrap_or_default()));
    }
}

fn text(name: &str, report: &Report) -> String {
    let Report { accepted, already_in, nonconforming, skipped, wrong, .. } = report;
    let verb = if report.dry_run { "would be accepted" } else { "accepted" };
    let rows = count(report.rows.len() as u64, "row");
    let mut text = format!("{name}: {rows}, {} {verb}", grouped(*accepted));
    if *already_in > 0 {
        text.push_str(&format!(" ({} of them in already)", grouped(*already_in)));
    }
    for (number, says) in [
        (nonconforming, "noted as nonconforming"),
        (skipped, "skipped as sums"),
        (wrong, "not taken"),
    ] {
        if *number > 0 {
            text.push_str(&format!(", {} {says}", grouped(*number)));
        }
    }
    text.push('.');
    if !report.unused.is_empty() {
        text.push_str(&format!("\nNot used: {}.", report.unused.join(", ")));
    }
    text
}
