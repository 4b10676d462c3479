//! One delivery: both weights, what breaks a rule, and its time line with the record of each step.

use askama::Template;

use crate::api::Problem;
use crate::domain::access::Role;
use crate::domain::command::{AcceptDelivery, RejectDelivery, Request};
use crate::domain::state::{Contract, Delivery, DeliveryStage};
use crate::domain::time::Zone;
use crate::domain::unit::Dimension;
use crate::query::answer::QueryError;
use crate::query::view::{DeliveryView, RejectedAnd, WeightView};
use crate::statistics::Percent;
use crate::web::event::{quantity, remark, ticket};
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::correction::{self, Corrections};
use crate::web::page::decide::{self, Around, Decided};
use crate::web::page::dispute::{self, Disputed};
use crate::web::page::row::mark;
use crate::web::page::{partners, weight};
use crate::web::reader::{Reader, Seen};
use crate::web::show::{Shown, digits_for, instant};
use crate::web::visit::{Reply, Visit};

/// What one side weighed or metered.
pub struct Weight {
    pub quantity: Shown,
    pub gross: Shown,
    pub tare: Shown,
    pub day: String,
    pub method: &'static str,
    pub ticket: String,
    pub scale: String,
    pub record: u64,
}

/// One step of the time line.
pub struct Step {
    pub name: &'static str,
    pub when: String,
    pub quantity: Option<Shown>,
    pub note: String,
    pub position: u64,
}

/// A confidential value, for the parties.
pub struct Secret {
    pub name: &'static str,
    pub value: String,
}

/// What the page shows.
pub struct Shape {
    pub id: String,
    pub stage: &'static str,
    pub mark: &'static str,
    pub contract: String,
    pub line: u16,
    pub material: String,
    pub code: String,
    pub supplier: String,
    pub supplier_site: String,
    pub receiver: String,
    pub receiver_site: String,
    pub period: Option<(String, String)>,
    pub zone: String,
    pub dispatched: Option<Weight>,
    pub received: Option<Weight>,
    pub difference: Shown,
    pub difference_percent: Option<String>,
    pub accepted: Shown,
    pub used: Shown,
    pub left: Shown,
    pub rejected: Shown,
    pub rejected_end: Option<&'static str>,
    pub discrepancy: Option<(String, bool)>,
    pub broken: Vec<&'static str>,
    pub secrets: Vec<Secret>,
    pub steps: Vec<Step>,
    pub parent: Option<String>,
    pub new_delivery: Option<String>,
    pub month: String,
    /// Whether a part of it can be named in tonnes.
    pub is_mass: bool,
    /// Whether it waits for the reader's decision.
    pub mine: bool,
    pub corrections: Corrections,
    pub dispute: Disputed,
    /// Whether the other side has no account here, and can be asked by a link.
    pub asks: bool,
    pub as_of: u64,
}

#[derive(Template)]
#[template(path = "delivery.html")]
pub struct Page {
    f: Frame,
    d: Shape,
    a: Around,
}

impl Decided for Shape {
    const SECTION: &'static str = "deliveries";
    type Page = Page;

    fn read(reader: &Reader, id: &str) -> Result<Shape, Problem> {
        shape(reader, id)
    }

    fn title(&self, t: &Messages) -> String {
        format!("{} {}", t.delivery, self.id)
    }

    fn page(self, f: Frame, a: Around) -> Page {
        Page { f, d: self, a }
    }
}

pub async fn answer(visit: &mut Visit<'_>, id: &str) -> Reply {
    decide::shown::<Shape>(visit, id, None).await
}

/// The receiver's decision on what has arrived.
pub async fn decide(visit: &mut Visit<'_>, id: &str, accepts: bool) -> Reply {
    decide::sent::<Shape>(visit, id, |fields| request(id, fields, accepts)).await
}

/// What a side says of an open dispute, or that there is one.
pub async fn dispute(visit: &mut Visit<'_>, id: &str, what: dispute::Word) -> Reply {
    decide::sent::<Shape>(visit, id, |fields| dispute::request(id, fields, what)).await
}

/// Asks for a correction.
pub async fn correct(visit: &mut Visit<'_>, id: &str) -> Reply {
    let fields = visit.form().await?;
    let wanted = id.to_owned();
    let entries = visit.read(move |reader| correction::entries(reader, &wanted)).await?;
    let request = correction::request(id, &fields, &entries);
    decide::decided::<Shape>(visit, id, fields, request).await
}

