//! Views of contracts, with the balance of each line.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::command::{ContractKind, Window};
use crate::domain::decimal::Decimal;
use crate::domain::event::Side;
use crate::domain::id::{AdjustmentId, CallOffId, ContractId, ListingId, MeterId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{
    AdjustmentCause, AdjustmentSign, BaselineFate, Grade, MaterialBrief, Party, PriceDirection,
    Term,
};
use crate::domain::state::{
    Adjustment, AdjustmentStage, Baseline, CallOff, Contract, ContractStage, Distance, Line,
    LossOfMonth, WindowBalance,
};
use crate::domain::text::Text;
use crate::domain::time::{Day, Month, UtcMillis};
use crate::domain::unit::Unit;
use crate::query::view::{quantity, view};

view! {
    /// A contract and how much of it was delivered. Price amounts are confidential and not in here.
    pub struct ContractView of Contract {
        /// Of its metered periods, in order of recording.
        adjustments: Vec<AdjustmentView>,
        call_offs: Vec<CallOffView>,
        /// The sides that have confirmed it.
        confirmed_by: Vec<Side>,
        contract: ContractId,
        /// How far its material is carried, in order of recording.
        distances: Vec<DistanceView>,
        kind: ContractKind,
        /// Of a terminated one: the last day on which it is in force.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_day: Option<Day>,
        lines: Vec<LineView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        listing: Option<ListingId>,
        /// What fell to it of networks' losses, in order of recording. No figure counts it.
        losses: Vec<LossView>,
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
            adjustments: state.adjustments.iter().map(AdjustmentView::from).collect(),
            call_offs: state.call_offs.iter().map(CallOffView::from).collect(),
            confirmed_by: supplier.into_iter().chain(receiver).collect(),
            contract: state.contract.clone(),
            distances: state.distances.iter().map(DistanceView::from).collect(),
            kind: state.kind,
            last_day: state.last_day,
            lines: state.lines.iter().map(LineView::from).collect(),
            listing: state.listing.clone(),
            losses: state.losses.iter().map(LossView::from).collect(),
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

/// A difference by which metered periods are adjusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdjustmentView {
    pub adjustment: AdjustmentId,
    /// Whether the difference was used as well.
    pub also_used: bool,
    /// The side that asks for it.
    pub by: Side,
    pub cause: AdjustmentCause,
    /// On which it counts in figures.
    pub day: Day,
    pub from: UtcMillis,
    pub line: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meter: Option<MeterId>,
    pub quantity: Quantity,
    pub reason: Text,
    /// Position of the record that asked for it, with its evidence.
    #[schema(minimum = 0)]
    pub record: u64,
    pub sign: AdjustmentSign,
    /// It counts once it is confirmed.
    pub stage: AdjustmentStage,
    pub to: UtcMillis,
}

impl From<&Adjustment> for AdjustmentView {
    fn from(whole: &Adjustment) -> AdjustmentView {
        let Adjustment { adjustment, also_used, by, cause, day, from, line, .. } = whole.clone();
        let Adjustment { meter, quantity, reason, record, sign, stage, to, .. } = whole.clone();
        AdjustmentView {
            adjustment,
            also_used,
            by,
            cause,
            day,
            from,
            line,
            meter,
            quantity,
            reason,
            record,
            sign,
            stage,
            to,
        }
    }
}

/// A contract line's share of what a network lost in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LossView {
    pub line: u16,
    pub loss: Quantity,
    pub month: Month,
    pub network: Text,
    /// The declared key.
    pub percent: Decimal,
    /// What reached the receiver.
    pub received: Quantity,
    /// Position of the record that has the whole balance.
    #[schema(minimum = 0)]
    pub record: u64,
}

impl From<&LossOfMonth> for LossView {
    fn from(loss: &LossOfMonth) -> LossView {
        let LossOfMonth { line, loss, month, network, percent, received, record } = loss.clone();
        LossView { line, loss, month, network, percent, received, record }
    }
}

/// What would have become of a line's material, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BaselineView {
    pub fate: BaselineFate,
    pub from: Day,
    /// Position of the record, which has the evidence.
    #[schema(minimum = 0)]
    pub record: u64,
}

impl From<&Baseline> for BaselineView {
    fn from(said: &Baseline) -> BaselineView {
        let Baseline { fate, from, record } = said.clone();
        BaselineView { fate, from, record }
    }
}

/// How far a contract's material is carried, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DistanceView {
    pub by: Side,
    pub from: Day,
    #[schema(value_type = String)]
    pub km: Decimal,
    /// Position of the record.
    #[schema(minimum = 0)]
    pub record: u64,
}

impl From<&Distance> for DistanceView {
    fn from(said: &Distance) -> DistanceView {
        let Distance { by, from, km, record } = said.clone();
        DistanceView { by, from, km, record }
    }
}

/// One material of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineView {
    /// As the contract says; `baselines` has what the supplier declared since.
    pub baseline_fate: BaselineFate,
    /// In order of recording.
    pub baselines: Vec<BaselineView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub line: u16,
    pub material: MaterialBrief,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    /// What was accepted before the contract came into this ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<OpeningView>,
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
            baselines: line.baselines.iter().map(BaselineView::from).collect(),
            grade: line.grade.clone(),
            line: line.line,
            material: line.material.clone(),
            minimum: line.minimum,
            opening: line.opening.as_ref().map(|opening| OpeningView {
                by: opening.by,
                day: opening.day,
                quantity: opening.quantity,
            }),
            price_direction: line.price_direction,
            quantity: line.quantity,
            tolerance_percent: line.tolerance_percent,
            window: line.window,
            windows: line.windows.iter().map(|window| WindowView::new(window, unit)).collect(),
        }
    }
}

/// What was accepted of a line before its contract came into this ledger, as one side says. It
/// counts towards the quantity of its window, and in no figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpeningView {
    pub by: Side,
    /// Up to and with this day.
    pub day: Day,
    pub quantity: Quantity,
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
