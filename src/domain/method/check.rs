//! Whether a method makes sense, before it is published.
//!
//! Invariant: the first fault is found in the order of the document, with a pointer into it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::decimal::Decimal;
use crate::domain::fact::Measure;
use crate::domain::method::{
    Bound, Dims, Formula, Indicator, Item, MAX_PARTS, Method, NumberKind, Selector, Threshold,
};
use crate::domain::name::Name;
use crate::domain::unit::Dimension;

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the document.
    pub pointer: String,
    pub message: String,
}

type Checked<T = ()> = Result<T, Fault>;

fn fault<T>(pointer: impl Into<String>, message: impl Into<String>) -> Checked<T> {
    Err(Fault { pointer: pointer.into(), message: message.into() })
}

/// How deep formulas may be nested.
const MAX_DEPTH: usize = 30;

/// The most parts that are evaluated for all indicators, each that another names counted again.
const MAX_EVALUATED: u64 = 100_000;

impl Method {
    /// Looks for the first fault. `published` knows the items of other methods.
    pub fn check(&self, published: &dyn Fn(&Name) -> Option<Item>) -> Checked {
        self.counted()?;
        self.named_once()?;
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            return fault("/valid_to", "it ends before it begins");
        }
        for (place, item) in self.items.iter().enumerate() {
            if let Some(other) = published(&item.item)
                && other != *item
            {
                let message = format!(
                    "the item {} was published otherwise; take its definition or another name",
                    item.item
                );
                return fault(format!("/items/{place}"), message);
            }
        }
        for (place, parameter) in self.parameters.iter().enumerate() {
            if !parameter.choices.contains(&parameter.default) {
                let message = format!("the default {} is none of its choices", parameter.default);
                return fault(format!("/parameters/{place}/default"), message);
            }
        }
        let mut reading = Reading { method: self, published, known: BTreeMap::new(), parts: 0 };
        for (place, indicator) in self.indicators.iter().enumerate() {
            reading.indicator(place, indicator)?;
        }
        self.groups_can_be_met()
    }

    fn counted(&self) -> Checked {
        let counts = [
            ("/groups", self.groups.len(), 0),
            ("/indicators", self.indicators.len(), 1),
            ("/items", self.items.len(), 0),
        ];
        for (pointer, count, least) in counts {
            if count < least || count > MAX_PARTS {
                return fault(pointer, format!("{least} to {MAX_PARTS} stand here, not {count}"));
            }
        }
        if self.version == 0 {
            return fault("/version", "versions are counted from 1");
        }
        Ok(())
    }

    fn named_once(&self) -> Checked {
        let indicators = self.indicators.iter().map(|one| &one.indicator);
        let items = self.items.iter().map(|one| &one.item);
        let groups = self.groups.iter().map(|one| &one.group);
        let parameters = self.parameters.iter().map(|one| &one.parameter);
        once("/indicators", "indicator", indicators)?;
        once("/items", "item", items)?;
        once("/groups", "group", groups)?;
        once("/parameters", "parameter", parameters)
    }

    fn groups_can_be_met(&self) -> Checked {
        for (place, group) in self.groups.iter().enumerate() {
            let members =
                self.indicators.iter().filter(|one| one.group.as_ref() == Some(&group.group));
            let members = members.count();
            if group.at_least == 0 || usize::from(group.at_least) > members {
                let message = format!(
                    "{} of {members} indicators cannot be met; at least 1 and at most all",
                    group.at_least
                );
                return fault(format!("/groups/{place}/at_least"), message);
            }
        }
        Ok(())
    }
}

fn once<'a>(list: &str, noun: &str, names: impl Iterator<Item = &'a Name>) -> Checked {
    let mut seen = BTreeSet::new();
    for (place, name) in names.enumerate() {
        if !seen.insert(name) {
            return fault(
                format!("{list}/{place}/{noun}"),
                format!("{name} stands here a second time"),
            );
        }
    }
    Ok(())
}

/// A document while it is read.
struct Reading<'a> {
    method: &'a Method,
    published: &'a dyn Fn(&Name) -> Option<Item>,
    /// Dimensions of indicators that were read, and how many parts each is evaluated by; none
    /// while one is being read.
    known: BTreeMap<Name, Option<(Dims, u64)>>,
    /// How many parts were counted so far. Never saturates: reading stops at the most.
    parts: u64,
}

