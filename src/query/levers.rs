//! The roadmap's six levers of a park, and the shares of its facilities.
//!
//! Invariant: an answer is a function of the facts, and of what was said of contracts, materials
//! and facilities, below a position. A listing stands as it is now, with the position of its last
//! change. Whoever folds the log on the command line gets the same figures.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::command::ListingKind;
use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{ContractId, FacilityId, FirmId, ListingId, MaterialId, ParkId};
use crate::domain::quantity::Sum;
use crate::domain::shapes::{Grade, MaterialKind, Nonconformity};
use crate::domain::state::{Contract, Delivery, Facility, Listing, Material, Park};
use crate::domain::states::{Kind, States, Stored};
use crate::domain::time::Month;
use crate::index::{FactFilter, Index, ListOf};
use crate::query::answer::QueryError;
use crate::query::figure::FigureOf;
use crate::statistics::levers::cascade::CascadeLever;
use crate::statistics::levers::infrastructure::{FacilityShares, FacilityUses, Span};
use crate::statistics::levers::planning::{PlanningRow, Want};
use crate::statistics::levers::reuse::ReuseLever;
use crate::statistics::levers::space::SpaceLever;
use crate::statistics::levers::treatment::TreatmentGroup;
use crate::statistics::levers::{LeverAround, LeversFold, MEASURES};

/// The most facilities and listings of a park that are looked through.
const MOST: usize = 10_000;

/// The six levers of a park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeversAnswer {
    /// From all records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub cascade: CascadeLever,
    /// The first month.
    pub from: Month,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    pub park: ParkId,
    pub planning: Vec<PlanningRow>,
    pub resource_use: ReuseLever,
    /// The root of the log below `as_of`, where a checkpoint covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    pub shared_infrastructure: Vec<FacilityShares>,
    pub shared_treatment: Vec<TreatmentGroup>,
    pub space: SpaceLever,
    /// The last month, included.
    pub to: Month,
}

/// The facilities of a park by the shares of their capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilitiesAnswer {
    /// From all records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// The first month.
    pub from: Month,
    /// In the order in which they were registered.
    pub items: Vec<FacilityShares>,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    pub park: ParkId,
    /// The root of the log below `as_of`, where a checkpoint covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The last month, included.
    pub to: Month,
}

fn span(of: &FigureOf) -> Span {
    Span { from: of.from.first(), to: of.to.last(), below: of.as_of }
}

/// What facts name, each looked up once.
struct Known<'a, S> {
    states: &'a S,
    as_of: u64,
    contracts: BTreeMap<ContractId, Option<Arc<Stored<Contract>>>>,
    materials: BTreeMap<MaterialId, Option<Arc<Stored<Material>>>>,
}

impl<S: States> Known<'_, S> {
    fn contract(&mut self, id: &ContractId) -> Option<Arc<Stored<Contract>>> {
        let states = self.states;
        self.contracts.entry(id.clone()).or_insert_with(|| states.find(id.as_str())).clone()
    }

    fn around(&mut self, fact: &Fact) -> LeverAround {
        let states = self.states;
        let material = fact.material.as_ref().and_then(|id| {
            self.materials.entry(id.clone()).or_insert_with(|| states.find(id.as_str())).clone()
        });
        let contract = fact.contract.as_ref().and_then(|id| self.contract(id));
        let is_utility = fact.kind == Some(MaterialKind::Utility);
        let below_grade = is_utility && fact.measure == Measure::Received && self.is_below(fact);
        LeverAround {
            km: contract.as_ref().and_then(|found| found.state.km_on(fact.day, self.as_of)),
            needed: contract
                .filter(|_| is_utility)
                .and_then(|found| self.needed(&found.state, fact)),
            owner: material.as_ref().map(|found| found.state.firm.clone()),
            supplied: material.and_then(|found| found.state.grade.clone()),
            below_grade,
        }
    }

    fn delivery(&self, fact: &Fact) -> Option<Arc<Stored<Delivery>>> {
        self.states.find::<Delivery>(fact.delivery.as_ref()?.as_str())
    }

    fn is_below(&self, fact: &Fact) -> bool {
        self.delivery(fact)
            .is_some_and(|found| found.state.nonconformities.contains(&Nonconformity::BelowGrade))
    }

    /// What the line of the fact asks for; nothing where several lines have its material and no
    /// delivery says which.
    fn needed(&self, contract: &Contract, fact: &Fact) -> Option<Grade> {
        let mut alike = contract
            .lines
            .iter()
            .filter(|line| Some(&line.material.material) == fact.material.as_ref());
        let first = alike.next()?;
        if alike.next().is_none() {
            return first.grade.clone();
        }
        contract.line(self.delivery(fact)?.state.exchange.line)?.grade.clone()
    }
}

