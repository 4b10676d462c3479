//! Lots: of what they are made, what is drawn of them, and what is refused.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::event::Event;
use crate::domain::fact::{Measure, facts};
use crate::domain::rules::testing::{Ask, DAY, TONNE, kinds, refused_in_order, tonnes, with};
use crate::domain::state::{Delivery, Lot, LotStage, Movement, StockAccount, entries_of};
use crate::domain::testing::World;

const CEMENT: &str = "sit_cement/mat_slag";
const FIRM: &str = "frm_cement";

fn evidence() -> Value {
    json!([{"hash": "11".repeat(32), "title": "survey"}])
}

fn at(more: Value) -> Value {
    with(json!({"material": "mat_slag", "site": "sit_cement"}), more)
}

/// The cement works has three accepted loads of 10 tonnes, and 5 tonnes of its own.
fn pile() -> World {
    let mut world = World::with_slag();
    let open = json!({"evidence": evidence(), "method": "estimated", "quantity": tonnes("5")});
    world.take(FIRM, DAY, "open_stock", &at(open));
    for delivery in ["dlv_1", "dlv_2", "dlv_3"] {
        world.deliver(delivery, "ctr_slag", "10");
        world.by_receiver("accept_delivery", delivery, json!({}));
    }
    world
}

fn ask(lot: &str, origin: &str, quantity: &str) -> Value {
    at(json!({"lot": lot, "origin": origin, "quantity": tonnes(quantity)}))
}

fn form(world: &mut World, lot: &str, origin: &str, quantity: &str) {
    world.take(FIRM, DAY, "form_lot", &ask(lot, origin, quantity));
}

fn blend(lot: &str, lots: &[&str]) -> Value {
    at(json!({"lot": lot, "lots": lots}))
}

fn split(lot: &str, into: &[(&str, &str)]) -> Value {
    let new = |(lot, quantity): &(&str, &str)| json!({"lot": lot, "quantity": tonnes(quantity)});
    at(json!({"into": into.iter().map(new).collect::<Vec<_>>(), "lot": lot}))
}

/// What a lot is made of, in tonnes; own material has no name.
fn parts(world: &World, lot: &str) -> Vec<(String, i64)> {
    let name = |part: &crate::domain::state::Part| {
        let id = part.delivery.as_ref().map_or("", |id| id.as_str());
        (id.to_owned(), part.amount / TONNE)
    };
    world.state::<Lot>(lot).parts.iter().map(name).collect()
}

fn are(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(id, amount)| ((*id).to_owned(), *amount)).collect()
}

/// On hand, in lots and free, in tonnes.
fn sums(world: &World) -> (i128, i128, i128) {
    let account = world.state::<StockAccount>(CEMENT);
    let of = |amount: i128| amount / i128::from(TONNE);
    (of(account.on_hand()), of(account.in_lots), of(account.free()))
}

fn draw(lot: &str, quantity: &str, more: Value) -> Value {
    let data = json!({"lot": lot, "operation": "R5", "quantity": tonnes(quantity)});
    with(at(data), more)
}

#[test]
fn a_lot_is_made_of_the_oldest_that_no_lot_has() {
    let mut world = pile();
    let part = json!({"operation": "R5", "quantity": tonnes("4")});
    world.by_receiver("use_delivery", "dlv_1", part);
    form(&mut world, "lot_1", "accepted", "8");
    assert_eq!(parts(&world, "lot_1"), are(&[("dlv_1", 6), ("dlv_2", 2)]));
    form(&mut world, "lot_2", "accepted", "9");
    assert_eq!(parts(&world, "lot_2"), are(&[("dlv_2", 8), ("dlv_3", 1)]));
    form(&mut world, "lot_3", "generated", "3");
    assert_eq!(parts(&world, "lot_3"), are(&[("", 3)]));
    assert_eq!(sums(&world), (31, 20, 11), "nothing has moved");
    assert_eq!(world.state::<Delivery>("dlv_2").in_lots, 10 * TONNE);
    let refused = world.refuse(FIRM, DAY, "form_lot", &ask("lot_4", "accepted", "10"));
    assert_eq!(refused, ("use_exceeds_accepted", "/data/quantity".to_owned()));
    let refused = world.refuse(FIRM, DAY, "form_lot", &ask("lot_4", "accepted", "12"));
    assert_eq!(refused, ("name_the_lot", "/data/quantity".to_owned()));
}

