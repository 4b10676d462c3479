//! Meters of sites: what they count, how long their calibrations hold, and how one gives way to
//! another.
//!
//! Invariant: a meter stands at one site and is replaced once at most; the two that replace each
//! other count in one dimension. A check meter checks a billing meter, never another check meter.

use crate::domain::command::{CalibrateMeter, RegisterMeter, ReplaceMeter};
use crate::domain::decide::{CLOCK_SKEW_MS, Context};
use crate::domain::event::{MeterCalibrated, MeterRegistered, MeterReplaced};
use crate::domain::evolve::Meta;
use crate::domain::id::MeterId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::registry::Decision;
use crate::domain::rules::registry::scale::term;
use crate::domain::rules::who::require_firm;
use crate::domain::state::{Meter, MeterUse, Replacement};
use crate::domain::states::{States, StatesMut};
use crate::domain::time::UtcMillis;
use crate::domain::unit::Unit;

/// The most digits of a counter.
const MOST_DIGITS: u8 = 15;

pub fn register_meter<S: States>(context: &Context<'_, S>, data: &RegisterMeter) -> Decision {
    let at = lookup::site(context, &data.site, "/data/site")?;
    require_firm(context, &at.state.firm, "register a meter at this site")?;
    lookup::absent::<Meter>(context, data.meter.as_str(), "/data/meter")?;
    lookup::in_order(&term(&data.calibration), "/data/calibration")?;
    if data.multiplier.is_zero() || data.multiplier.is_negative() {
        let message =
            format!("a multiplier is more than zero, as 1 or 0.01; not {}", data.multiplier);
        return Err(Refusal::new(Code::BadMultiplier, "/data/multiplier", message));
    }
    if let Some(digits) = data.digits.filter(|digits| !(1..=MOST_DIGITS).contains(digits)) {
        let message = format!("a counter has 1 to {MOST_DIGITS} digits before the point: {digits}");
        return Err(Refusal::new(Code::BadDigits, "/data/digits", message));
    }
    if data.medium.is_some_and(|medium| !medium.is_counted_in(data.unit.dimension())) {
        let message = format!("{} is no unit in which that medium is counted", data.unit);
        return Err(Refusal::new(Code::UnlikeDimension, "/data/unit", message));
    }
    if let Some(checked) = &data.check_of {
        check_checked(context, checked, data.unit)?;
    }
    let RegisterMeter {
        calibration,
        check_of,
        digits,
        medium,
        meter,
        multiplier,
        name,
        site,
        unit,
    } = data.clone();
    let registered = MeterRegistered {
        calibration,
        check_of,
        digits,
        firm: at.state.firm.clone(),
        medium,
        meter,
        multiplier,
        name,
        park: at.state.park.clone(),
        site,
        unit,
    };
    Ok(vec![registered.into()])
}

/// The meter that is to be checked may be the other firm's, so nothing of it is told.
fn check_checked<S: States>(
    context: &Context<'_, S>,
    checked: &MeterId,
    unit: Unit,
) -> Result<(), Refusal> {
    const CHECK_OF: &str = "/data/check_of";
    let found = lookup::meter(context, checked, CHECK_OF)?;
    if found.state.check_of.is_some() {
        let message = format!("{checked} checks a meter itself; name the billing meter");
        return Err(Refusal::new(Code::NotABillingMeter, CHECK_OF, message));
    }
    alike(unit, found.state.unit, "/data/unit")
}

fn alike(one: Unit, other: Unit, pointer: &str) -> Result<(), Refusal> {
    if one.dimension() == other.dimension() {
        return Ok(());
    }
    let message = format!("{one} and {other} are units of unlike dimensions");
    Err(Refusal::new(Code::UnlikeDimension, pointer, message))
}

pub fn calibrate_meter<S: States>(context: &Context<'_, S>, data: &CalibrateMeter) -> Decision {
    let found = lookup::meter(context, &data.meter, "/data/meter")?;
    require_firm(context, &found.state.firm, "record a calibration of this meter")?;
    lookup::in_order(&term(&data.calibration), "/data/calibration")?;
    let CalibrateMeter { calibration, meter } = data.clone();
    Ok(vec![MeterCalibrated { calibration, meter, park: found.state.park.clone() }.into()])
}

