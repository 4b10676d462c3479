//! Commands about lots: parts of a stock account that are set aside and keep what they are made of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::StockOrigin;
use crate::domain::confidential::{Confidential, Seal};
use crate::domain::id::{LotId, MaterialId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::text::Text;

/// Sets a part of what lies at a site aside as a lot. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormLot {
    /// What it consists of. Confidential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub composition: Option<Confidential<Text>>,
    pub lot: LotId,
    pub material: MaterialId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Of accepted deliveries the oldest give first what no lot has yet, as for a draw.
    pub origin: StockOrigin,
    /// At most what no lot has yet.
    pub quantity: Quantity,
    pub site: SiteId,
}

/// Makes one lot of several lots of an account, which end with it. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlendLots {
    /// What it consists of. Confidential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub composition: Option<Confidential<Text>>,
    /// The new one.
    pub lot: LotId,
    #[schema(min_items = 2, max_items = 20)]
    pub lots: Vec<LotId>,
    pub material: MaterialId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub site: SiteId,
}

/// Parts a lot: each new lot takes the oldest that is left in it. What none takes stays. By the
/// site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitLot {
    #[schema(min_items = 1, max_items = 20)]
    pub into: Vec<NewLot>,
    pub lot: LotId,
    pub material: MaterialId,
    pub site: SiteId,
}

/// A lot that is split off another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLot {
    pub lot: LotId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub quantity: Quantity,
}

/// Ends a lot; what is left of it lies in the account as if it had never been set aside. By the
/// site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DissolveLot {
    pub lot: LotId,
    pub material: MaterialId,
    pub site: SiteId,
}

impl FormLot {
    pub(super) fn seal(&mut self, seal: &mut Seal<'_>) {
        if let Some(composition) = &mut self.composition {
            composition.seal("/data/composition", seal);
        }
    }
}

impl BlendLots {
    pub(super) fn seal(&mut self, seal: &mut Seal<'_>) {
        if let Some(composition) = &mut self.composition {
            composition.seal("/data/composition", seal);
        }
    }
}
