//! That methods were published and withdrawn.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::method::Method;
use crate::domain::text::Text;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodPublished {
    pub document: Method,
    /// Method and version, as `hj274.1`.
    pub id: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodWithdrawn {
    /// Method and version, as `hj274.1`.
    pub id: Text,
    pub reason: Text,
}
