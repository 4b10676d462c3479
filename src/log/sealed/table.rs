//! Where each commitment's line stands: 64 bits of the commitment to a file and an offset.
//!
//! Commitments are salted hashes, so their first bytes are as good as random and nobody can aim at
//! one. Two that share them are still told apart, because the caller compares the line's own.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use crate::merkle::Hash;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub file: u32,
    pub offset: u32,
}

#[derive(Default)]
pub(super) struct Table {
    places: HashMap<u64, Place, BuildHasherDefault<AsItIs>>,
    /// Further places under a fingerprint that is taken. Expected to stay empty.
    collided: Vec<(u64, Place)>,
    files: Vec<(u32, Arc<File>)>,
}

impl Table {
    pub fn add_file(&mut self, number: u32, file: Arc<File>) {
        self.files.push((number, file));
    }

    pub fn insert(&mut self, commitment: &Hash, place: Place) {
        let fingerprint = fingerprint(commitment);
        if let Some(before) = self.places.insert(fingerprint, place) {
            self.collided.push((fingerprint, before));
        }
    }

    /// The places where the commitment's line may stand, newest first.
    pub fn candidates(&self, commitment: &Hash) -> Vec<(Place, Arc<File>)> {
        let fingerprint = fingerprint(commitment);
        let collided = self.collided.iter().filter(|(other, _)| *other == fingerprint);
        let places = self.places.get(&fingerprint).into_iter().chain(collided.map(|(_, p)| p));
        places
            .map(|place| {
                let known = self.files.binary_search_by_key(&place.file, |(number, _)| *number);
                let file = &self.files[known.expect("a place names a file that was added")].1;
                (*place, Arc::clone(file))
            })
            .collect()
    }
}

fn fingerprint(commitment: &Hash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = commitment.0;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// The fingerprint is a hash already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only 64-bit numbers are hashed here");
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn two_commitments_with_one_fingerprint_are_both_found() {
        let mut table = Table::default();
        let file = Arc::new(tempfile::tempfile().unwrap());
        table.add_file(3, file);
        let (mut a, mut b) = (Hash([1; 32]), Hash([1; 32]));
        (a.0[31], b.0[31]) = (2, 3);
        table.insert(&a, Place { file: 3, offset: 0 });
        table.insert(&b, Place { file: 3, offset: 90 });
        let places = table.candidates(&a).into_iter().map(|(place, _)| place.offset);
        assert_eq!(places.collect::<Vec<_>>(), [90, 0]);
        assert!(table.candidates(&Hash([2; 32])).is_empty());
    }
}
