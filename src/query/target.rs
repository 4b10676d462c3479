//! What a park's plan set for an indicator, and whether it is reached.
//!
//! Invariant: a target is judged on the same exact value as the threshold, and on none where the
//! value is incomplete, inconsistent or not known.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ParticipationId;
use crate::domain::method::Bound;
use crate::domain::name::Name;
use crate::domain::procedure::ProgrammePlan;
use crate::statistics::method::{Judged, Number, Status};

/// A plan that was approved, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    pub participation: ParticipationId,
    pub plan: ProgrammePlan,
}

/// What is to be reached by a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MilestoneView {
    /// In the indicator's unit.
    pub bound: Bound,
    /// Whether the value of the period reaches it; absent where that can't be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
    pub year: u16,
}

/// The targets of an indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetView {
    pub end: MilestoneView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mid: Option<MilestoneView>,
}

/// The targets of an indicator by a plan; none if it sets none.
pub fn target(plan: &ProgrammePlan, indicator: &Name, judged: &Judged) -> Option<TargetView> {
    let target = plan.targets.iter().find(|target| target.indicator == *indicator)?;
    let milestone = |bound: &Bound, year: u16| MilestoneView {
        bound: bound.clone(),
        met: is_met(bound, judged),
        year,
    };
    let mid = target.mid.as_ref().zip(plan.mid_year);
    Some(TargetView {
        end: milestone(&target.end, plan.end_year),
        mid: mid.map(|(bound, year)| milestone(bound, year)),
    })
}

fn is_met(bound: &Bound, judged: &Judged) -> Option<bool> {
    let is_whole = match judged.status {
        Status::Met | Status::NotMet | Status::Reported => true,
        // Unknown or undefined may be the bound of the method only; the value then stands.
        Status::Unknown | Status::Undefined => judged.value.is_some(),
        Status::Incomplete | Status::Inconsistent => false,
    };
    let value = judged.value.as_ref().filter(|_| is_whole)?;
    Some(bound.is_kept(value.cmp(&Number::of_decimal(&bound.value))))
}
