//! Present states of lots: parts of a stock account that are set aside.
//!
//! Invariant: a lot has what its parts sum up to, in whole base units, each of them more than zero;
//! it has at most [`MOST_PARTS`], so that its row is never long.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{DeliveryId, FirmId, LotId, ParkId, SiteId};
use crate::domain::shapes::MaterialBrief;
use crate::domain::state::account_id;
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::domain::unit::Unit;

/// Deliveries, and own material as one more, that a lot is made of.
pub const MOST_PARTS: usize = 200;

/// How far it has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LotStage {
    Live,
    /// Drawn, lost or split until nothing was left.
    Finished,
    /// Went into another lot.
    Blended,
    /// What was left of it lies in the account freely.
    Dissolved,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// The lots that it was blended of.
    pub blended_of: Vec<LotId>,
    /// The lot that it went into as a whole.
    pub blended_into: Option<LotId>,
    /// Whether its record commits to a composition.
    pub composition: bool,
    pub day: Day,
    pub dissolved: bool,
    pub firm: FirmId,
    /// What it had at first, in base units.
    pub formed: i64,
    pub lot: LotId,
    pub material: MaterialBrief,
    pub note: Option<Text>,
    pub park: ParkId,
    /// The oldest first; own material last.
    pub parts: Vec<Part>,
    pub site: SiteId,
    pub split_from: Option<LotId>,
    pub unit: Unit,
}

/// What a lot has of a delivery; or of own material, and what no delivery accounts for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub delivery: Option<DeliveryId>,
    pub amount: i64,
}

impl Lot {
    /// In base units.
    pub fn quantity(&self) -> i64 {
        self.parts.iter().map(|part| part.amount).sum()
    }

    /// The id of its account.
    pub fn account(&self) -> String {
        account_id(&self.site, &self.material.material)
    }

    pub fn stage(&self) -> LotStage {
        if self.blended_into.is_some() {
            LotStage::Blended
        } else if self.dissolved {
            LotStage::Dissolved
        } else if self.parts.is_empty() {
            LotStage::Finished
        } else {
            LotStage::Live
        }
    }

    /// What it has of a delivery, or of own material.
    pub fn of(&self, delivery: Option<&DeliveryId>) -> i64 {
        let part = self.parts.iter().find(|part| part.delivery.as_ref() == delivery);
        part.map_or(0, |part| part.amount)
    }

    /// Takes the oldest, at most as much as there is.
    pub fn take(&mut self, amount: i64) -> Vec<Part> {
        let mut open = amount;
        let mut taken = Vec::new();
        for part in &mut self.parts {
            let amount = part.amount.min(open);
            if amount == 0 {
                break;
            }
            part.amount -= amount;
            open -= amount;
            taken.push(Part { delivery: part.delivery.clone(), amount });
        }
        self.parts.retain(|part| part.amount > 0);
        taken
    }

    /// Takes of one part.
    pub fn take_of(&mut self, delivery: Option<&DeliveryId>, amount: i64) {
        let part = self.parts.iter_mut().find(|part| part.delivery.as_ref() == delivery);
        let part = part.expect("a rule found that it has so much of it");
        part.amount -= amount;
        self.parts.retain(|part| part.amount > 0);
    }

    /// Adds what no delivery accounts for.
    pub fn add_own(&mut self, amount: i64) {
        match self.parts.iter_mut().find(|part| part.delivery.is_none()) {
            Some(own) => own.amount += amount,
            None => self.parts.push(Part { delivery: None, amount }),
        }
    }
}

impl Aggregate for Lot {
    const KIND: Kind = Kind::Lot;
}
