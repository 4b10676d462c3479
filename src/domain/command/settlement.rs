//! Commands about what two firms settle of a contract: the sheet of a window, its signatures,
//! settled quantities, invoices and payments.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::confidential::{Confidential, Seal};
use crate::domain::id::{ContractId, DeliveryId};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::shapes::Evidence;
use crate::domain::text::Text;
use crate::domain::time::{Day, Month};

/// The sums of one line of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetLine {
    pub accepted: Quantity,
    pub dispatched: Quantity,
    pub line: u16,
    pub received: Quantity,
    /// What is to be paid for: the settled quantity where one was agreed, else the accepted one.
    pub settled: Quantity,
}

/// Signs the sheet of a window: how many deliveries it has and what each line sums up to, as the
/// signer has it before its eyes. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignSheet {
    pub contract: ContractId,
    /// How many.
    pub deliveries: u32,
    /// Every line that has a delivery in the window, in order.
    #[schema(max_items = 100)]
    pub lines: Vec<SheetLine>,
    /// The month in which the window ends.
    pub month: Month,
}

/// Opens the window that was settled last again, so that late deliveries are booked into it and
/// both sides sign anew. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestateWindow {
    pub contract: ContractId,
    pub month: Month,
    pub reason: Text,
}

/// Why another quantity is settled than the accepted one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SettledReason {
    Moisture,
    Impurities,
    /// An assay that came after acceptance.
    LateAssay,
    /// The two sides have agreed so.
    Agreed,
}

/// States what is settled of an accepted delivery. By either side, before its window is settled;
/// the signatures on the sheet confirm it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleQuantity {
    /// How it is reckoned, as `12 % of moisture, 8 % are agreed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduction: Option<Text>,
    pub delivery: DeliveryId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub quantity: Quantity,
    pub reason: SettledReason,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceKind {
    Invoice,
    /// Takes back a part of an invoice, or all of it.
    CreditNote,
}

/// Records an invoice for a window, or a credit note. By the side that is paid. What is due by the
/// contract's prices is computed by `compute_sheet_amount`; an invoice may be of another amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordInvoice {
    /// Confidential.
    #[schema(value_type = Money)]
    pub amount: Confidential<Money>,
    pub contract: ContractId,
    pub kind: InvoiceKind,
    pub month: Month,
    /// As printed on it; unique in the contract.
    pub number: Text,
    /// Of a credit note: the number of the invoice that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Text>,
}

/// Records that an invoice was paid, whole or in part. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPayment {
    /// Confidential.
    #[schema(value_type = Money)]
    pub amount: Confidential<Money>,
    pub contract: ContractId,
    /// The number of the invoice or credit note.
    pub invoice: Text,
    pub paid_on: Day,
}

impl RecordInvoice {
    pub(super) fn seal(&mut self, seal: &mut Seal<'_>) {
        self.amount.seal("/data/amount", seal);
    }
}

impl RecordPayment {
    pub(super) fn seal(&mut self, seal: &mut Seal<'_>) {
        self.amount.seal("/data/amount", seal);
    }
}
