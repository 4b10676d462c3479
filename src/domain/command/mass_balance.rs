//! Commands about mass balance accounts: what a site may say of its output, by what came in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::id::{DeliveryId, MassBalanceId, MaterialId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::Evidence;
use crate::domain::text::Text;
use crate::domain::time::Month;

/// How qualifying material is kept apart (ISO 22095).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CustodyModel {
    /// Of one supplier, never mixed.
    IdentityPreserved,
    /// Mixed with other qualifying material only.
    Segregated,
    /// Mixed with any; the books keep the two apart.
    MassBalance,
}

/// Opens the mass balance account of a product group at a site, for one to three whole months. By
/// the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenMassBalance {
    pub balance: MassBalanceId,
    /// The account before it of the same site and group, which is closed: its credit is carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<MassBalanceId>,
    /// How much output a unit of qualifying input gives, as `0.92`.
    pub conversion: Decimal,
    pub from: Month,
    /// What qualifies when it comes in.
    #[schema(min_items = 1, max_items = 50)]
    pub materials: Vec<MaterialId>,
    pub model: CustodyModel,
    /// How many months.
    #[schema(minimum = 1, maximum = 3)]
    pub months: u8,
    /// What comes out.
    pub product: MaterialId,
    /// As the site names it, as `bricks`.
    pub product_group: Text,
    pub site: SiteId,
}

/// Books accepted deliveries as qualifying input: all that was accepted of each. By the site's
/// firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookInputs {
    pub balance: MassBalanceId,
    #[schema(min_items = 1, max_items = 100)]
    pub deliveries: Vec<DeliveryId>,
}

/// Claims a quantity of the output as made of qualifying input. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimOutput {
    pub balance: MassBalanceId,
    pub quantity: Quantity,
    /// A lot, invoice or declaration; unique in the account.
    pub reference: Text,
}

/// Closes an account whose months are over. What was not claimed is carried as far as stock of the
/// product backs it: of the product's stock account, else as counted. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseMassBalance {
    pub balance: MassBalanceId,
    /// Of the counted stock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    /// The product on hand at the end, where no stock account is kept of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<Quantity>,
}
