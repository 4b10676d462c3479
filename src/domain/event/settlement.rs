//! What happened to the settlement of contracts. None of it contributes a fact: a tonne is counted
//! once, by its acceptance, whatever is paid for it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::{InvoiceKind, SettledReason, SheetLine};
use crate::domain::confidential::{Confidential, Sealed};
use crate::domain::event::{Exchange, Side};
use crate::domain::id::{ContractId, ParkId};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{Evidence, Term};
use crate::domain::text::Text;
use crate::domain::time::{Day, Month};

/// A side stands for the numbers of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetSigned {
    pub contract: ContractId,
    /// How many.
    pub deliveries: u32,
    pub lines: Vec<SheetLine>,
    /// The month in which the window ends.
    pub month: Month,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub side: Side,
    /// First and last day.
    pub window: Term,
}

/// Both sides stand for the same numbers. What comes late is booked into the next window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowSettled {
    pub contract: ContractId,
    pub month: Month,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub window: Term,
}

/// The window is open again, and its signatures count no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowRestated {
    pub contract: ContractId,
    pub month: Month,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
    pub reason: Text,
    pub side: Side,
    pub window: Term,
}

/// Another quantity than the accepted one is to be settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuantitySettled {
    pub by: Side,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduction: Option<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub exchange: Exchange,
    pub quantity: Quantity,
    pub reason: SettledReason,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceRecorded {
    #[schema(value_type = Sealed)]
    pub amount: Confidential<Money>,
    /// The side that is paid.
    pub by: Side,
    pub contract: ContractId,
    pub kind: InvoiceKind,
    pub month: Month,
    pub number: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Text>,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRecorded {
    #[schema(value_type = Sealed)]
    pub amount: Confidential<Money>,
    /// Who says so.
    pub by: Side,
    pub contract: ContractId,
    pub invoice: Text,
    pub paid_on: Day,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
}
