//! Ulanowicz's ascendency: how much of a network's capacity is organised.
//!
//! Over the matrix of flows with one row of inputs and one column of outputs. Exports and losses
//! are not told apart: facts do not tell them.

#![expect(clippy::float_arithmetic, reason = "logarithms have no exact form")]

use serde::Serialize;
use utoipa::ToSchema;

use crate::statistics::network::flow::System;
use crate::statistics::network::number::Number;

/// Information in bits, and its products with the total of all flows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ascendency {
    /// AMI: average mutual information.
    pub average_mutual_information: Number,
    /// ASC: all flows times AMI.
    pub ascendency: Number,
    /// CAP: all flows times H.
    pub capacity: Number,
    /// H: the diversity of flows.
    pub diversity: Number,
    /// A/C: the organised share.
    pub ratio: Number,
    /// -(A/C) ln(A/C).
    pub robustness: Number,
}

/// None without flows, or with one only: nothing is then to be organised.
pub(super) fn ascendency(system: &System, per_unit: f64, unit: &'static str) -> Option<Ascendency> {
    let nodes = system.inputs.len();
    let inputs = system.inputs.iter().enumerate().map(|(to, amount)| (nodes, to, *amount));
    let outputs = system.outputs.iter().enumerate().map(|(from, amount)| (from, nodes, *amount));
    let all = system.flows.iter().copied().chain(inputs).chain(outputs);
    let all: Vec<_> = all.filter(|(_, _, amount)| *amount > 0).collect();
    let (mut from, mut to) = (vec![0_i128; nodes + 1], vec![0_i128; nodes + 1]);
    for (supplier, receiver, amount) in &all {
        from[*supplier] += amount;
        to[*receiver] += amount;
    }
    let total = from.iter().sum::<i128>() as f64;
    let (mut diversity, mut mutual) = (0.0, 0.0);
    for (supplier, receiver, amount) in all {
        let amount = amount as f64;
        let share = amount / total;
        diversity -= share * share.log2();
        let expected = (from[supplier] as f64) * (to[receiver] as f64);
        mutual += share * (amount * total / expected).log2();
    }
    if diversity <= 0.0 {
        return None;
    }
    let ratio = mutual / diversity;
    let total = total / per_unit;
    Some(Ascendency {
        average_mutual_information: Number::of(mutual, "bit"),
        ascendency: Number::of(total * mutual, unit),
        capacity: Number::of(total * diversity, unit),
        diversity: Number::of(diversity, "bit"),
        ratio: Number::of(ratio, "1"),
        robustness: Number::of(-ratio * ratio.ln(), "1"),
    })
}
