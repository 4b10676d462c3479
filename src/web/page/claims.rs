//! For the ledger keeper: recorded counterparties, and the form that joins one to the registered
//! firm that it is.

use askama::Template;

use crate::api::{Fault, Problem};
use crate::domain::access::Role;
use crate::domain::command::{ClaimCounterparty, Request};
use crate::domain::shapes::Evidence;
use crate::domain::state::Firm;
use crate::index::ListOf;
use crate::query::view::FirmView;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::decide::{self, Around, Decided};
use crate::web::page::partners::{PartnerRow, partner};
use crate::web::reader::Reader;
use crate::web::visit::{Reply, Visit};

/// So many of each stand there.
const SHOWN: usize = 500;

/// A counterparty with the firm that has the same number, if one is registered.
pub struct ClaimRow {
    pub of: PartnerRow,
    /// Its name, and who recorded it.
    pub recorded_by: String,
    pub same: Option<(String, String)>,
}

/// What the page shows.
pub struct Shape {
    pub rows: Vec<ClaimRow>,
    /// Registered firms: id, name and number.
    pub firms: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "claims.html")]
pub struct Page {
    f: Frame,
    c: Shape,
    a: Around,
}

impl Decided for Shape {
    const SECTION: &'static str = "claims";
    type Page = Page;

    fn read(reader: &Reader, _: &str) -> Result<Shape, Problem> {
        if reader.who.as_ref().is_none_or(|who| who.role != Role::LedgerKeeper) {
            let detail = "only the ledger keeper joins identities";
            return Err(Problem::new(Fault::NotPermitted, detail));
        }
        let of = |keep: fn(&Firm) -> bool| {
            reader.rows().newest::<FirmView>(&ListOf::All, None, SHOWN, keep)
        };
        let registered = of(|firm| firm.recorded_by.is_none())?.items;
        let recorded = of(|firm| firm.recorded_by.is_some())?.items;
        let row = |view: &FirmView| {
            let same = registered.iter().find(|it| it.uscc.is_some() && it.uscc == view.uscc);
            let by = view.recorded_by.as_ref();
            ClaimRow {
                of: partner(reader, view),
                recorded_by: by.map_or(String::new(), |firm| reader.names().firm(firm)),
                same: same.map(|firm| (firm.firm.to_string(), firm.name.to_string())),
            }
        };
        let firm = |view: &FirmView| {
            let uscc = view.uscc.as_ref().map_or(String::new(), ToString::to_string);
            (view.firm.to_string(), view.name.to_string(), uscc)
        };
        Ok(Shape {
            rows: recorded.iter().map(row).collect(),
            firms: registered.iter().map(firm).collect(),
        })
    }

    fn title(&self, t: &Messages) -> String {
        t.claims.to_owned()
    }

    fn page(self, f: Frame, a: Around) -> Page {
        Page { f, c: self, a }
    }
}

pub async fn answer(visit: &mut Visit<'_>) -> Reply {
    decide::shown::<Shape>(visit, "", None).await
}

pub async fn claim(visit: &mut Visit<'_>) -> Reply {
    decide::sent::<Shape>(visit, "", request).await
}

fn request(fields: &Fields) -> Result<(&'static str, Request), Problem> {
    let hash = decide::optional(fields, "hash")?;
    let evidence = match hash {
        None => Vec::new(),
        Some(hash) => {
            let title = decide::text(fields, "title", "write what the document is")?;
            vec![Evidence { hash, title }]
        }
    };
    let data = ClaimCounterparty {
        counterparty: decide::needed(fields, "counterparty")?,
        evidence,
        firm: decide::needed(fields, "firm")?,
    };
    Ok(("claim", data.into()))
}
