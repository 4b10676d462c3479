//! Present state of a contract, with the balance of each line.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::command::{ContractKind, Window};
use crate::domain::decimal::Decimal;
use crate::domain::event::Side;
use crate::domain::id::{CallOffId, ContractId, ListingId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{BaselineFate, Grade, MaterialBrief, Party, PriceDirection, Term};
use crate::domain::state::{Adjustment, Baseline, Distance, LossOfMonth};
use crate::domain::states::{Aggregate, Kind};
use crate::domain::time::Day;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ContractStage {
    Proposed,
    Declined,
    Concluded,
    Terminated,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Of its metered periods, in order of recording.
    pub adjustments: Vec<Adjustment>,
    pub call_offs: Vec<CallOff>,
    pub confirmed_by_receiver: bool,
    pub confirmed_by_supplier: bool,
    pub contract: ContractId,
    /// How far its material is carried, in order of recording.
    pub distances: Vec<Distance>,
    /// The first day on which a delivery of it was booked.
    pub first_booked: Option<Day>,
    pub kind: ContractKind,
    /// Of a terminated one: the last day on which it is in force.
    pub last_day: Option<Day>,
    pub lines: Vec<Line>,
    pub listing: Option<ListingId>,
    /// What fell to it of networks' losses, in order of recording.
    pub losses: Vec<LossOfMonth>,
    pub proposed_by: Side,
    pub receiver: Party,
    /// Everything up to this day is settled.
    pub settled_to: Option<Day>,
    /// The last day of each settlement window; none for calendar months.
    pub settlement_day: Option<u8>,
    pub stage: ContractStage,
    pub supplier: Party,
    pub term: Term,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallOff {
    pub call_off: CallOffId,
    /// What has left under it, in base units of the line's material.
    pub dispatched: i64,
    pub line: u16,
    pub quantity: Quantity,
    pub term: Term,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub baseline_fate: BaselineFate,
    /// What the supplier has declared since, in order of recording.
    pub baselines: Vec<Baseline>,
    pub grade: Option<Grade>,
    pub line: u16,
    pub material: MaterialBrief,
    pub minimum: Option<Quantity>,
    /// What was accepted before the contract came into this ledger.
    pub opening: Option<Opening>,
    pub price_direction: Option<PriceDirection>,
    pub quantity: Quantity,
    pub tolerance_percent: Decimal,
    pub window: Window,
    /// One for each window in which anything was delivered, in order of their days.
    pub windows: Vec<WindowBalance>,
}

/// What was accepted of a line before its contract came into this ledger, as one side says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub by: Side,
    /// Up to and with this day, in whose window it counts.
    pub day: Day,
    pub quantity: Quantity,
}

/// What came of a line in one window, in base units of its material. A dispatch counts in the
/// window of its own day; all that follows a receipt counts in the window of the receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowBalance {
    /// First day of the window.
    pub from: Day,
    pub dispatched: i64,
    pub received: i64,
    pub accepted: i64,
    pub rejected: i64,
    pub used: i64,
    pub used_interim: i64,
    pub disposed: i64,
}

impl WindowBalance {
    pub fn empty(from: Day) -> WindowBalance {
        WindowBalance {
            from,
            dispatched: 0,
            received: 0,
            accepted: 0,
            rejected: 0,
            used: 0,
            used_interim: 0,
            disposed: 0,
        }
    }
}

impl Contract {
    pub fn line(&self, number: u16) -> Option<&Line> {
        self.lines.iter().find(|line| line.line == number)
    }

    /// The side on which a firm's site is; none if it has no part in the contract.
    pub fn side_of(&self, firm: &crate::domain::id::FirmId) -> Option<Side> {
        if self.supplier.firm == *firm {
            Some(Side::Supplier)
        } else if self.receiver.firm == *firm {
            Some(Side::Receiver)
        } else {
            None
        }
    }

    /// Whether it is concluded and was not terminated before that day, whatever its term.
    pub fn stands(&self, day: Day) -> bool {
        let concluded = matches!(self.stage, ContractStage::Concluded | ContractStage::Terminated);
        concluded && self.last_day.is_none_or(|last| day <= last)
    }

    /// Whether it is in force on that day.
    pub fn in_force(&self, day: Day) -> bool {
        self.stands(day) && self.term.contains(day)
    }
}

impl Line {
    /// The first day of the window in which a day lies.
    pub fn window_start(&self, term: &Term, day: Day) -> Day {
        match self.window {
            Window::Term => term.from,
            Window::Month => day.month().first(),
            Window::Year => Day::from_civil(day.year(), 1, 1).expect("each year has that day"),
        }
    }

    /// What came in the window that begins on that day.
    pub fn balance(&self, from: Day) -> WindowBalance {
        let found = self.windows.iter().find(|window| window.from == from);
        found.cloned().unwrap_or(WindowBalance::empty(from))
    }

    /// The same, to be changed; it begins empty.
    pub fn balance_mut(&mut self, from: Day) -> &mut WindowBalance {
        let place = match self.windows.binary_search_by_key(&from, |window| window.from) {
            Ok(place) => place,
            Err(place) => {
                self.windows.insert(place, WindowBalance::empty(from));
                place
            }
        };
        &mut self.windows[place]
    }

    /// The quantity of a window and its tolerance, in base units.
    pub fn limit(&self) -> i64 {
        self.with_tolerance(&self.quantity)
    }

    /// As [`Line::limit`], less what was accepted in the window before the ledger began.
    pub fn limit_in(&self, term: &Term, from: Day) -> i64 {
        let before = self.opening.as_ref();
        let before = before.filter(|opening| self.window_start(term, opening.day) == from);
        self.limit().saturating_sub(before.map_or(0, |opening| opening.quantity.amount()))
    }

    /// A quantity and the line's tolerance on top, in base units.
    pub fn with_tolerance(&self, quantity: &Quantity) -> i64 {
        let quantity = i128::from(quantity.amount());
        let extra = self.tolerance_percent.percent_floor(quantity).unwrap_or(0);
        i64::try_from(quantity + extra).unwrap_or(i64::MAX)
    }
}

impl Aggregate for Contract {
    const KIND: Kind = Kind::Contract;
}
