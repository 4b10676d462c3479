//! Commands about statements: figures of items that no exchange gives.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::id::{ParkId, SiteId, StatementId};
use crate::domain::name::Name;
use crate::domain::quantity::Method;
use crate::domain::shapes::Evidence;
use crate::domain::stated_unit::ItemUnit;
use crate::domain::text::Text;
use crate::domain::time::Period;

/// States figures of a period: of a site by its firm, of the park as a whole by its administration.
/// A park may state for a site whose firm does not, with evidence. So are base years stated, which
/// lie before the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateFigures {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub evidence: Vec<Evidence>,
    #[schema(min_items = 1, max_items = 200)]
    pub figures: Vec<Figure>,
    pub park: ParkId,
    pub period: Period,
    /// The park as a whole if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    pub statement: StatementId,
}

/// A figure of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub item: Name,
    pub method: Method,
    /// Whose prices money is stated in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_year: Option<u16>,
    /// The item's own.
    pub unit: ItemUnit,
    #[schema(value_type = String)]
    pub value: Decimal,
}

/// Takes a statement back, so that it can be stated anew. By whoever stated it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawStatement {
    pub reason: Text,
    pub statement: StatementId,
}
