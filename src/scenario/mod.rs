//! Shipped scenarios: small plans, expanded into the commands of a year in a park.
//!
//! Life of a scenario: its plan ([`plan`]) is read, what its commands say of places is gathered
//! ([`ground`]), each part tells its stories (methods, told commands, contracts, loads, meters,
//! returns, statements), and the stories are merged by the time at which they are recorded
//! ([`expand`]).
//!
//! Invariant: the same plan gives the same commands at the same times, byte for byte, and what is
//! accepted and used under it adds up to its totals exactly.

pub mod catalogues;
pub mod expand;
pub mod ground;
mod loads;
mod metered;
mod methods;
pub mod plan;
mod random;
mod returns;
mod split;
mod statements;
pub mod story;
mod told;
mod trade;

pub use expand::{Scenario, Steps};
pub use ground::Ground;
pub use plan::Plan;
pub use story::Step;

/// The plans that ship, as they are in `schemas/scenario/`. The first is the default.
const SHIPPED: &[&str] = &[
    include_str!("../../schemas/scenario/guigang.json"),
    include_str!("../../schemas/scenario/power-cement-brewery.json"),
    include_str!("../../schemas/scenario/caofeidian.json"),
    include_str!("../../schemas/scenario/yeji.json"),
    include_str!("../../schemas/scenario/suzhou.json"),
];

/// All shipped plans.
pub fn shipped() -> Vec<Plan> {
    let parse = |text: &&str| {
        serde_json::from_str(text).unwrap_or_else(|error| {
            panic!("a plan is part of this program and tested with it: {error}")
        })
    };
    SHIPPED.iter().map(parse).collect()
}

/// The shipped plan of that name.
pub fn find(name: &str) -> Option<Plan> {
    shipped().into_iter().find(|plan| plan.name == name)
}

#[cfg(test)]
mod tests;
