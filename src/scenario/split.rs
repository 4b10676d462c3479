//! Cuts totals into parts that add up to them exactly, in whole steps of a scale.

use crate::scenario::random::Random;

/// By how many thousandths of a load two neighbouring loads may differ from the average.
const UNEVENNESS: i64 = 40;

/// Parts in proportion to the weights, each a whole number of steps but for the last one that is
/// not empty, which takes what remains.
pub fn by_weights(total: i64, weights: &[u32], step: i64) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    assert!(whole > 0, "a plan has at least one month with a weight");
    let last = weights.iter().rposition(|&weight| weight > 0).expect("the weights add up to more");
    let (mut before, mut weight_so_far) = (0, 0);
    let part = |(place, &weight): (usize, &u32)| {
        weight_so_far += i128::from(weight);
        let exact = i128::from(total) * weight_so_far / whole;
        let exact = i64::try_from(exact).expect("no more than the total");
        let up_to = if place >= last { total } else { exact / step * step };
        let part = up_to - before;
        before = up_to;
        part
    };
    weights.iter().enumerate().map(part).collect()
}

/// Loads of about `nominal`, none empty, a little uneven, in whole steps but for the last one.
pub fn into_loads(total: i64, nominal: i64, step: i64, random: &mut Random) -> Vec<i64> {
    if total == 0 {
        return Vec::new();
    }
    let count = (total + nominal - 1) / nominal;
    let spread = total / count * UNEVENNESS / 2000;
    let mut before = 0;
    let load = |number: i64| {
        let even = i128::from(total) * i128::from(number) / i128::from(count);
        let even = i64::try_from(even).expect("no more than the total");
        let up_to = match number == count {
            true => total,
            false => (even + random.between(-spread, spread)) / step * step,
        };
        let load = up_to - before;
        before = up_to;
        load
    };
    (1..=count).map(load).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_follow_the_weights() {
        assert_eq!(by_weights(1000, &[1, 0, 1, 2], 1), [250, 0, 250, 500]);
        assert_eq!(by_weights(1000, &[1, 1, 1], 20), [320, 340, 340]);
        assert_eq!(by_weights(1005, &[1, 1, 0], 20), [500, 505, 0]);
        for total in 0..500 {
            let parts = by_weights(total, &[3, 0, 5, 7, 0], 10);
            assert_eq!((parts.iter().sum::<i64>(), parts[1], parts[4]), (total, 0, 0));
            assert!(parts.iter().all(|&part| part >= 0));
        }
    }

    #[test]
    fn loads_add_up_and_are_about_the_nominal_size() {
        let mut random = Random::new(1, "loads");
        for total in [1, 320, 32_000, 1_000_010, 40_000_000] {
            let loads = into_loads(total, 32_000, 20, &mut random);
            assert_eq!(loads.iter().sum::<i64>(), total);
            assert!(loads.iter().all(|&load| 0 < load && load <= 33_400), "{loads:?}");
        }
        assert!(into_loads(0, 32_000, 20, &mut random).is_empty());
    }
}
