//! The procedure of a programme for a park: who may take which step, and when.
//!
//! Invariant: a step follows on a stage only where [`next`] says so. The park applies, files,
//! rectifies and appeals; what an authority decides is recorded by the ledger keeper, with the
//! decision as evidence.

mod evolve;
mod plan;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::domain::command::{
    AcceptProgramme, Appeal, ApplyForProgramme, ApprovePlan, DecideAppeal, EvaluatePark,
    FileAnnualReport, FilePlan, NamePark, Rectify, RevokeNaming, WarnPark,
};
use crate::domain::decide::Context;
use crate::domain::event::{
    AnnualReportFiled, AppealDecided, AppealFiled, ConstructionDecided, Event, NamingRevoked,
    ParkEvaluated, ParkNamed, ParkWarned, PlanApproved, PlanFiled, Procedure, ProgrammeApplied,
    ShortcomingRectified,
};
use crate::domain::id::ParticipationId;
use crate::domain::procedure::{ParticipationStage, Ruling, Step, next};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::who::{require_keeper, require_park};
use crate::domain::shapes::Evidence;
use crate::domain::state::{Participation, PublishedMethod};
use crate::domain::states::{States, Stored};
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};

pub use evolve::evolve;

type Decision = Result<Vec<Event>, Refusal>;

const MAX_EVIDENCE: usize = 20;

/// Refuses a method that is not there, or is out of use.
fn method<S: States>(
    context: &Context<'_, S>,
    id: &Text,
    pointer: &str,
) -> Result<Arc<Stored<PublishedMethod>>, Refusal> {
    let Some(found) = context.states.find::<PublishedMethod>(id.as_str()) else {
        let message = format!("there is no method {id}; name it with its version, as `hj274.1`");
        return Err(Refusal::new(Code::UnknownMethod, pointer, message));
    };
    if let Some(reason) = &found.state.withdrawn {
        let message = format!("{id} is out of use: {reason}");
        return Err(Refusal::new(Code::MethodWithdrawn, pointer, message));
    }
    Ok(found)
}

fn find<S: States>(
    context: &Context<'_, S>,
    id: &ParticipationId,
) -> Result<Participation, Refusal> {
    let found = context.states.find::<Participation>(id.as_str());
    found.map(|found| found.state.clone()).ok_or_else(|| {
        let message = format!("there is no participation {id}; apply first (apply_for_programme)");
        Refusal::new(Code::UnknownParticipation, "/data/participation", message)
    })
}

/// What every event of a procedure names.
fn procedure<S: States>(context: &Context<'_, S>, of: &Participation) -> Procedure {
    let day = lookup::day_at(context, &of.park);
    Procedure { day, park: of.park.clone(), participation: of.participation.clone() }
}

/// Refuses a step that may not follow now.
fn follows(of: &Participation, step: Step, what: &str) -> Result<(), Refusal> {
    if next(of.stage(), step).is_some() {
        return Ok(());
    }
    use ParticipationStage as S;
    let all = [
        S::Applied,
        S::Planned,
        S::Approved,
        S::Accepted,
        S::Refused,
        S::Named,
        S::Warned,
        S::Revoked,
        S::RefusalAppealed,
        S::RevocationAppealed,
    ];
    let may = all.iter().filter(|stage| next(**stage, step).is_some());
    let may: Vec<_> = may.map(|stage| stage.as_str()).collect();
    let message = format!(
        "{} is {}; {what} when it is {}",
        of.participation,
        of.stage().as_str(),
        may.join(" or ")
    );
    Err(Refusal::new(Code::WrongStage, "/data/participation", message))
}

/// A step that the park takes.
fn by_park<S: States>(
    context: &Context<'_, S>,
    id: &ParticipationId,
    step: Step,
    what: &str,
) -> Result<Participation, Refusal> {
    let found = find(context, id)?;
    require_park(context, &found.park, what)?;
    follows(&found, step, what)?;
    Ok(found)
}

/// A step that the authority takes and the keeper records.
fn by_authority<S: States>(
    context: &Context<'_, S>,
    id: &ParticipationId,
    (step, what): (Step, &str),
    ruling: &Ruling,
) -> Result<Participation, Refusal> {
    require_keeper(context, &format!("{what}, as the authority decided"))?;
    let found = find(context, id)?;
    follows(&found, step, what)?;
    proven(&ruling.evidence, 1, "/data/ruling/evidence")?;
    Ok(found)
}

fn proven(evidence: &[Evidence], least: usize, pointer: &str) -> Result<(), Refusal> {
    if evidence.len() < least {
        let message = "it needs a document as evidence: its hash and title";
        return Err(Refusal::new(Code::EvidenceNeeded, pointer, message));
    }
    lookup::counted(evidence, least, MAX_EVIDENCE, pointer)
}

