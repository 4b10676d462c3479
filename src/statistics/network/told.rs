//! What a fold of facts tells: links, structure, dependency, supply, and flows if they balance.
//!
//! Invariant: nothing but the fold is read, so the facts it counts explain the whole answer; what
//! is undefined is absent, never zero.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigInt;
use num_rational::BigRational;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::MaterialId;
use crate::domain::quantity::Sum;
use crate::domain::time::Month;
use crate::statistics::chertow::Verdict;
use crate::statistics::network::boundary::{
    Addable, BoundaryItem, FlowFigures, FlowsRefused, flowing, sum,
};
use crate::statistics::network::fold::{
    Gathered, LinkKey, NetworkFold, NetworkParameters, Supplied,
};
use crate::statistics::network::graph::Web;
use crate::statistics::network::number::Number;
use crate::statistics::network::{Structure, structure};

/// What goes from one entity to another of one dimension and basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NetworkLink {
    /// Months with a flow by months since the first one, to the end of the span.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continuity: Option<Number>,
    #[schema(minimum = 0)]
    pub facts: u64,
    /// The first month with a flow.
    pub first_month: Month,
    pub materials: Vec<MaterialId>,
    /// How many months have a flow.
    #[schema(minimum = 0)]
    pub months: u64,
    pub quantity: Sum,
    pub receiver: String,
    pub supplier: String,
}

/// A share of what is of one dimension and basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DependencyShare {
    pub of: Addable,
    pub share: Number,
}

/// What the web loses without an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Dependency {
    pub entity: String,
    /// Recycling is its main business.
    pub is_recycler: bool,
    /// Share of the links lost.
    pub links_lost: Number,
    /// Share of the quantity lost, for each dimension and basis.
    pub quantity_lost: Vec<DependencyShare>,
}

/// The entity on which most depends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Vulnerability {
    pub entity: String,
    /// Of quantities: what they are of. Absent of links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Addable>,
    pub share: Number,
}

/// How concentrated an entity's supply is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiverSuppliers {
    /// The sum of the squares of the suppliers' shares: 1 with one supplier.
    pub herfindahl: Number,
    pub quantity: Sum,
    pub receiver: String,
    #[schema(minimum = 0)]
    pub suppliers: u64,
}

/// The symbiotic share of supply of a material whose generation is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SupplyShare {
    /// What other firms of the park took of it.
    pub between_firms: Sum,
    /// Declared as generated, from by-products or not.
    pub generated: Sum,
    pub material: MaterialId,
    /// The first by the second. Above 1 where more was taken from stock than was generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Number>,
}

/// The figures, with their parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NetworkFigures {
    /// What crosses the boundary of the flows, by how it is known.
    pub boundary: Vec<BoundaryItem>,
    /// What balanced flows tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flows: Option<FlowFigures>,
    /// Why nothing is told of flows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flows_refused: Option<FlowsRefused>,
    pub links: Vec<NetworkLink>,
    /// Links counted for each material by itself.
    #[schema(minimum = 0)]
    pub material_links: u64,
    pub nodes: Vec<Dependency>,
    pub parameters: NetworkParameters,
    /// The largest share of the links that goes with one entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub park_vulnerability: Option<Vulnerability>,
    /// The largest share of the quantity that goes with one entity.
    pub park_vulnerability_of: Vec<Vulnerability>,
    pub receivers: Vec<ReceiverSuppliers>,
    pub structure: Structure,
    pub supply: Vec<SupplyShare>,
    /// Chertow's 3-2 test of the same facts; products and recyclers never pass it.
    pub verdict: Verdict,
}

impl NetworkFold {
    /// With the last month of the span.
    pub fn finish(mut self, last: Month) -> NetworkFigures {
        self.links.retain(|_, link| link.amount > 0);
        let flowing = flowing(&self);
        let materials = |link: &Gathered| link.materials.values().filter(|of| **of > 0).count();
        // One material goes by one dimension and basis; a pair's links of each differ.
        let material_links = self.links.values().map(materials).sum::<usize>() as u64;
        let lost = lost(&self);
        let (flows, flows_refused) = match flowing.figures {
            Ok(figures) => (Some(figures), None),
            Err(refused) => (None, Some(refused)),
        };
        NetworkFigures {
            boundary: flowing.boundary,
            flows,
            flows_refused,
            links: self.links.iter().filter_map(|(key, link)| told(key, link, last)).collect(),
            material_links,
            nodes: lost.nodes,
            parameters: self.parameters,
            park_vulnerability: lost.most_links,
            park_vulnerability_of: lost.most_of,
            receivers: receivers(&self),
            structure: structure(&lost.web),
            supply: supply(&self),
            verdict: self.test.finish().verdict,
        }
    }
}

