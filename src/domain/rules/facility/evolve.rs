//! What events of facilities leave.

use crate::domain::event::{
    CapacityReserved, Event, FacilityRegistered, FacilityUseReversed, FacilityUsed,
};
use crate::domain::evolve::Meta;
use crate::domain::id::{FacilityId, ReservationId};
use crate::domain::state::{
    CapacityFrom, Facility, FacilityDays, FacilityUse, Outage, Reservation, facility_days_id,
};
use crate::domain::states::StatesMut;

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::FacilityRegistered(event) => register(states, at, event),
        Event::CapacityChanged(event) => {
            let (capacity, from) = (event.capacity, event.from);
            states.change::<Facility>(event.place.facility.as_str(), at, true, |facility| {
                facility.capacities.push(CapacityFrom { capacity, from, record: at });
            });
        }
        Event::CapacityReserved(event) => reserve(states, at, event),
        Event::ReservationConfirmed(event) => {
            reservation(states, at, &event.place.facility, &event.reservation, |one| {
                one.confirmed = Some(at);
            });
        }
        Event::ReservationDeclined(event) => {
            reservation(states, at, &event.place.facility, &event.reservation, |one| {
                one.declined = Some(at);
            });
        }
        Event::ReservationEnded(event) => {
            let last = event.last;
            reservation(states, at, &event.place.facility, &event.reservation, |one| {
                one.ended = Some((last, at));
            });
        }
        Event::FacilityUsed(event) => used(states, at, event),
        Event::FacilityUseReversed(event) => reversed(states, at, event),
        Event::OutageRecorded(event) => {
            let (from, outage, reason, to) =
                (event.from, event.outage.clone(), event.reason.clone(), event.to);
            states.change::<Facility>(event.place.facility.as_str(), at, true, |facility| {
                let outage = Outage { from, outage, reason, record: at, reversed: None, to };
                facility.outages.push(outage);
            });
        }
        Event::OutageReversed(event) => {
            let outage = &event.outage;
            states.change::<Facility>(event.place.facility.as_str(), at, true, |facility| {
                let found = facility.outages.iter_mut().find(|one| one.outage == *outage);
                if let Some(found) = found {
                    found.reversed = Some(at);
                }
            });
        }
        _ => unreachable!("`domain::evolve` hands over events of facilities only"),
    }
}

fn register<S: StatesMut>(states: &mut S, at: u64, event: &FacilityRegistered) {
    let FacilityRegistered { capacity, from, grade, name, per, place } = event.clone();
    let id = place.facility.clone();
    let facility = Facility {
        capacities: vec![CapacityFrom { capacity, from, record: at }],
        facility: place.facility,
        firm: place.operator,
        grade,
        kind: place.kind,
        name,
        outages: Vec::new(),
        park: place.park,
        per,
        reservations: Vec::new(),
        site: place.site,
    };
    states.create(id.as_str(), at, true, facility);
}

fn reserve<S: StatesMut>(states: &mut S, at: u64, event: &CapacityReserved) {
    let CapacityReserved { by, confirmed, firm, grade, quantity, reservation, term, .. } =
        event.clone();
    states.change::<Facility>(event.place.facility.as_str(), at, true, |facility| {
        facility.reservations.push(Reservation {
            by,
            confirmed: confirmed.then_some(at),
            declined: None,
            ended: None,
            firm,
            grade,
            quantity,
            record: at,
            reservation,
            term,
        });
    });
}

fn reservation<S: StatesMut>(
    states: &mut S,
    at: u64,
    facility: &FacilityId,
    id: &ReservationId,
    change: impl FnOnce(&mut Reservation),
) {
    states.change::<Facility>(facility.as_str(), at, true, |facility| {
        if let Some(one) = facility.reservations.iter_mut().find(|one| one.reservation == *id) {
            change(one);
        }
    });
}

fn used<S: StatesMut>(states: &mut S, at: u64, event: &FacilityUsed) {
    let FacilityUsed { day, facility_use, firm, from, material, method, place, quantity, .. } =
        event.clone();
    let days_id = facility_days_id(&place.facility, &firm, from.month(), material.as_ref());
    let before = states.find::<FacilityDays>(&days_id);
    let mut uses = before.map_or(Vec::new(), |before| before.state.uses.clone());
    uses.push((from, day, facility_use.clone()));
    states.create(&days_id, at, false, FacilityDays { uses });
    let facility = place.facility;
    states.change::<Facility>(facility.as_str(), at, true, |_| {});
    let recorded = FacilityUse {
        day,
        facility,
        firm,
        from,
        material,
        method,
        quantity,
        record: at,
        reversed: None,
    };
    states.create(facility_use.as_str(), at, false, recorded);
}

fn reversed<S: StatesMut>(states: &mut S, at: u64, event: &FacilityUseReversed) {
    let FacilityUseReversed { facility_use, firm, material, place, .. } = event;
    let found = states.find::<FacilityUse>(facility_use.as_str());
    if let Some(from) = found.map(|found| found.state.from) {
        let id = facility_days_id(&place.facility, firm, from.month(), material.as_ref());
        states.change::<FacilityDays>(&id, at, false, |days| {
            days.uses.retain(|(_, _, id)| id != facility_use);
        });
        states.change::<FacilityUse>(facility_use.as_str(), at, false, |used| {
            used.reversed = Some(at);
        });
    }
    states.change::<Facility>(place.facility.as_str(), at, true, |_| {});
}