pub fn replace_meter<S: States>(context: &Context<'_, S>, data: &ReplaceMeter) -> Decision {
    let old = lookup::meter(context, &data.meter, "/data/meter")?;
    let old = &old.state;
    require_firm(context, &old.firm, "replace this meter")?;
    not_replaced(old, "/data/meter")?;
    let new = lookup::meter(context, &data.new_meter, "/data/new_meter")?;
    let new = &new.state;
    if new.site != old.site || new.meter == old.meter {
        let message = format!("another meter of {} takes the place of {}", old.site, old.meter);
        return Err(Refusal::new(Code::OtherSite, "/data/new_meter", message));
    }
    not_replaced(new, "/data/new_meter")?;
    if new.installed.is_some() {
        let message = format!("{} stands in another's place already", new.meter);
        return Err(Refusal::new(Code::MeterReplaced, "/data/new_meter", message));
    }
    alike(new.unit, old.unit, "/data/new_meter")?;
    let now = context.now.millis();
    if data.at.0 > now.0 + CLOCK_SKEW_MS {
        let message = format!("{} is in the future: the ledger's clock shows {now}", data.at);
        return Err(Refusal::new(Code::OccurredInFuture, "/data/at", message));
    }
    // Readings of the old one after it was taken out, or of the new one before it stood there.
    check_counted(context, &old.meter, data.at, UtcMillis(i64::MAX))?;
    check_counted(context, &new.meter, UtcMillis(i64::MIN), data.at)?;
    let ReplaceMeter { at, end, evidence, meter, new_meter, reason, start } = data.clone();
    let park = old.park.clone();
    Ok(vec![MeterReplaced { at, end, evidence, meter, new_meter, park, reason, start }.into()])
}

fn not_replaced(meter: &Meter, pointer: &str) -> Result<(), Refusal> {
    let Some(replaced) = &meter.replaced else { return Ok(()) };
    let message = format!("{} gave way to {} at {}", meter.meter, replaced.by, replaced.at);
    Err(Refusal::new(Code::MeterReplaced, pointer, message))
}

fn check_counted<S: States>(
    context: &Context<'_, S>,
    meter: &MeterId,
    from: UtcMillis,
    to: UtcMillis,
) -> Result<(), Refusal> {
    let used = context.states.find::<MeterUse>(meter.as_str());
    let Some((begin, end)) = used.and_then(|used| used.state.overlapping(from, to)) else {
        return Ok(());
    };
    let message = format!("{meter} has counted from {begin} to {end}, when it did not stand there");
    Err(Refusal::new(Code::MeteredPeriodOverlaps, "/data/at", message))
}

pub(super) fn registered<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &MeterRegistered) {
    let MeterRegistered {
        calibration,
        check_of,
        digits,
        firm,
        medium,
        meter,
        multiplier,
        name,
        park,
        site,
        unit,
    } = event.clone();
    let id = meter.clone();
    let calibrations = vec![term(&calibration)];
    let (installed, replaced) = (None, None);
    let state = Meter {
        calibrations,
        check_of,
        digits,
        firm,
        installed,
        medium,
        meter,
        multiplier,
        name,
        park,
        replaced,
        site,
        unit,
    };
    states.create(id.as_str(), meta.position, true, state);
}

pub(super) fn calibrated<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &MeterCalibrated) {
    states.change::<Meter>(event.meter.as_str(), meta.position, true, |meter| {
        meter.calibrations.push(term(&event.calibration));
    });
}

