//! Methods: how figures are computed and judged, as data that is published into the log.
//!
//! A method is a document that says which items parks and firms state, which indicators are
//! computed from facts and how, and what makes a park pass. A new rule is a file, not a release.
//!
//! Invariant of a document that [`Method::check`] took: every name in a formula is known, no
//! indicator needs itself, units fit, and every bound has a direction. So evaluating it can end in
//! a number, in *unknown* or in *undefined*, and never in an error.

mod check;
mod formula;
mod fraction;
mod shipped;
mod unit;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::name::Name;
use crate::domain::stated_unit::ItemUnit;
use crate::domain::text::Text;
use crate::domain::time::Day;

pub use check::Fault;
pub use formula::{
    Between, Case, Choice, Counted, Distinct, Elasticity, Formula, Index, IndexAspect, IndexTerm,
    NewLinks, Ratio, Selector, Since, SinceOf, Subtraction, Thing,
};
pub use fraction::Fraction;
pub use shipped::shipped;
pub use unit::{Base, Dims, IndicatorUnit};

/// The most items, indicators and groups of a method.
pub const MAX_PARTS: usize = 200;

/// How sure it is that a document says what its source says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Read in the source.
    Found,
    /// As it is generally known; a person must compare it with the source.
    RecalledHigh,
    RecalledMedium,
    RecalledLow,
    /// Defined here.
    Own,
}

/// Whether a method may be used to judge.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MethodStatus {
    Draft,
    InForce,
    Withdrawn,
}

/// What kind of number an indicator is. Numbers of unlike kinds are never compared.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// How much there is, or a share of a whole.
    Level,
    /// By how much something has grown, in parts of what it was.
    RelativeChange,
    /// By how many percentage points a share has grown.
    Points,
    /// A weighted index, an elasticity or another number that is only read beside its like.
    Index,
    Count,
    /// 1 if something is so, 0 if it is not.
    Flag,
}

/// Whether figures of an item add up over time.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Of a span: the months of a year add up.
    Flow,
    /// At a span's end: a year has what its last period has.
    Level,
}

/// How often an item is stated.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    Month,
    Quarter,
    Year,
}

/// Of what figures of an item are.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Of the park as a whole, by its administration.
    Park,
    /// Of each site, by its firm; the park's figure is their sum.
    Site,
}

/// Something that is stated period by period, because no exchange gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub every: Every,
    pub item: Name,
    pub nature: Nature,
    pub of: Scope,
    /// Whether a statement of it needs a document as evidence.
    pub proven: bool,
    pub title_en: Text,
    pub title_zh: Text,
    pub unit: ItemUnit,
}

/// A bound on an indicator, in the indicator's unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    pub direction: Direction,
    #[schema(value_type = String)]
    pub value: Decimal,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    AtLeast,
    AtMost,
    Above,
    Below,
    Exactly,
}

/// What an indicator must reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Threshold {
    Bound(Bound),
    /// Which bound holds depends on whether something grew or shrank; if it stayed the same the
    /// indicator is undefined.
    BySign(BySign),
    /// Which bound holds depends on the park.
    ByParameter(ByParameter),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BySign {
    pub negative: Bound,
    pub of: Formula,
    pub positive: Bound,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ByParameter {
    #[schema(min_items = 1, max_items = 20)]
    pub cases: Vec<BoundCase>,
    pub parameter: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundCase {
    pub is: Name,
    pub then: Bound,
}

/// The same indicator, counted another way: both are printed, with their gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    pub formula: Formula,
    pub title_en: Text,
    pub title_zh: Text,
}

/// One figure of a method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    pub certainty: Certainty,
    /// Digits after the point in print; what is computed with is exact.
    #[schema(maximum = 9)]
    pub digits: u8,
    pub formula: Formula,
    /// The option group that it belongs to; a mandatory one belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Name>,
    pub indicator: Name,
    pub kind: NumberKind,
    pub mandatory: bool,
    /// What the reader should know of it: its source, its boundary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Its number in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Text>,
    /// It is a part of a whole: above 100 % the figures that it is computed from contradict one
    /// another.
    pub part_of_whole: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    pub title_en: Text,
    pub title_zh: Text,
    pub unit: IndicatorUnit,
}

/// Indicators of which a park chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// How many of them must be met.
    #[schema(minimum = 1)]
    pub at_least: u16,
    pub group: Name,
    pub title_en: Text,
    pub title_zh: Text,
}

/// What is told of a park so that the method fits it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    #[schema(min_items = 2, max_items = 20)]
    pub choices: Vec<Name>,
    pub default: Name,
    pub parameter: Name,
    pub title_en: Text,
    pub title_zh: Text,
}

/// A document that says how figures are computed and judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MethodDocument)]
pub struct Method {
    pub certainty: Certainty,
    /// The document that it follows.
    pub document: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub groups: Vec<Group>,
    #[schema(min_items = 1, max_items = 200)]
    pub indicators: Vec<Indicator>,
    pub issuer_en: Text,
    pub issuer_zh: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub items: Vec<Item>,
    pub method: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub parameters: Vec<Parameter>,
    pub status: MethodStatus,
    pub title_en: Text,
    pub title_zh: Text,
    pub valid_from: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
    #[schema(minimum = 1)]
    pub version: u16,
}

impl Method {
    pub fn indicator(&self, name: &Name) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.indicator == *name)
    }
}
