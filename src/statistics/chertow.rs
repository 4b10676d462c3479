//! Chertow's 3-2 test: at least three entities that exchange at least two different resources, none
//! of them primarily a recycler, make industrial symbiosis; fewer are a kernel of it.
//!
//! Source: M. R. Chertow, "Uncovering" Industrial Symbiosis, Journal of Industrial Ecology 11
//! (2007). An exchange here is a by-product or a utility that was used (or, by parameter, accepted)
//! by another entity of the same park. Products and raw materials, as sugar cane, never count; nor
//! do links of firms that are flagged as recyclers. What counts as an entity, firm or site, changes
//! the answer, so it is a parameter and printed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::fact::{Fact, Measure};
use crate::domain::id::MaterialId;
use crate::domain::quantity::Sum;
use crate::domain::shapes::MaterialKind;
use crate::statistics::{add, physical};

/// What an entity is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    #[default]
    Firm,
    Site,
}

/// What makes a link.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LinkEvidence {
    /// The receiver has used it: strict.
    #[default]
    Used,
    /// The receiver has accepted it: confirmed receipt.
    Accepted,
}

impl LinkEvidence {
    /// The facts that the test is a function of: those that make links, and those that say how
    /// much of a link's resource is not both sides' word.
    pub fn measures(self) -> [Measure; 3] {
        [self.measure(), Measure::OneSidedAccepted, Measure::Disputed]
    }

    /// The facts that make links.
    pub fn measure(self) -> Measure {
        match self {
            LinkEvidence::Used => Measure::Used,
            LinkEvidence::Accepted => Measure::Accepted,
        }
    }
}

/// How the park stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At least one component passes.
    Symbiosis,
    /// There are exchanges, but no component has three entities and two resources.
    Kernel,
    /// There is no exchange.
    None,
}

/// One resource that goes from one entity to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// Under dispute between the two: of what was accepted of this, and of what waits for it.
    pub disputed: Sum,
    pub facts: u64,
    /// Accepted of this by the receiver's word alone.
    pub one_sided: Sum,
    pub quantity: Sum,
    pub receiver: String,
    /// A material's code if it has one, else its id.
    pub resource: String,
    pub supplier: String,
}

impl Link {
    fn is_contested(&self) -> bool {
        self.disputed.amount() != 0 || self.one_sided.amount() != 0
    }
}

/// Entities that are linked, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Component {
    pub entities: Vec<String>,
    pub links: Vec<Link>,
    /// Three entities and two resources at least.
    pub passes: bool,
    pub resources: Vec<String>,
}

/// The answer, with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThreeTwo {
    /// The largest first.
    pub components: Vec<Component>,
    /// How many links are disputed, or one side's word alone, in any part.
    pub contested_links: u64,
    pub evidence: LinkEvidence,
    /// Entities with exchanges that are left out because recycling is their main business.
    pub excluded_recyclers: Vec<String>,
    pub granularity: Granularity,
    pub verdict: Verdict,
}

type LinkKey =
    (String, String, String, crate::domain::unit::Dimension, crate::domain::quantity::Basis);

/// What the facts of a link come to.
#[derive(Clone, Copy)]
struct Gathered {
    disputed: Sum,
    facts: u64,
    one_sided: Sum,
    quantity: Sum,
}

/// Gathers facts of one park into links.
pub struct ThreeTwoTest {
    granularity: Granularity,
    evidence: LinkEvidence,
    links: BTreeMap<LinkKey, Gathered>,
    excluded: BTreeSet<String>,
}

impl ThreeTwoTest {
    pub fn new(granularity: Granularity, evidence: LinkEvidence) -> ThreeTwoTest {
        ThreeTwoTest { granularity, evidence, links: BTreeMap::new(), excluded: BTreeSet::new() }
    }

    /// Whether a fact is a part of a link: the facts for which it holds, by measure, add up to what
    /// the links say.
    pub fn counts(&self, fact: &Fact) -> bool {
        self.exchange(fact).is_some_and(|exchange| exchange.recyclers().next().is_none())
    }

    pub fn add(&mut self, fact: &Fact) {
        let Some(exchange) = self.exchange(fact) else { return };
        let mut between_others = true;
        for recycler in exchange.recyclers() {
            between_others = false;
            if fact.measure == self.evidence.measure() {
                self.excluded.insert(recycler.to_owned());
            }
        }
        if !between_others {
            return;
        }
        let Exchange { amount, material, receiver, supplier } = exchange;
        let resource = match &fact.code {
            Some(code) => format!("{} {}", code.scheme(), code.code()),
            None => material.to_string(),
        };
        let (dimension, basis) = (amount.dimension(), amount.basis());
        let key = (supplier.name.to_owned(), receiver.name.to_owned(), resource, dimension, basis);
        let zero = Sum::zero(dimension, basis);
        let nothing = Gathered { disputed: zero, facts: 0, one_sided: zero, quantity: zero };
        let link = self.links.entry(key).or_insert(nothing);
        if fact.measure == Measure::Disputed {
            add(&mut link.disputed, &amount);
        } else if fact.measure == Measure::OneSidedAccepted {
            add(&mut link.one_sided, &amount);
        } else {
            add(&mut link.quantity, &amount);
            link.facts += 1;
        }
    }

