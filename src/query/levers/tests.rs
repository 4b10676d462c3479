//! The levers of a small park, computed by hand.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;
use crate::domain::fact::facts;
use crate::domain::testing::{OPENED, World};
use crate::query::levers_table::{LeverFigure, rows};
use crate::statistics::levers::Lever;

/// Within the term of every contract here.
const DAY: &str = "2025-03-10T08:00:00.000Z";
const LATE: &str = "2025-03-20T08:00:00.000Z";
const APRIL: &str = "2025-04-02T08:00:00.000Z";

fn tonnes(value: &str) -> Value {
    json!({"unit": "TNE", "value": value})
}

fn gigajoules(value: &str) -> Value {
    json!({"unit": "GV", "value": value})
}

/// A proposal of one line for the year 2025.
fn proposal(contract: &str, way: (&str, &str), material: &str, quantity: &Value) -> Value {
    json!({
        "contract": contract, "kind": "spot",
        "lines": [{
            "baseline_fate": "landfill", "line": 1, "material": material, "quantity": quantity,
        }],
        "receiver": format!("sit_{}", way.1), "supplier": format!("sit_{}", way.0),
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    })
}

/// 30 t of slag go 10 km to the cement works, 10 t of it 100 km to another park, 20 t of ash an
/// unknown way. The steelworks has 100 t and reuses 15.
fn solids(world: &mut World) {
    for (contract, way, material, net, km) in [
        ("ctr_slag", ("steel", "cement"), "mat_slag", "30", Some("10")),
        ("ctr_far", ("steel", "far"), "mat_slag", "10", Some("100")),
        ("ctr_ash", ("power", "cement"), "mat_ash", "20", None),
    ] {
        world.conclude(&proposal(contract, way, material, &tonnes("100")));
        let delivery = contract.replace("ctr_", "dlv_");
        world.deliver(&delivery, contract, net);
        world.by_receiver("accept_delivery", &delivery, json!({}));
        world.by_receiver("use_delivery", &delivery, json!({"operation": "R5"}));
        if let Some(km) = km {
            let data = json!({"contract": contract, "from": "2025-01-01", "km": km});
            world.take(&format!("frm_{}", way.0), DAY, "state_distance", &data);
        }
    }
    let line = |value: &str| {
        let quantity = tonnes(value);
        json!([{"material": "mat_slag", "method": "weighed", "quantity": quantity}])
    };
    let declared = json!({
        "generation": line("100"), "own_reuse": line("15"), "period": "2025-03",
        "return": "ret_a", "site": "sit_steel",
    });
    world.take("frm_steel", APRIL, "submit_return", &declared);
    let want = json!({
        "kind": "want", "listing": "lst_1", "material": "mat_slag", "quantity": tonnes("50"),
        "site": "sit_recycler",
    });
    world.take("frm_recycler", OPENED, "publish_listing", &want);
}

/// 5 GJ of steam as contracted, and 3 GJ below the contracted grade.
fn steam(world: &mut World) {
    let mut data = proposal("ctr_steam", ("power", "cement"), "mat_steam", &gigajoules("1000"));
    data["lines"][0]["grade"] = json!({"pressure_kpa": 700});
    world.conclude(&data);
    let period = |delivery: &str, day: u8, quantity: &str, pressure: u32| {
        json!({
            "contract": "ctr_steam", "delivery": delivery,
            "from": format!("2025-03-{day:02}T16:00:00.000Z"),
            "grade": {"pressure_kpa": pressure}, "line": 1, "method": "estimated",
            "quantity": gigajoules(quantity),
            "to": format!("2025-03-{:02}T16:00:00.000Z", day + 1),
        })
    };
    world.take("frm_power", LATE, "record_metered_period", &period("dlv_5", 8, "5", 800));
    world.take("frm_power", LATE, "record_metered_period", &period("dlv_3", 10, "3", 600));
    world.by_receiver_in_march("accept_delivery", "dlv_5");
    world.by_receiver_in_march("use_delivery", "dlv_5");
}

