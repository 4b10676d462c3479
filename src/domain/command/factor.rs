//! Commands about avoided burdens: factors, what would have become of a material, distances.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::factor::FactorSet;
use crate::domain::id::ContractId;
use crate::domain::shapes::{BaselineFate, Evidence};
use crate::domain::text::Text;
use crate::domain::time::Day;

/// Publishes a version of a set of factors. By the ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishFactors {
    pub document: FactorSet,
}

/// Takes a version of a set of factors out of use: nothing is reckoned with it unless its version
/// is asked for. By the ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawFactors {
    /// Set and version, as `example.1`.
    pub factors: Text,
    pub reason: Text,
}

/// Declares what would have become of a line's material without this contract, from a day on; it
/// takes the place of what the line says. By the supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclareBaseline {
    pub contract: ContractId,
    #[schema(min_items = 1, max_items = 10)]
    pub evidence: Vec<Evidence>,
    pub fate: BaselineFate,
    /// The first day for which it holds.
    pub from: Day,
    pub line: u16,
}

/// States how far the material is carried, from a day on. By either side; the last word holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateDistance {
    pub contract: ContractId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    /// The first day for which it holds.
    pub from: Day,
    /// Kilometres one way, as the load goes.
    #[schema(value_type = String)]
    pub km: Decimal,
}
