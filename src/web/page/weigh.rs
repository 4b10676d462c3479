//! The form of a weighbridge: what there is to weigh, then one weighing.

use actix_web::http::StatusCode;
use askama::Template;

use crate::api::{Fault, Problem};
use crate::domain::access::Role;
use crate::domain::event::Side;
use crate::query::weighing::{AtScale, Choice, Coming, Weighing};
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::page::decide::now;
use crate::web::page::trouble::Said;
use crate::web::reader::Reader;
use crate::web::session;
use crate::web::visit::{Reply, Visit};

/// How a side is called in the form.
pub const DISPATCH: &str = "dispatch";
pub const RECEIVE: &str = "receive";

#[derive(Template)]
#[template(path = "weigh.html")]
struct Choices {
    f: Frame,
    dispatches: Vec<Offer>,
    receipts: Vec<Offer>,
    coming: Vec<Offer>,
}

/// Something to weigh, as a link.
pub struct Offer {
    pub link: String,
    pub material: String,
    pub other: String,
    pub contract: String,
    pub line: u16,
    pub delivery: String,
    pub day: String,
    /// Whether the contract's term is over or has not begun.
    pub outside: bool,
}

/// What was filled in, as text, so that a form with an error comes back as it was.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub contract: String,
    pub line: String,
    /// [`DISPATCH`] or [`RECEIVE`].
    pub side: String,
    /// Of a load on its way; else the form makes one up.
    pub delivery: String,
    /// Names the command: sending the form twice is weighing once.
    pub form: String,
    pub gross: String,
    pub tare: String,
    pub unit: String,
    pub ticket: String,
    pub scale: String,
    pub plate: String,
    pub call_off: String,
    pub at: String,
}

#[derive(Template)]
#[template(path = "weigh_form.html")]
struct Form {
    f: Frame,
    e: Entry,
    sends: bool,
    material: String,
    other: String,
    site: String,
    zone: String,
    call_offs: Vec<String>,
    scales: Vec<AtScale>,
    errors: Vec<(&'static str, Said)>,
}

impl Form {
    /// Why a field is not taken; `""` is the whole form.
    fn error(&self, field: &str) -> Option<&Said> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, said)| said)
    }
}

impl Entry {
    pub fn of(fields: &Fields) -> Entry {
        let get = |name: &str| fields.get(name).to_owned();
        Entry {
            contract: get("contract"),
            line: get("line"),
            side: get("side"),
            delivery: get("delivery"),
            form: get("form"),
            gross: get("gross"),
            tare: get("tare"),
            unit: get("unit"),
            ticket: get("ticket"),
            scale: get("scale"),
            plate: get("plate"),
            call_off: get("call_off"),
            at: get("at"),
        }
    }

    /// The contract line that is weighed for, if this key may.
    pub fn choice(&self, reader: &Reader) -> Result<Choice, Problem> {
        let none = || Problem::not_found("contract or load that this key may weigh for");
        let who = reader.who.as_ref().ok_or_else(none)?;
        let weighing = Weighing { index: reader.ledger.index(), who };
        let found = if self.contract.is_empty() {
            weighing.one_coming(&self.delivery).map(|coming| coming.choice)
        } else {
            let side = if self.side == DISPATCH { Side::Supplier } else { Side::Receiver };
            let line = self.line.parse().unwrap_or(0);
            weighing.one(&self.contract, line, side)
        };
        found.ok_or_else(none)
    }
}

pub async fn form(visit: &mut Visit<'_>) -> Reply {
    let role = visit.principal()?.role;
    if !matches!(role, Role::Firm | Role::Weighbridge | Role::Carrier) {
        let detail = "weighings are recorded by firms, their weighbridges and carriers";
        return Err(Problem::new(Fault::NotPermitted, detail));
    }
    let mut entry = Entry::of(&visit.query);
    if entry.contract.is_empty() && entry.delivery.is_empty() {
        return choices(visit).await;
    }
    let token = session::token().map_err(|error| Problem::internal(&error))?;
    entry.form = token[..20].to_owned();
    "t".clone_into(&mut entry.unit);
    shown(visit, entry, Vec::new()).await
}

async fn choices(visit: &mut Visit<'_>) -> Reply {
    let read = visit.read(|reader| {
        let Some(who) = &reader.who else { return Ok((Vec::new(), Vec::new())) };
        let weighing = Weighing { index: reader.ledger.index(), who };
        Ok((weighing.choices()?, weighing.coming()?))
    });
    let (choices, coming) = read.await?;
    let of_side = |side: Side| choices.iter().filter(move |one| one.side == side).map(offer);
    let f = visit.frame(visit.t().weigh);
    visit.page(&Choices {
        f,
        dispatches: of_side(Side::Supplier).collect(),
        receipts: of_side(Side::Receiver).collect(),
        coming: coming.iter().map(offer_of_load).collect(),
    })
}

fn offer(choice: &Choice) -> Offer {
    let side = if choice.side == Side::Supplier { DISPATCH } else { RECEIVE };
    let today = choice.zone.shown(now()).0;
    Offer {
        link: format!("/weigh?side={side}&contract={}&line={}", choice.contract, choice.line),
        material: choice.material_name.clone(),
        other: choice.other_name.clone(),
        contract: choice.contract.to_string(),
        line: choice.line,
        delivery: String::new(),
        day: String::new(),
        outside: !choice.term.contains(today),
    }
}

fn offer_of_load(coming: &Coming) -> Offer {
    Offer {
        link: format!("/weigh?side={RECEIVE}&delivery={}", coming.delivery),
        delivery: coming.delivery.to_string(),
        day: coming.dispatched.to_string(),
        outside: false,
        ..offer(&coming.choice)
    }
}

/// The form, with what is wrong beside each field.
pub async fn shown(
    visit: &mut Visit<'_>,
    mut entry: Entry,
    errors: Vec<(&'static str, Said)>,
) -> Reply {
    let wanted = entry.clone();
    let read = visit.read(move |reader| {
        let choice = wanted.choice(reader)?;
        let who = reader.who.as_ref().ok_or_else(|| Problem::not_found("key"))?;
        let weighing = Weighing { index: reader.ledger.index(), who };
        let (scales, site) = (weighing.scales(&choice.site)?, weighing.site_name(&choice.site));
        Ok((choice, scales, site))
    });
    let (choice, scales, site) = read.await?;
    let sends = choice.side == Side::Supplier;
    (if sends { DISPATCH } else { RECEIVE }).clone_into(&mut entry.side);
    if entry.at.is_empty() {
        let (day, minute) = choice.zone.shown(now());
        entry.at = format!("{day}T{:02}:{:02}", minute / 60, minute % 60);
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let t = visit.t();
    let page = Form {
        f: visit.frame(if sends { t.weigh_out } else { t.weigh_in }),
        e: entry,
        sends,
        material: choice.material_name,
        other: choice.other_name,
        site,
        zone: choice.zone.to_string(),
        call_offs: choice.call_offs.iter().map(ToString::to_string).collect(),
        scales,
        errors,
    };
    visit.page_with(status, &page)
}