impl World {
    fn by_receiver_in_march(&mut self, kind: &str, delivery: &str) {
        let receiver = self.receiver(delivery);
        self.take(&receiver, LATE, kind, &json!({"delivery": delivery}));
    }
}

/// A steam main of 100 GJ a day of which the steelworks has 10 and used 300 in the month, and a
/// sludge dryer of the park that took 20 t of its slag.
fn facilities(world: &mut World) {
    let main = json!({
        "capacity": gigajoules("100"), "facility": "fac_main", "firm": "frm_power",
        "from": "2025-01-01", "grade": {"pressure_kpa": 800}, "kind": "steam_main",
        "name": "steam main", "park": "prk_guigang", "per": "day",
    });
    let dryer = json!({
        "capacity": tonnes("1"), "facility": "fac_dryer", "from": "2025-03-16",
        "kind": "waste_treatment", "name": "dryer", "park": "prk_guigang", "per": "hour",
    });
    let reserved = json!({
        "evidence": [{"hash": "ab".repeat(32), "title": "Contract on paper"}],
        "facility": "fac_main", "firm": "frm_steel", "quantity": gigajoules("10"),
        "reservation": "rsv_1", "term": {"from": "2025-02-01", "to": "2025-12-31"},
    });
    let outage = json!({
        "facility": "fac_main", "from": "2025-03-09T16:00:00.000Z", "outage": "out_1",
        "reason": "a leak", "to": "2025-03-10T16:00:00.000Z",
    });
    let used = |facility: &str, id: &str, quantity: Value, more: Value| {
        let mut data = json!({
            "facility": facility, "facility_use": id, "firm": "frm_steel", "from": "2025-03-01",
            "method": "metered", "quantity": quantity, "to": "2025-03-31",
        });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    world.take("frm_power", OPENED, "register_facility", &main);
    world.take("prk_guigang", OPENED, "register_facility", &dryer);
    world.take("frm_power", OPENED, "reserve_capacity", &reserved);
    world.take("frm_power", APRIL, "record_outage", &outage);
    let steam = used("fac_main", "fus_1", gigajoules("300"), json!({}));
    world.take("frm_power", APRIL, "record_facility_use", &steam);
    let slag = used("fac_dryer", "fus_2", tonnes("20"), json!({"material": "mat_slag"}));
    world.take("prk_guigang", APRIL, "record_facility_use", &slag);
}

fn answer(world: &World, as_of: u64) -> LeversAnswer {
    let month: Month = "2025-03".parse().unwrap();
    let of = FigureOf { park: "prk_guigang".parse().unwrap(), from: month, to: month, as_of };
    let mut levers = Levers::new(&world.states, of);
    for event in world.log.iter().take(usize::try_from(as_of).unwrap()) {
        facts(event, |fact| {
            if fact.park.as_str() != "prk_guigang" {
                return;
            }
            if fact.measure == Measure::Accepted {
                levers.serve(&fact);
            }
            if fact.day.month() == month && MEASURES.contains(&fact.measure) {
                levers.add(&fact);
            }
        });
    }
    let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    levers.finish(&names(&["fac_main", "fac_dryer"]), &names(&["lst_1"]), as_of)
}

fn whole() -> World {
    let mut world = World::standard();
    solids(&mut world);
    steam(&mut world);
    facilities(&mut world);
    world
}

/// What rows say of a lever: of what, figure, value, unit.
fn said(answer: &LeversAnswer, lever: Lever) -> Vec<(String, LeverFigure, String)> {
    let rows = rows(answer).into_iter().filter(|row| row.lever == lever);
    rows.map(|row| (row.of, row.figure, format!("{} {}", row.value, row.unit))).collect()
}

fn line(of: &str, figure: LeverFigure, value: &str) -> (String, LeverFigure, String) {
    (of.to_owned(), figure, value.to_owned())
}

#[test]
fn distances_are_weighted_by_what_is_carried_and_unknown_ones_are_told() {
    use LeverFigure as F;
    let world = whole();
    let answer = answer(&world, world.log.len() as u64);
    assert_eq!(
        said(&answer, Lever::Space),
        [
            line("mass, wet", F::Exchanged, "40 TNE"),
            line("mass, wet", F::DistanceKnown, "40 TNE"),
            line("mass, wet", F::DistanceKnownPercent, "100.0000 P1"),
            // (30 x 10 + 10 x 100) / 40
            line("mass, wet", F::MeanDistance, "32.500000 KMT"),
            line("mass, dry", F::Exchanged, "20 TNE"),
            line("mass, dry", F::DistanceKnown, "0 TNE"),
            line("mass, dry", F::DistanceKnownPercent, "0.0000 P1"),
            line("mass, dry", F::MeanDistance, " "),
            line("energy, as metered", F::Exchanged, "5 GV"),
            line("energy, as metered", F::DistanceKnown, "0 GV"),
            line("energy, as metered", F::DistanceKnownPercent, "0.0000 P1"),
            line("energy, as metered", F::MeanDistance, " "),
            line("ctr_far: frm_steel -> frm_far, mat_slag", F::CoLocation, "1000.000000 TKM"),
            line("ctr_slag: frm_steel -> frm_cement, mat_slag", F::CoLocation, "300.000000 TKM"),
        ]
    );
    assert_eq!(answer.space.groups[0].mean_km.as_ref().unwrap().exact, "65/2");
}

#[test]
fn own_reuse_stands_against_that_of_others_and_idle_generation_against_wants() {
    use LeverFigure as F;
    let world = whole();
    let answer = answer(&world, world.log.len() as u64);
    let wet: Vec<_> = said(&answer, Lever::ResourceUse).into_iter().take(4).collect();
    assert_eq!(
        wet,
        [
            line("mass, wet", F::OwnSameSite, "15 TNE"),
            line("mass, wet", F::OwnOtherSite, "0 TNE"),
            // What the other park's firm used is that park's.
            line("mass, wet", F::BetweenFirms, "30 TNE"),
            line("mass, wet", F::BetweenFirmsPercent, "66.6667 P1"),
        ]
    );
    assert_eq!(
        said(&answer, Lever::Planning),
        [
            // 100 - 15 - 30 - 10
            line("eu_low 10 02 01", F::Idle, "45 TNE"),
            line("eu_low 10 02 01", F::Unserved, "50 TNE"),
            line("eu_low 10 02 01", F::CouldServe, "45 TNE"),
        ],
        "of ash, whose generation nobody declared, nothing is told"
    );
    assert_eq!(answer.planning[0].wants[0].firm.as_str(), "frm_recycler");
}

#[test]
fn own_reuse_that_nobody_has_declared_is_unknown_until_somebody_says_there_is_none() {
    let mut world = whole();
    let dry = |world: &World| {
        let answer = answer(world, world.log.len() as u64);
        let of_ash = |row: &(String, LeverFigure, String)| row.0 == "mass, dry";
        let rows = said(&answer, Lever::ResourceUse).into_iter().filter(of_ash);
        rows.map(|(.., value)| value).collect::<Vec<_>>()
    };
    assert_eq!(dry(&world), [" ", "0 TNE", "20 TNE", " "]);
    let none = json!({
        "period": "2025-03", "return": "ret_b", "site": "sit_power",
        "zero_activity": ["own_reuse"],
    });
    world.take("frm_power", APRIL, "submit_return", &none);
    assert_eq!(dry(&world), ["0 TNE", "0 TNE", "20 TNE", "100.0000 P1"]);
}

#[test]
fn what_facilities_treat_and_carry_is_added_to_no_exchange() {
    use LeverFigure as F;
    let world = whole();
    let answer = answer(&world, world.log.len() as u64);
    assert_eq!(
        said(&answer, Lever::SharedTreatment),
        [
            line("mass, wet", F::Treated, "20 TNE"),
            line("mass, wet", F::ToTreat, "100 TNE"),
            line("mass, wet", F::TreatedPercent, "20.0000 P1"),
        ]
    );
    assert_eq!(
        said(&answer, Lever::Cascade),
        [
            line("low_pressure -> low_pressure", F::Delivered, "5 GV"),
            line("low_pressure -> low_pressure", F::Used, "5 GV"),
            line("low_pressure -> low_pressure", F::BelowGrade, "3 GV"),
            line("low_pressure", F::FacilityUse, "300 GV"),
        ]
    );
    let mut without = World::standard();
    solids(&mut without);
    steam(&mut without);
    let before = super::tests::answer(&without, without.log.len() as u64);
    assert_eq!(before.space, answer.space);
    assert_eq!(before.resource_use, answer.resource_use);
    assert_eq!(before.planning, answer.planning);
    assert_eq!(before.cascade.steps, answer.cascade.steps);
}

#[test]
fn a_facility_is_told_by_the_shares_of_its_capacity() {
    let world = whole();
    let size = world.log.len() as u64;
    let infrastructure = answer(&world, size).shared_infrastructure;
    let [main, dryer] = &infrastructure[..] else { panic!("two facilities") };
    let value = |number: &Option<crate::statistics::levers::LeverNumber>| {
        number.as_ref().map(|number| number.value.clone())
    };
    assert_eq!((&*main.capacity.value, &*main.available.value), ("3100.000000", "3000.000000"));
    assert_eq!(value(&main.reserved_percent).unwrap(), "10.0000");
    assert_eq!(
        (value(&main.used).unwrap(), value(&main.used_percent).unwrap()),
        ("300.000000".to_owned(), "9.6774".to_owned())
    );
    assert_eq!(main.used_percent.as_ref().unwrap().exact, "300/31");
    let [steel] = &main.firms[..] else { panic!("one firm") };
    assert_eq!((steel.facts, steel.reservations.len()), (1, 1));
    assert_eq!(main.outages.len(), 1);
    // A tonne an hour on sixteen days; nobody has reserved any of it.
    assert_eq!((&*dryer.capacity.value, &*dryer.reserved.value), ("384.000000", "0.000000"));
    // As of a position before anything was used, use is unknown and not zero.
    let used = world.log.iter().position(|event| event.kind() == "facility_used").unwrap();
    let before = answer(&world, used as u64).shared_infrastructure;
    assert_eq!((value(&before[0].used), value(&before[0].used_percent)), (None, None));
    assert_eq!(before[0].reserved, main.reserved);
    let empty = answer(&world, 0);
    assert!(empty.shared_infrastructure.is_empty() && empty.space.groups.is_empty());
}

#[test]
fn steps_of_a_grade_go_by_pressure_then_heat_then_class() {
    use crate::statistics::levers::cascade::step;
    let grade = |value: Value| serde_json::from_value::<Grade>(value).unwrap();
    for (value, name) in [
        (json!({"pressure_kpa": 13701}), "ultra_high_pressure"),
        (json!({"pressure_kpa": 9800}), "high_pressure"),
        (json!({"pressure_kpa": 5300}), "sub_high_pressure"),
        (json!({"pressure_kpa": 3800}), "medium_pressure"),
        (json!({"pressure_kpa": 1600, "temperature_decicelsius": 9000}), "low_pressure"),
        (json!({"temperature_decicelsius": 6500}), "high_heat"),
        (json!({"temperature_decicelsius": 6499}), "medium_heat"),
        (json!({"temperature_decicelsius": 1000}), "low_heat"),
        (json!({"temperature_decicelsius": 999}), "hot_water"),
        (json!({"water_class": 2}), "water_class_2"),
        (json!({}), "unknown"),
    ] {
        assert_eq!(step(Some(&grade(value))).1, name);
    }
    assert_eq!(step(None).1, "unknown");
}
