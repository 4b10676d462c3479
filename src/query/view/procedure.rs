//! The view of a participation in a programme.

use crate::domain::id::{ParkId, ParticipationId};
use crate::domain::procedure::{EvaluationResult, ParticipationStage, ProgrammePlan};
use crate::domain::shapes::Term;
use crate::domain::state::{AnnualReport, Participation, StageSince, Warning, YearEvaluated};
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::query::view::view;

/// A stage and since when.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct StageView {
    /// Position of the record that led to it.
    #[schema(minimum = 0)]
    pub at: u64,
    pub day: Day,
    pub stage: ParticipationStage,
}

/// The report of a year.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct AnnualReportView {
    /// It rests on the records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub year: u16,
}

/// What the authority found of a year.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct EvaluationView {
    /// The report's position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// Position of the record that says so.
    #[schema(minimum = 0)]
    pub at: u64,
    pub result: EvaluationResult,
    pub year: u16,
}

/// A warning that is not rectified.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct WarningView {
    pub deadline: Day,
    pub reason: Text,
}

view! {
    /// A park's way through a programme.
    pub struct ParticipationView of Participation {
        /// The last day of an appeal, where something may be appealed against.
        #[schema(nullable)]
        appeal_by: Option<Day>,
        evaluations: Vec<EvaluationView>,
        history: Vec<StageView>,
        method: Text,
        /// The days on which the name is valid.
        #[schema(nullable)]
        named: Option<Term>,
        park: ParkId,
        participation: ParticipationId,
        /// The plan that was approved, or else the one that was filed last.
        #[schema(nullable)]
        plan: Option<ProgrammePlan>,
        plan_approved: bool,
        /// Positions of its records, in order.
        records: Vec<u64>,
        reports: Vec<AnnualReportView>,
        stage: ParticipationStage,
        #[schema(nullable)]
        warning: Option<WarningView>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        let stage = state.stage();
        let approved = state.approved.as_ref().map(|approved| approved.plan.read());
        let plan_approved = approved.is_some();
        let plan = approved.or_else(|| state.filed.as_ref().map(|filed| filed.read()));
        let evaluation = |YearEvaluated { as_of, at, result, year }| {
            EvaluationView { as_of, at, result, year }
        };
        let since = |StageSince { at, day, stage }| StageView { at, day, stage };
        let report = |AnnualReport { as_of, year }| AnnualReportView { as_of, year };
        let warning = |Warning { deadline, reason }| WarningView { deadline, reason };
        ParticipationView {
            changed,
            created,
            version,
            appeal_by: state.appeal_by,
            evaluations: state.evaluations.into_iter().map(evaluation).collect(),
            history: state.history.into_iter().map(since).collect(),
            method: state.method,
            named: state.named,
            park: state.park,
            participation: state.participation,
            plan,
            plan_approved,
            records: state.records,
            reports: state.reports.into_iter().map(report).collect(),
            stage,
            warning: state.warning.map(warning),
        }
    }
}
