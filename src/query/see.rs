//! Who may see what: where answers meet the one function that decides it.

use crate::domain::access::{Principal, Role};
use crate::domain::id::{FirmId, ParkId};
use crate::query::concern::Concern;

/// What somebody wants to see.
#[derive(Clone, Debug)]
pub enum Sight {
    /// Names of parks; anyone may.
    Parks,
    /// Firms, sites, materials, lists of codes, listings: whoever has a key.
    Directory,
    /// Rows of what these firms do in these parks.
    Rows(Concern),
    /// HEADs of records that concern these parks.
    Heads(Vec<ParkId>),
    /// BODYs of records with these parties.
    Bodies(Concern),
    /// A park's figures and the facts behind them.
    Figures(ParkId),
    /// An access key, of a firm or of none.
    Key(Option<FirmId>),
}

/// Whether it may be seen.
pub fn may(who: Option<&Principal>, sight: &Sight) -> bool {
    if let Sight::Parks = sight {
        return true;
    }
    let Some(who) = who else { return false };
    let mandated = |parks: &[ParkId]| parks.iter().any(|park| who.parks.contains(park));
    let party = |firms: &[FirmId]| who.firm.as_ref().is_some_and(|firm| firms.contains(firm));
    match (sight, who.role) {
        (Sight::Parks | Sight::Directory, _) => true,
        (Sight::Rows(concern), Role::Firm) => party(&concern.firms),
        (Sight::Rows(concern), Role::Park | Role::Verifier | Role::Regulator) => {
            mandated(&concern.parks)
        }
        (Sight::Bodies(concern), Role::Firm) => party(&concern.firms),
        (Sight::Bodies(concern), Role::Verifier | Role::Regulator) => mandated(&concern.parks),
        (Sight::Heads(parks), Role::Verifier | Role::Regulator) => mandated(parks),
        (Sight::Figures(park), Role::Park | Role::Verifier | Role::Regulator) => {
            who.parks.contains(park)
        }
        (Sight::Key(_), Role::LedgerKeeper) => true,
        (Sight::Key(firm), Role::Firm) => firm.is_some() && *firm == who.firm,
        _ => false,
    }
}
