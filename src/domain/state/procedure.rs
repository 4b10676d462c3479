//! Present states of participations: where a park stands in a programme, and how it came there.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ParkId, ParticipationId};
use crate::domain::procedure::{EvaluationResult, ParticipationStage, ProgrammePlan};
use crate::domain::shapes::Term;
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::time::Day;

/// A stage since a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSince {
    /// The record's position.
    pub at: u64,
    pub day: Day,
    pub stage: ParticipationStage,
}

/// A plan as JSON: rows are not self-describing, and it has optional members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanText(Box<str>);

impl PlanText {
    pub fn new(plan: &ProgrammePlan) -> PlanText {
        PlanText(serde_json::to_string(plan).expect("a plan has string keys").into())
    }

    /// The plan, read again.
    pub fn read(&self) -> ProgrammePlan {
        serde_json::from_str(&self.0).expect("it was written by this program")
    }
}

/// The plan that was approved, and the position of the record that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedPlan {
    pub at: u64,
    pub plan: PlanText,
}

/// The report of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnualReport {
    /// It rests on the records below this position, which is its own.
    pub as_of: u64,
    pub year: u16,
}

/// What the authority found of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearEvaluated {
    /// The report's position.
    pub as_of: u64,
    pub at: u64,
    pub result: EvaluationResult,
    pub year: u16,
}

/// The last warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub deadline: Day,
    pub reason: Text,
}

/// A park's way through a programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participation {
    /// The last day of an appeal against the last refusal or revocation.
    pub appeal_by: Option<Day>,
    pub approved: Option<ApprovedPlan>,
    pub evaluations: Vec<YearEvaluated>,
    /// The plan that was filed last.
    pub filed: Option<PlanText>,
    /// Stages in order, the present one last.
    pub history: Vec<StageSince>,
    /// Method and version that it applied with.
    pub method: Text,
    pub named: Option<Term>,
    pub park: ParkId,
    pub participation: ParticipationId,
    /// Positions of its records, in order.
    pub records: Vec<u64>,
    pub reports: Vec<AnnualReport>,
    pub warning: Option<Warning>,
}

impl Participation {
    pub fn stage(&self) -> ParticipationStage {
        self.history.last().expect("it begins with the application").stage
    }

    /// The stage below a position; none if there was none yet.
    pub fn stage_at(&self, as_of: u64) -> Option<ParticipationStage> {
        let then = self.history.iter().rev().find(|since| since.at < as_of);
        then.map(|since| since.stage)
    }

    /// The plan that was approved below a position.
    pub fn plan_at(&self, as_of: u64) -> Option<ProgrammePlan> {
        let approved = self.approved.as_ref().filter(|approved| approved.at < as_of);
        approved.map(|approved| approved.plan.read())
    }

    /// The report of a year.
    pub fn report(&self, year: u16) -> Option<&AnnualReport> {
        self.reports.iter().find(|report| report.year == year)
    }

    /// The name of the method, without its version.
    pub fn method_name(&self) -> &str {
        self.method.as_str().rsplit_once('.').map_or(self.method.as_str(), |(name, _)| name)
    }
}

impl Aggregate for Participation {
    const KIND: Kind = Kind::Participation;
}
