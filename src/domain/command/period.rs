//! Commands about periods: what a firm declares of one, and its closing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::Operation;
use crate::domain::id::{MaterialId, ParkId, ReturnId, SiteId};
use crate::domain::money::Money;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{Stated, Theme};
use crate::domain::time::Month;

/// A site's period declaration (申报). A theme with nothing to tell is declared as zero activity;
/// what is not declared is unknown. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitReturn {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub economic_output: Option<EconomicOutput>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_water: Option<Stated>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    pub generation: Vec<Generation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    pub own_reuse: Vec<OwnReuse>,
    pub period: Month,
    /// Water that went round once more, each pass counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recirculation: Option<Stated>,
    #[serde(rename = "return")]
    pub return_id: ReturnId,
    pub site: SiteId,
    /// On hand at the period's end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    pub stock: Vec<MaterialAmount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 6)]
    pub zero_activity: Vec<Theme>,
}

/// An amount of a material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialAmount {
    pub material: MaterialId,
    pub method: Method,
    pub quantity: Quantity,
}

/// An amount of a material that was generated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// It is what was left of by-products that came in, as ash of a fuel that was one: no fresh
    /// generation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_by_products: bool,
    pub material: MaterialId,
    pub method: Method,
    pub quantity: Quantity,
}

/// A material that the firm uses itself, at the same site: never inter-firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnReuse {
    pub material: MaterialId,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    pub quantity: Quantity,
}

/// Output or value added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EconomicOutput {
    pub amount: Money,
    pub measure: EconomicMeasure,
    /// Whose prices it is stated in.
    pub price_year: u16,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EconomicMeasure {
    GrossOutput,
    ValueAdded,
}

/// Closes a month of a park. By the park or the ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosePeriod {
    pub park: ParkId,
    pub period: Month,
}