pub(super) fn replaced<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &MeterReplaced) {
    let MeterReplaced { at, end, meter, new_meter, start, .. } = event;
    states.change::<Meter>(meter.as_str(), meta.position, true, |meter| {
        meter.replaced = Some(Replacement { at: *at, by: new_meter.clone(), end: *end });
    });
    states.change::<Meter>(new_meter.as_str(), meta.position, false, |meter| {
        meter.installed = Some((*at, *start));
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::rules::testing::{Ask, DAY, refused_in_order, with};
    use crate::domain::state::Meter;
    use crate::domain::testing::World;
    use crate::domain::time::Day;

    fn meter(id: &str, site: &str) -> Value {
        json!({
            "calibration": {"from": "2025-01-01", "to": "2025-12-31"}, "meter": id,
            "multiplier": "1", "name": "steam main", "site": site, "unit": "GV",
        })
    }

    #[test]
    fn registrations_are_refused_in_a_fixed_order() {
        let mut world = World::standard();
        let check = with(meter("mtr_check", "sit_power"), json!({"check_of": "mtr_power"}));
        world.take("frm_power", DAY, "register_meter", &check);
        let ask = Ask {
            actor: "frm_steel",
            at: DAY,
            kind: "register_meter",
            data: with(
                meter("mtr_power", "sit_none"),
                json!({
                    "calibration": {"from": "2025-01-02", "to": "2025-01-01"},
                    "check_of": "mtr_none", "digits": 0, "medium": "electricity",
                    "multiplier": "0", "unit": "TNE",
                }),
            ),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_site", "/data/site", |_, ask| ask.data["site"] = "sit_power".into()),
                ("not_permitted", "/actor", |_, ask| ask.actor = "frm_power"),
                ("already_exists", "/data/meter", |_, ask| ask.data["meter"] = "mtr_2".into()),
                ("term_reversed", "/data/calibration", |_, ask| {
                    ask.data["calibration"]["from"] = "2025-01-01".into();
                }),
                ("bad_multiplier", "/data/multiplier", |_, ask| {
                    ask.data["multiplier"] = "0.01".into();
                }),
                ("bad_digits", "/data/digits", |_, ask| ask.data["digits"] = 16.into()),
                ("bad_digits", "/data/digits", |_, ask| ask.data["digits"] = 6.into()),
                ("unlike_dimension", "/data/unit", |_, ask| ask.data["medium"] = "steam".into()),
                ("unknown_meter", "/data/check_of", |_, ask| {
                    ask.data["check_of"] = "mtr_check".into();
                }),
                ("not_a_billing_meter", "/data/check_of", |_, ask| {
                    ask.data["check_of"] = "mtr_power".into();
                }),
                ("unlike_dimension", "/data/unit", |_, ask| ask.data["unit"] = "GV".into()),
            ],
        );
        let state = world.state::<Meter>("mtr_2");
        assert_eq!((state.digits, state.check_of.unwrap().as_str()), (Some(6), "mtr_power"));
    }

    #[test]
    fn calibrations_that_follow_each_other_hold_as_one() {
        let mut world = World::standard();
        let day = |text: &str| text.parse::<Day>().unwrap();
        let holds = |world: &World, first, last| {
            world.state::<Meter>("mtr_power").is_calibrated(day(first), day(last))
        };
        assert!(holds(&world, "2025-01-01", "2025-12-31"));
        assert!(!holds(&world, "2025-12-31", "2026-01-01"));
        assert!(!holds(&world, "2024-12-31", "2025-01-01"));
        let renew = |from: &str| {
            let calibration = json!({"from": from, "to": "2026-12-31"});
            json!({"calibration": calibration, "meter": "mtr_power"})
        };
        let data = renew("2026-01-02");
        world.take("frm_power", DAY, "calibrate_meter", &data);
        assert!(!holds(&world, "2025-12-31", "2026-01-02"), "one day is missing");
        world.take("frm_power", DAY, "calibrate_meter", &renew("2026-01-01"));
        assert!(holds(&world, "2025-12-31", "2026-12-31"));
        let data = renew("2027-01-01");
        let refused = world.refuse("frm_power", DAY, "calibrate_meter", &data);
        assert_eq!(refused, ("term_reversed", "/data/calibration".to_owned()));
        let refused = world.refuse("frm_steel", DAY, "calibrate_meter", &data);
        assert_eq!(refused.0, "not_permitted");
    }

    #[test]
    fn replacements_are_refused_in_a_fixed_order() {
        let mut world = World::standard();
        for id in ["mtr_2", "mtr_3"] {
            world.take("frm_power", DAY, "register_meter", &meter(id, "sit_power"));
        }
        world.take("frm_steel", DAY, "register_meter", &meter("mtr_far", "sit_steel"));
        let tonnes = with(meter("mtr_t", "sit_power"), json!({"unit": "TNE"}));
        world.take("frm_power", DAY, "register_meter", &tonnes);
        let replace = |old: &str, new: &str| {
            json!({
                "at": "2025-03-09T00:00:00.000Z", "end": "1020", "meter": old, "new_meter": new,
                "reason": "worn", "start": "0",
            })
        };
        world.take("frm_power", DAY, "replace_meter", &replace("mtr_2", "mtr_3"));
        let ask = Ask {
            actor: "frm_steel",
            at: DAY,
            kind: "replace_meter",
            data: with(
                replace("mtr_none", "mtr_none"),
                json!({
                    "at": "2026-01-01T00:00:00.000Z",
                }),
            ),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_meter", "/data/meter", |_, ask| ask.data["meter"] = "mtr_2".into()),
                ("not_permitted", "/actor", |_, ask| ask.actor = "frm_power"),
                ("meter_replaced", "/data/meter", |_, ask| {
                    ask.data["meter"] = "mtr_power".into();
                }),
                ("unknown_meter", "/data/new_meter", |_, ask| {
                    ask.data["new_meter"] = "mtr_far".into();
                }),
                ("other_site", "/data/new_meter", |_, ask| {
                    ask.data["new_meter"] = "mtr_power".into();
                }),
                ("other_site", "/data/new_meter", |_, ask| {
                    ask.data["new_meter"] = "mtr_2".into();
                }),
                ("meter_replaced", "/data/new_meter", |_, ask| {
                    ask.data["new_meter"] = "mtr_3".into();
                }),
                ("meter_replaced", "/data/new_meter", |_, ask| {
                    ask.data["new_meter"] = "mtr_t".into();
                }),
                ("unlike_dimension", "/data/new_meter", |world, ask| {
                    world.take("frm_power", DAY, "register_meter", &meter("mtr_4", "sit_power"));
                    ask.data["new_meter"] = "mtr_4".into();
                }),
                ("occurred_in_future", "/data/at", |_, ask| {
                    ask.data["at"] = "2025-03-09T00:00:00.000Z".into();
                }),
            ],
        );
        let old = world.state::<Meter>("mtr_power").replaced.unwrap();
        assert_eq!((old.by.as_str(), old.end), ("mtr_4", 1020.into()));
        assert_eq!(world.state::<Meter>("mtr_4").installed.unwrap().1, 0.into());
    }
}