fn told(key: &LinkKey, link: &Gathered, last: Month) -> Option<NetworkLink> {
    let (supplier, receiver, dimension, basis) = key.clone();
    let mut flowing = link.months.iter().filter(|(_, amount)| **amount > 0);
    let months = flowing.clone().count() as u64;
    let first_month = *flowing.next()?.0;
    let since = i128::from(last.0) - i128::from(first_month.0) + 1;
    let materials = link.materials.iter().filter(|(_, amount)| **amount > 0);
    Some(NetworkLink {
        continuity: Number::ratio(months.into(), since, "1"),
        facts: link.facts,
        first_month,
        materials: materials.map(|(material, _)| material.clone()).collect(),
        months,
        quantity: sum(link.amount, Addable { basis, dimension }),
        receiver,
        supplier,
    })
}

/// What goes with each entity, and the most that goes with one.
struct Lost {
    web: Web,
    nodes: Vec<Dependency>,
    most_links: Option<Vulnerability>,
    most_of: Vec<Vulnerability>,
}

fn lost(fold: &NetworkFold) -> Lost {
    let ends = fold.links.keys().flat_map(|(from, to, ..)| [from.as_str(), to.as_str()]);
    let names: BTreeSet<&str> = ends.collect();
    let places: BTreeMap<&str, usize> =
        names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
    let pair = |(from, to, ..): &LinkKey| (places[from.as_str()], places[to.as_str()]);
    let web = Web::new(names.len(), fold.links.keys().map(pair));
    let mut links = vec![0_i128; names.len()];
    web.pairs().for_each(|(from, to)| {
        links[from] += 1;
        links[to] += 1;
    });
    let mut totals: BTreeMap<Addable, (i128, Vec<i128>)> = BTreeMap::new();
    for (key, link) in &fold.links {
        let of = Addable { basis: key.3, dimension: key.2 };
        let (total, parts) = totals.entry(of).or_insert_with(|| (0, vec![0; names.len()]));
        let (from, to) = pair(key);
        *total += link.amount;
        parts[from] += link.amount;
        parts[to] += link.amount;
    }
    let all = web.links() as i128;
    let share = |part: i128, whole: i128| Number::ratio(part, whole, "1");
    let node = |(place, entity): (usize, &&str)| {
        let of = totals.iter().filter(|(_, (_, parts))| parts[place] > 0);
        let lost = of.filter_map(|(of, (total, parts))| {
            Some(DependencyShare { of: *of, share: share(parts[place], *total)? })
        });
        Some(Dependency {
            entity: (*entity).to_owned(),
            is_recycler: fold.recyclers.contains(*entity),
            links_lost: share(links[place], all)?,
            quantity_lost: lost.collect(),
        })
    };
    let nodes = names.iter().enumerate().filter_map(node).collect();
    // The first by its id, where several are as large.
    let most = |of: Option<Addable>, parts: &[i128], whole: i128| {
        let place = (0..parts.len()).rev().max_by_key(|place| parts[*place])?;
        let entity = names.iter().nth(place)?.to_string();
        Some(Vulnerability { entity, of, share: share(parts[place], whole)? })
    };
    let most_links = most(None, &links, all);
    let most_of =
        totals.iter().filter_map(|(of, (total, parts))| most(Some(*of), parts, *total)).collect();
    Lost { web, nodes, most_links, most_of }
}

fn receivers(fold: &NetworkFold) -> Vec<ReceiverSuppliers> {
    let mut suppliers: BTreeMap<(&str, Addable), Vec<i128>> = BTreeMap::new();
    for ((_, to, dimension, basis), link) in &fold.links {
        let of = Addable { basis: *basis, dimension: *dimension };
        suppliers.entry((to, of)).or_default().push(link.amount);
    }
    let line = |((receiver, of), amounts): ((&str, Addable), Vec<i128>)| {
        let squares: BigInt = amounts.iter().map(|amount| BigInt::from(*amount).pow(2)).sum();
        let total: i128 = amounts.iter().sum();
        let index = BigRational::new(squares, BigInt::from(total).pow(2));
        ReceiverSuppliers {
            herfindahl: Number::exact(&index, "1"),
            quantity: sum(total, of),
            receiver: receiver.to_owned(),
            suppliers: amounts.len() as u64,
        }
    };
    suppliers.into_iter().map(line).collect()
}

fn supply(fold: &NetworkFold) -> Vec<SupplyShare> {
    let declared = fold.supply.iter().filter(|(_, of)| of.generated.amount() > 0);
    let line = |((material, ..), of): (&(MaterialId, _, _), &Supplied)| {
        let Supplied { generated, taken } = of;
        SupplyShare {
            between_firms: *taken,
            generated: *generated,
            material: material.clone(),
            share: Number::ratio(taken.amount(), generated.amount(), "1"),
        }
    };
    declared.map(line).collect()
}
