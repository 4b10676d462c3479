//! Indicators of a method for a park and a period, and what they rest on.
//!
//! Invariant: an answer is a function of the method's document, of sums of facts below a position
//! and of parameters that are printed with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{ParkId, ParticipationId};
use crate::domain::method::{Bound, Certainty, Indicator, Item, Method, MethodStatus, NumberKind};
use crate::domain::name::Name;
use crate::domain::state::{RosterVersion, method_id};
use crate::domain::text::Text;
use crate::domain::time::Period;
use crate::query::covered::{MissingPlace, coverage_percent, missing_places};
use crate::query::fact::ByTotal;
use crate::query::programme_of::cell;
use crate::query::target::{Pinned, TargetView, target};
use crate::query::unknown::{MissingView, UndefinedWhy, missings, undefined_why};
use crate::statistics::method::{
    Coverage, Evaluated, Evaluation, Ground, Judged, Leaf, LeafOf, Number, Outcome, Passed, Status,
    Watch, has_gap, judge,
};

/// What a leaf is a sum of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeafView {
    /// How many facts it is the sum of.
    #[schema(minimum = 0)]
    pub facts: u64,
    /// The part that is disputed, in `unit`; of what was accepted.
    pub disputed: String,
    /// What is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Name>,
    /// Its number, by which its facts are asked for.
    #[schema(minimum = 0)]
    pub leaf: usize,
    /// The measure of the facts; `stated` if it is an item.
    pub measure: Measure,
    /// The part that was weighed or metered, in `unit`.
    pub measured: String,
    /// Months or longer spans that have a figure.
    #[schema(minimum = 0)]
    pub months: u32,
    /// Of so many.
    #[schema(minimum = 0)]
    pub months_needed: u32,
    /// The part that stands by one side's word, in `unit`; of what was dispatched or accepted.
    pub one_sided: String,
    pub period: Period,
    /// The item's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_zh: Option<Text>,
    /// What amounts of it are counted in.
    pub unit: String,
    /// Exact; absent where nobody has stated anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorStatus {
    Met,
    NotMet,
    /// Computed and not judged.
    Reported,
    /// Something was not stated.
    Unknown,
    /// It has no value.
    Undefined,
    /// Not all who had to have stated theirs.
    Incomplete,
    /// A part is more than its whole.
    Inconsistent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Passes {
    Yes,
    No,
    /// It depends on what is not known.
    Unknown,
}

/// The same indicator, counted the other way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BesideView {
    /// Value less what stands beside; absent where either is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    pub title_en: Text,
    pub title_zh: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// An indicator of a park and period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct IndicatorView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<BesideView>,
    /// The bound that holds, in `unit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    pub certainty: Certainty,
    /// How much of what rosters ask for was declared, in percent with two digits cut off; absent
    /// where no roster asks for anything that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage_percent: Option<String>,
    /// A root that is no fraction was cut behind 40 digits.
    pub cut: bool,
    /// Exact, in `unit`, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Name>,
    pub indicator: Name,
    /// Whether the bound is kept, whatever the status is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<bool>,
    pub kind: NumberKind,
    /// The sums that it rests on.
    pub leaves: Vec<usize>,
    pub mandatory: bool,
    /// The weighed or metered part of its numerator, in percent with two digits; absent where
    /// there is no amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured_percent: Option<String>,
    /// Why it is unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingView>,
    /// Who is on a roster and has not declared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_places: Vec<MissingPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Text>,
    pub status: IndicatorStatus,
    /// What the park's plan set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetView>,
    pub title_en: Text,
    pub title_zh: Text,
    /// Why it has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<UndefinedWhy>,
    /// As it is printed.
    pub unit: Text,
    /// Rounded half away from zero to the method's digits; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// An option group and how far it is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupView {
    #[schema(minimum = 1)]
    pub at_least: u16,
    pub group: Name,
    #[schema(minimum = 0)]
    pub met: u16,
    pub title_en: Text,
    pub title_zh: Text,
}

/// A parameter and what was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChoiceView {
    pub choice: Name,
    pub parameter: Name,
}