impl Reading<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "other formulas give a number of any kind")]
    fn indicator(&mut self, place: usize, indicator: &Indicator) -> Checked {
        let at = format!("/indicators/{place}");
        let dims = self.named(&indicator.indicator, &format!("{at}/indicator"))?;
        let unit = &indicator.unit;
        for (name, times) in [("of_times", &unit.of_times), ("per_times", &unit.per_times)] {
            if times.as_ref().is_some_and(|times| *times <= Decimal::ZERO) {
                return fault(format!("{at}/unit/{name}"), "a multiple is above zero");
            }
        }
        let points = indicator.kind == NumberKind::Points;
        if unit.dims() != dims {
            let message =
                format!("the unit is one of {}, and the formula gives {dims}", unit.dims());
            return fault(format!("{at}/unit"), message);
        }
        if (indicator.part_of_whole || points) && !dims.is_none() {
            return fault(format!("{at}/part_of_whole"), "only a plain number is part of a whole");
        }
        let root = match &indicator.formula {
            Formula::RelativeChange(_) | Formula::AnnualGrowth(_) => {
                Some(NumberKind::RelativeChange)
            }
            Formula::PointsChange(_) => Some(NumberKind::Points),
            Formula::WeightedIndex(_) | Formula::Elasticity(_) => Some(NumberKind::Index),
            Formula::NewLinks(_) | Formula::CountDistinct(_) => Some(NumberKind::Count),
            _ => None,
        };
        if let Some(kind) = root
            && kind != indicator.kind
        {
            let message = "this formula gives a number of another kind".to_owned();
            return fault(format!("{at}/kind"), message);
        }
        if let Some(beside) = &indicator.beside {
            let other = self.formula(&beside.formula, &format!("{at}/beside/formula"), 0)?;
            if other != dims {
                let message = format!("what stands beside gives {other}, and the formula {dims}");
                return fault(format!("{at}/beside/formula"), message);
            }
        }
        if indicator.digits > 9 {
            return fault(format!("{at}/digits"), "0 to 9 digits are printed");
        }
        self.place_of(&at, indicator)?;
        match &indicator.threshold {
            Some(threshold) => self.threshold(threshold, &format!("{at}/threshold")),
            None => Ok(()),
        }
    }

    /// Mandatory or in a group, and then judged.
    fn place_of(&self, at: &str, indicator: &Indicator) -> Checked {
        let groups = &self.method.groups;
        if let Some(group) = &indicator.group {
            if !groups.iter().any(|one| one.group == *group) {
                return fault(
                    format!("{at}/group"),
                    format!("there is no group {group}; define it under `groups`"),
                );
            }
            if indicator.mandatory {
                let message = "a mandatory indicator is in no option group";
                return fault(format!("{at}/mandatory"), message);
            }
        }
        if (indicator.mandatory || indicator.group.is_some()) && indicator.threshold.is_none() {
            let message = "what a park must reach needs a threshold with its direction";
            return fault(format!("{at}/threshold"), message);
        }
        Ok(())
    }

    fn threshold(&mut self, threshold: &Threshold, at: &str) -> Checked {
        match threshold {
            Threshold::Bound(_) => Ok(()),
            Threshold::BySign(by) => {
                self.formula(&by.of, &format!("{at}/by_sign/of"), 0).map(|_| ())
            }
            Threshold::ByParameter(by) => {
                let at = format!("{at}/by_parameter");
                let cases = by.cases.iter().map(|case| &case.is);
                self.cases(&by.parameter, cases, &at)
            }
        }
    }

    /// Each choice of a parameter has its case.
    fn cases<'c>(
        &self,
        parameter: &Name,
        cases: impl Iterator<Item = &'c Name>,
        at: &str,
    ) -> Checked {
        let parameters = &self.method.parameters;
        let Some(parameter) = parameters.iter().find(|one| one.parameter == *parameter) else {
            return fault(
                format!("{at}/parameter"),
                format!("there is no parameter {parameter}; define it"),
            );
        };
        let cases: BTreeSet<_> = cases.collect();
        if cases != parameter.choices.iter().collect() {
            let choices: Vec<_> = parameter.choices.iter().map(Name::as_str).collect();
            let message = format!("the cases are those of the parameter: {}", choices.join(", "));
            return fault(format!("{at}/cases"), message);
        }
        Ok(())
    }

    /// The dimensions of an indicator, by its name.
    fn named(&mut self, name: &Name, at: &str) -> Checked<Dims> {
        match self.known.get(name) {
            Some(Some((dims, parts))) => {
                let (dims, parts) = (dims.clone(), *parts);
                return self.count(parts, at).map(|()| dims);
            }
            Some(None) => {
                return fault(at, format!("{name} needs itself: a cycle between indicators"));
            }
            None => {}
        }
        let place = self.method.indicators.iter().position(|one| one.indicator == *name);
        let Some(place) = place else {
            return fault(at, format!("there is no indicator {name} in this method"));
        };
        self.known.insert(name.clone(), None);
        let before = self.parts;
        let formula = &self.method.indicators[place].formula;
        let dims = self.formula(formula, &format!("/indicators/{place}/formula"), 0)?;
        self.known.insert(name.clone(), Some((dims.clone(), self.parts - before)));
        Ok(dims)
    }

    /// Indicators that name one another double with every step: what would not end is refused.
    fn count(&mut self, parts: u64, at: &str) -> Checked {
        self.parts += parts;
        if self.parts > MAX_EVALUATED {
            let message = format!("more than {MAX_EVALUATED} parts would have to be evaluated");
            return fault(at, message);
        }
        Ok(())
    }

    /// The dimensions that a formula gives.
    fn formula(&mut self, formula: &Formula, at: &str, depth: usize) -> Checked<Dims> {
        if depth > MAX_DEPTH {
            return fault(at, format!("formulas are nested {MAX_DEPTH} deep at most"));
        }
        self.count(1, at)?;
        let deep = depth + 1;
        match formula {
            Formula::Measure(selector) => of_selector(selector, &format!("{at}/measure")),
            Formula::Item(name) => self.item(name, &format!("{at}/item")),
            Formula::Indicator(name) => self.named(name, &format!("{at}/indicator")),
            Formula::Constant(counted) => Ok(counted.unit.map_or(Dims::none(), Dims::of_unit)),
            Formula::Sum(parts) => self.alike(parts, &format!("{at}/sum"), deep),
            Formula::Least(parts) => self.alike(parts, &format!("{at}/least"), deep),
            Formula::Greatest(parts) => self.alike(parts, &format!("{at}/greatest"), deep),
            Formula::FirstKnown(parts) => self.alike(parts, &format!("{at}/first_known"), deep),
            Formula::Product(parts) => {
                let mut product = Dims::none();
                for (place, part) in parts.iter().enumerate() {
                    let dims = self.formula(part, &format!("{at}/product/{place}"), deep)?;
                    product = product.times(&dims);
                }
                Ok(product)
            }
            Formula::Difference(parts) => {
                let from = self.formula(&parts.from, &format!("{at}/difference/from"), deep)?;
                let take = self.formula(&parts.take, &format!("{at}/difference/take"), deep)?;
                same(from, &take, &format!("{at}/difference/take"))
            }
            Formula::Ratio(ratio) => {
                let of = self.formula(&ratio.of, &format!("{at}/ratio/of"), deep)?;
                let over = self.formula(&ratio.over, &format!("{at}/ratio/over"), deep)?;
                Ok(of.over(&over))
            }
            Formula::Earlier(since) => self.since(since.since, &since.of, at, "earlier", deep),
            Formula::RelativeChange(since) => {
                self.since(since.since, &since.of, at, "relative_change", deep)?;
                Ok(Dims::none())
            }
            Formula::AnnualGrowth(since) => {
                self.since(since.since, &since.of, at, "annual_growth", deep)?;
                Ok(Dims::none())
            }
            Formula::PointsChange(since) => {
                let dims = self.since(since.since, &since.of, at, "points_change", deep)?;
                same(Dims::none(), &dims, &format!("{at}/points_change/of"))
            }
            Formula::Elasticity(parts) => {
                self.since(parts.since, &parts.of, at, "elasticity", deep)?;
                let before = self.parts;
                self.formula(&parts.over, &format!("{at}/elasticity/over"), deep)?;
                self.count(self.parts - before, at)?;
                Ok(Dims::none())
            }
            Formula::WeightedIndex(_) | Formula::Choose(_) => self.composed(formula, at, deep),
            Formula::NewLinks(_) => Ok(Dims::of_base(crate::domain::method::Base::Count)),
            Formula::CountDistinct(distinct) => {
                of_selector(&distinct.of, &format!("{at}/count_distinct/of"))?;
                Ok(Dims::of_base(crate::domain::method::Base::Count))
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`formula` has all arms")]
    fn composed(&mut self, formula: &Formula, at: &str, depth: usize) -> Checked<Dims> {
        match formula {
            Formula::WeightedIndex(index) => {
                for (place, aspect) in index.aspects.iter().enumerate() {
                    let at = format!("{at}/weighted_index/aspects/{place}");
                    let most = aspect.terms.len();
                    if aspect.pick.is_some_and(|pick| pick == 0 || usize::from(pick) > most) {
                        return fault(format!("{at}/pick"), format!("1 to {most} can be picked"));
                    }
                    for (place, term) in aspect.terms.iter().enumerate() {
                        let at = format!("{at}/terms/{place}");
                        self.named(&term.of, &format!("{at}/of"))?;
                        if term.lead <= Decimal::ZERO {
                            return fault(format!("{at}/lead"), "a lead value is above zero");
                        }
                    }
                }
                Ok(Dims::none())
            }
            Formula::Choose(choice) => {
                let at = format!("{at}/choose");
                self.cases(&choice.parameter, choice.cases.iter().map(|case| &case.is), &at)?;
                let mut all: Option<Dims> = None;
                for (place, case) in choice.cases.iter().enumerate() {
                    let at = format!("{at}/cases/{place}/then");
                    let dims = self.formula(&case.then, &at, depth)?;
                    all = Some(match all {
                        Some(all) => same(all, &dims, &at)?,
                        None => dims,
                    });
                }
                Ok(all.unwrap_or_default())
            }
            _ => unreachable!("`formula` hands over these only"),
        }
    }

    fn since(
        &mut self,
        since: crate::domain::method::Since,
        of: &Formula,
        at: &str,
        word: &str,
        depth: usize,
    ) -> Checked<Dims> {
        if let crate::domain::method::Since::Years(years) = since
            && !(1..=30).contains(&years)
        {
            return fault(format!("{at}/{word}/since/years"), "1 to 30 years are looked back");
        }
        let before = self.parts;
        let dims = self.formula(of, &format!("{at}/{word}/of"), depth)?;
        if word != "earlier" {
            // Growth is evaluated now and then.
            self.count(self.parts - before, at)?;
        }
        Ok(dims)
    }

    fn alike(&mut self, parts: &[Formula], at: &str, depth: usize) -> Checked<Dims> {
        let mut all: Option<Dims> = None;
        for (place, part) in parts.iter().enumerate() {
            let at = format!("{at}/{place}");
            let dims = self.formula(part, &at, depth)?;
            all = Some(match all {
                Some(all) => same(all, &dims, &at)?,
                None => dims,
            });
        }
        all.map_or_else(|| fault(at, "at least one must stand here"), Ok)
    }

    fn item(&self, name: &Name, at: &str) -> Checked<Dims> {
        let own = self.method.items.iter().find(|item| item.item == *name).cloned();
        match own.or_else(|| (self.published)(name)) {
            Some(item) => Ok(Dims::of_unit(item.unit)),
            None => fault(at, format!("there is no item {name}; define it under `items`")),
        }
    }
}

fn same(first: Dims, other: &Dims, at: &str) -> Checked<Dims> {
    if first == *other {
        return Ok(first);
    }
    fault(at, format!("{first} and {other} are unlike and never add"))
}

/// Whether facts of a measure are of matter or energy, and not of money.
fn measures_dimension(measure: Measure) -> bool {
    !matches!(measure, Measure::GrossOutput | Measure::ValueAdded | Measure::Stated)
}

fn of_selector(selector: &Selector, at: &str) -> Checked<Dims> {
    if selector.measure == Measure::Stated {
        return fault(format!("{at}/measure"), "stated figures are named by their item");
    }
    if !measures_dimension(selector.measure) {
        let other = [
            ("dimension", selector.dimension.is_some()),
            ("basis", selector.basis.is_some()),
            ("kind", selector.kind.is_some()),
            ("codes", !selector.codes.is_empty()),
            ("between", selector.between.is_some()),
        ];
        if let Some((member, _)) = other.into_iter().find(|(_, is_there)| *is_there) {
            return fault(format!("{at}/{member}"), "money has none; name its currency");
        }
        return match selector.currency {
            Some(currency) => Ok(Dims::of_money(currency)),
            None => fault(format!("{at}/currency"), "money needs its currency"),
        };
    }
    if selector.currency.is_some() {
        return fault(format!("{at}/currency"), "only money has a currency");
    }
    let Some(dimension) = selector.dimension else {
        return fault(format!("{at}/dimension"), "tonnes and joules never add: name a dimension");
    };
    let water = matches!(selector.measure, Measure::FreshWater | Measure::Recirculated);
    if water && dimension != Dimension::Volume {
        return fault(format!("{at}/dimension"), "water is measured by volume");
    }
    Ok(Dims::of_dimension(dimension))
}

/// Whether a value that is exact keeps a bound; used by whoever evaluates.
impl Bound {
    /// What the comparison of value and bound must be.
    pub fn is_kept(&self, ordering: std::cmp::Ordering) -> bool {
        use crate::domain::method::Direction;
        match self.direction {
            Direction::AtLeast => ordering.is_ge(),
            Direction::AtMost => ordering.is_le(),
            Direction::Above => ordering.is_gt(),
            Direction::Below => ordering.is_lt(),
            Direction::Exactly => ordering.is_eq(),
        }
    }
}
