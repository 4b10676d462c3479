//! `symbiosis export`: records as they are stored, facts as a table, read straight from the log;
//! and lists of a running ledger.
//!
//! Invariant: every line was verified before it is written, and nothing of a sealed value is.

use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::cli::args::{ExportFacts, ExportList, ExportRecords};
use crate::cli::folder::{options, view};
use crate::cli::out::{Failure, Outcome, unwritten};
use crate::cli::remote::{Remote, answered, whole};
use crate::config::Settings;
use crate::domain::decimal::Decimal;
use crate::domain::fact::{Fact, FactUnit, facts};
use crate::domain::id::{FirmId, MaterialId, ParkId};
use crate::domain::money::MAX_MONEY_SCALE;
use crate::domain::quantity::Sum;
use crate::domain::stated_unit::STATED_SCALE;
use crate::domain::time::Day;
use crate::log::LogError;
use crate::record::Decoded;

/// One record as it leaves: the members of its line.
#[derive(Serialize)]
struct Record<'a> {
    body: &'a RawValue,
    hash: &'a str,
    head: &'a RawValue,
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Failure {
        Failure::failed(error.to_string())
    }
}

/// Reads a value of an option, naming the option if it is none.
pub fn option<T: FromStr>(flag: &str, text: Option<&String>) -> Result<Option<T>, Failure>
where
    T::Err: std::fmt::Display,
{
    let parse = |text: &String| text.parse();
    text.map(parse).transpose().map_err(|error| Failure::Usage(format!("{flag}: {error}")))
}

pub fn records(args: &ExportRecords, settings: &Settings) -> Outcome {
    let park: Option<ParkId> = option("--park", args.park.as_ref())?;
    let reader = view(&options(&args.folder, settings).folder)?;
    let to = args.to.unwrap_or(u64::MAX).min(reader.size());
    let mut out = BufWriter::new(io::stdout().lock());
    reader.scan_stored(args.from.min(to), to, |stored| {
        let head = &stored.head;
        let concerns = |wanted: &ParkId| head.parks.iter().any(|(park, _)| park == wanted);
        let is_wanted = park.as_ref().is_none_or(concerns)
            && (args.types.is_empty() || args.types.contains(&head.kind));
        if is_wanted {
            write_record(&mut out, stored.bytes).map_err(|error| unwritten(&error))?;
        }
        Ok::<(), Failure>(())
    })?;
    out.flush().map_err(|error| unwritten(&error))
}

fn write_record(out: &mut impl Write, line: &[u8]) -> io::Result<()> {
    let mut parts = line.splitn(3, |&byte| byte == b' ');
    let mut next = || {
        let part = parts.next().expect("a line that was verified has three parts");
        std::str::from_utf8(part).expect("a line that was verified is text")
    };
    let (hash, head, body) = (next(), next(), next());
    let raw = |text| serde_json::from_str(text).expect("verified parts are JSON");
    let record = Record { body: raw(body), hash, head: raw(head) };
    serde_json::to_writer(&mut *out, &record)?;
    out.write_all(b"\n")
}

/// Any list of a running ledger, as the API answers it.
pub fn list(args: &ExportList, settings: &Settings) -> Outcome {
    let remote = Remote::open(&args.url, args.key.as_ref(), settings)?;
    let list = args.list.trim_matches('/');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    if !list.bytes().all(plain) {
        return Err(Failure::Usage(format!(
            "{list} is no list; there is, for example, deliveries"
        )));
    }
    let url = remote.address(&format!("/api/v1/{list}"));
    let mut request = remote.get(&url).query("format", args.format.as_str());
    for filter in &args.filters {
        let (name, value) = filter.split_once('=').ok_or_else(|| {
            Failure::Usage(format!("--filter: {filter} is not of the form name=value"))
        })?;
        request = request.query(name, value);
    }
    let bytes = whole(&url, answered(&url, request.call())?)?;
    match &args.out {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|error| Failure::disk("write", path, &error))
        }
        None => {
            let mut out = io::stdout().lock();
            let written = out.write_all(&bytes).and_then(|()| out.flush());
            written.map_err(|error| unwritten(&error))
        }
    }
}

const COLUMNS: [&str; 20] = [
    "position",
    "measure",
    "park",
    "firm",
    "site",
    "recycler",
    "counterparty_firm",
    "counterparty_park",
    "counterparty_site",
    "material",
    "kind",
    "code",
    "day",
    "value",
    "unit",
    "basis",
    "method",
    "contract",
    "delivery",
    "item",
];

