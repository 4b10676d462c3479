//! Chance for tests that cut or kill at random moments.
//!
//! Invariant: the same numbers for the same seed, and a failure says with which seed it came.

use std::time::SystemTime;

/// SplitMix64.
pub struct Chance {
    /// The variable that repeats a run.
    variable: &'static str,
    seed: u64,
    state: u64,
}

impl Chance {
    /// With the seed in that variable of the environment, else with a new one.
    pub fn of(variable: &'static str) -> Chance {
        let given = std::env::var(variable).ok().map(|seed| seed.parse().unwrap());
        let seed = given.unwrap_or_else(|| {
            let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
            u64::from(since.subsec_nanos()) ^ since.as_secs()
        });
        Chance { variable, seed, state: seed }
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the moments come from {}={}", self.variable, self.seed);
        }
    }
}