#[test]
fn blends_add_and_splits_take_the_oldest_first() {
    let mut world = pile();
    form(&mut world, "lot_1", "accepted", "6");
    form(&mut world, "lot_2", "accepted", "6");
    form(&mut world, "lot_own", "generated", "2");
    let lots = ["lot_own", "lot_2", "lot_1"];
    world.take(FIRM, DAY, "blend_lots", &blend("lot_mix", &lots));
    assert_eq!(parts(&world, "lot_mix"), are(&[("dlv_1", 10), ("dlv_2", 2), ("", 2)]));
    for lot in lots {
        let lot = world.state::<Lot>(lot);
        assert_eq!((lot.quantity(), lot.stage()), (0, LotStage::Blended));
    }
    let into = split("lot_mix", &[("lot_a", "3"), ("lot_b", "8")]);
    let events = world.take(FIRM, DAY, "split_lot", &into);
    assert_eq!(kinds(&events), ["lot_split", "lot_split"]);
    assert_eq!(parts(&world, "lot_a"), are(&[("dlv_1", 3)]));
    assert_eq!(parts(&world, "lot_b"), are(&[("dlv_1", 7), ("dlv_2", 1)]));
    assert_eq!(parts(&world, "lot_mix"), are(&[("dlv_2", 1), ("", 2)]));
    assert_eq!(sums(&world), (35, 14, 21));
    world.take(FIRM, DAY, "dissolve_lot", &at(json!({"lot": "lot_b"})));
    assert_eq!(world.state::<Lot>("lot_b").stage(), LotStage::Dissolved);
    assert_eq!(sums(&world), (35, 6, 29));
    // What it gave back is free again, and the oldest.
    form(&mut world, "lot_c", "accepted", "8");
    assert_eq!(parts(&world, "lot_c"), are(&[("dlv_1", 7), ("dlv_2", 1)]));
    world.take(FIRM, DAY, "split_lot", &split("lot_c", &[("lot_d", "8")]));
    assert_eq!(world.state::<Lot>("lot_c").stage(), LotStage::Finished);
}

#[test]
fn what_is_drawn_of_a_lot_is_used_of_its_deliveries() {
    let mut world = pile();
    form(&mut world, "lot_1", "accepted", "12");
    form(&mut world, "lot_2", "generated", "3");
    world.take(FIRM, DAY, "blend_lots", &blend("lot_3", &["lot_1", "lot_2"]));
    let events = world.take(FIRM, DAY, "draw_stock", &draw("lot_3", "11", json!({})));
    assert_eq!(kinds(&events), ["delivery_used", "delivery_used"]);
    assert_eq!(parts(&world, "lot_3"), are(&[("dlv_2", 1), ("", 3)]));
    let method = json!({"method": "weighed"});
    let events = world.take(FIRM, DAY, "draw_stock", &draw("lot_3", "2", method.clone()));
    assert_eq!(kinds(&events), ["delivery_used", "stock_drawn"]);
    let mut measures = Vec::new();
    for event in &events {
        facts(event, |fact| measures.push((fact.measure, fact.amount / TONNE)));
    }
    assert_eq!(measures, [(Measure::Used, 1), (Measure::OwnReused, 1)]);
    assert_eq!(sums(&world), (22, 2, 20));
    let used = world.state::<Delivery>("dlv_2");
    assert_eq!((used.used, used.in_lots, used.left()), (2 * TONNE, 0, 8 * TONNE));
    // Whoever looks for the lot's movements finds them.
    let months = world.state::<StockAccount>(CEMENT).months;
    let entries = entries_of(&world.states, CEMENT, months[0]);
    let of_lot: Vec<_> = entries
        .iter()
        .filter(|entry| entry.lot.as_ref().is_some_and(|lot| lot.as_str() == "lot_3"))
        .map(|entry| (entry.movement, entry.amount / i128::from(TONNE)))
        .collect();
    let (used, own) = (Movement::Used, Movement::OwnUsed);
    assert_eq!(of_lot, [(used, -10), (used, -1), (used, -1), (own, -1)]);
}

