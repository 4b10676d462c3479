//! Views of stock accounts and their movements.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::{DeliveryId, FirmId, LotId, ParkId, SiteId};
use crate::domain::quantity::Sum;
use crate::domain::shapes::MaterialBrief;
use crate::domain::state::{Movement, StockAccount, StockEntry, stock_sum};
use crate::domain::time::Day;
use crate::query::view::view;

/// What moved by one cause; what came is more than zero, what went is less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovedView {
    pub amount: Sum,
    pub movement: Movement,
}

view! {
    /// What lies of a material at a site.
    pub struct StockView of StockAccount {
        firm: FirmId,
        /// On hand and in no lot.
        free: Sum,
        /// What its lots have; with `free` it is what is on hand.
        in_lots: Sum,
        /// As it was when the account was opened.
        material: MaterialBrief,
        /// What it is the sum of, since the account was opened.
        moved: Vec<MovedView>,
        /// More was recorded to have left than ever came: something was not recorded.
        negative: bool,
        on_hand: Sum,
        /// What happened before is in the opening balance.
        opened: Day,
        park: ParkId,
        site: SiteId,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        let moved = Movement::ALL.iter().map(|movement| (*movement, state.moved.of(*movement)));
        let moved = moved.filter(|(_, amount)| *amount != 0).map(|(movement, amount)| MovedView {
            amount: stock_sum(amount, &state.material),
            movement,
        });
        StockView {
            changed,
            created,
            version,
            firm: state.firm,
            free: stock_sum(state.moved.total() - state.in_lots, &state.material),
            in_lots: stock_sum(state.in_lots, &state.material),
            moved: moved.collect(),
            negative: state.moved.total() < 0,
            on_hand: stock_sum(state.moved.total(), &state.material),
            opened: state.opened,
            material: state.material,
            park: state.park,
            site: state.site,
        }
    }
}

/// One movement of a stock account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockEntryView {
    /// What came is more than zero, what went is less.
    pub amount: Sum,
    /// On hand when it was recorded, with it.
    pub balance: Sum,
    /// In the park's time zone.
    pub day: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// That it was of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    pub movement: Movement,
    /// Its record.
    #[schema(minimum = 0)]
    pub position: u64,
}

impl StockEntryView {
    pub fn of(entry: StockEntry, material: &MaterialBrief) -> StockEntryView {
        let StockEntry { amount, balance, day, delivery, lot, movement, position } = entry;
        let (amount, balance) = (stock_sum(amount, material), stock_sum(balance, material));
        StockEntryView { amount, balance, day, delivery, lot, movement, position }
    }
}
