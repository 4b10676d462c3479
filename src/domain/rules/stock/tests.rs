//! Accounts that follow loads and are moved by hand, and what is refused.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::event::Event;
use crate::domain::fact::{Measure, facts};
use crate::domain::rules::testing::{
    Ask, DAY, TONNE, estimated, gigajoules, kinds, proposal, refused_in_order, tonnes, with,
};
use crate::domain::state::{Movement, StockAccount, StockEntry, entries_of};
use crate::domain::states::States as _;
use crate::domain::testing::World;

const STEEL: &str = "sit_steel/mat_slag";
const CEMENT: &str = "sit_cement/mat_slag";

fn evidence() -> Value {
    json!([{"hash": "11".repeat(32), "title": "survey"}])
}

/// A command of the firm of the first site on the slag that lies there.
fn at(site: &str, more: Value) -> Value {
    with(json!({"material": "mat_slag", "site": format!("sit_{site}")}), more)
}

fn opening(site: &str, quantity: &str) -> Value {
    let more = json!({"evidence": evidence(), "method": "estimated", "quantity": tonnes(quantity)});
    at(site, more)
}

/// Slag goes from the steelworks, with 50 tonnes on hand, to the cement works, with none.
fn piles() -> World {
    let mut world = World::with_slag();
    world.take("frm_steel", DAY, "open_stock", &opening("steel", "50"));
    world.take("frm_cement", DAY, "open_stock", &opening("cement", "0"));
    world
}

fn on_hand(world: &World, account: &str) -> i128 {
    world.state::<StockAccount>(account).on_hand() / i128::from(TONNE)
}

fn entries(world: &World, account: &str) -> Vec<StockEntry> {
    let months = world.state::<StockAccount>(account).months;
    months.iter().flat_map(|month| entries_of(&world.states, account, *month)).collect()
}

fn measures(events: &[Event]) -> Vec<(Measure, i64)> {
    let mut all = Vec::new();
    for event in events {
        facts(event, |fact| all.push((fact.measure, fact.amount / TONNE)));
    }
    all
}

fn draw(site: &str, origin: &str, operation: &str, quantity: &str) -> Value {
    let more = json!({"operation": operation, "origin": origin, "quantity": tonnes(quantity)});
    let data = at(site, more);
    if origin == "generated" { with(data, json!({"method": "estimated"})) } else { data }
}

#[test]
fn an_account_follows_the_loads_of_both_its_sites() {
    let mut world = piles();
    world.deliver("dlv_1", "ctr_slag", "20");
    assert_eq!((on_hand(&world, STEEL), on_hand(&world, CEMENT)), (30, 0));
    world.by_receiver("accept_delivery", "dlv_1", json!({}));
    assert_eq!(on_hand(&world, CEMENT), 20, "what is accepted is stock, not what arrives");
    world.by_receiver("use_delivery", "dlv_1", json!({"operation": "R5", "quantity": tonnes("5")}));
    let part = json!({"operation": "R13", "quantity": tonnes("1")});
    world.by_receiver("use_delivery", "dlv_1", part);
    let part = json!({"operation": "D1", "quantity": tonnes("2")});
    world.by_receiver("dispose_delivery", "dlv_1", part);
    assert_eq!(on_hand(&world, CEMENT), 12);
    let movements: Vec<_> = entries(&world, CEMENT)
        .iter()
        .map(|entry| (entry.movement, (entry.amount / 1_000_000, entry.balance / 1_000_000)))
        .collect();
    assert_eq!(
        movements,
        [
            (Movement::Opening, (0, 0)),
            (Movement::Accepted, (20, 20)),
            (Movement::Used, (-5, 15)),
            (Movement::UsedInterim, (-1, 14)),
            (Movement::Disposed, (-2, 12)),
        ]
    );
    let entry = entries(&world, STEEL)[1].clone();
    assert_eq!(entry.delivery.unwrap().as_str(), "dlv_1");
    assert!(matches!(world.log[entry.position as usize], Event::DeliveryDispatched(_)));
}

