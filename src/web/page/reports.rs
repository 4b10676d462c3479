//! The reports of a site: its ledger of solid waste and its tax worksheet, to read and to print.
//! Every number shows the records that it is the sum of.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::api::{Fault, Problem};
use crate::domain::id::SiteId;
use crate::domain::time::Month;
use crate::query::report::{
    FigureStatus, MOST_MONTHS, ReportFigure, ReportOf, ReportTable, SolidWasteRow, TaxRow,
    solid_waste, tax,
};
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::decide::now;
use crate::web::reader::Reader;
use crate::web::show::Shown;
use crate::web::visit::{Reply, Visit};

/// So many records of a number are named; the API names all.
const NAMED: usize = 6;

/// A number with its records.
pub struct Cell {
    shown: Shown,
    status: FigureStatus,
    entries: Vec<u64>,
    t: &'static Messages,
}

/// Safe because it holds digits and words of this program only.
impl HtmlSafe for Cell {}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            FigureStatus::NotDeclared => {
                return write!(f, "<span class=\"none\">{}</span>", self.t.report_not_declared);
            }
            FigureStatus::Declared => write!(f, "{}", self.shown)?,
            FigureStatus::Incomplete => write!(f, "{}&nbsp;*", self.shown)?,
        }
        for entry in self.entries.iter().take(NAMED) {
            write!(f, " <a class=\"screen\" href=\"/log/{entry}\">{entry}</a>")?;
        }
        if self.entries.len() > NAMED {
            write!(f, " <span class=\"screen\">… ({})</span>", self.entries.len())?;
        }
        Ok(())
    }
}

/// One line of a table.
pub struct Line {
    pub period: String,
    pub material: String,
    pub receiver: String,
    pub cells: Vec<Cell>,
}

/// One table.
pub struct Sheet {
    pub title: &'static str,
    pub has_receiver: bool,
    pub heads: Vec<&'static str>,
    pub lines: Vec<Line>,
}

struct Found {
    name: String,
    firm: String,
    waste: Vec<Sheet>,
    left_out: String,
    tax: Sheet,
    as_of: u64,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct Page {
    f: Frame,
    site: String,
    from: String,
    to: String,
    r: Found,
}

pub async fn answer(visit: &mut Visit<'_>, site: &str) -> Reply {
    visit.principal()?;
    let site: SiteId = site.parse().map_err(|_| Problem::not_found("site"))?;
    let (from, to) = span(visit.query.get("from"), visit.query.get("to"))?;
    let of = ReportOf { site: site.clone(), from, to };
    let found = visit.read(move |reader| found(reader, &of)).await?;
    visit.page(&Page {
        f: visit.frame(format!("{}: {}", visit.t().reports, found.name)),
        site: site.to_string(),
        from: from.to_string(),
        to: to.to_string(),
        r: found,
    })
}

/// The months that were asked for; else the twelve up to the present one.
fn span(from: &str, to: &str) -> Result<(Month, Month), Problem> {
    let read = |name: &'static str, text: &str| match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|error| Problem::parameter(name, &error)),
    };
    let (from, to): (Option<Month>, Option<Month>) = (read("from", from)?, read("to", to)?);
    let to = to.unwrap_or_else(|| now().utc_day().month());
    let from = from.unwrap_or(Month((to.0 - 11).max(Month::MIN.0)));
    if from <= to && to.0 - from.0 < MOST_MONTHS {
        return Ok((from, to));
    }
    let detail = format!("from {from} to {to} is no span of up to {MOST_MONTHS} months");
    Err(Problem::new(Fault::MalformedParameter, detail))
}

fn found(reader: &Reader, of: &ReportOf) -> Result<Found, Problem> {
    let (rows, t) = (reader.rows(), reader.t());
    let (waste, worksheet) = (solid_waste(&rows, of)?, tax(&rows, of)?);
    let sheet = |table: ReportTable, title: &'static str| {
        let of_table = waste.rows.iter().filter(|row| row.table == table && is_told(row));
        Sheet {
            title,
            has_receiver: table == ReportTable::Flow,
            heads: waste_heads(t, table),
            lines: of_table.map(|row| waste_line(reader, row)).collect(),
        }
    };
    let names = reader.names();
    let left_out = waste.left_out.iter().map(|id| names.material(id));
    Ok(Found {
        name: names.site(&of.site),
        firm: names.firm(&waste.firm),
        waste: vec![
            sheet(ReportTable::Month, t.report_by_month),
            sheet(ReportTable::Year, t.report_by_year),
            sheet(ReportTable::Flow, t.report_flows),
        ],
        left_out: left_out.collect::<Vec<_>>().join(", "),
        tax: Sheet {
            title: t.report_tax,
            has_receiver: false,
            heads: vec![
                t.report_generated,
                t.report_own_used,
                t.report_passed_on,
                t.report_grown,
                t.report_disposed,
                t.report_taxable,
            ],
            lines: worksheet.rows.iter().map(|row| tax_line(reader, row)).collect(),
        },
        as_of: waste.as_of,
    })
}

/// Whether a row says anything; on paper the others would be pages of "not declared".
fn is_told(row: &SolidWasteRow) -> bool {
    figures(row).iter().any(|figure| figure.status != FigureStatus::NotDeclared)
}

fn figures(row: &SolidWasteRow) -> [&ReportFigure; 8] {
    [
        &row.generated,
        &row.accepted,
        &row.flow_out,
        &row.passed_on,
        &row.used,
        &row.used_interim,
        &row.disposed,
        &row.stored,
    ]
}

fn waste_heads(t: &Messages, table: ReportTable) -> Vec<&'static str> {
    if table == ReportTable::Flow {
        return vec![t.report_flow_out, t.report_passed_on];
    }
    vec![
        t.report_generated,
        t.report_accepted,
        t.report_flow_out,
        t.report_passed_on,
        t.report_used,
        t.report_used_interim,
        t.report_disposed,
        t.report_stored,
    ]
}

fn waste_line(reader: &Reader, row: &SolidWasteRow) -> Line {
    let cells = match row.table {
        ReportTable::Flow => vec![cell(reader, &row.flow_out), cell(reader, &row.passed_on)],
        ReportTable::Month | ReportTable::Year => {
            figures(row).iter().map(|figure| cell(reader, figure)).collect()
        }
    };
    let receiver = row.receiver.as_ref().map(|site| reader.names().site(site));
    Line {
        period: row.period.clone(),
        material: reader.names().material(&row.material),
        receiver: receiver.unwrap_or_default(),
        cells,
    }
}

fn tax_line(reader: &Reader, row: &TaxRow) -> Line {
    let figures =
        [&row.generated, &row.used, &row.passed_on, &row.stored, &row.disposed, &row.taxable];
    Line {
        period: row.month.to_string(),
        material: reader.names().material(&row.material),
        receiver: String::new(),
        cells: figures.iter().map(|figure| cell(reader, figure)).collect(),
    }
}

fn cell(reader: &Reader, figure: &ReportFigure) -> Cell {
    let ReportFigure { amount, entries, status } = figure.clone();
    let shown = amount.map_or(Shown::Absent, |sum| Shown::sum(&sum, reader.lang));
    Cell { shown, status, entries, t: reader.t() }
}
