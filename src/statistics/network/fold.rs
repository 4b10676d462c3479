//! From facts to a web: which of them make links, boundary and generation, and their sums.
//!
//! Invariant: what adds is of one dimension and one basis, always; a link of an entity to itself
//! never counts. What counts as an entity, which evidence makes a link, and whether products and
//! recyclers have links, are parameters and printed with the figure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::MaterialId;
use crate::domain::quantity::{Basis, Sum};
use crate::domain::shapes::MaterialKind;
use crate::domain::stated_unit::StatedUnit;
use crate::domain::time::Month;
use crate::domain::unit::Dimension;
use crate::statistics::chertow::{Granularity, LinkEvidence, ThreeTwoTest};
use crate::statistics::network::boundary::{BoundarySide, BoundarySource};
use crate::statistics::{add, physical};

/// The items of which a site states what came into it, and what left it, in a year beside what the
/// ledger's exchanges show. Any method may define them.
pub const STATED_ITEMS: [(&str, BoundarySide); 2] =
    [("network_input", BoundarySide::Input), ("network_output", BoundarySide::Output)];

/// What the figures are a function of, beside the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NetworkParameters {
    /// Only of this basis; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Whether a boundary that closes the system is assumed where it is out of balance.
    pub close: bool,
    /// Only of this dimension; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<Dimension>,
    /// What makes a link.
    pub evidence: LinkEvidence,
    /// What an entity is.
    pub granularity: Granularity,
    /// Whether products, as sugar cane, make links too, beside by-products and utilities.
    pub products: bool,
    /// Whether entities that are primarily recyclers have links.
    pub recyclers: bool,
}

impl Default for NetworkParameters {
    fn default() -> NetworkParameters {
        NetworkParameters {
            basis: None,
            close: false,
            dimension: None,
            evidence: LinkEvidence::default(),
            granularity: Granularity::default(),
            products: false,
            recyclers: true,
        }
    }
}

/// What one fact contributes.
enum Part<'a> {
    Link { from: &'a str, to: &'a str, recyclers: [bool; 2], between_firms: bool },
    Boundary(&'a str, BoundarySide, BoundarySource),
    Generated,
}

impl NetworkParameters {
    /// The facts that the figures are a function of.
    pub fn measures(&self) -> Vec<Measure> {
        let link = self.evidence.measure();
        let others = [Measure::Delivered, Measure::Disposed, Measure::Generated];
        let last = [Measure::GeneratedFromByProducts, Measure::Stated];
        std::iter::once(link).chain(others).chain(last).collect()
    }

    /// Of which dimension and basis a sum must be.
    pub fn wants(&self, dimension: Dimension, basis: Basis) -> bool {
        self.dimension.is_none_or(|wanted| wanted == dimension)
            && self.basis.is_none_or(|wanted| wanted == basis)
    }

    /// The own entity of a fact.
    fn own<'a>(&self, fact: &'a Fact) -> Option<&'a str> {
        match self.granularity {
            Granularity::Firm => Some(fact.firm.as_ref()?.as_str()),
            Granularity::Site => Some(fact.site.as_ref()?.as_str()),
        }
    }

    fn part<'a>(&self, fact: &'a Fact) -> Option<Part<'a>> {
        let own = self.own(fact)?;
        if fact.measure == Measure::Stated {
            fact.site.as_ref()?;
            let item = fact.item.as_ref()?.as_str();
            let (_, side) = STATED_ITEMS.iter().find(|(name, _)| *name == item)?;
            return Some(Part::Boundary(own, *side, BoundarySource::Stated));
        }
        let is_product = fact.kind.is_some_and(|kind| kind == MaterialKind::Product);
        let amount = physical(fact)?;
        let is_wanted = self.wants(amount.dimension(), amount.basis());
        if !is_wanted || fact.kind.is_none() || (is_product && !self.products) {
            return None;
        }
        if matches!(fact.measure, Measure::Generated | Measure::GeneratedFromByProducts) {
            return Some(Part::Generated);
        }
        let outside = fact.counterparty.as_ref().is_some_and(|other| other.park != fact.park);
        if fact.measure == Measure::Delivered {
            let out = Part::Boundary(own, BoundarySide::Output, BoundarySource::OtherPark);
            return outside.then_some(out);
        }
        if fact.measure == Measure::Disposed {
            // What came from others and was never used is in the web by acceptance only.
            let is_in = self.evidence == LinkEvidence::Accepted || fact.counterparty.is_none();
            let out = Part::Boundary(own, BoundarySide::Output, BoundarySource::Disposed);
            return is_in.then_some(out);
        }
        let other = fact.counterparty.as_ref().filter(|_| fact.measure == self.evidence.measure());
        let other = other?;
        if outside {
            return Some(Part::Boundary(own, BoundarySide::Input, BoundarySource::OtherPark));
        }
        let from = match self.granularity {
            Granularity::Firm => other.firm.as_str(),
            Granularity::Site => other.site.as_str(),
        };
        let recyclers = [other.recycler, fact.recycler];
        let counts = from != own && (self.recyclers || !recyclers.contains(&true));
        let between_firms = fact.firm.as_ref() != Some(&other.firm);
        counts.then_some(Part::Link { from, to: own, recyclers, between_firms })
    }
}

