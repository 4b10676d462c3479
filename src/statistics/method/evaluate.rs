//! Formulas evaluated, part by part.
//!
//! Invariant: what is evaluated is a tree of the formula's shape, and its leaves name the sums that
//! it rests on; so whoever has the facts can compute every value again.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::method::{Choice, Counted, Dims, Formula, IndicatorUnit, Item, Method, Since};
use crate::domain::name::Name;
use crate::domain::stated_unit::{ItemUnit, StatedUnit};
use crate::domain::time::Period;
use crate::statistics::method::leaf::{Leaf, LeafOf, sum};
use crate::statistics::method::{Counting, Ground, Number, growth, index};

/// Why a value is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nobody has stated it for the period.
    Leaf { of: LeafOf, period: Period },
    /// It is stated for longer periods only.
    ForLonger { of: LeafOf, period: Period },
    /// Growth since the base year, and no base year is set.
    BaseYear,
    /// Fewer terms of an index are known than count.
    Terms,
}

/// Why a value does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undefined {
    ZeroDenominator,
    /// The growth that it is divided by is nil.
    ZeroGrowth,
    /// Amounts in prices of different years were put together.
    MixedPrices,
    /// The base year is the period itself, or after it.
    NoSpan,
    /// Growth from or to a negative amount.
    NegativeGrowth,
}

/// What a formula gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Known {
        value: Number,
        /// Whether a root was cut behind 40 digits.
        cut: bool,
        /// Whose prices are in it.
        prices: BTreeSet<u16>,
    },
    Unknown(Vec<Missing>),
    Undefined(Undefined),
}

impl Outcome {
    pub fn value(&self) -> Option<&Number> {
        match self {
            Outcome::Known { value, .. } => Some(value),
            Outcome::Unknown(_) | Outcome::Undefined(_) => None,
        }
    }

    pub(super) fn exact(value: Number) -> Outcome {
        Outcome::Known { value, cut: false, prices: BTreeSet::new() }
    }
}

/// A formula with what it gave, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// The formula's word.
    pub word: &'static str,
    /// Of an indicator or item: which.
    pub name: Option<Name>,
    pub period: Period,
    pub outcome: Outcome,
    /// Place of the sum among the leaves.
    pub leaf: Option<usize>,
    pub dims: Dims,
    pub parts: Vec<Evaluated>,
}

/// What evaluating needs, and the sums that it has made so far.
pub struct Evaluation<'a> {
    pub method: &'a Method,
    /// Items of other methods.
    pub items: &'a dyn Fn(&Name) -> Option<Item>,
    /// The choice for each parameter.
    pub choices: BTreeMap<Name, Name>,
    pub base_year: Option<u16>,
    pub ground: &'a Ground,
    pub leaves: Vec<Leaf>,
    /// What was counted without being summed.
    pub countings: Vec<Counting>,
}

/// Puts values together; what is not known stays so, and what has no answer stays without.
pub(super) fn combine(parts: &[&Outcome], with: impl FnOnce(&[&Number]) -> Outcome) -> Outcome {
    let (mut values, mut missing, mut undefined) = (Vec::new(), Vec::new(), None);
    let (mut cut, mut prices) = (false, BTreeSet::new());
    for part in parts {
        match part {
            Outcome::Known { value, cut: is_cut, prices: of } => {
                values.push(value);
                cut |= is_cut;
                prices.extend(of.iter().copied());
            }
            Outcome::Unknown(more) => missing.extend(more.iter().cloned()),
            Outcome::Undefined(why) => undefined = undefined.or(Some(*why)),
        }
    }
    if !missing.is_empty() {
        return Outcome::Unknown(missing);
    }
    if let Some(why) = undefined {
        return Outcome::Undefined(why);
    }
    if prices.len() > 1 {
        return Outcome::Undefined(Undefined::MixedPrices);
    }
    match with(&values) {
        Outcome::Known { value, cut: more, .. } => {
            Outcome::Known { value, cut: cut || more, prices }
        }
        other @ (Outcome::Unknown(_) | Outcome::Undefined(_)) => other,
    }
}

impl<'a> Evaluation<'a> {
    /// Before anything is evaluated.
    pub fn new(
        method: &'a Method,
        items: &'a dyn Fn(&Name) -> Option<Item>,
        choices: BTreeMap<Name, Name>,
        base_year: Option<u16>,
        ground: &'a Ground,
    ) -> Evaluation<'a> {
        let (leaves, countings) = (Vec::new(), Vec::new());
        Evaluation { method, items, choices, base_year, ground, leaves, countings }
    }
}

