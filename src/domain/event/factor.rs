//! That factors were published and withdrawn, and what was said of a contract's baseline.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::event::Side;
use crate::domain::factor::FactorSet;
use crate::domain::id::{ContractId, ParkId};
use crate::domain::shapes::{BaselineFate, Evidence};
use crate::domain::text::Text;
use crate::domain::time::Day;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorsPublished {
    pub document: FactorSet,
    /// Set and version, as `example.1`.
    pub id: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorsWithdrawn {
    /// Set and version, as `example.1`.
    pub id: Text,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineDeclared {
    pub contract: ContractId,
    pub evidence: Vec<Evidence>,
    pub fate: BaselineFate,
    pub from: Day,
    pub line: u16,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DistanceStated {
    pub by: Side,
    pub contract: ContractId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub from: Day,
    #[schema(value_type = String)]
    pub km: Decimal,
    /// The parks of both sides, each once.
    pub parks: Vec<ParkId>,
}
