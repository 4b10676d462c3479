//! The sums that a formula rests on, with what there is to know of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::method::{Dims, Every, Item, Nature, Selector};
use crate::domain::name::Name;
use crate::domain::quantity::Method;
use crate::domain::stated_unit::{STATED_SCALE, StatedUnit};
use crate::domain::time::{Month, Period};
use crate::domain::unit::Dimension;
use crate::statistics::method::{Cell, Ground, Number};

/// What is summed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeafOf {
    Measure(Selector),
    Item(Item),
}

impl LeafOf {
    /// Whether a fact is one of the sum, apart from its park and day.
    pub fn takes(&self, fact: &Fact) -> bool {
        match self {
            LeafOf::Measure(selector) => selector.matches(fact),
            LeafOf::Item(item) => fact.item.as_ref() == Some(&item.item),
        }
    }

    pub fn item(&self) -> Option<&Item> {
        match self {
            LeafOf::Measure(_) => None,
            LeafOf::Item(item) => Some(item),
        }
    }

    /// The measure of its facts.
    pub fn measure(&self) -> Measure {
        match self {
            LeafOf::Measure(selector) => selector.measure,
            LeafOf::Item(_) => Measure::Stated,
        }
    }

    /// Whether somebody has to declare it, so that silence is not nothing.
    fn is_declared(&self) -> bool {
        match self {
            LeafOf::Item(_) => true,
            LeafOf::Measure(selector) => matches!(
                selector.measure,
                Measure::Generated
                    | Measure::OwnReused
                    | Measure::FreshWater
                    | Measure::Recirculated
                    | Measure::Stock
                    | Measure::GrossOutput
                    | Measure::ValueAdded
            ),
        }
    }

    /// The months whose facts count for a period.
    pub fn months(&self, period: Period) -> (Month, Month) {
        let is_level = match self {
            LeafOf::Measure(selector) => selector.measure == Measure::Stock,
            LeafOf::Item(item) => item.nature == Nature::Level,
        };
        let last = period.last_month();
        (if is_level { last } else { period.first_month() }, last)
    }

    /// How many months of a period must have facts so that it is whole.
    fn months_needed(&self, period: Period) -> u32 {
        let (first, last) = self.months(period);
        let months = (last.0 - first.0 + 1) as u32;
        match self {
            LeafOf::Measure(_) => months,
            LeafOf::Item(item) => {
                let length = match item.every {
                    Every::Month => 1,
                    Every::Quarter => 3,
                    Every::Year => 12,
                };
                months.div_ceil(length)
            }
        }
    }

    /// Whether figures of it exist for periods of that length at all.
    pub fn is_of(&self, period: Period) -> bool {
        match self {
            LeafOf::Measure(_) => true,
            LeafOf::Item(item) => match item.every {
                Every::Month => true,
                Every::Quarter => !matches!(period, Period::Month(_)),
                Every::Year => matches!(period, Period::Year(_)),
            },
        }
    }
}

/// A sum of facts over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub of: LeafOf,
    pub period: Period,
    /// In tonnes, cubic metres, gigajoules, units of money; none if nobody has stated anything.
    pub value: Option<Number>,
    pub facts: u64,
    /// By how it was come by.
    pub by_method: BTreeMap<Method, Number>,
    /// The part that stands by one side's word.
    pub one_sided: Number,
    /// The part that is disputed.
    pub disputed: Number,
    /// Of money: whose prices.
    pub price_years: BTreeSet<u16>,
    pub months: u32,
    pub months_needed: u32,
}

impl Leaf {
    /// Whether a month that had to be declared was not.
    pub fn is_partial(&self) -> bool {
        self.of.is_declared() && self.months < self.months_needed
    }

    pub fn dims(&self) -> Dims {
        match &self.of {
            LeafOf::Item(item) => Dims::of_unit(item.unit),
            LeafOf::Measure(selector) => match (selector.dimension, selector.currency) {
                (Some(dimension), _) => Dims::of_dimension(dimension),
                (None, Some(currency)) => Dims::of_money(currency),
                (None, None) => Dims::none(),
            },
        }
    }

    /// The part that was weighed or metered.
    pub fn measured(&self) -> Number {
        let of = |method| self.by_method.get(&method).cloned().unwrap_or(Number::integer(0));
        of(Method::Weighed).plus(&of(Method::Metered))
    }
}

/// Sums up.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these have parts of one side's word")]
pub fn sum(ground: &Ground, of: LeafOf, period: Period) -> Leaf {
    let (first, last) = of.months(period);
    let (measure, item) = match &of {
        LeafOf::Measure(selector) => (selector.measure, None),
        LeafOf::Item(item) => (Measure::Stated, Some(item.item.clone())),
    };
    let zero = Number::integer(0);
    let (mut facts, mut total) = (0, zero.clone());
    let (mut by_method, mut price_years) = (BTreeMap::new(), BTreeSet::new());
    let mut months = BTreeSet::new();
    let each = |measure: Measure, item: Option<&Name>, add: &mut dyn FnMut(&Cell, Number, u64)| {
        for (cell, (amount, count)) in ground.cells(measure, item) {
            // A figure of an item is stated and taken back in turns, so an even count is none.
            let is_there = item.is_none() || count % 2 == 1;
            if is_there && (first..=last).contains(&cell.month) && takes(&of, cell) {
                add(cell, in_base(amount, cell.unit), count);
            }
        }
    };
    each(measure, item.as_ref(), &mut |cell, amount, count| {
        facts += count;
        months.insert(cell.month);
        if let FactUnit::Money(_, year) = cell.unit {
            price_years.insert(year);
        }
        let sum = by_method.entry(cell.method).or_insert_with(|| zero.clone());
        *sum = sum.plus(&amount);
        total = total.plus(&amount);
    });
    let beside = |measure: Measure| {
        let mut sum = zero.clone();
        each(measure, None, &mut |_, amount, _| sum = sum.plus(&amount));
        sum
    };
    let (one_sided, disputed) = match measure {
        Measure::Accepted | Measure::Received => {
            (beside(Measure::OneSidedAccepted), beside(Measure::Disputed))
        }
        Measure::Dispatched => (beside(Measure::OneSidedDispatched), zero.clone()),
        _ => (zero.clone(), zero.clone()),
    };
    let is_known = facts > 0 || !of.is_declared();
    Leaf {
        months: months.len() as u32,
        months_needed: of.months_needed(period),
        value: is_known.then_some(total),
        by_method,
        disputed,
        facts,
        of,
        one_sided,
        period,
        price_years,
    }
}

/// Whether a cell is one of the sum, apart from its measure or item, and its month.
pub(super) fn takes(of: &LeafOf, cell: &Cell) -> bool {
    match of {
        LeafOf::Item(_) => true,
        LeafOf::Measure(selector) => {
            selector.takes(cell.unit, cell.kind, cell.code.as_ref())
                && selector.is_between(cell.firm.as_ref(), cell.counterparty.as_ref())
        }
    }
}

/// An amount of a fact in the units that formulas count in.
pub fn in_base(amount: i128, unit: FactUnit) -> Number {
    let millionths = 10i128.pow(u32::from(STATED_SCALE));
    let parts = match unit {
        FactUnit::Physical(Dimension::Energy, _) => 1_000_000_000,
        FactUnit::Physical(Dimension::Pieces, _) => 1,
        FactUnit::Physical(_, _) => 1_000_000,
        FactUnit::Money(..) => 10_000,
        FactUnit::Stated(StatedUnit::Percent) => millionths * 100,
        FactUnit::Stated(_) => millionths,
        FactUnit::Nothing => 1,
    };
    Number::new(amount, parts)
}
