//! Present state of a delivery: a load or a metered period.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::event::{Exchange, Side};
use crate::domain::id::{CallOffId, DeliveryId, MassBalanceId, MeterId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::Nonconformity;
use crate::domain::state::{Correction, Dispute, SettledQuantity};
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::ticket::WeighingMode;
use crate::domain::time::{Day, UtcMicros, UtcMillis};

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
    /// All that was accepted was used, disposed of or lost out of a lot.
    Finished,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// On which day of its contract's book it stands.
    pub booked: Day,
    /// In base units, as all below.
    pub accepted: Option<i64>,
    /// Position of the record by which it was accepted.
    pub accepted_by: Option<u64>,
    /// Whether it stands in the balance of a network.
    pub balanced: bool,
    pub call_off: Option<CallOffId>,
    pub cancelled: bool,
    /// Whether a claim was ever issued that it backs.
    pub claimed: bool,
    /// In order of their requests.
    pub corrections: Vec<Correction>,
    pub discrepancy: Option<Discrepancy>,
    pub dispatched: Option<Weight>,
    pub disposed: i64,
    /// The last one; an open one holds back what is claimed of it.
    pub dispute: Option<Dispute>,
    pub exchange: Exchange,
    /// What lots have of it.
    pub in_lots: i64,
    /// What was lost out of lots.
    pub lost: i64,
    /// The account of which it is qualifying input.
    pub mass_balance: Option<MassBalanceId>,
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
    /// Of a metered period: which meter counted from when to when; none where none did.
    pub segments: Vec<(Option<MeterId>, UtcMillis, UtcMillis)>,
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
    /// The ticket's number: what people at a gate call the load.
    pub ticket: Option<Text>,
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
    pub gross: Quantity,
    /// One; of a split ticket every part that is recorded, in order of recording.
    pub loads: Vec<TicketLoad>,
    pub mode: WeighingMode,
    /// Over how many deliveries it is split.
    pub parts: Option<u8>,
    pub tare: Quantity,
    /// As the ticket says, else when its first load moved.
    pub weighed_at: UtcMillis,
}

/// What a ticket stands for. A part stays taken when its delivery is cancelled, as a whole ticket
/// does: what moves after all is weighed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketLoad {
    pub delivery: DeliveryId,
    /// Of a split ticket.
    pub part: Option<u8>,
    pub quantity: Quantity,
    /// Position of the record that has the ticket.
    pub record: u64,
    pub recorded_at: UtcMicros,
}

impl TicketUse {
    /// In base units.
    pub fn net(&self) -> i64 {
        self.gross.amount() - self.tare.amount()
    }

    /// In base units; at most the net.
    pub fn counted(&self) -> i64 {
        self.loads.iter().map(|load| load.quantity.amount()).sum()
    }
}

/// The time that a meter has counted; its id is the meter's. One of neither side of its contract
/// stands apart, as `sit_…/mtr_…` with the supplier's site. What was accepted of it under a line
/// has a row of its own, without readings: `ctr_…/1/mtr_…`, or `ctr_…/1/-` where no meter counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterUse {
    /// From, and up to but not including, in order. Periods that touch are one, so a meter that is
    /// read without gaps has one however often it is read.
    pub periods: Vec<(UtcMillis, UtcMillis)>,
    /// Where it stood when one of these began or ended, in order; the last one is its last reading.
    pub readings: Vec<(UtcMillis, Decimal)>,
}

impl MeterUse {
    pub const NONE: MeterUse = MeterUse { periods: Vec::new(), readings: Vec::new() };

    /// Where it stood when it was read last before a period that overlaps none.
    pub fn reading_before(&self, from: UtcMillis) -> Option<&Decimal> {
        let after = self.readings.partition_point(|(at, _)| *at <= from);
        self.readings[..after].last().map(|(_, reading)| reading)
    }

    /// Where it stood when it was read first after a period that overlaps none.
    pub fn reading_after(&self, to: UtcMillis) -> Option<&Decimal> {
        let after = self.readings.partition_point(|(at, _)| *at < to);
        self.readings.get(after).map(|(_, reading)| reading)
    }

    /// Whether all of that time was counted.
    pub fn covers(&self, from: UtcMillis, to: UtcMillis) -> bool {
        self.periods.iter().any(|(begin, end)| *begin <= from && to <= *end)
    }

    /// Adds a period that overlaps none, with the readings at its two ends.
    pub fn count(&mut self, from: (UtcMillis, Decimal), to: (UtcMillis, Decimal)) {
        self.add(from.0, to.0);
        self.readings.extend([from, to]);
        // Where two periods touch, the meter is neither begun nor ended.
        let Self { periods, readings } = self;
        readings.retain(|(at, _)| periods.iter().any(|(begin, end)| at == begin || at == end));
        readings.sort_by_key(|(at, _)| *at);
    }

    /// Counted time that a period would count again.
    pub fn overlapping(&self, from: UtcMillis, to: UtcMillis) -> Option<(UtcMillis, UtcMillis)> {
        let first = self.periods.partition_point(|(_, end)| *end <= from);
        self.periods.get(first).copied().filter(|(begin, _)| *begin < to)
    }

    /// Adds a period. Only where no meter counted may it overlap another.
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
    /// Accepted and neither used, passed on, disposed of nor lost out of a lot yet.
    pub fn left(&self) -> i64 {
        self.accepted.unwrap_or(0) - self.used - self.used_interim - self.disposed - self.lost
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
            let mut used = MeterUse::NONE;
            let mut counted = [false; 72];
            for (from, length) in asked {
                let span = from..from + length;
                let (begin, end) = (UtcMillis(from as i64), UtcMillis((from + length) as i64));
                let twice = counted[span.clone()].contains(&true);
                prop_assert_eq!(used.overlapping(begin, end).is_some(), twice);
                if !twice {
                    let stood = |at: UtcMillis| (at, Decimal::from(at.0 as u32));
                    used.count(stood(begin), stood(end));
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
            let ends = runs.iter().flat_map(|(from, to)| [*from, *to]);
            let stood: Vec<_> = ends.map(|at| (at, Decimal::from(at.0 as u32))).collect();
            prop_assert_eq!(&used.readings, &stood);
            prop_assert_eq!(&used.periods, &runs);
            for (from, to) in runs {
                prop_assert!(used.covers(from, to) && !used.covers(from, UtcMillis(to.0 + 1)));
                prop_assert_eq!(used.reading_before(to), used.reading_after(to));
            }
        }
    }
}