/// The year of an annual report, whose last day has come.
fn year(period: Period, day: Day) -> Result<u16, Refusal> {
    let Period::Year(year) = period else {
        let message = format!("a report is of a year, as 2017, and {period} is none");
        return Err(Refusal::new(Code::WrongPeriod, "/data/period", message));
    };
    if day < period.last() {
        let message = format!("{period} ends on {}, and it was {day}", period.last());
        return Err(Refusal::new(Code::PeriodNotOver, "/data/period", message));
    }
    Ok(year)
}

/// A last day that somebody is given, which must not be over.
fn is_ahead(last: Day, day: Day, pointer: &str) -> Result<(), Refusal> {
    if last >= day {
        return Ok(());
    }
    let message = format!("{last} is over, it was {day}; give a day that is still to come");
    Err(Refusal::new(Code::BadDue, pointer, message))
}

fn in_time(day: Day, last: Day, what: &str) -> Result<(), Refusal> {
    if day <= last {
        return Ok(());
    }
    let message = format!("{what} until {last}, and it was {day}");
    Err(Refusal::new(Code::TooLate, "/occurred_at", message))
}

pub fn apply_for_programme<S: States>(
    context: &Context<'_, S>,
    data: &ApplyForProgramme,
) -> Decision {
    let ApplyForProgramme { evidence, method: id, park, participation } = data.clone();
    lookup::park(context, &park, "/data/park")?;
    require_park(context, &park, "apply for a programme")?;
    lookup::absent::<Participation>(context, participation.as_str(), "/data/participation")?;
    method(context, &id, "/data/method")?;
    proven(&evidence, 0, "/data/evidence")?;
    let procedure = Procedure { day: lookup::day_at(context, &park), park, participation };
    Ok(vec![ProgrammeApplied { evidence, method: id, procedure }.into()])
}

pub fn file_plan<S: States>(context: &Context<'_, S>, data: &FilePlan) -> Decision {
    let of = by_park(context, &data.participation, Step::FilePlan, "file a plan")?;
    plan::check(context, &of, &data.plan)?;
    let procedure = procedure(context, &of);
    Ok(vec![PlanFiled { plan: data.plan.clone(), procedure }.into()])
}

pub fn approve_plan<S: States>(context: &Context<'_, S>, data: &ApprovePlan) -> Decision {
    let ApprovePlan { participation, ruling } = data.clone();
    let step = (Step::ApprovePlan, "approve a plan");
    let of = by_authority(context, &participation, step, &ruling)?;
    let plan = of.filed.as_ref().expect("a planned participation has a plan").read();
    method(context, &plan.method, "/data/participation")?;
    let procedure = procedure(context, &of);
    Ok(vec![PlanApproved { plan, procedure, ruling }.into()])
}

pub fn accept_programme<S: States>(context: &Context<'_, S>, data: &AcceptProgramme) -> Decision {
    let AcceptProgramme { accepted, appeal_by, participation, ruling } = data.clone();
    let step = if accepted { Step::Accept } else { Step::Refuse };
    let of = by_authority(context, &participation, (step, "decide on construction"), &ruling)?;
    let procedure = procedure(context, &of);
    match appeal_by {
        Some(_) if accepted => {
            let message = "only a refusal is appealed against; leave the day out";
            return Err(Refusal::new(Code::UnexpectedMember, "/data/appeal_by", message));
        }
        None if !accepted => {
            let message = "a refusal says until when it may be appealed against";
            return Err(Refusal::new(Code::MissingMember, "/data/appeal_by", message));
        }
        Some(last) => is_ahead(last, procedure.day, "/data/appeal_by")?,
        None => {}
    }
    Ok(vec![ConstructionDecided { accepted, appeal_by, procedure, ruling }.into()])
}

pub fn name_park<S: States>(context: &Context<'_, S>, data: &NamePark) -> Decision {
    let NamePark { participation, ruling, term } = data.clone();
    let of = by_authority(context, &participation, (Step::Name, "name a park"), &ruling)?;
    lookup::in_order(&term, "/data/term")?;
    let procedure = procedure(context, &of);
    Ok(vec![ParkNamed { procedure, ruling, term }.into()])
}

