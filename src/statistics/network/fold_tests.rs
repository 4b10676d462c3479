//! Folds of made facts: what counts, what adds, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::domain::fact::{Counterparty, Fact, FactUnit, Measure};
use crate::domain::quantity::{Basis, Method};
use crate::domain::shapes::MaterialKind;
use crate::domain::stated_unit::StatedUnit;
use crate::domain::time::{Day, Month};
use crate::domain::unit::Dimension;
use crate::statistics::chertow::{Granularity, LinkEvidence, Verdict};

const GRAMS: i64 = 1_000_000;

fn month(number: u32) -> Month {
    Month::from_civil(2025, number).unwrap()
}

fn flow(supplier: &str, receiver: &str, material: &str, tonnes: i64) -> Fact {
    Fact {
        measure: Measure::Used,
        park: "prk_a".parse().unwrap(),
        firm: Some(format!("frm_{receiver}").parse().unwrap()),
        site: Some(format!("sit_{receiver}").parse().unwrap()),
        recycler: false,
        counterparty: Some(Counterparty {
            firm: format!("frm_{supplier}").parse().unwrap(),
            park: "prk_a".parse().unwrap(),
            recycler: false,
            site: format!("sit_{supplier}").parse().unwrap(),
        }),
        material: Some(format!("mat_{material}").parse().unwrap()),
        kind: Some(MaterialKind::ByProduct),
        code: None,
        day: Day::from_civil(2025, 3, 1).unwrap(),
        amount: tonnes * GRAMS,
        unit: FactUnit::Physical(Dimension::Mass, Basis::Wet),
        method: Method::Weighed,
        contract: None,
        delivery: None,
        item: None,
        facility: None,
    }
}

fn utility(supplier: &str, receiver: &str, material: &str, dimension: Dimension) -> Fact {
    let mut fact = flow(supplier, receiver, material, 9);
    fact.kind = Some(MaterialKind::Utility);
    fact.unit = FactUnit::Physical(dimension, Basis::AsMetered);
    fact
}

fn of_return(measure: Measure, firm: &str, material: &str, tonnes: i64) -> Fact {
    let fact = flow("nobody", firm, material, tonnes);
    Fact { counterparty: None, measure, ..fact }
}

fn stated(firm: &str, item: &str, tonnes: i64) -> Fact {
    let mut fact = of_return(Measure::Stated, firm, "none", tonnes);
    (fact.material, fact.kind) = (None, None);
    fact.item = Some(item.parse().unwrap());
    fact.unit = FactUnit::Stated(StatedUnit::Tonne);
    fact.day = Day::from_civil(2025, 12, 31).unwrap();
    fact
}

fn guigang() -> Vec<Fact> {
    let mut cane = flow("cane", "sugar", "cane", 1_000);
    cane.kind = Some(MaterialKind::Product);
    vec![
        cane,
        flow("sugar", "alcohol", "molasses", 40),
        flow("sugar", "paper", "bagasse", 150),
        flow("sugar", "cogen", "pith", 60),
        flow("alcohol", "env", "vinasse", 25),
        flow("paper", "env", "liquor", 52),
        flow("paper", "env", "lime-mud", 18),
        flow("cogen", "env", "ash", 5),
        flow("env", "cane", "fertiliser", 45),
    ]
}

fn guigang_boundary() -> Vec<Fact> {
    let inputs = [("cane", 955), ("alcohol", 10), ("paper", 20)];
    let outputs = [("sugar", 750), ("alcohol", 25), ("paper", 100), ("cogen", 55), ("env", 55)];
    let inputs = inputs.map(|(firm, tonnes)| stated(firm, "network_input", tonnes));
    let outputs = outputs.map(|(firm, tonnes)| stated(firm, "network_output", tonnes));
    inputs.into_iter().chain(outputs).collect()
}

fn with_products() -> NetworkParameters {
    NetworkParameters { products: true, ..NetworkParameters::default() }
}

fn told(parameters: NetworkParameters, facts: &[Fact]) -> NetworkFigures {
    let mut fold = NetworkFold::new(parameters, Some(month(1)), Some(month(12)));
    for fact in facts {
        fold.add(fact);
    }
    fold.finish(month(12))
}

fn exact(number: &Number) -> &str {
    number.exact.as_deref().unwrap()
}

