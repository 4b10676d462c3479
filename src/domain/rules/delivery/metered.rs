//! `record_metered_period`: what a meter counted, dispatched and received in one.
//!
//! Either side may record it. Accepting it is the receiver's act all the same, as with a load: what
//! the receiver has recorded itself is not accepted by that alone, so a figure that both sides
//! stand for always has two records.
//!
//! Invariant: no meter counts the same time twice.

use crate::domain::command::RecordMeteredPeriod;
use crate::domain::decide::{CLOCK_SKEW_MS, Context};
use crate::domain::event::{MeteredPeriodRecorded, Side};
use crate::domain::id::{MeterId, SiteId};
use crate::domain::quantity::Method;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::Decision;
use crate::domain::rules::delivery::dispatch::{called_off, note_call_off};
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::readings::{self, Counted};
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::lookup;
use crate::domain::rules::partner::is_unregistered;
use crate::domain::shapes::Nonconformity;
use crate::domain::state::Delivery;
use crate::domain::states::States;
use crate::domain::time::UtcMillis;

const QUANTITY: &str = "/data/quantity";

pub fn record_metered_period<S: States>(
    context: &Context<'_, S>,
    data: &RecordMeteredPeriod,
) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    let by = named::side(context, &contract.supplier, &contract.receiver)?;
    let line = named::line(contract, data.line, "/data/line")?;
    let call_off = called_off(contract, line, data.call_off.as_ref())?;
    lookup::absent::<Delivery>(context, data.delivery.as_str(), DELIVERY)?;
    check_period(context, data)?;
    named::like(&data.quantity, line.material.dimension, QUANTITY)?;
    named::not_zero(&data.quantity, QUANTITY)?;
    check_method(data)?;
    let mut noted = Noted::default();
    let period = (data.from, data.to);
    let segments = &readings::segments(period, data.readings.as_ref(), &data.segments);
    let counted = Counted { contract, period, quantity: &data.quantity, segments };
    counted.check(context, !data.segments.is_empty(), &mut noted)?;
    let tolerance = &line.tolerance_percent;
    let check = data.check.as_ref();
    let check = check.map(|check| counted.checked_by(context, check, tolerance, &mut noted));
    let check = check.transpose()?;
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
    noted.over_delivery(contract, line, day, dispatched);
    note_call_off(contract, line, call_off, (day, quantity, QUANTITY), &mut noted)?;
    noted.gate(context, receiver, material, day, quantity.amount());
    noted.closed(context, &receiver.park, day);
    if supplier.park != receiver.park {
        noted.closed(context, &supplier.park, day);
    }
    let below = |required| data.grade.as_ref().is_some_and(|supplied| !supplied.meets(required));
    noted.add_if(line.grade.as_ref().is_some_and(below), Nonconformity::BelowGrade);
    let other = match by {
        Side::Supplier => receiver,
        Side::Receiver => supplier,
    };
    let recorded = MeteredPeriodRecorded {
        basis: data.basis.clone(),
        by,
        call_off: data.call_off.clone(),
        check,
        day,
        exchange: shared::exchange(contract, line, material, &data.delivery),
        from: data.from,
        grade: data.grade.clone(),
        method: data.method,
        nonconformities: noted.into_list(),
        one_sided: is_unregistered(context.states, &other.firm),
        quantity: data.quantity,
        readings: data.readings.clone(),
        segments: data.segments.clone(),
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
    if data.readings.is_some() && !data.segments.is_empty() {
        let message = "a period has `readings` of one meter, or `segments` of several, not both";
        return refuse(Code::UnexpectedMember, "/data/segments", message);
    }
    let read = data.readings.is_some() || !data.segments.is_empty();
    match (data.method, read) {
        (Method::Metered, true) | (Method::Calculated | Method::Estimated, false) => Ok(()),
        (Method::Metered, false) => refuse(
            Code::MissingMember,
            "/data/readings",
            "what was metered has two readings; without them it is `estimated` or `calculated`",
        ),
        (Method::Calculated | Method::Estimated, true) => {
            let at = if data.readings.is_some() { "/data/readings" } else { "/data/segments" };
            refuse(Code::UnexpectedMember, at, "what has readings was `metered`")
        }
        (Method::Weighed | Method::Declared, _) => refuse(
            Code::BadMethod,
            "/data/method",
            "a period is `metered`, or `estimated` or `calculated` where the meter failed",
        ),
    }
}

