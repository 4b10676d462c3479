//! Methods that ship, on grounds whose answers are known beforehand.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use crate::domain::fact::{Counterparty, Fact, FactUnit, Measure};
use crate::domain::method::{Bound, Direction, Item, Method, Threshold, shipped};
use crate::domain::money::Currency;
use crate::domain::name::Name;
use crate::domain::quantity::{self, Basis};
use crate::domain::shapes::MaterialKind;
use crate::domain::stated_unit::ItemUnit;
use crate::domain::time::Month;
use crate::domain::unit::Dimension;
use crate::statistics::method::{Evaluation, Ground, Judged, Passed, Status, judge};

const TONNES: FactUnit = FactUnit::Physical(Dimension::Mass, Basis::Wet);
const WATER: FactUnit = FactUnit::Physical(Dimension::Volume, Basis::AsMetered);
const YUAN: FactUnit = FactUnit::Money(Currency::CNY, 2015);

fn named(name: &str) -> Method {
    shipped().into_iter().find(|method| method.method.as_str() == name).unwrap()
}

fn fact(measure: Measure, year: u16, amount: i64, unit: FactUnit) -> Fact {
    let parts = if unit == YUAN { 10_000 } else { 1_000_000 };
    Fact {
        measure,
        park: "prk_a".parse().unwrap(),
        firm: Some("frm_a".parse().unwrap()),
        site: Some("sit_a".parse().unwrap()),
        recycler: false,
        counterparty: None,
        material: Some("mat_a".parse().unwrap()),
        kind: Some(MaterialKind::ByProduct),
        code: None,
        day: format!("{year}-12").parse::<Month>().unwrap().last(),
        amount: amount * parts,
        unit,
        method: quantity::Method::Weighed,
        contract: None,
        delivery: None,
        item: None,
        facility: None,
    }
}

/// Used at a site, from another firm's.
fn link(number: u16, year: u16, tonnes: i64) -> Fact {
    let mut fact = fact(Measure::Used, year, tonnes, TONNES);
    fact.site = Some(format!("sit_to-{number}").parse().unwrap());
    fact.counterparty = Some(Counterparty {
        firm: "frm_b".parse().unwrap(),
        park: "prk_a".parse().unwrap(),
        recycler: false,
        site: format!("sit_from-{number}").parse().unwrap(),
    });
    fact
}

/// Figures of a year, in the units of their items.
fn stated(method: &Method, year: u16, figures: &[(&str, &str)]) -> Vec<Fact> {
    let each = |(name, value): &(&str, &str)| {
        let item = method.items.iter().find(|item| item.item.as_str() == *name);
        let item = item.unwrap_or_else(|| panic!("no item {name}"));
        let unit = match item.unit {
            ItemUnit::Of(unit) => FactUnit::Stated(unit),
            ItemUnit::Money(_) => YUAN,
        };
        let mut fact = fact(Measure::Stated, year, 0, unit);
        fact.amount = item.unit.amount(&value.parse().unwrap()).unwrap();
        (fact.item, fact.material, fact.kind) = (Some(item.item.clone()), None, None);
        fact
    };
    figures.iter().map(each).collect()
}

fn judged(method: &Method, facts: &[Fact], choice: &[(&str, &str)]) -> (Vec<Judged>, Passed) {
    let mut ground = Ground::default();
    facts.iter().for_each(|fact| ground.add_fact(fact));
    let items = |_: &Name| None::<Item>;
    let name = |text: &&str| text.parse::<Name>().unwrap();
    let choices: BTreeMap<_, _> = choice.iter().map(|(one, two)| (name(one), name(two))).collect();
    let mut evaluation = Evaluation::new(method, &items, choices, Some(2016), &ground);
    judge(&mut evaluation, "2017".parse().unwrap(), &|_, _| false)
}

/// An indicator as it is printed.
fn value(method: &Method, judged: &[Judged], name: &str) -> String {
    let place = method.indicators.iter().position(|one| one.indicator.as_str() == name).unwrap();
    let digits = method.indicators[place].digits;
    match &judged[place].value {
        Some(value) => value.text(digits),
        None => format!("{:?}", judged[place].evaluated.outcome),
    }
}

