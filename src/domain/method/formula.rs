//! Formulas over sums of facts: what an indicator is computed from.
//!
//! Invariant: a formula names what it needs and holds no value but constants, so the same document
//! gives the same figure on the same facts for ever.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::{MaterialCode, Scheme};
use crate::domain::decimal::Decimal;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::method::{Fraction, Method, Threshold};
use crate::domain::money::Currency;
use crate::domain::name::Name;
use crate::domain::quantity::Basis;
use crate::domain::shapes::MaterialKind;
use crate::domain::stated_unit::ItemUnit;
use crate::domain::text::Text;
use crate::domain::time::{Month, Period};
use crate::domain::unit::Dimension;

/// How an indicator is computed. Every part is over the period that is asked about, unless it looks
/// back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Formula {
    /// A sum of facts.
    Measure(Selector),
    /// What was stated of an item.
    Item(Name),
    /// Another indicator of the same method.
    Indicator(Name),
    Constant(Counted),
    #[schema(no_recursion)]
    Sum(Vec<Formula>),
    #[schema(no_recursion)]
    Product(Vec<Formula>),
    Difference(Box<Subtraction>),
    Ratio(Box<Ratio>),
    #[schema(no_recursion)]
    Least(Vec<Formula>),
    #[schema(no_recursion)]
    Greatest(Vec<Formula>),
    /// What it was before.
    Earlier(Box<SinceOf>),
    /// Its growth, in parts of what it was.
    RelativeChange(Box<SinceOf>),
    /// Its growth in percentage points.
    PointsChange(Box<SinceOf>),
    /// Its compound growth a year.
    AnnualGrowth(Box<SinceOf>),
    /// Compound growth a year of one over that of the other.
    Elasticity(Box<Elasticity>),
    WeightedIndex(Box<Index>),
    /// Links between sites by which a material flowed for the first time after the base period.
    NewLinks(NewLinks),
    CountDistinct(Distinct),
    /// Depends on the park.
    Choose(Box<Choice>),
    /// The first of them that is known: a figure that was stated of a year before the ledger, or
    /// else what the ledger has.
    #[schema(no_recursion)]
    FirstKnown(Vec<Formula>),
}

/// A constant with its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// A plain number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<ItemUnit>,
    #[schema(value_type = String)]
    pub value: Decimal,
}

/// What is taken from what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subtraction {
    #[schema(no_recursion)]
    pub from: Formula,
    #[schema(no_recursion)]
    pub take: Formula,
}

/// A part of a whole, or one thing per another. Undefined where the other is zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    #[schema(no_recursion)]
    pub of: Formula,
    #[schema(no_recursion)]
    pub over: Formula,
}

/// Since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The same period that many years before, 1 to 30.
    Years(u8),
    /// The base year: of the park's plan, or as the question says.
    Base,
}

impl Since {
    /// How many years back; none of the base year.
    fn years(self) -> u16 {
        match self {
            Since::Years(years) => years.into(),
            Since::Base => 0,
        }
    }
}

/// Of what, since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SinceOf {
    #[schema(no_recursion)]
    pub of: Formula,
    pub since: Since,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Elasticity {
    #[schema(no_recursion)]
    pub of: Formula,
    #[schema(no_recursion)]
    pub over: Formula,
    pub since: Since,
}

/// Terms of several aspects, each in parts of its lead value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Index {
    #[schema(min_items = 1, max_items = 20)]
    pub aspects: Vec<IndexAspect>,
    /// Whether a term that is better than its lead counts as 1.
    pub capped: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexAspect {
    /// How many of `terms` count, the best ones; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub pick: Option<u8>,
    #[schema(min_items = 1, max_items = 50)]
    pub terms: Vec<IndexTerm>,
    pub title_en: Text,
    pub title_zh: Text,
    /// Of each term that counts.
    pub weight: Fraction,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexTerm {
    /// The smaller the better: the lead over the value.
    pub inverse: bool,
    /// In the unit of the indicator that it is the lead of.
    #[schema(value_type = String)]
    pub lead: Decimal,
    pub of: Name,
}

/// Whose exchange.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// From one firm to another.
    Firms,
    /// Between sites of one firm.
    OwnSites,
}

/// Codes of a list by their first characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodesOf {
    /// As `10 02`.
    pub begins: Text,
    pub scheme: Scheme,
}

/// Which facts of a measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<Between>,
    /// Only of materials whose first code is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub codes: Vec<CodesOf>,
    /// Of money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Of matter and energy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimension: Option<Dimension>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MaterialKind>,
    pub measure: Measure,
}

/// Which links count as new: of what was used of by-products and utilities between sites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLinks {
    /// Whether a link must have had a flow in the period that is asked about.
    pub active: bool,
}

/// How many different things a measure's facts are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Distinct {
    pub by: Thing,
    pub of: Selector,
}

/// What is counted once.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    Firm,
    Link,
    Material,
    Site,
}

/// A formula that depends on a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    #[schema(min_items = 1, max_items = 20)]
    pub cases: Vec<Case>,
    pub parameter: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub is: Name,
    #[schema(no_recursion)]
    pub then: Formula,
}

impl Selector {
    /// Whether a fact is one of those, apart from its park and day.
    pub fn matches(&self, fact: &Fact) -> bool {
        let other = fact.counterparty.as_ref().map(|other| &other.firm);
        self.measure == fact.measure
            && self.takes(fact.unit, fact.kind, fact.code.as_ref())
            && self.is_between(fact.firm.as_ref(), other)
    }

