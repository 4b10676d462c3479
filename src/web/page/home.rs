//! What somebody meets who has signed in: who he is, and what waits for him.

use std::cell::Cell;

use askama::Template;

use crate::api::Problem;
use crate::domain::access::{Principal, Role};
use crate::domain::shapes::Party;
use crate::domain::state::{Contract, ContractStage, Delivery, DeliveryStage};
use crate::index::ListOf;
use crate::query::rows::LOOKED_AT;
use crate::query::see::{Sight, may};
use crate::query::view::{ContractView, DeliveryView, SiteView};
use crate::web::frame::Frame;
use crate::web::page::contracts::{self, ContractRow};
use crate::web::page::held::{self, Held};
use crate::web::page::partners::{self, LinkRow};
use crate::web::page::row::{DeliveryRow, own_list};
use crate::web::reader::Reader;
use crate::web::visit::{Reply, Visit, reads_trade};

/// So many of each stand there.
const SHOWN: usize = 6;
/// So many sites have a link to their reports.
const SITES: usize = 50;

/// Deliveries that wait for somebody.
pub struct Waiting {
    pub name: &'static str,
    pub says: &'static str,
    pub rows: Vec<DeliveryRow>,
    /// The filter of the list that shows all of them.
    pub stage: &'static str,
    pub has_more: bool,
}

/// A park whose figures may be read, or a site whose reports may be.
pub struct ParkLink {
    pub id: String,
    pub name: String,
}

#[derive(Default)]
struct Found {
    party: String,
    contracts: Vec<ContractRow>,
    waiting: Vec<Waiting>,
    parks: Vec<ParkLink>,
    sites: Vec<ParkLink>,
    corrections: Vec<Held>,
    disputes: Vec<Held>,
    answers: Vec<LinkRow>,
    looked_at_all: bool,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    f: Frame,
    party: String,
    duty: &'static str,
    reads_trade: bool,
    /// Whether anything can wait for this key.
    waits: bool,
    contracts: Vec<ContractRow>,
    waiting: Vec<Waiting>,
    /// Corrections that the firm has to answer.
    corrections: Vec<Held>,
    disputes: Vec<Held>,
    /// What partners answered last.
    answers: Vec<LinkRow>,
    parks: Vec<ParkLink>,
    /// Whose reports may be read.
    sites: Vec<ParkLink>,
    /// How many of the newest deliveries were looked at, where there are more.
    looked_at: Option<usize>,
    size: u64,
}

pub async fn answer(visit: &mut Visit<'_>) -> Reply {
    let role = visit.principal()?.role;
    let found = visit.read(found).await?;
    let t = visit.t();
    visit.page(&Page {
        f: visit.frame(t.home),
        party: found.party,
        duty: t.duty(role),
        reads_trade: reads_trade(role),
        waits: role == Role::Firm,
        contracts: found.contracts,
        waiting: found.waiting,
        corrections: found.corrections,
        disputes: found.disputes,
        answers: found.answers,
        parks: found.parks,
        sites: found.sites,
        looked_at: (role == Role::Firm && !found.looked_at_all).then_some(LOOKED_AT),
        size: visit.ledger().size(),
    })
}

fn found(reader: &Reader) -> Result<Found, Problem> {
    let Some(who) = &reader.who else { return Ok(Found::default()) };
    let names = reader.names();
    let party = match (&who.firm, &who.parks[..]) {
        (Some(firm), _) => names.firm(firm),
        (None, parks) => parks.iter().map(|park| names.park(park)).collect::<Vec<_>>().join(", "),
    };
    let parks = who.parks.iter().filter(|park| may(Some(who), &Sight::Figures((*park).clone())));
    let parks = parks.map(|park| ParkLink { id: park.to_string(), name: names.park(park) });
    let parks = parks.collect();
    let mut found = Found { party, parks, sites: sites(reader, who)?, ..Found::default() };
    if who.role == Role::Firm {
        found.contracts = to_confirm(reader)?;
        (found.looked_at_all, found.waiting) = waiting(reader, who)?;
        (found.corrections, found.disputes) = held::of_firm(reader, SHOWN)?;
        found.answers = partners::links(reader, SHOWN, |key| {
            key.link.as_ref().is_some_and(|link| link.answered.is_some())
        })?;
    }
    Ok(found)
}

