//! Many random lives of a log: appending, failing, losing power, being opened again.

use super::*;
use crate::log::fault::{Fault, Names};

/// A small generator, so that a seed that failed can be run again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// One life of five processes, each with its faults and its end.
fn live(seed: u64) {
    let chance = &mut Chance(seed);
    let (disk, mut story) = (FaultDisk::default(), Story::default());
    for _ in 0..5 {
        // A checkpoint lags behind, by nothing, something or everything.
        let covered = story.acknowledged - chance.below(story.acknowledged.min(12) + 1);
        let checkpoint = chance.pick(&[None, Some(covered)]);
        let batches: Vec<Vec<u32>> = (0..chance.below(8))
            .map(|_| (0..1 + chance.below(5)).map(|_| 1 + chance.below(6) as u32).collect())
            .collect();
        let batches: Vec<Shape<'_>> = batches.iter().map(Vec::as_slice).collect();
        let fault = chance.pick(&[Fault::Undone, Fault::Half, Fault::Done]);
        disk.fail_at(chance.below(70) as usize, fault);
        story.run(&disk, checkpoint, &batches);
        if chance.below(3) == 0 {
            disk.end_process();
        } else {
            let names = chance.pick(&[Names::Lost, Names::Kept]);
            let likely = chance.pick(&[0, 1, 2, 4]);
            disk.lose_power(names, |_, _| chance.below(4) < likely);
        }
    }
    let covered = story.acknowledged;
    assert!(story.run(&disk, Some(covered), &[&[1, 2]]), "seed {seed}");
}

#[test]
fn no_life_of_failures_and_power_losses_loses_an_acknowledged_record() {
    for seed in 0..300 {
        let lived = std::panic::catch_unwind(|| live(seed));
        assert!(lived.is_ok(), "seed {seed}");
    }
}
