//! `record_network_balance`: a command about what a network lost between its outlet and its inlets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::id::{ContractId, DeliveryId, MeterId, ParkId};
use crate::domain::quantity::Quantity;
use crate::domain::text::Text;
use crate::domain::time::Month;

/// Shares a month's loss of a supplier's network by declared keys. By the supplier's park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordNetworkBalance {
    pub month: Month,
    /// Which network, as `low pressure steam main`.
    pub network: Text,
    #[schema(min_items = 1, max_items = 50)]
    pub outlets: Vec<Outlet>,
    pub park: ParkId,
    /// Of 4,000 deliveries at most, all together.
    #[schema(min_items = 1, max_items = 100)]
    pub shares: Vec<LossKey>,
}

/// What a meter at the supplier's outlet counted in the month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    pub meter: MeterId,
    pub quantity: Quantity,
}

/// How much of the loss falls to a contract line, and what reached its receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LossKey {
    pub contract: ContractId,
    /// The line's metered periods of the month, each once.
    #[schema(min_items = 1, max_items = 800)]
    pub deliveries: Vec<DeliveryId>,
    pub line: u16,
    /// All keys sum up to 100.
    pub percent: Decimal,
}
