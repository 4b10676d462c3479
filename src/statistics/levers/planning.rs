//! Planning: what is sought and not served against what is generated and lies idle, by material
//! code.
//!
//! ```text
//! idle     = generated - reused by its firm - delivered - disposed of by its firm
//! unserved = sought over the listing's term - accepted under contracts that name the listing
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{FirmId, ListingId, MaterialId};
use crate::domain::quantity::{Basis, Sum};
use crate::domain::shapes::MaterialKind;
use crate::domain::unit::Dimension;
use crate::statistics::levers::{Group, LeverAround, group, zero};
use crate::statistics::{add, physical};

/// An open listing of something that is sought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenWant {
    pub firm: FirmId,
    pub listing: ListingId,
    pub material: MaterialId,
    /// The record that published or amended it last.
    #[schema(minimum = 0)]
    pub position: u64,
    /// Accepted under contracts that name the listing, whenever.
    pub served: Sum,
    /// What is sought over its whole term; absent if it says none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sought: Option<Sum>,
    /// What is left; absent if it does not say how much is sought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unserved: Option<Sum>,
}

/// What a firm has left of a material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Idle {
    pub delivered: Sum,
    pub disposed: Sum,
    pub facts: u64,
    pub firm: FirmId,
    pub generated: Sum,
    /// Below zero where more left than was declared as generated, as from stock.
    pub idle: Sum,
    pub material: MaterialId,
    pub own_reused: Sum,
}

/// What is sought and what lies idle of one code, dimension and basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanningRow {
    pub basis: Basis,
    /// Absent of materials without a code, which stand alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<MaterialCode>,
    /// How much of the wants the idle generation could serve; absent if either is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub could_serve: Option<Sum>,
    pub dimension: Dimension,
    pub generators: Vec<Idle>,
    /// The sum of what is idle, nothing taken off for who has less than nothing; absent if nobody
    /// has declared generation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<Sum>,
    /// Absent if nothing is sought, or no listing says how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unserved: Option<Sum>,
    pub wants: Vec<OpenWant>,
}

/// A want as the rows have it.
pub struct Want {
    pub listing: ListingId,
    pub firm: FirmId,
    pub material: MaterialId,
    pub code: Option<MaterialCode>,
    pub group: (Dimension, Basis),
    pub sought: Option<Sum>,
    pub served: Sum,
    pub position: u64,
}

/// Code, or the material itself where it has none.
type Key = (Group, Option<String>, Option<MaterialId>);

#[derive(Default)]
pub struct Planning {
    rows: BTreeMap<Key, (Option<MaterialCode>, BTreeMap<MaterialId, Idle>)>,
    /// Whose generation was declared.
    declared: BTreeSet<MaterialId>,
}

fn key(of: Group, code: Option<&MaterialCode>, material: &MaterialId) -> Key {
    match code {
        Some(code) => (of, Some(format!("{} {}", code.scheme().as_str(), code.code())), None),
        None => (of, None, Some(material.clone())),
    }
}

impl Planning {
    /// Whether a fact may be one of those behind; of disposal only that by the generating firm.
    pub fn counts(fact: &Fact) -> bool {
        let is_measure = matches!(
            fact.measure,
            Measure::Generated | Measure::OwnReused | Measure::Delivered | Measure::Disposed
        );
        is_measure && fact.kind == Some(MaterialKind::ByProduct)
    }

    pub fn add(&mut self, fact: &Fact, around: &LeverAround) {
        if !Planning::counts(fact) {
            return;
        }
        let (Some(amount), Some(material), Some(firm)) =
            (physical(fact), &fact.material, &fact.firm)
        else {
            return;
        };
        // What a receiver disposes of has left its generator before.
        let is_own = around.owner.as_ref().is_none_or(|owner| owner == firm);
        if matches!(fact.measure, Measure::Disposed | Measure::Delivered) && !is_own {
            return;
        }
        let of = group(&amount);
        let key = key(of, fact.code.as_ref(), material);
        let (_, materials) =
            self.rows.entry(key).or_insert_with(|| (fact.code.clone(), BTreeMap::new()));
        let idle = materials.entry(material.clone()).or_insert_with(|| Idle {
            delivered: zero(of),
            disposed: zero(of),
            facts: 0,
            firm: firm.clone(),
            generated: zero(of),
            idle: zero(of),
            material: material.clone(),
            own_reused: zero(of),
        });
        idle.facts += 1;
        let sum = if fact.measure == Measure::Generated {
            self.declared.insert(material.clone());
            &mut idle.generated
        } else if fact.measure == Measure::OwnReused {
            &mut idle.own_reused
        } else if fact.measure == Measure::Delivered {
            &mut idle.delivered
        } else {
            &mut idle.disposed
        };
        add(sum, &amount);
    }

    pub fn finish(self, wants: Vec<Want>) -> Vec<PlanningRow> {
        let Planning { rows, declared } = self;
        let mut out: BTreeMap<Key, PlanningRow> = BTreeMap::new();
        let row = |of: Group, code: Option<MaterialCode>| PlanningRow {
            basis: of.1,
            code,
            could_serve: None,
            dimension: of.0,
            generators: Vec::new(),
            idle: None,
            unserved: None,
            wants: Vec::new(),
        };
        for (key, (code, materials)) in rows {
            let of = key.0;
            let line = out.entry(key).or_insert_with(|| row(of, code));
            for (material, idle) in materials {
                // Without its generation nobody knows what of it is left.
                if declared.contains(&material) {
                    let idle = with_rest(idle);
                    let rest = Sum::new(idle.idle.amount().max(0), of.0, of.1).unwrap_or(zero(of));
                    add(line.idle.get_or_insert(zero(of)), &rest);
                    line.generators.push(idle);
                }
            }
        }
        for want in wants {
            let of = want.group;
            let key = key(of, want.code.as_ref(), &want.material);
            let line = out.entry(key).or_insert_with(|| row(of, want.code.clone()));
            let unserved = want.sought.map(|sought| left(&sought, &want.served));
            if let Some(unserved) = &unserved {
                add(line.unserved.get_or_insert(zero(of)), unserved);
            }
            let Want { listing, firm, material, sought, served, position, .. } = want;
            line.wants.push(OpenWant {
                firm,
                listing,
                material,
                position,
                served,
                sought,
                unserved,
            });
        }
        let mut rows: Vec<_> = out
            .into_values()
            .filter(|row| !row.generators.is_empty() || !row.wants.is_empty())
            .collect();
        for row in &mut rows {
            let both = row.idle.zip(row.unserved);
            row.could_serve =
                both.map(|(idle, want)| if want.amount() < idle.amount() { want } else { idle });
        }
        rows
    }
}

fn with_rest(mut idle: Idle) -> Idle {
    let mut gone = idle.own_reused;
    add(&mut gone, &idle.delivered);
    add(&mut gone, &idle.disposed);
    idle.idle = idle.generated.checked_sub(&gone).unwrap_or(idle.generated);
    idle
}

/// Never less than nothing: who got more than was sought is served.
fn left(sought: &Sum, served: &Sum) -> Sum {
    let rest = (sought.amount() - served.amount()).max(0);
    Sum::new(rest, sought.dimension(), sought.basis()).unwrap_or(*sought)
}
