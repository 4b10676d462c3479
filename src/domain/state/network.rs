//! What fell to a contract line of a network's loss.

use serde::{Deserialize, Serialize};

use crate::domain::decimal::Decimal;
use crate::domain::quantity::Quantity;
use crate::domain::text::Text;
use crate::domain::time::Month;

/// A contract line's share of what a network lost in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossOfMonth {
    pub line: u16,
    pub loss: Quantity,
    pub month: Month,
    pub network: Text,
    pub percent: Decimal,
    /// What reached the receiver of it.
    pub received: Quantity,
    /// Position of the record that has the whole balance.
    pub record: u64,
}
