//! What firms declared of periods, and their closing. One record a declared figure.
//!
//! `day` is the last day of the period.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::Operation;
use crate::domain::command::EconomicMeasure;
use crate::domain::id::{FirmId, ParkId, ReturnId, SiteId};
use crate::domain::money::Money;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{MaterialBrief, Theme};
use crate::domain::time::{Day, Month};

/// Where and for when a figure is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    pub day: Day,
    pub firm: FirmId,
    pub park: ParkId,
    pub period: Month,
    #[serde(rename = "return")]
    pub return_id: ReturnId,
    pub site: SiteId,
}

/// The first record of a return; what it declares follows under the same command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnSubmitted {
    pub declared: Declared,
    pub themes: Vec<Theme>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerationDeclared {
    pub declared: Declared,
    /// It is what was left of by-products that came in: no fresh generation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_by_products: bool,
    pub material: MaterialBrief,
    pub method: Method,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnReuseDeclared {
    pub declared: Declared,
    pub material: MaterialBrief,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreshWaterDeclared {
    pub declared: Declared,
    pub method: Method,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecirculationDeclared {
    pub declared: Declared,
    pub method: Method,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockDeclared {
    pub declared: Declared,
    pub material: MaterialBrief,
    pub method: Method,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EconomicOutputDeclared {
    pub amount: Money,
    pub declared: Declared,
    pub measure: EconomicMeasure,
    pub price_year: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZeroActivityDeclared {
    pub declared: Declared,
    pub theme: Theme,
}

/// Followed, under the same command, by the count of the park's places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodClosed {
    pub park: ParkId,
    pub period: Month,
}

/// How many records of the log concern this park before this one: a verifier who holds all HEADs
/// of the park up to here, dense from 0, knows that none is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParkCounted {
    pub park: ParkId,
    pub period: Month,
    pub places: u64,
}
