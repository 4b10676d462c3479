//! Amounts with a unit, sums of them, and how they were come by.
//!
//! Invariant: amounts are integers of the dimension's base unit; unlike dimensions and unlike bases
//! never add.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod amount;
mod sum;

pub use amount::{MAX_AMOUNT, Quantity};
pub use sum::Sum;

/// The state that a quantity was measured in. Wet and dry tonnes of one sludge are not alike.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// As it lies on the truck, water included.
    Wet,
    /// Water taken off by a moisture test.
    Dry,
    /// As the meter counts it: water, steam, gas, heat, electricity.
    AsMetered,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Basis::Wet => "wet",
            Basis::Dry => "dry",
            Basis::AsMetered => "as_metered",
        })
    }
}

/// How a quantity was come by, from the strongest to the weakest.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// On a scale, with a ticket.
    Weighed,
    /// By a meter, with readings.
    Metered,
    /// From other measured figures.
    Calculated,
    Estimated,
    /// A firm's word.
    Declared,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Method::Weighed => "weighed",
            Method::Metered => "metered",
            Method::Calculated => "calculated",
            Method::Estimated => "estimated",
            Method::Declared => "declared",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn words_in_json_and_in_messages_are_the_same() {
        for basis in [Basis::Wet, Basis::Dry, Basis::AsMetered] {
            assert_eq!(serde_json::to_string(&basis).unwrap(), format!("\"{basis}\""));
        }
        let methods = [
            Method::Weighed,
            Method::Metered,
            Method::Calculated,
            Method::Estimated,
            Method::Declared,
        ];
        for method in methods {
            assert_eq!(serde_json::to_string(&method).unwrap(), format!("\"{method}\""));
        }
    }
}
