//! What readings of a metered period prove: how much was counted, by which meters, without gaps.
//!
//! Invariant: the segments of a period fill it, and no meter counts the same time twice. What the
//! readings do not prove is noted, to the last unit.

use std::sync::Arc;

use crate::domain::decide::Context;
use crate::domain::decimal::Decimal;
use crate::domain::id::{MeterId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::delivery::metered::meter_use_id;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::lookup;
use crate::domain::shapes::{CheckReading, Nonconformity, Readings, Segment};
use crate::domain::state::{Contract, Meter, MeterUse};
use crate::domain::states::{States, Stored};
use crate::domain::time::UtcMillis;

/// The most segments of a period.
const MOST_SEGMENTS: usize = 20;

/// The parts of a period that meters counted; one for the readings of a single meter.
pub fn segments(
    period: (UtcMillis, UtcMillis),
    readings: Option<&Readings>,
    segments: &[Segment],
) -> Vec<Segment> {
    match readings {
        Some(readings) => vec![as_segment(readings, period)],
        None => segments.to_vec(),
    }
}

fn as_segment(readings: &Readings, (from, to): (UtcMillis, UtcMillis)) -> Segment {
    let Readings { end, meter, rolled_over, start } = readings.clone();
    Segment { end, from, meter, rolled_over, start, to }
}

/// A meter, if it stands at one of these sites.
pub fn meter<S: States>(
    states: &S,
    sites: [&SiteId; 2],
    id: &MeterId,
) -> Option<Arc<Stored<Meter>>> {
    let meter = states.find::<Meter>(id.as_str());
    meter.filter(|meter| sites.contains(&&meter.state.site))
}

/// What is said to have been counted in a period.
pub struct Counted<'a> {
    pub contract: &'a Contract,
    pub period: (UtcMillis, UtcMillis),
    pub quantity: &'a Quantity,
    pub segments: &'a [Segment],
}