/// A park that meets the 17 mandatory indicators of HJ 274 and one of each group, and misses all
/// others.
fn barely(method: &Method) -> Vec<Fact> {
    let mut facts: Vec<Fact> = (0..6).map(|number| link(number, 2017, 10)).collect();
    facts.extend([
        fact(Measure::Generated, 2017, 100, TONNES),
        fact(Measure::OwnReused, 2017, 10, TONNES),
        fact(Measure::Disposed, 2017, 30, TONNES),
        fact(Measure::Accepted, 2017, 50, TONNES),
        fact(Measure::FreshWater, 2017, 1050, WATER),
        fact(Measure::Recirculated, 2017, 100, WATER),
        fact(Measure::ValueAdded, 2017, 110_000_000, YUAN),
        fact(Measure::GrossOutput, 2017, 500_000_000, YUAN),
    ]);
    facts.extend(stated(
        method,
        2014,
        &[("earlier_value_added", "100000000"), ("industrial_land", "0.1")],
    ));
    let emitted = |value| {
        ["cod_emissions", "ammonia_nitrogen_emissions", "so2_emissions", "nox_emissions"]
            .map(|name| (name, value))
    };
    let mut before = vec![
        ("earlier_value_added", "100000000"),
        ("earlier_fresh_water", "1000"),
        ("energy_used", "1000"),
        ("co2_emissions", "1000"),
    ];
    before.extend(emitted("100"));
    facts.extend(stated(method, 2016, &before));
    let mut now = vec![
        ("energy_used", "1050"),
        ("renewable_energy_used", "10"),
        ("co2_emissions", "1067"),
        ("high_tech_output", "50000000"),
        ("recycling_value_added", "1000000"),
        ("employees", "700"),
        ("industrial_land", "0.1"),
        ("prior_stock_used", "0"),
        ("recycled_resources_used", "10"),
        ("recycled_resources_collected", "100"),
        ("reclaimed_water_used", "9"),
        ("effluent_treated", "100"),
        ("industrial_wastewater", "88000"),
        ("key_sources_compliant", "1"),
        ("total_load_targets_met", "1"),
        ("environmental_incidents", "0"),
        ("environmental_management", "100"),
        ("cleaner_production_audited", "100"),
        ("central_sewage_treatment", "1"),
        ("risk_prevention_system", "100"),
        ("green_cover", "15"),
        ("environmental_disclosure", "100"),
        ("information_platform", "100"),
        ("outreach_events", "2"),
    ];
    now.extend(emitted("103"));
    facts.extend(stated(method, 2017, &now));
    facts
}

#[test]
fn hj_274_passes_with_23_of_32_and_with_none_of_those_missing() {
    let method = named("hj274");
    let facts = barely(&method);
    let (all, passed) = judged(&method, &facts, &[]);
    let met: Vec<usize> = (0..32).filter(|place| all[*place].status == Status::Met).collect();
    let missed = all.iter().filter(|one| one.status == Status::NotMet).count();
    let shown: Vec<_> = all.iter().map(|one| (one.indicator.as_str(), one.status)).collect();
    assert_eq!((met.len(), missed, passed), (23, 9, Passed::Yes), "{shown:?}");
    for place in met {
        let mut harder = method.clone();
        let never = Bound { direction: Direction::Above, value: "1000000000000".parse().unwrap() };
        harder.indicators[place].threshold = Some(Threshold::Bound(never));
        let (_, passed) = judged(&harder, &facts, &[]);
        assert_eq!(passed, Passed::No, "{}", method.indicators[place].indicator);
    }
    assert_eq!(value(&method, &all, "solid_waste_utilisation"), "70.00");
    let beside = all[5].beside.as_ref().unwrap().1.as_ref().unwrap();
    assert_eq!(beside.text(2), "60.00", "confirmed receipt and own reuse");
}

