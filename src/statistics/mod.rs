//! Figures as formulas over sums of facts.
//!
//! Invariant: a figure is a function of a list of facts and of parameters that are printed with it.
//! So its explanation is that list, and "as of position P" is the same function of the facts below
//! P. Arithmetic is exact to the end; rounding happens in print.

pub mod avoided;
pub mod chertow;
pub mod exchange;
pub mod levers;
pub mod method;
pub mod network;
mod percent;

pub use percent::Percent;

use crate::domain::fact::{Fact, FactUnit};
use crate::domain::quantity::Sum;

/// The amount of a fact of matter or energy, with its dimension and basis; none of money.
fn physical(fact: &Fact) -> Option<Sum> {
    match fact.unit {
        FactUnit::Physical(dimension, basis) => Some(
            Sum::new(fact.amount.into(), dimension, basis).expect("a fact's amount is bounded"),
        ),
        FactUnit::Money(..) | FactUnit::Stated(_) | FactUnit::Nothing => None,
    }
}

/// Adds where both are of one dimension and basis, which the caller's grouping makes sure of.
fn add(sum: &mut Sum, other: &Sum) {
    *sum = sum.checked_add(other).expect("a group holds alike facts, and fewer than overflow");
}
