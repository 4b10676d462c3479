//! Partners without an account here: those that a firm has recorded, the form that records one, and
//! the one-time links by which it asks them, with what they answered.
//!
//! Invariant: a link's address is shown in the answer to the form that asked for it and never
//! again; the ledger keeps the hash of its secret only.

use askama::Template;

use crate::api::{Fault, Problem};
use crate::domain::command::{IssueLink, LinkAnswer, LinkSubject, RecordCounterparty, Request};
use crate::domain::id::{FirmId, KeyId, SiteId};
use crate::domain::shapes::Party;
use crate::domain::state::{Contract, Firm, Key};
use crate::domain::states::States as _;
use crate::domain::value_error::ValueError;
use crate::index::ListOf;
use crate::query::view::{ContractView, FirmView, KeyView, ParkView};
use crate::record::access_key::AccessKey;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::decide::{self, Around, Decided};
use crate::web::reader::Reader;
use crate::web::visit::{Reply, Visit};

/// So many of each stand there.
const SHOWN: usize = 200;
/// How long a link opens if nobody says otherwise.
const USUAL_DAYS: i32 = 30;

/// A partner that the firm has recorded.
pub struct PartnerRow {
    pub id: String,
    pub name: String,
    pub uscc: String,
    /// The registered firm that it was found to be.
    pub claimed_by: Option<String>,
    pub record: u64,
}

/// A link that the firm has issued.
pub struct LinkRow {
    pub label: String,
    pub partner: String,
    pub about: String,
    /// Where its page is.
    pub to: String,
    pub expires: String,
    pub state: &'static str,
    pub mark: &'static str,
    /// The record that issued or ended it.
    pub record: u64,
}

/// What the page shows.
pub struct Shape {
    pub partners: Vec<PartnerRow>,
    pub parks: Vec<(String, String)>,
    /// Contracts whose other side can be asked: id, and who that is.
    pub contracts: Vec<(String, String)>,
    pub links: Vec<LinkRow>,
    pub expires: String,
    /// The address of a link that was just issued.
    pub address: Option<String>,
    /// What is asked about at first.
    pub contract: String,
    pub delivery: String,
}

#[derive(Template)]
#[template(path = "partners.html")]
pub struct Page {
    f: Frame,
    p: Shape,
    a: Around,
}

impl Decided for Shape {
    const SECTION: &'static str = "partners";
    type Page = Page;

    fn read(reader: &Reader, _: &str) -> Result<Shape, Problem> {
        let Some(firm) = reader.own_firm() else {
            let detail = "partners are recorded and asked by a firm's desk";
            return Err(Problem::new(Fault::NotPermitted, detail));
        };
        let today = decide::now().utc_day();
        Ok(Shape {
            partners: partners(reader, firm)?,
            parks: parks(reader)?,
            contracts: contracts(reader)?,
            links: links(reader, SHOWN, |_| true)?,
            expires: today.checked_add(USUAL_DAYS).unwrap_or(today).to_string(),
            address: None,
            contract: String::new(),
            delivery: String::new(),
        })
    }

    fn title(&self, t: &Messages) -> String {
        t.partners.to_owned()
    }

    fn page(self, f: Frame, a: Around) -> Page {
        Page { f, p: self, a }
    }
}

pub async fn answer(visit: &mut Visit<'_>) -> Reply {
    shown(visit, None).await
}

async fn shown(visit: &mut Visit<'_>, address: Option<String>) -> Reply {
    visit.principal()?;
    let mut shape = visit.read(|reader| Shape::read(reader, "")).await?;
    visit.query.get("contract").clone_into(&mut shape.contract);
    visit.query.get("delivery").clone_into(&mut shape.delivery);
    shape.address = address;
    let (f, a) = (visit.frame(shape.title(visit.t())), decide::around(visit, None)?);
    visit.page(&shape.page(f, a))
}