/// Reckons the levers from states and facts, wherever they come from.
pub struct Levers<'a, S> {
    of: FigureOf,
    fold: LeversFold,
    known: Known<'a, S>,
    served: BTreeMap<ListingId, Vec<Sum>>,
}

impl<'a, S: States> Levers<'a, S> {
    pub fn new(states: &'a S, of: FigureOf) -> Levers<'a, S> {
        let as_of = of.as_of;
        let known = Known { states, as_of, contracts: BTreeMap::new(), materials: BTreeMap::new() };
        let fold = LeversFold::new(of.park.clone());
        Levers { of, fold, known, served: BTreeMap::new() }
    }

    /// Takes a fact of the park and the months.
    pub fn add(&mut self, fact: &Fact) {
        let around = self.known.around(fact);
        self.fold.add(fact, &around);
    }

    /// Takes an acceptance in the park, of whichever month: it may have served a want.
    pub fn serve(&mut self, fact: &Fact) {
        let contract = fact.contract.as_ref().and_then(|id| self.known.contract(id));
        let Some(listing) = contract.and_then(|found| found.state.listing.clone()) else { return };
        let crate::domain::fact::FactUnit::Physical(dimension, basis) = fact.unit else { return };
        let Ok(amount) = Sum::new(fact.amount.into(), dimension, basis) else { return };
        let sums = self.served.entry(listing).or_default();
        let alike = sums.iter_mut().find_map(|sum| Some((sum.checked_add(&amount).ok()?, sum)));
        match alike {
            Some((sum, place)) => *place = sum,
            None => sums.push(amount),
        }
    }

    /// The figures, with the park's facilities and listings by their ids.
    pub fn finish(self, facilities: &[String], listings: &[String], size: u64) -> LeversAnswer {
        let Levers { of, mut fold, known, served } = self;
        let states = known.states;
        let wants = listings.iter().filter_map(|id| want(states, id, &of, &served)).collect();
        let facilities = found(states, facilities, &of);
        for Stored { state, .. } in facilities.iter().map(Arc::as_ref) {
            fold.treatment.knows(&state.facility, state.kind);
            fold.cascade.knows(&state.facility, state.grade.clone());
        }
        let LeversFold { space, reuse, planning, treatment, cascade, uses } = fold;
        LeversAnswer {
            cascade: cascade.finish(),
            planning: planning.finish(wants),
            resource_use: reuse.finish(),
            root: None,
            shared_infrastructure: shares(states, &facilities, &uses, &of),
            shared_treatment: treatment.finish(),
            space: space.finish(),
            lag: size.saturating_sub(of.as_of),
            as_of: of.as_of,
            from: of.from,
            to: of.to,
            park: of.park,
        }
    }
}

/// An open listing that seeks something in the park in these months.
fn want<S: States>(
    states: &S,
    id: &str,
    of: &FigureOf,
    served: &BTreeMap<ListingId, Vec<Sum>>,
) -> Option<Want> {
    let found = states.find::<Listing>(id)?;
    let Listing { firm, kind, listing, material, park, quantity, term, withdrawn, .. } =
        found.state.clone();
    let (first, last) = (of.from.first(), of.to.last());
    let is_open = !withdrawn || found.changed >= of.as_of;
    let is_then = term.is_none_or(|term| term.from <= last && first <= term.to);
    if kind != ListingKind::Want || park != of.park || !is_open || !is_then {
        return None;
    }
    let group = (material.dimension, material.basis);
    let zero = Sum::zero(group.0, group.1);
    let had = served.get(&listing).into_iter().flatten();
    let served = had.copied().find(|sum| (sum.dimension(), sum.basis()) == group);
    Some(Want {
        listing,
        firm,
        material: material.material,
        code: material.code,
        group,
        sought: quantity.and_then(|quantity| zero.plus(&quantity, group.1).ok()),
        served: served.unwrap_or(zero),
        position: found.changed,
    })
}

fn found<S: States>(states: &S, ids: &[String], of: &FigureOf) -> Vec<Arc<Stored<Facility>>> {
    let found = ids.iter().filter_map(|id| states.find::<Facility>(id));
    found.filter(|found| found.created < of.as_of && found.state.park == of.park).collect()
}

fn shares<S: States>(
    states: &S,
    facilities: &[Arc<Stored<Facility>>],
    uses: &FacilityUses,
    of: &FigureOf,
) -> Vec<FacilityShares> {
    let Some(park) = states.find::<Park>(of.park.as_str()) else { return Vec::new() };
    let share =
        |found: &Arc<Stored<Facility>>| uses.shares(&found.state, &park.state.zone, span(of));
    facilities.iter().map(share).collect()
}

fn ids(index: &Index, kind: Kind, of: &FigureOf) -> Result<Vec<String>, QueryError> {
    let list = index.list(kind, &ListOf::Park(of.park.clone()), 0, of.as_of, MOST)?;
    Ok(list.into_iter().map(|(_, id)| id).collect())
}

/// The levers of a park from the rows.
pub fn levers(index: &Index, size: u64, of: FigureOf) -> Result<LeversAnswer, QueryError> {
    let (facilities, listings) =
        (ids(index, Kind::Facility, &of)?, ids(index, Kind::Listing, &of)?);
    let mut levers = Levers::new(index, of.clone());
    index.facts(&of.filter(&MEASURES), of.as_of, &mut |_, fact| levers.add(fact))?;
    if !listings.is_empty() {
        let ever = FactFilter { days: None, ..of.filter(&[Measure::Accepted]) };
        index.facts(&ever, of.as_of, &mut |_, fact| levers.serve(fact))?;
    }
    Ok(levers.finish(&facilities, &listings, size))
}

/// The facilities of a park, or one of them, from the rows.
pub fn facilities(
    index: &Index,
    size: u64,
    of: FigureOf,
    only: Option<&FacilityId>,
) -> Result<FacilitiesAnswer, QueryError> {
    let ids = match only {
        Some(id) => vec![id.to_string()],
        None => ids(index, Kind::Facility, &of)?,
    };
    let mut uses = FacilityUses::default();
    let filter = of.filter(&[Measure::FacilityUsed]);
    index.facts(&filter, of.as_of, &mut |_, fact| uses.add(fact))?;
    let items = shares(index, &found(index, &ids, &of), &uses, &of);
    let FigureOf { park, from, to, as_of } = of;
    let lag = size.saturating_sub(as_of);
    Ok(FacilitiesAnswer { as_of, from, items, lag, park, root: None, to })
}

/// Leaves of a facility's firms only these: a user sees its own share and the sums of all.
pub fn only_of(shares: &mut FacilityShares, firms: &[&FirmId]) {
    shares.firms.retain(|one| firms.contains(&&one.firm));
    shares.months.retain(|one| firms.contains(&&one.firm));
    shares.proposed.retain(|one| firms.contains(&&one.firm));
}

#[cfg(test)]
mod tests;