/// All indicators of a method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgrammeAnswer {
    /// From the facts of all records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_year: Option<u16>,
    pub certainty: Certainty,
    /// The document that the method follows.
    pub document: Text,
    pub groups: Vec<GroupView>,
    pub indicators: Vec<IndicatorView>,
    pub issuer_en: Text,
    pub issuer_zh: Text,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    /// What the indicators are computed from.
    pub leaves: Vec<LeafView>,
    pub method: Name,
    #[schema(minimum = 1)]
    pub method_version: u16,
    pub parameters: Vec<ChoiceView>,
    pub park: ParkId,
    /// Whose plan sets base year, parameters and targets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participation: Option<ParticipationId>,
    /// Absent where the method asks for nothing: then there is nothing to pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passes: Option<Passes>,
    pub period: Period,
    /// Root of the log's tree at `as_of`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    pub status: MethodStatus,
    pub title_en: Text,
    pub title_zh: Text,
}

/// A step of a computation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Step {
    /// What its amount is counted in.
    pub dimension: String,
    /// Exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// The sum that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    #[schema(no_recursion)]
    pub parts: Vec<Step>,
    pub period: Period,
    /// The formula's word.
    pub step: String,
    /// With nine digits after the point at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// How an indicator was computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct IndicatorExplained {
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub indicator: IndicatorView,
    pub leaves: Vec<LeafView>,
    pub method: Name,
    #[schema(minimum = 1)]
    pub method_version: u16,
    pub park: ParkId,
    pub period: Period,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    pub step: Step,
}

/// What is asked about.
#[derive(Clone, Debug)]
pub struct Question {
    pub park: ParkId,
    pub period: Period,
    pub base_year: Option<u16>,
    pub choices: BTreeMap<Name, Name>,
    pub as_of: u64,
    pub lag: u64,
    pub root: Option<String>,
    /// The rosters that stood then.
    pub rosters: Vec<RosterVersion>,
    /// The plan that sets base year, choices and targets.
    pub pinned: Option<Pinned>,
}

/// A method, evaluated.
pub struct Programme<'a> {
    pub question: Question,
    pub method: &'a Method,
    pub leaves: Vec<Leaf>,
    judged: Vec<Judged>,
    /// What was owed for each indicator, and whether it was declared.
    covered: Vec<Coverage>,
    passed: Passed,
}

