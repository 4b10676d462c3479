//! What the rows hold of a site's solid matter, by material and month.

use std::collections::BTreeMap;

use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::{MaterialId, SiteId};
use crate::domain::shapes::MaterialKind;
use crate::domain::state::{
    Declaration, Delivery, Material, Movement, Site, StockAccount, StockEntry, account_id,
    entries_of,
};
use crate::domain::states::{Kind, States as _};
use crate::domain::time::Month;
use crate::domain::unit::Dimension;
use crate::index::{FactFilter, Index, ListOf};
use crate::query::answer::QueryError;
use crate::query::report::{Found, Of, ReportOf};
use crate::query::rows::Rows;
use crate::query::see::{Concern, Sight, may};

/// What a report of solid matter looks at.
const MEASURES: [Measure; 10] = [
    Measure::Dispatched,
    Measure::Accepted,
    Measure::Delivered,
    Measure::Used,
    Measure::UsedInterim,
    Measure::Disposed,
    Measure::Generated,
    Measure::GeneratedFromByProducts,
    Measure::OwnReused,
    Measure::Stock,
];

/// Everything of one site, from the month before the first up to the last.
pub struct Gathered {
    pub as_of: u64,
    pub site: Site,
    /// By-products that are counted in mass and of which anything is known here.
    pub materials: BTreeMap<MaterialId, Material>,
    facts: BTreeMap<(MaterialId, Month, Measure), Found>,
    /// What was disposed of that this site did not take from anybody.
    own_disposed: BTreeMap<(MaterialId, Month), Found>,
    /// What left for a site (`Dispatched`), and what was accepted there (`Delivered`).
    pub flows: BTreeMap<(MaterialId, Month, SiteId, Measure), Found>,
    accounts: BTreeMap<MaterialId, Vec<StockEntry>>,
}

/// Gathers it for somebody who may see the site's rows.
pub fn gather(rows: &Rows<'_>, of: &ReportOf) -> Result<Gathered, QueryError> {
    let index = rows.index;
    let as_of = index.position();
    let Of { site, materials } = seen(rows, of)?;
    let mut all = Gathered {
        as_of,
        site,
        materials: BTreeMap::new(),
        facts: BTreeMap::new(),
        own_disposed: BTreeMap::new(),
        flows: BTreeMap::new(),
        accounts: BTreeMap::new(),
    };
    for material in materials {
        all.account(index, &material, of.to);
    }
    let before = of.from.checked_add(-1).unwrap_or(of.from);
    let filter = FactFilter {
        park: Some(all.site.park.clone()),
        measures: MEASURES.to_vec(),
        days: Some((before.first(), of.to.last())),
        firm: Some(all.site.firm.clone()),
        material: None,
    };
    index.facts(&filter, as_of, &mut |position, fact| {
        if fact.site.as_ref() == Some(&of.site) {
            all.fact(index, position, fact);
        }
    })?;
    Ok(all)
}

/// The site, if it may be seen, and the materials of its accounts.
fn seen(rows: &Rows<'_>, of: &ReportOf) -> Result<Of, QueryError> {
    let site = rows.index.find::<Site>(of.site.as_str()).ok_or(QueryError::NotFound("site"))?;
    let site = site.state.clone();
    let concern = Concern { firms: vec![site.firm.clone()], parks: vec![site.park.clone()] };
    if !may(rows.who, &Sight::Rows(concern)) {
        return Err(QueryError::NotFound("site"));
    }
    let firm = ListOf::Firm(site.firm.clone());
    let accounts = rows.index.list(Kind::StockAccount, &firm, 0, u64::MAX, usize::MAX)?;
    let accounts = accounts.iter().filter_map(|(_, id)| rows.index.find::<StockAccount>(id));
    let at_site = accounts.filter(|account| account.state.site == of.site);
    let materials = at_site.map(|account| account.state.material.material.clone()).collect();
    Ok(Of { site, materials })
}

impl Gathered {
    /// Whether reports of solid matter tell of it; if so, it stands among the materials.
    fn tells_of(&mut self, index: &Index, id: &MaterialId) -> bool {
        if self.materials.contains_key(id) {
            return true;
        }
        let Some(material) = index.find::<Material>(id.as_str()) else { return false };
        let Material { dimension, kind, .. } = material.state;
        let is_told = kind.is_left_over() && dimension == Dimension::Mass;
        if is_told {
            self.materials.insert(id.clone(), material.state.clone());
        }
        is_told
    }

    fn account(&mut self, index: &Index, material: &MaterialId, last: Month) {
        if !self.tells_of(index, material) {
            return;
        }
        let id = account_id(&self.site.site, material);
        let Some(account) = index.find::<StockAccount>(&id) else { return };
        let months = account.state.months.iter().filter(|month| **month <= last);
        let mut entries: Vec<_> = months.flat_map(|month| entries_of(index, &id, *month)).collect();
        entries.retain(|entry| entry.position < self.as_of);
        self.accounts.insert(material.clone(), entries);
    }