pub fn facts_table(args: &ExportFacts, settings: &Settings) -> Outcome {
    let park: Option<ParkId> = option("--park", args.park.as_ref())?;
    let firm: Option<FirmId> = option("--firm", args.firm.as_ref())?;
    let material: Option<MaterialId> = option("--material", args.material.as_ref())?;
    let from: Option<Day> = option("--from", args.from.as_ref())?;
    let to: Option<Day> = option("--to", args.to.as_ref())?;
    let is_wanted = |fact: &Fact| {
        let is_of = |wanted: &FirmId| {
            let other = fact.counterparty.as_ref().is_some_and(|other| other.firm == *wanted);
            fact.firm.as_ref() == Some(wanted) || other
        };
        park.as_ref().is_none_or(|wanted| fact.park == *wanted)
            && firm.as_ref().is_none_or(is_of)
            && material.as_ref().is_none_or(|wanted| fact.material.as_ref() == Some(wanted))
            && from.is_none_or(|from| from <= fact.day)
            && to.is_none_or(|to| fact.day <= to)
    };
    let reader = view(&options(&args.folder, settings).folder)?;
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{}", COLUMNS.join(",")).map_err(|error| unwritten(&error))?;
    reader.scan_stored(0, reader.size(), |stored| {
        let decoded = Decoded::read(&stored.line, stored.head.clone());
        let decoded = decoded.map_err(|error| Failure::failed(error.to_string()))?;
        let mut written = Ok(());
        facts(&decoded.event, |fact| {
            if written.is_ok() && is_wanted(&fact) {
                written = writeln!(out, "{}", row(decoded.position(), &fact));
            }
        });
        written.map_err(|error| unwritten(&error))
    })?;
    out.flush().map_err(|error| unwritten(&error))
}

/// Ids, codes, days and numbers: none of them needs quotes, and none begins a spreadsheet's
/// formula.
fn row(position: u64, fact: &Fact) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let measure = word(serde_json::to_value(fact.measure).expect("a measure has a name"));
    let kind = fact.kind.map(|kind| word(serde_json::to_value(kind).expect("a kind has a name")));
    let (value, unit, basis) = match fact.unit {
        FactUnit::Physical(dimension, basis) => {
            let sum = Sum::new(i128::from(fact.amount), dimension, basis);
            let sum = sum.expect("a fact is smaller than the largest sum");
            (sum.value().to_string(), sum.unit().to_string(), basis.to_string())
        }
        FactUnit::Money(currency, year) => {
            let value = Decimal::new(i128::from(fact.amount), MAX_MONEY_SCALE);
            let value = value.expect("a fact is smaller than the largest number");
            (value.to_string(), currency.to_string(), format!("prices of {year}"))
        }
        FactUnit::Stated(unit) => {
            let value = Decimal::new(i128::from(fact.amount), STATED_SCALE);
            let value = value.expect("a fact is smaller than the largest number");
            (value.to_string(), unit.code().to_owned(), String::new())
        }
        FactUnit::Nothing => ("0".to_owned(), String::new(), String::new()),
    };
    let text = |value: Option<&dyn ToString>| value.map(ToString::to_string).unwrap_or_default();
    let other = fact.counterparty.as_ref();
    let columns: [String; COLUMNS.len()] = [
        position.to_string(),
        measure,
        fact.park.to_string(),
        text(fact.firm.as_ref().map(|firm| firm as &dyn ToString)),
        text(fact.site.as_ref().map(|site| site as &dyn ToString)),
        fact.recycler.to_string(),
        text(other.map(|other| &other.firm as &dyn ToString)),
        text(other.map(|other| &other.park as &dyn ToString)),
        text(other.map(|other| &other.site as &dyn ToString)),
        text(fact.material.as_ref().map(|material| material as &dyn ToString)),
        kind.unwrap_or_default(),
        text(fact.code.as_ref().map(|code| code as &dyn ToString)),
        fact.day.to_string(),
        value,
        unit,
        basis,
        fact.method.to_string(),
        text(fact.contract.as_ref().map(|contract| contract as &dyn ToString)),
        text(fact.delivery.as_ref().map(|delivery| delivery as &dyn ToString)),
        text(fact.item.as_ref().map(|item| item as &dyn ToString)),
    ];
    columns.join(",")
}
