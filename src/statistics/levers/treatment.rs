//! Shared treatment: the share of waste and wastewater that shared facilities treat.
//!
//! ```text
//! share = used of facilities that treat / generated of by-products of that dimension and basis
//! ```
//!
//! Where nobody declares wastewater as generated, what is stated of the item `sewage_generated`
//! stands below the line.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::facility::FacilityKind;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::FacilityId;
use crate::domain::quantity::{Basis, Sum};
use crate::domain::shapes::MaterialKind;
use crate::domain::stated_unit::StatedUnit;
use crate::domain::unit::Dimension;
use crate::statistics::levers::{Group, LeverNumber, group, zero};
use crate::statistics::{add, physical};

/// The item of shipped methods that tells how much wastewater there is.
const SEWAGE: &str = "sewage_generated";

/// What a facility treated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TreatedIn {
    pub facility: FacilityId,
    pub facts: u64,
    pub treated: Sum,
}

/// What a share of treatment is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TreatmentOf {
    /// By-products that sites have declared as generated.
    Generated,
    /// What is stated of the item `sewage_generated`.
    StatedSewage,
    /// Nobody has said how much there is.
    Unknown,
}

/// What shared facilities treat of one dimension and basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TreatmentGroup {
    pub facilities: Vec<TreatedIn>,
    /// What there is to treat; absent if nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated: Option<Sum>,
    /// Treated in percent of it; absent if nobody has said how much there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_percent: Option<LeverNumber>,
    pub share_of: TreatmentOf,
    pub treated: Sum,
}

#[derive(Default)]
pub struct Treatment {
    treated: BTreeMap<Group, BTreeMap<FacilityId, TreatedIn>>,
    generated: BTreeMap<Group, Sum>,
    sewage: Option<i128>,
    treats: BTreeMap<FacilityId, bool>,
}

impl Treatment {
    /// Whether a fact may be one of those behind; of uses only those of facilities that treat.
    pub fn counts(fact: &Fact) -> bool {
        let is_by_product = fact.kind == Some(MaterialKind::ByProduct);
        fact.measure == Measure::FacilityUsed
            || (fact.measure == Measure::Generated && is_by_product)
            || (fact.measure == Measure::Stated && is_sewage(fact))
    }

    pub fn add(&mut self, fact: &Fact) {
        if !Treatment::counts(fact) {
            return;
        }
        if fact.measure == Measure::Stated {
            // Millionths of a cubic metre are millilitres, the base unit of volume.
            *self.sewage.get_or_insert(0) += i128::from(fact.amount);
            return;
        }
        let Some(amount) = physical(fact) else { return };
        let of = group(&amount);
        match &fact.facility {
            None => add(self.generated.entry(of).or_insert(zero(of)), &amount),
            Some(facility) => {
                let used = self.treated.entry(of).or_default();
                let one = used.entry(facility.clone()).or_insert_with(|| TreatedIn {
                    facility: facility.clone(),
                    facts: 0,
                    treated: zero(of),
                });
                one.facts += 1;
                add(&mut one.treated, &amount);
            }
        }
    }

    /// Says of what kind a facility is; one of which nothing is said treats nothing.
    pub fn knows(&mut self, facility: &FacilityId, kind: FacilityKind) {
        self.treats.insert(facility.clone(), kind.treats());
    }

    pub fn finish(self) -> Vec<TreatmentGroup> {
        let Treatment { mut treated, generated, sewage, treats } = self;
        for used in treated.values_mut() {
            used.retain(|facility, _| treats.get(facility) == Some(&true));
        }
        treated.retain(|_, used| !used.is_empty());
        let groups = treated.into_iter().map(|(of, used)| {
            let mut sum = zero(of);
            for one in used.values() {
                add(&mut sum, &one.treated);
            }
            let stated = sewage.filter(|_| of == (Dimension::Volume, Basis::AsMetered));
            let stated = stated.and_then(|amount| Sum::new(amount, of.0, of.1).ok());
            let (share_of, whole) = match (generated.get(&of), stated) {
                (Some(declared), _) => (TreatmentOf::Generated, Some(*declared)),
                (None, Some(stated)) => (TreatmentOf::StatedSewage, Some(stated)),
                (None, None) => (TreatmentOf::Unknown, None),
            };
            TreatmentGroup {
                facilities: used.into_values().collect(),
                generated: whole,
                share_percent: whole.and_then(|whole| LeverNumber::share(&sum, &whole)),
                share_of,
                treated: sum,
            }
        });
        groups.collect()
    }
}

/// A stated figure of it in cubic metres.
fn is_sewage(fact: &Fact) -> bool {
    let is_item = fact.item.as_ref().is_some_and(|item| item.as_str() == SEWAGE);
    is_item && matches!(fact.unit, FactUnit::Stated(StatedUnit::CubicMetre))
}