/// The sites of the firm, or of the parks that somebody administers or checks.
fn sites(reader: &Reader, who: &Principal) -> Result<Vec<ParkLink>, Problem> {
    let lists: Vec<ListOf> = match &who.firm {
        Some(firm) if who.role == Role::Firm => vec![ListOf::Firm(firm.clone())],
        Some(_) | None => who.parks.iter().cloned().map(ListOf::Park).collect(),
    };
    let mut sites = Vec::new();
    for of in lists.iter().filter(|_| reads_trade(who.role)) {
        let found = reader.rows().newest::<SiteView>(of, None, SITES, |_| true)?;
        let link =
            |site: SiteView| ParkLink { id: site.site.to_string(), name: site.name.to_string() };
        sites.extend(found.items.into_iter().map(link));
    }
    sites.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(sites)
}

fn to_confirm(reader: &Reader) -> Result<Vec<ContractRow>, Problem> {
    let of = own_list::<Contract>(reader.who.as_ref());
    let firm = reader.who.as_ref().and_then(|who| who.firm.clone());
    let waits = |state: &Contract| {
        let is_own = |party: &Party| firm.as_ref() == Some(&party.firm);
        state.stage == ContractStage::Proposed
            && ((is_own(&state.supplier) && !state.confirmed_by_supplier)
                || (is_own(&state.receiver) && !state.confirmed_by_receiver))
    };
    let newest = reader.rows().newest::<ContractView>(&of, None, SHOWN, waits)?;
    Ok(newest.items.iter().map(|view| contracts::row(reader, view)).collect())
}

/// Which deliveries stand together: arrived here, on their way here, on their way from here.
fn kind_of(stage: DeliveryStage, is_receiver: bool) -> Option<usize> {
    match (stage, is_receiver) {
        (DeliveryStage::Received, true) => Some(0),
        (DeliveryStage::Dispatched, true) => Some(1),
        (DeliveryStage::Dispatched, false) => Some(2),
        _ => None,
    }
}

/// Whether all of a firm's deliveries were looked at, and what waits among those that were.
fn waiting(reader: &Reader, who: &Principal) -> Result<(bool, Vec<Waiting>), Problem> {
    let t = reader.t();
    let mut waiting = [
        Waiting::new(t.to_accept, t.to_accept_says, "received"),
        Waiting::new(t.coming, t.coming_says, "dispatched"),
        Waiting::new(t.on_their_way, t.on_their_way_says, "dispatched"),
    ];
    let counts = Cell::new([0; 3]);
    // One pass finds enough of each kind.
    let keep = |state: &Delivery| {
        let is_receiver = who.firm.as_ref() == Some(&state.exchange.receiver.firm);
        let Some(kind) = kind_of(state.stage(), is_receiver) else { return false };
        let mut found = counts.get();
        found[kind] += 1;
        counts.set(found);
        found[kind] <= SHOWN
    };
    let of = own_list::<Delivery>(reader.who.as_ref());
    let newest = reader.rows().newest::<DeliveryView>(&of, None, usize::MAX, keep)?;
    for view in &newest.items {
        let is_receiver = who.firm.as_ref() == Some(&view.exchange.receiver.firm);
        if let Some(kind) = kind_of(view.stage, is_receiver) {
            waiting[kind].rows.push(DeliveryRow::of(reader, view));
        }
    }
    for (group, count) in waiting.iter_mut().zip(counts.get()) {
        group.has_more = count > SHOWN;
    }
    let waiting = waiting.into_iter().filter(|group| !group.rows.is_empty()).collect();
    Ok((newest.older.is_none(), waiting))
}

impl Waiting {
    fn new(name: &'static str, says: &'static str, stage: &'static str) -> Waiting {
        Waiting { name, says, stage, rows: Vec::new(), has_more: false }
    }
}