#[test]
fn guigang_turns_by_its_cane_and_is_exact_with_its_stated_boundary() {
    let facts = [guigang(), guigang_boundary()].concat();
    let of = told(with_products(), &facts);
    assert_eq!((of.structure.nodes, of.structure.links, of.material_links), (6, 8, 9));
    assert_eq!(of.structure.cyclicity.value, "1.31607401295");
    let flows = of.flows.unwrap();
    assert!(flows.is_exact);
    let index = flows.cycling_index.unwrap();
    assert_eq!(exact(&index), "2900453994719919/79004757800641120");
    assert_eq!(flows.total_throughflow.value().to_string(), "2380");
    assert_eq!(flows.total_flow.value().to_string(), "3365");
    assert_eq!(flows.ascendency.unwrap().ascendency.unit, "TNE bit");
    assert_eq!(of.boundary.len(), 8);
    assert!(of.boundary.iter().all(|item| item.source == BoundarySource::Stated));
    // Without products the loop is open, and nothing cycles.
    let of = told(NetworkParameters::default(), &facts);
    assert_eq!((of.structure.links, &*of.structure.cyclicity.value), (7, "0"));
    assert_eq!(of.verdict, Verdict::Symbiosis);
    // A year's figure is of no part of a year.
    let mut half = NetworkFold::new(with_products(), Some(month(1)), Some(month(6)));
    assert!(facts.iter().filter(|fact| half.counts(fact)).count() == 9);
    facts.iter().for_each(|fact| half.add(fact));
    let refused = half.finish(month(6)).flows_refused.unwrap();
    assert_eq!(refused.code, FlowsCode::NetworkUnbalanced);
    assert_eq!(refused.entity.as_deref(), Some("frm_cane"));
    assert_eq!(refused.imbalance.unwrap().value().to_string(), "-955");
}

#[test]
fn steam_never_adds_to_tonnes() {
    let mut facts = [guigang(), guigang_boundary()].concat();
    for receiver in ["sugar", "alcohol", "paper"] {
        facts.push(utility("cogen", receiver, "steam", Dimension::Energy));
    }
    let of = told(with_products(), &facts);
    assert_eq!((of.structure.links, of.links.len()), (11, 11));
    assert_eq!((of.flows, of.boundary), (None, Vec::new()));
    let refused = of.flows_refused.unwrap();
    assert_eq!(refused.code, FlowsCode::MixedUnits);
    let units = [(Basis::Wet, Dimension::Mass), (Basis::AsMetered, Dimension::Energy)];
    assert_eq!(refused.units, units.map(|(basis, dimension)| Addable { basis, dimension }));
    assert!(refused.detail.contains("TNE wet") && refused.detail.contains("GV as_metered"));
    let mass = NetworkParameters { dimension: Some(Dimension::Mass), ..with_products() };
    let of = told(mass, &facts);
    assert_eq!(of.flows.unwrap().total_throughflow.value().to_string(), "2380");
    assert_eq!(of.structure.links, 8);
    // Wet and dry of one dimension do not add either.
    facts[1].unit = FactUnit::Physical(Dimension::Mass, Basis::Dry);
    let refused = told(mass, &facts).flows_refused.unwrap();
    assert_eq!((refused.code, refused.units.len()), (FlowsCode::MixedUnits, 2));
    let wet = NetworkParameters { basis: Some(Basis::Wet), ..mass };
    assert_eq!(told(wet, &facts).structure.links, 7);
}

#[test]
fn three_of_four_links_go_with_the_cement_works() {
    let facts = [
        flow("power", "cement", "gypsum", 50),
        flow("power", "cement", "ash", 30),
        flow("power", "cement", "slag", 10),
        utility("cement", "brewery", "heat", Dimension::Energy),
        flow("brewery", "cement", "diatomite", 6),
        flow("brewery", "power", "diatomite", 4),
        utility("brewery", "power", "cooling-water", Dimension::Volume),
        utility("brewery", "power", "condensate", Dimension::Volume),
    ];
    let of = told(NetworkParameters::default(), &facts);
    assert_eq!((of.structure.nodes, of.structure.links, of.material_links), (3, 4, 8));
    assert_eq!(of.structure.cyclicity.value, "1.32471795724");
    assert_eq!(of.verdict, Verdict::Symbiosis);
    let most = of.park_vulnerability.unwrap();
    // The brewery has as many, and is the first of both.
    assert_eq!((&*most.entity, exact(&most.share)), ("frm_brewery", "3/4"));
    let cement = of.nodes.iter().find(|node| node.entity == "frm_cement").unwrap();
    assert_eq!(exact(&cement.links_lost), "3/4");
    let shares: Vec<_> = cement.quantity_lost.iter().map(|lost| exact(&lost.share)).collect();
    assert_eq!(shares, ["24/25", "1/1"], "of tonnes and of heat; it has no water");
    let cement = of.receivers.iter().find(|line| line.receiver == "frm_cement").unwrap();
    assert_eq!((cement.suppliers, exact(&cement.herfindahl)), (2, "113/128"));
}