impl<'a> Programme<'a> {
    pub fn evaluate(
        question: Question,
        method: &'a Method,
        items: &dyn Fn(&Name) -> Option<Item>,
        ground: &Ground,
    ) -> Programme<'a> {
        let (choices, base_year) = (question.choices.clone(), question.base_year);
        let mut evaluation = Evaluation::new(method, items, choices, base_year, ground);
        let id = method_id(&method.method, method.version);
        let rosters = question.rosters.clone();
        let watch = Watch::new(ground, &rosters, &id);
        let incomplete = |of: &Evaluation<'_>, evaluated: &Evaluated| {
            let leaves = leaves_of(evaluated);
            leaves.iter().any(|leaf| of.leaves[*leaf].is_partial())
                || has_gap(&watch.of(&of.leaves, &leaves))
        };
        let (judged, passed) = judge(&mut evaluation, question.period, &incomplete);
        let leaves = evaluation.leaves;
        let covered = judged.iter().map(|judged| {
            let own = leaves_of(&judged.evaluated);
            watch.of(&leaves, &own)
        });
        let covered = covered.collect();
        Programme { question, method, leaves, judged, covered, passed }
    }

    pub fn answer(&self) -> ProgrammeAnswer {
        let Question { park, period, base_year, as_of, lag, root, pinned, .. } =
            self.question.clone();
        let method = self.method;
        let all = || method.indicators.iter().zip(&self.judged);
        let views = all().zip(&self.covered);
        let views =
            views.map(|((indicator, judged), covered)| self.view(indicator, judged, covered));
        let groups = method.groups.iter().map(|group| {
            let met = all().filter(|(one, judged)| {
                one.group.as_ref() == Some(&group.group) && judged.status == Status::Met
            });
            GroupView {
                at_least: group.at_least,
                group: group.group.clone(),
                met: met.count() as u16,
                title_en: group.title_en.clone(),
                title_zh: group.title_zh.clone(),
            }
        });
        let parameters = method.parameters.iter().map(|parameter| {
            let name = &parameter.parameter;
            let choice = self.question.choices.get(name).unwrap_or(&parameter.default);
            ChoiceView { choice: choice.clone(), parameter: name.clone() }
        });
        ProgrammeAnswer {
            as_of,
            base_year,
            certainty: method.certainty,
            document: method.document.clone(),
            groups: groups.collect(),
            indicators: views.collect(),
            issuer_en: method.issuer_en.clone(),
            issuer_zh: method.issuer_zh.clone(),
            lag,
            leaves: (0..self.leaves.len()).map(|leaf| self.leaf(leaf)).collect(),
            method: method.method.clone(),
            method_version: method.version,
            parameters: parameters.collect(),
            park,
            participation: pinned.map(|pinned| pinned.participation),
            passes: self.passes(),
            period,
            root,
            status: method.status,
            title_en: method.title_en.clone(),
            title_zh: method.title_zh.clone(),
        }
    }

    fn passes(&self) -> Option<Passes> {
        let method = self.method;
        let asks = !method.groups.is_empty() || method.indicators.iter().any(|one| one.mandatory);
        asks.then_some(match self.passed {
            Passed::Yes => Passes::Yes,
            Passed::No => Passes::No,
            Passed::Unknown => Passes::Unknown,
        })
    }

    /// How an indicator was computed; none if the method has no such indicator.
    pub fn explain(&self, name: &Name) -> Option<IndicatorExplained> {
        let place = self.method.indicators.iter().position(|one| one.indicator == *name)?;
        let (indicator, judged) = (&self.method.indicators[place], &self.judged[place]);
        let Question { park, period, as_of, root, .. } = self.question.clone();
        let view = self.view(indicator, judged, &self.covered[place]);
        let mut leaves = leaves_of(&judged.evaluated);
        if let Some((beside, _)) = &judged.beside {
            leaves.extend(leaves_of(beside));
        }
        leaves.sort_unstable();
        leaves.dedup();
        Some(IndicatorExplained {
            as_of,
            indicator: view,
            leaves: leaves.into_iter().map(|leaf| self.leaf(leaf)).collect(),
            method: self.method.method.clone(),
            method_version: self.method.version,
            park,
            period,
            root,
            step: step(&judged.evaluated),
        })
    }

    fn view(&self, indicator: &Indicator, judged: &Judged, covered: &Coverage) -> IndicatorView {
        let digits = indicator.digits;
        let pinned = self.question.pinned.as_ref();
        let target = pinned.and_then(|pinned| target(&pinned.plan, &indicator.indicator, judged));
        let print = |value: &Number| value.text(digits);
        let beside = indicator.beside.as_ref().zip(judged.beside.as_ref());
        let beside = beside.map(|(beside, (_, other))| BesideView {
            gap: judged.value.as_ref().zip(other.as_ref()).map(|(one, two)| print(&one.minus(two))),
            title_en: beside.title_en.clone(),
            title_zh: beside.title_zh.clone(),
            value: other.as_ref().map(print),
        });
        let outcome = &judged.evaluated.outcome;
        let (missing, undefined) = match outcome {
            Outcome::Known { .. } => (Vec::new(), None),
            Outcome::Unknown(missing) => (missings(missing), None),
            Outcome::Undefined(why) => (Vec::new(), Some(undefined_why(*why))),
        };
        IndicatorView {
            beside,
            bound: judged.bound.clone(),
            coverage_percent: coverage_percent(covered),
            certainty: indicator.certainty,
            cut: matches!(outcome, Outcome::Known { cut: true, .. }),
            exact: judged.value.as_ref().map(Number::fraction),
            group: indicator.group.clone(),
            indicator: indicator.indicator.clone(),
            kept: judged.kept,
            kind: indicator.kind,
            leaves: leaves_of(&judged.evaluated),
            mandatory: indicator.mandatory,
            measured_percent: self.measured_percent(&judged.evaluated),
            missing,
            missing_places: missing_places(covered),
            note: indicator.note.clone(),
            number: indicator.number.clone(),
            status: status(judged.status),
            target,
            title_en: indicator.title_en.clone(),
            title_zh: indicator.title_zh.clone(),
            undefined,
            unit: indicator.unit.symbol.clone(),
            value: judged.value.as_ref().map(print),
        }
    }

    /// Of the numerator, as far as its sums are alike.
    fn measured_percent(&self, evaluated: &Evaluated) -> Option<String> {
        let mut root = evaluated;
        while root.word == "indicator" {
            root = root.parts.first()?;
        }
        let numerator = if root.word == "ratio" { root.parts.first()? } else { root };
        let leaves: Vec<&Leaf> =
            leaves_of(numerator).into_iter().map(|leaf| &self.leaves[leaf]).collect();
        let first = leaves.first()?.dims();
        let (mut measured, mut whole) = (Number::integer(0), Number::integer(0));
        for leaf in leaves {
            if leaf.dims() != first {
                return None;
            }
            measured = measured.plus(&leaf.measured());
            whole = whole.plus(leaf.value.as_ref()?);
        }
        Some(measured.over(&whole)?.times(&Number::integer(100)).text(2))
    }

    fn leaf(&self, place: usize) -> LeafView {
        let leaf = &self.leaves[place];
        let item = leaf.of.item();
        LeafView {
            disputed: exact(&leaf.disputed),
            facts: leaf.facts,
            item: item.map(|item| item.item.clone()),
            leaf: place,
            measure: leaf.of.measure(),
            measured: exact(&leaf.measured()),
            months: leaf.months,
            months_needed: leaf.months_needed,
            one_sided: exact(&leaf.one_sided),
            period: leaf.period,
            title_en: item.map(|item| item.title_en.clone()),
            title_zh: item.map(|item| item.title_zh.clone()),
            unit: leaf.dims().unit(),
            value: leaf.value.as_ref().map(exact),
        }
    }

    /// Whether a fact is one of a leaf, apart from its day.
    pub fn takes(&self, leaf: usize, fact: &Fact) -> bool {
        self.leaves.get(leaf).is_some_and(|leaf| leaf.of.takes(fact))
    }
}

