//! Views of deliveries: loads and metered periods.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::command::Entry;
use crate::domain::event::{Exchange, Side};
use crate::domain::id::{CallOffId, CorrectionId, DeliveryId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::Nonconformity;
use crate::domain::state::{
    Correction, CorrectionStage, Delivery, DeliveryMode, DeliveryStage, Dispute, DisputeEnd,
    RejectionEnd, Weight,
};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};
use crate::domain::unit::Unit;
use crate::query::view::{quantity, view};

view! {
    /// A load or metered period, and how far it has come.
    pub struct DeliveryView of Delivery {
        #[serde(skip_serializing_if = "Option::is_none")]
        accepted: Option<Quantity>,
        /// On which day of its contract's book it stands, and so on the sheet of which window.
        booked: Day,
        #[serde(skip_serializing_if = "Option::is_none")]
        call_off: Option<CallOffId>,
        /// Which sides stand for it, each by a record of its own.
        confirmed_by: Vec<Side>,
        /// In order of their requests.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        corrections: Vec<CorrectionView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        discrepancy: Option<DiscrepancyView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        dispatched: Option<WeightView>,
        /// Of what was accepted.
        disposed: Quantity,
        /// The last one; until it has ended nothing is accepted, used or disposed of.
        #[serde(skip_serializing_if = "Option::is_none")]
        dispute: Option<DisputeView>,
        exchange: Exchange,
        /// Of what is left: what lots have.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_lots: Option<Quantity>,
        /// Of what was accepted: neither used, passed on, disposed of nor lost yet.
        left: Quantity,
        /// Of what was accepted: lost out of lots.
        #[serde(skip_serializing_if = "Option::is_none")]
        lost: Option<Quantity>,
        mode: DeliveryMode,
        /// Rules that the recorded reality breaks, each once.
        nonconformities: Vec<Nonconformity>,
        /// The delivery whose rejected quantity this is.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent: Option<DeliveryId>,
        /// Of a metered period.
        #[serde(skip_serializing_if = "Option::is_none")]
        period: Option<PeriodOfMeter>,
        #[serde(skip_serializing_if = "Option::is_none")]
        received: Option<WeightView>,
        /// Positions of its records, in order.
        records: Vec<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rejected: Option<RejectionView>,
        /// What is settled in place of what was accepted.
        #[serde(skip_serializing_if = "Option::is_none")]
        settled: Option<Quantity>,
        stage: DeliveryStage,
        /// In final recoveries, or as a utility or product.
        used: Quantity,
        /// In interim recoveries (R12, R13), which never count as used.
        used_interim: Quantity,
    }
    |stored| {
        let state = &stored.state;
        let unit = unit_of(state);
        let of = |amount: i64| quantity(amount, unit);
        let rejected = state.rejected.as_ref().map(|rejection| {
            let (end, new_delivery) = match &rejection.end {
                None => (None, None),
                Some(RejectionEnd::Returned) => (Some(RejectedAnd::Returned), None),
                Some(RejectionEnd::Disposed) => (Some(RejectedAnd::Disposed), None),
                Some(RejectionEnd::Redirected(id)) => {
                    (Some(RejectedAnd::Redirected), Some(id.clone()))
                }
            };
            RejectionView { end, new_delivery, quantity: of(rejection.amount) }
        });
        DeliveryView {
            changed: stored.changed,
            created: stored.created,
            version: stored.version,
            accepted: state.accepted.map(of),
            booked: state.booked,
            call_off: state.call_off.clone(),
            confirmed_by: [Side::Supplier, Side::Receiver]
                .into_iter()
                .filter(|side| state.has_spoken(*side))
                .collect(),
            corrections: state.corrections.iter().map(CorrectionView::from).collect(),
            discrepancy: state.discrepancy.as_ref().map(|discrepancy| DiscrepancyView {
                due: discrepancy.due,
                resolved: discrepancy.resolved,
            }),
            dispatched: state.dispatched.as_ref().map(WeightView::from),
            disposed: of(state.disposed),
            dispute: state.dispute.as_ref().map(DisputeView::from),
            exchange: state.exchange.clone(),
            in_lots: Some(state.in_lots).filter(|amount| *amount > 0).map(of),
            left: of(state.left()),
            lost: Some(state.lost).filter(|amount| *amount > 0).map(of),
            mode: state.mode,
            nonconformities: state.nonconformities.clone(),
            parent: state.parent.clone(),
            period: state.period.map(|(from, to)| PeriodOfMeter { from, to }),
            received: state.received.as_ref().map(WeightView::from),
            records: state.records.clone(),
            rejected,
            settled: state.settled.as_ref().map(|settled| settled.quantity),
            stage: state.stage(),
            used: of(state.used),
            used_interim: of(state.used_interim),
        }
    }
}

