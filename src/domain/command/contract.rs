//! Commands about contracts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::confidential::Seal;
use crate::domain::decimal::Decimal;
use crate::domain::id::{CallOffId, ContractId, ListingId, MaterialId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{BaselineFate, Evidence, Grade, Price, Term};
use crate::domain::text::Text;
use crate::domain::time::Day;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ContractKind {
    /// One quantity, delivered within the term.
    Spot,
    /// A frame that is called off in parts.
    Framework,
    /// The same quantity in every window of the term.
    Recurring,
}

/// The span for which a line's quantity, minimum and tolerance hold.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    Term,
    Month,
    Year,
}

/// One material of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractLine {
    pub baseline_fate: BaselineFate,
    /// Required at the receiver's inlet; of utilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// 1, 2, 3 …
    #[schema(minimum = 1, maximum = 999)]
    pub line: u16,
    pub material: MaterialId,
    /// Taken or paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Per window.
    pub quantity: Quantity,
    /// Percent of `quantity` that may be delivered on top, and by which received and dispatched may
    /// differ. 0.3 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_percent: Option<Decimal>,
    /// `term` if absent; a recurring contract names `month` or `year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// Proposes a contract; the proposer's own confirmation is part of it. By either side's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeContract {
    pub contract: ContractId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub kind: ContractKind,
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<ContractLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<ListingId>,
    pub receiver: SiteId,
    /// The last day of each settlement window, as 25 for windows from the 26th to the 25th. Windows
    /// are calendar months if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 28)]
    pub settlement_day: Option<u8>,
    pub supplier: SiteId,
    pub term: Term,
}

impl ProposeContract {
    pub(super) fn seal(&mut self, seal: &mut Seal<'_>) {
        for (place, line) in self.lines.iter_mut().enumerate() {
            let Some(price) = line.price.as_mut() else { continue };
            if let Some(amount) = price.amount.as_mut() {
                amount.seal(&format!("/data/lines/{place}/price/amount"), seal);
            }
            if let Some(formula) = price.formula.as_mut() {
                formula.seal(&format!("/data/lines/{place}/price/formula"), seal);
            }
        }
    }
}

/// By the side that has not confirmed yet. With both, the contract is concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmContract {
    pub contract: ContractId,
}

/// By either side, before it is concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineContract {
    pub contract: ContractId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// Ends a concluded contract before its term. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminateContract {
    pub contract: ContractId,
    /// The last day on which it is in force.
    pub last_day: Day,
    pub reason: Text,
}

/// Calls off a part of a framework contract. By the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceCallOff {
    pub call_off: CallOffId,
    pub contract: ContractId,
    pub line: u16,
    pub quantity: Quantity,
    pub term: Term,
}

/// What was delivered under a contract line before it came into this ledger. It counts towards the
/// line's quantity, and in no figure. By either side, once a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBalance {
    pub contract: ContractId,
    /// Up to and with this day.
    pub day: Day,
    #[schema(min_items = 1, max_items = 10)]
    pub evidence: Vec<Evidence>,
    pub line: u16,
    /// What was accepted until then, in the window of that day.
    pub quantity: Quantity,
}
