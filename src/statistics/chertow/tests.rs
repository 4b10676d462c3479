//! Tests of the 3-2 test on the webs of the literature.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::domain::fact::{Counterparty, FactUnit};
use crate::domain::quantity::{Basis, Method};
use crate::domain::time::Day;
use crate::domain::unit::Dimension;
use crate::statistics::exchange::ExchangeTotals;

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
        amount: tonnes * 1_000_000,
        unit: FactUnit::Physical(Dimension::Mass, Basis::Wet),
        method: Method::Weighed,
        contract: None,
        delivery: None,
        item: None,
        facility: None,
    }
}

fn test(granularity: Granularity, facts: &[Fact]) -> ThreeTwo {
    let mut test = ThreeTwoTest::new(granularity, LinkEvidence::Used);
    facts.iter().for_each(|fact| test.add(fact));
    test.finish()
}

/// Power, cement and brewery: gypsum, ash, heat, diatomite.
fn power_cement_brewery() -> Vec<Fact> {
    let mut heat = flow("cement", "brewery", "heat", 9);
    heat.kind = Some(MaterialKind::Utility);
    heat.unit = FactUnit::Physical(Dimension::Energy, Basis::AsMetered);
    vec![
        flow("power", "cement", "gypsum", 5),
        flow("power", "cement", "ash", 7),
        heat,
        flow("brewery", "cement", "diatomite", 1),
        flow("brewery", "power", "diatomite", 1),
    ]
}

/// Sugar's six segments, as separate firms. The cane is a product and the environment segment
/// recycles the others' residues.
fn guigang(environment_recycles: bool) -> Vec<Fact> {
    let mut cane = flow("cane", "sugar", "cane", 1000);
    cane.kind = Some(MaterialKind::Product);
    let mut flows = vec![
        cane,
        flow("sugar", "alcohol", "molasses", 40),
        flow("sugar", "paper", "bagasse", 150),
        flow("sugar", "cogen", "pith", 60),
        flow("alcohol", "env", "vinasse", 25),
        flow("paper", "env", "liquor", 70),
        flow("cogen", "env", "ash", 5),
        flow("env", "cane", "fertiliser", 45),
    ];
    for fact in &mut flows {
        fact.recycler = environment_recycles && fact.firm.as_ref().unwrap().as_str() == "frm_env";
        let other = fact.counterparty.as_mut().unwrap();
        other.recycler = environment_recycles && other.firm.as_str() == "frm_env";
    }
    flows
}

#[test]
fn power_cement_and_brewery_pass() {
    let answer = test(Granularity::Firm, &power_cement_brewery());
    assert_eq!(answer.verdict, Verdict::Symbiosis);
    let [component] = answer.components.as_slice() else { panic!("{answer:?}") };
    assert_eq!(component.entities, ["frm_brewery", "frm_cement", "frm_power"]);
    assert_eq!(component.links.len(), 5);
    assert_eq!(component.resources.len(), 4);
}

#[test]
fn guigang_passes_as_separate_firms_and_by_its_by_products_only() {
    let answer = test(Granularity::Firm, &guigang(false));
    assert_eq!(answer.verdict, Verdict::Symbiosis);
    assert_eq!(answer.components[0].entities.len(), 6);
    assert_eq!(answer.components[0].links.len(), 7, "sugar cane is no by-product");
    // With the recycler left out sugar still feeds three others.
    let answer = test(Granularity::Firm, &guigang(true));
    assert_eq!(answer.excluded_recyclers, ["frm_env"]);
    assert_eq!(answer.components[0].entities.len(), 4);
    let counting = ThreeTwoTest::new(Granularity::Firm, LinkEvidence::Used);
    let counted = guigang(true).iter().filter(|fact| counting.counts(fact)).count();
    assert_eq!(counted, 3, "what a recycler exchanges is no part of the figure");
    // One group firm with six sites: nothing crosses from one firm to another.
    let mut group = guigang(false);
    for fact in &mut group {
        fact.firm = Some("frm_group".parse().unwrap());
        fact.counterparty.as_mut().unwrap().firm = "frm_group".parse().unwrap();
    }
    assert_eq!(test(Granularity::Firm, &group).verdict, Verdict::None);
    assert_eq!(test(Granularity::Site, &group).verdict, Verdict::Symbiosis);
}

/// A fact of some exchange: of either measure, between few firms of two parks, with corrections.
fn any_fact() -> impl Strategy<Value = Fact> {
    let sides = (0usize..4, 0usize..4, 0usize..3, any::<bool>());
    (sides, -2i64..4, 0usize..3, any::<bool>(), 0usize..8).prop_map(
        |((supplier, receiver, material, abroad), tonnes, kind, used, recycler)| {
            const FIRMS: [&str; 4] = ["a", "b", "c", "d"];
            const KINDS: [MaterialKind; 3] =
                [MaterialKind::ByProduct, MaterialKind::Utility, MaterialKind::Product];
            let (supplier, receiver) = (FIRMS[supplier], FIRMS[receiver]);
            let mut fact = flow(supplier, receiver, ["x", "y", "z"][material], tonnes);
            fact.measure = if used { Measure::Used } else { Measure::Accepted };
            fact.kind = Some(KINDS[kind]);
            fact.recycler = recycler == 0;
            let other = fact.counterparty.as_mut().unwrap();
            other.recycler = recycler == 1;
            if abroad {
                other.park = "prk_b".parse().unwrap();
            }
            fact
        },
    )
}

