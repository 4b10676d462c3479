//! Conservation of claims: random commands on three loads against what must hold of their claims.
//!
//! What must hold after each command, taken or refused: of a delivery and purpose, claims that
//! count never sum up to more than was used; a transfer keeps the sum; what was retired stays
//! retired with its quantity, and a claim that was void stays so.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::command::ClaimPurpose;
use crate::domain::rules::testing::{DAY, estimated, proposal, tonnes};
use crate::domain::state::{Claim, ClaimStage, Delivery};
use crate::domain::states::States;
use crate::domain::testing::World;

const LOADS: usize = 3;
const CLAIMS: usize = 8;
const FIRMS: [&str; 3] = ["frm_steel", "frm_cement", "frm_power"];
const PURPOSES: [&str; 2] = ["avoided_disposal", "virgin_substitution"];

#[derive(Clone, Debug)]
enum Act {
    Use(usize, i64),
    Issue { claim: usize, load: usize, purpose: usize, by: usize, tonnes: i64 },
    Allocate { claim: usize, by: usize, even: bool },
    Transfer { claim: usize, new: usize, by: usize, to: usize, tonnes: i64 },
    Retire(usize, usize),
    Void(usize, usize),
    Correct(usize, i64),
}

fn act() -> impl Strategy<Value = Act> {
    let (claim, firm) = (0..CLAIMS, 0..FIRMS.len());
    prop_oneof![
        2 => (0..LOADS, 1..20i64).prop_map(|(load, tonnes)| Act::Use(load, tonnes)),
        4 => (claim.clone(), 0..LOADS, 0..2usize, 0..2usize, 1..20i64).prop_map(
            |(claim, load, purpose, by, tonnes)| Act::Issue { claim, load, purpose, by, tonnes }
        ),
        5 => (claim.clone(), 0..2usize, any::<bool>())
            .prop_map(|(claim, by, even)| Act::Allocate { claim, by, even }),
        4 => (claim.clone(), claim.clone(), firm.clone(), firm.clone(), 1..12i64).prop_map(
            |(claim, new, by, to, tonnes)| Act::Transfer { claim, new, by, to, tonnes }
        ),
        3 => (claim.clone(), firm.clone()).prop_map(|(claim, by)| Act::Retire(claim, by)),
        1 => (claim, firm).prop_map(|(claim, by)| Act::Void(claim, by)),
        1 => (0..LOADS, 10..30i64).prop_map(|(load, tonnes)| Act::Correct(load, tonnes)),
    ]
}

fn command(act: &Act, corrections: &mut u32) -> Vec<(&'static str, &'static str, Value)> {
    let (load, claim) =
        (|load: usize| format!("dlv_{load}"), |claim: usize| format!("clm_{claim}"));
    let quantity = |of: i64| tonnes(&of.to_string());
    match *act {
        Act::Use(at, of) => {
            let data = json!({"delivery": load(at), "operation": "R5", "quantity": quantity(of)});
            vec![("frm_cement", "use_delivery", data)]
        }
        Act::Issue { claim: id, load: at, purpose, by, tonnes: of } => {
            let data = json!({
                "claim": claim(id), "delivery": load(at),
                "period": {"from": "2025-01-01", "to": "2025-12-31"},
                "purpose": PURPOSES[purpose], "quantity": quantity(of), "scheme": "any",
            });
            vec![(FIRMS[by], "issue_claim", data)]
        }
        Act::Allocate { claim: id, by, even } => {
            let (steel, cement) = if even { (500_000, 500_000) } else { (700_000, 200_000) };
            let data = json!({"claim": claim(id), "shares": [
                {"firm": "frm_steel", "parts_per_million": steel},
                {"firm": "frm_cement", "parts_per_million": cement},
            ]});
            vec![(FIRMS[by], "allocate_claim", data)]
        }
        Act::Transfer { claim: id, new, by, to, tonnes: of } => {
            let data = json!({
                "claim": claim(id), "new_claim": claim(new), "quantity": quantity(of),
                "to": FIRMS[to],
            });
            vec![(FIRMS[by], "transfer_claim", data)]
        }
        Act::Retire(id, by) => {
            let data = json!({"beneficiary": "us", "claim": claim(id), "reason": "report"});
            vec![(FIRMS[by], "retire_claim", data)]
        }
        Act::Void(id, by) => {
            vec![(FIRMS[by], "void_claim", json!({"claim": claim(id), "reason": "wrong"}))]
        }
        Act::Correct(at, of) => {
            *corrections += 1;
            let correction = format!("cor_{corrections}");
            let ask = json!({
                "correction": correction, "delivery": load(at), "entry": "received",
                "measured": estimated(&quantity(of)), "reason": "typed wrongly",
            });
            let answer = json!({"correction": correction, "delivery": load(at)});
            vec![
                ("frm_cement", "request_correction", ask),
                ("frm_steel", "approve_correction", answer),
            ]
        }
    }
}

