//! Receipts: one record's inclusion under one signed checkpoint, in one file that its holder keeps.
//!
//! Two receipts that contradict each other prove that the ledger showed two histories: what either
//! says of the tree is signed. They contradict each other where they know different hashes of the
//! same part of it.
//!
//! Invariant: nothing is concluded from a receipt that does not verify.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::merkle::inclusion::Part;
use crate::merkle::{Blake3, Hash, TreeHash, inclusion};
use crate::record::checkpoint::Checkpoint;
use crate::record::note::VerifierKey;
use crate::record::{Head, body_hash};

/// That a record stands in the log, as its holder keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// BODY, byte for byte as it is stored; absent if the key that asked may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The signed checkpoint, a C2SP signed note.
    pub checkpoint: String,
    /// HEAD, byte for byte as it is stored; absent if the key that asked may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// BLAKE3(0x00 || HEAD) in hex.
    #[schema(value_type = String)]
    pub leaf: Hash,
    /// RFC 6962's audit path to the checkpoint's root, from the leaf upwards, in hex.
    #[schema(value_type = Vec<String>)]
    pub path: Vec<Hash>,
    /// The record's 0-based place in the log.
    pub position: u64,
}

/// What two receipts know differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fork {
    /// The part of the tree: the records from this position on, ...
    pub first: u64,
    /// ... up to, but not including this one.
    pub end: u64,
    pub hashes: [Hash; 2],
}

impl Receipt {
    /// Whether a trusted key has signed a checkpoint under which the record stands, and the parts
    /// of it that are given are that record's. Answers the checkpoint.
    pub fn verify(&self, trusted: &[VerifierKey]) -> Result<Checkpoint, String> {
        let (checkpoint, _) = Checkpoint::open(self.checkpoint.as_bytes(), trusted)
            .map_err(|error| format!("the checkpoint is not believed: {error}"))?;
        let (size, root) = (checkpoint.size, checkpoint.root);
        inclusion::verify::<Blake3>(&self.leaf, self.position, size, &self.path, &root)
            .map_err(|error| format!("the path does not lead to the checkpoint's root: {error}"))?;
        let Some(head) = &self.head else {
            return match &self.body {
                None => Ok(checkpoint),
                Some(_) => Err("a BODY is given without the HEAD that names it".to_owned()),
            };
        };
        if Blake3::leaf(head.as_bytes()) != self.leaf {
            return Err("HEAD does not have the hash that was proven".to_owned());
        }
        let head: Head = serde_json::from_str(head).map_err(|error| format!("HEAD: {error}"))?;
        if head.position != self.position {
            let (says, proven) = (head.position, self.position);
            return Err(format!("HEAD says that it is at position {says}, not at {proven}"));
        }
        if self.body.as_ref().is_some_and(|body| body_hash(body.as_bytes()) != head.body) {
            return Err("BODY is not the one that HEAD names".to_owned());
        }
        Ok(checkpoint)
    }

    /// Every part of the tree of `checkpoint`, under which it verifies, that it knows the hash of:
    /// those that every longer log of the same history has too, and the whole.
    fn knows(&self, checkpoint: &Checkpoint) -> BTreeMap<Part, Hash> {
        let (size, whole) = (checkpoint.size, Part { first: 0, end: checkpoint.size });
        let mut known = inclusion::parts::<Blake3>(&self.leaf, self.position, size, &self.path);
        known.push((whole, checkpoint.root));
        known.into_iter().collect()
    }
}

