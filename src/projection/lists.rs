//! Lists of aggregates in the order in which they came into being: all of a kind, those of a park,
//! of a firm, of a contract, of a thing; and the tickets of a scale in the order in which they were
//! recorded.

use std::borrow::Cow;

use crate::domain::event::{Event, Stated, StockPlace};
use crate::domain::id::{FirmId, LotId, ParkId};
use crate::domain::method::Item;
use crate::domain::shapes::{Nonconformity, Ticket};
use crate::domain::state::account_id;
use crate::domain::states::{Kind, States as _};
use crate::index::{IndexError, ListOf, Rows};
use crate::record::Decoded;

/// An aggregate that a record brought into being, and whose lists it stands in.
struct Entry<'a> {
    kind: Kind,
    id: Cow<'a, str>,
    parks: Vec<&'a ParkId>,
    firms: Vec<&'a FirmId>,
    contract: Option<&'a str>,
    subject: Option<String>,
}

pub fn apply(rows: &mut Rows, record: &Decoded) -> Result<(), IndexError> {
    if let Some(ticket) = ticket(&record.event) {
        let of = ListOf::Scale(ticket.scale.clone());
        rows.list(Kind::Ticket, &of, record.position(), &ticket.row_id())?;
    }
    if let Event::MethodPublished(event) = &record.event {
        // The states are ahead: an item that an earlier method defined stands in the list already.
        for item in event.document.items.iter().map(|item| item.item.as_str()) {
            let found = rows.states.find::<Item>(item);
            if found.is_some_and(|item| item.created == record.position()) {
                rows.list(Kind::Item, &ListOf::All, record.position(), item)?;
            }
        }
    }
    // Only the first record of a stream brings an aggregate into being; periods, stock accounts
    // and lots have no stream of their own, and each of them begins once.
    let begins = record.version == 0
        || matches!(
            record.event,
            Event::PeriodClosed(_)
                | Event::StockOpened(_)
                | Event::LotFormed(_)
                | Event::LotsBlended(_)
                | Event::LotSplit(_)
        );
    if !begins {
        return Ok(());
    }
    let Some(entry) = entry(&record.event) else {
        return Ok(());
    };
    let Entry { kind, id, mut parks, mut firms, contract, subject } = entry;
    parks.dedup();
    firms.dedup();
    let parks = parks.into_iter().map(|park| ListOf::Park(park.clone()));
    let firms = firms.into_iter().map(|firm| ListOf::Firm(firm.clone()));
    let contract = contract.map(|contract| ListOf::Contract(contract.to_owned()));
    let under = contract.into_iter().chain(subject.map(ListOf::Subject));
    for of in [ListOf::All].into_iter().chain(parks).chain(firms).chain(under) {
        rows.list(kind, &of, record.position(), &id)?;
    }
    Ok(())
}

/// The ticket that a record uses of a scale at its own site: each part of a split one again. Who
/// uses the number of another's scale leaves no trace in that scale's list.
#[expect(clippy::wildcard_enum_match_arm, reason = "only loads are weighed")]
fn ticket(event: &Event) -> Option<&Ticket> {
    let (measured, noted) = match event {
        Event::DeliveryDispatched(e) => (&e.measured, &e.nonconformities),
        Event::DeliveryReceived(e) => (&e.measured, &e.nonconformities),
        _ => return None,
    };
    let is_known = !noted.contains(&Nonconformity::UnknownScale);
    measured.ticket.as_ref().filter(|_| is_known)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most events bring nothing into being")]
fn entry(event: &Event) -> Option<Entry<'_>> {
    if let Some(exchange) = event.exchange() {
        let (supplier, receiver) = (&exchange.supplier, &exchange.receiver);
        return Some(Entry {
            kind: Kind::Delivery,
            id: exchange.delivery.as_str().into(),
            parks: vec![&supplier.park, &receiver.park],
            firms: vec![&supplier.firm, &receiver.firm],
            contract: Some(exchange.contract.as_str()),
            subject: None,
        });
    }
    if let Some(declared) = event.declared() {
        let (parks, firms) = (vec![&declared.park], vec![&declared.firm]);
        return of(Kind::Return, declared.return_id.as_str(), parks, firms);
    }
    match event {
        Event::KeyIssued(e) => of(Kind::Key, e.key.as_str(), vec![], e.firm.iter().collect()),
        Event::LinkIssued(e) => {
            of(Kind::Key, e.key.as_str(), vec![], vec![&e.issued_by, &e.partner])
        }
        Event::ParkRegistered(e) => of(Kind::Park, e.park.as_str(), vec![&e.park], vec![]),
        Event::FirmRegistered(e) => of(Kind::Firm, e.firm.as_str(), vec![], vec![&e.firm]),
        Event::CounterpartyRecorded(e) => {
            of(Kind::Firm, e.firm.as_str(), vec![], vec![&e.recorded_by, &e.firm])
        }
        Event::SiteRegistered(e) => of(Kind::Site, e.site.as_str(), vec![&e.park], vec![&e.firm]),
        Event::PermitRegistered(e) => of(Kind::Permit, e.permit.as_str(), vec![&e.park], vec![]),
        Event::ScaleRegistered(e) => {
            of(Kind::Scale, e.scale.as_str(), vec![&e.park], vec![&e.firm])
        }
        Event::MeterRegistered(e) => {
            of(Kind::Meter, e.meter.as_str(), vec![&e.park], vec![&e.firm])
        }
        Event::CataloguePublished(e) => of(Kind::Catalogue, e.catalogue.as_str(), vec![], vec![]),
        Event::MaterialDefined(e) => of(Kind::Material, e.material.as_str(), vec![], vec![&e.firm]),
        Event::ListingPublished(e) => {
            of(Kind::Listing, e.listing.as_str(), vec![&e.park], vec![&e.firm])
        }
        Event::ContractProposed(e) => {
            let parks = vec![&e.supplier.park, &e.receiver.park];
            let firms = vec![&e.supplier.firm, &e.receiver.firm];
            of(Kind::Contract, e.contract.as_str(), parks, firms)
        }
        Event::PeriodClosed(e) => {
            let id = format!("{}/{}", e.park, e.period);
            of(Kind::Period, id, vec![&e.park], vec![])
        }
        _ => entry_of_figures(event),
    }
}

