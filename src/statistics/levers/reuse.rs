//! Resource use: what firms reuse themselves against what others use of it.
//!
//! Own reuse is what a firm uses where it was generated, and what it uses at another site of its
//! own. Water that goes round is passes, not quantities, and stands beside.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::SiteId;
use crate::domain::quantity::Sum;
use crate::statistics::levers::{Group, LeverNumber, group, is_between_firms, is_symbiotic, zero};
use crate::statistics::{add, physical};

/// What is reused of one dimension and basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReuseGroup {
    /// Used by other firms.
    pub between_firms: Sum,
    /// In percent of all that is reused; absent where own reuse is unknown or nothing is reused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between_firms_percent: Option<LeverNumber>,
    pub facts: u64,
    /// Used by the firm itself at another site.
    pub own_other_site: Sum,
    /// Reused where it was generated; absent if no site has declared any of it, or that there was
    /// none of anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_same_site: Option<Sum>,
    /// Water that went round within sites, counted at each pass; no part of the shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recirculated: Option<Sum>,
}

/// Own reuse against reuse by other firms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReuseLever {
    pub groups: Vec<ReuseGroup>,
    /// How many sites have declared own reuse, or that there was none.
    #[schema(minimum = 0)]
    pub own_reuse_declared_by_sites: u64,
}

#[derive(Default)]
pub struct Reuse {
    groups: BTreeMap<Group, ReuseGroup>,
    sites: BTreeSet<SiteId>,
    /// Whether a site has declared that there was none, in whatever unit.
    none: bool,
}

impl Reuse {
    pub fn counts(fact: &Fact) -> bool {
        let is_used = is_symbiotic(fact) && fact.counterparty.is_some();
        let is_own = is_symbiotic(fact) || fact.unit == FactUnit::Nothing;
        fact.measure == Measure::Recirculated
            || (fact.measure == Measure::Used && is_used)
            || (fact.measure == Measure::OwnReused && is_own)
    }

    pub fn add(&mut self, fact: &Fact) {
        if !Reuse::counts(fact) {
            return;
        }
        if fact.measure == Measure::OwnReused {
            self.sites.extend(fact.site.clone());
            self.none |= fact.unit == FactUnit::Nothing;
        }
        let Some(amount) = physical(fact) else { return };
        let of = group(&amount);
        let group = self.groups.entry(of).or_insert_with(|| ReuseGroup {
            between_firms: zero(of),
            between_firms_percent: None,
            facts: 0,
            own_other_site: zero(of),
            own_same_site: None,
            recirculated: None,
        });
        group.facts += 1;
        let sum = if fact.measure == Measure::OwnReused {
            group.own_same_site.get_or_insert(zero(of))
        } else if fact.measure == Measure::Recirculated {
            group.recirculated.get_or_insert(zero(of))
        } else if is_between_firms(fact) {
            &mut group.between_firms
        } else {
            &mut group.own_other_site
        };
        add(sum, &amount);
    }

    pub fn finish(self) -> ReuseLever {
        let none = self.none;
        let groups = self.groups.into_iter().map(|(of, mut group)| {
            if none {
                group.own_same_site.get_or_insert(zero(of));
            }
            if let Some(own) = &group.own_same_site {
                let mut whole = group.between_firms;
                add(&mut whole, &group.own_other_site);
                add(&mut whole, own);
                group.between_firms_percent = LeverNumber::share(&group.between_firms, &whole);
            }
            group
        });
        let groups = groups.collect();
        ReuseLever { groups, own_reuse_declared_by_sites: self.sites.len() as u64 }
    }
}
