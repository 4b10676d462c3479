//! Cascade: energy and water by grade, from the step at which it is supplied to the step that is
//! needed. A lower grade never serves a higher one.
//!
//! Steps of steam are bands of absolute pressure, of heat bands of temperature, of water the park's
//! own classes; `bands` in the answer says them. What is supplied is the material's grade, what is
//! needed that of the contract's line.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::{Fact, Measure};
use crate::domain::id::FacilityId;
use crate::domain::quantity::Sum;
use crate::domain::shapes::{Grade, MaterialKind};
use crate::statistics::levers::{Group, LeverAround, group, zero};
use crate::statistics::{add, physical};

/// Above so many kilopascal, the highest first.
const PRESSURE: [(u32, &str); 5] = [
    (9_800, "ultra_high_pressure"),
    (5_300, "high_pressure"),
    (3_800, "sub_high_pressure"),
    (1_600, "medium_pressure"),
    (0, "low_pressure"),
];
/// From so many tenths of a degree Celsius on, the highest first.
const HEAT: [(i32, &str); 4] =
    [(6_500, "high_heat"), (2_300, "medium_heat"), (1_000, "low_heat"), (i32::MIN, "hot_water")];
/// Where nobody has stated a grade.
const UNKNOWN: &str = "unknown";

const BANDS: &str = "steam by absolute pressure: low to 1.6 MPa, medium to 3.8, sub-high to 5.3, \
    high to 9.8, ultra-high above; heat without a pressure by temperature: hot water below 100 \
    degrees Celsius, low heat to 230, medium from 230, high from 650; water by the park's classes, \
    1 the best";

/// What goes from one grade step to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CascadeStep {
    /// The part of what was received that was recorded as supplied below the contracted grade.
    pub below_grade: Sum,
    /// Accepted by receivers in the park.
    pub delivered: Sum,
    pub facts: u64,
    /// What the contract's line asks for; `unknown` if it asks for none.
    pub needed: String,
    /// The grade of the material; `unknown` if it states none.
    pub supplied: String,
    pub used: Sum,
}

/// What firms used of facilities at a grade step: no part of what is delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityStep {
    pub facilities: Vec<FacilityId>,
    pub facts: u64,
    pub step: String,
    pub used: Sum,
}

/// Energy and water by grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CascadeLever {
    /// What the steps mean.
    pub bands: String,
    pub facilities: Vec<FacilityStep>,
    pub steps: Vec<CascadeStep>,
}

/// The place of a grade step, the highest first, and its name.
pub fn step(grade: Option<&Grade>) -> (u8, String) {
    let Some(grade) = grade else { return (u8::MAX, UNKNOWN.to_owned()) };
    let place = |at: usize| u8::try_from(at).unwrap_or(u8::MAX);
    if let Some(pressure) = grade.pressure_kpa {
        let found = PRESSURE.iter().position(|(above, _)| pressure > *above);
        let at = found.unwrap_or(PRESSURE.len() - 1);
        return (place(at), PRESSURE[at].1.to_owned());
    }
    if let Some(heat) = grade.temperature_decicelsius {
        let found = HEAT.iter().position(|(from, _)| heat >= *from);
        let at = found.unwrap_or(HEAT.len() - 1);
        return (place(PRESSURE.len() + at), HEAT[at].1.to_owned());
    }
    match grade.water_class {
        Some(class) => (class, format!("water_class_{class}")),
        None => (u8::MAX, UNKNOWN.to_owned()),
    }
}

type Step = (u8, String);

#[derive(Default)]
pub struct Cascade {
    steps: BTreeMap<(Group, Step, Step), CascadeStep>,
    uses: BTreeMap<(Group, FacilityId), (Sum, u64)>,
    grades: BTreeMap<FacilityId, Option<Grade>>,
}

impl Cascade {
    pub fn counts(fact: &Fact) -> bool {
        let exchanged = [Measure::Accepted, Measure::Used, Measure::Received];
        let is_utility = fact.kind == Some(MaterialKind::Utility) && fact.counterparty.is_some();
        fact.measure == Measure::FacilityUsed || (is_utility && exchanged.contains(&fact.measure))
    }

    pub fn add(&mut self, fact: &Fact, around: &LeverAround) {
        if !Cascade::counts(fact) {
            return;
        }
        let Some(amount) = physical(fact) else { return };
        let of = group(&amount);
        if let Some(facility) = &fact.facility {
            let entry = self.uses.entry((of, facility.clone()));
            let (sum, facts) = entry.or_insert_with(|| (zero(of), 0));
            add(sum, &amount);
            *facts += 1;
            return;
        }
        if fact.measure == Measure::Received && !around.below_grade {
            return;
        }
        let (supplied, needed) = (step(around.supplied.as_ref()), step(around.needed.as_ref()));
        let entry = self.steps.entry((of, supplied.clone(), needed.clone()));
        let line = entry.or_insert_with(|| CascadeStep {
            below_grade: zero(of),
            delivered: zero(of),
            facts: 0,
            needed: needed.1,
            supplied: supplied.1,
            used: zero(of),
        });
        line.facts += 1;
        let sum = if fact.measure == Measure::Accepted {
            &mut line.delivered
        } else if fact.measure == Measure::Used {
            &mut line.used
        } else {
            &mut line.below_grade
        };
        add(sum, &amount);
    }

    /// Says at which grade a facility supplies; of one without a grade nothing is told by step.
    pub fn knows(&mut self, facility: &FacilityId, grade: Option<Grade>) {
        self.grades.insert(facility.clone(), grade);
    }

    pub fn finish(self) -> CascadeLever {
        let Cascade { steps, uses, grades } = self;
        let mut facilities: BTreeMap<(Group, Step), FacilityStep> = BTreeMap::new();
        for ((of, facility), (used, facts)) in uses {
            let Some(Some(grade)) = grades.get(&facility) else { continue };
            let step = step(Some(grade));
            let line = facilities.entry((of, step.clone())).or_insert_with(|| FacilityStep {
                facilities: Vec::new(),
                facts: 0,
                step: step.1,
                used: zero(of),
            });
            line.facilities.push(facility);
            line.facts += facts;
            add(&mut line.used, &used);
        }
        CascadeLever {
            bands: BANDS.to_owned(),
            facilities: facilities.into_values().collect(),
            steps: steps.into_values().collect(),
        }
    }
}
