//! Shared infrastructure: each facility by the shares of its capacity.
//!
//! Capacity is what it can do in the months, available that less outages, reserved what is kept for
//! firms day by day, used what was recorded of its uses. The first three are said of days, the last
//! is a sum of facts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::facility::{CapacityPer, FacilityKind, FacilitySide};
use crate::domain::fact::{Fact, FactUnit};
use crate::domain::id::{FacilityId, FirmId, OutageId, ReservationId};
use crate::domain::number::Number;
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{Grade, Term};
use crate::domain::state::{Facility, Outage, Reservation};
use crate::domain::text::Text;
use crate::domain::time::{Day, Month, UtcMillis, Zone};
use crate::domain::unit::Dimension;
use crate::statistics::levers::LeverNumber;

/// A reservation that holds on some of the days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReservedShare {
    /// The record that put it in force.
    #[schema(minimum = 0)]
    pub position: u64,
    /// In the hour or day of the facility.
    pub quantity: Quantity,
    pub reservation: ReservationId,
    /// As it is now: it may have been ended before its term.
    pub term: Term,
}

/// A reservation that waits for the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProposedShare {
    /// Who has proposed it; the other side confirms.
    pub by: FacilitySide,
    pub firm: FirmId,
    /// Its record.
    #[schema(minimum = 0)]
    pub position: u64,
    /// In the hour or day of the facility.
    pub quantity: Quantity,
    pub reservation: ReservationId,
    pub term: Term,
}

/// What a firm has of a facility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirmShare {
    pub facts: u64,
    pub firm: FirmId,
    pub reservations: Vec<ReservedShare>,
    pub reserved: LeverNumber,
    /// Of the capacity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved_percent: Option<LeverNumber>,
    /// Absent if nothing was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<LeverNumber>,
    /// Of the capacity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_percent: Option<LeverNumber>,
}

/// What a firm used in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirmMonth {
    pub facts: u64,
    pub firm: FirmId,
    pub month: Month,
    pub used: LeverNumber,
}

/// An outage within the months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutageOf {
    pub from: UtcMillis,
    pub outage: OutageId,
    #[schema(minimum = 0)]
    pub position: u64,
    pub reason: Text,
    /// Excluded.
    pub to: UtcMillis,
}

/// A facility by the shares of its capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityShares {
    /// Capacity less outages.
    pub available: LeverNumber,
    pub capacity: LeverNumber,
    pub facility: FacilityId,
    /// Those that have reserved or used anything and that the reader may see.
    pub firms: Vec<FirmShare>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub kind: FacilityKind,
    pub months: Vec<FirmMonth>,
    pub name: Text,
    /// The firm that runs it; absent if the park itself does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<FirmId>,
    pub outages: Vec<OutageOf>,
    pub per: CapacityPer,
    /// The record that registered it.
    #[schema(minimum = 0)]
    pub position: u64,
    /// Whatever its term: it counts in nothing before it is confirmed.
    pub proposed: Vec<ProposedShare>,
    /// All firms together.
    pub reserved: LeverNumber,
    /// Of the capacity; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved_percent: Option<LeverNumber>,
    /// All firms together; absent if nothing was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<LeverNumber>,
    /// Of the capacity; more than a hundred where more was used than it can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_percent: Option<LeverNumber>,
}

/// Uses by facility, firm and month: amount in base units, and how many facts.
#[derive(Default)]
pub struct FacilityUses(BTreeMap<FacilityId, UsesOf>);

/// Of one facility.
type UsesOf = BTreeMap<(FirmId, Month), (i128, u64)>;

/// Of which days, as of which position.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Day,
    pub to: Day,
    pub below: u64,
}

impl FacilityUses {
    pub fn add(&mut self, fact: &Fact) {
        let (Some(facility), Some(firm)) = (&fact.facility, &fact.firm) else { return };
        if !matches!(fact.unit, FactUnit::Physical(..)) {
            return;
        }
        let of = self.0.entry(facility.clone()).or_default();
        let used = of.entry((firm.clone(), fact.day.month())).or_default();
        *used = (used.0 + i128::from(fact.amount), used.1 + 1);
    }

