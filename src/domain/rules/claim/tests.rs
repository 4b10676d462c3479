//! Rules of claims: each is tried, refused by its name, and mended.

use serde_json::{Value, json};

use crate::domain::rules::testing::{
    Ask, DAY, TONNE, estimated, gigajoules, kinds, proposal, refused_in_order, tonnes, with,
};
use crate::domain::state::{Claim, ClaimStage, Delivery};
use crate::domain::testing::World;

fn issue(claim: &str, delivery: &str, quantity: &str) -> Value {
    json!({
        "claim": claim, "delivery": delivery, "period": {"from": "2025-01-01", "to": "2025-12-31"},
        "purpose": "virgin_substitution", "quantity": tonnes(quantity), "scheme": "Green park 2025",
    })
}

fn shares(claim: &str, steel: u32, cement: u32) -> Value {
    json!({"claim": claim, "shares": [
        {"firm": "frm_steel", "parts_per_million": steel},
        {"firm": "frm_cement", "parts_per_million": cement},
    ]})
}

/// 20 tonnes of slag, accepted, of which 18 were used.
fn used() -> World {
    let mut world = World::with_slag();
    world.deliver("dlv_1", "ctr_slag", "20");
    world.by_receiver("accept_delivery", "dlv_1", json!({}));
    let part = json!({"operation": "R5", "quantity": tonnes("18")});
    world.by_receiver("use_delivery", "dlv_1", part);
    world
}

/// With a claim of all of it, of which the steelworks has 60 %.
fn shared() -> World {
    let mut world = used();
    world.take("frm_cement", DAY, "issue_claim", &issue("clm_1", "dlv_1", "18"));
    let data = shares("clm_1", 600_000, 400_000);
    world.take("frm_steel", DAY, "allocate_claim", &data);
    world.take("frm_cement", DAY, "allocate_claim", &data);
    world
}

fn stage(world: &World, claim: &str) -> ClaimStage {
    world.state::<Claim>(claim).stage()
}

#[test]
fn refusals_of_a_claim_come_in_a_fixed_order() {
    let mut world = used();
    world.dispatch("dlv_left", "ctr_slag", "5");
    let data = with(
        issue("clm_1", "dlv_none", "19"),
        json!({
            "period": {"from": "2024-01-01", "to": "2024-12-31"},
            "quantity": gigajoules("1"),
        }),
    );
    let ask = Ask { actor: "frm_power", at: DAY, kind: "issue_claim", data };
    refused_in_order(
        &mut world,
        ask,
        &[
            ("unknown_delivery", "/data/delivery", |_, ask| {
                ask.data["delivery"] = "dlv_left".into();
            }),
            ("not_a_party", "/actor", |_, ask| ask.actor = "frm_steel"),
            ("not_accepted", "/data/delivery", |_, ask| ask.data["delivery"] = "dlv_1".into()),
            ("outside_claim_period", "/data/period/to", |_, ask| {
                ask.data["period"] = json!({"from": "2025-03-01", "to": "2025-03-31"});
            }),
            ("unlike_dimension", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("0")),
            ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("18.000001");
            }),
            ("claim_exceeds_used", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("18");
            }),
        ],
    );
    let again = world.refuse("frm_cement", DAY, "issue_claim", &issue("clm_1", "dlv_1", "1"));
    assert_eq!(again.0, "already_exists");
}

