//! Avoided burdens of exchanges under a set of factors.
//!
//! ```text
//! avoided disposal  = SUM accepted x (1 if the baseline is landfill or incineration, else 0)
//! virgin substituted = SUM used x r x Q
//! net CO2e = SUM used x (r x Q x EF_virgin + EF_baseline - EF_processing)
//!            - SUM t x km x EF_transport
//! ```
//!
//! Invariant: a fact is counted in a figure, or named with the reason why it is not; none is
//! guessed and none is left out in silence. Numbers are exact to the end. A saving belongs to both
//! firms of an exchange together: nothing here is of a firm.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::factor::{FactorBasis, FactorEntry, FactorSet};
use crate::domain::id::{ContractId, MaterialId};
use crate::domain::name::Name;
use crate::domain::quantity::{Basis, Sum};
use crate::domain::shapes::{BaselineFate, MaterialKind};
use crate::domain::unit::Dimension;
use crate::statistics::method::Number;

/// The measures whose facts are counted.
pub const MEASURES: [Measure; 2] = [Measure::Accepted, Measure::Used];

/// Digits after the point in print.
const DIGITS: u8 = 6;

const GRAMS_OF_TONNE: i128 = 1_000_000;
const KILOGRAMS_OF_TONNE: i128 = 1_000;

/// One of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AvoidedFigure {
    AvoidedDisposal,
    VirginSubstituted,
    NetCo2e,
}

/// Why a fact is not counted in a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// A main product or raw material: traded, but no symbiosis.
    Product,
    /// Between two sites of one firm.
    OneFirm,
    /// The material has no code by which its factors are found.
    NoCode,
    /// The set has no factors for its code.
    NoEntry,
    /// Factors are of tonnes, and it is counted otherwise.
    NotAMass,
    /// Wet where the factors ask for dry, or the other way, and no moisture is known.
    OtherBasis,
    /// Passed on by somebody whose material it is not: the first hop has avoided the disposal.
    LaterHop,
    /// Nobody has said what would have become of it.
    BaselineUnknown,
    /// The set has no factor for that fate.
    NoFactorOfFate,
    /// Nobody has stated how far it is carried, and the set counts transport.
    NoDistance,
}

/// What is known around a fact, as of a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    pub fate: BaselineFate,
    pub km: Option<Decimal>,
    pub later_hop: bool,
}

/// A number in tonnes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tonnes {
    /// As a fraction, or a whole number.
    pub exact: String,
    /// Rounded half away from zero to six digits.
    pub value: String,
}

impl Tonnes {
    fn new(number: &Number) -> Tonnes {
        Tonnes { exact: number.fraction(), value: number.text(DIGITS) }
    }
}

/// The figures of a material or of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AvoidedSums {
    pub avoided_disposal_t: Tonnes,
    /// Below zero where the exchange costs more than it spares.
    pub net_co2e_t: Tonnes,
    pub virgin_substituted_t: Tonnes,
}

/// The figures of a material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AvoidedOfMaterial {
    pub material: MaterialId,
    #[serde(flatten)]
    pub sums: AvoidedSums,
}

/// What facts that are alike come to. A figure that is absent is not of this measure, or not
/// counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AvoidedLine {
    pub amount: Sum,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avoided_disposal_t: Option<Tonnes>,
    pub baseline: BaselineFate,
    pub contract: ContractId,
    /// The entry of the set that it was reckoned with.
    pub entry: Name,
    /// How many facts it is the sum of.
    #[schema(minimum = 0)]
    pub facts: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub km: Option<Decimal>,
    pub material: MaterialId,
    pub measure: Measure,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_co2e_t: Option<Tonnes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virgin_substituted_t: Option<Tonnes>,
}

