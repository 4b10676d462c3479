//! A firm brings a table of tickets, readings or contracts: the form, and the file taken in.
//!
//! What a table is read as, and what becomes of its rows, is the page of what was brought.

use std::sync::Arc;

use actix_web::http::StatusCode;
use askama::Template;

use crate::api::{Fault, Problem, own_firm};
use crate::table::{FILE_LIMIT, Kind, Mapping};
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::multipart::File;
use crate::web::page::trouble::Said;
use crate::web::uploads::Upload;
use crate::web::visit::{Reply, Visit};

/// Besides the file there are a few fields and a mapping.
const FORM_LIMIT: usize = FILE_LIMIT + (256 << 10);

/// A kind of table, as the form offers it.
pub struct Choice {
    pub word: &'static str,
    pub name: &'static str,
    pub chosen: bool,
}

#[derive(Template)]
#[template(path = "import.html")]
struct Page {
    f: Frame,
    kinds: Vec<Choice>,
    most_mib: usize,
    said: Option<Said>,
}

pub fn form(visit: &mut Visit<'_>) -> Reply {
    own_firm(visit.principal()?)?;
    shown(visit, None, None)
}

fn shown(visit: &mut Visit<'_>, kind: Option<Kind>, problem: Option<&Problem>) -> Reply {
    let t = visit.t();
    let kinds = Kind::ALL.into_iter().map(|one| Choice {
        word: one.as_str(),
        name: t.table_kind(one),
        chosen: kind == Some(one),
    });
    let page = Page {
        kinds: kinds.collect(),
        most_mib: FILE_LIMIT >> 20,
        said: problem.map(|problem| Said::of(problem, visit.lang)),
        f: visit.frame(t.import),
    };
    visit.page_with(problem.map_or(StatusCode::OK, |problem| problem.status), &page)
}

/// Takes a file in, and leads to what it is read as.
pub async fn taken(visit: &mut Visit<'_>) -> Reply {
    own_firm(visit.principal()?)?;
    let (fields, files) = match visit.form_with_files(FORM_LIMIT).await {
        Ok(form) => form,
        // A form of somebody else is shown nothing but that.
        Err(problem) if problem.code == Fault::FormExpired.code() => return Err(problem),
        Err(problem) => return shown(visit, None, Some(&problem)),
    };
    let kind = kind(fields.get("kind"));
    let kept = upload(visit, kind, &fields, files).and_then(|upload| {
        visit.site.uploads.keep(upload).map_err(|error| Problem::internal(&error))
    });
    match kept {
        Ok(id) => visit.lead_to(&format!("/import/{id}")),
        Err(problem) => shown(visit, kind, Some(&problem)),
    }
}

fn kind(word: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
}

fn upload(
    visit: &Visit<'_>,
    kind: Option<Kind>,
    fields: &Fields,
    files: Vec<File>,
) -> Result<Upload, Problem> {
    let kind = kind.ok_or_else(|| Problem::new(Fault::MalformedParameter, "choose a kind"))?;
    let (mut table, mut mapping) = (None, Mapping::default());
    for file in files {
        match &*file.field {
            "file" => table = Some(file),
            "mapping" => {
                let text = String::from_utf8_lossy(&file.bytes);
                mapping = Mapping::parse(text.trim_start_matches('\u{feff}'), kind)?;
            }
            _ => {}
        }
    }
    let table = table.filter(|table| !table.bytes.is_empty());
    let table = table.ok_or_else(|| Problem::new(Fault::EmptyBody, "choose a file"))?;
    if table.bytes.len() > FILE_LIMIT {
        let detail = format!("a table may have {} MiB; split it", FILE_LIMIT >> 20);
        return Err(Problem::new(Fault::BodyTooLarge, detail));
    }
    Ok(Upload {
        key: visit.principal()?.key.clone(),
        name: table.name,
        bytes: Arc::new(table.bytes),
        kind,
        mapping,
        sheet: fields.filled("sheet").map(str::to_owned),
        report: None,
    })
}
