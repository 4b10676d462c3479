//! Present states of shared facilities: capacity, reservations, outages, and what was used.
//!
//! Invariant: on no day do the reservations in force sum up to more than the capacity of that day.
//! Each part keeps the positions of the records that made and ended it, so what stood at an earlier
//! position is found again.

use serde::{Deserialize, Serialize};

use crate::domain::facility::{CapacityPer, FacilityKind, FacilityPlace, FacilitySide};
use crate::domain::id::{
    FacilityId, FacilityUseId, FirmId, OutageId, ParkId, ReservationId, SiteId,
};
use crate::domain::number::Number;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{Grade, MaterialBrief, Term};
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::time::{Day, Month, UtcMillis, Zone};

const HOUR_MS: i128 = 3_600_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facility {
    /// In order of recording; the first holds from the day on which the facility began.
    pub capacities: Vec<CapacityFrom>,
    pub facility: FacilityId,
    /// The firm that runs it; none if the park itself does.
    pub firm: Option<FirmId>,
    pub grade: Option<Grade>,
    pub kind: FacilityKind,
    pub name: Text,
    /// In order of recording.
    pub outages: Vec<Outage>,
    pub park: ParkId,
    pub per: CapacityPer,
    /// In order of recording.
    pub reservations: Vec<Reservation>,
    pub site: Option<SiteId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityFrom {
    pub capacity: Quantity,
    pub from: Day,
    /// Position of the record.
    pub record: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    pub from: UtcMillis,
    pub outage: OutageId,
    pub reason: Text,
    /// Position of the record.
    pub record: u64,
    /// Position of the record that took it back.
    pub reversed: Option<u64>,
    /// Excluded.
    pub to: UtcMillis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Who proposed it.
    pub by: FacilitySide,
    /// Position of the record that put it in force.
    pub confirmed: Option<u64>,
    pub declined: Option<u64>,
    /// The last day on which it holds, and the position of the record that says so.
    pub ended: Option<(Day, u64)>,
    pub firm: FirmId,
    pub grade: Option<Grade>,
    pub quantity: Quantity,
    /// Position of the record.
    pub record: u64,
    pub reservation: ReservationId,
    pub term: Term,
}

impl Reservation {
    /// The last day on which it holds, as the records below a position have it.
    pub fn last(&self, below: u64) -> Day {
        let ended = self.ended.filter(|(_, record)| *record < below);
        ended.map_or(self.term.to, |(last, _)| last.min(self.term.to))
    }

    /// Whether it is in force on a day, as the records below a position have it.
    pub fn holds(&self, day: Day, below: u64) -> bool {
        let is_confirmed = self.confirmed.is_some_and(|record| record < below);
        is_confirmed && self.term.from <= day && day <= self.last(below)
    }
}

/// A day on which more would be reserved than there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverReserved {
    pub day: Day,
    /// In base units.
    pub reserved: i128,
    pub capacity: i64,
}

/// What a facility can do in some days, in base units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Able {
    /// Less outages.
    pub available: Number,
    pub capacity: Number,
}

impl Facility {
    pub fn place(&self) -> FacilityPlace {
        FacilityPlace {
            facility: self.facility.clone(),
            kind: self.kind,
            operator: self.firm.clone(),
            park: self.park.clone(),
            site: self.site.clone(),
        }
    }

    pub fn reservation(&self, id: &ReservationId) -> Option<&Reservation> {
        self.reservations.iter().find(|one| one.reservation == *id)
    }

    pub fn outage(&self, id: &OutageId) -> Option<&Outage> {
        self.outages.iter().find(|one| one.outage == *id)
    }

    /// In base units on a day, as the records below a position have it; none before it began.
    pub fn capacity_on(&self, day: Day, below: u64) -> i64 {
        let begun = self.capacities.iter().filter(|one| one.from <= day && one.record < below);
        let last = begun.max_by_key(|one| (one.from, one.record));
        last.map_or(0, |one| one.capacity.amount())
    }

    /// In base units on a day, as the records below a position have it.
    pub fn reserved_on(&self, day: Day, below: u64) -> i128 {
        let held = self.reservations.iter().filter(|one| one.holds(day, below));
        held.map(|one| i128::from(one.quantity.amount())).sum()
    }