proptest! {
    /// The list of facts is the explanation of the figure, so it must give the figure by itself.
    #[test]
    fn the_facts_that_count_add_up_to_the_links(facts in prop::collection::vec(any_fact(), 0..60)) {
        let mut links = BTreeMap::new();
        let counting = ThreeTwoTest::new(Granularity::Firm, LinkEvidence::Used);
        for fact in facts.iter().filter(|fact| counting.counts(fact)) {
            let other = fact.counterparty.as_ref().unwrap();
            let ends = (other.firm.to_string(), fact.firm.as_ref().unwrap().to_string());
            let key = (ends, fact.material.as_ref().unwrap().to_string());
            let (amount, count) = links.entry(key).or_insert((0, 0));
            (*amount, *count) = (*amount + i128::from(fact.amount), *count + 1);
        }
        links.retain(|_, (amount, _)| *amount > 0);
        let answer = test(Granularity::Firm, &facts);
        let told = answer.components.into_iter().flat_map(|component| component.links);
        let told: BTreeMap<_, _> = told
            .map(|link| {
                let key = ((link.supplier, link.receiver), link.resource);
                (key, (link.quantity.amount(), link.facts))
            })
            .collect();
        prop_assert_eq!(told, links);
    }
}

#[test]
fn two_firms_or_one_resource_are_a_kernel() {
    let two = [flow("a", "b", "x", 1), flow("b", "a", "y", 1)];
    assert_eq!(test(Granularity::Firm, &two).verdict, Verdict::Kernel);
    let one = [flow("a", "b", "x", 1), flow("b", "c", "x", 1)];
    assert_eq!(test(Granularity::Firm, &one).verdict, Verdict::Kernel);
    let apart = [flow("a", "b", "x", 1), flow("c", "d", "y", 1)];
    let answer = test(Granularity::Firm, &apart);
    assert_eq!((answer.verdict, answer.components.len()), (Verdict::Kernel, 2));
    // Joined by a link that comes last.
    let joined = [flow("a", "b", "x", 1), flow("c", "d", "y", 1), flow("b", "c", "z", 1)];
    let answer = test(Granularity::Firm, &joined);
    assert_eq!((answer.verdict, answer.components.len()), (Verdict::Symbiosis, 1));
}

#[test]
fn what_was_taken_back_and_what_left_the_park_is_no_link() {
    let mut out = flow("a", "b", "x", 1);
    out.counterparty.as_mut().unwrap().park = "prk_b".parse().unwrap();
    let back = [flow("a", "b", "x", 1), flow("a", "b", "x", -1), out];
    assert_eq!(test(Granularity::Firm, &back).verdict, Verdict::None);
}

#[test]
fn totals_tell_accepted_from_used_and_measured_from_stated() {
    let mut totals = ExchangeTotals::default();
    let of = |measure, tonnes, method, supplier: &str| Fact {
        measure,
        method,
        ..flow(supplier, "mill", "slag", tonnes)
    };
    for fact in [
        of(Measure::Accepted, 30, Method::Weighed, "works"),
        of(Measure::Accepted, 10, Method::Declared, "works"),
        of(Measure::Accepted, 5, Method::Weighed, "mill"),
        of(Measure::Used, 25, Method::Weighed, "works"),
        of(Measure::Received, 99, Method::Weighed, "works"),
        of(Measure::Unreconciled, 2, Method::Calculated, "works"),
    ] {
        totals.add(&fact);
    }
    let lines = totals.finish();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let tonnes = [
        &line.accepted,
        &line.used,
        &line.gap,
        &line.between_firms,
        &line.within_firms,
        &line.measured,
        &line.unreconciled,
    ];
    assert_eq!(tonnes.map(|sum| sum.amount() / 1_000_000), [45, 25, 20, 40, 5, 35, 2]);
    assert_eq!(
        (line.acceptances, line.measured_percent.unwrap().to_string().as_str()),
        (3, "77.78")
    );
}

#[test]
fn a_link_says_what_of_it_is_disputed_or_one_side_s_word() {
    let mut facts = power_cement_brewery();
    let told = |measure, material: &str, tonnes| {
        let mut fact = flow("power", "cement", material, tonnes);
        fact.measure = measure;
        fact
    };
    facts.push(told(Measure::Disputed, "gypsum", 3));
    facts.push(told(Measure::OneSidedAccepted, "gypsum", 2));
    // Settled again, and of what was never used: neither makes or marks a link.
    facts.push(told(Measure::Disputed, "ash", 7));
    facts.push(told(Measure::Disputed, "ash", -7));
    facts.push(told(Measure::Disputed, "slag", 9));
    let (plain, result) =
        (test(Granularity::Firm, &power_cement_brewery()), { test(Granularity::Firm, &facts) });
    assert_eq!((result.verdict, result.contested_links), (plain.verdict, 1));
    let links = &result.components[0].links;
    assert_eq!(links.len(), plain.components[0].links.len());
    for link in links {
        let contested = link.resource == "mat_gypsum";
        let sums = (link.disputed.amount(), link.one_sided.amount());
        assert_eq!(sums, if contested { (3_000_000, 2_000_000) } else { (0, 0) }, "{link:?}");
    }
}
