//! Views of contracts, with the balance of each line.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::command::{ContractKind, Window};
use crate::domain::decimal::Decimal;
use crate::domain::event::Side;
use crate::domain::id::{CallOffId, ContractId, ListingId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{BaselineFate, Grade, MaterialBrief, Party, PriceDirection, Term};
use crate::domain::state::{CallOff, Contract, ContractStage, Line, WindowBalance};
use crate::domain::time::Day;
use crate::domain::unit::Unit;
use crate::query::view::{quantity, view};

view! {
    /// A contract and how much of it was delivered. Price amounts are confidential and not in here.
    pub struct ContractView of Contract {
        call_offs: Vec<CallOffView>,
        /// The sides that have confirmed it.
        confirmed_by: Vec<Side>,
        contract: ContractId,
        kind: ContractKind,
        /// Of a terminated one: the last day on which it is in force.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_day: Option<Day>,
        lines: Vec<LineView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        listing: Option<ListingId>,
        proposed_by: Side,
        receiver: Party,
        /// Everything up to this day is settled.
        #[serde(skip_serializing_if = "Option::is_none")]
        settled_to: Option<Day>,
        /// The last day of each settlement window; windows are calendar months if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        settlement_day: Option<u8>,
        stage: ContractStage,
        supplier: Party,
        term: Term,
    }
    |stored| {
        let state = &stored.state;
        let supplier = state.confirmed_by_supplier.then_some(Side::Supplier);
        let receiver = state.confirmed_by_receiver.then_some(Side::Receiver);
        ContractView {
            changed: stored.changed,
            created: stored.created,
            version: stored.version,
            call_offs: state.call_offs.iter().map(CallOffView::from).collect(),
            confirmed_by: supplier.into_iter().chain(receiver).collect(),
            contract: state.contract.clone(),
            kind: state.kind,
            last_day: state.last_day,
            lines: state.lines.iter().map(LineView::from).collect(),
            listing: state.listing.clone(),
            proposed_by: state.proposed_by,
            receiver: state.receiver.clone(),
            settled_to: state.settled_to,
            settlement_day: state.settlement_day,
            stage: state.stage,
            supplier: state.supplier.clone(),
            term: state.term.clone(),
        }
    }
}

/// A part of a framework contract that was called off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallOffView {
    pub call_off: CallOffId,
    /// What has left under it.
    pub dispatched: Quantity,
    pub line: u16,
    pub quantity: Quantity,
    pub term: Term,
}

impl From<&CallOff> for CallOffView {
    fn from(call_off: &CallOff) -> CallOffView {
        let CallOff { call_off, dispatched, line, quantity, term } = call_off.clone();
        let dispatched = self::quantity(dispatched, quantity.unit());
        CallOffView { call_off, dispatched, line, quantity, term }
    }
}

/// One material of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineView {
    pub baseline_fate: BaselineFate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub line: u16,
    pub material: MaterialBrief,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_direction: Option<PriceDirection>,
    /// Per window.
    pub quantity: Quantity,
    pub tolerance_percent: Decimal,
    pub window: Window,
    /// The balance of each window in which anything was delivered, in order of their days.
    pub windows: Vec<WindowView>,
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> LineView {
        let unit = line.quantity.unit();
        LineView {
            baseline_fate: line.baseline_fate,
            grade: line.grade.clone(),
            line: line.line,
            material: line.material.clone(),
            minimum: line.minimum,
            price_direction: line.price_direction,
            quantity: line.quantity,
            tolerance_percent: line.tolerance_percent,
            window: line.window,
            windows: line.windows.iter().map(|window| WindowView::new(window, unit)).collect(),
        }
    }
}

/// What came of a line in one window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WindowView {
    pub accepted: Quantity,
    pub dispatched: Quantity,
    pub disposed: Quantity,
    /// First day of the window.
    pub from: Day,
    pub received: Quantity,
    pub rejected: Quantity,
    pub used: Quantity,
}

impl WindowView {
    fn new(window: &WindowBalance, unit: Unit) -> WindowView {
        WindowView {
            accepted: quantity(window.accepted, unit),
            dispatched: quantity(window.dispatched, unit),
            disposed: quantity(window.disposed, unit),
            from: window.from,
            received: quantity(window.received, unit),
            rejected: quantity(window.rejected, unit),
            used: quantity(window.used, unit),
        }
    }
}
