//! Avoided burdens of a park for a period, under a set of factors.
//!
//! Invariant: an answer is a function of the set's document, of the facts and of what was said of
//! contracts below a position. It is of exchanges and of the park, never of one firm.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::Fact;
use crate::domain::factor::FactorSet;
use crate::domain::id::{ContractId, MaterialId, ParkId};
use crate::domain::method::Certainty;
use crate::domain::name::Name;
use crate::domain::shapes::BaselineFate;
use crate::domain::state::{Contract, Delivery, Line, Material, PublishedFactors, method_id};
use crate::domain::states::{Kind, States as _, Stored};
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};
use crate::index::{FactFilter, Index, ListOf};
use crate::query::answer::QueryError;
use crate::statistics::avoided::{Around, Avoided, AvoidedResult, MEASURES};

/// The most versions of sets that are looked through.
const MOST_SETS: usize = 10_000;

const JOINT_EN: &str = "A saving is joint: it belongs to both firms of an exchange together. It \
    stands beside the firms' own greenhouse gas inventories and is never netted into one; nor is \
    it a product's footprint.";
const JOINT_ZH: &str = "减排效益由交换双方共同拥有；与各企业自身的温室气体清单并列，\
    不得冲抵任何一方的清单，也不计入产品碳足迹。";
const BASELINE: &str = "Per contract line, as the contract says or the supplier has declared \
    since, on the day of the fact; disposal is landfill or incineration.";

/// Avoided burdens, and all that a reader needs to judge them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AvoidedAnswer {
    /// From all records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// What the baseline is.
    pub baseline: String,
    /// What the set counts and what it does not.
    pub boundary: Text,
    pub factors: Name,
    #[schema(minimum = 1)]
    pub factors_version: u16,
    pub joint_en: String,
    pub joint_zh: String,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    /// The least sure of the set's numbers.
    pub least_sure: Certainty,
    pub park: ParkId,
    pub period: Period,
    pub result: AvoidedResult,
    /// The root of the log below `as_of`, where a checkpoint covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    pub source: Text,
    /// Whether the set is valid for the whole period.
    pub valid: bool,
    /// Why the version was taken out of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Text>,
}

/// Of which park and period, as of when.
#[derive(Clone, Debug)]
pub struct AvoidedOf {
    pub park: ParkId,
    pub period: Period,
    pub as_of: u64,
}

impl AvoidedOf {
    /// The facts that are reckoned with.
    pub fn filter(&self, material: Option<MaterialId>) -> FactFilter {
        FactFilter {
            park: Some(self.park.clone()),
            measures: MEASURES.to_vec(),
            days: Some((self.period.first(), self.period.last())),
            material,
            ..FactFilter::default()
        }
    }
}

/// The version that is asked for, or the newest that stands, one that is valid at the period's end
/// before others.
pub fn factors(
    index: &Index,
    name: &Name,
    version: Option<u16>,
    last: Day,
    as_of: u64,
) -> Result<Option<PublishedFactors>, QueryError> {
    let as_it_was = |found: Arc<Stored<PublishedFactors>>| {
        (found.created < as_of).then(|| {
            let mut state = found.state.clone();
            if found.changed >= as_of {
                state.withdrawn = None;
            }
            state
        })
    };
    if let Some(version) = version {
        let found = index.find::<PublishedFactors>(&method_id(name, version));
        return Ok(found.and_then(as_it_was));
    }
    let mut best: Option<(bool, PublishedFactors)> = None;
    for (_, id) in index.list(Kind::FactorSet, &ListOf::All, 0, as_of, MOST_SETS)? {
        let found = index.find::<PublishedFactors>(&id).and_then(as_it_was);
        let Some(state) = found.filter(|state| state.factors == *name) else { continue };
        if state.withdrawn.is_some() {
            continue;
        }
        let valid = state.valid_from <= last && state.valid_to.is_none_or(|end| last <= end);
        let newer = best
            .as_ref()
            .is_none_or(|(was_valid, best)| (*was_valid, best.version) < (valid, state.version));
        if newer {
            best = Some((valid, state));
        }
    }
    Ok(best.map(|(_, state)| state))
}

/// Reckons with a set.
pub fn avoided(
    index: &Index,
    size: u64,
    of: AvoidedOf,
    published: &PublishedFactors,
) -> Result<AvoidedAnswer, QueryError> {
    let set = published.read();
    let mut avoided = Avoided::new(&set);
    let mut known =
        Known { index, as_of: of.as_of, contracts: BTreeMap::new(), owners: BTreeMap::new() };
    index.facts(&of.filter(None), of.as_of, &mut |_, fact| {
        avoided.add(fact, &known.around(fact));
    })?;
    let result = avoided.finish();
    let AvoidedOf { park, period, as_of } = of;
    let valid = set.is_valid_on(period.first()) && set.is_valid_on(period.last());
    let least_sure = set.least_sure();
    let FactorSet { boundary, factors, source, version, .. } = set;
    Ok(AvoidedAnswer {
        as_of,
        baseline: BASELINE.to_owned(),
        boundary,
        factors,
        factors_version: version,
        joint_en: JOINT_EN.to_owned(),
        joint_zh: JOINT_ZH.to_owned(),
        lag: size.saturating_sub(as_of),
        least_sure,
        park,
        period,
        result,
        root: None,
        source,
        valid,
        withdrawn: published.withdrawn.clone(),
    })
}

/// Contracts and materials that facts name, each looked up once.
struct Known<'a> {
    index: &'a Index,
    as_of: u64,
    contracts: BTreeMap<ContractId, Option<Arc<Stored<Contract>>>>,
    owners: BTreeMap<MaterialId, Option<Arc<Stored<Material>>>>,
}

impl Known<'_> {
    fn around(&mut self, fact: &Fact) -> Around {
        let (index, as_of) = (self.index, self.as_of);
        let found = fact.contract.as_ref().and_then(|id| {
            let found = self.contracts.entry(id.clone());
            found.or_insert_with(|| index.find(id.as_str())).clone()
        });
        let owner = fact.material.as_ref().and_then(|id| {
            let found = self.owners.entry(id.clone());
            found.or_insert_with(|| index.find(id.as_str())).clone()
        });
        let Some(contract) = found else {
            return Around { fate: BaselineFate::Unknown, km: None, later_hop: false };
        };
        let contract = &contract.state;
        let fate = line_of(index, contract, fact)
            .map_or(BaselineFate::Unknown, |line| line.fate_on(fact.day, as_of));
        // A receiver may describe what a partner outside of the ledger gives.
        let later_hop = owner.is_some_and(|material| {
            ![&contract.supplier.firm, &contract.receiver.firm].contains(&&material.state.firm)
        });
        Around { fate, km: contract.km_on(fact.day, as_of), later_hop }
    }
}

/// The contract's line that a fact is of; none where several have its material and no delivery says
/// which.
fn line_of<'a>(index: &Index, contract: &'a Contract, fact: &Fact) -> Option<&'a Line> {
    let mut alike = contract
        .lines
        .iter()
        .filter(|line| Some(&line.material.material) == fact.material.as_ref());
    let first = alike.next()?;
    if alike.next().is_none() {
        return Some(first);
    }
    let delivery = index.find::<Delivery>(fact.delivery.as_ref()?.as_str())?;
    contract.line(delivery.state.exchange.line)
}
