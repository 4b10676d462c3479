//! The flows of a web of facts with their boundary: what comes into each entity from outside the
//! web, and what leaves it.
//!
//! Invariant: figures are told of one dimension and basis only; where facts are of several and none
//! was chosen, the refusal names them. Nothing is assumed unless that was asked, and then all of it
//! is listed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::quantity::{Basis, Sum};
use crate::domain::unit::Dimension;
use crate::statistics::network::ascendency::Ascendency;
use crate::statistics::network::flow::System;
use crate::statistics::network::fold::NetworkFold;
use crate::statistics::network::number::Number;
use crate::statistics::network::{Refused, flows};

/// Whether something comes in or leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundarySide {
    Input,
    Output,
}

/// How what crosses the boundary is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundarySource {
    /// Taken from, or delivered to, an entity of another park.
    OtherPark,
    /// Disposed of.
    Disposed,
    /// Stated by the site, of the items `network_input` and `network_output`. It says no basis, and
    /// is taken to be of the flows' one.
    Stated,
    /// Assumed, so that the system closes.
    Assumed,
}

/// What crosses the boundary at an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BoundaryItem {
    pub entity: String,
    pub quantity: Sum,
    pub side: BoundarySide,
    pub source: BoundarySource,
}

/// A dimension and the basis of its quantities, which alone add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Addable {
    pub basis: Basis,
    pub dimension: Dimension,
}

/// Why nothing is told of flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowsCode {
    /// The facts are of several dimensions or bases, and none was chosen.
    MixedUnits,
    /// Nothing flows.
    NetworkEmpty,
    /// What comes in at an entity and what leaves it are too far apart.
    NetworkUnbalanced,
}

/// Why nothing is told of flows, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlowsRefused {
    pub code: FlowsCode,
    pub detail: String,
    /// The entity that is furthest out of balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// What comes in there less what leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imbalance: Option<Sum>,
    /// What the facts are of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Addable>,
}

/// What balanced flows of one dimension and basis tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlowFigures {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ascendency: Option<Ascendency>,
    /// Finn's cycling index (FCI); absent where the linear equations have no one solution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycling_index: Option<Number>,
    /// The cycling index is solved in fractions; else in floats, as of large webs.
    pub is_exact: bool,
    /// Average path length (APL).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_length: Option<Number>,
    /// TSTp: inputs, flows and outputs.
    pub total_flow: Sum,
    /// TST.
    pub total_throughflow: Sum,
}

/// The figures or why there are none, and the boundary that they are of.
pub(super) struct Flowing {
    pub boundary: Vec<BoundaryItem>,
    pub figures: Result<FlowFigures, FlowsRefused>,
}

/// Facts add up to far less than a sum can hold.
pub(super) fn sum(amount: i128, of: Addable) -> Sum {
    Sum::new(amount, of.dimension, of.basis).expect("facts add up to less than a sum can hold")
}

pub(super) fn flowing(fold: &NetworkFold) -> Flowing {
    let units = units(fold);
    let one = match units.as_slice() {
        [one] => *one,
        [] => return refused(empty()),
        _ => return refused(mixed(units)),
    };
    let (names, mut system) = system(fold, one);
    let mut boundary = known_boundary(fold, one, &names);
    for item in &boundary {
        let place = names[&item.entity];
        let side = match item.side {
            BoundarySide::Input => &mut system.inputs,
            BoundarySide::Output => &mut system.outputs,
        };
        side[place] += item.quantity.amount();
    }
    let entities: Vec<&String> = names.keys().collect();
    if fold.parameters.close {
        let assumed = system.close().into_iter().map(|(place, lack)| BoundaryItem {
            entity: entities[place].clone(),
            quantity: sum(lack.abs(), one),
            side: if lack > 0 { BoundarySide::Input } else { BoundarySide::Output },
            source: BoundarySource::Assumed,
        });
        boundary.extend(assumed);
    }
    let unit = one.dimension.shown_in();
    let base = u32::try_from(unit.factor()).expect("a unit has fewer base units");
    let figures = flows(&system, base, bits(one.dimension)).map(|of| FlowFigures {
        ascendency: of.ascendency,
        cycling_index: of.cycling_index,
        is_exact: of.is_exact,
        path_length: of.path_length,
        total_flow: sum(of.total_flow, one),
        total_throughflow: sum(of.total_throughflow, one),
    });
    let figures = figures.map_err(|refused| match refused {
        Refused::NetworkEmpty => empty(),
        Refused::NetworkUnbalanced { node, imbalance } => {
            unbalanced(entities[node], sum(imbalance, one))
        }
    });
    Flowing { boundary, figures }
}

