//! The cycled part of a large strong component, in floats.

#![expect(clippy::float_arithmetic, reason = "exact determinants would take too long")]

use crate::statistics::network::number::Number;

/// The sum over nodes of throughflow less one over the inverse's diagonal; none if there is no
/// inverse. The matrix is diagonally dominant, so no pivots need to be chosen.
#[expect(clippy::needless_range_loop, reason = "rows and columns are indexed alike")]
pub(super) fn cycled(matrix: &[Vec<i128>]) -> Option<f64> {
    let size = matrix.len();
    let scale = matrix.iter().enumerate().map(|(own, row)| row[own]).max()? as f64;
    let mut rows: Vec<Vec<f64>> = matrix
        .iter()
        .enumerate()
        .map(|(own, row)| {
            let unit = (0..size).map(|column| f64::from(u8::from(column == own)));
            row.iter().map(|entry| *entry as f64 / scale).chain(unit).collect()
        })
        .collect();
    for pivot in 0..size {
        let value = rows[pivot][pivot];
        if value.abs() < 1e-12 {
            return None;
        }
        rows[pivot].iter_mut().for_each(|entry| *entry /= value);
        let pivoted = rows[pivot].clone();
        for row in 0..size {
            let factor = rows[row][pivot];
            if row != pivot && factor != 0.0 {
                rows[row].iter_mut().zip(&pivoted).for_each(|(entry, by)| *entry -= factor * by);
            }
        }
    }
    let part = |own: usize| matrix[own][own] as f64 - scale / rows[own][size + own];
    Some((0..size).map(part).sum())
}

/// The cycled parts of a network's components as a share of all throughflow.
pub(super) fn share(parts: &[f64], total: i128) -> Number {
    Number::of(parts.iter().sum::<f64>() / total as f64, "1")
}