#[test]
fn nothing_that_is_disputed_unexplained_or_one_side_s_word_backs_a_claim() {
    let mut world = used();
    let dispute = json!({"delivery": "dlv_1", "reason": "too wet"});
    world.take("frm_steel", DAY, "dispute_delivery", &dispute);
    let claim = issue("clm_1", "dlv_1", "18");
    assert_eq!(world.refuse("frm_steel", DAY, "issue_claim", &claim).0, "delivery_disputed");
    world.take("frm_steel", DAY, "withdraw_dispute", &dispute);
    world.take("frm_steel", DAY, "issue_claim", &claim);

    world.dispatch("dlv_2", "ctr_slag", "20");
    world.receive("dlv_2", "12");
    world.by_receiver("accept_delivery", "dlv_2", json!({}));
    world.by_receiver("use_delivery", "dlv_2", json!({"operation": "R5"}));
    let claim = issue("clm_2", "dlv_2", "12");
    assert_eq!(world.refuse("frm_steel", DAY, "issue_claim", &claim).0, "discrepancy_open");
    let explained = json!({"delivery": "dlv_2", "evidence": [], "explanation": "rain"});
    world.take("frm_cement", DAY, "resolve_discrepancy", &explained);
    world.take("frm_steel", DAY, "issue_claim", &claim);

    // A supplier who has never heard of the ledger has said nothing of its load.
    let mill = json!({
        "firm": "frm_mill", "name": "a mill", "park": "prk_guigang", "site": "sit_mill",
        "site_name": "gate 2",
    });
    world.take("frm_cement", DAY, "record_counterparty", &mill);
    let paper = json!({"evidence": [{"hash": "ab".repeat(32), "title": "signed in ink"}]});
    let slag = with(proposal("ctr_mill", ("mill", "cement"), "mat_slag", &tonnes("100")), paper);
    world.take("frm_cement", DAY, "propose_contract", &slag);
    let arrived = json!({
        "contract": "ctr_mill", "delivery": "dlv_3", "line": 1,
        "measured": estimated(&tonnes("20")),
    });
    world.take("frm_cement", DAY, "receive_delivery", &arrived);
    world.by_receiver("accept_delivery", "dlv_3", json!({}));
    world.by_receiver("use_delivery", "dlv_3", json!({"operation": "R5"}));
    let claim = issue("clm_3", "dlv_3", "20");
    assert_eq!(world.refuse("frm_cement", DAY, "issue_claim", &claim).0, "not_confirmed");
}

#[test]
fn an_interim_recovery_is_no_use_and_a_product_no_exchange() {
    let mut world = World::with_slag();
    world.deliver("dlv_1", "ctr_slag", "20");
    world.by_receiver("accept_delivery", "dlv_1", json!({}));
    world.by_receiver("use_delivery", "dlv_1", json!({"operation": "R13"}));
    let claim = issue("clm_1", "dlv_1", "1");
    assert_eq!(world.refuse("frm_steel", DAY, "issue_claim", &claim).0, "claim_exceeds_used");
    let clinker = proposal("ctr_clinker", ("cement", "steel"), "mat_clinker", &tonnes("100"));
    world.conclude(&clinker);
    world.deliver("dlv_2", "ctr_clinker", "20");
    let claim = issue("clm_1", "dlv_2", "1");
    assert_eq!(world.refuse("frm_steel", DAY, "issue_claim", &claim).0, "no_exchange");
}

#[test]
fn shares_are_the_same_word_of_both_sides_and_at_most_the_whole() {
    let mut world = used();
    world.take("frm_steel", DAY, "issue_claim", &issue("clm_1", "dlv_1", "18"));
    let over = shares("clm_1", 600_000, 400_001);
    let refused = world.refuse("frm_steel", DAY, "allocate_claim", &over);
    assert_eq!(refused, ("shares_exceed_whole", "/data/shares".to_owned()));
    let other = json!({"claim": "clm_1", "shares": [
        {"firm": "frm_power", "parts_per_million": 1},
    ]});
    assert_eq!(world.refuse("frm_steel", DAY, "allocate_claim", &other).0, "not_a_side");
    let (mine, yours) = (shares("clm_1", 600_000, 400_000), shares("clm_1", 400_000, 600_000));
    let proposed = world.take("frm_steel", DAY, "allocate_claim", &mine);
    assert_eq!(kinds(&proposed), ["claim_allocation_proposed"]);
    // Neither one's own repeated word nor another word of the other side is agreement.
    for (actor, data) in [("frm_steel", &mine), ("frm_cement", &yours)] {
        let events = world.take(actor, DAY, "allocate_claim", data);
        assert_eq!(kinds(&events), ["claim_allocation_proposed"]);
        assert_eq!(stage(&world, "clm_1"), ClaimStage::Joint);
    }
    let agreed = world.take("frm_steel", DAY, "allocate_claim", &yours);
    assert_eq!(kinds(&agreed), ["claim_allocated"]);
    let again = world.refuse("frm_steel", DAY, "allocate_claim", &mine);
    assert_eq!(again.0, "already_allocated");
}

