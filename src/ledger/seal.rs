//! Confidential members: replaced by commitments before a command is decided, and compared through
//! them when a command is asked again.
//!
//! Invariant: behind this file no value is in the clear. What is sealed for a command that is then
//! refused is taken back before the batch is written.

use std::collections::HashMap;

use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;

use crate::domain::command::Command;
use crate::domain::digest::Digest;
use crate::log::sealed::{Member, Sealed, SealedBatch, SealedError, commitment};
use crate::merkle::Hash;
use crate::record::command_hash;

/// Seals a command's confidential members into the batch, each with a fresh salt.
pub fn seal(command: &mut Command, batch: &mut SealedBatch, salts: &mut ChaCha20Rng) {
    let Command { actor, id, request, .. } = command;
    request.seal(&mut |pointer, value| {
        let mut salt = [0; 32];
        salts.fill_bytes(&mut salt);
        let (command, firm) = (id.as_str(), actor.as_str());
        Digest(batch.seal(&Member { command, firm, pointer, salt: &salt, value }).0)
    });
}

/// BLAKE3(0x04 || canonical command), of a command whose confidential members are sealed.
pub fn hash(command: &Command, buffer: &mut Vec<u8>) -> Hash {
    buffer.clear();
    serde_json::to_writer(&mut *buffer, command).expect("commands have string keys");
    command_hash(buffer)
}

/// Puts into a command that is asked again the commitments that were recorded for it, where its
/// values are those that were sealed then. Where one differs its commitment does too, and so the
/// command's hash. An erased value can't be compared: whatever is said now passes for it.
pub fn reseal(
    command: &mut Command,
    recorded: &[Hash],
    kept: &Sealed,
    batch: &SealedBatch,
) -> Result<(), SealedError> {
    let mut by_pointer = HashMap::new();
    for digest in recorded {
        let entry = match batch.find(digest) {
            Some(entry) => Some(entry),
            None => kept.find(digest)?,
        };
        if let Some(entry) = entry {
            by_pointer.insert(entry.pointer.clone(), (*digest, entry));
        }
    }
    let Command { id, request, .. } = command;
    request.seal(&mut |pointer, value| match by_pointer.get(pointer) {
        None => Digest([0; 32]),
        Some((digest, entry)) => match &entry.secret {
            None => Digest(digest.0),
            Some(secret) => Digest(commitment(&secret.salt, id.as_str(), pointer, value).0),
        },
    });
    Ok(())
}