    fn fact(&mut self, index: &Index, position: u64, fact: &Fact) {
        let Some(id) = fact.material.clone() else { return };
        let is_mass = matches!(fact.unit, FactUnit::Physical(Dimension::Mass, _));
        let is_by_product = fact.kind.is_some_and(MaterialKind::is_left_over);
        if !is_mass || !is_by_product || !self.tells_of(index, &id) {
            return;
        }
        let (month, amount) = (fact.day.month(), i128::from(fact.amount));
        // What lies at the site is reported, whatever it was made from.
        let derived = fact.measure == Measure::GeneratedFromByProducts;
        let measure = if derived { Measure::Generated } else { fact.measure };
        let key = (id.clone(), month, measure);
        self.facts.entry(key).or_default().add(amount, position);
        if fact.measure == Measure::Disposed && !is_taken(index, fact) {
            self.own_disposed.entry((id.clone(), month)).or_default().add(amount, position);
        }
        let is_flow = matches!(fact.measure, Measure::Dispatched | Measure::Delivered);
        if let Some(other) = fact.counterparty.as_ref().filter(|_| is_flow) {
            let key = (id, month, other.site.clone(), fact.measure);
            self.flows.entry(key).or_default().add(amount, position);
        }
    }

    pub fn of(&self, material: &MaterialId, month: Month, measure: Measure) -> Option<&Found> {
        self.facts.get(&(material.clone(), month, measure))
    }

    pub fn own_disposed(&self, material: &MaterialId, month: Month) -> Option<&Found> {
        self.own_disposed.get(&(material.clone(), month))
    }

    /// What a return declared to have been generated, or, without one, what the account's entries
    /// sum up to; a zero only where the theme was declared as zero activity.
    pub fn generated(&self, index: &Index, material: &MaterialId, month: Month) -> Option<Found> {
        if let Some(declared) = self.of(material, month, Measure::Generated) {
            return Some(declared.clone());
        }
        let entries = self.entries(material).iter();
        let mut found: Option<Found> = None;
        for entry in entries.filter(|entry| entry.day.month() == month) {
            if entry.movement == Movement::Generated {
                found.get_or_insert_default().add(entry.amount, entry.position);
            }
        }
        found.or_else(|| {
            let id = format!("{}/{month}/generation", self.site.site);
            let theme = index.find::<Declaration>(&id).filter(|theme| theme.state.zero)?;
            Some(Found { amount: 0, entries: vec![theme.created] })
        })
    }

    /// On hand at the month's end: after the account, if it was open, else after the return.
    pub fn stored(&self, material: &MaterialId, month: Month) -> Option<Found> {
        let entries = self.entries(material);
        let until: Vec<_> = entries.iter().filter(|entry| entry.day.month() <= month).collect();
        let Some(last) = until.last() else {
            return self.of(material, month, Measure::Stock).cloned();
        };
        let of_month = until.iter().filter(|entry| entry.day.month() == month);
        let mut positions: Vec<u64> = of_month.map(|entry| entry.position).collect();
        if positions.is_empty() {
            positions.push(last.position);
        }
        let amount = until.iter().map(|entry| entry.amount).sum();
        Some(Found { amount, entries: positions })
    }

    /// By how much the own part of what lies here grew in the month: after the account, if it was
    /// open, else after the returns of this month and the one before.
    pub fn grown(&self, material: &MaterialId, month: Month) -> Option<Found> {
        let entries = self.entries(material);
        if entries.iter().any(|entry| entry.day.month() <= month) {
            let mut found = Found::default();
            for entry in entries.iter().filter(|entry| entry.day.month() == month) {
                if is_own(entry.movement) {
                    found.add(entry.amount, entry.position);
                }
            }
            return Some(found);
        }
        let now = self.of(material, month, Measure::Stock)?;
        let before = self.of(material, month.checked_add(-1)?, Measure::Stock)?;
        let entries = now.entries.iter().chain(&before.entries).copied().collect();
        Some(Found { amount: now.amount - before.amount, entries })
    }

    fn entries(&self, material: &MaterialId) -> &[StockEntry] {
        self.accounts.get(material).map_or(&[], Vec::as_slice)
    }
}

/// Whether a movement is of what the site generated: not the opening, which is of earlier months,
/// and not what came from others.
fn is_own(movement: Movement) -> bool {
    match movement {
        Movement::Opening
        | Movement::Accepted
        | Movement::Used
        | Movement::UsedInterim
        | Movement::Disposed
        // Of either: the entry that it corrects says of which.
        | Movement::Corrected => false,
        Movement::Generated
        | Movement::Dispatched
        | Movement::Cancelled
        | Movement::Returned
        | Movement::OwnUsed
        | Movement::OwnUsedInterim
        | Movement::OwnDisposed
        | Movement::Counted
        | Movement::Adjusted
        | Movement::Lost => true,
    }
}

/// Whether what was disposed of had been taken from somebody.
fn is_taken(index: &Index, fact: &Fact) -> bool {
    let delivery = fact.delivery.as_ref().and_then(|id| index.find::<Delivery>(id.as_str()));
    delivery
        .is_some_and(|delivery| Some(&delivery.state.exchange.receiver.site) == fact.site.as_ref())
}
