//! Given, when, then: partners, links and the second side's word.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::event::{Event, Side};
use crate::domain::fact::{Measure, facts};
use crate::domain::rules::partner::is_unregistered;
use crate::domain::rules::testing::{
    DAY, TONNE, estimated, kinds, proposal, tonnes, weighed, with,
};
use crate::domain::state::{Contract, ContractStage, Delivery, DeliveryStage, Firm, Key};
use crate::domain::testing::{OPENED, World};

const USCC: &str = "91350100M000100Y43";

/// A world in which the steelworks sells slag to a mill that has never heard of the ledger.
fn world() -> World {
    let mut world = World::standard();
    let mill = json!({
        "firm": "frm_mill", "name": "a mill", "park": "prk_guigang", "site": "sit_mill",
        "site_name": "gate 2", "uscc": USCC,
    });
    let events = world.take("frm_steel", OPENED, "record_counterparty", &mill);
    assert_eq!(kinds(&events), ["counterparty_recorded", "site_registered"]);
    let paper = json!({"evidence": [{"hash": "ab".repeat(32), "title": "signed in ink"}]});
    let slag = with(proposal("ctr_mill", ("steel", "mill"), "mat_slag", &tonnes("100")), paper);
    let events = world.take("frm_steel", OPENED, "propose_contract", &slag);
    assert_eq!(kinds(&events), ["contract_proposed", "contract_confirmed", "contract_concluded"]);
    world
}

fn send(world: &mut World, delivery: &str, ticket: &str, net: u32) -> Vec<Event> {
    let data = json!({
        "contract": "ctr_mill", "delivery": delivery, "line": 1,
        "measured": weighed("scl_steel", ticket, net),
    });
    world.take("frm_steel", DAY, "dispatch_delivery", &data)
}

fn link(key: &str, subject: Value) -> Value {
    json!({
        "expires": "2025-04-30", "key": key, "label": "to the mill", "secret_hash": "5e".repeat(32),
        "subject": subject,
    })
}

/// The sums of facts, by measure.
fn sums(events: &[Event]) -> Vec<(Measure, i64)> {
    let mut sums = std::collections::BTreeMap::new();
    for event in events {
        facts(event, |fact| *sums.entry(fact.measure).or_insert(0) += fact.amount);
    }
    sums.into_iter().collect()
}

#[test]
fn a_paper_contract_is_in_force_by_one_side_s_word_and_shows_it() {
    let mut world = world();
    let contract = world.state::<Contract>("ctr_mill");
    assert_eq!(contract.stage, ContractStage::Concluded);
    assert!(contract.confirmed_by_supplier && !contract.confirmed_by_receiver);
    assert!(is_unregistered(&world.states, &"frm_mill".parse().unwrap()));
    // Without evidence it waits.
    let bare = proposal("ctr_bare", ("steel", "mill"), "mat_slag", &tonnes("1"));
    world.take("frm_steel", OPENED, "propose_contract", &bare);
    assert_eq!(world.state::<Contract>("ctr_bare").stage, ContractStage::Proposed);
    world.take("frm_steel", DAY, "issue_link", &link("key_1", json!({"contract": "ctr_mill"})));
    let answer = json!({"answer": "confirmed", "key": "key_1"});
    let events = world.take("frm_mill", DAY, "answer_link", &answer);
    assert_eq!(kinds(&events), ["link_answered", "contract_confirmed"]);
    assert!(world.state::<Contract>("ctr_mill").confirmed_by_receiver);
    assert!(world.state::<Key>("key_1").revoked, "a link answers once");
    assert_eq!(world.refuse("frm_mill", DAY, "answer_link", &answer).0, "link_used");
}

#[test]
fn what_was_one_sided_is_taken_out_of_that_by_the_partner_s_word() {
    let mut world = world();
    let mut events = send(&mut world, "dlv_1", "1", 31);
    assert_eq!(
        sums(&events),
        [(Measure::Dispatched, 31 * TONNE), (Measure::OneSidedDispatched, 31 * TONNE)]
    );
    world.take("frm_steel", DAY, "issue_link", &link("key_1", json!({"delivery": "dlv_1"})));
    let answer = json!({"answer": "confirmed", "key": "key_1"});
    let answered = world.take("frm_mill", DAY, "answer_link", &answer);
    let expected = ["link_answered", "delivery_received", "delivery_accepted", "entry_confirmed"];
    assert_eq!(kinds(&answered), expected);
    events.extend(answered);
    assert_eq!(
        sums(&events),
        [
            (Measure::Dispatched, 31 * TONNE),
            (Measure::Received, 31 * TONNE),
            (Measure::Accepted, 31 * TONNE),
            (Measure::Delivered, 31 * TONNE),
            (Measure::OneSidedDispatched, 0),
        ]
    );
    let delivery = world.state::<Delivery>("dlv_1");
    assert_eq!(delivery.stage(), DeliveryStage::Accepted);
    assert!(delivery.has_spoken(Side::Supplier) && delivery.has_spoken(Side::Receiver));
}