    /// What a fact says of an exchange in the park, recyclers' ones included; none if it is of
    /// something else.
    fn exchange<'a>(&self, fact: &'a Fact) -> Option<Exchange<'a>> {
        let symbiotic = fact.kind.is_some_and(MaterialKind::is_symbiotic);
        let other = fact.counterparty.as_ref().filter(|other| other.park == fact.park)?;
        let (receiver, supplier) = match self.granularity {
            Granularity::Firm => (fact.firm.as_ref()?.as_str(), other.firm.as_str()),
            Granularity::Site => (fact.site.as_ref()?.as_str(), other.site.as_str()),
        };
        if !self.evidence.measures().contains(&fact.measure) || !symbiotic || receiver == supplier {
            return None;
        }
        Some(Exchange {
            amount: physical(fact)?,
            material: fact.material.as_ref()?,
            receiver: Entity { name: receiver, recycler: fact.recycler },
            supplier: Entity { name: supplier, recycler: other.recycler },
        })
    }

    pub fn finish(self) -> ThreeTwo {
        let links: Vec<Link> = self
            .links
            .into_iter()
            .filter(|(_, link)| link.quantity.amount() > 0)
            .map(|((supplier, receiver, resource, ..), gathered)| {
                let Gathered { disputed, facts, one_sided, quantity } = gathered;
                Link { disputed, facts, one_sided, quantity, receiver, resource, supplier }
            })
            .collect();
        let contested = links.iter().filter(|link| link.is_contested()).count() as u64;
        let components = components(links);
        let verdict = match components.iter().any(|component| component.passes) {
            true => Verdict::Symbiosis,
            false if components.is_empty() => Verdict::None,
            false => Verdict::Kernel,
        };
        ThreeTwo {
            components,
            contested_links: contested,
            evidence: self.evidence,
            excluded_recyclers: self.excluded.into_iter().collect(),
            granularity: self.granularity,
            verdict,
        }
    }
}

/// What one fact says of an exchange.
struct Exchange<'a> {
    amount: Sum,
    material: &'a MaterialId,
    receiver: Entity<'a>,
    supplier: Entity<'a>,
}

struct Entity<'a> {
    name: &'a str,
    recycler: bool,
}

impl<'a> Exchange<'a> {
    fn recyclers(&self) -> impl Iterator<Item = &'a str> {
        let sides = [&self.receiver, &self.supplier];
        sides.into_iter().filter(|side| side.recycler).map(|side| side.name)
    }
}

/// Weakly connected components, the largest first, then by their first entity.
fn components(links: Vec<Link>) -> Vec<Component> {
    let mut of: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<Link>> = Vec::new();
    for link in links {
        let known = [&link.supplier, &link.receiver].map(|entity| of.get(entity).copied());
        let (group, merged) = match known {
            [Some(one), Some(other)] if one != other => (one.min(other), Some(one.max(other))),
            [Some(one), _] | [None, Some(one)] => (one, None),
            [None, None] => {
                groups.push(Vec::new());
                (groups.len() - 1, None)
            }
        };
        if let Some(merged) = merged {
            let moved = std::mem::take(&mut groups[merged]);
            groups[group].extend(moved);
            of.values_mut().filter(|place| **place == merged).for_each(|place| *place = group);
        }
        of.insert(link.supplier.clone(), group);
        of.insert(link.receiver.clone(), group);
        groups[group].push(link);
    }
    let mut components: Vec<_> =
        groups.into_iter().filter(|links| !links.is_empty()).map(component).collect();
    components.sort_by(|one, other| {
        other.entities.len().cmp(&one.entities.len()).then(one.entities.cmp(&other.entities))
    });
    components
}

fn component(links: Vec<Link>) -> Component {
    let entities = links.iter().flat_map(|link| [link.supplier.clone(), link.receiver.clone()]);
    let entities: BTreeSet<String> = entities.collect();
    let resources: BTreeSet<String> = links.iter().map(|link| link.resource.clone()).collect();
    Component {
        passes: entities.len() >= 3 && resources.len() >= 2,
        entities: entities.into_iter().collect(),
        links,
        resources: resources.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests;
