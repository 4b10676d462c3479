//! A price as a formula: what both sides have agreed a unit costs, given its quality and an index.
//!
//! Invariant: it is one value, and sealed as one. A step is more than zero, a share is at most the
//! whole, every amount is of the currency of the base price, a cap is of the kind that it caps, and
//! a limit lies on the side of its adjustment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::money::Money;
use crate::domain::shapes::AdjustmentSign;
use crate::domain::text::Text;
use crate::domain::value_error::ValueError;

/// The most adjustments of a formula.
pub const MAX_ADJUSTMENTS: usize = 20;

/// How a total is rounded to the smallest coin of its currency. Nothing before it is rounded.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    HalfAwayFromZero,
    HalfEven,
}

/// On which side of its basis a property changes the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = QualitySide)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Above,
    Below,
}

/// How the distance from a basis is counted in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = QualitySteps)]
#[serde(rename_all = "snake_case")]
pub enum Steps {
    /// Only whole steps count.
    Whole,
    /// A step that is begun counts as a whole one.
    Begun,
    /// Parts of a step count as parts.
    Proportional,
}

/// By how much the price of a unit changes: an amount, or percent of the base price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = PriceChange)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Money(Money),
    Percent(Decimal),
}

/// What the price of a unit is changed by for a property that lies beyond its basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityAdjustment {
    /// The value at which nothing changes.
    pub basis: Decimal,
    /// The most that it changes the price of a unit; of the same kind as `change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Change>,
    /// For each step.
    pub change: Change,
    pub direction: Side,
    /// As an assay calls it, as moisture_percent.
    pub property: Text,
    /// Beyond this value nothing is due for a delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_beyond: Option<Decimal>,
    /// Whether it makes a unit dearer or cheaper.
    pub sign: AdjustmentSign,
    pub step: Decimal,
    pub steps: Steps,
}

/// A share of the base price that moves with an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PriceIndex)]
#[serde(deny_unknown_fields)]
pub struct IndexClause {
    /// The index's value at which the price is the base price.
    pub base: Decimal,
    /// Its name, as both sides call it.
    pub index: Text,
    pub share_percent: Decimal,
}

/// A price as a formula; confidential as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Members", deny_unknown_fields)]
pub struct PriceFormula {
    /// Each is of the base price; they add up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub adjustments: Vec<QualityAdjustment>,
    /// For one unit, as `per` of the price says.
    pub base: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<IndexClause>,
    pub rounding: Rounding,
    /// Take or pay: what is paid for each unit that is missing to the line's minimum, in percent of
    /// the base price as the index has moved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortfall_percent: Option<Decimal>,
}

/// The same, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    #[serde(default)]
    adjustments: Vec<QualityAdjustment>,
    base: Money,
    #[serde(default)]
    index: Option<IndexClause>,
    rounding: Rounding,
    #[serde(default)]
    shortfall_percent: Option<Decimal>,
}

impl TryFrom<Members> for PriceFormula {
    type Error = ValueError;

    fn try_from(members: Members) -> Result<PriceFormula, ValueError> {
        let Members { adjustments, base, index, rounding, shortfall_percent } = members;
        if adjustments.len() > MAX_ADJUSTMENTS {
            return Err(bad(format!("a formula has at most {MAX_ADJUSTMENTS} adjustments")));
        }
        for one in &adjustments {
            check(one, &base)?;
        }
        if let Some(clause) = &index {
            share(&clause.share_percent, "share_percent of the index")?;
            positive(&clause.base, "the base of the index")?;
        }
        if let Some(percent) = &shortfall_percent {
            share(percent, "shortfall_percent")?;
        }
        Ok(PriceFormula { adjustments, base, index, rounding, shortfall_percent })
    }
}

fn bad(message: impl Into<String>) -> ValueError {
    ValueError::new("malformed_formula", message)
}

fn positive(value: &Decimal, what: &str) -> Result<(), ValueError> {
    if value.is_zero() || value.is_negative() {
        return Err(bad(format!("{what} is {value}; it is more than zero")));
    }
    Ok(())
}

fn share(percent: &Decimal, what: &str) -> Result<(), ValueError> {
    positive(percent, what)?;
    if *percent > Decimal::from(100) {
        return Err(bad(format!("{what} is {percent}; it is at most 100")));
    }
    Ok(())
}

fn check(one: &QualityAdjustment, base: &Money) -> Result<(), ValueError> {
    let property = &one.property;
    positive(&one.step, &format!("the step of {property}"))?;
    for change in [Some(&one.change), one.cap.as_ref()].into_iter().flatten() {
        match change {
            Change::Percent(percent) => share(percent, &format!("a change for {property}"))?,
            Change::Money(money) if money.currency() != base.currency() => {
                let currencies = (money.currency(), base.currency());
                let (own, other) = currencies;
                return Err(bad(format!("{property} is in {own} and the base price in {other}")));
            }
            Change::Money(money) => {
                positive(&money.amount(), &format!("a change for {property}"))?;
            }
        }
    }
    let alike = one.cap.is_none_or(|cap| {
        matches!(
            (cap, one.change),
            (Change::Money(_), Change::Money(_)) | (Change::Percent(_), Change::Percent(_))
        )
    });
    if !alike {
        return Err(bad(format!("the cap of {property} is of another kind than its change")));
    }
    let is_beyond = one.reject_beyond.is_none_or(|limit| match one.direction {
        Side::Above => limit.compare(&one.basis).is_ge(),
        Side::Below => limit.compare(&one.basis).is_le(),
    });
    if !is_beyond {
        return Err(bad(format!("the limit of {property} lies on the other side of its basis")));
    }
    Ok(())
}
