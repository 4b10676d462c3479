//! Whom a record concerns, and where a load is recorded: what `authorize` has to be told.
//!
//! Invariant: a record's parties are found for every event, also where the record names only its
//! contract, permit or listing, which then stands in the states.

use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::command::Request;
use crate::domain::event::{Event, Side};
use crate::domain::facility::FacilityPlace;
use crate::domain::id::{
    ClaimId, ContractId, DeliveryId, FirmId, ListingId, MeterId, ParkId, SiteId,
};
use crate::domain::state::{
    Claim, Contract, Delivery, Key, Listing, Material, Meter, Permit, Scale, Site,
};
use crate::domain::states::States;

/// Whom a record concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concerned {
    pub parks: Vec<ParkId>,
    /// Its parties, each once.
    pub firms: Vec<FirmId>,
    /// It says what a key may do, which is nobody's business but the keeper's and the key's firm's.
    pub of_a_key: bool,
}

impl Concerned {
    /// Reading its HEAD.
    pub fn head(&self) -> Action<'_> {
        Action::ReadHead { parks: &self.parks }
    }

    /// Reading its BODY.
    pub fn body(&self) -> Action<'_> {
        if self.of_a_key {
            return Action::ReadKey { firm: self.firms.first() };
        }
        Action::ReadBody { parks: &self.parks, firms: &self.firms }
    }
}

/// Whom an event's record concerns. The states may be later than the record: parties do not change.
pub fn concerned<S: States>(states: &S, event: &Event) -> Concerned {
    let mut firms = firms_of(states, event);
    firms.sort_unstable();
    firms.dedup();
    let parks = event.parks().into_iter().cloned().collect();
    let of_a_key = matches!(event, Event::KeyIssued(_) | Event::KeyRevoked(_));
    Concerned { parks, firms, of_a_key }
}

fn firms_of<S: States>(states: &S, event: &Event) -> Vec<FirmId> {
    if let Event::DeliveryDispatched(event) = event {
        let (supplier, receiver) = (&event.exchange.supplier.firm, &event.exchange.receiver.firm);
        let both = [supplier.clone(), receiver.clone()];
        return both.into_iter().chain(event.carrier.clone()).collect();
    }
    if let Some(exchange) = event.exchange() {
        return vec![exchange.supplier.firm.clone(), exchange.receiver.firm.clone()];
    }
    if let Some(declared) = event.declared() {
        return vec![declared.firm.clone()];
    }
    if let Some(place) = event.stock_place() {
        return vec![place.firm.clone()];
    }
    if let Some(place) = event.facility_place() {
        return of_facility(event, place);
    }
    of_others(states, event)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "deliveries and returns come first")]
fn of_others<S: States>(states: &S, event: &Event) -> Vec<FirmId> {
    let at_site = |site: &SiteId| {
        let site = states.find::<Site>(site.as_str());
        site.map(|site| site.state.firm.clone())
    };
    let of_permit = |permit: &str| {
        let permit = states.find::<Permit>(permit);
        permit.and_then(|permit| at_site(&permit.state.site))
    };
    let one = |firm: Option<FirmId>| firm.into_iter().collect();
    match event {
        Event::KeyIssued(event) => one(event.firm.clone()),
        Event::KeyRevoked(event) => {
            one(states.find::<Key>(event.key.as_str()).and_then(|key| key.state.firm.clone()))
        }
        Event::FirmRegistered(event) => vec![event.firm.clone()],
        Event::CounterpartyRecorded(event) => vec![event.firm.clone(), event.recorded_by.clone()],
        Event::CounterpartyClaimed(event) => vec![event.counterparty.clone(), event.firm.clone()],
        Event::LinkIssued(event) => vec![event.issued_by.clone(), event.partner.clone()],
        Event::LinkAnswered(event) => vec![event.issued_by.clone(), event.partner.clone()],
        Event::SiteRegistered(event) => vec![event.firm.clone()],
        Event::PermitRegistered(event) => one(at_site(&event.site)),
        Event::PermitSuspended(event) => one(of_permit(event.permit.as_str())),
        Event::PermitReinstated(event) => one(of_permit(event.permit.as_str())),
        Event::ScaleRegistered(event) => vec![event.firm.clone()],
        Event::ScaleCalibrated(event) => {
            let scale = states.find::<Scale>(event.scale.as_str());
            one(scale.map(|scale| scale.state.firm.clone()))
        }
        // The receivers see their own shares with their contracts, not one another's.
        Event::NetworkBalanceRecorded(event) => vec![event.supplier.clone()],
        Event::MeterRegistered(event) => vec![event.firm.clone()],
        Event::MeterCalibrated(event) => one(of_meter(states, &event.meter)),
        Event::MeterReplaced(event) => one(of_meter(states, &event.meter)),
        Event::MaterialDefined(event) => vec![event.firm.clone()],
        Event::HazardClassified(event) => vec![event.firm.clone()],
        Event::LegalStatusDecided(event) => {
            let material = states.find::<Material>(event.material.as_str());
            let firm = material.map(|material| material.state.firm.clone());
            at_site(&event.site).into_iter().chain(firm).collect()
        }
        Event::ListingPublished(event) => vec![event.firm.clone()],
        Event::ListingAmended(event) => one(of_listing(states, &event.listing)),
        Event::ListingWithdrawn(event) => one(of_listing(states, &event.listing)),
        Event::ContractProposed(event) => {
            vec![event.supplier.firm.clone(), event.receiver.firm.clone()]
        }
        Event::ContractConfirmed(event) => of_contract(states, &event.contract),
        Event::ContractConcluded(event) => of_contract(states, &event.contract),
        Event::ContractDeclined(event) => of_contract(states, &event.contract),
        Event::ContractTerminated(event) => of_contract(states, &event.contract),
        Event::BalanceOpened(event) => of_contract(states, &event.contract),
        Event::CallOffPlaced(event) => of_contract(states, &event.contract),
        Event::EvidenceAttached(event) => event.firms.clone(),
        Event::FigureStated(event) => one(event.stated.firm.clone()),
        Event::FigureWithdrawn(event) => one(event.stated.firm.clone()),
        Event::ReminderSent(event) => vec![event.firm.clone()],
        Event::MeteredAdjustmentRecorded(event) => of_contract(states, &event.contract),
        Event::MeteredAdjustmentConfirmed(event) => of_contract(states, &event.contract),
        Event::MeteredAdjustmentDeclined(event) => of_contract(states, &event.contract),
        Event::SheetSigned(event) => of_contract(states, &event.contract),
        Event::WindowSettled(event) => of_contract(states, &event.contract),
        Event::WindowRestated(event) => of_contract(states, &event.contract),
        Event::InvoiceRecorded(event) => of_contract(states, &event.contract),
        Event::PaymentRecorded(event) => of_contract(states, &event.contract),
        _ => of_claims(states, event),
    }
}