impl Counted<'_> {
    /// Refuses time that a meter has counted already, and segments that do not fill the period;
    /// notes readings that prove nothing. `listed` tells whether they stand in `segments`.
    pub fn check<S: States>(
        &self,
        context: &Context<'_, S>,
        listed: bool,
        noted: &mut Noted,
    ) -> Result<(), Refusal> {
        let at = |place: usize, member: &str, alone: &str| match listed {
            true => format!("/data/segments/{place}/{member}"),
            false => alone.to_owned(),
        };
        if listed {
            contiguous(self.period, self.segments)?;
        }
        let (mut total, unread) = (Some(Exact::ZERO), MeterUse::NONE);
        for (place, segment) in self.segments.iter().enumerate() {
            let meter = self.meter(context, &segment.meter);
            let rolled = at(place, "rolled_over", "/data/readings/rolled_over");
            let counted = match &meter {
                None => {
                    noted.add(Nonconformity::UnknownMeter);
                    None
                }
                Some(meter) => self.read(context, segment, &meter.state, &rolled, noted)?,
            };
            total = total.zip(counted).and_then(|(sum, counted)| sum.plus(counted));
            let id = meter_use_id(&segment.meter, &self.contract.supplier.site, meter.is_some());
            let used = context.states.find::<MeterUse>(&id);
            let used = used.as_ref().map_or(&unread, |used| &used.state);
            if let Some((from, to)) = used.overlapping(segment.from, segment.to) {
                let meter = &segment.meter;
                let message =
                    format!("{meter} has counted from {from} to {to} already; periods may touch");
                let pointer = at(place, "from", "/data/from");
                return Err(Refusal::new(Code::MeteredPeriodOverlaps, pointer, message));
            }
            let meter = meter.as_ref().map(|meter| &meter.state);
            noted.add_if(!self.follows(place, used, meter), Nonconformity::ReadingGap);
        }
        // Where a meter is unknown, nobody knows what its readings come to.
        let known = !self.segments.is_empty() && !noted.has(Nonconformity::UnknownMeter);
        let proven = total.is_some_and(|total| total.is(self.quantity));
        noted.add_if(known && !proven, Nonconformity::ReadingsDisagree);
        Ok(())
    }

    /// A second meter's readings of the same period, with what they come to.
    pub fn checked_by<S: States>(
        &self,
        context: &Context<'_, S>,
        check: &Readings,
        tolerance_percent: &Decimal,
        noted: &mut Noted,
    ) -> Result<CheckReading, Refusal> {
        if self.segments.iter().any(|segment| segment.meter == check.meter) {
            let message = format!("{} can't check itself; name a second meter", check.meter);
            return Err(Refusal::new(Code::DuplicateMember, "/data/check/meter", message));
        }
        let Some(meter) = self.meter(context, &check.meter) else {
            noted.add(Nonconformity::UnknownMeter);
            return Ok(CheckReading { quantity: None, readings: check.clone() });
        };
        let segment = as_segment(check, self.period);
        let pointer = "/data/check/rolled_over";
        let counted = self.read(context, &segment, &meter.state, pointer, noted)?;
        let amount = counted.and_then(Exact::floor);
        let quantity = amount.map(|amount| self.quantity.resized(amount));
        let within = |amount: i64| {
            let stated = i128::from(self.quantity.amount());
            let allowed = tolerance_percent.percent_floor(stated)?;
            Some((i128::from(amount) - stated).abs() <= allowed)
        };
        let agrees = amount.and_then(within).unwrap_or(false);
        noted.add_if(!agrees, Nonconformity::CheckMeterDiffers);
        Ok(CheckReading { quantity, readings: check.clone() })
    }

    fn meter<S: States>(
        &self,
        context: &Context<'_, S>,
        id: &MeterId,
    ) -> Option<Arc<Stored<Meter>>> {
        let Contract { supplier, receiver, .. } = self.contract;
        meter(context.states, [&supplier.site, &receiver.site], id)
    }

    /// What a meter counted; notes one that is not calibrated or ran backwards.
    fn read<S: States>(
        &self,
        context: &Context<'_, S>,
        segment: &Segment,
        meter: &Meter,
        rolled_over: &str,
        noted: &mut Noted,
    ) -> Result<Option<Exact>, Refusal> {
        if segment.rolled_over && meter.digits.is_none() {
            let message = format!("{} has no `digits`: where does it roll over?", meter.meter);
            return Err(Refusal::new(Code::DigitsNeeded, rolled_over, message));
        }
        let day = |at| lookup::day_of(context.states, &meter.park, at);
        let (first, last) = (day(segment.from), day(UtcMillis(segment.to.0 - 1)));
        let calibrated = meter.is_calibrated(first, last);
        noted.add_if(!calibrated, Nonconformity::MeterNotCalibrated);
        let backwards = segment.end.compare(&segment.start).is_lt() && !segment.rolled_over;
        noted.add_if(backwards, Nonconformity::ReadingGap);
        let alike = meter.unit.dimension() == self.quantity.dimension();
        Ok(if alike { counted(segment, meter) } else { None })
    }

    /// Whether a segment's readings go on where those before ended, and end where those after
    /// begin, within the time in which the meter was installed.
    fn follows(&self, place: usize, used: &MeterUse, meter: Option<&Meter>) -> bool {
        let segment = &self.segments[place];
        let (earlier, rest) = self.segments.split_at(place);
        let same = |other: &&Segment| other.meter == segment.meter;
        let installed = meter.and_then(|meter| meter.installed.as_ref());
        let replaced = meter.and_then(|meter| meter.replaced.as_ref());
        let before = earlier.iter().rfind(same).map(|other| &other.end);
        let before = before.or_else(|| used.reading_before(segment.from));
        let before = before.or(installed.map(|(_, start)| start));
        let after = rest[1..].iter().find(same).map(|other| &other.start);
        let after = after.or_else(|| used.reading_after(segment.to));
        // Up to its end: until then, more may be counted after this.
        let removed = replaced.filter(|replaced| segment.to == replaced.at);
        let after = after.or(removed.map(|replaced| &replaced.end));
        let equal = |expected: Option<&Decimal>, reading: &Decimal| {
            expected.is_none_or(|expected| expected.compare(reading).is_eq())
        };
        equal(before, &segment.start)
            && equal(after, &segment.end)
            && installed.is_none_or(|(at, _)| segment.from >= *at)
            && replaced.is_none_or(|replaced| segment.to <= replaced.at)
    }
}