/// Records a partner.
pub async fn record(visit: &mut Visit<'_>) -> Reply {
    decide::sent::<Shape>(visit, "", recorded).await
}

fn recorded(fields: &Fields) -> Result<(&'static str, Request), Problem> {
    // Ids that nobody cares to choose are made up of the form's number.
    let short = fields.filled("short").unwrap_or_else(|| fields.get("form"));
    let wrong = |error: ValueError| Problem::parameter("short", &error);
    let data = RecordCounterparty {
        firm: format!("{}{short}", FirmId::PREFIX).parse().map_err(wrong)?,
        name: decide::text(fields, "name", "write the partner's name")?,
        park: decide::needed(fields, "park")?,
        recycler: !fields.get("recycler").is_empty(),
        site: format!("{}{short}", SiteId::PREFIX).parse().map_err(wrong)?,
        site_name: decide::text(fields, "site_name", "write what its site is called")?,
        uscc: decide::optional(fields, "uscc")?,
    };
    Ok(("partner", data.into()))
}

/// Issues a link. The page that shows its address comes at once; nothing can show it again.
pub async fn ask(visit: &mut Visit<'_>) -> Reply {
    let fields = visit.form().await?;
    let name = format!("{}{}", KeyId::PREFIX, fields.get("form"));
    let key: KeyId = name.parse().map_err(|error| Problem::parameter("form", &error))?;
    let link = AccessKey::generate(key).map_err(|error| Problem::internal(&error))?;
    let given = match asked(&fields, &link) {
        Ok(request) => decide::give(visit, &fields, "link", request).await,
        Err(problem) => Err(problem),
    };
    match given {
        Ok(_) => {
            let address = format!("{}/link/{}", here(visit), link.reveal());
            shown(visit, Some(address)).await
        }
        Err(problem) => decide::shown::<Shape>(visit, "", Some((&problem, fields))).await,
    }
}

/// Where this ledger's pages are, as the browser sees them.
fn here(visit: &Visit<'_>) -> String {
    let connection = visit.request.connection_info();
    format!("{}://{}", connection.scheme(), connection.host())
}

fn asked(fields: &Fields, link: &AccessKey) -> Result<Request, Problem> {
    let delivery = decide::optional(fields, "delivery")?;
    // Who names a delivery asks about that one, whatever contract stands in the box above it.
    let of_contract = |name| if delivery.is_some() { None } else { fields.filled(name) };
    let contract = of_contract("contract").map(str::parse).transpose();
    let month = of_contract("month").map(str::parse).transpose();
    let subject = LinkSubject {
        contract: contract.map_err(|error| Problem::parameter("contract", &error))?,
        month: month.map_err(|error| Problem::parameter("month", &error))?,
        delivery,
    };
    Ok(IssueLink {
        expires: decide::needed(fields, "expires")?,
        key: link.key().clone(),
        label: decide::text(fields, "label", "write for whom it is")?,
        secret_hash: link.secret_hash(),
        subject,
    }
    .into())
}

/// Whether one of two sides is the reader's firm, and the other has no account here.
pub fn can_ask(reader: &Reader, supplier: &Party, receiver: &Party) -> bool {
    other_of(reader, supplier, receiver).is_some()
}

fn other_of<'a>(reader: &Reader, supplier: &'a Party, receiver: &'a Party) -> Option<&'a FirmId> {
    let own = reader.own_firm()?;
    let other = match (supplier.firm == *own, receiver.firm == *own) {
        (true, false) => &receiver.firm,
        (false, true) => &supplier.firm,
        (true, true) | (false, false) => return None,
    };
    let firm = reader.ledger.index().find::<Firm>(other.as_str())?;
    let has_account = firm.state.recorded_by.is_none() || firm.state.claimed_by.is_some();
    (!has_account).then_some(other)
}

