//! The rules, one file an aggregate: what `decide` refuses or answers, and what `evolve` leaves.

pub mod access;
pub mod claim;
pub mod contract;
pub mod delivery;
pub mod evidence;
pub mod facility;
pub mod factor;
pub mod hazard;
pub mod lookup;
pub mod market;
pub mod mass_balance;
pub mod method;
pub mod partner;
pub mod period;
pub mod permits;
pub mod procedure;
pub mod registry;
pub mod roster;
pub mod settlement;
pub mod statement;
pub mod stock;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
pub mod who;
