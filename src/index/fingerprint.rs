//! Which commands there are: 16 bytes each, in memory.
//!
//! Invariant: it only offers candidates. Two commands may share a fingerprint, so whoever asks
//! compares the record; but no command that was noted is ever missing.

use crate::merkle::plain;

/// Of the actor and the id that it chose. Stable for ever: it stands in rows.
pub fn fingerprint(actor: &str, id: &str) -> u64 {
    let mut name = [0; 160];
    let length = actor.len() + 1 + id.len();
    let hash = match name.get_mut(..length) {
        Some(name) => {
            name[..actor.len()].copy_from_slice(actor.as_bytes());
            name[actor.len() + 1..].copy_from_slice(id.as_bytes());
            plain(name)
        }
        None => plain([actor.as_bytes(), &[0], id.as_bytes()].concat().as_slice()),
    };
    let mut first = [0; 8];
    first.copy_from_slice(&hash.0[..8]);
    u64::from_le_bytes(first)
}

/// Open addressing; a slot is empty while its second number is 0.
#[derive(Default)]
pub struct Fingerprints {
    /// Fingerprint, and position plus one.
    slots: Vec<(u64, u64)>,
    used: usize,
}

impl Fingerprints {
    pub fn note(&mut self, fingerprint: u64, position: u64) {
        // Three quarters full at most.
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        self.put(fingerprint, position + 1);
    }

    /// Positions that may be those of the command, in ascending order.
    pub fn candidates(&self, fingerprint: u64) -> Vec<u64> {
        let mut found = Vec::new();
        if self.slots.is_empty() {
            return found;
        }
        let mut at = self.slot(fingerprint);
        while self.slots[at].1 != 0 {
            if self.slots[at].0 == fingerprint {
                found.push(self.slots[at].1 - 1);
            }
            at = (at + 1) % self.slots.len();
        }
        found.sort_unstable();
        found
    }

    fn slot(&self, fingerprint: u64) -> usize {
        // The length is a power of two, so this keeps the low bits, which are a hash's.
        fingerprint as usize & (self.slots.len() - 1)
    }

    fn put(&mut self, fingerprint: u64, value: u64) {
        let mut at = self.slot(fingerprint);
        while self.slots[at].1 != 0 {
            at = (at + 1) % self.slots.len();
        }
        self.slots[at] = (fingerprint, value);
        self.used += 1;
    }

    fn grow(&mut self) {
        let larger = (self.slots.len() * 2).max(1 << 10);
        let old = std::mem::replace(&mut self.slots, vec![(0, 0); larger]);
        self.used = 0;
        for (fingerprint, value) in old.into_iter().filter(|(_, value)| *value != 0) {
            self.put(fingerprint, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_found_and_shared_fingerprints_are_told_apart_by_position() {
        let mut table = Fingerprints::default();
        assert!(table.candidates(7).is_empty());
        for position in 0..10_000 {
            table.note(fingerprint("frm_a", &format!("cmd_{position}")), position);
        }
        table.note(7, 10_000);
        table.note(7, 10_001);
        for position in 0..10_000 {
            let name = fingerprint("frm_a", &format!("cmd_{position}"));
            assert_eq!(table.candidates(name), [position]);
        }
        assert_eq!(table.candidates(7), [10_000, 10_001]);
        assert!(table.candidates(fingerprint("frm_b", "cmd_1")).is_empty());
    }

    #[test]
    fn a_long_name_has_the_fingerprint_of_the_same_bytes() {
        let (actor, id) = ("a".repeat(100), "b".repeat(100));
        assert_eq!(fingerprint(&actor, &id), fingerprint(&actor, &id));
        assert_ne!(fingerprint("ab", "c"), fingerprint("a", "bc"));
        // Stands in rows: must never change.
        assert_eq!(fingerprint("frm_a", "cmd_1"), 0x0054_63da_e498_7261);
    }
}
