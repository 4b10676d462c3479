//! The joint sheet of a contract's meters for a month: what both sides settle by.
//!
//! Invariant: a quantity that was adjusted is shown as it was recorded, with the adjustment beside
//! it; what the totals say is the sum of the rows above them. Readings are BODY of records: who may
//! not read that gets the quantities without them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::access::{Action, authorize};
use crate::domain::event::{Event, MeteredPeriodRecorded};
use crate::domain::id::{ContractId, DeliveryId};
use crate::domain::quantity::{Method, Quantity, Sum};
use crate::domain::shapes::{MethodBasis, Nonconformity, Readings, Segment};
use crate::domain::state::{
    AdjustmentStage, Contract, Delivery, DeliveryMode, DeliveryStage, Line, Park,
};
use crate::domain::states::{Aggregate as _, States as _};
use crate::domain::time::{Day, Month, UtcMillis};
use crate::index::ListOf;
use crate::log::LogReader;
use crate::query::answer::{Answer, QueryError};
use crate::query::record::broken;
use crate::query::rows::Rows;
use crate::query::view::{AdjustmentView, LossView, quantity};
use crate::record::{Decoded, Line as LogLine};

/// How many rows are asked for at once.
const STRIDE: usize = 256;

/// What the meters of a contract counted in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeteredSheet {
    /// Those that count in this month, and those of what was counted in it.
    pub adjustments: Vec<SheetAdjustment>,
    pub contract: ContractId,
    /// What falls to the contract of a network's loss in the month; in no total.
    pub losses: Vec<LossView>,
    pub month: Month,
    /// By line and time. A period is of the month in which it ended at the receiver's site.
    pub periods: Vec<SheetPeriod>,
    /// By line and method.
    pub totals: Vec<SheetTotal>,
}

/// An adjustment on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetAdjustment {
    pub adjustment: AdjustmentView,
    /// Whether it is in the totals of this month: it is confirmed, and its day lies in the month.
    pub counts_here: bool,
}

/// A metered period on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetPeriod {
    /// Absent while it is neither accepted nor rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Quantity>,
    /// Why and how it was estimated or calculated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<MethodBasis>,
    /// A second meter's readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<SheetCheck>,
    pub day: Day,
    pub delivery: DeliveryId,
    /// Whether it waits for a dispute to be settled.
    pub disputed: bool,
    pub from: UtcMillis,
    pub line: u16,
    pub method: Method,
    pub nonconformities: Vec<Nonconformity>,
    pub quantity: Quantity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readings: Option<Readings>,
    /// Position of the record that has the readings.
    #[schema(minimum = 0)]
    pub record: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    pub stage: DeliveryStage,
    pub to: UtcMillis,
}

/// What a check meter counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetCheck {
    /// By how much it counted more than was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    pub readings: Readings,
}

/// What a line's rows of one method sum up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetTotal {
    /// What was accepted of the periods, before adjustments.
    pub accepted: Sum,
    /// By the adjustments that count in this month.
    pub adjusted: Sum,
    pub line: u16,
    pub method: Method,
    pub recorded: Sum,
    /// Accepted and adjusted: what figures count for the month.
    pub settled: Sum,
}

/// Base units by line and method: recorded, accepted, adjusted.
type Totals = BTreeMap<(u16, Method), [i128; 3]>;

/// The sheet of a contract that the reader may see.
pub fn metered_sheet(
    rows: &Rows<'_>,
    log: &LogReader,
    contract: &str,
    month: Month,
) -> Result<Answer<MeteredSheet>, QueryError> {
    let as_of = rows.index.position();
    let stored = rows.stored::<Contract>(contract).ok_or(QueryError::NotFound("contract"))?;
    let contract = &stored.state;
    let parks = [contract.supplier.park.clone(), contract.receiver.park.clone()];
    let firms = [contract.supplier.firm.clone(), contract.receiver.firm.clone()];
    let body = Action::ReadBody { parks: &parks, firms: &firms };
    let reads_body = authorize(rows.who, &body).is_ok();
    let mut totals = Totals::new();
    let mut periods = Vec::new();
    for delivery in of_month(rows, contract, month, as_of)? {
        let period = period(log, &delivery, reads_body)?;
        let total = totals.entry((period.line, period.method)).or_default();
        total[0] += i128::from(period.quantity.amount());
        total[1] += period.accepted.map_or(0, |accepted| i128::from(accepted.amount()));
        periods.push(period);
    }
    periods.sort_by_key(|period| (period.line, period.from, period.record));
    let adjustments = adjustments(rows, contract, month, &mut totals);
    let losses = contract.losses.iter().filter(|loss| loss.month == month);
    let totals = totals.into_iter().map(|(key, sums)| total(contract, key, sums));
    let item = MeteredSheet {
        adjustments,
        contract: contract.contract.clone(),
        losses: losses.map(LossView::from).collect(),
        month,
        periods,
        totals: totals.collect::<Result<_, _>>()?,
    };
    Ok(Answer { as_of, item, lag: rows.size.saturating_sub(as_of) })
}