#[test]
fn a_month_is_confirmed_at_once_and_what_the_contract_does_not_allow_is_only_received() {
    let mut world = world();
    for (place, net) in [40, 40, 30].into_iter().enumerate() {
        send(&mut world, &format!("dlv_{place}"), &place.to_string(), net);
    }
    let cancelled = json!({"delivery": "dlv_1", "reason": "did not leave"});
    world.take("frm_steel", DAY, "cancel_delivery", &cancelled);
    send(&mut world, "dlv_3", "3", 25);
    send(&mut world, "dlv_4", "4", 9);
    let month = json!({"contract": "ctr_mill", "month": "2025-03"});
    world.take("frm_steel", DAY, "issue_link", &link("key_1", month.clone()));
    let answer = json!({"answer": "confirmed", "key": "key_1"});
    let events = world.take("frm_mill", DAY, "answer_link", &answer);
    let count = |kind: &str| kinds(&events).iter().filter(|other| **other == kind).count();
    assert_eq!((count("delivery_received"), count("entry_confirmed")), (4, 4));
    // 40 + 30 + 25 fit into 100 t and their tolerance, 9 more do not.
    assert_eq!(count("delivery_accepted"), 3);
    assert_eq!(world.state::<Delivery>("dlv_4").stage(), DeliveryStage::Received);
    assert_eq!(world.balance("ctr_mill").accepted, 95 * TONNE);
    world.take("frm_steel", DAY, "issue_link", &link("key_2", month));
    let again = json!({"answer": "confirmed", "key": "key_2"});
    assert_eq!(world.refuse("frm_mill", DAY, "answer_link", &again).0, "nothing_to_confirm");
}

#[test]
fn a_disputed_month_disputes_its_deliveries_and_the_figures_show_it() {
    let mut world = world();
    for (place, net) in [40, 20, 10, 7].into_iter().enumerate() {
        send(&mut world, &format!("dlv_{place}"), &place.to_string(), net);
    }
    let cancelled = json!({"delivery": "dlv_3", "reason": "did not leave"});
    world.take("frm_steel", DAY, "cancel_delivery", &cancelled);
    let month = json!({"contract": "ctr_mill", "month": "2025-03"});
    for key in ["key_1", "key_2", "key_3"] {
        world.take("frm_steel", DAY, "issue_link", &link(key, month.clone()));
    }
    let disputed = |key: &str, named: &[&str]| {
        let data = json!({"answer": "disputed", "key": key, "reason": "never came"});
        with(data, json!({"deliveries": named}))
    };
    for (answer, code, pointer) in [
        (disputed("key_1", &["dlv_1", "dlv_none"]), "unknown_delivery", "/data/deliveries/1"),
        (disputed("key_1", &["dlv_1", "dlv_1"]), "duplicate_member", "/data/deliveries/1"),
        (disputed("key_1", &["dlv_0", "dlv_3"]), "delivery_cancelled", "/data/deliveries/1"),
        (
            json!({"answer": "confirmed", "deliveries": ["dlv_1"], "key": "key_1"}),
            "unexpected_member",
            "/data/deliveries",
        ),
    ] {
        let refused = world.refuse("frm_mill", DAY, "answer_link", &answer);
        assert_eq!(refused, (code, pointer.to_owned()));
    }
    let events = world.take("frm_mill", DAY, "answer_link", &disputed("key_1", &["dlv_1"]));
    assert_eq!(kinds(&events), ["link_answered", "delivery_disputed"]);
    assert_eq!(sums(&events), [(Measure::Disputed, 20 * TONNE)]);
    let again = world.refuse("frm_mill", DAY, "answer_link", &disputed("key_2", &["dlv_1"]));
    assert_eq!(again, ("delivery_disputed", "/data/deliveries/0".to_owned()));
    // Without names it is all that the link asks about: neither cancelled nor disputed already.
    let events = world.take("frm_mill", DAY, "answer_link", &disputed("key_2", &[]));
    assert_eq!(kinds(&events), ["link_answered", "delivery_disputed", "delivery_disputed"]);
    assert_eq!(sums(&events), [(Measure::Disputed, 50 * TONNE)]);
    assert!(world.state::<Delivery>("dlv_0").open_dispute().is_some());
    assert!(world.state::<Delivery>("dlv_3").open_dispute().is_none());
    let events = world.take("frm_mill", DAY, "answer_link", &disputed("key_3", &[]));
    assert_eq!(kinds(&events), ["link_answered"], "nothing is left to dispute");
    let one = json!({"delivery": "dlv_0"});
    world.take("frm_steel", DAY, "issue_link", &link("key_4", one));
    let refused = world.refuse("frm_mill", DAY, "answer_link", &disputed("key_4", &["dlv_0"]));
    assert_eq!(refused, ("unexpected_member", "/data/deliveries".to_owned()));
}