impl Evaluation<'_> {
    /// Evaluates an indicator by its name.
    pub fn indicator(&mut self, name: &Name, period: Period) -> Evaluated {
        let indicator = self.method.indicator(name).expect("a published method knows its names");
        self.formula(&indicator.formula, period)
    }

    pub fn formula(&mut self, formula: &Formula, period: Period) -> Evaluated {
        match formula {
            Formula::Measure(selector) => self.leaf(LeafOf::Measure(selector.clone()), period),
            Formula::Item(name) => {
                let own = self.method.items.iter().find(|item| item.item == *name).cloned();
                let item = own.or_else(|| (self.items)(name));
                let item = item.expect("a published method knows its items");
                let mut leaf = self.leaf(LeafOf::Item(item), period);
                leaf.name = Some(name.clone());
                leaf
            }
            Formula::Indicator(name) => {
                let part = self.indicator(name, period);
                let (outcome, dims) = (part.outcome.clone(), part.dims.clone());
                let mut own = node("indicator", period, outcome, dims, vec![part]);
                own.name = Some(name.clone());
                own
            }
            Formula::Constant(counted) => constant(counted, period),
            Formula::Sum(parts) => {
                self.many("sum", parts, period, |values| fold(values, |one, two| one.plus(two)))
            }
            Formula::Product(parts) => {
                let parts = self.all(parts, period);
                let dims = parts.iter().fold(Dims::none(), |all, part| all.times(&part.dims));
                let outcome = combine(&outcomes(&parts), |values| {
                    Outcome::exact(fold(values, |one, two| one.times(two)))
                });
                node("product", period, outcome, dims, parts)
            }
            Formula::Least(parts) => self.many("least", parts, period, |values| {
                fold(values, |one, two| one.min(two).clone())
            }),
            Formula::Greatest(parts) => self.many("greatest", parts, period, |values| {
                fold(values, |one, two| one.max(two).clone())
            }),
            Formula::Difference(parts) => {
                let both =
                    vec![self.formula(&parts.from, period), self.formula(&parts.take, period)];
                let dims = both[0].dims.clone();
                let outcome =
                    combine(&outcomes(&both), |values| Outcome::exact(values[0].minus(values[1])));
                node("difference", period, outcome, dims, both)
            }
            Formula::Ratio(ratio) => {
                let both = vec![self.formula(&ratio.of, period), self.formula(&ratio.over, period)];
                let dims = both[0].dims.over(&both[1].dims);
                let outcome = combine(&outcomes(&both), |values| match values[0].over(values[1]) {
                    Some(value) => Outcome::exact(value),
                    None => Outcome::Undefined(Undefined::ZeroDenominator),
                });
                node("ratio", period, outcome, dims, both)
            }
            Formula::Choose(choice) => self.chosen(choice, period),
            Formula::FirstKnown(parts) => self.first_known(parts, period),
            Formula::WeightedIndex(weighted) => index::weighted(self, weighted, period),
            Formula::NewLinks(links) => index::new_links(self, links, period),
            Formula::CountDistinct(distinct) => index::distinct(self, distinct, period),
            Formula::Earlier(_)
            | Formula::RelativeChange(_)
            | Formula::PointsChange(_)
            | Formula::AnnualGrowth(_)
            | Formula::Elasticity(_) => growth::evaluate(self, formula, period),
        }
    }

    /// The case that the park's choice names.
    fn chosen(&mut self, choice: &Choice, period: Period) -> Evaluated {
        let parameters = &self.method.parameters;
        let usual = parameters.iter().find(|one| one.parameter == choice.parameter);
        let usual = usual.map(|parameter| &parameter.default);
        let chosen = self.choices.get(&choice.parameter).or(usual);
        let case = choice.cases.iter().find(|case| Some(&case.is) == chosen);
        let case = case.expect("a published method has a case for each choice");
        self.formula(&case.then, period)
    }

    /// What is not known before it leaves no part, so it makes nothing incomplete.
    fn first_known(&mut self, parts: &[Formula], period: Period) -> Evaluated {
        let mut unknown = Vec::new();
        for part in parts {
            let part = self.formula(part, period);
            if !matches!(part.outcome, Outcome::Unknown(_)) {
                let (outcome, dims) = (part.outcome.clone(), part.dims.clone());
                return node("first_known", period, outcome, dims, vec![part]);
            }
            unknown.push(part);
        }
        let dims = unknown.first().map_or(Dims::none(), |part| part.dims.clone());
        // Any would do; the last is what is asked for where nothing was.
        let last = unknown.last().map(|last| last.outcome.clone());
        let outcome = last.unwrap_or(Outcome::Unknown(Vec::new()));
        node("first_known", period, outcome, dims, unknown)
    }

    /// The period before, or why there is none.
    pub(super) fn before(&self, period: Period, since: Since) -> Result<Period, Outcome> {
        let earlier = match since {
            Since::Years(years) => period.years_before(years.into()),
            Since::Base => match self.base_year {
                Some(year) => period.in_year(year),
                None => return Err(Outcome::Unknown(vec![Missing::BaseYear])),
            },
        };
        match earlier.filter(|earlier| earlier.year() < period.year()) {
            Some(earlier) => Ok(earlier),
            None => Err(Outcome::Undefined(Undefined::NoSpan)),
        }
    }

    fn all(&mut self, parts: &[Formula], period: Period) -> Vec<Evaluated> {
        parts.iter().map(|part| self.formula(part, period)).collect()
    }

    /// Of parts that are alike.
    fn many(
        &mut self,
        word: &'static str,
        parts: &[Formula],
        period: Period,
        with: impl FnOnce(&[&Number]) -> Number,
    ) -> Evaluated {
        let parts = self.all(parts, period);
        let dims = parts.first().map_or(Dims::none(), |part| part.dims.clone());
        let outcome = combine(&outcomes(&parts), |values| Outcome::exact(with(values)));
        node(word, period, outcome, dims, parts)
    }

    /// A sum, made once for each period.
    fn leaf(&mut self, of: LeafOf, period: Period) -> Evaluated {
        let word = match of {
            LeafOf::Measure(_) => "measure",
            LeafOf::Item(_) => "item",
        };
        let known = self.leaves.iter().position(|leaf| leaf.of == of && leaf.period == period);
        let place = known.unwrap_or_else(|| {
            self.leaves.push(sum(self.ground, of.clone(), period));
            self.leaves.len() - 1
        });
        let leaf = &self.leaves[place];
        let outcome = match &leaf.value {
            _ if !of.is_of(period) => Outcome::Unknown(vec![Missing::ForLonger { of, period }]),
            None => Outcome::Unknown(vec![Missing::Leaf { of, period }]),
            Some(_) if leaf.price_years.len() > 1 => Outcome::Undefined(Undefined::MixedPrices),
            Some(value) => Outcome::Known {
                value: value.clone(),
                cut: false,
                prices: leaf.price_years.clone(),
            },
        };
        let mut own = node(word, period, outcome, leaf.dims(), Vec::new());
        own.leaf = Some(place);
        own
    }
}

