//! What happened to mass balance accounts. None of it contributes a fact: inputs are deliveries,
//! which figures count already.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::CustodyModel;
use crate::domain::decimal::Decimal;
use crate::domain::id::{DeliveryId, FirmId, MassBalanceId, MaterialId, ParkId, SiteId};
use crate::domain::quantity::{Quantity, Sum};
use crate::domain::shapes::{Evidence, MaterialBrief, Term};
use crate::domain::text::Text;
use crate::domain::time::Day;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MassBalanceOpened {
    pub balance: MassBalanceId,
    /// Of the account before it; less than zero if that one was left short by a correction.
    pub carried: Sum,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<MassBalanceId>,
    pub conversion: Decimal,
    pub firm: FirmId,
    pub materials: Vec<MaterialId>,
    pub model: CustodyModel,
    pub park: ParkId,
    pub product: MaterialBrief,
    pub product_group: Text,
    pub site: SiteId,
    /// The first and the last day.
    pub term: Term,
}

/// A delivery that is qualifying input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookedInput {
    pub delivery: DeliveryId,
    /// All that was accepted of it.
    pub quantity: Quantity,
}

/// Deliveries are qualifying input, and of no other account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InputsBooked {
    pub balance: MassBalanceId,
    pub firm: FirmId,
    pub inputs: Vec<BookedInput>,
    pub park: ParkId,
    /// The site that they came from, if one only may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<SiteId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputClaimed {
    pub balance: MassBalanceId,
    pub day: Day,
    pub firm: FirmId,
    pub park: ParkId,
    pub quantity: Quantity,
    pub reference: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MassBalanceClosed {
    /// The stock that backs what is carried.
    pub backing: Sum,
    pub balance: MassBalanceId,
    pub carried: Sum,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Credit that no stock backs, and that ends here.
    pub expired: Sum,
    pub firm: FirmId,
    pub park: ParkId,
}