/// The entry of what figures and claims are made of.
#[expect(clippy::wildcard_enum_match_arm, reason = "most events bring nothing into being")]
fn entry_of_figures(event: &Event) -> Option<Entry<'_>> {
    match event {
        Event::MethodPublished(e) => of(Kind::Method, e.id.as_str(), vec![], vec![]),
        Event::FigureStated(e) => {
            let Stated { firm, park, statement, .. } = &e.stated;
            of(Kind::Statement, statement.as_str(), vec![park], firm.iter().collect())
        }
        Event::RosterSet(e) => of(Kind::Roster, e.roster.as_str(), vec![&e.park], vec![]),
        Event::ProgrammeApplied(e) => {
            let of_park = vec![&e.procedure.park];
            of(Kind::Participation, e.procedure.participation.as_str(), of_park, vec![])
        }
        Event::StockOpened(e) => {
            let id = format!("{}/{}", e.place.site, e.place.material.material);
            of(Kind::StockAccount, id, vec![&e.place.park], vec![&e.place.firm])
        }
        Event::LotFormed(e) => lot(&e.lot, &e.place),
        Event::LotsBlended(e) => lot(&e.lot, &e.place),
        Event::LotSplit(e) => lot(&e.lot, &e.place),
        Event::ClaimIssued(e) => {
            let parks = vec![&e.producer.park, &e.user.park];
            of(Kind::Claim, e.claim.as_str(), parks, vec![&e.producer.firm, &e.user.firm])
        }
        Event::ClaimTransferred(e) => {
            let (parks, firms) = (e.parks.iter().collect(), e.firms.iter().collect());
            of(Kind::Claim, e.claim.as_str(), parks, firms)
        }
        Event::FacilityRegistered(e) => {
            let (parks, firms) = (vec![&e.place.park], e.place.operator.iter().collect());
            of(Kind::Facility, e.place.facility.as_str(), parks, firms)
        }
        Event::FactorsPublished(e) => of(Kind::FactorSet, e.id.as_str(), vec![], vec![]),
        Event::MassBalanceOpened(e) => {
            of(Kind::MassBalance, e.balance.as_str(), vec![&e.park], vec![&e.firm])
        }
        Event::EvidenceAttached(e) => Some(Entry {
            kind: Kind::Evidence,
            id: e.evidence.as_str().into(),
            parks: e.parks.iter().collect(),
            firms: e.firms.iter().collect(),
            contract: None,
            subject: Some(e.subject.to_string()),
        }),
        _ => None,
    }
}

/// A lot stands under its account as well.
fn lot<'a>(lot: &'a LotId, place: &'a StockPlace) -> Option<Entry<'a>> {
    Some(Entry {
        kind: Kind::Lot,
        id: lot.as_str().into(),
        parks: vec![&place.park],
        firms: vec![&place.firm],
        contract: None,
        subject: Some(account_id(&place.site, &place.material.material)),
    })
}

/// The entry of what is under no contract.
fn of<'a>(
    kind: Kind,
    id: impl Into<Cow<'a, str>>,
    parks: Vec<&'a ParkId>,
    firms: Vec<&'a FirmId>,
) -> Option<Entry<'a>> {
    Some(Entry { kind, id: id.into(), parks, firms, contract: None, subject: None })
}
