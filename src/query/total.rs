//! Totals: sums of a park's facts over months, by firm, material or month.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::fact::{FactUnit, Measure};
use crate::domain::id::{FirmId, MaterialId, ParkId};
use crate::domain::name::Name;
use crate::domain::quantity::Sum;
use crate::domain::shapes::MaterialKind;
use crate::domain::time::Month;
use crate::index::{Index, Total, TotalFilter};
use crate::query::answer::QueryError;
use crate::query::fact::{Amounts, MoneyFact, StatedFact};

/// What totals are told apart by, besides measure and unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TotalBy {
    #[default]
    Material,
    Firm,
    Month,
}

/// The sum of facts that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TotalView {
    /// Of totals by material: its first code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<MaterialCode>,
    /// Of what was accepted: how much is under dispute, of that and of what waits for it; absent
    /// where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Sum>,
    /// How many facts it is the sum of.
    #[schema(minimum = 0)]
    pub facts: u64,
    /// Of totals by firm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    /// Of stated figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Name>,
    /// Of totals by material.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<MaterialKind>,
    /// Of totals by material; absent for what is of no material, as fresh water.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    pub measure: Measure,
    /// Of economic output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<MoneyFact>,
    /// Of totals by month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// Of what was accepted or dispatched: the part that stands by one side's word alone; absent
    /// where both sides stand for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_sided: Option<Sum>,
    /// Of matter and energy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Sum>,
    /// Of stated figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<StatedFact>,
}

/// The totals of a park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Totals {
    /// The answer reflects every record below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub by: TotalBy,
    /// The first month.
    pub from: Month,
    /// By measure, then by what they are told apart by, then by unit.
    pub items: Vec<TotalView>,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    pub park: ParkId,
    /// The last month, included.
    pub to: Month,
}

/// Of which park, over which months, told apart by what.
#[derive(Clone)]
pub struct TotalsOf {
    pub park: ParkId,
    pub from: Month,
    pub to: Month,
    pub by: TotalBy,
    pub filter: TotalFilter,
}

/// What totals are alike in: measure, what they are told apart by, item, unit.
type Alike = (u8, String, Option<Name>, FactUnit);
/// Where the total of a measure stands.
type Member = fn(&mut TotalView) -> &mut Option<Sum>;

/// Which totals say how much of another is not both sides' word, and where that is shown.
const BESIDE: [(Measure, Measure, Member); 3] = [
    (Measure::Accepted, Measure::Disputed, |view| &mut view.disputed),
    (Measure::Accepted, Measure::OneSidedAccepted, |view| &mut view.one_sided),
    (Measure::Dispatched, Measure::OneSidedDispatched, |view| &mut view.one_sided),
];

pub fn totals(index: &Index, size: u64, of: TotalsOf) -> Result<Totals, QueryError> {
    let TotalsOf { park, from, to, by, mut filter } = of;
    let asked = filter.measures.clone();
    for (measure, beside, _) in BESIDE {
        if asked.contains(&measure) && !asked.contains(&beside) {
            filter.measures.push(beside);
        }
    }
    let (as_of, found) = index.totals(&park, (from, to), &filter)?;
    let mut sums: BTreeMap<Alike, (Total, i128, u64)> = BTreeMap::new();
    for total in found {
        let key = match by {
            TotalBy::Material => total.key.material.as_ref().map(ToString::to_string),
            TotalBy::Firm => total.key.firm.as_ref().map(ToString::to_string),
            TotalBy::Month => Some(total.month.to_string()),
        };
        let item = total.key.item.clone();
        let key = (total.measure as u8, key.unwrap_or_default(), item, total.key.unit);
        let (amount, facts) = (total.value.amount, total.value.facts);
        let sum = sums.entry(key).or_insert_with(|| (total, 0, 0));
        (sum.1, sum.2) = (sum.1 + amount, sum.2 + facts);
    }
    let mut items = Vec::with_capacity(sums.len());
    for ((measure, group, named, unit), (total, amount, facts)) in &sums {
        if !asked.is_empty() && !asked.contains(&total.measure) {
            continue;
        }
        let mut item = view(by, total.clone(), *amount, *facts);
        for (of, beside, member) in BESIDE {
            let key = (beside as u8, group.clone(), named.clone(), *unit);
            let found = sums.get(&key).filter(|_| of as u8 == *measure);
            if let Some((_, amount, _)) = found.filter(|(_, amount, _)| *amount != 0) {
                *member(&mut item) = Amounts::new(*amount, *unit).quantity;
            }
        }
        items.push(item);
    }
    let lag = size.saturating_sub(as_of);
    Ok(Totals { as_of, by, from, items, lag, park, to })
}

fn view(by: TotalBy, total: Total, amount: i128, facts: u64) -> TotalView {
    let Amounts { money, quantity, stated } = Amounts::new(amount, total.key.unit);
    let of_material = by == TotalBy::Material;
    TotalView {
        code: total.value.code.filter(|_| of_material),
        disputed: None,
        facts,
        firm: total.key.firm.filter(|_| by == TotalBy::Firm),
        item: total.key.item,
        kind: total.value.kind.filter(|_| of_material),
        material: total.key.material.filter(|_| of_material),
        measure: total.measure,
        money,
        month: (by == TotalBy::Month).then_some(total.month),
        one_sided: None,
        quantity,
        stated,
    }
}
