//! Whether a park meets what a method asks.
//!
//! Invariant: what is unknown, undefined, incomplete or contradictory is neither met nor missed.

use crate::domain::method::{Bound, Indicator, Method, Threshold};
use crate::domain::name::Name;
use crate::domain::time::Period;
use crate::statistics::method::evaluate::in_unit;
use crate::statistics::method::{Evaluated, Evaluation, Number, Outcome};

/// What is to be said of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Met,
    NotMet,
    /// It is computed and not judged.
    Reported,
    /// Something was not stated.
    Unknown,
    /// It has no value, as a growth from nothing.
    Undefined,
    /// Months or firms that had to state something have not.
    Incomplete,
    /// A part is more than its whole.
    Inconsistent,
}

/// Whether a park passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    Yes,
    No,
    /// It depends on what is not known.
    Unknown,
}

/// An indicator, evaluated and judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub indicator: Name,
    pub evaluated: Evaluated,
    /// In the indicator's unit.
    pub value: Option<Number>,
    /// Counted the other way, in the same unit.
    pub beside: Option<(Evaluated, Option<Number>)>,
    /// The bound that holds, if it is known which.
    pub bound: Option<Bound>,
    /// Whether the bound is kept, whatever the status is.
    pub kept: Option<bool>,
    pub status: Status,
}

/// Evaluates and judges all indicators of the method, in its order. `incomplete` says whether an
/// indicator rests on something that had to be stated and was not.
pub fn judge(
    of: &mut Evaluation<'_>,
    period: Period,
    incomplete: &dyn Fn(&Evaluation<'_>, &Evaluated) -> bool,
) -> (Vec<Judged>, Passed) {
    let method = of.method;
    let judged: Vec<_> =
        method.indicators.iter().map(|indicator| one(of, indicator, period, incomplete)).collect();
    let passed = passed(method, &judged);
    (judged, passed)
}

fn one(
    of: &mut Evaluation<'_>,
    indicator: &Indicator,
    period: Period,
    incomplete: &dyn Fn(&Evaluation<'_>, &Evaluated) -> bool,
) -> Judged {
    let evaluated = of.formula(&indicator.formula, period);
    let value = evaluated.outcome.value().map(|value| in_unit(value, &indicator.unit));
    let beside = indicator.beside.as_ref().map(|beside| {
        let evaluated = of.formula(&beside.formula, period);
        let value = evaluated.outcome.value().map(|value| in_unit(value, &indicator.unit));
        (evaluated, value)
    });
    let bound = indicator.threshold.as_ref().map(|threshold| bound(of, threshold, period));
    let is_undefined = matches!(bound, Some(Err(true)));
    let bound = bound.and_then(Result::ok);
    let kept = value
        .as_ref()
        .zip(bound.as_ref())
        .map(|(value, bound)| bound.is_kept(value.cmp(&Number::of_decimal(&bound.value))));
    let exceeds = indicator.part_of_whole
        && evaluated.outcome.value().is_some_and(|value| *value > Number::one());
    let status = match &evaluated.outcome {
        Outcome::Unknown(_) => Status::Unknown,
        Outcome::Undefined(_) => Status::Undefined,
        Outcome::Known { .. } if exceeds => Status::Inconsistent,
        Outcome::Known { .. } if incomplete(of, &evaluated) => Status::Incomplete,
        Outcome::Known { .. } => match (indicator.threshold.is_some(), kept) {
            (false, _) => Status::Reported,
            (true, Some(true)) => Status::Met,
            (true, Some(false)) => Status::NotMet,
            (true, None) if is_undefined => Status::Undefined,
            (true, None) => Status::Unknown,
        },
    };
    let indicator = indicator.indicator.clone();
    Judged { indicator, evaluated, value, beside, bound, kept, status }
}

/// The bound that holds; `Err(true)` where what decides is undefined, `Err(false)` where it is not
/// known.
fn bound(of: &mut Evaluation<'_>, threshold: &Threshold, period: Period) -> Result<Bound, bool> {
    match threshold {
        Threshold::Bound(bound) => Ok(bound.clone()),
        Threshold::BySign(by) => match of.formula(&by.of, period).outcome {
            Outcome::Known { value, .. } if value.is_positive() => Ok(by.positive.clone()),
            Outcome::Known { value, .. } if value.is_negative() => Ok(by.negative.clone()),
            Outcome::Known { .. } | Outcome::Undefined(_) => Err(true),
            Outcome::Unknown(_) => Err(false),
        },
        Threshold::ByParameter(by) => {
            let usual = of.method.parameters.iter().find(|one| one.parameter == by.parameter);
            let usual = usual.map(|parameter| &parameter.default);
            let chosen = of.choices.get(&by.parameter).or(usual);
            let case = by.cases.iter().find(|case| Some(&case.is) == chosen);
            Ok(case.expect("a published method has a case for each choice").then.clone())
        }
    }
}

/// All that is mandatory, and enough of each group.
fn passed(method: &Method, judged: &[Judged]) -> Passed {
    let all = || method.indicators.iter().zip(judged);
    let mandatory = all().filter(|(indicator, _)| indicator.mandatory);
    let mut open = false;
    for (_, judged) in mandatory {
        match judged.status {
            Status::Met => {}
            Status::NotMet => return Passed::No,
            Status::Reported
            | Status::Unknown
            | Status::Undefined
            | Status::Incomplete
            | Status::Inconsistent => open = true,
        }
    }
    for group in &method.groups {
        let members = || {
            let of_group = all().filter(|(one, _)| one.group.as_ref() == Some(&group.group));
            of_group.map(|(_, judged)| judged.status)
        };
        let met = members().filter(|status| *status == Status::Met).count();
        let missed = members().filter(|status| *status == Status::NotMet).count();
        let needed = usize::from(group.at_least);
        if met >= needed {
            continue;
        }
        if members().count() - missed < needed {
            return Passed::No;
        }
        open = true;
    }
    if open { Passed::Unknown } else { Passed::Yes }
}