    /// Whether what has that unit, kind and code is meant. That there was nothing answers every
    /// question about how much there was.
    pub fn takes(
        &self,
        unit: FactUnit,
        kind: Option<MaterialKind>,
        code: Option<&MaterialCode>,
    ) -> bool {
        let is_alike = match unit {
            FactUnit::Nothing => return true,
            FactUnit::Physical(dimension, basis) => {
                self.dimension == Some(dimension) && self.basis.is_none_or(|own| own == basis)
            }
            FactUnit::Money(currency, _) => self.currency == Some(currency),
            FactUnit::Stated(_) => false,
        };
        let is_coded = |own: &CodesOf| {
            code.is_some_and(|code| {
                code.scheme() == own.scheme && code.code().starts_with(own.begins.as_str())
            })
        };
        is_alike
            && self.kind.is_none_or(|own| kind == Some(own))
            && (self.codes.is_empty() || self.codes.iter().any(is_coded))
    }

    /// Whether an exchange of these firms is one of those.
    pub fn is_between<T: PartialEq>(&self, own: Option<&T>, other: Option<&T>) -> bool {
        match self.between {
            None => true,
            Some(Between::Firms) => other.is_some() && own != other,
            Some(Between::OwnSites) => other.is_some() && own == other,
        }
    }
}

impl Formula {
    /// Hands over every part, the formula itself first.
    pub fn walk(&self, each: &mut dyn FnMut(&Formula)) {
        each(self);
        match self {
            Formula::Measure(_)
            | Formula::Item(_)
            | Formula::Indicator(_)
            | Formula::Constant(_)
            | Formula::WeightedIndex(_)
            | Formula::NewLinks(_)
            | Formula::CountDistinct(_) => {}
            Formula::Sum(parts)
            | Formula::Product(parts)
            | Formula::Least(parts)
            | Formula::Greatest(parts)
            | Formula::FirstKnown(parts) => parts.iter().for_each(|part| part.walk(each)),
            Formula::Difference(parts) => {
                parts.from.walk(each);
                parts.take.walk(each);
            }
            Formula::Ratio(ratio) => {
                ratio.of.walk(each);
                ratio.over.walk(each);
            }
            Formula::Earlier(since)
            | Formula::RelativeChange(since)
            | Formula::PointsChange(since)
            | Formula::AnnualGrowth(since) => since.of.walk(each),
            Formula::Elasticity(parts) => {
                parts.of.walk(each);
                parts.over.walk(each);
            }
            Formula::Choose(choice) => choice.cases.iter().for_each(|case| case.then.walk(each)),
        }
    }

    /// How many years it looks back at most, apart from the base year; none if it looks at all that
    /// ever was.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other formulas do not look back")]
    fn looks_back(&self) -> Option<u16> {
        let (mut years, mut all) = (0u16, false);
        self.walk(&mut |part| match part {
            // Those inside one another add up.
            Formula::Earlier(parts)
            | Formula::RelativeChange(parts)
            | Formula::PointsChange(parts)
            | Formula::AnnualGrowth(parts) => years = years.saturating_add(parts.since.years()),
            Formula::Elasticity(parts) => years = years.saturating_add(parts.since.years()),
            Formula::NewLinks(_) => all = true,
            _ => {}
        });
        (!all).then_some(years)
    }
}

impl Method {
    /// Every formula of every indicator, in the order in which they are evaluated.
    pub fn formulas(&self) -> impl Iterator<Item = &Formula> {
        self.indicators.iter().flat_map(|one| {
            let beside = one.beside.as_ref().map(|beside| &beside.formula);
            let sign = match &one.threshold {
                Some(Threshold::BySign(by)) => Some(&by.of),
                Some(Threshold::Bound(_) | Threshold::ByParameter(_)) | None => None,
            };
            [Some(&one.formula), beside, sign].into_iter().flatten()
        })
    }

    /// How many years its formulas look back at most, apart from the base year; none if one looks
    /// at all that ever was. Indicators that name one another add up.
    pub fn looks_back(&self) -> Option<u16> {
        self.formulas().try_fold(0u16, |years, formula| years.checked_add(formula.looks_back()?))
    }

    /// The first month whose facts it needs.
    pub fn first_month(&self, period: Period, base_year: Option<u16>) -> Month {
        let Some(years) = self.looks_back() else { return Month::MIN };
        let first = period.first_month();
        let back = first.checked_add(-12 * i32::from(years)).unwrap_or(Month::MIN);
        let base = base_year.map_or(first, |year| Period::Year(year).first_month());
        // What grew since the base year may itself look back.
        let base = base.checked_add(-12 * i32::from(years)).unwrap_or(Month::MIN);
        back.min(base)
    }

    /// The measures whose facts it needs.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other formulas name no measure")]
    pub fn measures(&self) -> Vec<Measure> {
        let mut measures = vec![
            Measure::Stated,
            Measure::OneSidedDispatched,
            Measure::OneSidedAccepted,
            Measure::Disputed,
        ];
        for formula in self.formulas() {
            formula.walk(&mut |part| match part {
                Formula::Measure(selector) => measures.push(selector.measure),
                Formula::CountDistinct(distinct) => measures.push(distinct.of.measure),
                Formula::NewLinks(_) => measures.push(Measure::Used),
                _ => {}
            });
        }
        measures.sort_unstable();
        measures.dedup();
        measures
    }
}
