//! What a network lost in a month. It contributes no fact: a tonne is counted once, where it was
//! received.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::Outlet;
use crate::domain::decimal::Decimal;
use crate::domain::id::{ContractId, DeliveryId, FirmId, ParkId};
use crate::domain::quantity::Quantity;
use crate::domain::text::Text;
use crate::domain::time::Month;

/// Loss is outlet less inlet, and the sum of the shares' losses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkBalanceRecorded {
    pub inlet: Quantity,
    pub loss: Quantity,
    pub month: Month,
    pub network: Text,
    pub outlet: Quantity,
    pub outlets: Vec<Outlet>,
    pub park: ParkId,
    pub shares: Vec<LossShare>,
    /// Whose network it is.
    pub supplier: FirmId,
}

/// What falls to a contract line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LossShare {
    pub contract: ContractId,
    pub deliveries: Vec<DeliveryId>,
    pub line: u16,
    pub loss: Quantity,
    pub percent: Decimal,
    pub received: Quantity,
}
