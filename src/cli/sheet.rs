//! What reports of a park as of a position have in common: what they are asked about, and the forms
//! in which they are written.

use serde::Serialize;

use crate::cli::args::{Report, ReportFormat, ReportLang};
use crate::cli::export::option;
use crate::cli::folder::{options, view};
use crate::cli::out::{Failure, Out, Outcome, count};
use crate::cli::report::only_park;
use crate::cli::site_report::put;
use crate::config::Settings;
use crate::domain::id::ParkId;
use crate::domain::state::Park;
use crate::domain::states::{MemoryStates, States as _};
use crate::log::LogReader;
use crate::table::{Format, TableError};
use crate::web::Lang;

/// What is asked about, and where it is read.
pub struct Asked {
    pub reader: LogReader,
    pub park: ParkId,
    /// From the records below this position.
    pub as_of: u64,
}

pub fn asked(args: &Report, settings: &Settings) -> Result<Asked, Failure> {
    let park: Option<ParkId> = option("PARK", args.park.as_ref().or(args.of.as_ref()))?;
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
    Ok(Asked { reader, park, as_of })
}

/// Refuses a park that the records below a position do not know.
pub fn known_park(states: &MemoryStates, park: &ParkId, below: u64) -> Result<(), Failure> {
    if states.exists::<Park>(park.as_str()) {
        return Ok(());
    }
    let records = count(below, "record");
    Err(Failure::failed(format!("there is no park {park} in {records}")))
}

/// One answer in the forms that a report has.
pub struct Forms<'a, A> {
    pub answer: &'a A,
    pub table: fn(&A, Format) -> Result<Vec<u8>, TableError>,
    pub text: fn(&A) -> String,
    pub page: fn(&A, Lang) -> String,
}

impl<A: Serialize> Forms<'_, A> {
    /// Writes the form that is asked for.
    pub fn write(&self, args: &Report, out: Out) -> Outcome {
        let usual = if out.json { ReportFormat::Json } else { ReportFormat::Table };
        let file = |format| {
            let file = (self.table)(self.answer, format);
            file.map_err(|error| Failure::failed(error.to_string()))
        };
        let bytes = match args.site.format.unwrap_or(usual) {
            ReportFormat::Table => (self.text)(self.answer).into_bytes(),
            ReportFormat::Json => {
                let text = serde_json::to_string_pretty(self.answer);
                format!("{}\n", text.expect("answers have string keys")).into_bytes()
            }
            ReportFormat::Csv => file(Format::Csv)?,
            ReportFormat::Xlsx => file(Format::Xlsx)?,
            ReportFormat::Html => {
                let lang = match args.programme.lang {
                    ReportLang::En => Lang::En,
                    ReportLang::Zh => Lang::Zh,
                };
                (self.page)(self.answer, lang).into_bytes()
            }
        };
        put(args, &bytes)
    }
}