/// Who runs it, and the firm whose use or reservation it is.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are of no single user")]
fn of_facility(event: &Event, place: &FacilityPlace) -> Vec<FirmId> {
    let user = match event {
        Event::CapacityReserved(event) => Some(&event.firm),
        Event::ReservationConfirmed(event) => Some(&event.firm),
        Event::ReservationDeclined(event) => Some(&event.firm),
        Event::ReservationEnded(event) => Some(&event.firm),
        Event::FacilityUsed(event) => Some(&event.firm),
        Event::FacilityUseReversed(event) => Some(&event.firm),
        _ => None,
    };
    place.operator.iter().chain(user).cloned().collect()
}

fn of_listing<S: States>(states: &S, listing: &ListingId) -> Option<FirmId> {
    states.find::<Listing>(listing.as_str()).map(|listing| listing.state.firm.clone())
}

fn of_meter<S: States>(states: &S, meter: &MeterId) -> Option<FirmId> {
    states.find::<Meter>(meter.as_str()).map(|meter| meter.state.firm.clone())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the last of them")]
fn of_claims<S: States>(states: &S, event: &Event) -> Vec<FirmId> {
    match event {
        Event::ClaimIssued(event) => vec![event.producer.firm.clone(), event.user.firm.clone()],
        Event::ClaimAllocationProposed(event) => of_claim(states, &event.claim),
        Event::ClaimAllocated(event) => of_claim(states, &event.claim),
        Event::ClaimTransferred(event) => event.firms.clone(),
        Event::ClaimRetired(event) => of_claim(states, &event.claim),
        Event::ClaimVoided(event) => of_claim(states, &event.claim),
        Event::MassBalanceOpened(event) => vec![event.firm.clone()],
        Event::InputsBooked(event) => vec![event.firm.clone()],
        Event::OutputClaimed(event) => vec![event.firm.clone()],
        Event::MassBalanceClosed(event) => vec![event.firm.clone()],
        Event::BaselineDeclared(event) => of_contract(states, &event.contract),
        Event::DistanceStated(event) => of_contract(states, &event.contract),
        _ => Vec::new(),
    }
}

fn of_claim<S: States>(states: &S, claim: &ClaimId) -> Vec<FirmId> {
    let claim = states.find::<Claim>(claim.as_str());
    claim.map_or(Vec::new(), |claim| claim.state.firms.clone())
}

fn of_contract<S: States>(states: &S, contract: &ContractId) -> Vec<FirmId> {
    let contract = states.find::<Contract>(contract.as_str());
    contract.map_or(Vec::new(), |contract| {
        let Contract { supplier, receiver, .. } = &contract.state;
        vec![supplier.firm.clone(), receiver.firm.clone()]
    })
}

/// The site at which a command records a load or reading for its actor. None for other commands,
/// and where the command names no contract or delivery that is there.
#[expect(clippy::wildcard_enum_match_arm, reason = "other commands record no load or reading")]
pub fn acting_site<S: States>(states: &S, actor: &Actor, request: &Request) -> Option<SiteId> {
    let under = |contract: &ContractId, side: Option<Side>| {
        let contract = states.find::<Contract>(contract.as_str())?;
        let side = side.or_else(|| contract.state.side_of(actor.firm()?))?;
        Some(match side {
            Side::Supplier => contract.state.supplier.site.clone(),
            Side::Receiver => contract.state.receiver.site.clone(),
        })
    };
    let arriving = |delivery: &DeliveryId| {
        let delivery = states.find::<Delivery>(delivery.as_str())?;
        Some(delivery.state.exchange.receiver.site.clone())
    };
    match request {
        Request::DispatchDelivery(data) => under(&data.contract, Some(Side::Supplier)),
        Request::ReceiveDelivery(data) => arriving(&data.delivery)
            .or_else(|| under(data.contract.as_ref()?, Some(Side::Receiver))),
        Request::RecordMeteredPeriod(data) => under(&data.contract, None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::domain::rules::testing::{DAY, gigajoules, proposal};
    use crate::domain::testing::World;

    const LATER: &str = "2025-04-02T08:00:00.000Z";

    /// What the power station and the cement works, or one of them, have part in.
    const TABLE: [(&str, &[&str]); 9] = [
        ("meter_calibrated", &["frm_power"]),
        ("meter_replaced", &["frm_power"]),
        ("metered_period_recorded", &["frm_cement", "frm_power"]),
        ("delivery_disputed", &["frm_cement", "frm_power"]),
        ("settlement_proposed", &["frm_cement", "frm_power"]),
        ("dispute_settled", &["frm_cement", "frm_power"]),
        ("metered_adjustment_recorded", &["frm_cement", "frm_power"]),
        ("metered_adjustment_confirmed", &["frm_cement", "frm_power"]),
        ("network_balance_recorded", &["frm_power"]),
    ];

    /// Steam that is metered, disputed, adjusted and balanced.
    fn steam() -> World {
        let mut world = World::standard();
        let calibration = json!({"from": "2025-01-01", "to": "2025-12-31"});
        let meter = json!({
            "calibration": calibration, "meter": "mtr_2", "multiplier": "1", "name": "new",
            "site": "sit_power", "unit": "GV",
        });
        world.conclude(&proposal("ctr_1", ("power", "cement"), "mat_steam", &gigajoules("10")));
        let period = json!({
            "contract": "ctr_1", "delivery": "dlv_1", "from": "2025-03-08T16:00:00.000Z",
            "line": 1, "method": "estimated", "quantity": gigajoules("5"),
            "to": "2025-03-09T16:00:00.000Z",
        });
        let adjust = json!({
            "adjustment": "adj_1", "cause": "estimate_replaced", "contract": "ctr_1",
            "day": "2025-03-09", "from": "2025-03-08T16:00:00.000Z", "line": 1,
            "quantity": gigajoules("1"), "reason": "read since", "sign": "more",
            "to": "2025-03-09T16:00:00.000Z",
        });
        let balance = json!({
            "month": "2025-03", "network": "main", "park": "prk_guigang",
            "outlets": [{"meter": "mtr_2", "quantity": gigajoules("6")}],
            "shares": [{
                "contract": "ctr_1", "deliveries": ["dlv_1"], "line": 1, "percent": "100",
            }],
        });
        let settle = json!({"delivery": "dlv_1", "settlement": "it stands"});
        let replace = json!({
            "at": DAY, "end": "1", "meter": "mtr_power", "new_meter": "mtr_2", "reason": "worn",
            "start": "0",
        });
        for (actor, kind, data) in [
            ("frm_power", "register_meter", meter),
            ("frm_power", "calibrate_meter", json!({"calibration": calibration, "meter": "mtr_2"})),
            ("frm_power", "replace_meter", replace),
            ("frm_power", "record_metered_period", period),
            ("frm_cement", "dispute_delivery", json!({"delivery": "dlv_1", "reason": "shut"})),
            ("frm_power", "settle_dispute", settle.clone()),
            ("frm_cement", "settle_dispute", settle),
            ("frm_cement", "accept_delivery", json!({"delivery": "dlv_1"})),
            ("frm_cement", "adjust_metered_periods", adjust),
            (
                "frm_power",
                "confirm_adjustment",
                json!({"adjustment": "adj_1", "contract": "ctr_1"}),
            ),
            ("prk_guigang", "record_network_balance", balance),
        ] {
            world.take(actor, LATER, kind, &data);
        }
        world
    }

    #[test]
    fn records_of_meters_concern_those_whom_the_table_says() {
        let world = steam();
        for (kind, firms) in TABLE {
            let event = world.log.iter().find(|event| event.kind() == kind).unwrap();
            let concerned = concerned(&world.states, event);
            let names: Vec<_> = concerned.firms.iter().map(FirmId::as_str).collect();
            assert_eq!(names, firms, "{kind}");
            assert_eq!(concerned.parks.len(), 1, "{kind}");
            assert!(!concerned.of_a_key);
        }
    }
}