#[test]
fn what_did_not_leave_or_came_back_is_on_hand_again() {
    let mut world = piles();
    world.dispatch("dlv_1", "ctr_slag", "20");
    let cancel = json!({"delivery": "dlv_1", "reason": "engine trouble"});
    world.take("frm_steel", DAY, "cancel_delivery", &cancel);
    assert_eq!(on_hand(&world, STEEL), 50);
    world.deliver("dlv_2", "ctr_slag", "20");
    let part = json!({"quantity": tonnes("15"), "reason": "wet"});
    world.by_receiver("accept_delivery", "dlv_2", part);
    assert_eq!(on_hand(&world, CEMENT), 15);
    world.by_receiver("return_rejection", "dlv_2", json!({}));
    assert_eq!(on_hand(&world, STEEL), 35);
    // It came back before anybody recorded that it had left: the pile is not larger for it.
    let data = json!({
        "contract": "ctr_slag", "delivery": "dlv_3", "line": 1, "measured": estimated(&tonnes("7")),
    });
    world.take("frm_cement", DAY, "receive_delivery", &data);
    world.by_receiver("reject_delivery", "dlv_3", json!({"reason": "wet"}));
    world.by_receiver("return_rejection", "dlv_3", json!({}));
    assert_eq!(on_hand(&world, STEEL), 35);
    world.dispatch("dlv_3", "ctr_slag", "7");
    assert_eq!(on_hand(&world, STEEL), 35);
}

#[test]
fn what_goes_on_after_a_rejection_is_taken_off_the_pile_once() {
    let mut world = piles();
    let term = proposal("ctr_power", ("steel", "power"), "mat_slag", &tonnes("50"));
    world.conclude(&term);
    world.deliver("dlv_1", "ctr_slag", "20");
    world.by_receiver("reject_delivery", "dlv_1", json!({"reason": "wet"}));
    let onward = json!({
        "contract": "ctr_power", "delivery": "dlv_1", "line": 1, "new_delivery": "dlv_2",
    });
    world.take("frm_steel", DAY, "redirect_rejection", &onward);
    assert_eq!(on_hand(&world, STEEL), 30);
    let cancel = json!({"delivery": "dlv_2", "reason": "engine trouble"});
    world.take("frm_steel", DAY, "cancel_delivery", &cancel);
    assert_eq!(on_hand(&world, STEEL), 30, "it lies at the receiver still");
}

#[test]
fn what_was_before_the_opening_is_in_its_balance() {
    let mut world = World::with_slag();
    world.dispatch("dlv_1", "ctr_slag", "20");
    world.take("frm_steel", DAY, "open_stock", &opening("steel", "50"));
    // An older load that is recorded late.
    let data = json!({
        "contract": "ctr_slag", "delivery": "dlv_2", "line": 1, "measured": estimated(&tonnes("5")),
    });
    world.take("frm_steel", "2025-03-09T08:00:00.000Z", "dispatch_delivery", &data);
    for delivery in ["dlv_1", "dlv_2"] {
        let cancel = json!({"delivery": delivery, "reason": "engine trouble"});
        world.take("frm_steel", DAY, "cancel_delivery", &cancel);
    }
    assert_eq!(on_hand(&world, STEEL), 50);
    assert_eq!(entries(&world, STEEL).len(), 1);
}

#[test]
fn a_corrected_acceptance_moves_the_account_that_it_had_moved() {
    // Whether it was accepted before the account was opened; its receipt was recorded before in
    // both cases, on the day of the opening.
    for accepted_before in [false, true] {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "20");
        if accepted_before {
            world.by_receiver("accept_delivery", "dlv_1", json!({}));
        }
        world.take("frm_cement", DAY, "open_stock", &opening("cement", "50"));
        if !accepted_before {
            world.by_receiver("accept_delivery", "dlv_1", json!({}));
        }
        let before = on_hand(&world, CEMENT);
        let data = json!({
            "correction": "cor_1", "delivery": "dlv_1", "entry": "received",
            "measured": estimated(&tonnes("18")), "reason": "the tare was typed wrongly",
        });
        world.take("frm_cement", DAY, "request_correction", &data);
        let approved = json!({"correction": "cor_1", "delivery": "dlv_1"});
        world.take("frm_steel", DAY, "approve_correction", &approved);
        let moved = if accepted_before { 0 } else { -2 };
        assert_eq!(on_hand(&world, CEMENT) - before, moved);
    }
}

#[test]
fn loads_leave_whatever_is_on_hand_and_claims_do_not() {
    let mut world = piles();
    world.dispatch("dlv_1", "ctr_slag", "60");
    assert_eq!(on_hand(&world, STEEL), -10);
    for (kind, data) in [
        ("draw_stock", draw("steel", "generated", "R5", "0.000001")),
        ("record_loss", at("steel", json!({"cause": "spill", "quantity": tonnes("1")}))),
    ] {
        let refused = world.refuse("frm_steel", DAY, kind, &data);
        assert_eq!(refused, ("stock_exceeded", "/data/quantity".to_owned()));
    }
    let more = json!({"cause": "measuring", "method": "estimated", "quantity": tonnes("3")});
    let events = world.take("frm_steel", DAY, "count_stock", &at("steel", more));
    let Event::StockCounted(counted) = &events[0] else { panic!("{events:?}") };
    assert_eq!(counted.booked.to_string(), "-10 TNE");
    assert_eq!(on_hand(&world, STEEL), 3);
    assert_eq!(entries(&world, STEEL).last().unwrap().amount, 13_000_000);
}