#[test]
fn a_joint_claim_is_neither_passed_on_nor_used_up() {
    let mut world = used();
    world.take("frm_steel", DAY, "issue_claim", &issue("clm_1", "dlv_1", "18"));
    let retire = json!({"beneficiary": "us", "claim": "clm_1", "reason": "report"});
    assert_eq!(world.refuse("frm_steel", DAY, "retire_claim", &retire).0, "claim_is_joint");
    let to = json!({
        "claim": "clm_1", "new_claim": "clm_2", "quantity": tonnes("1"), "to": "frm_power",
    });
    assert_eq!(world.refuse("frm_steel", DAY, "transfer_claim", &to).0, "claim_is_joint");
    assert_eq!(world.refuse("frm_far", DAY, "transfer_claim", &to).0, "not_a_party");
    let reason = json!({"claim": "clm_1", "reason": "wrong scheme"});
    world.take("frm_cement", DAY, "void_claim", &reason);
    assert_eq!(world.refuse("frm_cement", DAY, "void_claim", &reason).0, "claim_voided");
    world.take("frm_steel", DAY, "issue_claim", &issue("clm_3", "dlv_1", "18"));
}

#[test]
fn a_transfer_keeps_the_quantity_and_moves_one_share_only() {
    let mut world = shared();
    let mut to = json!({
        "claim": "clm_1", "new_claim": "clm_2", "quantity": tonnes("18.1"), "to": "frm_power",
    });
    assert_eq!(world.refuse("frm_steel", DAY, "transfer_claim", &to).0, "claim_exceeded");
    to["quantity"] = tonnes("7");
    world.take("frm_steel", DAY, "transfer_claim", &to);
    let (rest, part) = (world.state::<Claim>("clm_1"), world.state::<Claim>("clm_2"));
    assert_eq!((rest.quantity.amount(), part.quantity.amount()), (11 * TONNE, 7 * TONNE));
    let holders = |claim: &Claim| {
        let held = claim.holdings.iter();
        held.map(|one| (one.firm.to_string(), one.parts_per_million)).collect::<Vec<_>>()
    };
    let has = |firm: &str, parts: u32| (firm.to_owned(), parts);
    assert_eq!(holders(&rest), [has("frm_steel", 600_000), has("frm_cement", 400_000)]);
    assert_eq!(holders(&part), [has("frm_power", 600_000), has("frm_cement", 400_000)]);
    let all = json!({
        "claim": "clm_1", "new_claim": "clm_3", "quantity": tonnes("11"), "to": "frm_power",
    });
    world.take("frm_steel", DAY, "transfer_claim", &all);
    assert_eq!(stage(&world, "clm_1"), ClaimStage::Transferred);
    let again = with(all, json!({"new_claim": "clm_4"}));
    assert_eq!(world.refuse("frm_steel", DAY, "transfer_claim", &again).0, "claim_transferred");
    let more = issue("clm_5", "dlv_1", "0.000001");
    assert_eq!(world.refuse("frm_steel", DAY, "issue_claim", &more).0, "claimed_before");
}

#[test]
fn what_is_retired_stays_so_and_nobody_voids_another_s_share() {
    let mut world = shared();
    let reason = json!({"claim": "clm_1", "reason": "wrong scheme"});
    assert_eq!(world.refuse("frm_steel", DAY, "void_claim", &reason).0, "claim_is_shared");
    let retire = json!({"beneficiary": "us", "claim": "clm_1", "reason": "report"});
    world.take("frm_steel", DAY, "retire_claim", &retire);
    assert_eq!(stage(&world, "clm_1"), ClaimStage::Allocated, "the other share is not used up");
    for kind in ["retire_claim", "void_claim"] {
        let data = if kind == "void_claim" { &reason } else { &retire };
        assert_eq!(world.refuse("frm_steel", DAY, kind, data).0, "claim_retired");
    }
    assert_eq!(world.refuse("frm_cement", DAY, "void_claim", &reason).0, "claim_retired");
    world.take("frm_cement", DAY, "retire_claim", &retire);
    assert_eq!(stage(&world, "clm_1"), ClaimStage::Retired);
}

