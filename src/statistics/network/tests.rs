//! Values of the literature, closed forms, and what no relabelling may change.
#![allow(clippy::unwrap_used, clippy::float_arithmetic, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn web(system: &System) -> Web {
    Web::new(system.inputs.len(), system.flows.iter().map(|flow| (flow.0, flow.1)))
}

fn near(number: &Number, expected: f64) {
    let value: f64 = number.value.parse().unwrap();
    let apart = (value - expected).abs() / expected.abs().max(1.0);
    assert!(apart < 1e-9, "{value} is not {expected}");
}

/// The oyster reef of enaR, in ten-thousandths: FF, Mi, Me, DF, Pr, DD.
fn oyster() -> System {
    System {
        flows: vec![
            (0, 4, 5_135),
            (0, 5, 157_910),
            (1, 2, 12_060),
            (1, 3, 12_060),
            (2, 3, 6_609),
            (2, 5, 42_403),
            (3, 4, 1_721),
            (3, 5, 19_076),
            (4, 5, 3_262),
            (5, 1, 81_721),
            (5, 2, 72_745),
            (5, 3, 6_431),
        ],
        inputs: vec![414_700, 0, 0, 0, 0, 0],
        outputs: vec![251_650, 57_600, 35_794, 4_303, 3_594, 61_759],
    }
}

/// Cane, sugar, alcohol, paper, cogen, environment.
fn guigang() -> System {
    System {
        flows: vec![
            (0, 1, 1_000),
            (1, 2, 40),
            (1, 3, 150),
            (1, 4, 60),
            (2, 5, 25),
            (3, 5, 70),
            (4, 5, 5),
            (5, 0, 45),
        ],
        inputs: vec![955, 0, 10, 20, 0, 0],
        outputs: vec![0, 750, 25, 100, 55, 55],
    }
}

#[test]
fn the_oyster_reef_has_its_published_values() {
    let of = structure(&web(&oyster()));
    assert_eq!((of.nodes, of.links, of.cycles, of.cycles_more), (6, 12, 10, false));
    assert_eq!(of.connectance.unwrap().exact.unwrap(), "1/3");
    assert_eq!(of.link_density.unwrap().exact.unwrap(), "2/1");
    near(&of.cyclicity, 2.147_899_035_7);
    let of = flows(&oyster(), 10_000, "g").unwrap();
    assert_eq!((of.total_throughflow, of.total_flow, of.is_exact), (835_833, 1_250_533, true));
    near(&of.path_length.unwrap(), 2.015_512_418_6);
    near(&of.cycling_index.unwrap(), 0.110_168_608_8);
    let of = of.ascendency.unwrap();
    near(&of.diversity, 3.018_274_616_4);
    near(&of.average_mutual_information, 1.330_211_171_4);
    near(&of.ascendency, 166.347_296_675_9);
    near(&of.capacity, 377.445_201_089_9);
    near(&of.ratio, 0.440_719_066_5);
    near(&of.robustness, 0.361_102_128_8);
}

#[test]
fn guigang_is_exact_and_two_firms_return_two_sevenths() {
    let of = structure(&web(&guigang()));
    assert_eq!((of.nodes, of.links, of.cycles), (6, 8, 3));
    near(&of.cyclicity, 3.0_f64.powf(0.25));
    let of = flows(&guigang(), 1, "t").unwrap();
    assert_eq!((of.total_throughflow, of.total_flow), (2_380, 3_365));
    let exact = "2900453994719919/79004757800641120";
    assert_eq!(of.cycling_index.unwrap().exact.unwrap(), exact);
    near(&of.path_length.unwrap(), 2.416_243_654_8);
    near(&of.ascendency.unwrap().ratio, 0.613_017_636_6);
    let flow = vec![(0, 1, 80), (1, 0, 40)];
    let two = System { flows: flow, inputs: vec![100, 0], outputs: vec![60, 40] };
    let of = flows(&two, 1, "t").unwrap();
    assert_eq!(of.cycling_index.unwrap().exact.unwrap(), "2/7");
    assert_eq!(of.path_length.unwrap().exact.unwrap(), "11/5");
    assert_eq!(structure(&web(&two)).cyclicity.value, "1");
}

#[test]
fn power_cement_and_brewery_turn_by_the_plastic_number() {
    let of = structure(&Web::new(3, [(0, 1), (1, 2), (2, 1), (2, 0), (0, 1)]));
    assert_eq!((of.links, of.cycles), (4, 2));
    assert_eq!(of.connectance.unwrap().exact.unwrap(), "4/9");
    assert_eq!(of.connectance_without_self.unwrap().exact.unwrap(), "2/3");
    assert_eq!(of.connectance_undirected.unwrap().exact.unwrap(), "1/1");
    near(&of.cyclicity, 1.324_717_957_244_746);
}

