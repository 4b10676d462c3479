//! Facilities: who may do what, and that no day is reserved beyond what there is.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::fact::{Measure, facts};
use crate::domain::rules::testing::{Ask, DAY, gigajoules, kinds, refused_in_order, with};
use crate::domain::shapes::Nonconformity;
use crate::domain::state::{Facility, FacilityUse};
use crate::domain::testing::{OPENED, World};

const APRIL: &str = "2025-04-02T08:00:00.000Z";

/// A steam main of the power station that can do 100 GJ a day.
fn main() -> Value {
    json!({
        "capacity": gigajoules("100"), "facility": "fac_main", "firm": "frm_power",
        "from": "2025-01-01", "grade": {"pressure_kpa": 800}, "kind": "steam_main",
        "name": "steam main", "park": "prk_guigang", "per": "day", "site": "sit_power",
    })
}

fn world() -> World {
    let mut world = World::standard();
    world.take("frm_power", OPENED, "register_facility", &main());
    world
}

fn reserve(id: &str, firm: &str, quantity: &str, (from, to): (&str, &str)) -> Value {
    json!({
        "facility": "fac_main", "firm": firm, "quantity": gigajoules(quantity),
        "reservation": id, "term": {"from": from, "to": to},
    })
}

fn proven(data: Value) -> Value {
    with(data, json!({"evidence": [{"hash": "ab".repeat(32), "title": "Contract on paper"}]}))
}

fn used(id: &str, firm: &str, quantity: &str, (from, to): (&str, &str)) -> Value {
    json!({
        "facility": "fac_main", "facility_use": id, "firm": firm, "from": from,
        "method": "metered", "quantity": gigajoules(quantity), "to": to,
    })
}

fn of(reservation: &str) -> Value {
    json!({"facility": "fac_main", "reservation": reservation})
}

#[test]
fn a_facility_is_registered_by_who_runs_it_or_by_the_park() {
    let mut world = World::standard();
    let ask = Ask {
        actor: "frm_steel",
        at: OPENED,
        kind: "register_facility",
        data: with(
            main(),
            json!({"capacity": gigajoules("0"), "firm": "frm_none", "park": "prk_none_such",
                   "site": "sit_none"}),
        ),
    };
    refused_in_order(
        &mut world,
        ask,
        &[
            ("unknown_park", "/data/park", |_, ask| ask.data["park"] = json!("prk_guigang")),
            ("unknown_firm", "/data/firm", |_, ask| ask.data["firm"] = json!("frm_power")),
            ("not_permitted", "/actor", |_, ask| ask.actor = "prk_guigang"),
            ("unknown_site", "/data/site", |_, ask| ask.data["site"] = json!("sit_steel")),
            ("other_site", "/data/site", |_, ask| ask.data["site"] = json!("sit_power")),
            ("quantity_must_not_be_zero", "/data/capacity", |_, ask| {
                ask.data["capacity"] = gigajoules("100");
            }),
        ],
    );
    let again = world.refuse("frm_power", OPENED, "register_facility", &main());
    assert_eq!(again, ("already_exists", "/data/facility".to_owned()));
    let mut own = main();
    own["facility"] = json!("fac_park");
    own.as_object_mut().unwrap().remove("firm");
    assert_eq!(world.refuse("frm_power", OPENED, "register_facility", &own).0, "not_permitted");
    world.take("prk_guigang", OPENED, "register_facility", &own);
}

