//! Figures that were stated of items, one record each, and their withdrawal.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::id::{FirmId, ParkId, SiteId, StatementId};
use crate::domain::name::Name;
use crate::domain::quantity::Method;
use crate::domain::shapes::Evidence;
use crate::domain::stated_unit::ItemUnit;
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};

/// Where, for when and by whom a figure is stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// The last day of the period.
    pub day: Day,
    /// By the park for a site whose firm did not.
    pub filed_by_park: bool,
    /// Of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    pub park: ParkId,
    pub period: Period,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    pub statement: StatementId,
}

/// One figure of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureStated {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub item: Name,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_year: Option<u16>,
    pub stated: Stated,
    pub unit: ItemUnit,
    #[schema(value_type = String)]
    pub value: Decimal,
}

/// A figure that was taken back: its fact is that of the statement with the sign turned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureWithdrawn {
    pub item: Name,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_year: Option<u16>,
    pub reason: Text,
    pub stated: Stated,
    pub unit: ItemUnit,
    #[schema(value_type = String)]
    pub value: Decimal,
}