/// Asks and approves a correction of the received weight.
fn correct(world: &mut World, delivery: &str, correction: &str, net: &str) -> Vec<&'static str> {
    let data = json!({
        "correction": correction, "delivery": delivery, "entry": "received",
        "measured": estimated(&tonnes(net)), "reason": "the tare was typed wrongly",
    });
    world.take("frm_cement", DAY, "request_correction", &data);
    let approve = json!({"correction": correction, "delivery": delivery});
    kinds(&world.take("frm_steel", DAY, "approve_correction", &approve))
}

#[test]
fn a_correction_voids_live_claims_in_the_same_command_and_keeps_retired_ones() {
    let mut world = used();
    world.take("frm_cement", DAY, "issue_claim", &issue("clm_1", "dlv_1", "10"));
    world.take("frm_cement", DAY, "issue_claim", &issue("clm_2", "dlv_1", "8"));
    let data = shares("clm_2", 999_999, 1);
    world.take("frm_steel", DAY, "allocate_claim", &data);
    world.take("frm_cement", DAY, "allocate_claim", &data);
    let retire = json!({"beneficiary": "us", "claim": "clm_2", "reason": "report"});
    world.take("frm_steel", DAY, "retire_claim", &retire);
    world.take("frm_cement", DAY, "retire_claim", &retire);
    let events = correct(&mut world, "dlv_1", "cor_1", "19");
    assert_eq!(events, ["entry_reversed", "entry_replaced", "claim_voided"]);
    assert_eq!(stage(&world, "clm_1"), ClaimStage::Voided);
    assert_eq!(stage(&world, "clm_2"), ClaimStage::Retired);
    let more = issue("clm_3", "dlv_1", "10.000001");
    assert_eq!(world.refuse("frm_cement", DAY, "issue_claim", &more).0, "claimed_before");
    world.take("frm_cement", DAY, "issue_claim", &issue("clm_3", "dlv_1", "10"));
}

/// 50 GJ of steam that were metered, accepted and used on the ninth, and what claims it.
fn steam() -> (World, Value) {
    let mut world = World::standard();
    world.conclude(&proposal("ctr_1", ("power", "cement"), "mat_steam", &gigajoules("1000")));
    let period = json!({
        "contract": "ctr_1", "delivery": "dlv_1", "from": "2025-03-08T16:00:00.000Z", "line": 1,
        "method": "estimated", "quantity": gigajoules("50"), "to": "2025-03-09T16:00:00.000Z",
    });
    world.take("frm_power", DAY, "record_metered_period", &period);
    world.by_receiver("accept_delivery", "dlv_1", json!({}));
    world.by_receiver("use_delivery", "dlv_1", json!({}));
    let claim = with(issue("clm_1", "dlv_1", "1"), json!({"quantity": gigajoules("50")}));
    (world, claim)
}

#[test]
fn what_a_meter_counted_too_much_backs_no_claim() {
    let (mut world, claim) = steam();
    world.take("frm_power", DAY, "issue_claim", &claim);
    let adjust = |id: &str, sign: &str| {
        json!({
            "adjustment": id, "also_used": true, "cause": "estimate_replaced",
            "contract": "ctr_1", "day": "2025-03-10", "from": "2025-03-08T16:00:00.000Z",
            "line": 1, "quantity": gigajoules("5"), "reason": "read since", "sign": sign,
            "to": "2025-03-09T16:00:00.000Z",
        })
    };
    let confirm = |id: &str| json!({"adjustment": id, "contract": "ctr_1"});
    world.take("frm_cement", DAY, "adjust_metered_periods", &adjust("adj_1", "more"));
    let events = world.take("frm_power", DAY, "confirm_adjustment", &confirm("adj_1"));
    assert_eq!(kinds(&events), ["metered_adjustment_confirmed"]);
    world.take("frm_cement", DAY, "adjust_metered_periods", &adjust("adj_2", "less"));
    let events = world.take("frm_power", DAY, "confirm_adjustment", &confirm("adj_2"));
    assert_eq!(kinds(&events), ["metered_adjustment_confirmed", "claim_voided"]);
    let again = with(claim, json!({"claim": "clm_2"}));
    assert_eq!(world.refuse("frm_power", DAY, "issue_claim", &again).0, "claim_exceeds_used");
    let rest = with(again, json!({"quantity": gigajoules("45")}));
    world.take("frm_power", DAY, "issue_claim", &rest);
}