#[test]
fn an_acceptance_without_the_supplier_s_word_is_one_sided_until_it_comes() {
    let one_sided = |events: &[Event]| {
        sums(events).into_iter().find(|(measure, _)| *measure == Measure::OneSidedAccepted)
    };
    let accepted = || {
        let mut world = World::with_slag();
        let receipt = json!({
            "contract": "ctr_slag", "delivery": "dlv_1", "line": 1,
            "measured": estimated(&tonnes("20")),
        });
        let mut events = world.take("frm_cement", DAY, "receive_delivery", &receipt);
        events.extend(world.by_receiver("accept_delivery", "dlv_1", json!({})));
        assert_eq!(one_sided(&events), Some((Measure::OneSidedAccepted, 20 * TONNE)));
        world
    };
    let taken_back = Some((Measure::OneSidedAccepted, -20 * TONNE));
    // Either way: by a word, or by the dispatch that was forgotten.
    let (mut world, entry) = (accepted(), json!({"delivery": "dlv_1"}));
    assert_eq!(world.refuse("frm_cement", DAY, "confirm_entry", &entry).0, "already_confirmed");
    assert_eq!(one_sided(&world.take("frm_steel", DAY, "confirm_entry", &entry)), taken_back);
    let late = accepted().dispatch("dlv_1", "ctr_slag", "20");
    assert_eq!(kinds(&late), ["delivery_dispatched", "entry_confirmed"]);
    assert_eq!(one_sided(&late), taken_back);
}

#[test]
fn a_claim_needs_the_same_number_and_joins_once() {
    let mut world = world();
    let claim =
        |counterparty: &str, firm: &str| json!({"counterparty": counterparty, "firm": firm});
    let cement = claim("frm_mill", "frm_cement");
    assert_eq!(world.refuse("keeper", DAY, "claim_counterparty", &cement).0, "other_identifier");
    let itself = json!({"firm": "frm_mill_itself", "name": "the mill", "uscc": USCC});
    world.take("keeper", DAY, "register_firm", &itself);
    let right = claim("frm_mill", "frm_mill_itself");
    assert_eq!(world.refuse("frm_steel", DAY, "claim_counterparty", &right).0, "not_permitted");
    world.take("keeper", DAY, "claim_counterparty", &right);
    let firm = world.state::<Firm>("frm_mill_itself");
    assert_eq!(firm.claims, ["frm_mill".parse().unwrap()]);
    assert!(!is_unregistered(&world.states, &"frm_mill".parse().unwrap()));
    assert_eq!(world.refuse("keeper", DAY, "claim_counterparty", &right).0, "already_claimed");
    // From now on it speaks for itself, so no link asks it.
    let question = link("key_1", json!({"contract": "ctr_mill"}));
    assert_eq!(world.refuse("frm_steel", DAY, "issue_link", &question).0, "not_a_counterparty");
    let own = claim("frm_steel", "frm_mill_itself");
    assert_eq!(world.refuse("keeper", DAY, "claim_counterparty", &own).0, "not_a_counterparty");
}

#[test]
fn a_link_is_for_a_side_of_the_matter_for_its_days_and_a_dispute_says_why() {
    let mut world = world();
    send(&mut world, "dlv_1", "1", 31);
    let subject = json!({"delivery": "dlv_1"});
    let long = with(link("key_1", subject.clone()), json!({"expires": "2025-06-09"}));
    assert_eq!(world.refuse("frm_steel", DAY, "issue_link", &long).0, "bad_expiry");
    let good = link("key_1", subject);
    assert_eq!(world.refuse("frm_cement", DAY, "issue_link", &good).0, "not_a_party");
    world.take("frm_steel", DAY, "issue_link", &good);
    let mute = json!({"answer": "disputed", "key": "key_1"});
    assert_eq!(world.refuse("frm_mill", DAY, "answer_link", &mute).0, "reason_needed");
    let late = "2025-05-01T08:00:00.000Z";
    let answer = json!({"answer": "disputed", "key": "key_1", "reason": "never came"});
    assert_eq!(world.refuse("frm_mill", late, "answer_link", &answer).0, "link_used");
    assert_eq!(world.refuse("frm_steel", DAY, "answer_link", &answer).0, "not_a_party");
    let events = world.take("frm_mill", DAY, "answer_link", &answer);
    assert_eq!(kinds(&events), ["link_answered", "delivery_disputed"]);
}
