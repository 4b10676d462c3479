//! Space: how far exchanges are carried, and which would gain most from lying closer.
//!
//! ```text
//! mean distance = SUM quantity x km / SUM quantity whose distance is known
//! ```
//!
//! An exchange counts once: with its acceptance in the park, or, where the receiver is in another
//! park, with the same acceptance as the supplier's park sees it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{ContractId, FirmId, MaterialId, ParkId};
use crate::domain::number::Number;
use crate::domain::quantity::Sum;
use crate::domain::unit::Dimension;
use crate::statistics::levers::{
    DIGITS, Group, LeverAround, LeverNumber, group, is_symbiotic, zero,
};
use crate::statistics::{add, physical};

/// The most candidates that are listed of a dimension and basis.
const MOST: usize = 20;

/// How far exchanges of one dimension and basis are carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpaceGroup {
    pub exchanged: Sum,
    pub facts: u64,
    /// The part whose distance is stated.
    pub known: Sum,
    /// `known` in percent of `exchanged`; absent where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_percent: Option<LeverNumber>,
    /// Weighted by quantity, over what is known; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_km: Option<LeverNumber>,
}

/// A contract whose two sides would gain by lying closer together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoLocation {
    /// Quantity times distance: `TKM` of a mass, else the unit and `KMT`.
    pub carried: LeverNumber,
    pub contract: ContractId,
    pub facts: u64,
    pub material: MaterialId,
    /// Weighted by quantity.
    pub mean_km: LeverNumber,
    /// What was carried, of what has a distance.
    pub quantity: Sum,
    pub receiver: FirmId,
    pub supplier: FirmId,
}

/// Where exchanges go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpaceLever {
    /// The longest first, within a dimension and basis.
    pub candidates: Vec<CoLocation>,
    pub groups: Vec<SpaceGroup>,
}

/// Of one contract and material.
struct Way {
    supplier: FirmId,
    receiver: FirmId,
    quantity: Sum,
    /// Base units times kilometres.
    carried: Number,
    facts: u64,
}

struct Carried {
    group: SpaceGroup,
    carried: Number,
}

pub struct Space {
    park: ParkId,
    groups: BTreeMap<Group, Carried>,
    ways: BTreeMap<(Group, ContractId, MaterialId), Way>,
}

impl Space {
    pub fn new(park: ParkId) -> Space {
        Space { park, groups: BTreeMap::new(), ways: BTreeMap::new() }
    }

    /// Whether a fact is an exchange that counts in that park.
    pub fn counts(park: &ParkId, fact: &Fact) -> bool {
        let Some(other) = &fact.counterparty else { return false };
        let left = fact.measure == Measure::Delivered && other.park != *park;
        let is_seen_here = fact.measure == Measure::Accepted || left;
        is_seen_here && is_symbiotic(fact)
    }

    pub fn add(&mut self, fact: &Fact, around: &LeverAround) {
        if !Space::counts(&self.park, fact) {
            return;
        }
        let (Some(amount), Some(material)) = (physical(fact), &fact.material) else { return };
        let group = group(&amount);
        let carried = self.groups.entry(group).or_insert_with(|| {
            let (exchanged, known) = (zero(group), zero(group));
            let group =
                SpaceGroup { exchanged, facts: 0, known, known_percent: None, mean_km: None };
            Carried { group, carried: Number::integer(0) }
        });
        add(&mut carried.group.exchanged, &amount);
        carried.group.facts += 1;
        let Some(km) = around.km else { return };
        add(&mut carried.group.known, &amount);
        let way = Number::integer(amount.amount()).times(&Number::of_decimal(&km));
        carried.carried = carried.carried.plus(&way);
        let (Some(contract), Some(own), Some(other)) =
            (&fact.contract, &fact.firm, &fact.counterparty)
        else {
            return;
        };
        let is_supplier = fact.measure == Measure::Delivered;
        let (supplier, receiver) =
            if is_supplier { (own, &other.firm) } else { (&other.firm, own) };
        let entry = self.ways.entry((group, contract.clone(), material.clone()));
        let line = entry.or_insert_with(|| Way {
            supplier: supplier.clone(),
            receiver: receiver.clone(),
            quantity: zero(group),
            carried: Number::integer(0),
            facts: 0,
        });
        add(&mut line.quantity, &amount);
        line.carried = line.carried.plus(&way);
        line.facts += 1;
    }

    pub fn finish(self) -> SpaceLever {
        let groups = self.groups.into_values().map(|Carried { mut group, carried }| {
            group.known_percent = LeverNumber::share(&group.known, &group.exchanged);
            group.mean_km = mean(&carried, &group.known);
            group
        });
        let mut ways: BTreeMap<Group, Vec<_>> = BTreeMap::new();
        for ((group, contract, material), way) in self.ways {
            ways.entry(group).or_default().push((contract, material, way));
        }
        let mut candidates = Vec::new();
        for list in ways.values_mut() {
            list.sort_by(|one, other| other.2.carried.cmp(&one.2.carried));
            candidates.extend(list.drain(..).take(MOST).filter_map(candidate));
        }
        SpaceLever { candidates, groups: groups.collect() }
    }
}

fn candidate((contract, material, way): (ContractId, MaterialId, Way)) -> Option<CoLocation> {
    let Way { supplier, receiver, quantity, carried, facts } = way;
    let unit = if quantity.dimension() == Dimension::Mass {
        "TKM".to_owned()
    } else {
        format!("{} KMT", quantity.unit())
    };
    let factor = Number::integer(quantity.unit().factor().into());
    let mean_km = mean(&carried, &quantity)?;
    let carried = LeverNumber::new(&carried.over(&factor)?, &unit, DIGITS);
    Some(CoLocation { carried, contract, facts, material, mean_km, quantity, receiver, supplier })
}

fn mean(carried: &Number, quantity: &Sum) -> Option<LeverNumber> {
    let mean = carried.over(&Number::integer(quantity.amount()))?;
    Some(LeverNumber::new(&mean, "KMT", DIGITS))
}