#[test]
fn what_is_in_a_lot_goes_by_its_name_only() {
    let mut world = pile();
    form(&mut world, "lot_1", "accepted", "8");
    let part = |quantity: &str, lot: Option<&str>| {
        let mut data = json!({"operation": "R5", "quantity": tonnes(quantity)});
        if let Some(lot) = lot {
            data["lot"] = lot.into();
        }
        data
    };
    let refused = world.refuse_receiver("use_delivery", "dlv_1", part("3", None));
    assert_eq!(refused, ("name_the_lot", "/data/quantity".to_owned()));
    let refused = world.refuse_receiver("use_delivery", "dlv_1", part("11", None));
    assert_eq!(refused.0, "use_exceeds_accepted");
    let refused = world.refuse_receiver("use_delivery", "dlv_2", part("1", Some("lot_1")));
    assert_eq!(refused, ("not_in_lot", "/data/lot".to_owned()));
    let refused = world.refuse_receiver("use_delivery", "dlv_1", part("9", Some("lot_1")));
    assert_eq!(refused.0, "use_exceeds_accepted");
    let refused = world.refuse_receiver("use_delivery", "dlv_1", part("9", Some("lot_none")));
    assert_eq!(refused, ("unknown_lot", "/data/lot".to_owned()));
    let events = world.by_receiver("use_delivery", "dlv_1", json!({"operation": "R5"}));
    let Event::DeliveryUsed(used) = &events[0] else { panic!("{events:?}") };
    assert_eq!((used.quantity.amount(), &used.lot), (2 * TONNE, &None));
    world.by_receiver("use_delivery", "dlv_1", part("5", Some("lot_1")));
    let rest = json!({"lot": "lot_1", "operation": "D1"});
    world.by_receiver("dispose_delivery", "dlv_1", rest);
    assert_eq!(world.state::<Lot>("lot_1").stage(), LotStage::Finished);
    assert_eq!(sums(&world), (25, 0, 25));
    let refused = world.refuse(FIRM, DAY, "draw_stock", &draw("lot_1", "1", json!({})));
    assert_eq!(refused, ("lot_ended", "/data/lot".to_owned()));
}

#[test]
fn losses_counts_and_corrections_name_the_lot_that_they_are_of() {
    let mut world = pile();
    form(&mut world, "lot_1", "accepted", "30");
    let count = |quantity: &str| {
        at(json!({"cause": "measuring", "method": "estimated", "quantity": tonnes(quantity)}))
    };
    let refused = world.refuse(FIRM, DAY, "count_stock", &count("29"));
    assert_eq!(refused, ("name_the_lot", "/data/quantity".to_owned()));
    let loss = |more: Value| with(at(json!({"cause": "spill", "quantity": tonnes("6")})), more);
    let adjust = |direction: &str, more: Value| {
        let data = json!({"direction": direction, "evidence": evidence()});
        with(loss(more), data)
    };
    for (kind, data) in
        [("record_loss", loss(json!({}))), ("adjust_stock", adjust("loss", json!({})))]
    {
        let refused = world.refuse(FIRM, DAY, kind, &data);
        assert_eq!(refused, ("name_the_lot", "/data/quantity".to_owned()));
    }
    let lot = json!({"lot": "lot_1"});
    world.take(FIRM, DAY, "record_loss", &loss(lot.clone()));
    world.take(FIRM, DAY, "adjust_stock", &adjust("loss", lot.clone()));
    assert_eq!(parts(&world, "lot_1"), are(&[("dlv_2", 8), ("dlv_3", 10)]));
    let gone = world.state::<Delivery>("dlv_1");
    assert_eq!((gone.lost, gone.in_lots, gone.left()), (10 * TONNE, 0, 0));
    // It lies nowhere, so nobody uses it.
    let refused = world.refuse_receiver("use_delivery", "dlv_1", json!({"operation": "R5"}));
    assert_eq!(refused.0, "use_exceeds_accepted");
    world.take(FIRM, DAY, "adjust_stock", &adjust("gain", lot.clone()));
    assert_eq!(parts(&world, "lot_1"), are(&[("dlv_2", 8), ("dlv_3", 10), ("", 6)]));
    assert_eq!(sums(&world), (29, 24, 5));
    world.take(FIRM, DAY, "count_stock", &count("24"));
    assert_eq!(sums(&world), (24, 24, 0));
    let much = json!({"lot": "lot_1", "quantity": tonnes("24.000001")});
    let refused = world.refuse(FIRM, DAY, "record_loss", &loss(much));
    assert_eq!(refused, ("lot_exceeded", "/data/quantity".to_owned()));
}