/// Refuses segments that leave a part of the period out, or count one twice.
fn contiguous((from, to): (UtcMillis, UtcMillis), segments: &[Segment]) -> Result<(), Refusal> {
    lookup::counted(segments, 1, MOST_SEGMENTS, "/data/segments")?;
    let refuse = |place: usize, member: &str, message: String| {
        let pointer = format!("/data/segments/{place}/{member}");
        Err(Refusal::new(Code::SegmentsNotContiguous, pointer, message))
    };
    let mut at = from;
    for (place, segment) in segments.iter().enumerate() {
        if segment.from != at {
            return refuse(place, "from", format!("this segment must begin at {at}"));
        }
        if segment.to <= segment.from || segment.to > to {
            let message = format!("it must end after its beginning, and by {to} at the latest");
            return refuse(place, "to", message);
        }
        at = segment.to;
    }
    if at != to {
        let message = format!("the last segment must end with the period, at {to}");
        return refuse(segments.len() - 1, "to", message);
    }
    Ok(())
}

/// An exact number of base units: `units` of 10^-`scale`.
#[derive(Clone, Copy)]
struct Exact {
    units: i128,
    scale: u32,
}

impl Exact {
    const ZERO: Exact = Exact { units: 0, scale: 0 };

    fn at(self, scale: u32) -> Option<i128> {
        self.units.checked_mul(10i128.checked_pow(scale.checked_sub(self.scale)?)?)
    }

    fn plus(self, other: Exact) -> Option<Exact> {
        let scale = self.scale.max(other.scale);
        Some(Exact { units: self.at(scale)?.checked_add(other.at(scale)?)?, scale })
    }

    fn is(self, quantity: &Quantity) -> bool {
        let stated = Exact { units: i128::from(quantity.amount()), scale: 0 };
        stated.at(self.scale) == Some(self.units)
    }

    /// Whole base units, if a quantity can say them.
    fn floor(self) -> Option<i64> {
        let whole = self.units.div_euclid(10i128.checked_pow(self.scale)?);
        let whole = i64::try_from(whole).ok()?;
        (0..=crate::domain::quantity::MAX_AMOUNT).contains(&whole).then_some(whole)
    }
}