#[test]
fn rings_chains_and_complete_webs_have_closed_forms() {
    let ring = |n: usize| Web::new(n, (0..n).map(|node| (node, (node + 1) % n)));
    assert_eq!(structure(&ring(40)).cyclicity.value, "1");
    assert_eq!(structure(&ring(40)).cycles, 1);
    let chain = structure(&Web::new(3_000, (1..3_000).map(|node| (node - 1, node))));
    assert_eq!((&*chain.cyclicity.value, chain.cycles, chain.strong_components), ("0", 0, 0));
    let all = |n: usize| Web::new(n, (0..n * n).map(|pair| (pair / n, pair % n)));
    let five = structure(&all(5));
    assert_eq!((&*five.cyclicity.value, five.cycles), ("4", 84));
    let many = structure(&all(12));
    assert_eq!((many.cycles, many.cycles_more), (CYCLES_MOST, true));
}

#[test]
fn what_does_not_balance_is_refused_and_floats_agree_with_fractions() {
    let mut open = guigang();
    open.inputs[0] = 0;
    let refused = Refused::NetworkUnbalanced { node: 0, imbalance: -955 };
    assert_eq!(flows(&open, 1, "t"), Err(refused));
    assert_eq!(open.close(), [(0, 955)]);
    assert_eq!(open, guigang());
    assert_eq!(flows(&System::default(), 1, "t"), Err(Refused::NetworkEmpty));
    // A ring in which each passes on half has a closed form, and one beyond the bound is in floats.
    let ring = |n: usize| {
        let flows = (0..n).map(|node| (node, (node + 1) % n, 1)).collect();
        System { flows, inputs: vec![1; n], outputs: vec![1; n] }
    };
    let (small, large) = (EXACT_MOST, EXACT_MOST + 1);
    assert!(flows(&ring(small), 1, "t").unwrap().is_exact);
    let of = flows(&ring(large), 1, "t").unwrap();
    assert!(!of.is_exact);
    let index: f64 = of.cycling_index.unwrap().value.parse().unwrap();
    assert!((index - 0.5_f64.powi(large as i32)).abs() < 1e-14, "{index}");
}

/// Links and what comes in, with whatever leaves so that it balances: every component that has a
/// cycle is left by something, as something comes into each node.
fn random() -> impl Strategy<Value = System> {
    (2_usize..=40).prop_flat_map(|nodes| {
        let flow = (0..nodes, 0..nodes, 1_i128..100_000);
        let flows = prop::collection::vec(flow, 1..4 * nodes);
        let inputs = prop::collection::vec(1_i128..1_000, nodes);
        (flows, inputs).prop_map(|(flows, inputs)| {
            let mut by_pair = std::collections::BTreeMap::new();
            for (from, to, amount) in flows.into_iter().filter(|(from, to, _)| from != to) {
                *by_pair.entry((from, to)).or_insert(0) += amount;
            }
            let flows = by_pair.into_iter().map(|((from, to), amount)| (from, to, amount));
            let outputs = vec![0; inputs.len()];
            let mut system = System { flows: flows.collect(), inputs, outputs };
            system.close();
            system
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn floats_are_the_fractions_to_nine_digits(system in random()) {
        prop_assert_eq!(system.unbalanced(), None);
        let (exact, is_exact) = system.cycling().unwrap();
        prop_assert!(is_exact);
        let (float, is_exact) = system.cycling_within(0).unwrap();
        prop_assert!(!is_exact || exact.value == "0");
        let [exact, float] = [exact, float].map(|number| number.value.parse::<f64>().unwrap());
        prop_assert!((exact - float).abs() <= 1e-9, "{} {}", exact, float);
    }
}

proptest! {
    #[test]
    fn relabelling_changes_nothing(
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        for system in [oyster(), guigang()] {
            let mut other = system.clone();
            for flow in &mut other.flows {
                *flow = (order[flow.0], order[flow.1], flow.2);
            }
            for (old, new) in order.iter().enumerate() {
                other.inputs[*new] = system.inputs[old];
                other.outputs[*new] = system.outputs[old];
            }
            prop_assert_eq!(structure(&web(&other)), structure(&web(&system)));
            let (one, other) = (flows(&system, 1, "t").unwrap(), flows(&other, 1, "t").unwrap());
            prop_assert_eq!(one.cycling_index, other.cycling_index);
            prop_assert_eq!(one.path_length, other.path_length);
        }
    }
}
