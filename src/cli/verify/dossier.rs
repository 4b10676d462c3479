//! A dossier verified, and what that says, in plain words.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use crate::cli::args::Verify;
use crate::cli::check::verifier_key;
use crate::cli::out::{Failure, Out, Outcome, count, grouped};
use crate::cli::verify::read;
use crate::evidence::dossier::manifest::{Strength, ValueStatus};
use crate::evidence::dossier::report::{About, Check, FigureFound, Found, Line, Report, Verdict};
use crate::evidence::dossier::{Trust, VERSION_LINE, verify};

/// Read at once.
const BUFFER: usize = 1 << 20;

/// Whether the file's first line says that it is a dossier, of whatever version.
pub fn is_one(path: &Path) -> Result<bool, Failure> {
    let failed = |error: std::io::Error| Failure::disk("read", path, &error);
    let name = VERSION_LINE.split_inclusive('/').next().unwrap_or(VERSION_LINE);
    let mut first = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(name.len() as u64).read_to_end(&mut first).map_err(failed)?;
    Ok(first == name.as_bytes())
}

pub fn run(args: &Verify, out: Out) -> Outcome {
    if args.checkpoint.is_some() || args.record.is_some() {
        let message = "--checkpoint and --record go with a proof; a dossier has its own";
        return Err(Failure::Usage(message.to_owned()));
    }
    let keys: Result<Vec<_>, Failure> = args.keys.iter().map(|key| verifier_key(key)).collect();
    let keys = keys?;
    let earlier = args.earlier.as_deref().map(read).transpose()?;
    let failed = |error: std::io::Error| Failure::disk("read", &args.file, &error);
    let file = File::open(&args.file).map_err(failed)?;
    let trust = Trust { keys: &keys, earlier: earlier.as_deref() };
    let report = verify(BufReader::with_capacity(BUFFER, file), trust).map_err(failed)?;
    out.answer(&report, text)?;
    let fault = report.fault().map_or(String::new(), |line| format!(": {}", line.says));
    match report.verdict {
        Verdict::Verified => Ok(()),
        Verdict::Open => Err(Failure::failed(format!("it can't be told{fault}"))),
        Verdict::NotVerified => Err(Failure::NotVerified(format!("it does not verify{fault}"))),
    }
}

/// The report for people.
fn text(report: &Report) -> String {
    let mut text = String::new();
    if let Some(about) = &report.about {
        head(&mut text, about, report);
    }
    text.push_str("Checked\n");
    for line in &report.checks {
        let _ = writeln!(text, "  {:<6} {:<13} {}", found(line), name(line.check), line.says);
    }
    if !report.figures.is_empty() {
        text.push_str("\nComputed anew from the records in the file\n");
        report.figures.iter().for_each(|figure| write_figure(&mut text, figure));
    }
    text.push('\n');
    text.push_str(match report.verdict {
        Verdict::Verified => "It is verified.\n",
        Verdict::Open => "It is consistent, and NOT verified: see what is open above.\n",
        Verdict::NotVerified => "It does NOT verify.\n",
    });
    if let Some(about) = &report.about {
        limits(&mut text, about.strength);
    }
    text
}

fn head(text: &mut String, about: &About, report: &Report) {
    let About { as_of, base_year, firm, method, park, period, strength, version } = about;
    let of = firm.as_ref().map_or(String::new(), |firm| format!(", of {firm} only"));
    let base = base_year.map_or(String::new(), |year| format!(", base year {year}"));
    let strength = match strength {
        Strength::Listed => "listed",
        Strength::Complete => "complete",
    };
    let _ = writeln!(
        text,
        "{park}, {period}, by {method}.{version}{base}{of}\n\
         From {}; a {strength} dossier that shows {} whole and {} by their HEAD",
        count(*as_of, "record"),
        count(report.bodies, "record"),
        grouped(report.heads),
    );
    if let Some(hash) = &report.hash {
        let _ = writeln!(text, "{hash}");
    }
    text.push('\n');
}

fn found(line: &Line) -> &'static str {
    match line.found {
        Found::Holds => "holds",
        Found::Open => "open",
        Found::Fails => "FAILS",
    }
}

fn name(check: Check) -> &'static str {
    match check {
        Check::Form => "form",
        Check::Checkpoint => "checkpoint",
        Check::Inclusion => "inclusion",
        Check::Consistency => "consistency",
        Check::Completeness => "completeness",
        Check::Method => "method",
        Check::Revealed => "revealed",
        Check::Formulas => "formulas",
    }
}

fn write_figure(text: &mut String, figure: &FigureFound) {
    let FigureFound { exact, indicator, is_as_stated, status, title_en, unit, value } = figure;
    let stated = if *is_as_stated { "as stated" } else { "NOT as stated" };
    let status = match status {
        ValueStatus::Met => "met",
        ValueStatus::NotMet => "not met",
        ValueStatus::Reported => "reported",
        ValueStatus::Unknown => "unknown",
        ValueStatus::Undefined => "undefined",
        ValueStatus::Inconsistent => "inconsistent",
    };
    let _ = match value.as_ref().zip(exact.as_ref()) {
        Some((value, exact)) => writeln!(
            text,
            "  {indicator} ({title_en}): {value} {unit}, exactly {exact}; {status}; {stated}"
        ),
        None => writeln!(text, "  {indicator} ({title_en}): no value; {status}; {stated}"),
    };
}

/// What no dossier says.
fn limits(text: &mut String, strength: Strength) {
    text.push_str(
        "\nIt does not prove that a scale was honest, that a firm declared all that it generated,\n\
         or that a receiver used what it said it used. It says nothing about what was never\n\
         recorded, nor that the ledger showed the same log to everyone: compare checkpoints.\n",
    );
    if strength == Strength::Listed {
        text.push_str("A listed dossier does not prove that no record was left out.\n");
    }
}
