//! `symbiosis report PARK --programme`: a park's indicators by a published method, straight from
//! the log.
//!
//! Invariant: the method, the items and the facts are those of the records below one position, and
//! what evaluates them is what the API answers from; so both give the same figures.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::api;
use crate::cli::annual::{self, Folded};
use crate::cli::args::Report;
use crate::cli::export::option;
use crate::cli::out::{Failure, Out, Outcome, count};
use crate::cli::report::table;
use crate::cli::sheet::{Asked, Forms, asked, known_park};
use crate::config::Settings;
use crate::domain::method::{Item, Method};
use crate::domain::name::Name;
use crate::domain::state::method_id;
use crate::domain::states::States as _;
use crate::domain::time::Period;
use crate::query::programme::{Passes, Programme, ProgrammeAnswer, Question};
use crate::query::programme_of;
use crate::query::programme_table::{IndicatorRow, rows, word};
use crate::web::{self};

pub fn run(args: &Report, named: &str, settings: &Settings, out: Out) -> Outcome {
    let period: Option<Period> = option("--period", args.site.period.as_ref())?;
    let period = period.ok_or_else(|| Failure::Usage("say which --period".to_owned()))?;
    let Asked { reader, park, as_of } = asked(args, settings)?;
    let folded = annual::fold(&reader, as_of, Some(&park))?;
    known_park(&folded.states, &park, as_of)?;
    let method = method(&folded, named, period)?;
    let choices = choices(args.programme.choices.as_deref(), named, &method)?;
    let base_year = args.programme.base_year;
    let (rosters, root) = (folded.standing(&park), Some(folded.root.clone()));
    let question =
        Question { park, period, base_year, choices, as_of, lag: 0, root, rosters, pinned: None };
    let items =
        |name: &Name| folded.states.find::<Item>(name.as_str()).map(|item| item.state.clone());
    let answer = Programme::evaluate(question, &method, &items, &folded.ground).answer();
    let table = |answer: &_, format| api::rows_table(format, "indicators", &rows(answer));
    Forms { answer: &answer, table, text, page: web::programme_sheet }.write(args, out)
}

/// Choices as they are written on the command line.
pub fn choices(
    text: Option<&str>,
    named: &str,
    method: &Method,
) -> Result<BTreeMap<Name, Name>, Failure> {
    programme_of::choices(text.unwrap_or(""), method).map_err(|part| {
        let known = method.parameters.iter().map(|one| {
            let choices: Vec<&str> = one.choices.iter().map(Name::as_str).collect();
            format!("{}:{}", one.parameter, choices.join("|"))
        });
        let known = known.collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { "none".to_owned() } else { known };
        Failure::Usage(format!("--choices: `{part}` is no choice of {named}; it has {known}"))
    })
}

/// A method that is published below the position, by its name, or by its name and version.
pub fn method(folded: &Folded, named: &str, period: Period) -> Result<Method, Failure> {
    let all = || folded.methods();
    let found = match named.contains('.') {
        true => all().find(|one| method_id(&one.method, one.version) == named),
        false => programme_of::newest(all().filter(|one| one.method.as_str() == named), period),
    };
    found.map(|found| found.read()).ok_or_else(|| {
        let mut known: Vec<String> = all().map(|one| method_id(&one.method, one.version)).collect();
        known.sort_unstable();
        let known = if known.is_empty() { "none is".to_owned() } else { known.join(", ") };
        let right = "publish those that ship with `symbiosis method publish --shipped`";
        Failure::failed(format!("no method {named} is published here ({known}); {right}"))
    })
}

fn text(answer: &ProgrammeAnswer) -> String {
    let ProgrammeAnswer { park, period, method, method_version, title_en, as_of, .. } = answer;
    let records = count(*as_of, "record");
    let mut text =
        format!("{title_en} ({method} {method_version})\n{park}, {period}, from {records}");
    if let Some(year) = answer.base_year {
        let _ = write!(text, ", base year {year}");
    }
    for choice in &answer.parameters {
        let _ = write!(text, ", {} {}", choice.parameter, choice.choice);
    }
    text.push_str("\n\n");
    let header = ["no.", "indicator", "status", "value", "unit", "threshold", "measured %"];
    let header = header.map(str::to_owned).to_vec();
    let line = |row: IndicatorRow| {
        let status = word(&row.status).replace('_', " ");
        let (title, unit) = (row.title_en, row.unit);
        vec![row.number, title, status, row.value, unit, row.threshold, row.measured_percent]
    };
    let lines: Vec<_> = std::iter::once(header).chain(rows(answer).into_iter().map(line)).collect();
    table(&mut text, &lines, 3);
    let missing: Vec<IndicatorRow> =
        rows(answer).into_iter().filter(|row| !row.missing.is_empty()).collect();
    if !missing.is_empty() {
        text.push_str("\nMissing\n");
        for row in missing {
            let _ = writeln!(text, "  {}: {}", row.indicator, row.missing);
        }
    }
    let says = match answer.passes {
        None => return text,
        Some(Passes::Yes) => "The park passes.",
        Some(Passes::No) => "The park does not pass.",
        Some(Passes::Unknown) => "Whether the park passes depends on what is missing.",
    };
    let _ = writeln!(text, "\n{says}");
    text
}
