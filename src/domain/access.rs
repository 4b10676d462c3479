//! Who may do what: one function for commands and one for reads, both total and table-tested.
//!
//! Invariant: nothing is allowed that is not named here. A key acts for the party that it was
//! issued to and for nobody else; which side of a contract a firm is on is the business of
//! `decide`.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{FirmId, KeyId, ParkId, SiteId};

/// What a key is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the ledger: registers parks and firms, issues keys. Sees no trade.
    LedgerKeeper,
    /// A park's administration.
    Park,
    /// A firm's desk: trades, declares, and reads what concerns the firm.
    Firm,
    /// A firm's scale or meter: records loads and readings, and nothing else.
    Weighbridge,
    /// Moves loads for a firm: records dispatch and receipt, and nothing else.
    Carrier,
    /// Checks a park's figures. Reads only.
    Verifier,
    /// Oversees parks. Reads only.
    Regulator,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::LedgerKeeper => "ledger_keeper",
            Role::Park => "park",
            Role::Firm => "firm",
            Role::Weighbridge => "weighbridge",
            Role::Carrier => "carrier",
            Role::Verifier => "verifier",
            Role::Regulator => "regulator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Who asks, as the key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub key: KeyId,
    pub role: Role,
    pub firm: Option<FirmId>,
    pub parks: Vec<ParkId>,
    pub site: Option<SiteId>,
}
