//! What a plan must say before it can be filed.
//!
//! Invariant: a plan that was filed names indicators, parameters and statements that there are, and
//! its base year lies before the years of its targets.

use crate::domain::decide::Context;
use crate::domain::method::Method;
use crate::domain::procedure::{PlanChoice, PlanTarget, ProgrammePlan};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::state::{Participation, Statement};
use crate::domain::states::States;

const MAX_CHOICES: usize = 20;
const MAX_TARGETS: usize = 200;
const MAX_STATEMENTS: usize = 2_000;

fn refuse<T>(member: &str, message: String) -> Result<T, Refusal> {
    Err(Refusal::new(Code::BadPlan, format!("/data/plan/{member}"), message))
}

pub fn check<S: States>(
    context: &Context<'_, S>,
    of: &Participation,
    plan: &ProgrammePlan,
) -> Result<(), Refusal> {
    let method = super::method(context, &plan.method, "/data/plan/method")?.state.read();
    if method.method.as_str() != of.method_name() {
        let message = format!("the park applied with {}; plan by a version of it", of.method);
        return refuse("method", message);
    }
    years(plan)?;
    lookup::counted(&plan.choices, 0, MAX_CHOICES, "/data/plan/choices")?;
    choices(plan, &method)?;
    lookup::counted(&plan.targets, 1, MAX_TARGETS, "/data/plan/targets")?;
    targets(plan, &method)?;
    statements(context, of, plan)
}

fn years(plan: &ProgrammePlan) -> Result<(), Refusal> {
    let ProgrammePlan { base_year, end_year, mid_year, .. } = plan;
    if !(1900..=9998).contains(base_year) || *end_year > 9998 {
        return refuse("base_year", "years are from 1900 to 9998".to_owned());
    }
    if end_year <= base_year {
        return refuse("end_year", format!("the plan ends after its base year {base_year}"));
    }
    match mid_year {
        Some(mid) if mid <= base_year || mid >= end_year => {
            refuse("mid_year", format!("it lies between {base_year} and {end_year}"))
        }
        Some(_) | None => Ok(()),
    }
}

fn choices(plan: &ProgrammePlan, method: &Method) -> Result<(), Refusal> {
    for (place, PlanChoice { choice, parameter }) in plan.choices.iter().enumerate() {
        let at = format!("choices/{place}");
        let known = method.parameters.iter().find(|one| one.parameter == *parameter);
        let Some(known) = known else {
            return refuse(&at, format!("the method has no parameter {parameter}"));
        };
        if !known.choices.contains(choice) {
            return refuse(&at, format!("{choice} is no choice for {parameter}"));
        }
        if plan.choices[..place].iter().any(|one| one.parameter == *parameter) {
            return refuse(&at, format!("{parameter} is chosen a second time; choose once"));
        }
    }
    Ok(())
}

fn targets(plan: &ProgrammePlan, method: &Method) -> Result<(), Refusal> {
    for (place, PlanTarget { indicator, mid, .. }) in plan.targets.iter().enumerate() {
        let at = format!("targets/{place}");
        if method.indicator(indicator).is_none() {
            return refuse(&at, format!("the method has no indicator {indicator}"));
        }
        if mid.is_some() && plan.mid_year.is_none() {
            return refuse(&at, "a target of the mid year needs the plan's mid_year".to_owned());
        }
        if plan.targets[..place].iter().any(|one| one.indicator == *indicator) {
            return refuse(&at, format!("{indicator} has a target already; set one"));
        }
    }
    Ok(())
}

/// The base year is proven by statements of that year, or by documents.
fn statements<S: States>(
    context: &Context<'_, S>,
    of: &Participation,
    plan: &ProgrammePlan,
) -> Result<(), Refusal> {
    lookup::counted(&plan.statements, 0, MAX_STATEMENTS, "/data/plan/statements")?;
    lookup::each_once(&plan.statements, "/data/plan/statements")?;
    super::proven(&plan.evidence, 0, "/data/plan/evidence")?;
    if plan.statements.is_empty() && plan.evidence.is_empty() {
        let message = "the base year needs its statements, or a document as evidence";
        return Err(Refusal::new(Code::EvidenceNeeded, "/data/plan/statements", message));
    }
    for (place, id) in plan.statements.iter().enumerate() {
        let at = format!("statements/{place}");
        let Some(found) = context.states.find::<Statement>(id.as_str()) else {
            let message = format!("there is no statement {id}; state the base year first");
            let pointer = format!("/data/plan/{at}");
            return Err(Refusal::new(Code::UnknownStatement, pointer, message));
        };
        let Statement { park, period, withdrawn, .. } = &found.state;
        if *park != of.park || period.year() != plan.base_year {
            let message = format!(
                "{id} is of {park} and {period}; name statements of {} and {}",
                of.park, plan.base_year
            );
            return refuse(&at, message);
        }
        if let Some(reason) = withdrawn {
            let message = format!("{id} is withdrawn: {reason}");
            let pointer = format!("/data/plan/{at}");
            return Err(Refusal::new(Code::StatementWithdrawn, pointer, message));
        }
    }
    Ok(())
}
