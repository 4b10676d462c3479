//! Present state of a delivery: a load or a metered period.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::event::{Exchange, Side};
use crate::domain::id::{CallOffId, DeliveryId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::Nonconformity;
use crate::domain::state::{Dispute, SettledQuantity};
use crate::domain::states::{Aggregate, Kind};
use crate::domain::time::{Day, UtcMillis};

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    Load,
    MeteredPeriod,
}

/// How far it has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStage {
    Dispatched,
    Cancelled,
    Received,
    Accepted,
    PartlyRejected,
    Rejected,
    /// All that was accepted was used or disposed of.
    Finished,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// On which day of its contract's book it stands.
    pub booked: Day,
    /// In base units, as all below.
    pub accepted: Option<i64>,
    pub call_off: Option<CallOffId>,
    pub cancelled: bool,
    pub discrepancy: Option<Discrepancy>,
    pub dispatched: Option<Weight>,
    pub disposed: i64,
    /// The last one; an open one holds back what is claimed of it.
    pub dispute: Option<Dispute>,
    pub exchange: Exchange,
    pub mode: DeliveryMode,
    /// Each once, in order.
    pub nonconformities: Vec<Nonconformity>,
    /// What stands as accepted by the receiver's word alone.
    pub one_sided_accept: i64,
    /// What stands as dispatched by the supplier's word alone, to one who can't speak for itself.
    pub one_sided_dispatch: i64,
    /// The delivery whose rejected quantity this is.
    pub parent: Option<DeliveryId>,
    /// Of a metered period: from, and up to but not including.
    pub period: Option<(UtcMillis, UtcMillis)>,
    pub received: Option<Weight>,
    /// Positions of its records, in order.
    pub records: Vec<u64>,
    pub receiver_spoke: bool,
    pub rejected: Option<Rejection>,
    /// What is settled in place of what was accepted.
    pub settled: Option<SettledQuantity>,
    pub supplier_spoke: bool,
    pub used: i64,
    /// Passed on in interim recoveries (R12, R13): neither used nor left.
    pub used_interim: i64,
}

/// What one side weighed or metered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    pub day: Day,
    pub method: Method,
    pub quantity: Quantity,
    /// Position of the record that has the ticket or readings.
    pub record: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discrepancy {
    pub due: Day,
    pub resolved: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    pub amount: i64,
    pub end: Option<RejectionEnd>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RejectionEnd {
    Returned,
    Redirected(DeliveryId),
    Disposed,
}

/// A ticket of a scale; its id is `scl_…/number`. One of a scale that is not the weighing site's
/// own stands apart, as `sit_…/scl_…/number`. Gross and tare are kept, so that the same ticket with
/// other content is told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketUse {
    pub delivery: DeliveryId,
    pub gross: Quantity,
    pub tare: Quantity,
}

/// The time that a meter has counted; its id is the meter's. One of neither side of its contract
/// stands apart, as `sit_…/mtr_…` with the supplier's site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterUse {
    /// From, and up to but not including, in order. Periods that touch are one, so a meter that is
    /// read without gaps has one however often it is read.
    pub periods: Vec<(UtcMillis, UtcMillis)>,
}

impl MeterUse {
    /// Counted time that a period would count again.
    pub fn overlapping(&self, from: UtcMillis, to: UtcMillis) -> Option<(UtcMillis, UtcMillis)> {
        let first = self.periods.partition_point(|(_, end)| *end <= from);
        self.periods.get(first).copied().filter(|(begin, _)| *begin < to)
    }

    /// Adds a period that overlaps none.
    pub fn add(&mut self, mut from: UtcMillis, mut to: UtcMillis) {
        let first = self.periods.partition_point(|(_, end)| *end < from);
        let mut last = first;
        while let Some((begin, end)) = self.periods.get(last).filter(|(begin, _)| *begin <= to) {
            (from, to) = (from.min(*begin), to.max(*end));
            last += 1;
        }
        self.periods.splice(first..last, [(from, to)]);
    }
}

impl Delivery {
    /// Accepted and neither used, passed on nor disposed of yet.
    pub fn left(&self) -> i64 {
        self.accepted.unwrap_or(0) - self.used - self.used_interim - self.disposed
    }

    /// Whether a side has recorded or confirmed anything of it.
    pub fn has_spoken(&self, side: Side) -> bool {
        match side {
            Side::Supplier => self.supplier_spoke,
            Side::Receiver => self.receiver_spoke,
        }
    }

    /// The dispute that has not ended yet.
    pub fn open_dispute(&self) -> Option<&Dispute> {
        self.dispute.as_ref().filter(|dispute| dispute.end.is_none())
    }

    pub fn stage(&self) -> DeliveryStage {
        if self.cancelled {
            return DeliveryStage::Cancelled;
        }
        match (self.accepted, &self.rejected) {
            (Some(accepted), _) if accepted > 0 && self.left() == 0 => DeliveryStage::Finished,
            (Some(accepted), Some(_)) if accepted > 0 => DeliveryStage::PartlyRejected,
            (_, Some(_)) => DeliveryStage::Rejected,
            (Some(_), None) => DeliveryStage::Accepted,
            (None, None) if self.received.is_some() => DeliveryStage::Received,
            (None, None) => DeliveryStage::Dispatched,
        }
    }
}

impl Aggregate for Delivery {
    const KIND: Kind = Kind::Delivery;
}

impl Aggregate for TicketUse {
    const KIND: Kind = Kind::Ticket;
}

impl Aggregate for MeterUse {
    const KIND: Kind = Kind::MeterUse;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against one flag for each of 60 milliseconds.
        #[test]
        fn a_meter_s_time_is_what_was_added_and_touching_periods_are_one(
            asked in proptest::collection::vec((0usize..60, 1usize..12), 1..20)
        ) {
            let mut used = MeterUse { periods: Vec::new() };
            let mut counted = [false; 72];
            for (from, length) in asked {
                let span = from..from + length;
                let (begin, end) = (UtcMillis(from as i64), UtcMillis((from + length) as i64));
                let twice = counted[span.clone()].contains(&true);
                prop_assert_eq!(used.overlapping(begin, end).is_some(), twice);
                if !twice {
                    used.add(begin, end);
                    counted[span].fill(true);
                }
            }
            let mut runs = Vec::new();
            let mut from = 0;
            for run in counted.chunk_by(|one, next| one == next) {
                if run[0] {
                    runs.push((UtcMillis(from), UtcMillis(from + run.len() as i64)));
                }
                from += run.len() as i64;
            }
            prop_assert_eq!(used.periods, runs);
        }
    }
}
