//! Who may read a file: whoever may see a document that links it.
//!
//! Invariant: a hash alone opens nothing. Without a link that this key may see, a file is answered
//! as if it were not there.

use crate::domain::access::{Action, Principal, Role, authorize};
use crate::domain::actor::Actor;
use crate::domain::digest::Digest;
use crate::domain::state::{AttachmentUse, Reader};
use crate::domain::states::States;

/// What a file is, for one of its readers.
pub fn readable<S: States>(states: &S, who: &Principal, hash: &Digest) -> Option<AttachmentUse> {
    let found = states.find::<AttachmentUse>(&hash.to_string())?;
    let has = |reader: Reader<'_>| states.exists::<AttachmentUse>(&AttachmentUse::id(hash, reader));
    let may = |action: &Action<'_>| authorize(Some(who), action).is_ok();
    let firms: Vec<_> = who.firm.iter().filter(|firm| has(Reader::Firm(firm))).cloned().collect();
    let parks: Vec<_> = who.parks.iter().filter(|park| has(Reader::Park(park))).cloned().collect();
    let of = |parks, firms, by| Action::ReadEvidence { parks, firms, by };
    // Without parks the question would be that of what is of the whole ledger.
    let is_shown = (!firms.is_empty() && may(&of(&who.parks, &firms, None)))
        || (!parks.is_empty() && may(&of(&parks, &[], None)))
        || (has(Reader::AnyPark) && may(&of(&[], &[], None)))
        || parties(who).iter().any(|by| has(Reader::By(by)) && may(&of(&parks, &firms, Some(by))));
    is_shown.then(|| found.state.clone())
}

/// For whom a key acts.
pub fn parties(who: &Principal) -> Vec<Actor> {
    match who.role {
        Role::LedgerKeeper => vec![Actor::Keeper],
        Role::Park => who.parks.iter().cloned().map(Actor::Park).collect(),
        Role::Firm | Role::Weighbridge | Role::Carrier | Role::Partner => {
            who.firm.iter().chain(&who.also).cloned().map(Actor::Firm).collect()
        }
        Role::Verifier | Role::Regulator => Vec::new(),
    }
}
