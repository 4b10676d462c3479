//! The ledger's clock: when a record was recorded.
//!
//! Invariant: each time is later than the one before, also across restarts. While the system's
//! clock can't be believed (it fell behind the last record, or jumped against the monotonic clock)
//! nothing is written: a time in the log can't be taken back.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::domain::time::UtcMicros;

/// How far the system's clock may fall behind the last record.
const BEHIND_US: i64 = 5_000_000;
/// How far it may jump against the monotonic clock.
const JUMP_US: i64 = 5 * 60 * 1_000_000;

pub struct Clock {
    last: UtcMicros,
    /// One reading of both clocks, against which later ones are held.
    anchor: (SystemTime, Instant),
    now: fn() -> SystemTime,
}

impl Clock {
    /// `last` is the time of the last record.
    pub fn after(last: Option<UtcMicros>) -> Clock {
        Clock::with(last, SystemTime::now)
    }

    fn with(last: Option<UtcMicros>, now: fn() -> SystemTime) -> Clock {
        Clock { last: last.unwrap_or(UtcMicros(0)), anchor: (now(), Instant::now()), now }
    }

    /// The system's time now, or why it is not to be believed.
    pub fn read(&mut self) -> Result<UtcMicros, &'static str> {
        let now = micros((self.now)());
        if now < self.last.0 - BEHIND_US {
            return Err("the system's clock is behind the last record; nothing is written until \
                        it has caught up");
        }
        let passed = i64::try_from(self.anchor.1.elapsed().as_micros()).unwrap_or(i64::MAX);
        let expected = micros(self.anchor.0).saturating_add(passed);
        if (now - expected).abs() > JUMP_US {
            return Err(
                "the system's clock jumped by minutes; nothing is written until it is set \
                        right or the ledger is started anew",
            );
        }
        // Slow drift, and a clock that is slewed, are followed.
        if passed > JUMP_US {
            self.anchor = ((self.now)(), Instant::now());
        }
        Ok(UtcMicros(now))
    }

    /// The time of the next record, given a reading or a demo's time.
    pub fn stamp(&mut self, reading: UtcMicros) -> UtcMicros {
        self.last = UtcMicros(reading.0.max(self.last.0 + 1));
        self.last
    }

    /// The time that [`Clock::stamp`] would give.
    pub fn peek(&self, reading: UtcMicros) -> UtcMicros {
        UtcMicros(reading.0.max(self.last.0 + 1))
    }

    /// The last time given; what a command that is taken back returns to.
    pub fn last(&self) -> UtcMicros {
        self.last
    }

    pub fn return_to(&mut self, last: UtcMicros) {
        self.last = last;
    }
}

fn micros(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    use super::*;

    static SHIFT_S: AtomicI64 = AtomicI64::new(0);

    fn shifted() -> SystemTime {
        let base = UNIX_EPOCH + Duration::from_secs(1_740_816_000);
        let shift = SHIFT_S.load(Ordering::Relaxed);
        let by = Duration::from_secs(shift.unsigned_abs());
        if shift < 0 { base - by } else { base + by }
    }

    #[test]
    fn times_increase_though_the_clock_runs_back_and_a_clock_far_off_stops_writing() {
        let mut clock = Clock::with(None, shifted);
        let first = clock.read().unwrap();
        let stamped = [clock.stamp(first), clock.stamp(first), clock.stamp(first)];
        assert!(stamped.is_sorted_by(|one, next| one < next));
        SHIFT_S.store(-4, Ordering::Relaxed);
        let back = clock.read().unwrap();
        assert!(clock.stamp(back) > stamped[2]);
        SHIFT_S.store(-6, Ordering::Relaxed);
        assert!(clock.read().is_err());
        SHIFT_S.store(301, Ordering::Relaxed);
        assert!(clock.read().is_err());
        SHIFT_S.store(1, Ordering::Relaxed);
        let on = clock.read().unwrap();
        assert_eq!(clock.stamp(on), on);
        let mut reopened = Clock::with(Some(UtcMicros(on.0 + 1_000_000)), shifted);
        let reading = reopened.read().unwrap();
        assert_eq!(reopened.stamp(reading).0, on.0 + 1_000_001);
    }
}