#[test]
fn a_correction_leaves_what_lots_have() {
    let mut world = pile();
    form(&mut world, "lot_1", "accepted", "9");
    let data = json!({
        "correction": "cor_1", "delivery": "dlv_1", "entry": "received",
        "measured": {"method": "estimated", "quantity": tonnes("8")}, "reason": "tare",
    });
    let refused = world.refuse(FIRM, DAY, "request_correction", &data);
    assert_eq!(refused, ("below_used", "/data/measured/quantity".to_owned()));
    world.take(FIRM, DAY, "dissolve_lot", &at(json!({"lot": "lot_1"})));
    world.take(FIRM, DAY, "request_correction", &data);
}

#[test]
fn a_disputed_delivery_is_passed_over() {
    let mut world = pile();
    form(&mut world, "lot_1", "accepted", "12");
    world.take(FIRM, DAY, "dispute_delivery", &json!({"delivery": "dlv_1", "reason": "too wet"}));
    let refused = world.refuse(FIRM, DAY, "draw_stock", &draw("lot_1", "3", json!({})));
    assert_eq!(refused, ("use_exceeds_accepted", "/data/quantity".to_owned()));
    world.take(FIRM, DAY, "draw_stock", &draw("lot_1", "2", json!({})));
    assert_eq!(parts(&world, "lot_1"), are(&[("dlv_1", 10)]));
}

#[test]
fn forming_is_refused_in_a_fixed_order() {
    let mut world = pile();
    form(&mut world, "lot_1", "accepted", "1");
    let data = json!({
        "lot": "lot_1", "material": "mat_dust", "origin": "accepted", "quantity": tonnes("0"),
        "site": "sit_none",
    });
    refused_in_order(
        &mut world,
        Ask { actor: "frm_steel", at: "2025-03-09T08:00:00.000Z", kind: "form_lot", data },
        &[
            ("unknown_site", "/data/site", |_, ask| ask.data["site"] = "sit_cement".into()),
            ("not_permitted", "/actor", |_, ask| ask.actor = "frm_cement"),
            ("unknown_stock", "/data/material", |_, ask| {
                ask.data["material"] = "mat_slag".into();
            }),
            ("before_lot", "/occurred_at", |_, ask| ask.at = DAY),
            ("already_exists", "/data/lot", |_, ask| ask.data["lot"] = "lot_2".into()),
            ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("36");
            }),
            ("stock_exceeded", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("35")),
            ("name_the_lot", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("30")),
            ("use_exceeds_accepted", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("29");
            }),
        ],
    );
}