/// The unit in which the delivery was last weighed or metered.
fn unit_of(state: &Delivery) -> Unit {
    let weighed = state.received.as_ref().or(state.dispatched.as_ref());
    weighed.map_or(state.exchange.material.dimension.shown_in(), |weight| weight.quantity.unit())
}

/// A correction of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CorrectionView {
    /// What stood before, once it is applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Quantity>,
    pub by: Side,
    pub correction: CorrectionId,
    /// Position of the record that it corrects, once it is applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u64>,
    pub entry: Entry,
    /// What is right.
    pub quantity: Quantity,
    pub reason: Text,
    /// Position of the record that asked for it, with its ticket and evidence.
    #[schema(minimum = 0)]
    pub record: u64,
    pub stage: CorrectionStage,
}

impl From<&Correction> for CorrectionView {
    fn from(correction: &Correction) -> CorrectionView {
        let Correction {
            before,
            by,
            correction,
            corrects,
            entry,
            quantity,
            reason,
            record,
            stage,
            ..
        } = correction.clone();
        CorrectionView { before, by, correction, corrects, entry, quantity, reason, record, stage }
    }
}

/// What one side weighed or metered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WeightView {
    pub day: Day,
    pub method: Method,
    pub quantity: Quantity,
    /// Position of the record that has the ticket or readings.
    #[schema(minimum = 0)]
    pub record: u64,
    /// The ticket's number, if it was weighed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Text>,
}

impl From<&Weight> for WeightView {
    fn from(weight: &Weight) -> WeightView {
        let Weight { day, method, quantity, record, ticket } = weight.clone();
        WeightView { day, method, quantity, record, ticket }
    }
}

/// The two sides' weights differ by more than the regulatory threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiscrepancyView {
    /// To be resolved by this day.
    pub due: Day,
    pub resolved: bool,
}

/// A side contests what was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DisputeView {
    /// The side that raised it.
    pub by: Side,
    /// Absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<DisputeEnd>,
    /// What was proposed last to settle it; the other side agrees by the same words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<SettlementView>,
    pub reason: Text,
    pub since: Day,
}

/// How a side would settle a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettlementView {
    pub by: Side,
    pub settlement: Text,
}

impl From<&Dispute> for DisputeView {
    fn from(dispute: &Dispute) -> DisputeView {
        let Dispute { by, end, held: _, proposed, reason, since } = dispute.clone();
        let proposed = proposed.map(|(by, settlement)| SettlementView { by, settlement });
        DisputeView { by, end, proposed, reason, since }
    }
}

/// A metered period: from, up to but not including to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PeriodOfMeter {
    pub from: UtcMillis,
    pub to: UtcMillis,
}

/// What became of a rejected quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectedAnd {
    Returned,
    Redirected,
    Disposed,
}

/// The quantity that the receiver rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RejectionView {
    /// Absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<RejectedAnd>,
    /// Of a redirected one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_delivery: Option<DeliveryId>,
    pub quantity: Quantity,
}
