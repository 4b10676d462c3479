//! What a one-time link asks: the partner, who has no account here, opens it in a browser, sees
//! what it is about, and confirms or disputes it once.
//!
//! Invariant: the link opens this page and nothing else; its answer ends it.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use askama::Template;

use crate::api::{self, Problem};
use crate::domain::access::Role;
use crate::domain::command::{AnswerLink, LinkAnswer};
use crate::domain::confidential::Confidential;
use crate::domain::event::Side;
use crate::domain::id::MaterialId;
use crate::domain::state::Material;
use crate::domain::states::States as _;
use crate::domain::text::Text;
use crate::query::question::{LinkQuestion, question};
use crate::query::view::DeliveryView;
use crate::web::cookie;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::messages::Lang;
use crate::web::page::decide::{self, Hidden};
use crate::web::page::row::ticket_of;
use crate::web::page::trouble::Said;
use crate::web::show::Shown;
use crate::web::visit::{Reply, Visit};

/// One delivery that would be confirmed.
struct Row {
    id: String,
    /// What people call it.
    name: String,
    day: String,
    material: String,
    dispatched: Shown,
    received: Shown,
}

/// One line of the contract.
struct Line {
    material: String,
    quantity: Shown,
}

#[derive(Template)]
#[template(path = "question.html")]
struct Page {
    f: Frame,
    asked_by: String,
    partner: String,
    contract: String,
    from: String,
    to: String,
    supplier: String,
    receiver: String,
    /// Of a question about a month.
    month: Option<String>,
    /// Whether the contract itself is asked about.
    is_contract: bool,
    lines: Vec<Line>,
    rows: Vec<Row>,
    /// What the rows come to, by material.
    sums: Vec<(String, Shown)>,
    expires: String,
    form: String,
    at: String,
    said: Option<Said>,
    /// The position of the answer, once it is given.
    done: Option<u64>,
}

/// Opens a link: whoever holds it is signed in as its partner, for this question.
pub fn open(visit: &mut Visit<'_>, link: &str) -> Reply {
    let who = api::opened(visit.ledger().index(), link)?;
    if who.role != Role::Partner {
        return visit.lead_to("/sign-in");
    }
    let begun = visit.site.sessions.begin(who.key).map_err(|error| Problem::internal(&error))?;
    visit.set_cookie(cookie::SESSION, &begun, None);
    visit.lead_to("/question")
}

pub fn answer(visit: &mut Visit<'_>) -> Reply {
    let asked = asked(visit)?;
    shown(visit, &asked, None, None)
}

/// The partner's answer. The page that tells of it comes at once: afterwards the link opens
/// nothing.
pub async fn given(visit: &mut Visit<'_>) -> Reply {
    let fields = visit.form().await?;
    let asked = asked(visit)?;
    let given = match request(&asked, &fields) {
        Ok(request) => decide::give(visit, &fields, "answer", request.into()).await,
        Err(problem) => Err(problem),
    };
    match given {
        Ok(position) => shown(visit, &asked, None, Some(position)),
        Err(problem) => shown(visit, &asked, Some(&problem), None),
    }
}

fn asked(visit: &Visit<'_>) -> Result<LinkQuestion, Problem> {
    let who = visit.principal()?;
    let asked = question(visit.ledger().index(), &who.key);
    asked.ok_or_else(|| Problem::not_found("question that this key asks"))
}

fn request(asked: &LinkQuestion, fields: &Fields) -> Result<AnswerLink, Problem> {
    let text = |name: &'static str| -> Result<Option<Text>, Problem> {
        let text = fields.filled(name).map(str::parse).transpose();
        text.map_err(|error| Problem::parameter(name, &error))
    };
    let disputes = fields.get("answer") == "disputed";
    let named = |id: &str| id.parse().map_err(|error| Problem::parameter("delivery", &error));
    let deliveries: Result<_, Problem> = match disputes && asked.subject.month.is_some() {
        true => fields.all("delivery").map(named).collect(),
        false => Ok(Vec::new()),
    };
    Ok(AnswerLink {
        answer: if disputes { LinkAnswer::Disputed } else { LinkAnswer::Confirmed },
        deliveries: deliveries?,
        key: asked.key.clone(),
        name: text("name")?.map(Confidential::Open),
        reason: if disputes { text("reason")? } else { None },
    })
}

fn shown(
    visit: &mut Visit<'_>,
    asked: &LinkQuestion,
    problem: Option<&Problem>,
    done: Option<u64>,
) -> Reply {
    // The question is about them, so the partner may see what they are called.
    let index = visit.ledger().index();
    let named = |id: &MaterialId| {
        let material = index.find::<Material>(id.as_str());
        material.map_or_else(|| id.to_string(), |material| material.state.name.to_string())
    };
    let contract = &asked.contract;
    let is_supplier = contract.supplier.firm == asked.partner_firm;
    let other = |side: Side| match (side, is_supplier) {
        (Side::Supplier, true) | (Side::Receiver, false) => asked.partner.to_string(),
        (Side::Supplier, false) | (Side::Receiver, true) => asked.asked_by.to_string(),
    };
    let lines = contract.lines.iter().map(|line| Line {
        material: named(&line.material.material),
        quantity: Shown::stated(&line.quantity, visit.lang),
    });
    let row = |view: &DeliveryView| {
        let weight = view.received.as_ref().or(view.dispatched.as_ref());
        let of = |weight: &Option<crate::query::view::WeightView>| {
            let quantity = weight.as_ref().map(|weight| &weight.quantity);
            Shown::stated_or_absent(quantity, visit.lang)
        };
        Row {
            id: view.exchange.delivery.to_string(),
            name: ticket_of(view).unwrap_or_else(|| view.exchange.delivery.to_string()),
            day: weight.map_or(String::new(), |weight| weight.day.to_string()),
            material: named(&view.exchange.material.material),
            dispatched: of(&view.dispatched),
            received: of(&view.received),
        }
    };
    let (lines, rows) = (lines.collect(), asked.deliveries.iter().map(row).collect());
    let Hidden { form, at } = Hidden::new()?;
    let page = Page {
        asked_by: asked.asked_by.to_string(),
        partner: asked.partner.to_string(),
        contract: contract.contract.to_string(),
        from: contract.term.from.to_string(),
        to: contract.term.to.to_string(),
        supplier: other(Side::Supplier),
        receiver: other(Side::Receiver),
        month: asked.subject.month.map(|month| month.to_string()),
        is_contract: asked.subject.contract.is_some() && asked.subject.month.is_none(),
        lines,
        rows,
        sums: sums(&asked.deliveries, visit.lang, named),
        expires: asked.expires.map_or(String::new(), |day| day.to_string()),
        form,
        at,
        said: problem.map(|problem| Said::of(problem, visit.lang)),
        done,
        f: visit.frame(visit.t().question),
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    visit.page_with(status, &page)
}

/// What deliveries come to, by the name of their material: as dispatched, where that was weighed.
fn sums(
    deliveries: &[DeliveryView],
    lang: Lang,
    named: impl Fn(&MaterialId) -> String,
) -> Vec<(String, Shown)> {
    let mut sums = BTreeMap::new();
    for view in deliveries {
        let Some(weight) = view.dispatched.as_ref().or(view.received.as_ref()) else { continue };
        let key = named(&view.exchange.material.material);
        let sum = sums.entry(key).or_insert((0, weight.quantity.dimension()));
        sum.0 += i128::from(weight.quantity.amount());
    }
    let shown = |(amount, dimension)| Shown::amount(amount, dimension, 0, lang);
    sums.into_iter().map(|(name, sum)| (name, shown(sum))).collect()
}