#[test]
fn blends_and_splits_are_refused_in_a_fixed_order() {
    let mut world = pile();
    for lot in ["lot_1", "lot_2"] {
        form(&mut world, lot, "accepted", "5");
    }
    let data = blend("lot_1", &["lot_1"]);
    refused_in_order(
        &mut world,
        Ask { actor: FIRM, at: DAY, kind: "blend_lots", data },
        &[
            ("missing_member", "/data/lots", |_, ask| ask.data["lots"] = json!(["lot_1", "lot_1"])),
            ("duplicate_member", "/data/lots/1", |_, ask| {
                ask.data["lots"] = json!(["lot_1", "lot_none"]);
            }),
            ("already_exists", "/data/lot", |_, ask| ask.data["lot"] = "lot_3".into()),
            ("unknown_lot", "/data/lots/1", |_, ask| ask.data["lots"] = json!(["lot_1", "lot_2"])),
        ],
    );
    let data = split("lot_1", &[]);
    refused_in_order(
        &mut world,
        Ask { actor: FIRM, at: DAY, kind: "split_lot", data },
        &[
            ("lot_ended", "/data/lot", |_, ask| ask.data["lot"] = "lot_3".into()),
            ("missing_member", "/data/into", |_, ask| {
                ask.data = split("lot_3", &[("lot_4", "6"), ("lot_3", "0")]);
            }),
            ("already_exists", "/data/into/1/lot", |_, ask| {
                ask.data = split("lot_3", &[("lot_4", "6"), ("lot_4", "0")]);
            }),
            ("duplicate_member", "/data/into/1/lot", |_, ask| {
                ask.data = split("lot_3", &[("lot_4", "6"), ("lot_5", "0")]);
            }),
            ("quantity_must_not_be_zero", "/data/into/1/quantity", |_, ask| {
                ask.data = split("lot_3", &[("lot_4", "6"), ("lot_5", "4.000001")]);
            }),
            ("lot_exceeded", "/data/into/1/quantity", |_, ask| {
                ask.data = split("lot_3", &[("lot_4", "6"), ("lot_5", "4")]);
            }),
        ],
    );
}

#[test]
fn draws_of_a_lot_are_refused_in_a_fixed_order() {
    let mut world = pile();
    form(&mut world, "lot_1", "accepted", "5");
    form(&mut world, "lot_2", "generated", "2");
    world.take(FIRM, DAY, "blend_lots", &blend("lot_3", &["lot_1", "lot_2"]));
    let data = draw("lot_4", "0", json!({"origin": "accepted"}));
    refused_in_order(
        &mut world,
        Ask { actor: FIRM, at: "2025-03-09T08:00:00.000Z", kind: "draw_stock", data },
        &[
            ("unexpected_member", "/data/origin", |_, ask| {
                ask.data.as_object_mut().unwrap().remove("origin");
            }),
            ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("8");
            }),
            ("unknown_lot", "/data/lot", |_, ask| ask.data["lot"] = "lot_1".into()),
            ("lot_ended", "/data/lot", |_, ask| ask.data["lot"] = "lot_3".into()),
            ("before_lot", "/occurred_at", |_, ask| ask.at = DAY),
            ("lot_exceeded", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("6")),
            ("missing_member", "/data/method", |_, ask| {
                ask.data["quantity"] = tonnes("4");
                ask.data["method"] = "weighed".into();
            }),
            ("unexpected_member", "/data/method", |_, ask| ask.data["quantity"] = tonnes("6")),
        ],
    );
    let data = at(json!({"operation": "R5", "quantity": tonnes("1")}));
    let refused = world.refuse(FIRM, DAY, "draw_stock", &data);
    assert_eq!(refused, ("missing_member", "/data/origin".to_owned()));
}

#[test]
fn a_composition_is_sealed() {
    let mut world = pile();
    let data = with(ask("lot_1", "accepted", "1"), json!({"composition": "CaO 41 %"}));
    let events = world.take(FIRM, DAY, "form_lot", &data);
    let Event::LotFormed(formed) = &events[0] else { panic!("{events:?}") };
    assert!(formed.composition.as_ref().unwrap().is_sealed());
    assert!(world.state::<Lot>("lot_1").composition);
}
