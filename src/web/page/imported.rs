//! A table that was brought: how its columns are read, what would become of each row, and, once it
//! was imported, what became of it.
//!
//! Invariant: looking changes nothing. The import is the one that was looked at: the same bytes,
//! the same mapping; sent again it changes nothing either, because ids come from what rows are
//! about.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use crate::api::{Fault, Problem, import_table, own_firm};
use crate::table::{self, Mapping, Report, RowReport, RowStatus, TableError, Wanted};
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::mapping::{self, MapRow, Setting};
use crate::web::page::trouble::Said;
use crate::web::reader::Reader;
use crate::web::uploads::Upload;
use crate::web::visit::{Reply, Visit};

/// So many rows stand on a page.
const PAGE: usize = 200;

/// What came, or would come, of a row.
pub struct Row {
    pub number: u64,
    pub status: &'static str,
    pub mark: &'static str,
    pub about: String,
    /// Where its page is, once it is in.
    pub link: Option<String>,
    pub header: String,
    pub said: Option<Said>,
    pub notes: Vec<&'static str>,
    pub position: Option<u64>,
}

/// What came of a whole table, so many rows of it.
pub struct Shown {
    pub accepted: u64,
    pub already_in: u64,
    pub wrong: u64,
    pub skipped: u64,
    pub nonconforming: u64,
    pub form: String,
    pub unused: String,
    pub rows: Vec<Row>,
    /// Whether rows that are not in are shown only.
    pub wrong_only: bool,
    /// The query of the page before and of the one behind.
    pub before: Option<String>,
    pub after: Option<String>,
}

struct Found {
    report: Option<Shown>,
    said: Option<Said>,
    map: Vec<MapRow>,
    settings: Vec<Setting>,
    sheet: String,
    is_book: bool,
}

#[derive(Template)]
#[template(path = "imported.html")]
struct Page {
    f: Frame,
    id: String,
    name: String,
    kind: &'static str,
    /// Whether it was imported.
    ran: bool,
    i: Found,
}

fn wanted(visit: &Visit<'_>, upload: &Upload) -> Result<Wanted, Problem> {
    Ok(Wanted {
        kind: upload.kind,
        mapping: upload.mapping.clone(),
        sheet: upload.sheet.clone(),
        role: None,
        firm: own_firm(visit.principal()?)?,
    })
}

fn upload(visit: &Visit<'_>, id: &str) -> Result<Upload, Problem> {
    let found = visit.site.uploads.find(id, &visit.principal()?.key);
    found.ok_or_else(|| {
        let detail = "the table is not held any more; bring the file again under /import";
        Problem::new(Fault::NotFound, detail)
    })
}

pub async fn answer(visit: &mut Visit<'_>, id: &str) -> Reply {
    let upload = upload(visit, id)?;
    let wanted = wanted(visit, &upload)?;
    let (from, wrong_only) =
        (visit.query.get("from").parse().unwrap_or(0), visit.query.get("show") == "wrong");
    let (of_file, ran) = (upload.clone(), upload.report.is_some());
    let read = visit.read(move |reader| {
        let report = match &of_file.report {
            Some(report) => Ok(Arc::clone(report)),
            None => imported(reader, &of_file, &wanted, true)?.map(Arc::new),
        };
        Ok(found(reader, &of_file, &wanted, report, (from, wrong_only)))
    });
    let i = read.await?;
    let status = if i.report.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        f: visit.frame(format!("{}: {}", visit.t().import, upload.name)),
        id: id.to_owned(),
        name: upload.name,
        kind: visit.t().table_kind(upload.kind),
        ran,
        i,
    };
    visit.page_with(status, &page)
}

/// Another mapping, or the word that it goes in.
pub async fn sent(visit: &mut Visit<'_>, id: &str) -> Reply {
    let fields = visit.form().await?;
    let upload = upload(visit, id)?;
    let key = visit.principal()?.key.clone();
    if fields.get("do") == "run" {
        let wanted = wanted(visit, &upload)?;
        let report = visit.read(move |reader| imported(reader, &upload, &wanted, false)).await?;
        if let Ok(report) = report {
            visit.site.uploads.change(id, &key, |it| it.report = Some(Arc::new(report)));
        }
    } else {
        let mapping = mapping::read(upload.kind, &fields, &upload.mapping);
        let sheet = fields.filled("sheet").map(str::to_owned);
        visit.site.uploads.change(id, &key, |it| {
            (it.mapping, it.sheet, it.report) = (mapping, sheet, None);
        });
    }
    visit.lead_to(&format!("/import/{id}"))
}

