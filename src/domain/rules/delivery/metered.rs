//! `record_metered_period`: what a meter counted, dispatched and received in one.
//!
//! Either side may record it. Accepting it is the receiver's act all the same, as with a load: what
//! the receiver has recorded itself is not accepted by that alone, so a figure that both sides
//! stand for always has two records.
//!
//! Invariant: no meter counts the same time twice.

use crate::domain::command::RecordMeteredPeriod;
use crate::domain::decide::{CLOCK_SKEW_MS, Context};
use crate::domain::event::MeteredPeriodRecorded;
use crate::domain::id::{MeterId, SiteId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::Decision;
use crate::domain::rules::delivery::dispatch::{called_off, note_call_off};
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::lookup;
use crate::domain::shapes::{Nonconformity, Readings};
use crate::domain::state::{Contract, Delivery, Meter, MeterUse};
use crate::domain::states::States;
use crate::domain::time::UtcMillis;

const QUANTITY: &str = "/data/quantity";

pub fn record_metered_period<S: States>(
    context: &Context<'_, S>,
    data: &RecordMeteredPeriod,
) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    named::side(context, &contract.supplier, &contract.receiver)?;
    let line = named::line(contract, data.line, "/data/line")?;
    let call_off = called_off(contract, line, data.call_off.as_ref())?;
    lookup::absent::<Delivery>(context, data.delivery.as_str(), DELIVERY)?;
    check_period(context, data)?;
    named::like(&data.quantity, line.material.dimension, QUANTITY)?;
    named::not_zero(&data.quantity, QUANTITY)?;
    check_method(data)?;
    let mut noted = Noted::default();
    check_meter(context, data, contract, &mut noted)?;
    let material = shared::material(context.states, &line.material.material);
    let material = &material.state;
    let (supplier, receiver) = (&contract.supplier, &contract.receiver);
    // `to` is excluded, so a period up to midnight ends on the day before.
    let end = UtcMillis(data.to.0 - 1);
    let day = lookup::day_of(context.states, &receiver.park, end);
    let quantity = &data.quantity;
    let dispatched =
        shared::window_total(contract, line, day, |window| window.dispatched, quantity, QUANTITY)?;
    shared::window_total(contract, line, day, |window| window.received, quantity, QUANTITY)?;
    noted.contract(contract, material, day);
    noted.over_delivery(line, dispatched);
    note_call_off(contract, call_off, day, &mut noted);
    noted.gate(context, receiver, material, day, quantity.amount());
    noted.closed(context, &receiver.park, day);
    if supplier.park != receiver.park {
        noted.closed(context, &supplier.park, day);
    }
    let below = |required| data.grade.as_ref().is_some_and(|supplied| !supplied.meets(required));
    noted.add_if(line.grade.as_ref().is_some_and(below), Nonconformity::BelowGrade);
    let recorded = MeteredPeriodRecorded {
        call_off: data.call_off.clone(),
        day,
        exchange: shared::exchange(contract, line, material, &data.delivery),
        from: data.from,
        grade: data.grade.clone(),
        method: data.method,
        nonconformities: noted.into_list(),
        quantity: data.quantity,
        readings: data.readings.clone(),
        to: data.to,
    };
    Ok(vec![recorded.into()])
}

fn check_period<S: States>(
    context: &Context<'_, S>,
    data: &RecordMeteredPeriod,
) -> Result<(), Refusal> {
    let (from, to) = (data.from, data.to);
    if to <= from {
        let message = format!("the period ends at {to}, which is not after its beginning, {from}");
        return Err(Refusal::new(Code::PeriodReversed, "/data/to", message));
    }
    let now = context.now.millis();
    if to.0 > now.0 + CLOCK_SKEW_MS {
        let message = format!("the period ends in the future: the ledger's clock shows {now}");
        return Err(Refusal::new(Code::OccurredInFuture, "/data/to", message));
    }
    Ok(())
}

fn check_method(data: &RecordMeteredPeriod) -> Result<(), Refusal> {
    let refuse = |code, pointer, message: &str| Err(Refusal::new(code, pointer, message));
    match (data.method, &data.readings) {
        (Method::Metered, Some(_)) | (Method::Calculated | Method::Estimated, None) => Ok(()),
        (Method::Metered, None) => refuse(
            Code::MissingMember,
            "/data/readings",
            "what was metered has two readings; without them it is `estimated` or `calculated`",
        ),
        (Method::Calculated | Method::Estimated, Some(_)) => {
            refuse(Code::UnexpectedMember, "/data/readings", "what has readings was `metered`")
        }
        (Method::Weighed | Method::Declared, _) => refuse(
            Code::BadMethod,
            "/data/method",
            "a period is `metered`, or `estimated` or `calculated` where the meter failed",
        ),
    }
}

/// Refuses time that the meter has counted already, and notes readings that prove nothing.
fn check_meter<S: States>(
    context: &Context<'_, S>,
    data: &RecordMeteredPeriod,
    contract: &Contract,
    noted: &mut Noted,
) -> Result<(), Refusal> {
    let Some(readings) = &data.readings else { return Ok(()) };
    let meter = context.states.find::<Meter>(readings.meter.as_str());
    let sites = [&contract.supplier.site, &contract.receiver.site];
    let meter = meter.filter(|meter| sites.contains(&&meter.state.site));
    match &meter {
        None => noted.add(Nonconformity::UnknownMeter),
        Some(meter) => {
            let proven = proves(readings, &meter.state, &data.quantity);
            noted.add_if(!proven, Nonconformity::ReadingsDisagree);
        }
    }
    let id = meter_use_id(&readings.meter, &contract.supplier.site, meter.is_some());
    let used = context.states.find::<MeterUse>(&id);
    let overlapping = used.and_then(|used| used.state.overlapping(data.from, data.to));
    let Some((from, to)) = overlapping else { return Ok(()) };
    let message =
        format!("{} has counted from {from} to {to} already; periods may touch", readings.meter);
    Err(Refusal::new(Code::MeteredPeriodOverlaps, "/data/from", message))
}

/// Whether the difference of the readings times the multiplier is the quantity, to the last unit.
fn proves(readings: &Readings, meter: &Meter, quantity: &Quantity) -> bool {
    let exact = || {
        let difference = readings.end.checked_sub(&readings.start).ok()?;
        let counted = difference.units().checked_mul(meter.multiplier.units())?;
        let counted = counted.checked_mul(i128::from(meter.unit.factor()))?;
        let scale = u32::from(difference.scale() + meter.multiplier.scale());
        let stated = i128::from(quantity.amount()).checked_mul(10i128.checked_pow(scale)?)?;
        Some(counted == stated)
    };
    meter.unit.dimension() == quantity.dimension() && exact() == Some(true)
}

/// The id of a meter's row of periods. A meter of neither side stands apart: nobody can use up the
/// time of another's meter, by mistake or on purpose.
pub fn meter_use_id(meter: &MeterId, supplier: &SiteId, known: bool) -> String {
    if known { meter.as_str().to_owned() } else { format!("{supplier}/{meter}") }
}
