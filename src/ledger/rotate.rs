//! Replacing the signing key.
//!
//! Order: the next key is durable on disk; the log tells of it; a checkpoint that covers that
//! record is signed by both; the next key takes the place of the other. A crash in between leaves
//! both keys, and opening goes on from what the log tells.

use std::sync::PoisonError;
use std::time::Duration;

use crate::domain::event::{Event, KeyRotated};
use crate::ledger::keys;
use crate::ledger::open::{self, LedgerError};
use crate::ledger::shared::Shared;
use crate::record::note::{NoteSigner, VerifierKey};

pub fn rotate(shared: &Shared) -> Result<VerifierKey, LedgerError> {
    let next = NoteSigner::from_seed(&shared.origin, &keys::entropy()?)
        .map_err(|error| LedgerError::Origin(error.to_string()))?;
    let key = next.verifier_key();
    keys::write_next(&shared.keys_folder, &next)?;
    let signers = || shared.signers.lock().unwrap_or_else(PoisonError::into_inner);
    signers().push(next);
    let verifier_key = key.to_string().parse().expect("a verifier key is a short text");
    let position = open::record_own(shared, Event::from(KeyRotated { verifier_key }))?;
    shared.publisher.ring();
    while shared.checkpoint().is_none_or(|signed| signed.checkpoint.size <= position) {
        std::thread::sleep(Duration::from_millis(10));
    }
    keys::promote(&shared.keys_folder)?;
    signers().remove(0);
    Ok(key)
}
