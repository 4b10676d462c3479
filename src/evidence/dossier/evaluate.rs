//! A method evaluated on sums of facts, as a dossier states it: exact values and sums.
//!
//! Invariant: it is a function of the method, the items, the question and the sums, and the same
//! for whoever makes a dossier and whoever verifies one. Rosters have no part in it.

use std::collections::BTreeMap;

use crate::domain::method::{Item, Method};
use crate::domain::name::Name;
use crate::domain::time::Period;
use crate::evidence::dossier::manifest::{Figure, LeafSum, ValueStatus};
use crate::statistics::method::{Evaluation, Ground, Number, Status, Taken, judge};

/// What is asked of a method.
#[derive(Clone, Debug)]
pub struct Question {
    pub base_year: Option<u16>,
    pub choices: BTreeMap<Name, Name>,
    pub period: Period,
}

/// What it answers.
pub struct Evaluated {
    pub figures: Vec<Figure>,
    /// Of each figure, in its unit.
    pub values: Vec<Option<Number>>,
    pub leaves: Vec<LeafSum>,
    pub taken: Taken,
}

/// Evaluates a method that was checked.
pub fn evaluate(
    method: &Method,
    items: &dyn Fn(&Name) -> Option<Item>,
    question: &Question,
    ground: &Ground,
) -> Evaluated {
    let (choices, base_year) = (question.choices.clone(), question.base_year);
    let mut evaluation = Evaluation::new(method, items, choices, base_year, ground);
    // Whoever has not declared is not asked after: the status is of the value alone.
    let (judged, _) = judge(&mut evaluation, question.period, &|_, _| false);
    let values = judged.iter().map(|judged| judged.value.clone()).collect();
    let figures = method.indicators.iter().zip(judged).map(|(indicator, judged)| Figure {
        exact: judged.value.as_ref().map(Number::fraction),
        indicator: indicator.indicator.clone(),
        status: match judged.status {
            Status::Met => ValueStatus::Met,
            Status::NotMet => ValueStatus::NotMet,
            Status::Unknown => ValueStatus::Unknown,
            Status::Undefined => ValueStatus::Undefined,
            Status::Inconsistent => ValueStatus::Inconsistent,
            // Nothing is incomplete here, see above.
            Status::Reported | Status::Incomplete => ValueStatus::Reported,
        },
        unit: indicator.unit.symbol.clone(),
    });
    let figures = figures.collect();
    let leaves = evaluation.leaves.iter().map(|leaf| LeafSum {
        facts: leaf.facts,
        value: leaf.value.as_ref().map(Number::fraction),
    });
    Evaluated { figures, values, leaves: leaves.collect(), taken: Taken::of(&evaluation) }
}

/// The first choice that the method does not have, as it is to be told.
pub fn unknown_choice(method: &Method, choices: &BTreeMap<Name, Name>) -> Option<String> {
    let known = |(parameter, choice): &(&Name, &Name)| {
        let found = method.parameters.iter().find(|one| one.parameter == **parameter);
        found.is_some_and(|found| found.choices.contains(choice))
    };
    let unknown = choices.iter().find(|pair| !known(pair));
    unknown.map(|(parameter, choice)| format!("{parameter}:{choice} is no choice of the method"))
}