    /// The first day on which more is reserved than there is. Sums grow and capacity falls only on
    /// days on which something begins, so no other day needs to be looked at.
    pub fn over_reserved(&self) -> Option<OverReserved> {
        let begun = self.capacities.iter().map(|one| one.from);
        let mut days: Vec<_> =
            self.reservations.iter().map(|one| one.term.from).chain(begun).collect();
        days.sort_unstable();
        days.dedup();
        days.into_iter().find_map(|day| {
            let (reserved, capacity) =
                (self.reserved_on(day, u64::MAX), self.capacity_on(day, u64::MAX));
            let over = reserved > i128::from(capacity);
            over.then_some(OverReserved { day, reserved, capacity })
        })
    }

    /// What it can do in those days, as the records below a position have it.
    pub fn able_in(&self, zone: &Zone, (from, to): (Day, Day), below: u64) -> Able {
        let down = self.down(below);
        let (mut capacity, mut available) = (Number::integer(0), Number::integer(0));
        for day in from.through(to) {
            let amount = i128::from(self.capacity_on(day, below));
            let (start, end) = span(zone, day);
            if amount == 0 || start == end {
                continue;
            }
            let lost: i128 = down
                .iter()
                .map(|(from, to)| i128::from(((*to).min(end) - (*from).max(start)).max(0)))
                .sum();
            let length = i128::from(end - start);
            capacity = capacity.plus(&self.of_time(amount, length, length));
            available = available.plus(&self.of_time(amount, length - lost, length));
        }
        Able { available, capacity }
    }

    /// What is reserved in those days for a firm, or for all, as the records below a position have
    /// it.
    pub fn reserved_in(
        &self,
        zone: &Zone,
        (from, to): (Day, Day),
        below: u64,
        firm: Option<&FirmId>,
    ) -> Number {
        let of = |one: &&Reservation| firm.is_none_or(|firm| one.firm == *firm);
        let mut sum = Number::integer(0);
        for day in from.through(to) {
            let (start, end) = span(zone, day);
            let held = self.reservations.iter().filter(of).filter(|one| one.holds(day, below));
            let amount: i128 = held.map(|one| i128::from(one.quantity.amount())).sum();
            if amount != 0 && start != end {
                let length = i128::from(end - start);
                sum = sum.plus(&self.of_time(amount, length, length));
            }
        }
        sum
    }

    /// What so much in an hour or day comes to in a part of a day.
    fn of_time(&self, amount: i128, part: i128, day: i128) -> Number {
        match self.per {
            CapacityPer::Day => Number::new(amount * part, day),
            CapacityPer::Hour => Number::new(amount * part, HOUR_MS),
        }
    }

    /// When it could do nothing: spans in order that do not overlap, in milliseconds.
    pub fn down(&self, below: u64) -> Vec<(i64, i64)> {
        let stands = |one: &&Outage| {
            one.record < below && one.reversed.is_none_or(|reversed| reversed >= below)
        };
        let outages = self.outages.iter().filter(stands);
        let mut spans: Vec<_> = outages.map(|one| (one.from.0, one.to.0)).collect();
        spans.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match merged.last_mut() {
                Some((_, last)) if from <= *last => *last = (*last).max(to),
                _ => merged.push((from, to)),
            }
        }
        merged
    }
}

/// The first instant of a day, and that of the next one, in milliseconds.
fn span(zone: &Zone, day: Day) -> (i64, i64) {
    let next = day.checked_add(1).unwrap_or(day);
    (zone.first_instant(day).0, zone.first_instant(next).0)
}

/// What a firm used, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacilityUse {
    pub day: Day,
    pub facility: FacilityId,
    pub firm: FirmId,
    pub from: Day,
    pub material: Option<MaterialBrief>,
    pub method: Method,
    pub quantity: Quantity,
    /// Position of the record.
    pub record: u64,
    /// Position of the record that took it back.
    pub reversed: Option<u64>,
}

/// The days of a month of which a firm's use of a facility is recorded; its id is
/// [`facility_days_id`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacilityDays {
    /// First and last day of each, with its id; they do not overlap.
    pub uses: Vec<(Day, Day, FacilityUseId)>,
}

/// `fac_…/frm_…/2025-03`, with the material behind it if one is named.
pub fn facility_days_id(
    facility: &FacilityId,
    firm: &FirmId,
    month: Month,
    material: Option<&MaterialBrief>,
) -> String {
    match material {
        None => format!("{facility}/{firm}/{month}"),
        Some(material) => format!("{facility}/{firm}/{month}/{}", material.material),
    }
}

impl Aggregate for Facility {
    const KIND: Kind = Kind::Facility;
}

impl Aggregate for FacilityUse {
    const KIND: Kind = Kind::FacilityUse;
}

impl Aggregate for FacilityDays {
    const KIND: Kind = Kind::FacilityDays;
}
