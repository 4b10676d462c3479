//! Weighted indices, and counts of links and of other things.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::fact::Measure;
use crate::domain::method::{Base, Dims, Distinct, Index, IndexAspect, NewLinks, Thing};
use crate::domain::shapes::MaterialKind;
use crate::domain::time::{Month, Period};
use crate::statistics::method::evaluate::{combine, in_unit, node, outcomes};
use crate::statistics::method::leaf::in_base;
use crate::statistics::method::{
    Cell, Counting, Evaluated, Evaluation, Missing, Number, Outcome, Undefined,
};

/// The sum of weights times terms, times 100.
pub fn weighted(of: &mut Evaluation<'_>, index: &Index, period: Period) -> Evaluated {
    let aspects: Vec<_> =
        index.aspects.iter().map(|one| aspect(of, one, index.capped, period)).collect();
    let outcome = combine(&outcomes(&aspects), |values| {
        let sum = values.iter().fold(Number::integer(0), |sum, one| sum.plus(one));
        Outcome::exact(sum.times(&Number::integer(100)))
    });
    node("weighted_index", period, outcome, Dims::none(), aspects)
}

fn aspect(
    of: &mut Evaluation<'_>,
    aspect: &IndexAspect,
    capped: bool,
    period: Period,
) -> Evaluated {
    let mut terms = Vec::with_capacity(aspect.terms.len());
    for term in &aspect.terms {
        let part = of.indicator(&term.of, period);
        let unit = of.method.indicator(&term.of).map(|indicator| indicator.unit.clone());
        let unit = unit.expect("a published method knows its names");
        let lead = Number::of_decimal(&term.lead);
        let outcome = combine(&[&part.outcome], |values| {
            let value = in_unit(values[0], &unit);
            let ratio = if term.inverse { lead.over(&value) } else { value.over(&lead) };
            match ratio {
                Some(ratio) if capped => Outcome::exact(ratio.min(Number::one())),
                Some(ratio) => Outcome::exact(ratio),
                // Nothing of what should be little is as good as can be.
                None if capped => Outcome::exact(Number::one()),
                None => Outcome::Undefined(Undefined::ZeroDenominator),
            }
        });
        let mut own = node("term", period, outcome, Dims::none(), vec![part]);
        own.name = Some(term.of.clone());
        terms.push(own);
    }
    let weight = Number::new(aspect.weight.numerator().into(), aspect.weight.denominator().into());
    let outcome = match aspect.pick {
        None => combine(&outcomes(&terms), |values| total(values.iter().copied(), &weight)),
        Some(pick) => picked(&terms, pick.into(), &weight),
    };
    node("aspect", period, outcome, Dims::none(), terms)
}

fn total<'a>(values: impl Iterator<Item = &'a Number>, weight: &Number) -> Outcome {
    Outcome::exact(values.fold(Number::integer(0), |sum, one| sum.plus(one)).times(weight))
}

/// The best of the terms that are known.
fn picked(terms: &[Evaluated], pick: usize, weight: &Number) -> Outcome {
    let mut known: Vec<_> =
        terms.iter().map(|term| &term.outcome).filter(|one| one.value().is_some()).collect();
    if known.len() < pick {
        return Outcome::Unknown(vec![Missing::Terms]);
    }
    known.sort_by(|one, two| two.value().cmp(&one.value()));
    combine(&known[..pick], |values| total(values.iter().copied(), weight))
}

/// Supplier's site, receiver's site, and what flows.
type Link = (String, String, String);

/// Whether what is in the cell flows in a link that is looked at for newness.
pub(super) fn is_of_link(cell: &Cell) -> bool {
    let is_symbiosis = matches!(cell.kind, Some(MaterialKind::ByProduct | MaterialKind::Utility));
    is_symbiosis && link(cell).is_some()
}

fn link(cell: &Cell) -> Option<Link> {
    let (supplier, receiver) = (cell.counterparty_site.as_ref()?, cell.site.as_ref()?);
    let class = cell.code.as_ref().map(ToString::to_string);
    let class = class.or_else(|| cell.material.as_ref().map(ToString::to_string))?;
    (supplier != receiver).then(|| (supplier.to_string(), receiver.to_string(), class))
}

/// Links that never operated up to the end of the base year, and have since.
pub fn new_links(of: &mut Evaluation<'_>, links: &NewLinks, period: Period) -> Evaluated {
    let dims = Dims::of_base(Base::Count);
    let Some(base) = of.base_year else {
        let outcome = Outcome::Unknown(vec![Missing::BaseYear]);
        return node("new_links", period, outcome, dims, Vec::new());
    };
    of.countings.push(Counting::Links { last: period.last_month() });
    let end_of_base = Period::Year(base).last_month();
    let mut months: BTreeMap<Link, BTreeMap<Month, Number>> = BTreeMap::new();
    for (cell, (amount, _)) in of.ground.cells(Measure::Used, None) {
        let Some(link) = link(cell).filter(|_| is_of_link(cell)) else { continue };
        if cell.month > period.last_month() {
            continue;
        }
        let sums = months.entry(link).or_default();
        let sum = sums.entry(cell.month).or_insert_with(|| Number::integer(0));
        *sum = sum.plus(&in_base(amount, cell.unit));
    }
    let operated = |sums: &BTreeMap<Month, Number>, first: Option<Month>, last: Month| {
        let first = first.unwrap_or(Month::MIN);
        first <= last && sums.range(first..=last).any(|(_, sum)| sum.is_positive())
    };
    let last = period.last_month();
    let count = months.values().filter(|sums| {
        let since = if links.active { period.first_month() } else { Month(end_of_base.0 + 1) };
        !operated(sums, None, end_of_base)
            && operated(sums, Some(since.max(Month(end_of_base.0 + 1))), last)
    });
    let outcome = Outcome::exact(Number::integer(count.count() as i128));
    node("new_links", period, outcome, dims, Vec::new())
}

/// Different things of which there was something.
pub fn distinct(of: &mut Evaluation<'_>, distinct: &Distinct, period: Period) -> Evaluated {
    let (first, last) = (period.first_month(), period.last_month());
    of.countings.push(Counting::Distinct { of: distinct.of.clone(), first, last });
    let mut sums: BTreeMap<String, Number> = BTreeMap::new();
    for (cell, (amount, _)) in of.ground.cells(distinct.of.measure, None) {
        let is_meant = (first..=last).contains(&cell.month)
            && distinct.of.takes(cell.unit, cell.kind, cell.code.as_ref())
            && distinct.of.is_between(cell.firm.as_ref(), cell.counterparty.as_ref());
        let thing = match distinct.by {
            Thing::Firm => cell.firm.as_ref().map(ToString::to_string),
            Thing::Site => cell.site.as_ref().map(ToString::to_string),
            Thing::Material => cell.material.as_ref().map(ToString::to_string),
            Thing::Link => link(cell)
                .map(|(supplier, receiver, class)| format!("{supplier} {receiver} {class}")),
        };
        let Some(thing) = thing.filter(|_| is_meant) else { continue };
        let sum = sums.entry(thing).or_insert_with(|| Number::integer(0));
        *sum = sum.plus(&in_base(amount, cell.unit));
    }
    let there: BTreeSet<_> = sums.iter().filter(|(_, sum)| sum.is_positive()).collect();
    let outcome = Outcome::exact(Number::integer(there.len() as i128));
    node("count_distinct", period, outcome, Dims::of_base(Base::Count), Vec::new())
}