fn constant(counted: &Counted, period: Period) -> Evaluated {
    let (value, dims) = match counted.unit {
        Some(unit) => {
            (Number::of_decimal(&counted.value).times(&unit_in_base(unit)), Dims::of_unit(unit))
        }
        None => (Number::of_decimal(&counted.value), Dims::none()),
    };
    node("constant", period, Outcome::exact(value), dims, Vec::new())
}

/// One of a unit in the units that formulas count in.
fn unit_in_base(unit: ItemUnit) -> Number {
    match unit {
        ItemUnit::Of(StatedUnit::Percent) => Number::new(1, 100),
        ItemUnit::Of(_) | ItemUnit::Money(_) => Number::one(),
    }
}

/// A value in the unit of its indicator.
pub fn in_unit(value: &Number, unit: &IndicatorUnit) -> Number {
    let times = |times: &Option<crate::domain::decimal::Decimal>| {
        times.as_ref().map_or(Number::one(), Number::of_decimal)
    };
    let of = unit.of.map_or(Number::one(), unit_in_base).times(&times(&unit.of_times));
    let per = unit.per.map_or(Number::one(), unit_in_base).times(&times(&unit.per_times));
    value.times(&per).over(&of).expect("a published unit is no zero")
}

pub(super) fn node(
    word: &'static str,
    period: Period,
    outcome: Outcome,
    dims: Dims,
    parts: Vec<Evaluated>,
) -> Evaluated {
    Evaluated { word, name: None, period, outcome, leaf: None, dims, parts }
}

pub(super) fn outcomes(parts: &[Evaluated]) -> Vec<&Outcome> {
    parts.iter().map(|part| &part.outcome).collect()
}

fn fold(values: &[&Number], with: impl Fn(&Number, &Number) -> Number) -> Number {
    let mut values = values.iter();
    let first = (*values.next().expect("a published formula has parts")).clone();
    values.fold(first, |all, one| with(&all, one))
}