/// 20 tonnes that the recycler has bought from the steelworks, of which it has sold 15 to the
/// cement works, where they were used.
fn traded() -> World {
    let mut world = World::standard();
    for (contract, way) in [("ctr_in", ("steel", "recycler")), ("ctr_out", ("recycler", "cement"))]
    {
        world.conclude(&proposal(contract, way, "mat_slag", &tonnes("100")));
    }
    world.deliver("dlv_in", "ctr_in", "20");
    world.by_receiver("accept_delivery", "dlv_in", json!({}));
    world.deliver("dlv_out", "ctr_out", "15");
    world.by_receiver("accept_delivery", "dlv_out", json!({}));
    world.by_receiver("use_delivery", "dlv_out", json!({"operation": "R5"}));
    world
}

#[test]
fn a_trader_s_hop_adds_no_claim() {
    let mut world = traded();
    let mut claim = issue("clm_1", "dlv_out", "15");
    // The trader is a side of both loads and of no claim.
    assert_eq!(world.refuse("frm_cement", DAY, "issue_claim", &claim).0, "origin_needed");
    claim["origins"] = json!(["dlv_in"]);
    assert_eq!(world.refuse("frm_recycler", DAY, "issue_claim", &claim).0, "not_a_party");
    world.take("frm_cement", DAY, "issue_claim", &claim);
    assert_eq!(world.state::<Claim>("clm_1").producer.firm.as_str(), "frm_steel");
    assert!(world.state::<Delivery>("dlv_in").claimed);
    // What went on to its final use was not used at the trader's.
    let use_all = json!({"delivery": "dlv_in", "operation": "R5"});
    let too_much = with(use_all, json!({"quantity": tonnes("5.1")}));
    let refused = world.refuse("frm_recycler", DAY, "use_delivery", &too_much);
    assert_eq!(refused.0, "use_exceeds_accepted");
    let rest = with(too_much, json!({"quantity": tonnes("5")}));
    world.take("frm_recycler", DAY, "use_delivery", &rest);
    world.take("frm_steel", DAY, "issue_claim", &issue("clm_2", "dlv_in", "5"));
    // A correction of what came to the trader takes the claim of what went on with it.
    let data = json!({
        "correction": "cor_1", "delivery": "dlv_in", "entry": "received",
        "measured": estimated(&tonnes("21")), "reason": "the tare was typed wrongly",
    });
    world.take("frm_recycler", DAY, "request_correction", &data);
    let approve = json!({"correction": "cor_1", "delivery": "dlv_in"});
    world.take("frm_steel", DAY, "approve_correction", &approve);
    for claim in ["clm_1", "clm_2"] {
        assert_eq!(stage(&world, claim), ClaimStage::Voided);
    }
}

#[test]
fn a_trader_s_use_leaves_nothing_to_claim_further_on() {
    let mut world = traded();
    let used = json!({"delivery": "dlv_in", "operation": "R5", "quantity": tonnes("6")});
    world.take("frm_recycler", DAY, "use_delivery", &used);
    let claim = with(issue("clm_1", "dlv_out", "15"), json!({"origins": ["dlv_in"]}));
    assert_eq!(world.refuse("frm_cement", DAY, "issue_claim", &claim).0, "claim_exceeds_used");
    let wrong = with(claim, json!({"origins": ["dlv_out"]}));
    assert_eq!(world.refuse("frm_steel", DAY, "issue_claim", &wrong).0, "not_a_party");
    let wrong = world.refuse("frm_cement", DAY, "issue_claim", &wrong);
    assert_eq!(wrong, ("not_its_origin", "/data/origins/0".to_owned()));
}