#[test]
fn counts_corrections_losses_and_generation_move_an_account() {
    let mut world = piles();
    let generated = at("steel", json!({"method": "metered", "quantity": tonnes("8")}));
    let events = world.take("frm_steel", DAY, "record_generation", &generated);
    assert_eq!(measures(&events), [], "the return of the month declares generation");
    let adjust = |direction: &str| {
        at(
            "steel",
            json!({
                "cause": "moisture", "direction": direction, "evidence": evidence(),
                "quantity": tonnes("3"),
            }),
        )
    };
    world.take("frm_steel", DAY, "adjust_stock", &adjust("gain"));
    world.take("frm_steel", DAY, "adjust_stock", &adjust("loss"));
    let loss = at("steel", json!({"cause": "spill", "quantity": tonnes("1")}));
    world.take("frm_steel", DAY, "record_loss", &loss);
    assert_eq!(on_hand(&world, STEEL), 57);
    let moved = world.state::<StockAccount>(STEEL).moved;
    assert_eq!(moved.of(Movement::Lost), i128::from(-TONNE));
    assert_eq!(moved.of(Movement::Adjusted), 0);
}

#[test]
fn own_material_that_is_drawn_is_reused_on_site_or_disposed_of() {
    let mut world = piles();
    for (operation, measure) in
        [("R5", Measure::OwnReused), ("R13", Measure::UsedInterim), ("D1", Measure::Disposed)]
    {
        let data = draw("steel", "generated", operation, "4");
        let events = world.take("frm_steel", DAY, "draw_stock", &data);
        assert_eq!(measures(&events), [(measure, 4)]);
    }
    assert_eq!(on_hand(&world, STEEL), 38);
}

#[test]
fn reuse_is_told_by_the_account_or_by_the_return_and_not_by_both() {
    let mut world = piles();
    let end = "2025-03-31T08:00:00.000Z";
    let declare = |reuse: &str| {
        let own = json!([{"material": reuse, "method": "estimated", "quantity": tonnes("4")}]);
        json!({"own_reuse": own, "period": "2025-03", "return": format!("ret_{reuse}"),
            "site": "sit_steel"})
    };
    world.take("frm_steel", DAY, "draw_stock", &draw("steel", "generated", "R5", "4"));
    let refused = world.refuse("frm_steel", end, "submit_return", &declare("mat_slag"));
    assert_eq!(refused, ("already_declared", "/data/own_reuse/0".to_owned()));
    world.take("frm_steel", end, "submit_return", &declare("mat_dust"));

    let mut world = piles();
    world.take("frm_steel", end, "submit_return", &declare("mat_slag"));
    let data = draw("steel", "generated", "R5", "4");
    let refused = world.refuse("frm_steel", end, "draw_stock", &data);
    assert_eq!(refused, ("already_declared", "/occurred_at".to_owned()));
    world.take("frm_steel", end, "draw_stock", &draw("steel", "generated", "D1", "4"));
}

#[test]
fn what_was_accepted_is_drawn_from_the_oldest_deliveries() {
    let mut world = piles();
    for delivery in ["dlv_1", "dlv_2", "dlv_3"] {
        world.deliver(delivery, "ctr_slag", "10");
        world.by_receiver("accept_delivery", delivery, json!({}));
    }
    let part = json!({"operation": "R5", "quantity": tonnes("4")});
    world.by_receiver("use_delivery", "dlv_1", part);
    let data = draw("cement", "accepted", "R5", "12");
    let events = world.take("frm_cement", DAY, "draw_stock", &data);
    assert_eq!(measures(&events), [(Measure::Used, 6), (Measure::Used, 6)]);
    assert_eq!(kinds(&events), ["delivery_used", "delivery_used"]);
    assert_eq!(on_hand(&world, CEMENT), 14);
    // Nothing is used twice.
    let again = world.refuse_receiver("use_delivery", "dlv_1", json!({"operation": "R5"}));
    assert_eq!(again.0, "use_exceeds_accepted");
    let dispute = json!({"delivery": "dlv_2", "reason": "too wet"});
    world.take("frm_cement", DAY, "dispute_delivery", &dispute);
    let data = draw("cement", "accepted", "D1", "10.000001");
    let refused = world.refuse("frm_cement", DAY, "draw_stock", &data);
    assert_eq!(refused, ("use_exceeds_accepted", "/data/quantity".to_owned()));
    let events =
        world.take("frm_cement", DAY, "draw_stock", &draw("cement", "accepted", "D1", "10"));
    assert_eq!(kinds(&events), ["delivery_disposed"]);
    assert_eq!(on_hand(&world, CEMENT), 4);
}