/// What a figure does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotCounted {
    pub amount: Sum,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    #[schema(minimum = 0)]
    pub facts: u64,
    pub figure: AvoidedFigure,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    pub measure: Measure,
    pub why: WhyNot,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AvoidedResult {
    /// Whether every fact is counted in every figure that it belongs to.
    pub complete: bool,
    pub lines: Vec<AvoidedLine>,
    pub materials: Vec<AvoidedOfMaterial>,
    pub not_counted: Vec<NotCounted>,
    pub total: AvoidedSums,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LineKey {
    material: MaterialId,
    measure: Measure,
    contract: ContractId,
    entry: Name,
    fate: BaselineFate,
    km: Option<Decimal>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct GapKey {
    figure: AvoidedFigure,
    why: WhyNot,
    material: Option<MaterialId>,
    measure: Measure,
    contract: Option<ContractId>,
    unit: (Dimension, Basis),
}

/// Base units, and of how many facts.
type Amount = (i128, u64);

/// The sums while facts come in.
pub struct Avoided<'a> {
    set: &'a FactorSet,
    lines: BTreeMap<LineKey, Amount>,
    gaps: BTreeMap<GapKey, Amount>,
}

impl<'a> Avoided<'a> {
    pub fn new(set: &'a FactorSet) -> Avoided<'a> {
        Avoided { set, lines: BTreeMap::new(), gaps: BTreeMap::new() }
    }

    /// Takes a fact of one of [`MEASURES`]; others are no part of it.
    pub fn add(&mut self, fact: &Fact, around: &Around) {
        let FactUnit::Physical(dimension, basis) = fact.unit else { return };
        let figures: &[AvoidedFigure] = if fact.measure == Measure::Accepted {
            &[AvoidedFigure::AvoidedDisposal]
        } else if fact.measure == Measure::Used {
            &[AvoidedFigure::VirginSubstituted, AvoidedFigure::NetCo2e]
        } else {
            return;
        };
        let mut gap = |figure, why| {
            let key = GapKey {
                figure,
                why,
                material: fact.material.clone(),
                measure: fact.measure,
                contract: fact.contract.clone(),
                unit: (dimension, basis),
            };
            more(self.gaps.entry(key).or_default(), fact.amount);
        };
        let (entry, material, contract) = match found(self.set, fact, (dimension, basis), around) {
            Ok(found) => found,
            Err(why) => return figures.iter().for_each(|figure| gap(*figure, why)),
        };
        for figure in figures {
            if let Some(why) = lacks(*figure, entry, around) {
                gap(*figure, why);
            }
        }
        let key = LineKey {
            material: material.clone(),
            measure: fact.measure,
            contract: contract.clone(),
            entry: entry.entry.clone(),
            fate: around.fate,
            km: around.km,
        };
        more(self.lines.entry(key).or_default(), fact.amount);
    }

    pub fn finish(self) -> AvoidedResult {
        let mut lines = Vec::new();
        let mut sums: BTreeMap<MaterialId, [Number; 3]> = BTreeMap::new();
        let mut total = nothing();
        for (key, (amount, facts)) in self.lines {
            let entry = self.set.entries.iter().find(|entry| entry.entry == key.entry);
            let entry = entry.expect("a line is of an entry of the set");
            let around = Around { fate: key.fate, km: key.km, later_hop: false };
            let figures = figures(key.measure, entry, amount, &around);
            let own = sums.entry(key.material.clone()).or_insert_with(nothing);
            for (place, figure) in figures.iter().enumerate() {
                let Some(figure) = figure else { continue };
                own[place] = own[place].plus(figure);
                total[place] = total[place].plus(figure);
            }
            let [disposal, virgin, net] = figures.map(|figure| figure.as_ref().map(Tonnes::new));
            let basis = match entry.basis {
                FactorBasis::Wet => Basis::Wet,
                FactorBasis::Dry => Basis::Dry,
            };
            lines.push(AvoidedLine {
                amount: sum(amount, (Dimension::Mass, basis)),
                avoided_disposal_t: disposal,
                baseline: key.fate,
                contract: key.contract,
                entry: key.entry,
                facts,
                km: key.km,
                material: key.material,
                measure: key.measure,
                net_co2e_t: net,
                virgin_substituted_t: virgin,
            });
        }
        let materials = sums.into_iter();
        let materials = materials
            .map(|(material, sums)| AvoidedOfMaterial { material, sums: printed(&sums) })
            .collect();
        let not_counted: Vec<_> = self.gaps.into_iter().map(of_gap).collect();
        let complete = not_counted.is_empty();
        AvoidedResult { complete, lines, materials, not_counted, total: printed(&total) }
    }
}

fn more((amount, facts): &mut Amount, by: i64) {
    *amount += i128::from(by);
    *facts += 1;
}

fn nothing() -> [Number; 3] {
    [(); 3].map(|()| Number::integer(0))
}

fn printed([disposal, virgin, net]: &[Number; 3]) -> AvoidedSums {
    AvoidedSums {
        avoided_disposal_t: Tonnes::new(disposal),
        net_co2e_t: Tonnes::new(net),
        virgin_substituted_t: Tonnes::new(virgin),
    }
}

fn sum(amount: i128, (dimension, basis): (Dimension, Basis)) -> Sum {
    Sum::new(amount, dimension, basis).expect("sums of facts are bounded, and mass has this basis")
}

fn of_gap((key, (amount, facts)): (GapKey, Amount)) -> NotCounted {
    let GapKey { figure, why, material, measure, contract, unit } = key;
    NotCounted { amount: sum(amount, unit), contract, facts, figure, material, measure, why }
}

type Found<'a> = (&'a FactorEntry, &'a MaterialId, &'a ContractId);

/// What a fact is reckoned with, or why it is counted in no figure.
fn found<'a>(
    set: &'a FactorSet,
    fact: &'a Fact,
    (dimension, basis): (Dimension, Basis),
    around: &Around,
) -> Result<Found<'a>, WhyNot> {
    if fact.kind == Some(MaterialKind::Product) {
        return Err(WhyNot::Product);
    }
    if fact.counterparty.as_ref().map(|other| &other.firm) == fact.firm.as_ref() {
        return Err(WhyNot::OneFirm);
    }
    let code = fact.code.as_ref().ok_or(WhyNot::NoCode)?;
    let entry = set.entry_of(code).ok_or(WhyNot::NoEntry)?;
    if dimension != Dimension::Mass {
        return Err(WhyNot::NotAMass);
    }
    let is_basis = match entry.basis {
        FactorBasis::Wet => basis == Basis::Wet,
        FactorBasis::Dry => basis == Basis::Dry,
    };
    if !is_basis {
        return Err(WhyNot::OtherBasis);
    }
    if fact.measure == Measure::Accepted && around.later_hop {
        return Err(WhyNot::LaterHop);
    }
    let material = fact.material.as_ref().ok_or(WhyNot::NoCode)?;
    let contract = fact.contract.as_ref().ok_or(WhyNot::BaselineUnknown)?;
    Ok((entry, material, contract))
}