/// The mapping as it is used, as a file to be kept for the next table.
pub async fn mapping(visit: &mut Visit<'_>, id: &str) -> Reply {
    let upload = upload(visit, id)?;
    let (wanted, kind) = (wanted(visit, &upload)?, upload.kind);
    let used = visit.read(move |reader| {
        let plan = table::read(&upload.bytes, &wanted, reader.ledger.index());
        Ok(plan.map_or(wanted.mapping, |plan| plan.mapping().clone()))
    });
    let text = serde_json::to_string_pretty(&used.await?).map_err(|it| Problem::internal(&it))?;
    let disposition = format!("attachment; filename=\"mapping-{}.json\"", kind.as_str());
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text))
}

/// Through the same reader, writer and rights as the API's import.
fn imported(
    reader: &Reader,
    upload: &Upload,
    wanted: &Wanted,
    dry_run: bool,
) -> Result<Result<Report, TableError>, Problem> {
    let who = reader.who.as_ref().ok_or_else(|| Problem::not_found("key"))?;
    Ok(import_table(&reader.ledger, who, &upload.bytes, wanted, dry_run))
}

fn found(
    reader: &Reader,
    upload: &Upload,
    wanted: &Wanted,
    report: Result<Arc<Report>, TableError>,
    part: (usize, bool),
) -> Found {
    let headers = table::headers(&upload.bytes, wanted).unwrap_or_default();
    let (mapping, said) = match &report {
        Ok(report) => (&report.mapping, None),
        Err(error) => (&upload.mapping, Some(Said::told(error.code, &error.message, reader.lang))),
    };
    let is_empty = headers.is_empty();
    let map = |mapping: &Mapping| mapping::rows(upload.kind, mapping, &headers, reader.lang);
    Found {
        said,
        map: if is_empty { Vec::new() } else { map(mapping) },
        settings: mapping::settings(mapping),
        sheet: upload.sheet.clone().unwrap_or_default(),
        is_book: upload.bytes.starts_with(b"PK"),
        report: report.ok().map(|report| shown(reader, &report, part)),
    }
}

fn shown(reader: &Reader, report: &Report, (from, wrong_only): (usize, bool)) -> Shown {
    let kept: Vec<&RowReport> =
        report.rows.iter().filter(|row| !wrong_only || row.status == RowStatus::Wrong).collect();
    let query = |from: usize| {
        let show = if wrong_only { "&show=wrong" } else { "" };
        format!("?from={from}{show}")
    };
    let separator = report.delimiter.as_deref().map(|it| {
        let it = if it == "\t" { "TAB" } else { it };
        format!("{} {it}", reader.t().import_separator)
    });
    let of_file = [report.sheet.clone(), report.encoding.clone(), separator];
    Shown {
        accepted: report.accepted,
        already_in: report.already_in,
        wrong: report.wrong,
        skipped: report.skipped,
        nonconforming: report.nonconforming,
        form: of_file.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        unused: report.unused.join(", "),
        rows: kept.iter().skip(from).take(PAGE).map(|row| shown_row(reader, report, row)).collect(),
        wrong_only,
        before: (from > 0).then(|| query(from.saturating_sub(PAGE))),
        after: (from.saturating_add(PAGE) < kept.len()).then(|| query(from + PAGE)),
    }
}

fn shown_row(reader: &Reader, report: &Report, row: &RowReport) -> Row {
    let t: &Messages = reader.t();
    let said = row
        .code
        .as_ref()
        .map(|code| Said::told(code, row.message.as_deref().unwrap_or_default(), reader.lang));
    let section = match report.kind {
        table::Kind::Contracts => "contracts",
        table::Kind::Tickets | table::Kind::Readings => "deliveries",
    };
    let is_in = row.position.is_some();
    let about = row.about.clone().unwrap_or_default();
    let column = row.header.clone().or_else(|| row.column.clone());
    Row {
        number: row.row,
        status: t.row_status(row.status, report.dry_run),
        mark: match row.status {
            RowStatus::Ok => "done",
            RowStatus::AlreadyIn | RowStatus::Skipped => "gone",
            RowStatus::Wrong => "warn",
        },
        link: is_in.then(|| format!("/{section}/{about}")),
        about,
        header: column.unwrap_or_default(),
        said,
        notes: row.nonconformities.iter().map(|one| t.nonconformity(*one)).collect(),
        position: row.position,
    }
}