#[test]
fn pages_that_are_used_up_are_passed_over() {
    let mut world = piles();
    for number in 0..70 {
        let delivery = format!("dlv_{number}");
        world.deliver(&delivery, "ctr_slag", "1");
        world.by_receiver("accept_delivery", &delivery, json!({}));
    }
    for (drawn, first) in [("63", 0), ("2", 1), ("5", 1)] {
        let data = draw("cement", "accepted", "R5", drawn);
        world.take("frm_cement", DAY, "draw_stock", &data);
        assert_eq!(world.state::<StockAccount>(CEMENT).first_lots, first, "{drawn}");
    }
    assert_eq!(on_hand(&world, CEMENT), 0);
    assert_eq!(entries(&world, CEMENT).len(), 1 + 70 + 70);
}

#[test]
fn hazardous_waste_is_drawn_only_for_what_a_permit_allows() {
    let mut world = World::with_tar();
    let tar = json!({"material": "mat_tar", "site": "sit_recycler"});
    let open = json!({"evidence": evidence(), "method": "estimated", "quantity": tonnes("0")});
    world.take("frm_recycler", DAY, "open_stock", &with(tar.clone(), open));
    world.deliver("dlv_1", "ctr_tar", "10");
    world.by_receiver("accept_delivery", "dlv_1", json!({}));
    let data = |operation: &str| {
        let more = json!({"operation": operation, "origin": "accepted", "quantity": tonnes("1")});
        with(tar.clone(), more)
    };
    let refused = world.refuse("frm_recycler", DAY, "draw_stock", &data("R5"));
    assert_eq!(refused, ("no_permit", "/data/operation".to_owned()));
    world.take("frm_recycler", DAY, "draw_stock", &data("R9"));
}

#[test]
fn without_an_account_nothing_is_followed() {
    let mut world = World::with_slag();
    world.deliver("dlv_1", "ctr_slag", "20");
    world.by_receiver("accept_delivery", "dlv_1", json!({}));
    assert!(!world.states.exists::<StockAccount>(STEEL));
    assert!(!world.states.exists::<StockAccount>(CEMENT));
}

#[test]
fn openings_are_refused_in_a_fixed_order() {
    let mut world = piles();
    world.close_march();
    let data = json!({
        "evidence": [], "material": "mat_none", "method": "estimated", "quantity": gigajoules("1"),
        "site": "sit_none",
    });
    let ask = Ask { actor: "frm_cement", at: DAY, kind: "open_stock", data };
    refused_in_order(
        &mut world,
        ask,
        &[
            ("unknown_site", "/data/site", |_, ask| ask.data["site"] = "sit_steel".into()),
            ("not_permitted", "/actor", |_, ask| ask.actor = "frm_steel"),
            ("unknown_material", "/data/material", |_, ask| {
                ask.data["material"] = "mat_slag".into();
            }),
            ("already_exists", "/data/material", |_, ask| {
                ask.data["material"] = "mat_dust".into();
            }),
            ("missing_member", "/data/evidence", |_, ask| ask.data["evidence"] = evidence()),
            ("unlike_dimension", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("0")),
            ("period_closed", "/occurred_at", |_, ask| ask.at = "2025-04-05T08:00:00.000Z"),
        ],
    );
}

#[test]
fn draws_are_refused_in_a_fixed_order() {
    let mut world = piles();
    world.close_march();
    let data = json!({
        "material": "mat_dust", "operation": "R5", "origin": "generated",
        "quantity": gigajoules("1"), "site": "sit_none",
    });
    let ask = Ask { actor: "frm_cement", at: DAY, kind: "draw_stock", data };
    refused_in_order(
        &mut world,
        ask,
        &[
            ("unknown_site", "/data/site", |_, ask| ask.data["site"] = "sit_steel".into()),
            ("not_permitted", "/actor", |_, ask| ask.actor = "frm_steel"),
            ("unknown_stock", "/data/material", |_, ask| {
                ask.data["material"] = "mat_slag".into();
            }),
            ("unlike_dimension", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("0")),
            ("period_closed", "/occurred_at", |_, ask| ask.at = "2025-04-05T08:00:00.000Z"),
            ("missing_member", "/data/method", |_, ask| ask.data["method"] = "metered".into()),
            ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("50.000001");
            }),
            ("stock_exceeded", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("50");
                ask.data["origin"] = "accepted".into();
            }),
            ("unexpected_member", "/data/method", |_, ask| {
                ask.data.as_object_mut().unwrap().remove("method");
            }),
            ("use_exceeds_accepted", "/data/quantity", |_, ask| {
                ask.data["origin"] = "generated".into();
                ask.data["method"] = "metered".into();
            }),
        ],
    );
}
