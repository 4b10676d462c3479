//! Methods evaluated: indicators from sums of facts, and whether a park meets them.
//!
//! Invariant: a value is an exact rational number until it is printed, or unknown because something
//! was not stated, or undefined because mathematics has no answer: neither is ever a zero. What was
//! summed is kept, so every value opens down to its facts.

mod coverage;
mod evaluate;
mod ground;
mod growth;
mod index;
mod judge;
mod leaf;
#[cfg(test)]
mod shipped_tests;
mod taken;
#[cfg(test)]
mod tests;

pub use crate::domain::number::Number;
pub use coverage::{Coverage, DeclaredBy, Owed, Watch, declared_by, has_gap, measures, percent};
pub use evaluate::{Evaluated, Evaluation, Missing, Outcome, Undefined};
pub use ground::{Cell, Ground};
pub use judge::{Judged, Passed, Status, judge};
pub use leaf::{Leaf, LeafOf};
pub use taken::{Counting, Taken};
