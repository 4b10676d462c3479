//! Why an indicator has no value, in answers.
//!
//! Invariant: what was not stated and what has no answer are told apart, and each reason stands
//! there once.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::Measure;
use crate::domain::name::Name;
use crate::domain::text::Text;
use crate::domain::time::Period;
use crate::statistics::method::{LeafOf, Missing, Undefined};

/// Something that was not stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The item's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_zh: Option<Text>,
    pub why: MissingWhy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingWhy {
    /// Nobody has stated it for the period.
    NotStated,
    /// It is stated for longer periods only.
    StatedForLonger,
    /// No base year is set.
    NoBaseYear,
    /// Fewer terms are known than count.
    TooFewTerms,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UndefinedWhy {
    ZeroDenominator,
    ZeroGrowth,
    MixedPrices,
    NoSpan,
    NegativeGrowth,
}

pub fn missings(missing: &[Missing]) -> Vec<MissingView> {
    let mut views = Vec::new();
    for one in missing {
        let of = |of: &LeafOf, period: Period, why| {
            let item = of.item();
            MissingView {
                item: item.map(|item| item.item.clone()),
                measure: item.is_none().then(|| of.measure()),
                period: Some(period),
                title_en: item.map(|item| item.title_en.clone()),
                title_zh: item.map(|item| item.title_zh.clone()),
                why,
            }
        };
        let none = |why| MissingView {
            item: None,
            measure: None,
            period: None,
            title_en: None,
            title_zh: None,
            why,
        };
        let view = match one {
            Missing::Leaf { of: leaf, period } => of(leaf, *period, MissingWhy::NotStated),
            Missing::ForLonger { of: leaf, period } => {
                of(leaf, *period, MissingWhy::StatedForLonger)
            }
            Missing::BaseYear => none(MissingWhy::NoBaseYear),
            Missing::Terms => none(MissingWhy::TooFewTerms),
        };
        if !views.contains(&view) {
            views.push(view);
        }
    }
    views
}

pub fn undefined_why(why: Undefined) -> UndefinedWhy {
    match why {
        Undefined::ZeroDenominator => UndefinedWhy::ZeroDenominator,
        Undefined::ZeroGrowth => UndefinedWhy::ZeroGrowth,
        Undefined::MixedPrices => UndefinedWhy::MixedPrices,
        Undefined::NoSpan => UndefinedWhy::NoSpan,
        Undefined::NegativeGrowth => UndefinedWhy::NegativeGrowth,
    }
}
