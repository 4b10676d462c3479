//! The roles of access keys, and who asks with one.
//!
//! Invariant: a principal has just the firm, site and parks that its key was issued for.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{FirmId, KeyId, ParkId, SiteId};
use crate::domain::state::Key;
use crate::domain::time::Day;

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
    /// Whoever holds a one-time link: sees what it asks and answers it, and nothing else.
    Partner,
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
            Role::Partner => "partner",
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
    /// Recorded counterparties that the firm was found to be: it acts for them as well.
    pub also: Vec<FirmId>,
}

impl Principal {
    /// Who asks with that key on that day; nobody with one that was ended or has expired. For whom
    /// its firm acts besides stands in the firm's state.
    pub fn of(key: &Key, today: Day) -> Option<Principal> {
        if key.revoked || key.expires.is_some_and(|last| last < today) {
            return None;
        }
        Some(Principal {
            key: key.key.clone(),
            role: key.role,
            firm: key.firm.clone(),
            parks: key.parks.clone(),
            site: key.site.clone(),
            also: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::digest::Digest;

    #[test]
    fn a_key_opens_until_its_last_day_unless_it_was_ended() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let mut key = Key {
            expires: Some(day("2025-03-31")),
            firm: Some("frm_a".parse().unwrap()),
            key: "key_a".parse().unwrap(),
            label: "desk".parse().unwrap(),
            link: None,
            parks: Vec::new(),
            revoked: false,
            role: Role::Firm,
            secret_hash: Digest([0; 32]),
            site: None,
        };
        assert_eq!(Principal::of(&key, day("2025-03-31")).unwrap().firm, key.firm);
        assert_eq!(Principal::of(&key, day("2025-04-01")), None);
        (key.expires, key.revoked) = (None, true);
        assert_eq!(Principal::of(&key, day("2025-03-31")), None);
    }

    #[test]
    fn a_role_s_word_is_that_of_json() {
        for role in [
            Role::LedgerKeeper,
            Role::Park,
            Role::Firm,
            Role::Weighbridge,
            Role::Carrier,
            Role::Partner,
            Role::Verifier,
            Role::Regulator,
        ] {
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
    }
}