fn claims(world: &World) -> BTreeMap<String, Claim> {
    let ids = (0..CLAIMS).map(|id| format!("clm_{id}"));
    let found = ids.filter_map(|id| Some((id.clone(), world.states.find::<Claim>(&id)?)));
    found.map(|(id, stored)| (id, stored.state.clone())).collect()
}

/// What is claimed of each load for each purpose, by claims that count.
fn sums(claims: &BTreeMap<String, Claim>) -> BTreeMap<(String, ClaimPurpose), i64> {
    let mut sums = BTreeMap::new();
    for claim in claims.values().filter(|claim| claim.counts()) {
        let key = (claim.delivery.to_string(), claim.purpose);
        *sums.entry(key).or_insert(0) += claim.quantity.amount();
    }
    sums
}

fn check(world: &World, act: &Act, before: &BTreeMap<String, Claim>, taken: bool) {
    let after = claims(world);
    let (sums_before, sums_after) = (sums(before), sums(&after));
    for ((load, purpose), sum) in &sums_after {
        let used = world.state::<Delivery>(load).used;
        assert!(*sum <= used, "{sum} of {used} are claimed of {load} for {purpose:?}");
    }
    if !taken {
        assert_eq!(*before, after, "a refusal leaves nothing behind");
    }
    if matches!(act, Act::Transfer { .. } | Act::Allocate { .. } | Act::Retire(..)) {
        assert_eq!(sums_before, sums_after, "{act:?}");
    }
    for (id, was) in before {
        let is = &after[id];
        if was.stage() == ClaimStage::Retired {
            assert_eq!(was, is, "what is retired stays as it is");
        }
        if was.stage() == ClaimStage::Voided {
            assert_eq!(is.stage(), ClaimStage::Voided);
        }
        for (was, is) in was.holdings.iter().zip(&is.holdings) {
            assert!(was.retired.is_none() || was == is, "a retired share stays with its firm");
        }
    }
    for claim in after.values().filter(|claim| !claim.holdings.is_empty()) {
        let shares: u32 = claim.holdings.iter().map(|holding| holding.parts_per_million).sum();
        assert!(shares <= 1_000_000);
    }
}

/// Three accepted loads of 20 tonnes each.
fn world() -> World {
    let mut world = World::standard();
    let slag = proposal("ctr_slag", ("steel", "cement"), "mat_slag", &tonnes("10000"));
    world.conclude(&slag);
    for load in 0..LOADS {
        let id = format!("dlv_{load}");
        world.deliver(&id, "ctr_slag", "20");
        world.by_receiver("accept_delivery", &id, json!({}));
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn claims_never_exceed_what_was_used(acts in proptest::collection::vec(act(), 1..60)) {
        let (mut world, mut corrections) = (world(), 0);
        for act in &acts {
            for (actor, kind, data) in command(act, &mut corrections) {
                let before = claims(&world);
                let taken = world.ask(actor, DAY, kind, &data).is_ok();
                check(&world, act, &before, taken);
            }
        }
    }
}
