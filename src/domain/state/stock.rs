//! Present states of stock accounts: what lies of a material at a site, and every movement that
//! made it so.
//!
//! Invariant: what is on hand is the sum of the movements, by their nature, by month and one by
//! one. Movements stand in pages of bounded size, month by month, so that a row is never long.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{DeliveryId, FirmId, LotId, MaterialId, ParkId, SiteId};
use crate::domain::quantity::Sum;
use crate::domain::shapes::MaterialBrief;
use crate::domain::states::{Aggregate, Kind, States};
use crate::domain::time::{Day, Month};
use crate::domain::unit::Unit;

/// What moved a quantity. The numbers are those of rows.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Movement {
    Opening = 0,
    Generated = 1,
    /// Came in by a delivery and was accepted.
    Accepted = 2,
    /// Left by a delivery.
    Dispatched = 3,
    /// Did not leave after all.
    Cancelled = 4,
    /// Was rejected and came back.
    Returned = 5,
    /// Accepted material that was used.
    Used = 6,
    /// Accepted material that an interim recovery (R12, R13) took.
    UsedInterim = 7,
    /// Accepted material that was disposed of.
    Disposed = 8,
    /// Own material that was used at the site.
    OwnUsed = 9,
    /// Own material that an interim recovery (R12, R13) took.
    OwnUsedInterim = 10,
    /// Own material that was disposed of at the site.
    OwnDisposed = 11,
    /// Gain or loss that a count found.
    Counted = 12,
    Adjusted = 13,
    Lost = 14,
    /// By how much a corrected weight moves it: the reversal, and the replacement; or a confirmed
    /// adjustment of metered periods.
    Corrected = 15,
}

impl Movement {
    pub const ALL: [Movement; 16] = [
        Movement::Opening,
        Movement::Generated,
        Movement::Accepted,
        Movement::Dispatched,
        Movement::Cancelled,
        Movement::Returned,
        Movement::Used,
        Movement::UsedInterim,
        Movement::Disposed,
        Movement::OwnUsed,
        Movement::OwnUsedInterim,
        Movement::OwnDisposed,
        Movement::Counted,
        Movement::Adjusted,
        Movement::Lost,
        Movement::Corrected,
    ];
}

/// Signed base units by the nature of the movement: what came is more than zero, what went less.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved([i128; Movement::ALL.len()]);

impl Moved {
    pub fn of(&self, movement: Movement) -> i128 {
        self.0[movement as usize]
    }

    pub fn add(&mut self, movement: Movement, amount: i128) {
        self.0[movement as usize] += amount;
    }

    pub fn add_all(&mut self, other: &Moved) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }

    pub fn total(&self) -> i128 {
        self.0.iter().sum()
    }
}

/// What lies of a material at a site; its id is `sit_…/mat_…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAccount {
    pub firm: FirmId,
    /// The first page of accepted deliveries that may have something left.
    pub first_lots: u64,
    /// What its lots have.
    pub in_lots: i128,
    /// How many deliveries were accepted into it.
    pub lots: u64,
    /// As it was when the account was opened.
    pub material: MaterialBrief,
    /// With movements, in order.
    pub months: Vec<Month>,
    pub moved: Moved,
    pub opened: Day,
    pub park: ParkId,
    pub site: SiteId,
    /// That the opening balance was stated in.
    pub unit: Unit,
}

impl StockAccount {
    /// In base units. Less than zero where more was recorded to have left than ever came.
    pub fn on_hand(&self) -> i128 {
        self.moved.total()
    }

    /// On hand and in no lot.
    pub fn free(&self) -> i128 {
        self.on_hand() - self.in_lots
    }
}

/// A page of an account's movements of a month, in the order in which they were recorded; its id is
/// `sit_…/mat_…/2025-03` or, of further pages, `sit_…/mat_…/2025-03/1`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockMonth {
    /// On the first page: how many movements there are on all.
    pub count: u64,
    pub entries: Vec<StockEntry>,
    /// On the first page: what they sum up to.
    pub moved: Moved,
}

/// One movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockEntry {
    pub amount: i128,
    /// On hand when it was recorded, with it.
    pub balance: i128,
    pub day: Day,
    pub delivery: Option<DeliveryId>,
    /// That it was of.
    pub lot: Option<LotId>,
    pub movement: Movement,
    /// Of its record.
    pub position: u64,
}

/// A page of the deliveries that were accepted into an account, the oldest first; its id is
/// `sit_…/mat_…/0`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLots {
    pub deliveries: Vec<DeliveryId>,
}

/// Movements or deliveries on a page.
pub const STOCK_PAGE: u64 = 64;

/// An amount of an account as it is shown.
pub fn stock_sum(amount: i128, material: &MaterialBrief) -> Sum {
    Sum::new(amount, material.dimension, material.basis)
        .expect("a million records of the largest quantity would be needed for more")
}

pub fn account_id(site: &SiteId, material: &MaterialId) -> String {
    format!("{site}/{material}")
}

pub fn month_id(account: &str, month: Month, page: u64) -> String {
    match page {
        0 => format!("{account}/{month}"),
        page => format!("{account}/{month}/{page}"),
    }
}

pub fn lots_id(account: &str, page: u64) -> String {
    format!("{account}/{page}")
}

/// What moved in a month; nothing if there was no movement.
pub fn moved_in<S: States>(states: &S, account: &str, month: Month) -> Moved {
    let found = states.find::<StockMonth>(&month_id(account, month, 0));
    found.map_or_else(Moved::default, |month| month.state.moved.clone())
}

/// The movements of a month, in the order in which they were recorded.
pub fn entries_of<S: States>(states: &S, account: &str, month: Month) -> Vec<StockEntry> {
    let Some(first) = states.find::<StockMonth>(&month_id(account, month, 0)) else {
        return Vec::new();
    };
    let mut found = first.state.entries.clone();
    for page in 1..first.state.count.div_ceil(STOCK_PAGE) {
        let page = states.find::<StockMonth>(&month_id(account, month, page));
        found.extend(page.expect("a page is made before it is counted").state.entries.clone());
    }
    found
}

impl Aggregate for StockAccount {
    const KIND: Kind = Kind::StockAccount;
}

impl Aggregate for StockMonth {
    const KIND: Kind = Kind::StockMonth;
}

impl Aggregate for StockLots {
    const KIND: Kind = Kind::StockLots;
}