fn partners(reader: &Reader, own: &FirmId) -> Result<Vec<PartnerRow>, Problem> {
    let of = ListOf::Firm(own.clone());
    let is_own = |firm: &Firm| firm.recorded_by.as_ref() == Some(own);
    let found = reader.rows().newest::<FirmView>(&of, None, SHOWN, is_own)?;
    Ok(found.items.iter().map(|firm| partner(reader, firm)).collect())
}

/// A recorded counterparty as a row.
pub fn partner(reader: &Reader, firm: &FirmView) -> PartnerRow {
    PartnerRow {
        id: firm.firm.to_string(),
        name: firm.name.to_string(),
        uscc: firm.uscc.as_ref().map_or(String::new(), ToString::to_string),
        claimed_by: firm.claimed_by.as_ref().map(|firm| reader.names().firm(firm)),
        record: firm.created,
    }
}

fn parks(reader: &Reader) -> Result<Vec<(String, String)>, Problem> {
    let found = reader.rows().newest::<ParkView>(&ListOf::All, None, SHOWN, |_| true)?;
    Ok(found.items.iter().map(|park| (park.park.to_string(), park.name.to_string())).collect())
}

fn contracts(reader: &Reader) -> Result<Vec<(String, String)>, Problem> {
    let of = super::row::own_list::<Contract>(reader.who.as_ref());
    let found = reader.rows().newest::<ContractView>(&of, None, SHOWN, |contract| {
        can_ask(reader, &contract.supplier, &contract.receiver)
    })?;
    let contracts = found.items.iter().filter_map(|contract| {
        let other = other_of(reader, &contract.supplier, &contract.receiver)?;
        Some((contract.contract.to_string(), reader.names().firm(other)))
    });
    Ok(contracts.collect())
}

/// The newest links that the reader's firm has issued.
pub fn links(
    reader: &Reader,
    most: usize,
    keep: impl Fn(&Key) -> bool,
) -> Result<Vec<LinkRow>, Problem> {
    let Some(own) = reader.own_firm() else { return Ok(Vec::new()) };
    let is_own =
        |key: &Key| key.link.as_ref().is_some_and(|link| link.issued_by == *own) && keep(key);
    let of = ListOf::Firm(own.clone());
    let found = reader.rows().newest::<KeyView>(&of, None, most, is_own)?;
    Ok(found.items.iter().map(|key| link(reader, key)).collect())
}

fn link(reader: &Reader, key: &KeyView) -> LinkRow {
    let t = reader.t();
    let of = key.link.as_ref();
    let is_over = key.expires.is_some_and(|last| last < decide::now().utc_day());
    let (state, mark) = match of.and_then(|link| link.answered) {
        Some(LinkAnswer::Confirmed) => (t.link_confirmed, "done"),
        Some(LinkAnswer::Disputed) => (t.link_disputed, "warn"),
        None if key.revoked => (t.link_ended, "gone"),
        None if is_over => (t.link_expired, "gone"),
        None => (t.link_open, "open"),
    };
    let subject = of.map(|link| &link.subject);
    let about = match subject.map(|it| (&it.contract, it.month, &it.delivery)) {
        Some((Some(contract), Some(month), _)) => format!("{contract}/{month}"),
        Some((Some(contract), None, _)) => contract.to_string(),
        Some((None, _, Some(delivery))) => delivery.to_string(),
        Some((None, _, None)) | None => String::new(),
    };
    let to = match subject.map(|it| (it.month, &it.delivery)) {
        Some((_, Some(_))) => "deliveries",
        Some((Some(_), None)) => "months",
        Some((None, None)) | None => "contracts",
    };
    LinkRow {
        label: key.label.to_string(),
        partner: key.firm.as_ref().map_or(String::new(), |firm| reader.names().firm(firm)),
        to: format!("/{to}/{about}"),
        about,
        expires: key.expires.map_or(String::new(), |day| day.to_string()),
        state,
        mark,
        record: key.changed,
    }
}
