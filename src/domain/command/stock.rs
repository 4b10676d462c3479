//! Commands about what lies at a site: its stock accounts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::Operation;
use crate::domain::id::{LotId, MaterialId, SiteId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::Evidence;
use crate::domain::text::Text;

/// Opens the account of a material at a site with what lies there. From then on the account
/// follows the site's loads by itself. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenStock {
    #[schema(min_items = 1, max_items = 10)]
    pub evidence: Vec<Evidence>,
    pub material: MaterialId,
    pub method: Method,
    /// On hand when this is recorded. What was recorded before is in it, and so is what is recorded
    /// later of an earlier day.
    pub quantity: Quantity,
    pub site: SiteId,
}

/// A production has put more on the pile. By the site's firm. The month's return declares the
/// month's generation all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordGeneration {
    pub material: MaterialId,
    pub method: Method,
    pub quantity: Quantity,
    pub site: SiteId,
}

/// Takes from the pile to use or to dispose of at the site; never more than is on hand. By the
/// site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawStock {
    /// The lot that it is taken of: its oldest first, whether it is own material or was
    /// accepted. What is in a lot is taken of no other way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    pub material: MaterialId,
    /// Of own material; what was accepted was measured when it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// A recovery (R) or a disposal (D).
    pub operation: Operation,
    /// Needed where no lot is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<StockOrigin>,
    /// What it becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Text>,
    pub quantity: Quantity,
    pub site: SiteId,
}

/// Whose material is drawn.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StockOrigin {
    /// The firm's own generation: its use is reuse on site, never inter-firm.
    Generated,
    /// Deliveries that were accepted while the account was open, the oldest first: each is used or
    /// disposed of as by `use_delivery` or `dispose_delivery`.
    Accepted,
}

/// What lies there was counted or surveyed; the difference to the account is booked. By the site's
/// firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountStock {
    /// Why the count differs, if it does.
    pub cause: StockCause,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    pub material: MaterialId,
    pub method: Method,
    /// What lies there.
    pub quantity: Quantity,
    pub site: SiteId,
}

/// Corrects the account without a count. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustStock {
    pub cause: StockCause,
    pub direction: StockDirection,
    #[schema(min_items = 1, max_items = 10)]
    pub evidence: Vec<Evidence>,
    /// The lot that it is of. A gain of a lot is a part of it that no delivery accounts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    pub material: MaterialId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub quantity: Quantity,
    pub site: SiteId,
}

/// A part of the pile is gone without having been used or disposed of. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordLoss {
    pub cause: StockCause,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    /// The lot that it is of: its oldest is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    pub material: MaterialId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub quantity: Quantity,
    pub site: SiteId,
}

/// Why there is more or less than the account says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StockCause {
    /// It dried, or became wet.
    Moisture,
    /// Scales, meters or surveys differ.
    Measuring,
    Theft,
    Spill,
    Other,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StockDirection {
    /// There is more than the account says.
    Gain,
    /// There is less.
    Loss,
}