/// The answer to a correction.
pub async fn answer_correction(visit: &mut Visit<'_>, id: &str, approves: bool) -> Reply {
    decide::sent::<Shape>(visit, id, |fields| correction::answer(id, fields, approves)).await
}

fn request(id: &str, fields: &Fields, accepts: bool) -> Result<(&'static str, Request), Problem> {
    let delivery = id.parse().map_err(|_| Problem::not_found("delivery"))?;
    if accepts {
        let part = fields.filled("quantity").map(|text| weight::parse(text, "t")).transpose();
        let quantity = part.map_err(|error| Problem::parameter("quantity", &error))?;
        let word = if quantity.is_some() { "accept-part" } else { "accept" };
        let reason = decide::optional(fields, "reason")?;
        return Ok((word, AcceptDelivery { delivery, quantity, reason }.into()));
    }
    let reason = decide::text(fields, "reason", "say why it is rejected")?;
    Ok(("reject", RejectDelivery { delivery, evidence: Vec::new(), reason }.into()))
}

/// Whether the reader's firm has to accept or reject it.
fn is_mine(reader: &Reader, view: &DeliveryView) -> bool {
    let who = reader.who.as_ref().filter(|who| who.role == Role::Firm);
    let firm = who.and_then(|who| who.firm.as_ref());
    view.stage == DeliveryStage::Received && firm == Some(&view.exchange.receiver.firm)
}

fn shape(reader: &Reader, id: &str) -> Result<Shape, Problem> {
    let answer = reader.rows().one::<DeliveryView>(id, "delivery")?;
    let (view, t, lang, names) = (answer.item, reader.t(), reader.lang, reader.names());
    let exchange = &view.exchange;
    let zone = reader.zone(&exchange.receiver.park);
    let contract = reader.rows().stored::<Contract>(exchange.contract.as_str());
    let (difference, difference_percent) = difference(&view, reader);
    let optional = |quantity| Shown::stated_or_absent(quantity, lang);
    let rejection = view.rejected.as_ref();
    Ok(Shape {
        id: exchange.delivery.to_string(),
        stage: t.stage(view.stage),
        mark: mark(view.stage),
        contract: exchange.contract.to_string(),
        line: exchange.line,
        material: names.material(&exchange.material.material),
        code: exchange.material.code.as_ref().map_or(String::new(), ToString::to_string),
        supplier: names.firm(&exchange.supplier.firm),
        supplier_site: names.site(&exchange.supplier.site),
        receiver: names.firm(&exchange.receiver.firm),
        receiver_site: names.site(&exchange.receiver.site),
        period: view
            .period
            .as_ref()
            .map(|period| (instant(period.from, zone.as_ref()), instant(period.to, zone.as_ref()))),
        zone: zone.map_or("UTC", |zone| zone.as_str()).to_owned(),
        dispatched: weight(reader, view.dispatched.as_ref())?,
        received: weight(reader, view.received.as_ref())?,
        difference,
        difference_percent,
        accepted: optional(view.accepted.as_ref()),
        used: Shown::stated(&view.used, lang),
        left: Shown::stated(&view.left, lang),
        rejected: optional(rejection.map(|rejection| &rejection.quantity)),
        rejected_end: rejection.and_then(|rejection| rejection.end).map(|end| match end {
            RejectedAnd::Returned => t.rejected_returned,
            RejectedAnd::Redirected => t.rejected_redirected,
            RejectedAnd::Disposed => t.rejected_disposed,
        }),
        discrepancy: view.discrepancy.as_ref().map(|it| (it.due.to_string(), it.resolved)),
        broken: view.nonconformities.iter().map(|one| t.nonconformity(*one)).collect(),
        secrets: secrets(reader, id, &view.records)?,
        steps: steps(reader, &view, zone.as_ref())?,
        parent: view.parent.as_ref().map(ToString::to_string),
        new_delivery: rejection.and_then(|it| it.new_delivery.as_ref()).map(ToString::to_string),
        month: contract.map_or(String::new(), |contract| {
            contract.state.settlement_month(view.booked).to_string()
        }),
        is_mass: exchange.material.dimension == Dimension::Mass,
        mine: is_mine(reader, &view),
        corrections: correction::of(reader, &view)?,
        dispute: dispute::of(reader, &view),
        asks: partners::can_ask(reader, &exchange.supplier, &exchange.receiver),
        as_of: answer.as_of,
    })
}