/// What proves that two receipts are of two histories: both must verify, each under its checkpoint.
/// None does not say that they are of one.
pub fn fork(one: (&Receipt, &Checkpoint), two: (&Receipt, &Checkpoint)) -> Option<Fork> {
    if one.1.origin != two.1.origin {
        return None;
    }
    let others = two.0.knows(two.1);
    let forks = one.0.knows(one.1).into_iter().filter_map(|(part, hash)| {
        let other = *others.get(&part)?;
        let Part { first, end } = part;
        (other != hash).then_some(Fork { first, end, hashes: [hash, other] })
    });
    forks.min_by_key(|fork| fork.end - fork.first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::merkle::Table;
    use crate::record::note::NoteSigner;

    const ORIGIN: &str = "ledger.example/blake3";

    fn signer(seed: u8) -> NoteSigner {
        NoteSigner::from_seed(ORIGIN, &[seed; 32]).unwrap()
    }

    /// A receipt of a log whose leaves from `changed` on are others.
    fn receipt(position: u64, size: u64, changed: u64) -> Receipt {
        let leaf = |at: u64| Blake3::leaf(format!("{at} {}", at >= changed).as_bytes());
        let table = Table::<Blake3>::of((0..size).map(leaf).collect());
        let root = crate::merkle::root::<Blake3>(&(0..size).map(leaf).collect::<Vec<_>>());
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root };
        Receipt {
            body: None,
            checkpoint: checkpoint.sign(&[&signer(1)]).unwrap().to_string(),
            head: None,
            leaf: leaf(position),
            path: inclusion::prove::<Blake3, _>(&table, position, size).unwrap(),
            position,
        }
    }

    #[test]
    fn two_of_one_history_never_contradict_each_other() {
        let keys = [signer(1).verifier_key()];
        for (one, two) in [(3, 4), (9, 21), (8, 16), (21, 21)] {
            for at in 0..one {
                let a = receipt(at, one, u64::MAX);
                let under_a = a.verify(&keys).unwrap();
                for other in 0..two {
                    let b = receipt(other, two, u64::MAX);
                    let under_b = b.verify(&keys).unwrap();
                    assert_eq!(fork((&a, &under_a), (&b, &under_b)), None, "{at} {other}");
                }
            }
        }
    }

    #[test]
    fn two_histories_are_told_by_receipts_of_what_changed() {
        let keys = [signer(1).verifier_key()];
        let found = |one: &Receipt, two: &Receipt| {
            let (under_one, under_two) = (one.verify(&keys).unwrap(), two.verify(&keys).unwrap());
            fork((one, &under_one), (two, &under_two))
        };
        // A record that both stand beside; the same place; and a larger part that both know.
        let part = |fork: Option<Fork>| fork.map(|fork| (fork.first, fork.end));
        assert_eq!(part(found(&receipt(0, 9, 99), &receipt(1, 9, 8))), Some((8, 9)));
        assert_eq!(part(found(&receipt(5, 9, 99), &receipt(5, 21, 5))), Some((5, 6)));
        assert_eq!(part(found(&receipt(8, 9, 99), &receipt(3, 21, 3))), Some((0, 8)));
        // The same size has one root.
        let (one, two) = (receipt(8, 9, 99), receipt(8, 9, 7));
        assert_eq!(part(found(&one, &two)), Some((8, 9)));
        // What neither knows can't be told.
        assert_eq!(found(&receipt(8, 9, 99), &receipt(20, 21, 10)), None);
    }

    #[test]
    fn what_is_altered_does_not_verify() {
        let keys = [signer(1).verifier_key()];
        let whole = receipt(5, 9, 99);
        whole.verify(&keys).unwrap();
        assert!(whole.verify(&[signer(2).verifier_key()]).is_err());
        let other = receipt(5, 9, 3);
        let altered = [
            Receipt { leaf: other.leaf, ..whole.clone() },
            Receipt { path: other.path.clone(), ..whole.clone() },
            Receipt { position: 4, ..whole.clone() },
            Receipt { checkpoint: other.checkpoint, ..whole.clone() },
            Receipt { head: Some("{}".to_owned()), ..whole.clone() },
            Receipt { body: Some("{}".to_owned()), ..whole },
        ];
        for receipt in altered {
            assert!(receipt.verify(&keys).is_err(), "{receipt:?}");
        }
    }
}