#[test]
fn a_reservation_is_proposed_by_one_side_and_confirmed_by_the_other() {
    let mut world = world();
    let year = ("2025-01-01", "2025-12-31");
    let data = reserve("rsv_1", "frm_steel", "60", year);
    let found = world.refuse("frm_cement", OPENED, "reserve_capacity", &data);
    assert_eq!(found, ("not_permitted", "/actor".to_owned()));
    world.take("frm_steel", OPENED, "reserve_capacity", &data);
    let found = world.refuse("frm_steel", OPENED, "confirm_reservation", &of("rsv_1"));
    assert_eq!(found, ("already_confirmed", "/data/reservation".to_owned()));
    let end = with(of("rsv_1"), json!({"last": "2025-06-30"}));
    assert_eq!(world.refuse("frm_steel", OPENED, "end_reservation", &end).0, "not_confirmed");
    let day = "2025-03-05".parse().unwrap();
    assert_eq!(world.state::<Facility>("fac_main").reserved_on(day, u64::MAX), 0);
    world.take("frm_power", OPENED, "confirm_reservation", &of("rsv_1"));
    let facility = world.state::<Facility>("fac_main");
    assert_eq!(facility.reserved_on(day, u64::MAX), 60_000_000_000);
    assert_eq!(
        world.refuse("frm_power", OPENED, "confirm_reservation", &of("rsv_1")).0,
        "already_confirmed"
    );
    // A second one that does not fit is refused when it is proposed, with the first day.
    let second = reserve("rsv_2", "frm_cement", "41", ("2024-12-01", "2025-02-01"));
    let refusal = world.ask("frm_cement", OPENED, "reserve_capacity", &second).unwrap_err();
    assert_eq!((refusal.code.as_str(), &*refusal.pointer), ("over_capacity", "/data/quantity"));
    assert!(refusal.message.starts_with("on 2024-12-01 that"), "{}", refusal.message);
    let second = reserve("rsv_2", "frm_cement", "41", ("2025-01-15", "2025-02-01"));
    let refusal = world.ask("frm_cement", OPENED, "reserve_capacity", &second).unwrap_err();
    assert!(refusal.message.starts_with("on 2025-01-15 that would make 101 GV"), "{refusal}");
    // What the operator proves is in force at once; without a document the user confirms.
    let third = reserve("rsv_3", "frm_cement", "30", year);
    world.take("frm_power", OPENED, "reserve_capacity", &proven(third));
    let fourth = reserve("rsv_4", "frm_recycler", "10", year);
    world.take("frm_power", OPENED, "reserve_capacity", &fourth);
    assert_eq!(
        world.refuse("frm_power", OPENED, "confirm_reservation", &of("rsv_4")).0,
        "already_confirmed"
    );
    world.take("frm_recycler", OPENED, "confirm_reservation", &of("rsv_4"));
    assert_eq!(
        world.state::<Facility>("fac_main").reserved_on(day, u64::MAX),
        100_000_000_000,
        "to the last unit"
    );
}

#[test]
fn what_was_proposed_meanwhile_is_confirmed_only_if_it_still_fits() {
    let mut world = world();
    let year = ("2025-01-01", "2025-12-31");
    world.take("frm_steel", OPENED, "reserve_capacity", &reserve("rsv_1", "frm_steel", "60", year));
    let other = proven(reserve("rsv_2", "frm_cement", "60", ("2025-05-01", "2025-05-31")));
    world.take("frm_power", OPENED, "reserve_capacity", &other);
    let refusal = world.ask("frm_power", OPENED, "confirm_reservation", &of("rsv_1")).unwrap_err();
    assert_eq!((refusal.code.as_str(), &*refusal.pointer), ("over_capacity", "/data/reservation"));
    assert!(refusal.message.starts_with("on 2025-05-01"), "{refusal}");
    world.take("frm_steel", OPENED, "decline_reservation", &of("rsv_1"));
    let found = world.refuse("frm_power", OPENED, "confirm_reservation", &of("rsv_1"));
    assert_eq!(found, ("reservation_declined", "/data/reservation".to_owned()));
}

#[test]
fn a_reservation_ends_no_earlier_than_it_is_said_and_makes_room() {
    let mut world = world();
    let year = ("2025-01-01", "2025-12-31");
    world.take(
        "frm_power",
        OPENED,
        "reserve_capacity",
        &proven(reserve("rsv_1", "frm_steel", "100", year)),
    );
    for last in ["2025-03-09", "2025-12-31"] {
        let data = with(of("rsv_1"), json!({"last": last}));
        let found = world.refuse("frm_steel", DAY, "end_reservation", &data);
        assert_eq!(found, ("outside_term", "/data/last".to_owned()));
    }
    let end = with(of("rsv_1"), json!({"last": "2025-03-31", "reason": "boiler of its own"}));
    world.take("frm_steel", DAY, "end_reservation", &end);
    assert_eq!(world.refuse("frm_power", DAY, "end_reservation", &end).0, "reservation_ended");
    let next = proven(reserve("rsv_2", "frm_cement", "100", ("2025-04-01", "2025-12-31")));
    world.take("frm_power", DAY, "reserve_capacity", &next);
    // Less than is reserved is refused with the day; more is not.
    let less = json!({
        "capacity": gigajoules("99"), "facility": "fac_main", "from": "2025-06-01",
        "reason": "a boiler less",
    });
    assert_eq!(world.refuse("frm_steel", DAY, "change_capacity", &less).0, "not_permitted");
    let refusal = world.ask("frm_power", DAY, "change_capacity", &less).unwrap_err();
    assert_eq!(refusal.code.as_str(), "over_capacity");
    assert!(refusal.message.starts_with("on 2025-06-01 that would make 100 GV"), "{refusal}");
    world.take("frm_power", DAY, "change_capacity", &with(less, json!({"from": "2026-01-01"})));
}

