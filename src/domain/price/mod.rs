//! What a contract line's price comes to in a settlement window: a base price per unit, quality
//! adjustments, an index that moves a share of it, and what is due for less than the minimum.
//!
//! Invariant: everything is an exact fraction until the last step, where a total, and nothing else,
//! is rounded to the currency's smallest coin. So the lines of an answer add up to its totals
//! before rounding.

mod amount;
mod formula;
#[cfg(test)]
mod tests;
mod window;

pub use amount::{
    Assay, ExactMoney, Given, IndexValue, LinePrice, Load, PricedAdjustment, PricedLine,
    PricedLoad, PricedShortfall, PricedTotal, Shortfall, WindowAmount, amount,
};
pub use formula::{Change, IndexClause, PriceFormula, QualityAdjustment, Rounding, Side, Steps};
pub use window::{loads, shortfalls};