/// Whether a leaf takes the facts of a total.
pub fn by_total(of: &LeafOf) -> Option<ByTotal> {
    let of = of.clone();
    Some(Arc::new(move |total| match of.item() {
        Some(item) => total.key.item.as_ref() == Some(&item.item),
        None => of.takes_cell(&cell(total)),
    }))
}

/// A sum of facts: their parts are powers of ten, so nine digits show it whole.
fn exact(value: &Number) -> String {
    let text = value.text(9);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The leaves under a part, each once, in order.
fn leaves_of(evaluated: &Evaluated) -> Vec<usize> {
    let mut leaves: Vec<usize> = evaluated.leaf.into_iter().collect();
    for part in &evaluated.parts {
        leaves.extend(leaves_of(part));
    }
    leaves.sort_unstable();
    leaves.dedup();
    leaves
}

fn step(evaluated: &Evaluated) -> Step {
    let value = evaluated.outcome.value();
    Step {
        dimension: evaluated.dims.unit(),
        exact: value.map(Number::fraction),
        leaf: evaluated.leaf,
        name: evaluated.name.clone(),
        parts: evaluated.parts.iter().map(step).collect(),
        period: evaluated.period,
        step: evaluated.word.to_owned(),
        value: value.map(exact),
    }
}

fn status(status: Status) -> IndicatorStatus {
    match status {
        Status::Met => IndicatorStatus::Met,
        Status::NotMet => IndicatorStatus::NotMet,
        Status::Reported => IndicatorStatus::Reported,
        Status::Unknown => IndicatorStatus::Unknown,
        Status::Undefined => IndicatorStatus::Undefined,
        Status::Incomplete => IndicatorStatus::Incomplete,
        Status::Inconsistent => IndicatorStatus::Inconsistent,
    }
}