#[test]
fn a_lower_grade_is_not_reserved_for_who_needs_a_higher_and_noted_if_supplied() {
    let mut world = world();
    let month = ("2025-03-01", "2025-03-31");
    let high =
        with(reserve("rsv_1", "frm_steel", "10", month), json!({"grade": {"pressure_kpa": 900}}));
    let found = world.refuse("frm_steel", OPENED, "reserve_capacity", &high);
    assert_eq!(found, ("grade_too_low", "/data/grade".to_owned()));
    let right = with(proven(high), json!({"grade": {"pressure_kpa": 700}}));
    world.take("frm_power", OPENED, "reserve_capacity", &right);
    let weak =
        with(used("fus_1", "frm_steel", "300", month), json!({"grade": {"pressure_kpa": 600}}));
    world.take("frm_power", APRIL, "record_facility_use", &weak);
    let noted = world.log.last().unwrap().nonconformities().to_vec();
    assert_eq!(noted, [Nonconformity::BelowGrade]);
}

#[test]
fn what_was_used_is_recorded_with_what_it_breaks_and_counted_once() {
    let mut world = world();
    let month = ("2025-03-01", "2025-03-31");
    let reservation = proven(reserve("rsv_1", "frm_steel", "10", month));
    world.take("frm_power", OPENED, "reserve_capacity", &reservation);
    let data = used("fus_1", "frm_steel", "310", month);
    assert_eq!(world.refuse("frm_steel", APRIL, "record_facility_use", &data).0, "not_permitted");
    let early = world.refuse("frm_power", DAY, "record_facility_use", &data);
    assert_eq!(early, ("period_not_over", "/data/to".to_owned()));
    let two = used("fus_1", "frm_steel", "1", ("2025-02-28", "2025-03-01"));
    let found = world.refuse("frm_power", APRIL, "record_facility_use", &two);
    assert_eq!(found, ("period_reversed", "/data/to".to_owned()));
    world.take("frm_power", APRIL, "record_facility_use", &data);
    assert!(world.log.last().unwrap().nonconformities().is_empty());
    let day = used("fus_2", "frm_steel", "1", ("2025-03-31", "2025-03-31"));
    let found = world.refuse("frm_power", APRIL, "record_facility_use", &day);
    assert_eq!(found, ("facility_use_overlaps", "/data/from".to_owned()));
    // Who has reserved nothing has used more than is reserved; and more than there is.
    let much = used("fus_3", "frm_cement", "101", ("2025-03-31", "2025-03-31"));
    world.take("frm_power", APRIL, "record_facility_use", &much);
    let noted = world.log.last().unwrap().nonconformities().to_vec();
    assert_eq!(noted, [Nonconformity::OverReservation, Nonconformity::OverCapacity]);
    let back = json!({"facility": "fac_main", "facility_use": "fus_1", "reason": "misread"});
    let events = world.take("frm_power", APRIL, "reverse_facility_use", &back);
    assert_eq!(kinds(&events), ["facility_use_reversed"]);
    let again = world.refuse("frm_power", APRIL, "reverse_facility_use", &back);
    assert_eq!(again, ("already_reversed", "/data/facility_use".to_owned()));
    world.take(
        "frm_power",
        APRIL,
        "record_facility_use",
        &used("fus_4", "frm_steel", "300", month),
    );
    assert!(world.state::<FacilityUse>("fus_1").reversed.is_some());
    let mut sums = [0i64; 2];
    for event in &world.log {
        facts(event, |fact| {
            assert_eq!(fact.measure, Measure::FacilityUsed, "a use is no exchange");
            assert!(fact.counterparty.is_none() && fact.delivery.is_none());
            let is_steel = fact.firm.as_ref().unwrap().as_str() == "frm_steel";
            sums[usize::from(is_steel)] += fact.amount;
        });
    }
    assert_eq!(sums, [101_000_000_000, 300_000_000_000]);
}

#[test]
fn a_reversal_of_a_closed_month_counts_on_its_own_day() {
    let mut world = world();
    let month = ("2025-03-01", "2025-03-31");
    world.take("frm_power", APRIL, "record_facility_use", &used("fus_1", "frm_steel", "5", month));
    world.close_march();
    let late = used("fus_2", "frm_cement", "5", month);
    let at = "2025-04-06T08:00:00.000Z";
    world.take("frm_power", at, "record_facility_use", &late);
    assert!(world.log.last().unwrap().nonconformities().contains(&Nonconformity::PeriodClosed));
    let back = json!({"facility": "fac_main", "facility_use": "fus_1", "reason": "misread"});
    let events = world.take("frm_power", at, "reverse_facility_use", &back);
    facts(&events[0], |fact| {
        assert_eq!((fact.day.to_string(), fact.amount), ("2025-04-06".into(), -5_000_000_000));
    });
}