/// The metered periods of a contract that ended in a month.
fn of_month(
    rows: &Rows<'_>,
    contract: &Contract,
    month: Month,
    as_of: u64,
) -> Result<Vec<Delivery>, QueryError> {
    let of = ListOf::Contract(contract.contract.to_string());
    let (mut found, mut next) = (Vec::new(), 0);
    loop {
        let page = rows.index.list(Delivery::KIND, &of, next, as_of, STRIDE)?;
        let ended = page.len() < STRIDE;
        for (created, id) in page {
            next = created + 1;
            let Some(stored) = rows.index.find::<Delivery>(&id) else { continue };
            let day = stored.state.received.as_ref().map(|received| received.day.month());
            if stored.state.mode == DeliveryMode::MeteredPeriod && day == Some(month) {
                found.push(stored.state.clone());
            }
        }
        if ended {
            return Ok(found);
        }
    }
}

fn period(
    log: &LogReader,
    delivery: &Delivery,
    reads_body: bool,
) -> Result<SheetPeriod, QueryError> {
    const IS_ONE: &str = "a metered period was received and has its time";
    let received = delivery.received.as_ref().expect(IS_ONE);
    let (from, to) = delivery.period.expect(IS_ONE);
    let mut period = SheetPeriod {
        accepted: delivery.accepted.map(|amount| quantity(amount, received.quantity.unit())),
        basis: None,
        check: None,
        day: received.day,
        delivery: delivery.exchange.delivery.clone(),
        disputed: delivery.open_dispute().is_some(),
        from,
        line: delivery.exchange.line,
        method: received.method,
        nonconformities: delivery.nonconformities.clone(),
        quantity: received.quantity,
        readings: None,
        record: received.record,
        segments: Vec::new(),
        stage: delivery.stage(),
        to,
    };
    if let (true, Some(event)) = (reads_body, event(log, received.record)?) {
        let material = &event.exchange.material;
        period.basis = event.basis;
        period.readings = event.readings;
        period.segments = event.segments;
        period.check = event.check.map(|check| SheetCheck {
            difference: check.quantity.and_then(|counted| {
                let more = i128::from(counted.amount()) - i128::from(received.quantity.amount());
                Sum::new(more, material.dimension, material.basis).ok()
            }),
            quantity: check.quantity,
            readings: check.readings,
        });
    }
    Ok(period)
}

fn event(log: &LogReader, record: u64) -> Result<Option<MeteredPeriodRecorded>, QueryError> {
    let bytes = log.read(record).map_err(broken)?;
    let line = LogLine::split(&bytes).map_err(broken)?;
    let decoded = Decoded::read(&line, line.head().map_err(broken)?).map_err(broken)?;
    let Event::MeteredPeriodRecorded(event) = decoded.event else { return Ok(None) };
    Ok(Some(event))
}

/// Adjustments that count in the month, and those of what was counted in it.
fn adjustments(
    rows: &Rows<'_>,
    contract: &Contract,
    month: Month,
    totals: &mut Totals,
) -> Vec<SheetAdjustment> {
    let park = rows.index.find::<Park>(contract.receiver.park.as_str());
    let zone = park.expect("a contract's site found its park registered").state.zone;
    let day = |at: UtcMillis| at.day_in(&zone);
    let mut found = Vec::new();
    for adjustment in &contract.adjustments {
        let in_month = adjustment.day.month() == month;
        let last = day(UtcMillis(adjustment.to.0 - 1)).month();
        let of_month = day(adjustment.from).month() <= month && month <= last;
        if !in_month && !of_month {
            continue;
        }
        let counts_here = in_month && adjustment.stage == AdjustmentStage::Confirmed;
        if counts_here {
            let total = totals.entry((adjustment.line, adjustment.method())).or_default();
            total[2] += i128::from(adjustment.sign.of(&adjustment.quantity));
        }
        found.push(SheetAdjustment { adjustment: adjustment.into(), counts_here });
    }
    found
}

fn total(
    contract: &Contract,
    (number, method): (u16, Method),
    [recorded, accepted, adjusted]: [i128; 3],
) -> Result<SheetTotal, QueryError> {
    let line: &Line = contract.line(number).expect("a period names a line of its contract");
    let (dimension, basis) = (line.material.dimension, line.material.basis);
    let sum = |amount| Sum::new(amount, dimension, basis).map_err(broken);
    Ok(SheetTotal {
        accepted: sum(accepted)?,
        adjusted: sum(adjusted)?,
        line: number,
        method,
        recorded: sum(recorded)?,
        settled: sum(accepted + adjusted)?,
    })
}