#[test]
fn the_region_sets_what_reclaimed_water_must_reach() {
    let method = named("hj274");
    let mut facts = barely(&method);
    facts.retain(|fact| fact.item.as_ref().is_none_or(|it| it.as_str() != "reclaimed_water_used"));
    facts.extend(stated(&method, 2017, &[("reclaimed_water_used", "20")]));
    let place = 15;
    assert_eq!(method.indicators[place].number.as_ref().unwrap().as_str(), "16");
    let status = |region: &str| judged(&method, &facts, &[("region", region)]).0[place].status;
    assert_eq!(status("other"), Status::Met);
    assert_eq!(status("water_short"), Status::Met);
    assert_eq!(status("jing_jin_ji"), Status::NotMet);
}

/// A park with every item of the green index at its lead value.
fn at_lead(method: &Method) -> Vec<Fact> {
    let mut facts = vec![
        fact(Measure::Generated, 2017, 1000, TONNES),
        fact(Measure::Used, 2017, 950, TONNES),
        fact(Measure::OwnReused, 2017, 0, FactUnit::Nothing),
        fact(Measure::Disposed, 2017, 50, TONNES),
        fact(Measure::FreshWater, 2017, 220_000, WATER),
        fact(Measure::Recirculated, 2017, 1_980_000, WATER),
        fact(Measure::ValueAdded, 2017, 330_000_000, YUAN),
        fact(Measure::GrossOutput, 2017, 1_000_000_000, YUAN),
    ];
    let emitted = |value| {
        ["cod_emissions", "ammonia_nitrogen_emissions", "so2_emissions", "nox_emissions"]
            .map(|name| (name, value))
    };
    let mut before = vec![("earlier_value_added", "300000000"), ("co2_emissions", "1000")];
    before.extend(emitted("100"));
    facts.extend(stated(method, 2016, &before));
    let mut now = vec![
        ("prior_stock_used", "0"),
        ("energy_used", "322383.6"),
        ("renewable_energy_used", "48357.54"),
        ("clean_energy_used", "241787.7"),
        ("industrial_land", "0.22"),
        ("reclaimed_water_used", "30"),
        ("effluent_treated", "100"),
        ("waste_heat_recovered", "60"),
        ("waste_heat_recoverable", "100"),
        ("waste_gas_recovered", "90"),
        ("waste_gas_recoverable", "100"),
        ("recycled_resources_used", "80"),
        ("recycled_resources_collected", "100"),
        ("central_sewage_treatment", "1"),
        ("green_industrial_buildings", "30"),
        ("green_public_buildings", "60"),
        ("bus_stop_coverage", "90"),
        ("clean_buses", "30"),
        ("high_tech_output", "300000000"),
        ("green_industry_value_added", "99000000"),
        ("employees", "2200"),
        ("modern_services_value_added", "300000000"),
        ("gdp", "1000000000"),
        ("co2_emissions", "1067"),
        ("industrial_wastewater", "165000"),
        ("good_air_days", "80"),
        ("green_cover", "30"),
        ("road_shade", "80"),
        ("parking_shade", "80"),
        ("standards_system", "1"),
        ("green_park_plan", "1"),
        ("information_platform", "100"),
    ];
    now.extend(emitted("103"));
    facts.extend(stated(method, 2017, &now));
    facts
}