#[test]
fn outages_lessen_what_is_available_once_however_often_they_are_recorded() {
    let mut world = world();
    let outage = |id: &str, from: &str, to: &str| {
        json!({
            "facility": "fac_main", "from": format!("{from}:00:00.000Z"), "outage": id,
            "reason": "a leak", "to": format!("{to}:00:00.000Z"),
        })
    };
    let data = outage("out_1", "2025-03-10T04", "2025-03-10T16");
    assert_eq!(world.refuse("prk_guigang", DAY, "record_outage", &data).0, "not_permitted");
    let reversed = outage("out_1", "2025-03-10T04", "2025-03-10T04");
    let found = world.refuse("frm_power", DAY, "record_outage", &reversed);
    assert_eq!(found, ("period_reversed", "/data/to".to_owned()));
    world.take("frm_power", DAY, "record_outage", &data);
    assert_eq!(world.refuse("frm_power", DAY, "record_outage", &data).0, "already_exists");
    // Six hours of it again, and six more.
    let more = outage("out_2", "2025-03-10T10", "2025-03-10T22");
    world.take("frm_power", DAY, "record_outage", &more);
    let able = |world: &World| {
        let zone = "Asia/Shanghai".parse().unwrap();
        let days = ("2025-03-01".parse().unwrap(), "2025-03-31".parse().unwrap());
        let able = world.state::<Facility>("fac_main").able_in(&zone, days, u64::MAX);
        (able.capacity.fraction(), able.available.fraction())
    };
    // 31 days of 100 GJ, less 18 hours.
    assert_eq!(able(&world), ("3100000000000".to_owned(), "3025000000000".to_owned()));
    let back = |id: &str| json!({"facility": "fac_main", "outage": id, "reason": "it ran"});
    world.take("frm_power", DAY, "reverse_outage", &back("out_2"));
    assert_eq!(able(&world).1, "3050000000000");
    assert_eq!(
        world.refuse("frm_power", DAY, "reverse_outage", &back("out_2")).0,
        "already_reversed"
    );
    assert_eq!(
        world.refuse("frm_power", DAY, "reverse_outage", &back("out_3")).0,
        "unknown_outage"
    );
}

/// Whatever is asked for, in whatever order, no day is ever reserved beyond what there is.
#[test]
fn reservations_never_exceed_the_capacity_on_any_day() {
    let mut chance = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = move |below: u64| {
        chance =
            chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below
    };
    let day = |number: u64| format!("2025-{:02}-{:02}", 3 + number / 28, 1 + number % 28);
    let firms = ["frm_steel", "frm_cement", "frm_recycler"];
    for _ in 0..6 {
        let (mut world, mut taken, mut refused) = (world(), 0, 0);
        for number in 0..120u64 {
            let (from, length) = (next(150), next(60));
            let term = (day(from), day((from + length).min(167)));
            let id = format!("rsv_{}", if next(4) == 0 { number / 2 } else { number });
            let amount = (1 + next(70)).to_string();
            let firm = firms[next(3) as usize];
            let data = reserve(&id, firm, &amount, (&term.0, &term.1));
            let (actor, kind, data) = match next(8) {
                0 => (firm, "reserve_capacity", data),
                1..=4 => ("frm_power", "reserve_capacity", proven(data)),
                5 => ("frm_power", "confirm_reservation", of(&id)),
                6 => ("frm_power", "end_reservation", with(of(&id), json!({"last": term.1}))),
                _ => {
                    let capacity = gigajoules(&(60 + next(80)).to_string());
                    let data = json!({
                        "capacity": capacity, "facility": "fac_main", "from": term.0,
                        "reason": "measured",
                    });
                    ("frm_power", "change_capacity", data)
                }
            };
            match world.ask(actor, OPENED, kind, &data) {
                Ok(_) => taken += 1,
                Err(_) => refused += 1,
            }
            let facility = world.state::<Facility>("fac_main");
            for number in 0..168 {
                let day = day(number).parse().unwrap();
                let reserved = facility.reserved_on(day, u64::MAX);
                assert!(reserved <= i128::from(facility.capacity_on(day, u64::MAX)), "{day}");
            }
        }
        assert!(taken > 10 && refused > 10, "{taken} taken, {refused} refused");
    }
}
