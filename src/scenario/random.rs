//! A small generator of whole numbers, so that a plan with its seed always tells the same story.
//!
//! Invariant: its sequence never changes (a test holds its first numbers): the digests of expanded
//! scenarios depend on it. It is SplitMix64, and no source of secrets.

pub struct Random(u64);

impl Random {
    /// A generator of its own for each part of a plan, so that a new part leaves the others alone.
    pub fn new(seed: u64, part: &str) -> Random {
        // FNV-1a: any fixed way to spread names over seeds does.
        let spread = part.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Random(seed ^ spread)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included. The bias of a remainder is of no concern here.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        assert!(low <= high, "a plan's ranges begin before they end");
        let width = (high - low).unsigned_abs() + 1;
        low + i64::try_from(self.next() % width).expect("less than a width that came from an i64")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_splitmix64_of_seed_and_part() {
        // Published for seed 0.
        let mut plain = Random(0);
        let first = [plain.next(), plain.next(), plain.next()];
        assert_eq!(first, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
        assert_ne!(Random::new(1, "a").next(), Random::new(1, "b").next());
        assert_ne!(Random::new(1, "a").next(), Random::new(2, "a").next());
    }

    #[test]
    fn both_ends_of_a_range_are_reached_and_none_is_passed() {
        let mut random = Random::new(7, "range");
        let drawn: Vec<_> = (0..200).map(|_| random.between(-2, 2)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-2), Some(&2)));
        assert_eq!(random.between(5, 5), 5);
    }
}