fn difference(view: &DeliveryView, reader: &Reader) -> (Shown, Option<String>) {
    let (Some(sent), Some(got)) = (&view.dispatched, &view.received) else {
        return (Shown::Absent, None);
    };
    let (sent, got) = (i128::from(sent.quantity.amount()), i128::from(got.quantity.amount()));
    let dimension: Dimension = view.exchange.material.dimension;
    let digits = digits_for([sent, got].into_iter(), dimension);
    let shown = Shown::amount(got - sent, dimension, digits, reader.lang);
    (shown, Percent::of(got - sent, sent).map(|share| share.to_string().replace('-', "−")))
}

fn weight(reader: &Reader, weight: Option<&WeightView>) -> Result<Option<Weight>, Problem> {
    let Some(weight) = weight else { return Ok(None) };
    let seen = reader.record(weight.record)?;
    let ticket = seen.decoded.as_ref().and_then(|decoded| ticket(&decoded.event));
    let lang = reader.lang;
    Ok(Some(Weight {
        quantity: Shown::stated(&weight.quantity, lang),
        gross: Shown::stated_or_absent(ticket.map(|ticket| &ticket.gross), lang),
        tare: Shown::stated_or_absent(ticket.map(|ticket| &ticket.tare), lang),
        day: weight.day.to_string(),
        method: reader.t().method(weight.method),
        ticket: ticket.map_or(String::new(), |ticket| ticket.number.to_string()),
        scale: ticket.map_or(String::new(), |ticket| ticket.scale.to_string()),
        record: weight.record,
    }))
}

/// Plates and the driver, for the parties and nobody else.
fn secrets(reader: &Reader, id: &str, positions: &[u64]) -> Result<Vec<Secret>, Problem> {
    let records = reader.records();
    let Some(parties) = records.parties::<Delivery>(id) else { return Ok(Vec::new()) };
    let disclosed = match records.disclosed(reader.ledger.sealed(), &parties, positions) {
        Ok(disclosed) => disclosed,
        Err(QueryError::NotShown(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let t = reader.t();
    let secrets = disclosed.items.into_iter().filter_map(|member| {
        let value: String = serde_json::from_str(member.value?.get()).ok()?;
        let name = if member.pointer.ends_with("/driver") { t.driver } else { t.plate };
        Some(Secret { name, value })
    });
    Ok(secrets.collect())
}

fn steps(reader: &Reader, view: &DeliveryView, zone: Option<&Zone>) -> Result<Vec<Step>, Problem> {
    view.records.iter().map(|position| step(reader, view, *position, zone)).collect()
}

fn step(
    reader: &Reader,
    view: &DeliveryView,
    position: u64,
    zone: Option<&Zone>,
) -> Result<Step, Problem> {
    let Seen { head, decoded, .. } = reader.record(position)?;
    let (t, lang) = (reader.t(), reader.lang);
    // Whoever may not see a record knows of its weighing all the same, from the delivery.
    let is_of =
        |weight: &Option<WeightView>| weight.as_ref().is_some_and(|it| it.record == position);
    let of_state = [(&view.dispatched, t.step_dispatched), (&view.received, t.step_received)];
    let of_state = of_state.into_iter().find(|(weight, _)| is_of(weight));
    let name = match (&head, &of_state) {
        (Some(head), _) => t.event(&head.kind),
        (None, Some((_, name))) => name,
        (None, None) => t.step_not_shown,
    };
    let mut when = match (&decoded, &head) {
        (Some(decoded), _) => instant(decoded.occurred_at, zone),
        (None, Some(head)) => instant(head.recorded_at.millis(), zone),
        (None, None) => String::new(),
    };
    let mut amount = decoded
        .as_ref()
        .and_then(|decoded| quantity(&decoded.event).map(|quantity| Shown::stated(quantity, lang)));
    if let (None, Some((Some(weight), _))) = (&head, of_state) {
        when = weight.day.to_string();
        amount = Some(Shown::stated(&weight.quantity, lang));
    }
    let note = decoded.as_ref().and_then(|decoded| remark(&decoded.event)).unwrap_or_default();
    Ok(Step { name, when, quantity: amount, note, position })
}