/// The id of a meter's row of periods. A meter of neither side stands apart: nobody can use up the
/// time of another's meter, by mistake or on purpose.
pub fn meter_use_id(meter: &MeterId, supplier: &SiteId, known: bool) -> String {
    if known { meter.as_str().to_owned() } else { format!("{supplier}/{meter}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::rules::testing::{
        Ask, DAY, gigajoules, proposal, refused_in_order, tonnes, with,
    };
    use crate::domain::shapes::Nonconformity;
    use crate::domain::state::{Contract, Delivery, DeliveryMode, MeterUse};
    use crate::domain::testing::World;

    /// Midnight in Guigang at the end of the 9th of March.
    const FROM: &str = "2025-03-09T16:00:00.000Z";
    const TO: &str = "2025-03-10T16:00:00.000Z";
    /// When both days are over.
    const AFTER: &str = "2025-03-12T08:00:00.000Z";

    fn steam() -> World {
        let mut world = World::standard();
        let mut data = proposal("ctr_steam", ("power", "cement"), "mat_steam", &gigajoules("1000"));
        data["lines"][0]["grade"] = json!({"pressure_kpa": 800});
        world.conclude(&data);
        world
    }

    fn period(delivery: &str, from: &str, to: &str) -> Value {
        json!({
            "contract": "ctr_steam",
            "delivery": delivery,
            "from": from,
            "line": 1,
            "method": "metered",
            "quantity": gigajoules("26.93"),
            "readings": {"end": "1026.93", "meter": "mtr_power", "start": "1000"},
            "to": to,
        })
    }

    #[test]
    fn a_metered_period_is_dispatched_and_received_in_one_on_its_last_day() {
        for firm in ["frm_power", "frm_cement"] {
            let mut world = steam();
            let data = period("dlv_1", FROM, TO);
            world.take(firm, AFTER, "record_metered_period", &data);
            let delivery = world.state::<Delivery>("dlv_1");
            assert_eq!(
                (delivery.mode, &delivery.nonconformities[..]),
                (DeliveryMode::MeteredPeriod, &[][..])
            );
            let (dispatched, received) = (delivery.dispatched.unwrap(), delivery.received.unwrap());
            assert_eq!(dispatched, received);
            assert_eq!(received.day.to_string(), "2025-03-10");
            let balance = world.balance("ctr_steam");
            assert_eq!((balance.dispatched, balance.received), (26_930_000_000, 26_930_000_000));
            let data = json!({"delivery": "dlv_1"});
            let refused = world.refuse("frm_power", AFTER, "accept_delivery", &data);
            assert_eq!(refused.0, "not_a_party", "accepting is the receiver's act");
            world.take("frm_cement", AFTER, "accept_delivery", &data);
            world.take("frm_cement", AFTER, "use_delivery", &data);
            assert_eq!(world.balance("ctr_steam").used, 26_930_000_000);
        }
    }

    #[test]
    fn no_meter_counts_the_same_time_twice() {
        let mut world = steam();
        world.take("frm_power", AFTER, "record_metered_period", &period("dlv_1", FROM, TO));
        let next = "2025-03-11T16:00:00.000Z";
        for (from, to) in [
            (FROM, TO),
            ("2025-03-08T16:00:00.000Z", "2025-03-09T16:00:00.001Z"),
            ("2025-03-10T15:59:59.999Z", next),
            ("2025-03-10T00:00:00.000Z", "2025-03-10T00:00:00.001Z"),
            ("2025-03-01T00:00:00.000Z", next),
        ] {
            let data = period("dlv_2", from, to);
            let refused = world.refuse("frm_cement", AFTER, "record_metered_period", &data);
            let expected = ("metered_period_overlaps", "/data/from".to_owned());
            assert_eq!(refused, expected, "{from} to {to}");
        }
        world.take("frm_power", AFTER, "record_metered_period", &period("dlv_2", TO, next));
        let before = period("dlv_3", "2025-03-08T16:00:00.000Z", FROM);
        world.take("frm_power", AFTER, "record_metered_period", &before);
        let periods = world.state::<MeterUse>("mtr_power").periods;
        let [(from, to)] = &periods[..] else { panic!("they touch, so they are one") };
        assert_eq!(
            (from.to_string(), to.to_string()),
            ("2025-03-08T16:00:00.000Z".into(), next.into())
        );
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = steam();
        world.take("frm_power", AFTER, "record_metered_period", &period("dlv_1", FROM, TO));
        let ask = Ask {
            actor: "frm_steel",
            at: AFTER,
            kind: "record_metered_period",
            data: json!({
                "call_off": "cof_none",
                "contract": "ctr_none",
                "delivery": "dlv_1",
                "from": "2025-03-12T16:00:00.000Z",
                "line": 2,
                "method": "weighed",
                "quantity": tonnes("1"),
                "to": "2025-03-12T16:00:00.000Z",
            }),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_steam".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_power"),
                ("unknown_line", "/data/line", |_, ask| ask.data["line"] = 1.into()),
                ("unknown_call_off", "/data/call_off", |_, ask| {
                    ask.data.as_object_mut().unwrap().remove("call_off");
                }),
                ("already_exists", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_2".into();
                }),
                ("period_reversed", "/data/to", |_, ask| {
                    ask.data["to"] = "2025-03-12T17:00:00.000Z".into();
                }),
                ("occurred_in_future", "/data/to", |_, ask| {
                    ask.data["from"] = FROM.into();
                    ask.data["to"] = TO.into();
                }),
                ("unlike_dimension", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = gigajoules("0");
                }),
                ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = gigajoules("1");
                }),
                ("bad_method", "/data/method", |_, ask| ask.data["method"] = "declared".into()),
                ("bad_method", "/data/method", |_, ask| ask.data["method"] = "metered".into()),
                ("missing_member", "/data/readings", |_, ask| {
                    ask.data["readings"] = period("", FROM, TO)["readings"].clone();
                    ask.data["method"] = "estimated".into();
                }),
                ("unexpected_member", "/data/readings", |_, ask| {
                    ask.data["method"] = "metered".into();
                }),
                ("metered_period_overlaps", "/data/from", |_, ask| {
                    ask.data["from"] = "2025-03-10T16:00:00.000Z".into();
                    ask.data["to"] = "2025-03-11T16:00:00.000Z".into();
                }),
            ],
        );
    }

    #[test]
    fn readings_prove_the_quantity_to_the_last_unit() {
        let (start, end) = ("1000.000", "1026.93");
        for (quantity, start, end, disagree) in [
            (gigajoules("26.93"), start, end, false),
            (gigajoules("26.930000001"), start, end, true),
            (json!({"unit": "3B", "value": "26930"}), start, end, false),
            (gigajoules("26.93"), end, start, true),
            (gigajoules("26.93"), "-999999999999999999", "999999999999999999", true),
        ] {
            let mut world = steam();
            let readings = json!({"end": end, "meter": "mtr_power", "start": start});
            let more = json!({"quantity": quantity, "readings": readings});
            let data = with(period("dlv_1", FROM, TO), more);
            world.take("frm_power", AFTER, "record_metered_period", &data);
            let noted = world.noted("dlv_1");
            assert_eq!(noted.contains(&Nonconformity::ReadingsDisagree), disagree, "{data}");
        }
    }

    #[test]
    fn a_meter_of_neither_side_is_noted_and_keeps_its_time() {
        let mut world = steam();
        let meter = json!({"calibration": {"from": "2025-01-01", "to": "2025-12-31"},
            "meter": "mtr_steel", "multiplier": "1", "name": "main", "site": "sit_steel",
            "unit": "GV"});
        world.take("frm_steel", DAY, "register_meter", &meter);
        let mut data = period("dlv_1", FROM, TO);
        data["readings"]["meter"] = "mtr_steel".into();
        world.take("frm_power", AFTER, "record_metered_period", &data);
        assert_eq!(world.noted("dlv_1"), [Nonconformity::UnknownMeter]);
        data["delivery"] = "dlv_2".into();
        let refused = world.refuse("frm_power", AFTER, "record_metered_period", &data);
        assert_eq!(refused.0, "metered_period_overlaps");
        let own = proposal("ctr_steel", ("steel", "cement"), "mat_steam", &gigajoules("1000"));
        world.conclude(&own);
        data["contract"] = "ctr_steel".into();
        world.take("frm_steel", AFTER, "record_metered_period", &data);
        assert_eq!(world.noted("dlv_2"), []);
    }

    #[test]
    fn what_was_recorded_before_meters_were_replaced_is_read_as_it_was() {
        let text =
            r#"{"contract":"ctr_steam","delivery":"dlv_1","from":"2025-03-09T16:00:00.000Z","#
                .to_owned()
                + r#""line":1,"method":"metered","quantity":{"unit":"GV","value":"26.93"},"#
                + r#""readings":{"end":"1026.93","meter":"mtr_power","start":"1000"},"#
                + r#""to":"2025-03-10T16:00:00.000Z"}"#;
        let data: crate::domain::command::RecordMeteredPeriod =
            serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&data).unwrap(), text, "so its hash is what it was");
        let mut world = steam();
        let events = world.take("frm_power", AFTER, "record_metered_period", &json!(data));
        let written = serde_json::to_string(&events[0]).unwrap();
        let added = ["check", "segments", "rolled_over"];
        assert!(added.iter().all(|member| !written.contains(member)), "{written}");
    }

    #[test]
    fn an_estimate_stands_in_where_the_meter_failed() {
        let mut world = steam();
        let mut data = period("dlv_1", FROM, TO);
        data.as_object_mut().unwrap().remove("readings");
        data["method"] = "estimated".into();
        world.take("frm_power", AFTER, "record_metered_period", &data);
        assert_eq!(world.noted("dlv_1"), []);
    }

    #[test]
    fn a_period_is_recorded_whatever_rule_of_its_contract_it_breaks() {
        use Nonconformity::{
            ContractNotInForce, MeterNotCalibrated, NoCallOff, OutsideTerm, OverDelivery,
            PeriodClosed, ReadingGap,
        };
        let mut world = steam();
        let mut frame = proposal("ctr_frame", ("power", "cement"), "mat_steam", &gigajoules("20"));
        frame["kind"] = "framework".into();
        world.conclude(&frame);
        world.close_march();
        let data = json!({"contract": "ctr_steam", "last_day": "2025-04-30", "reason": "closing"});
        world.take("frm_power", "2025-04-05T08:00:00.000Z", "terminate_contract", &data);
        for (delivery, contract, from, to, noted) in [
            ("dlv_1", "ctr_steam", FROM, TO, &[PeriodClosed][..]),
            (
                "dlv_2",
                "ctr_steam",
                "2025-04-30T16:00:00.000Z",
                "2025-05-01T16:00:00.000Z",
                &[ContractNotInForce, ReadingGap],
            ),
            (
                "dlv_3",
                "ctr_steam",
                "2026-01-30T16:00:00.000Z",
                "2026-01-31T16:00:00.000Z",
                &[ContractNotInForce, OutsideTerm, MeterNotCalibrated, ReadingGap],
            ),
            (
                "dlv_4",
                "ctr_frame",
                "2025-05-30T16:00:00.000Z",
                "2025-05-31T16:00:00.000Z",
                &[OverDelivery, NoCallOff, ReadingGap],
            ),
        ] {
            let data = with(period(delivery, from, to), json!({"contract": contract}));
            world.take("frm_power", "2026-02-02T08:00:00.000Z", "record_metered_period", &data);
            assert_eq!(world.noted(delivery), noted, "{delivery}");
        }
    }

    #[test]
    fn a_month_that_either_park_has_closed_is_noted() {
        let mut world = World::standard();
        let data = proposal("ctr_steam", ("power", "far"), "mat_steam", &gigajoules("1000"));
        world.conclude(&data);
        world.close_march();
        let data = period("dlv_1", FROM, TO);
        world.take("frm_far", AFTER, "record_metered_period", &data);
        assert_eq!(world.noted("dlv_1"), [Nonconformity::PeriodClosed]);
    }

    #[test]
    fn invariant_24_steam_below_the_contracted_grade_is_noted_and_not_accepted() {
        let mut world = steam();
        let weak = json!({"grade": {"pressure_kpa": 799}});
        let data = with(period("dlv_1", FROM, TO), weak);
        world.take("frm_power", AFTER, "record_metered_period", &data);
        assert_eq!(world.noted("dlv_1"), [Nonconformity::BelowGrade]);
        let data = json!({"delivery": "dlv_1"});
        let refused = world.refuse("frm_cement", AFTER, "accept_delivery", &data);
        assert_eq!(refused, ("below_grade", "/data/delivery".to_owned()));
        let strong = json!({"grade": {"pressure_kpa": 800}});
        let mut data = with(period("dlv_2", TO, "2025-03-11T16:00:00.000Z"), strong);
        data["readings"] = json!({"end": "1053.86", "meter": "mtr_power", "start": "1026.93"});
        world.take("frm_power", AFTER, "record_metered_period", &data);
        assert_eq!(world.noted("dlv_2"), []);
        let contract = world.state::<Contract>("ctr_steam");
        assert!(contract.line(1).unwrap().grade.is_some());
    }
}
