//! Statistics of a park's web: what its links, its cycles and its balanced flows tell.
//!
//! Invariant: structure is a function of who gives to whom alone, flow figures of one system in one
//! unit that balances; a system that does not is refused by a stable code. Formulas are those of
//! ecological network analysis (enaR), from which the tests' values come.

mod ascendency;
mod boundary;
mod cycles;
mod flow;
mod fold;
#[cfg(test)]
mod fold_tests;
mod graph;
mod large;
mod number;
mod spectral;
#[cfg(test)]
mod tests;
mod told;

use serde::Serialize;
use utoipa::ToSchema;

pub use ascendency::Ascendency;
pub use boundary::{
    Addable, BoundaryItem, BoundarySide, BoundarySource, FlowFigures, FlowsCode, FlowsRefused,
};
pub use cycles::MOST as CYCLES_MOST;
pub use flow::{EXACT_MOST, System, TOLERANCE};
pub use fold::{NetworkFold, NetworkParameters, STATED_ITEMS};
pub use graph::Web;
pub use number::Number;
pub use told::{
    Dependency, DependencyShare, NetworkFigures, NetworkLink, ReceiverSuppliers, SupplyShare,
    Vulnerability,
};

/// What the binary web tells. What is undefined is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NetworkStructure)]
pub struct Structure {
    /// L/S^2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connectance: Option<Number>,
    /// L/(S(S-1)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connectance_without_self: Option<Number>,
    /// Linked pairs by all pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connectance_undirected: Option<Number>,
    /// Simple cycles; [`CYCLES_MOST`] if there are more.
    pub cycles: u64,
    /// There are more cycles than were counted.
    pub cycles_more: bool,
    /// The spectral radius.
    pub cyclicity: Number,
    /// Links by receivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generalisation: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_density: Option<Number>,
    /// L: linked pairs, whatever goes from one to the other.
    pub links: u64,
    /// S: entities with links.
    pub nodes: u64,
    /// Suppliers by receivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prey_per_predator: Option<Number>,
    /// Receivers with one supplier by receivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specialised: Option<Number>,
    /// Strong components of two nodes or more.
    pub strong_components: u64,
    /// Links by suppliers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vulnerability: Option<Number>,
}

pub fn structure(web: &Web) -> Structure {
    let (nodes, links) = (web.nodes() as i128, web.links() as i128);
    let mut suppliers_of = vec![0_u64; web.nodes()];
    web.pairs().for_each(|(_, to)| suppliers_of[to] += 1);
    let receivers = suppliers_of.iter().filter(|count| **count > 0).count() as i128;
    let special = suppliers_of.iter().filter(|count| **count == 1).count() as i128;
    let suppliers = web.next.iter().filter(|next| !next.is_empty()).count() as i128;
    let both = |(from, to): &(usize, usize)| web.next[*to].binary_search(from).is_ok();
    let mutual = web.pairs().filter(|(from, to)| from < to && both(&(*from, *to))).count() as i128;
    let found = cycles::count(web);
    let strong = web.components.iter().filter(|nodes| nodes.len() > 1).count() as u64;
    Structure {
        connectance: Number::ratio(links, nodes * nodes, "1"),
        connectance_without_self: Number::ratio(links, nodes * (nodes - 1), "1"),
        connectance_undirected: Number::ratio(2 * (links - mutual), nodes * (nodes - 1), "1"),
        cycles: found.min(CYCLES_MOST),
        cycles_more: found > CYCLES_MOST,
        cyclicity: Number::of(spectral::radius(web), "1"),
        generalisation: Number::ratio(links, receivers, "links per receiver"),
        link_density: Number::ratio(links, nodes, "links per node"),
        links: web.links() as u64,
        nodes: web.nodes() as u64,
        prey_per_predator: Number::ratio(suppliers, receivers, "suppliers per receiver"),
        specialised: Number::ratio(special, receivers, "1"),
        strong_components: strong,
        vulnerability: Number::ratio(links, suppliers, "links per supplier"),
    }
}

/// Why nothing is told of flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// What comes in at a node and what leaves it are further apart than one part in
    /// [`TOLERANCE`]; in base units, positive where too little leaves.
    NetworkUnbalanced { node: usize, imbalance: i128 },
    /// Nothing flows.
    NetworkEmpty,
}

/// What balanced flows tell; totals in base units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    pub ascendency: Option<Ascendency>,
    /// Finn's cycling index; none where the linear equations have no one solution.
    pub cycling_index: Option<Number>,
    /// Solved in fractions; else in floats, as of components beyond [`EXACT_MOST`] nodes.
    pub is_exact: bool,
    pub path_length: Option<Number>,
    /// TSTp.
    pub total_flow: i128,
    /// TST.
    pub total_throughflow: i128,
}

/// With the base units that make one of `unit`, in which the ascendency is told.
pub fn flows(system: &System, base_units: u32, unit: &'static str) -> Result<Flows, Refused> {
    if let Some((node, imbalance)) = system.unbalanced() {
        return Err(Refused::NetworkUnbalanced { node, imbalance });
    }
    if system.total_throughflow() == 0 {
        return Err(Refused::NetworkEmpty);
    }
    let cycling = system.cycling();
    Ok(Flows {
        ascendency: ascendency::ascendency(system, base_units.into(), unit),
        is_exact: cycling.as_ref().is_some_and(|(_, is_exact)| *is_exact),
        cycling_index: cycling.map(|(index, _)| index),
        path_length: system.path_length(),
        total_flow: system.total(),
        total_throughflow: system.total_throughflow(),
    })
}