    /// The shares of a facility that was registered below the position.
    pub fn shares(&self, facility: &Facility, zone: &Zone, span: Span) -> FacilityShares {
        let none = UsesOf::new();
        let used = self.0.get(&facility.facility).unwrap_or(&none);
        let days = (span.from, span.to);
        let able = facility.able_in(zone, days, span.below);
        let reserved = facility.reserved_in(zone, days, span.below, None);
        let sum = sum_of(used.values());
        let dimension = facility.capacities[0].capacity.dimension();
        let shown = |number: &Number| LeverNumber::of_base(number, dimension);
        let percent = |part: &Number| LeverNumber::percent(part, &able.capacity);
        FacilityShares {
            available: shown(&able.available),
            facility: facility.facility.clone(),
            firms: firms(facility, zone, span, used, &able.capacity),
            grade: facility.grade.clone(),
            kind: facility.kind,
            months: months(used, dimension),
            name: facility.name.clone(),
            operator: facility.firm.clone(),
            outages: outages(facility, zone, span),
            per: facility.per,
            position: facility.capacities[0].record,
            proposed: proposed(facility, span.below),
            reserved_percent: percent(&reserved),
            reserved: shown(&reserved),
            used: sum.as_ref().map(|(used, _)| shown(used)),
            used_percent: sum.and_then(|(used, _)| percent(&used)),
            capacity: shown(&able.capacity),
        }
    }
}

/// None where there are no facts.
fn sum_of<'a>(used: impl Iterator<Item = &'a (i128, u64)>) -> Option<(Number, u64)> {
    let (amount, facts) = used.fold((0, 0), |sum, (amount, facts)| (sum.0 + amount, sum.1 + facts));
    (facts > 0).then(|| (Number::integer(amount), facts))
}

fn firms(
    facility: &Facility,
    zone: &Zone,
    span: Span,
    used: &UsesOf,
    capacity: &Number,
) -> Vec<FirmShare> {
    let dimension = facility.capacities[0].capacity.dimension();
    let holds = |one: &&Reservation| {
        let is_confirmed = one.confirmed.is_some_and(|record| record < span.below);
        is_confirmed && one.term.from <= span.to && span.from <= one.last(span.below)
    };
    let held: Vec<_> = facility.reservations.iter().filter(holds).collect();
    let mut names: BTreeSet<&FirmId> = held.iter().map(|one| &one.firm).collect();
    names.extend(used.keys().map(|(firm, _)| firm));
    let share = |firm: &FirmId| {
        let days = (span.from, span.to);
        let reserved = facility.reserved_in(zone, days, span.below, Some(firm));
        let own = used.iter().filter(|((of, _), _)| of == firm).map(|(_, used)| used);
        let sum = sum_of(own);
        let own = held.iter().filter(|one| one.firm == *firm);
        let reservation = |one: &&Reservation| ReservedShare {
            position: one.confirmed.unwrap_or(one.record),
            quantity: one.quantity,
            reservation: one.reservation.clone(),
            term: Term { from: one.term.from, to: one.last(span.below) },
        };
        FirmShare {
            facts: sum.as_ref().map_or(0, |(_, facts)| *facts),
            firm: firm.clone(),
            reservations: own.map(reservation).collect(),
            reserved: LeverNumber::of_base(&reserved, dimension),
            reserved_percent: LeverNumber::percent(&reserved, capacity),
            used: sum.as_ref().map(|(used, _)| LeverNumber::of_base(used, dimension)),
            used_percent: sum.and_then(|(used, _)| LeverNumber::percent(&used, capacity)),
        }
    };
    names.into_iter().map(share).collect()
}

fn proposed(facility: &Facility, below: u64) -> Vec<ProposedShare> {
    let not_yet = |at: Option<u64>| at.is_none_or(|at| at >= below);
    let waits =
        |one: &&Reservation| one.record < below && not_yet(one.confirmed) && not_yet(one.declined);
    let share = |one: &Reservation| {
        let Reservation { by, firm, quantity, record, reservation, term, .. } = one.clone();
        ProposedShare { by, firm, position: record, quantity, reservation, term }
    };
    facility.reservations.iter().filter(waits).map(share).collect()
}

fn months(used: &UsesOf, dimension: Dimension) -> Vec<FirmMonth> {
    let month = |((firm, month), (amount, facts)): (&(FirmId, Month), &(i128, u64))| FirmMonth {
        facts: *facts,
        firm: firm.clone(),
        month: *month,
        used: LeverNumber::of_base(&Number::integer(*amount), dimension),
    };
    used.iter().map(month).collect()
}

fn outages(facility: &Facility, zone: &Zone, span: Span) -> Vec<OutageOf> {
    let begin = zone.first_instant(span.from);
    let end = zone.first_instant(span.to.checked_add(1).unwrap_or(span.to));
    let stands = |one: &&Outage| {
        let stands = one.reversed.is_none_or(|reversed| reversed >= span.below);
        one.record < span.below && stands && one.from < end && begin < one.to
    };
    let view = |one: &Outage| {
        let Outage { from, outage, reason, record, to, .. } = one.clone();
        OutageOf { from, outage, position: record, reason, to }
    };
    facility.outages.iter().filter(stands).map(view).collect()
}