/// What a figure needs and is not known.
fn lacks(figure: AvoidedFigure, entry: &FactorEntry, around: &Around) -> Option<WhyNot> {
    let unknown = around.fate == BaselineFate::Unknown;
    match figure {
        AvoidedFigure::VirginSubstituted => None,
        AvoidedFigure::AvoidedDisposal => unknown.then_some(WhyNot::BaselineUnknown),
        AvoidedFigure::NetCo2e if unknown => Some(WhyNot::BaselineUnknown),
        AvoidedFigure::NetCo2e if entry.of_fate(around.fate).is_none() => {
            Some(WhyNot::NoFactorOfFate)
        }
        AvoidedFigure::NetCo2e => {
            let carried = !entry.transport.value.is_zero();
            (carried && around.km.is_none()).then_some(WhyNot::NoDistance)
        }
    }
}

/// Disposal, virgin material and net CO2e in tonnes, where they are of the measure and known.
fn figures(
    measure: Measure,
    entry: &FactorEntry,
    grams: i128,
    around: &Around,
) -> [Option<Number>; 3] {
    let tonnes = Number::new(grams, GRAMS_OF_TONNE);
    let known = |figure| lacks(figure, entry, around).is_none();
    if measure == Measure::Accepted {
        let is_disposal =
            matches!(around.fate, BaselineFate::Landfill | BaselineFate::Incineration);
        let avoided = if is_disposal { tonnes } else { Number::integer(0) };
        return [known(AvoidedFigure::AvoidedDisposal).then_some(avoided), None, None];
    }
    let number = |factor: &crate::domain::factor::Factor| Number::of_decimal(&factor.value);
    let displaced = number(&entry.ratio).times(&number(&entry.quality));
    let virgin = tonnes.times(&displaced);
    let net = known(AvoidedFigure::NetCo2e).then(|| {
        let fate = entry.of_fate(around.fate).map_or(Number::integer(0), number);
        let of_tonne =
            displaced.times(&number(&entry.virgin)).plus(&fate).minus(&number(&entry.processing));
        let km = around.km.as_ref().map_or(Number::integer(0), Number::of_decimal);
        let carried = km.times(&number(&entry.transport));
        tonnes.times(&of_tonne.minus(&carried)).times(&Number::new(1, KILOGRAMS_OF_TONNE))
    });
    [None, Some(virgin), net]
}

#[cfg(test)]
mod tests;
