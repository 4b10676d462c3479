//! What events of a procedure leave in the state of a participation.
//!
//! Invariant: a plan that was approved is never changed, and a report is pinned to the position of
//! its own record.

use crate::domain::event::{Event, Procedure, ProgrammeApplied};
use crate::domain::evolve::Meta;
use crate::domain::procedure::{ParticipationStage, Step, next};
use crate::domain::state::{
    AnnualReport, ApprovedPlan, Participation, PlanText, StageSince, Warning, YearEvaluated,
};
use crate::domain::states::StatesMut;

pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    let procedure = event.procedure().expect("`domain::evolve` hands over events of procedures");
    let Procedure { day, park, participation } = procedure.clone();
    if let Event::ProgrammeApplied(ProgrammeApplied { method, .. }) = event {
        let id = participation.clone();
        let state = Participation {
            appeal_by: None,
            approved: None,
            evaluations: Vec::new(),
            filed: None,
            history: vec![StageSince { at, day, stage: ParticipationStage::Applied }],
            method: method.clone(),
            named: None,
            park,
            participation,
            records: vec![at],
            reports: Vec::new(),
            warning: None,
        };
        states.create(id.as_str(), at, true, state);
        return;
    }
    let step = step_of(event);
    states.change::<Participation>(participation.as_str(), at, true, |state| {
        state.records.push(at);
        let stage = state.stage();
        // Records of a log that a rule never let in leave the stage as it is.
        let new = next(stage, step).unwrap_or(stage);
        if new != stage {
            state.history.push(StageSince { at, day, stage: new });
        }
        leave(state, at, event);
    });
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
fn step_of(event: &Event) -> Step {
    match event {
        Event::PlanFiled(_) => Step::FilePlan,
        Event::PlanApproved(_) => Step::ApprovePlan,
        Event::ConstructionDecided(event) if event.accepted => Step::Accept,
        Event::ConstructionDecided(_) => Step::Refuse,
        Event::ParkNamed(_) => Step::Name,
        Event::AnnualReportFiled(_) => Step::FileReport,
        Event::ParkEvaluated(_) => Step::Evaluate,
        Event::ParkWarned(_) => Step::Warn,
        Event::ShortcomingRectified(_) => Step::Rectify,
        Event::NamingRevoked(_) => Step::Revoke,
        Event::AppealFiled(_) => Step::Appeal,
        Event::AppealDecided(event) if event.granted => Step::GrantAppeal,
        Event::AppealDecided(_) => Step::DismissAppeal,
        _ => unreachable!("`domain::evolve` hands over events of procedures only"),
    }
}

/// What an event leaves besides the stage.
#[expect(clippy::wildcard_enum_match_arm, reason = "others leave a stage only")]
fn leave(state: &mut Participation, at: u64, event: &Event) {
    match event {
        Event::PlanFiled(event) => state.filed = Some(PlanText::new(&event.plan)),
        Event::PlanApproved(event) => {
            state.approved = Some(ApprovedPlan { at, plan: PlanText::new(&event.plan) });
        }
        Event::ConstructionDecided(event) => state.appeal_by = event.appeal_by,
        Event::ParkNamed(event) => state.named = Some(event.term.clone()),
        Event::AnnualReportFiled(event) => {
            state.reports.push(AnnualReport { as_of: at, year: event.period.year() });
        }
        Event::ParkEvaluated(event) => {
            let (as_of, result, year) = (event.as_of, event.result, event.period.year());
            state.evaluations.push(YearEvaluated { as_of, at, result, year });
        }
        Event::ParkWarned(event) => {
            let (deadline, reason) = (event.deadline, event.reason.clone());
            state.warning = Some(Warning { deadline, reason });
        }
        Event::ShortcomingRectified(_) => state.warning = None,
        Event::NamingRevoked(event) => {
            (state.appeal_by, state.warning) = (Some(event.appeal_by), None);
        }
        Event::AppealDecided(_) => state.appeal_by = None,
        _ => {}
    }
}
