//! Cyclicity: the spectral radius of a binary matrix.
//!
//! Invariant: it is computed for each strong component by itself, so a web without a cycle has
//! exactly 0, whatever long chains it has, and one whose cycles are apart exactly 1. Elsewhere the
//! answer lies between two proven bounds (Collatz and Wielandt) that are as close as floats allow.

#![expect(clippy::float_arithmetic, reason = "eigenvalues have no exact form")]

use crate::statistics::network::graph::Web;

/// How far the bounds may be apart, relative to the value.
const CLOSE: f64 = 1e-13;

/// Rounds after which the bounds' middle must do.
const ROUNDS: usize = 200_000;

pub(super) fn radius(web: &Web) -> f64 {
    web.components.iter().map(|nodes| of_component(web, nodes)).fold(0.0, f64::max)
}

fn of_component(web: &Web, nodes: &[usize]) -> f64 {
    let place = |node: &usize| nodes.binary_search(node).ok();
    let rows: Vec<Vec<usize>> =
        nodes.iter().map(|node| web.next[*node].iter().filter_map(place).collect()).collect();
    let degree = rows[0].len();
    // Every node has as many links: a ring, or a complete web. Then the radius is that number.
    if rows.iter().all(|row| row.len() == degree) {
        return degree as f64;
    }
    // With a link of each node to itself the powers converge; it adds 1 to the radius.
    let mut vector = vec![1.0_f64; rows.len()];
    let mut middle = 0.0;
    for _ in 0..ROUNDS {
        let step = |(own, row): (usize, &Vec<usize>)| {
            vector[own] + row.iter().map(|other| vector[*other]).sum::<f64>()
        };
        let next: Vec<f64> = rows.iter().enumerate().map(step).collect();
        let ratios = next.iter().zip(&vector).map(|(new, old)| new / old);
        let (low, high) = ratios
            .fold((f64::INFINITY, 0.0_f64), |(low, high), ratio| (low.min(ratio), high.max(ratio)));
        middle = f64::midpoint(low, high);
        if high - low <= CLOSE * high {
            break;
        }
        let largest = next.iter().copied().fold(0.0, f64::max);
        vector = next.into_iter().map(|value| value / largest).collect();
    }
    middle - 1.0
}
