//! What there is to weigh: the contracts under which a firm sends or takes loads at a site, and the
//! loads that are on their way to it.
//!
//! Invariant: shows what whoever weighs has to choose from, and nothing else: no price, no weight,
//! no ticket. A contract whose term is over is shown too, because trucks come late.

use crate::domain::access::Principal;
use crate::domain::event::Side;
use crate::domain::id::{CallOffId, ContractId, DeliveryId, FirmId, MaterialId, ScaleId, SiteId};
use crate::domain::shapes::Term;
use crate::domain::state::{Contract, ContractStage, Delivery, Firm, Material, Park, Scale, Site};
use crate::domain::states::{Aggregate, Kind, States, Stored};
use crate::domain::time::{Day, Zone};
use crate::domain::unit::Dimension;
use crate::index::{Index, ListOf};
use crate::query::answer::QueryError;
use crate::query::see::{Sight, may};

/// How many of the firm's newest contracts and deliveries are looked at.
const LOOKED_AT: usize = 2_000;

/// A line of a contract that stands, as one side of it weighs for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Of this line of a framework contract.
    pub call_offs: Vec<CallOffId>,
    pub contract: ContractId,
    pub line: u16,
    pub material: MaterialId,
    pub material_name: String,
    /// The firm on the other side.
    pub other: FirmId,
    pub other_name: String,
    /// Which side weighs here: a supplier dispatches, a receiver receives.
    pub side: Side,
    pub site: SiteId,
    pub term: Term,
    /// Where the weighing site lies.
    pub zone: Zone,
}

/// A load that was dispatched and has not arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    pub delivery: DeliveryId,
    pub dispatched: Day,
    pub choice: Choice,
}

/// A scale of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtScale {
    pub scale: ScaleId,
    pub name: String,
}

/// For one request.
pub struct Weighing<'a> {
    pub index: &'a Index,
    pub who: &'a Principal,
}

impl Weighing<'_> {
    /// Every line that may be weighed for, those that were agreed last first.
    pub fn choices(&self) -> Result<Vec<Choice>, QueryError> {
        let mut choices = Vec::new();
        for contract in self.newest::<Contract>(Kind::Contract)? {
            if !matches!(contract.stage, ContractStage::Concluded | ContractStage::Terminated) {
                continue;
            }
            for line in &contract.lines {
                for side in [Side::Supplier, Side::Receiver] {
                    choices.extend(self.choice(&contract, line.line, side));
                }
            }
        }
        Ok(choices)
    }

    /// One line, if it may be weighed for.
    pub fn one(&self, contract: &str, line: u16, side: Side) -> Option<Choice> {
        let contract = self.index.find::<Contract>(contract)?;
        self.choice(&contract.state, line, side)
    }

    /// Loads on their way to where this one weighs, those that left last first.
    pub fn coming(&self) -> Result<Vec<Coming>, QueryError> {
        let deliveries = self.newest::<Delivery>(Kind::Delivery)?;
        Ok(deliveries.iter().filter_map(|delivery| self.coming_of(delivery)).collect())
    }

    /// One load on its way.
    pub fn one_coming(&self, delivery: &str) -> Option<Coming> {
        self.coming_of(&self.index.find::<Delivery>(delivery)?.state)
    }

    /// The scales of a site, in the order of their registration.
    pub fn scales(&self, site: &SiteId) -> Result<Vec<AtScale>, QueryError> {
        let mut scales: Vec<_> = self.newest::<Scale>(Kind::Scale)?;
        scales.retain(|scale| scale.site == *site);
        let shown = scales.into_iter().rev();
        Ok(shown
            .map(|Scale { scale, name, .. }| AtScale { scale, name: name.to_string() })
            .collect())
    }

    fn newest<A: Aggregate>(&self, kind: Kind) -> Result<Vec<A>, QueryError> {
        let Some(firm) = &self.who.firm else { return Ok(Vec::new()) };
        let of = ListOf::Firm(firm.clone());
        let found = self.index.list_newest(kind, &of, self.index.position(), LOOKED_AT)?;
        let states = found.iter().filter_map(|(_, id)| self.index.find::<A>(id));
        Ok(states.map(|stored| Stored::clone(&stored).state).collect())
    }

    fn coming_of(&self, delivery: &Delivery) -> Option<Coming> {
        let left = delivery.dispatched.as_ref().filter(|_| delivery.received.is_none())?;
        if delivery.cancelled {
            return None;
        }
        let exchange = &delivery.exchange;
        let choice = self.one(exchange.contract.as_str(), exchange.line, Side::Receiver)?;
        Some(Coming { delivery: exchange.delivery.clone(), dispatched: left.day, choice })
    }

    fn choice(&self, contract: &Contract, line: u16, side: Side) -> Option<Choice> {
        let (own, other) = match side {
            Side::Supplier => (&contract.supplier, &contract.receiver),
            Side::Receiver => (&contract.receiver, &contract.supplier),
        };
        if !may(Some(self.who), &Sight::ToWeigh(own.firm.clone(), own.site.clone())) {
            return None;
        }
        // What flows through meters is read, not weighed.
        let line = contract.line(line).filter(|line| is_weighed(line.material.dimension))?;
        let material = &line.material.material;
        let park = self.index.find::<Park>(own.park.as_str())?;
        let call_offs = contract.call_offs.iter().filter(|one| one.line == line.line);
        Some(Choice {
            call_offs: call_offs.map(|one| one.call_off.clone()).collect(),
            contract: contract.contract.clone(),
            line: line.line,
            material: material.clone(),
            material_name: self.named::<Material>(material.as_str(), |state| state.name.as_str()),
            other: other.firm.clone(),
            other_name: self.named::<Firm>(other.firm.as_str(), |state| state.name.as_str()),
            side,
            site: own.site.clone(),
            term: contract.term.clone(),
            zone: park.state.zone,
        })
    }

    /// What a site is called.
    pub fn site_name(&self, site: &SiteId) -> String {
        self.named::<Site>(site.as_str(), |state| state.name.as_str())
    }

    fn named<A: Aggregate>(&self, id: &str, name: impl Fn(&A) -> &str) -> String {
        let found = self.index.find::<A>(id);
        found.map_or_else(|| id.to_owned(), |stored| name(&stored.state).to_owned())
    }
}

fn is_weighed(dimension: Dimension) -> bool {
    dimension == Dimension::Mass
}