/// What is alike of a link: supplier, receiver, and what its amounts are of.
pub(super) type LinkKey = (String, String, Dimension, Basis);

/// What is alike of a boundary: entity, side, where it is known from, and what it is of. A stated
/// figure says no basis.
type BoundaryKey = (String, BoundarySide, BoundarySource, Dimension, Option<Basis>);

/// What the facts of a link come to.
#[derive(Default)]
pub(super) struct Gathered {
    pub amount: i128,
    pub facts: u64,
    pub materials: BTreeMap<MaterialId, i128>,
    pub months: BTreeMap<Month, i128>,
}

/// What was generated of a material, and what of it other firms took.
pub(super) struct Supplied {
    pub generated: Sum,
    pub taken: Sum,
}

/// Gathers facts of one park and span.
pub struct NetworkFold {
    pub(super) parameters: NetworkParameters,
    /// The first and the last month; open where absent.
    span: (Option<Month>, Option<Month>),
    pub(super) links: BTreeMap<LinkKey, Gathered>,
    pub(super) boundary: BTreeMap<BoundaryKey, i128>,
    pub(super) recyclers: BTreeSet<String>,
    pub(super) supply: BTreeMap<(MaterialId, Dimension, Basis), Supplied>,
    pub(super) test: ThreeTwoTest,
}

impl NetworkFold {
    pub fn new(
        parameters: NetworkParameters,
        from: Option<Month>,
        to: Option<Month>,
    ) -> NetworkFold {
        NetworkFold {
            parameters,
            span: (from, to),
            links: BTreeMap::new(),
            boundary: BTreeMap::new(),
            recyclers: BTreeSet::new(),
            supply: BTreeMap::new(),
            test: ThreeTwoTest::new(parameters.granularity, parameters.evidence),
        }
    }

    /// Whether a fact has a part in the figures.
    pub fn counts(&self, fact: &Fact) -> bool {
        self.part(fact).is_some()
    }

    /// A year's stated figure is of no part of a year.
    fn part<'a>(&self, fact: &'a Fact) -> Option<Part<'a>> {
        let year = fact.day.year();
        let ends = [1, 12].map(|month| Month::from_civil(year, month));
        let covers = self.span.0.is_none_or(|from| Some(from) <= ends[0])
            && self.span.1.is_none_or(|to| Some(to) >= ends[1]);
        self.parameters.part(fact).filter(|_| covers || fact.measure != Measure::Stated)
    }

    pub fn add(&mut self, fact: &Fact) {
        if fact.measure == self.parameters.evidence.measure() {
            self.test.add(fact);
        }
        match self.part(fact) {
            None => {}
            Some(Part::Boundary(own, side, source)) => self.add_boundary(fact, own, side, source),
            Some(Part::Generated) => self.add_supply(fact, true),
            Some(Part::Link { from, to, recyclers, between_firms }) => {
                for (entity, is_recycler) in [from, to].into_iter().zip(recyclers) {
                    if is_recycler {
                        self.recyclers.insert(entity.to_owned());
                    }
                }
                self.add_link(fact, from, to);
                if between_firms {
                    self.add_supply(fact, false);
                }
            }
        }
    }

    fn add_link(&mut self, fact: &Fact, from: &str, to: &str) {
        let Some(amount) = physical(fact) else { return };
        let key = (from.to_owned(), to.to_owned(), amount.dimension(), amount.basis());
        let link = self.links.entry(key).or_default();
        let amount = amount.amount();
        link.amount += amount;
        link.facts += 1;
        *link.months.entry(fact.day.month()).or_default() += amount;
        if let Some(material) = &fact.material {
            *link.materials.entry(material.clone()).or_default() += amount;
        }
    }

    fn add_supply(&mut self, fact: &Fact, is_generated: bool) {
        let (Some(amount), Some(material)) = (physical(fact), &fact.material) else { return };
        let (dimension, basis) = (amount.dimension(), amount.basis());
        let zero = Sum::zero(dimension, basis);
        let nothing = Supplied { generated: zero, taken: zero };
        let line = self.supply.entry((material.clone(), dimension, basis)).or_insert(nothing);
        add(if is_generated { &mut line.generated } else { &mut line.taken }, &amount);
    }

    fn add_boundary(&mut self, fact: &Fact, own: &str, side: BoundarySide, source: BoundarySource) {
        let of = match fact.unit {
            FactUnit::Physical(dimension, basis) => Some((dimension, Some(basis), 1)),
            // Millionths of a tonne are grams, of a cubic metre millilitres, of a gigajoule a
            // thousand joules.
            FactUnit::Stated(StatedUnit::Tonne) => Some((Dimension::Mass, None, 1)),
            FactUnit::Stated(StatedUnit::CubicMetre) => Some((Dimension::Volume, None, 1)),
            FactUnit::Stated(StatedUnit::Gigajoule) => Some((Dimension::Energy, None, 1_000)),
            FactUnit::Stated(_) | FactUnit::Money(..) | FactUnit::Nothing => None,
        };
        let Some((dimension, basis, factor)) = of else { return };
        let key = (own.to_owned(), side, source, dimension, basis);
        *self.boundary.entry(key).or_default() += i128::from(fact.amount) * factor;
    }
}
