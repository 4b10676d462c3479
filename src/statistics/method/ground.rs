//! What a method is evaluated on: sums of a park's facts, told apart by all that formulas ask for.
//!
//! Invariant: it is filled either from totals, which are sums of facts, or from the facts
//! themselves, and both give the same sums.

use std::collections::HashMap;

use crate::domain::code::MaterialCode;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::{FirmId, MaterialId, SiteId};
use crate::domain::name::Name;
use crate::domain::quantity::Method;
use crate::domain::shapes::MaterialKind;
use crate::domain::time::Month;

/// The sum of facts of one month that are alike in everything but their records.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    pub month: Month,
    pub firm: Option<FirmId>,
    pub site: Option<SiteId>,
    pub counterparty: Option<FirmId>,
    pub counterparty_site: Option<SiteId>,
    pub material: Option<MaterialId>,
    pub kind: Option<MaterialKind>,
    pub code: Option<MaterialCode>,
    pub unit: FactUnit,
    pub method: Method,
}

impl Cell {
    /// Where a fact is summed.
    pub fn of(fact: &Fact) -> Cell {
        let other = fact.counterparty.clone();
        let (counterparty, counterparty_site) = other.map(|other| (other.firm, other.site)).unzip();
        Cell {
            month: fact.day.month(),
            firm: fact.firm.clone(),
            site: fact.site.clone(),
            counterparty,
            counterparty_site,
            material: fact.material.clone(),
            kind: fact.kind,
            code: fact.code.clone(),
            unit: fact.unit,
            method: fact.method,
        }
    }
}

/// Amount and number of facts.
type Amount = (i128, u64);

/// What cells are kept under: a measure, and of stated figures the item.
type Drawer = (Measure, Option<Name>);

/// Sums of a park's facts.
#[derive(Debug, Default)]
pub struct Ground {
    drawers: HashMap<Drawer, HashMap<Cell, Amount>>,
}

impl Ground {
    /// Adds facts that are alike.
    pub fn add(&mut self, measure: Measure, item: Option<Name>, cell: Cell, sum: Amount) {
        let drawer = self.drawers.entry((measure, item)).or_default();
        let amount = drawer.entry(cell).or_default();
        *amount = (amount.0 + sum.0, amount.1 + sum.1);
    }

    pub fn add_fact(&mut self, fact: &Fact) {
        self.add(fact.measure, fact.item.clone(), Cell::of(fact), (fact.amount.into(), 1));
    }

    /// The cells of a measure, or of an item, in no order.
    pub fn cells(
        &self,
        measure: Measure,
        item: Option<&Name>,
    ) -> impl Iterator<Item = (&Cell, Amount)> {
        let drawer = self.drawers.get(&(measure, item.cloned()));
        drawer.into_iter().flatten().map(|(cell, amount)| (cell, *amount))
    }
}
