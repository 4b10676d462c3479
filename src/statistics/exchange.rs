//! Total exchanged by material: what receivers in a park have accepted, and what they have used.
//!
//! *Accepted* is the confirmed receipt that authorities book; *used* is the strict evidence (final
//! recovery R1 to R11, or a utility or product taken into use). Both are shown, with their gap.
//! Own reuse at the same site never stands here: it is no exchange.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::fact::{Fact, Measure};
use crate::domain::id::MaterialId;
use crate::domain::quantity::{Basis, Method, Sum};
use crate::domain::shapes::MaterialKind;
use crate::domain::unit::Dimension;
use crate::statistics::{Percent, add, physical};

/// Which facts the figure is a sum of.
pub const MEASURES: [Measure; 6] = [
    Measure::Accepted,
    Measure::Used,
    Measure::Unreconciled,
    Measure::OneSidedDispatched,
    Measure::OneSidedAccepted,
    Measure::Disputed,
];

/// What was exchanged of one material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExchangeTotal {
    /// Accepted by receivers.
    pub accepted: Sum,
    /// How many acceptances that is the sum of.
    pub acceptances: u64,
    /// The part of `accepted` that crossed from one firm to another.
    pub between_firms: Sum,
    #[schema(nullable)]
    pub code: Option<MaterialCode>,
    /// `accepted` less `used`: in stock, disposed of, or not declared as used yet.
    pub gap: Sum,
    #[schema(nullable)]
    pub kind: Option<MaterialKind>,
    pub material: MaterialId,
    /// The part of `accepted` that was weighed or metered; the rest is a calculation or a word.
    pub measured: Sum,
    /// `measured` in percent of `accepted`; absent where nothing was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured_percent: Option<Percent>,
    /// Under dispute: of what was accepted, and of what waits for it.
    pub disputed: Sum,
    /// The part of `accepted` that stands by the receiver's word alone.
    pub one_sided: Sum,
    /// Dispatched by suppliers of the park to receivers who are not registered and have not
    /// confirmed it. No part of `accepted`.
    pub supplier_only: Sum,
    /// By how much the two sides' weights differ without being explained.
    pub unreconciled: Sum,
    /// Used by receivers.
    pub used: Sum,
    /// The part of `accepted` that stayed inside one firm, between its sites.
    pub within_firms: Sum,
}

/// Sums facts by material. Facts of other measures are passed over.
#[derive(Default)]
pub struct ExchangeTotals {
    lines: BTreeMap<(MaterialId, Dimension, Basis), ExchangeTotal>,
}

impl ExchangeTotals {
    pub fn add(&mut self, fact: &Fact) {
        let (Some(material), Some(amount)) = (&fact.material, physical(fact)) else {
            return;
        };
        let Fact { measure, code, kind, method, .. } = fact;
        if !MEASURES.contains(measure) {
            return;
        }
        let (dimension, basis) = (amount.dimension(), amount.basis());
        let key = (material.clone(), dimension, basis);
        let line = self.lines.entry(key).or_insert_with(|| {
            let zero = Sum::zero(dimension, basis);
            ExchangeTotal {
                accepted: zero,
                acceptances: 0,
                between_firms: zero,
                code: code.clone(),
                gap: zero,
                kind: *kind,
                material: material.clone(),
                measured: zero,
                measured_percent: None,
                disputed: zero,
                one_sided: zero,
                supplier_only: zero,
                unreconciled: zero,
                used: zero,
                within_firms: zero,
            }
        });
        if *measure == Measure::Used {
            add(&mut line.used, &amount);
        } else if *measure == Measure::Unreconciled {
            add(&mut line.unreconciled, &amount);
        } else if *measure == Measure::OneSidedAccepted {
            add(&mut line.one_sided, &amount);
        } else if *measure == Measure::Disputed {
            add(&mut line.disputed, &amount);
        } else if *measure == Measure::OneSidedDispatched {
            add(&mut line.supplier_only, &amount);
        } else {
            add(&mut line.accepted, &amount);
            line.acceptances += 1;
            let other = fact.counterparty.as_ref().map(|other| &other.firm);
            let inside = other == fact.firm.as_ref();
            add(if inside { &mut line.within_firms } else { &mut line.between_firms }, &amount);
            if matches!(method, Method::Weighed | Method::Metered) {
                add(&mut line.measured, &amount);
            }
        }
    }

    /// One line a material, in the order of their ids.
    pub fn finish(self) -> Vec<ExchangeTotal> {
        let mut lines: Vec<_> = self.lines.into_values().collect();
        for line in &mut lines {
            line.gap = line.accepted.checked_sub(&line.used).expect("both are of one group");
            line.measured_percent = Percent::of(line.measured.amount(), line.accepted.amount());
        }
        lines
    }
}