pub fn file_annual_report<S: States>(
    context: &Context<'_, S>,
    data: &FileAnnualReport,
) -> Decision {
    let FileAnnualReport { evidence, participation, period } = data.clone();
    let of = by_park(context, &participation, Step::FileReport, "file an annual report")?;
    let procedure = procedure(context, &of);
    let year = year(period, procedure.day)?;
    if of.report(year).is_some() {
        let message = format!("the report of {period} was filed already");
        return Err(Refusal::new(Code::AlreadyDeclared, "/data/period", message));
    }
    proven(&evidence, 0, "/data/evidence")?;
    Ok(vec![AnnualReportFiled { evidence, period, procedure }.into()])
}

pub fn evaluate_park<S: States>(context: &Context<'_, S>, data: &EvaluatePark) -> Decision {
    let EvaluatePark { participation, period, result, ruling } = data.clone();
    let step = (Step::Evaluate, "evaluate a park");
    let of = by_authority(context, &participation, step, &ruling)?;
    let procedure = procedure(context, &of);
    let year = year(period, procedure.day)?;
    let Some(report) = of.report(year) else {
        let message = format!("the report of {period} is not filed; it is what is evaluated");
        return Err(Refusal::new(Code::ReportNotFiled, "/data/period", message));
    };
    let as_of = report.as_of;
    Ok(vec![ParkEvaluated { as_of, period, procedure, result, ruling }.into()])
}

/// A name that is not valid on a day can't be warned of or revoked.
fn is_named_on(of: &Participation, day: Day) -> Result<(), Refusal> {
    match &of.named {
        Some(term) if !term.contains(day) => {
            let message =
                format!("the name is valid from {} to {}, and it was {day}", term.from, term.to);
            Err(Refusal::new(Code::OutsideTerm, "/occurred_at", message))
        }
        Some(_) | None => Ok(()),
    }
}

pub fn warn_park<S: States>(context: &Context<'_, S>, data: &WarnPark) -> Decision {
    let WarnPark { deadline, participation, reason, ruling } = data.clone();
    let of = by_authority(context, &participation, (Step::Warn, "warn a park"), &ruling)?;
    let procedure = procedure(context, &of);
    is_named_on(&of, procedure.day)?;
    is_ahead(deadline, procedure.day, "/data/deadline")?;
    Ok(vec![ParkWarned { deadline, procedure, reason, ruling }.into()])
}

pub fn rectify<S: States>(context: &Context<'_, S>, data: &Rectify) -> Decision {
    let Rectify { evidence, participation, statement } = data.clone();
    let of = by_park(context, &participation, Step::Rectify, "rectify what it was warned of")?;
    let procedure = procedure(context, &of);
    if let Some(warning) = &of.warning {
        in_time(procedure.day, warning.deadline, "the warning could be rectified")?;
    }
    proven(&evidence, 1, "/data/evidence")?;
    Ok(vec![ShortcomingRectified { evidence, procedure, statement }.into()])
}

pub fn revoke_naming<S: States>(context: &Context<'_, S>, data: &RevokeNaming) -> Decision {
    let RevokeNaming { appeal_by, participation, reason, ruling } = data.clone();
    let of = by_authority(context, &participation, (Step::Revoke, "revoke a name"), &ruling)?;
    let procedure = procedure(context, &of);
    is_named_on(&of, procedure.day)?;
    let warning = of.warning.as_ref().filter(|_| of.stage() == ParticipationStage::Warned);
    if let Some(warning) = warning
        && procedure.day <= warning.deadline
    {
        let message = format!(
            "the park may rectify until {}, and it was {}; revoke after that day",
            warning.deadline, procedure.day
        );
        return Err(Refusal::new(Code::DeadlineNotOver, "/occurred_at", message));
    }
    is_ahead(appeal_by, procedure.day, "/data/appeal_by")?;
    Ok(vec![NamingRevoked { appeal_by, procedure, reason, ruling }.into()])
}

pub fn appeal<S: States>(context: &Context<'_, S>, data: &Appeal) -> Decision {
    let Appeal { evidence, grounds, participation } = data.clone();
    let of = by_park(context, &participation, Step::Appeal, "appeal")?;
    let procedure = procedure(context, &of);
    if let Some(last) = of.appeal_by {
        in_time(procedure.day, last, "it could be appealed against")?;
    }
    proven(&evidence, 0, "/data/evidence")?;
    Ok(vec![AppealFiled { evidence, grounds, procedure }.into()])
}

pub fn decide_appeal<S: States>(context: &Context<'_, S>, data: &DecideAppeal) -> Decision {
    let DecideAppeal { granted, participation, ruling } = data.clone();
    let step = if granted { Step::GrantAppeal } else { Step::DismissAppeal };
    let of = by_authority(context, &participation, (step, "decide an appeal"), &ruling)?;
    let procedure = procedure(context, &of);
    Ok(vec![AppealDecided { granted, procedure, ruling }.into()])
}