/// The difference of the readings times the multiplier. None if it is negative, or its counter has
/// no such readings.
fn counted(segment: &Segment, meter: &Meter) -> Option<Exact> {
    let turn = match meter.digits {
        Some(digits) => Some(Decimal::new(10i128.checked_pow(digits.into())?, 0).ok()?),
        None => None,
    };
    if let Some(turn) = &turn {
        let fits = |reading: &Decimal| !reading.is_negative() && reading.compare(turn).is_lt();
        if !fits(&segment.start) || !fits(&segment.end) {
            return None;
        }
    }
    let mut difference = segment.end.checked_sub(&segment.start).ok()?;
    if segment.rolled_over {
        difference = difference.checked_add(&turn?).ok()?;
        // A counter that did not get round to where it began did not roll over.
        if difference.compare(&turn?).is_ge() {
            return None;
        }
    }
    if difference.is_negative() {
        return None;
    }
    let units = difference.units().checked_mul(meter.multiplier.units())?;
    let units = units.checked_mul(i128::from(meter.unit.factor()))?;
    Some(Exact { units, scale: u32::from(difference.scale() + meter.multiplier.scale()) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::rules::testing::{DAY, gigajoules, proposal, with};
    use crate::domain::shapes::Nonconformity as N;
    use crate::domain::state::{Delivery, MeterUse};
    use crate::domain::testing::World;

    const MIDNIGHTS: [&str; 4] = [
        "2025-03-08T16:00:00.000Z",
        "2025-03-09T16:00:00.000Z",
        "2025-03-10T16:00:00.000Z",
        "2025-03-11T16:00:00.000Z",
    ];
    const NOON: &str = "2025-03-10T04:00:00.000Z";
    const AFTER: &str = "2025-03-13T08:00:00.000Z";

    /// Steam from the power station to the cement works; `mtr_new` has four digits and counts tens.
    fn steam() -> World {
        let mut world = World::standard();
        let data = proposal("ctr_steam", ("power", "cement"), "mat_steam", &gigajoules("1000"));
        world.conclude(&data);
        for (meter, site) in [("mtr_new", "power"), ("mtr_check", "cement")] {
            let data = json!({
                "calibration": {"from": "2025-01-01", "to": "2025-12-31"}, "digits": 4,
                "medium": "steam", "meter": meter, "multiplier": "10", "name": meter,
                "site": format!("sit_{site}"), "unit": "GV",
            });
            world.take(&format!("frm_{site}"), DAY, "register_meter", &data);
        }
        world
    }

    fn readings(meter: &str, start: &str, end: &str) -> Value {
        json!({"end": end, "meter": meter, "start": start})
    }

    /// A period of whole days, from one of the midnights to the next.
    fn day(delivery: &str, day: usize, value: &str, readings: &Value) -> Value {
        json!({
            "contract": "ctr_steam", "delivery": delivery, "from": MIDNIGHTS[day], "line": 1,
            "method": "metered", "quantity": gigajoules(value), "readings": readings,
            "to": MIDNIGHTS[day + 1],
        })
    }

    fn record(world: &mut World, data: &Value) -> Vec<N> {
        world.take("frm_power", AFTER, "record_metered_period", data);
        world.noted(data["delivery"].as_str().unwrap())
    }

    fn refuse(world: &mut World, data: &Value) -> (&'static str, String) {
        world.refuse("frm_power", AFTER, "record_metered_period", data)
    }

    fn segment(readings: Value, from: &str, to: &str) -> Value {
        with(readings, json!({"from": from, "to": to}))
    }

    /// The second day, of which each meter counted a half: 15 GJ and 2 tens of GJ.
    fn halves() -> Value {
        let first = readings("mtr_power", "1000", "1015");
        let second = readings("mtr_new", "7", "9");
        let mut data = day("dlv_2", 1, "35", &Value::Null);
        data.as_object_mut().unwrap().remove("readings");
        data["segments"] =
            json!([segment(first, MIDNIGHTS[1], NOON), segment(second, NOON, MIDNIGHTS[2])]);
        data
    }

    fn replace(world: &mut World, end: &str, start: &str) {
        let data = json!({
            "at": NOON, "end": end, "meter": "mtr_power", "new_meter": "mtr_new",
            "reason": "worn", "start": start,
        });
        world.take("frm_power", AFTER, "replace_meter", &data);
    }

    #[test]
    fn a_period_that_spans_a_replacement_is_proven_by_both_meters() {
        let mut world = steam();
        assert_eq!(
            record(&mut world, &day("dlv_1", 0, "10", &readings("mtr_power", "990", "1000"))),
            []
        );
        replace(&mut world, "1015", "7");
        assert_eq!(record(&mut world, &halves()), []);
        assert_eq!(record(&mut world, &day("dlv_3", 2, "10", &readings("mtr_new", "9", "10"))), []);
        let segments = world.state::<Delivery>("dlv_2").segments;
        let meters: Vec<_> = segments.iter().map(|(meter, ..)| meter.clone().unwrap()).collect();
        assert_eq!(
            meters.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
            ["mtr_power", "mtr_new"]
        );
        let last = |meter: &str| world.state::<MeterUse>(meter).readings.last().unwrap().1;
        assert_eq!((last("mtr_power"), last("mtr_new")), (1015.into(), 10.into()));
        let other = with(halves(), json!({"delivery": "dlv_4", "quantity": gigajoules("35")}));
        assert_eq!(refuse(&mut world, &other).1, "/data/segments/0/from", "counted already");
    }

    #[test]
    fn what_the_replacement_says_otherwise_is_a_gap() {
        for (end, start) in [("1014", "7"), ("1015", "0")] {
            let mut world = steam();
            replace(&mut world, end, start);
            assert_eq!(record(&mut world, &halves()), [N::ReadingGap], "{end} {start}");
        }
        let mut world = steam();
        replace(&mut world, "1015", "7");
        let late = day("dlv_1", 2, "1", &readings("mtr_power", "1015", "1016"));
        assert_eq!(record(&mut world, &late), [N::ReadingGap], "it was taken out before");
        let early = day("dlv_2", 0, "10", &readings("mtr_new", "6", "7"));
        assert_eq!(record(&mut world, &early), [N::ReadingGap], "it did not stand there yet");
    }

    #[test]
    fn a_meter_is_not_replaced_at_a_time_that_it_counted_through() {
        let mut world = steam();
        record(&mut world, &day("dlv_1", 1, "10", &readings("mtr_power", "990", "1000")));
        let data = json!({
            "at": NOON, "end": "995", "meter": "mtr_power", "new_meter": "mtr_new",
            "reason": "worn", "start": "0",
        });
        let refused = world.refuse("frm_power", AFTER, "replace_meter", &data);
        assert_eq!(refused, ("metered_period_overlaps", "/data/at".to_owned()));
        let data = with(data, json!({"at": MIDNIGHTS[2]}));
        world.take("frm_power", AFTER, "replace_meter", &data);
    }

    #[test]
    fn segments_sum_up_to_the_quantity_and_fill_the_period() {
        let mut world = steam();
        let data = with(halves(), json!({"quantity": gigajoules("35.000000001")}));
        assert_eq!(record(&mut world, &data), [N::ReadingsDisagree]);
        let mut world = steam();
        for (place, member, time, pointer) in [
            (0, "from", NOON, "/data/segments/0/from"),
            (1, "from", MIDNIGHTS[1], "/data/segments/1/from"),
            (0, "to", MIDNIGHTS[1], "/data/segments/0/to"),
            (1, "to", MIDNIGHTS[3], "/data/segments/1/to"),
            (1, "to", "2025-03-10T15:59:59.999Z", "/data/segments/1/to"),
        ] {
            let mut data = halves();
            data["segments"][place][member] = time.into();
            let expected = ("segments_not_contiguous", pointer.to_owned());
            assert_eq!(refuse(&mut world, &data), expected, "{place} {member} {time}");
        }
        let mut data = halves();
        data["readings"] = readings("mtr_power", "0", "35");
        let both = ("unexpected_member", "/data/segments".to_owned());
        assert_eq!(refuse(&mut world, &data), both);
        data.as_object_mut().unwrap().remove("readings");
        data["method"] = "estimated".into();
        assert_eq!(refuse(&mut world, &data), both, "what was read was metered");
        data["method"] = "metered".into();
        let one = data["segments"][0].clone();
        data["segments"] = std::iter::repeat_n(one, 21).collect();
        assert_eq!(refuse(&mut world, &data).0, "too_many_members");
    }

    #[test]
    fn a_counter_rolls_over_at_its_digits() {
        let turn = |start, end| with(readings("mtr_new", start, end), json!({"rolled_over": true}));
        for (start, end, quantity, noted) in [
            ("9998", "3", "50", &[][..]),
            ("9998.5", "0.5", "20", &[]),
            ("9998", "3", "60", &[N::ReadingsDisagree]),
            ("3", "9998", "99950", &[N::OverDelivery, N::ReadingsDisagree]),
            ("9998", "10000", "20", &[N::ReadingsDisagree]),
        ] {
            let mut world = steam();
            let data = day("dlv_1", 0, quantity, &turn(start, end));
            assert_eq!(record(&mut world, &data), noted, "{start} {end} {quantity}");
        }
        let mut world = steam();
        let turned = with(readings("mtr_power", "9998", "3"), json!({"rolled_over": true}));
        let data = day("dlv_1", 0, "5", &turned);
        let expected = ("digits_needed", "/data/readings/rolled_over".to_owned());
        assert_eq!(refuse(&mut world, &data), expected);
    }

    #[test]
    fn what_runs_backwards_or_begins_elsewhere_is_a_gap() {
        let mut world = steam();
        let backwards = day("dlv_0", 0, "10", &readings("mtr_power", "1000", "990"));
        assert_eq!(record(&mut world, &backwards), [N::ReadingsDisagree, N::ReadingGap]);
        for (first, second) in [(0, 1), (1, 0), (0, 2), (2, 0)] {
            for (end, gap) in [("1010.00", false), ("1010.01", true), ("1009", true)] {
                let mut world = steam();
                // Recorded in either order: a gap is seen once both are there.
                let mut periods = [
                    day("dlv_a", 0, "10", &readings("mtr_power", "1000", "1010")),
                    day("dlv_b", first.max(second), "5", &readings("mtr_power", end, "1015")),
                ];
                periods[1]["quantity"] = gigajoules(match end {
                    "1010.00" => "5",
                    "1010.01" => "4.99",
                    _ => "6",
                });
                if first > second {
                    periods.reverse();
                }
                assert_eq!(record(&mut world, &periods[0]), []);
                let noted = record(&mut world, &periods[1]);
                assert_eq!(noted.contains(&N::ReadingGap), gap, "{first} {second} {end}");
                assert!(noted.len() < 2, "{noted:?}");
            }
        }
    }

    #[test]
    fn a_meter_is_calibrated_on_every_day_of_the_period() {
        let mut world = steam();
        let last = json!({
            "from": "2025-12-30T16:00:00.000Z", "to": "2025-12-31T16:00:00.000Z",
        });
        let next = json!({
            "from": "2025-12-31T16:00:00.000Z", "to": "2026-01-01T16:00:00.000Z",
        });
        let record = |world: &mut World, data: &Value| {
            let at = "2026-02-02T08:00:00.000Z";
            world.take("frm_power", at, "record_metered_period", data);
            world.noted(data["delivery"].as_str().unwrap())
        };
        let data = with(day("dlv_1", 0, "10", &readings("mtr_power", "0", "10")), last);
        assert_eq!(record(&mut world, &data), []);
        let data = with(day("dlv_2", 0, "10", &readings("mtr_power", "10", "20")), next.clone());
        assert_eq!(record(&mut world, &data), [N::OutsideTerm, N::MeterNotCalibrated]);
        let data = json!({
            "calibration": {"from": "2026-01-01", "to": "2026-12-31"}, "meter": "mtr_new",
        });
        world.take("frm_power", AFTER, "calibrate_meter", &data);
        let data = with(day("dlv_3", 0, "100", &readings("mtr_new", "10", "20")), next);
        assert_eq!(record(&mut world, &data), [N::OutsideTerm]);
    }

    #[test]
    fn a_check_meter_that_differs_by_more_than_the_tolerance_is_noted() {
        // 0.3 % of 100 GJ, where the check meter counts tens.
        for (end, differs) in [("10", false), ("10.03", false), ("10.0301", true), ("9.96", true)] {
            let mut world = steam();
            let mut data = day("dlv_1", 0, "100", &readings("mtr_power", "0", "100"));
            data["check"] = readings("mtr_check", "0", end);
            let noted: &[N] = if differs { &[N::CheckMeterDiffers] } else { &[] };
            assert_eq!(record(&mut world, &data), noted, "{end}");
        }
        let mut world = steam();
        let mut data = day("dlv_1", 0, "100", &readings("mtr_power", "0", "100"));
        data["check"] = readings("mtr_power", "0", "100");
        let expected = ("duplicate_member", "/data/check/meter".to_owned());
        assert_eq!(refuse(&mut world, &data), expected);
        data["check"] = readings("mtr_none", "0", "100");
        assert_eq!(record(&mut world, &data), [N::UnknownMeter]);
        // Where the meter failed, the check meter's readings stand beside the estimate.
        let mut data = day("dlv_2", 1, "100", &Value::Null);
        data.as_object_mut().unwrap().remove("readings");
        data["method"] = "estimated".into();
        data["basis"] = json!({"reason": "the transmitter failed; the check meter's difference"});
        data["check"] = readings("mtr_check", "10", "20");
        assert_eq!(record(&mut world, &data), []);
    }
}