/// What the links are of.
fn units(fold: &NetworkFold) -> Vec<Addable> {
    let flowing = fold.links.iter().filter(|(_, link)| link.amount > 0);
    let of = flowing
        .map(|((_, _, dimension, basis), _)| Addable { basis: *basis, dimension: *dimension });
    of.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The entities with links of one dimension and basis, by their places, and the flows of these.
fn system(fold: &NetworkFold, one: Addable) -> (BTreeMap<String, usize>, System) {
    let wanted =
        |dimension: &Dimension, basis: &Basis| *dimension == one.dimension && *basis == one.basis;
    let links = fold
        .links
        .iter()
        .filter(|((_, _, dimension, basis), link)| link.amount > 0 && wanted(dimension, basis));
    let links: Vec<_> = links.collect();
    let ends = links.iter().flat_map(|((from, to, ..), _)| [from.clone(), to.clone()]);
    let names: BTreeSet<String> = ends.collect();
    let names: BTreeMap<String, usize> =
        names.into_iter().enumerate().map(|(place, name)| (name, place)).collect();
    let flows = links.iter().map(|((from, to, ..), link)| (names[from], names[to], link.amount));
    let (flows, nodes) = (flows.collect(), names.len());
    (names, System { flows, inputs: vec![0; nodes], outputs: vec![0; nodes] })
}

/// What facts say of the boundary of these entities; of an entity without links nothing is told.
fn known_boundary(
    fold: &NetworkFold,
    one: Addable,
    names: &BTreeMap<String, usize>,
) -> Vec<BoundaryItem> {
    let known = fold.boundary.iter().filter(|((entity, _, _, dimension, basis), amount)| {
        **amount > 0
            && names.contains_key(entity)
            && *dimension == one.dimension
            && basis.is_none_or(|basis| basis == one.basis)
    });
    let item = |((entity, side, source, ..), amount): (&(String, _, _, _, _), &i128)| {
        let (entity, quantity) = (entity.clone(), sum(*amount, one));
        BoundaryItem { entity, quantity, side: *side, source: *source }
    };
    known.map(item).collect()
}

fn refused(why: FlowsRefused) -> Flowing {
    Flowing { boundary: Vec::new(), figures: Err(why) }
}

fn empty() -> FlowsRefused {
    let detail = "nothing flows between entities under these parameters".to_owned();
    let code = FlowsCode::NetworkEmpty;
    FlowsRefused { code, detail, entity: None, imbalance: None, units: Vec::new() }
}

fn mixed(units: Vec<Addable>) -> FlowsRefused {
    let shown = |of: &Addable| format!("{} {}", of.dimension.shown_in(), of.basis);
    let shown: Vec<_> = units.iter().map(shown).collect();
    let detail = format!(
        "the facts are of {}, which never add; choose one by `dimension` and `basis`",
        shown.join(" and of ")
    );
    FlowsRefused { code: FlowsCode::MixedUnits, detail, entity: None, imbalance: None, units }
}

fn unbalanced(entity: &str, imbalance: Sum) -> FlowsRefused {
    let more = if imbalance.amount() > 0 { "leaves" } else { "comes in" };
    let (value, unit) = (imbalance.value(), imbalance.unit());
    let detail = format!(
        "at {entity} comes in less what leaves is {value} {unit}; state what else {more} as \
         `network_input` or `network_output`, or ask with `close=true` to have it assumed"
    );
    FlowsRefused {
        code: FlowsCode::NetworkUnbalanced,
        detail,
        entity: Some(entity.to_owned()),
        imbalance: Some(imbalance),
        units: Vec::new(),
    }
}

/// What an amount of a dimension times bits is in.
fn bits(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Mass => "TNE bit",
        Dimension::Volume => "MTQ bit",
        Dimension::NormalVolume => "NM3 bit",
        Dimension::StandardVolume => "SM3 bit",
        Dimension::Energy => "GV bit",
        Dimension::Pieces => "C62 bit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_of_an_ascendency_is_that_of_its_sums() {
        for dimension in Dimension::ALL {
            assert_eq!(bits(dimension), format!("{} bit", dimension.shown_in()));
        }
    }
}
