//! What happened to contracts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::{ContractKind, Window};
use crate::domain::confidential::{Confidential, Sealed};
use crate::domain::decimal::Decimal;
use crate::domain::id::{CallOffId, ContractId, ListingId, ParkId};
use crate::domain::money::Money;
use crate::domain::price::PriceFormula;
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{
    BaselineFate, Evidence, Grade, MaterialBrief, Party, PriceDirection, Term,
};
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::domain::unit::Unit;

/// A line's price, its amount or formula sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreedPrice {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Sealed>)]
    pub amount: Option<Confidential<Money>>,
    pub direction: PriceDirection,
    /// Instead of an amount; sealed as one value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Sealed>)]
    pub formula: Option<Confidential<PriceFormula>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Unit>,
}

/// A line with all that was left open filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreedLine {
    pub baseline_fate: BaselineFate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub line: u16,
    pub material: MaterialBrief,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<AgreedPrice>,
    pub quantity: Quantity,
    pub tolerance_percent: Decimal,
    pub window: Window,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractProposed {
    pub contract: ContractId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub kind: ContractKind,
    pub lines: Vec<AgreedLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<ListingId>,
    pub receiver: Party,
    /// The last day of each settlement window; windows are calendar months if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_day: Option<u8>,
    pub supplier: Party,
    pub term: Term,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Supplier,
    Receiver,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractConfirmed {
    pub contract: ContractId,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub side: Side,
}

/// Both sides have confirmed: it is in force for its term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractConcluded {
    pub contract: ContractId,
    /// On paper, as one side says: the other can't speak for itself yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractDeclined {
    pub contract: ContractId,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    pub side: Side,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractTerminated {
    pub contract: ContractId,
    pub last_day: Day,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub reason: Text,
    pub side: Side,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallOffPlaced {
    pub call_off: CallOffId,
    pub contract: ContractId,
    pub line: u16,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub quantity: Quantity,
    pub term: Term,
}

/// What was delivered before the contract came into this ledger; it contributes no fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BalanceOpened {
    pub by: Side,
    pub contract: ContractId,
    pub day: Day,
    pub evidence: Vec<Evidence>,
    pub line: u16,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub quantity: Quantity,
}