#[test]
fn a_link_has_its_months_and_what_is_taken_back_is_no_link() {
    let on = |number, mut fact: Fact| {
        fact.day = Day::from_civil(2025, number, 15).unwrap();
        fact
    };
    let facts = [
        on(3, flow("a", "b", "ash", 5)),
        on(3, flow("a", "b", "ash", 1)),
        on(5, flow("a", "b", "ash", 5)),
        on(6, flow("a", "b", "ash", 5)),
        on(6, flow("a", "b", "ash", -5)),
        on(7, flow("b", "c", "ash", 5)),
        on(8, flow("b", "c", "ash", -5)),
        on(8, flow("a", "a", "ash", 5)),
    ];
    let of = told(NetworkParameters::default(), &facts);
    let [link] = of.links.as_slice() else { panic!("{:?}", of.links) };
    assert_eq!((&*link.supplier, &*link.receiver), ("frm_a", "frm_b"));
    assert_eq!((link.facts, link.months, link.first_month), (5, 2, month(3)));
    assert_eq!(exact(link.continuity.as_ref().unwrap()), "1/5");
    assert_eq!(link.quantity.value().to_string(), "11");
    let nothing = told(NetworkParameters::default(), &[]);
    assert_eq!(nothing.flows_refused.unwrap().code, FlowsCode::NetworkEmpty);
    assert_eq!((nothing.structure.nodes, nothing.structure.connectance), (0, None));
}

#[test]
fn sites_recyclers_and_evidence_are_parameters() {
    let mut own = flow("a", "a", "ash", 5);
    own.counterparty.as_mut().unwrap().site = "sit_other".parse().unwrap();
    let mut to_recycler = flow("a", "b", "ash", 5);
    to_recycler.recycler = true;
    let accepted = Fact { measure: Measure::Accepted, ..flow("a", "c", "ash", 5) };
    let generated = of_return(Measure::Generated, "a", "ash", 20);
    let facts = [own, to_recycler, accepted, generated];
    let usual = NetworkParameters::default();
    let links = |parameters| {
        let of = told(parameters, &facts);
        let links = of.links.into_iter().map(|link| format!("{} {}", link.supplier, link.receiver));
        links.collect::<Vec<_>>()
    };
    assert_eq!(links(usual), ["frm_a frm_b"]);
    assert!(told(usual, &facts).nodes[1].is_recycler);
    let sites = NetworkParameters { granularity: Granularity::Site, ..usual };
    assert_eq!(links(sites), ["sit_a sit_b", "sit_other sit_a"]);
    assert!(links(NetworkParameters { recyclers: false, ..usual }).is_empty());
    let accepted = NetworkParameters { evidence: LinkEvidence::Accepted, ..usual };
    assert_eq!(links(accepted), ["frm_a frm_c"]);
    // What stays in a firm is no supply of others, whatever an entity is.
    let of = told(sites, &facts);
    let [supply] = of.supply.as_slice() else { panic!("{:?}", of.supply) };
    assert_eq!(exact(supply.share.as_ref().unwrap()), "1/4");
}

#[test]
fn the_boundary_is_known_from_other_parks_and_disposals_and_the_rest_is_assumed_if_asked() {
    let mut from_outside = flow("far", "a", "ash", 100);
    from_outside.counterparty.as_mut().unwrap().park = "prk_b".parse().unwrap();
    let mut to_outside = Fact { measure: Measure::Delivered, ..flow("far", "b", "dust", 30) };
    to_outside.counterparty.as_mut().unwrap().park = "prk_b".parse().unwrap();
    let inside = Fact { measure: Measure::Delivered, ..flow("b", "a", "dust", 30) };
    let own = of_return(Measure::Disposed, "b", "dust", 9);
    let of_others = Fact { measure: Measure::Disposed, ..flow("a", "b", "ash", 1) };
    let facts = [
        flow("a", "b", "ash", 80),
        flow("b", "a", "dust", 40),
        from_outside,
        to_outside,
        inside,
        own,
        of_others,
        stated("unlinked", "network_input", 7),
        stated("a", "network_output", 60),
    ];
    let of = told(NetworkParameters::default(), &facts);
    let refused = of.flows_refused.unwrap();
    assert_eq!(refused.entity.as_deref(), Some("frm_b"));
    assert_eq!(refused.imbalance.unwrap().value().to_string(), "1");
    let close = NetworkParameters { close: true, ..NetworkParameters::default() };
    let of = told(close, &facts);
    let flows = of.flows.unwrap();
    assert_eq!(exact(&flows.cycling_index.unwrap()), "2/7");
    let shown = |item: &BoundaryItem| {
        format!("{} {:?} {:?} {}", item.entity, item.side, item.source, item.quantity.value())
    };
    let boundary: Vec<_> = of.boundary.iter().map(shown).collect();
    let expected = [
        "frm_a Input OtherPark 100",
        "frm_a Output Stated 60",
        "frm_b Output OtherPark 30",
        "frm_b Output Disposed 9",
        "frm_b Output Assumed 1",
    ];
    assert_eq!(boundary, expected);
}
