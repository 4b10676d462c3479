//! Commands about methods: their publication and withdrawal.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::method::Method;
use crate::domain::text::Text;

/// Publishes a version of a method, with the items that it defines. By the ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishMethod {
    pub document: Method,
}

/// Takes a version of a method out of use: it judges nothing any more, and what it has judged
/// stays. By the ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawMethod {
    /// Method and version, as `hj274.1`.
    pub method: Text,
    pub reason: Text,
}