#[test]
fn the_green_index_is_100_with_every_item_at_its_lead_and_caps_where_it_is_asked_to() {
    let method = named("green_park");
    let mut facts = at_lead(&method);
    let (all, _) = judged(&method, &facts, &[]);
    for (one, judged) in method.indicators.iter().zip(&all) {
        let at_lead = judged.status == Status::Met || one.threshold.is_none();
        assert!(at_lead, "{}: {:?}", one.indicator, judged.status);
    }
    for name in ["gi", "gi_uncapped", "gi_capped"] {
        assert_eq!(value(&method, &all, name), "100.00");
    }
    // Twice the lead of one of three items of one of six aspects.
    facts.retain(|fact| fact.item.as_ref().is_none_or(|it| it.as_str() != "renewable_energy_used"));
    facts.extend(stated(&method, 2017, &[("renewable_energy_used", "96715.08")]));
    let gi = |capping: &str| {
        let (all, _) = judged(&method, &facts, &[("capping", capping)]);
        value(&method, &all, "gi")
    };
    assert_eq!((gi("uncapped"), gi("capped")), ("105.56".to_owned(), "100.00".to_owned()));
    // Two of four are enough, and one is not.
    let without = |facts: &[Fact], item: &str| -> Vec<Fact> {
        let is_other = |fact: &&Fact| fact.item.as_ref().is_none_or(|it| it.as_str() != item);
        facts.iter().filter(is_other).cloned().collect()
    };
    let facts = without(&without(&at_lead(&method), "waste_heat_recovered"), "waste_gas_recovered");
    assert_eq!(value(&method, &judged(&method, &facts, &[]).0, "gi"), "100.00");
    let facts = without(&facts, "reclaimed_water_used");
    assert!(value(&method, &judged(&method, &facts, &[]).0, "gi").starts_with("Unknown"));
}

#[test]
fn circular_compares_with_a_base_year_before_the_ledger_in_parts_and_in_points() {
    let method = named("circular");
    let mut facts = vec![
        fact(Measure::Generated, 2017, 100, TONNES),
        fact(Measure::Used, 2017, 90, TONNES),
        fact(Measure::OwnReused, 2017, 6, TONNES),
        fact(Measure::FreshWater, 2017, 20, WATER),
        fact(Measure::Recirculated, 2017, 80, WATER),
    ];
    facts.extend(stated(
        &method,
        2016,
        &[
            ("gdp", "8000000000"),
            ("main_resources_used", "4000000"),
            ("earlier_solid_waste_used", "600"),
            ("earlier_solid_waste_generated", "1000"),
            ("prior_stock_used", "0"),
            ("earlier_water_reused", "40"),
            ("earlier_fresh_water", "60"),
            ("energy_used", "1000000"),
        ],
    ));
    facts.extend(stated(
        &method,
        2017,
        &[
            ("gdp", "10488000000"),
            ("main_resources_used", "2000000"),
            ("prior_stock_used", "0"),
            ("sewage_generated", "10000000"),
            ("effluent_treated", "9800000"),
        ],
    ));
    let (all, passed) = judged(&method, &facts, &[]);
    assert_eq!(passed, Passed::Yes, "nothing is asked for");
    for (name, expected) in [
        ("resource_output", "5244.00"),
        ("resource_output_change", "162.20"),
        ("solid_waste_utilisation", "96.00"),
        ("solid_waste_utilisation_change", "60.00"),
        ("solid_waste_utilisation_points", "36.00"),
        ("water_reuse", "80.00"),
        ("water_reuse_change", "100.00"),
        ("water_reuse_points", "40.00"),
        ("sewage_treatment", "98.00"),
    ] {
        assert_eq!(value(&method, &all, name), expected, "{name}");
    }
}

#[test]
fn own_reuse_is_no_part_of_what_firms_reuse_of_one_another() {
    let method = named("eip");
    let own_sites = |mut fact: Fact| {
        fact.counterparty.as_mut().unwrap().firm = "frm_a".parse().unwrap();
        fact
    };
    let facts = [
        fact(Measure::Generated, 2017, 100, TONNES),
        fact(Measure::OwnReused, 2017, 40, TONNES),
        link(1, 2017, 19),
        own_sites(link(2, 2017, 30)),
    ];
    let (all, _) = judged(&method, &facts, &[]);
    assert_eq!(value(&method, &all, "inter_firm_reuse"), "19.00");
    assert_eq!(value(&method, &all, "own_reuse"), "40.00");
    let inter_firm = all.iter().find(|one| one.indicator.as_str() == "inter_firm_reuse").unwrap();
    assert_eq!(inter_firm.status, Status::NotMet);
}
