//! Who may do what: one function for commands and one for reads, both total and table-tested.
//!
//! Invariant: nothing is allowed that is not named here. A key acts for the party that it was
//! issued to and for nobody else; which side of a contract a firm is on is the business of
//! `decide`.

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

/// Who asks, as the key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub key: KeyId,
    pub role: Role,
    pub firm: Option<FirmId>,
    pub parks: Vec<ParkId>,
    pub site: Option<SiteId>,
}
