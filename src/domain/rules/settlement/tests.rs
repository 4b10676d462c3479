//! Given what was delivered, when it is signed, then it is settled; or the first reason why not.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::event::Side;
use crate::domain::fact::facts;
use crate::domain::rules::testing::{
    Ask, estimated, gigajoules, kinds, proposal, refused_in_order, tonnes, weighed, with,
};
use crate::domain::shapes::Nonconformity;
use crate::domain::sheet::{draw, is_late};
use crate::domain::state::{Contract, Delivery, Invoice, Sheet};
use crate::domain::testing::{OPENED, World};
use crate::domain::time::{Day, Month};

/// When March is over.
const APRIL: &str = "2025-04-01T08:00:00.000Z";
const MARCH_END: &str = "2025-03-31T08:00:00.000Z";

fn month(month: &str) -> Month {
    month.parse().unwrap()
}

fn day(day: &str) -> Day {
    day.parse().unwrap()
}

/// With `ctr_slag` of the steelworks and the cement works, settled up to that day of each month.
fn world(settlement_day: Option<u8>) -> World {
    let mut world = World::standard();
    let slag = proposal("ctr_slag", ("steel", "cement"), "mat_slag", &tonnes("10000"));
    let more = settlement_day.map_or(json!({}), |day| json!({"settlement_day": day}));
    world.conclude(&with(slag, more));
    world
}

/// A load leaves, arrives and is accepted at that time.
fn load(world: &mut World, delivery: &str, at: &str, (sent, got): (&str, &str)) {
    send(world, delivery, at, sent);
    let data = json!({"delivery": delivery, "measured": estimated(&tonnes(got))});
    world.take("frm_cement", at, "receive_delivery", &data);
    world.take("frm_cement", at, "accept_delivery", &json!({"delivery": delivery}));
}

fn send(world: &mut World, delivery: &str, at: &str, sent: &str) {
    let data = json!({
        "contract": "ctr_slag", "delivery": delivery, "line": 1,
        "measured": estimated(&tonnes(sent)),
    });
    world.take("frm_steel", at, "dispatch_delivery", &data);
}

/// What signs the present sheet.
fn sheet(world: &World, contract: &str, of: &str) -> Value {
    let found = world.state::<Contract>(contract);
    let drawn = draw(&world.states, &found, month(of));
    json!({
        "contract": contract, "deliveries": drawn.count(), "lines": drawn.lines().unwrap(),
        "month": of,
    })
}

fn sign(world: &mut World, firm: &str, of: &str, at: &str) -> Vec<&'static str> {
    let data = sheet(world, "ctr_slag", of);
    kinds(&world.take(firm, at, "sign_sheet", &data))
}

fn settle_march(world: &mut World) {
    assert_eq!(sign(world, "frm_steel", "2025-03", APRIL), ["sheet_signed"]);
    let events = sign(world, "frm_cement", "2025-03", APRIL);
    assert_eq!(events, ["sheet_signed", "window_settled"]);
}

#[test]
fn both_sides_settle_a_window_by_signing_the_same_numbers() {
    let mut world = world(None);
    load(&mut world, "dlv_1", MARCH_END, ("20", "19.98"));
    load(&mut world, "dlv_2", MARCH_END, ("30", "30"));
    let data = sheet(&world, "ctr_slag", "2025-03");
    assert_eq!(data["deliveries"], 2);
    assert_eq!(data["lines"][0]["dispatched"], tonnes("50"));
    assert_eq!(data["lines"][0]["settled"], tonnes("49.98"));
    settle_march(&mut world);
    assert_eq!(world.state::<Contract>("ctr_slag").settled_to, Some(day("2025-03-31")));
    let sheet = world.state::<Sheet>("ctr_slag/2025-03");
    assert_eq!(sheet.settled, Some(world.log.len() as u64 - 1));
    assert_eq!(sheet.signature(Side::Receiver).unwrap().deliveries, 2);
}

#[test]
fn a_signature_in_other_units_is_of_the_same_numbers() {
    let mut world = world(None);
    load(&mut world, "dlv_1", MARCH_END, ("20", "20"));
    sign(&mut world, "frm_steel", "2025-03", APRIL);
    let mut data = sheet(&world, "ctr_slag", "2025-03");
    for member in ["accepted", "dispatched", "received", "settled"] {
        data["lines"][0][member] = json!({"unit": "KGM", "value": "20000"});
    }
    let events = world.take("frm_cement", APRIL, "sign_sheet", &data);
    assert_eq!(kinds(&events), ["sheet_signed", "window_settled"]);
}

#[test]
fn a_sheet_is_refused_in_a_fixed_order() {
    let mut world = world(None);
    load(&mut world, "dlv_feb", "2025-02-10T08:00:00.000Z", ("10", "10"));
    load(&mut world, "dlv_1", MARCH_END, ("20", "20"));
    let data = json!({"delivery": "dlv_1", "reason": "another truck"});
    world.take("frm_steel", MARCH_END, "dispute_delivery", &data);
    send(&mut world, "dlv_2", MARCH_END, "5");
    let data = json!({
        "contract": "ctr_none", "deliveries": 3, "lines": [], "month": "2025-03",
    });
    refused_in_order(
        &mut world,
        Ask { actor: "frm_power", at: MARCH_END, kind: "sign_sheet", data },
        &[
            ("unknown_contract", "/data/contract", |_, ask| {
                ask.data["contract"] = "ctr_slag".into();
            }),
            ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
            // Half past four in the afternoon of UTC is April in Guigang.
            ("window_not_over", "/data/month", |_, ask| ask.at = "2025-03-31T16:30:00.000Z"),
            ("earlier_window_open", "/data/month", |world, _| {
                for firm in ["frm_steel", "frm_cement"] {
                    sign(world, firm, "2025-02", APRIL);
                }
            }),
            ("dispute_open", "/data/month", |world, _| {
                let data = json!({"delivery": "dlv_1", "reason": "it was the right one"});
                world.take("frm_steel", APRIL, "withdraw_dispute", &data);
            }),
            ("sheet_open", "/data/month", |world, _| {
                let data = json!({"delivery": "dlv_2", "measured": estimated(&tonnes("5"))});
                world.take("frm_cement", APRIL, "receive_delivery", &data);
                world.take("frm_cement", APRIL, "accept_delivery", &json!({"delivery": "dlv_2"}));
            }),
            ("sheet_outdated", "/data/deliveries", |_, ask| ask.data["deliveries"] = 2.into()),
            ("sheet_outdated", "/data/lines", |_, ask| {
                ask.data["lines"] = json!([{
                    "accepted": tonnes("20"), "dispatched": tonnes("25"), "line": 1,
                    "received": tonnes("25"), "settled": {"unit": "MTQ", "value": "25"},
                }]);
            }),
            ("sheet_outdated", "/data/lines/0/accepted", |_, ask| {
                ask.data["lines"][0]["accepted"] = tonnes("25");
            }),
            ("unlike_dimension", "/data/lines/0/settled", |_, ask| {
                ask.data["lines"][0]["settled"] = tonnes("25");
            }),
        ],
    );
    let again = sheet(&world, "ctr_slag", "2025-03");
    let refused = world.refuse("frm_cement", APRIL, "sign_sheet", &again);
    assert_eq!(refused, ("already_signed", "/data/month".to_owned()));
    sign(&mut world, "frm_steel", "2025-03", APRIL);
    let refused = world.refuse("frm_cement", APRIL, "sign_sheet", &again);
    assert_eq!(refused, ("already_settled", "/data/month".to_owned()));
}

#[test]
fn a_proposal_is_not_settled() {
    let mut world = World::standard();
    let slag = proposal("ctr_slag", ("steel", "cement"), "mat_slag", &tonnes("10"));
    world.take("frm_steel", OPENED, "propose_contract", &slag);
    let data = sheet(&world, "ctr_slag", "2025-01");
    let refused = world.refuse("frm_steel", APRIL, "sign_sheet", &data);
    assert_eq!(refused, ("contract_not_concluded", "/data/contract".to_owned()));
    let more = with(slag, json!({"contract": "ctr_other", "settlement_day": 29}));
    let refused = world.refuse("frm_steel", OPENED, "propose_contract", &more);
    assert_eq!(refused, ("bad_settlement_day", "/data/settlement_day".to_owned()));
}

#[test]
fn a_window_from_the_26th_to_the_25th_goes_across_the_end_of_a_month() {
    let mut world = world(Some(25));
    // The 25th, the 26th of February, the 1st and 25th of March, the 26th, each in Guigang.
    for (place, at) in [
        "2025-02-25T15:59:59.000Z",
        "2025-02-25T16:00:00.000Z",
        "2025-03-01T01:00:00.000Z",
        "2025-03-25T15:59:59.000Z",
        "2025-03-25T16:00:00.000Z",
    ]
    .into_iter()
    .enumerate()
    {
        load(&mut world, &format!("dlv_{place}"), at, ("10", "10"));
    }
    let contract = world.state::<Contract>("ctr_slag");
    let window = contract.settlement_window(month("2025-03"));
    assert_eq!((window.from, window.to), (day("2025-02-26"), day("2025-03-25")));
    for (of, has) in [
        ("2025-02", &["dlv_0"][..]),
        ("2025-03", &["dlv_1", "dlv_2", "dlv_3"]),
        ("2025-04", &["dlv_4"]),
    ] {
        let drawn = draw(&world.states, &contract, month(of));
        let ids = drawn.deliveries.iter().map(|one| one.state.exchange.delivery.to_string());
        assert_eq!(ids.collect::<Vec<_>>(), has, "{of}");
    }
    // February of 28 days, and the turn of the year.
    for (last, from, to) in [(28, "2025-01-29", "2025-02-28"), (1, "2025-01-02", "2025-02-01")] {
        let contract = Contract { settlement_day: Some(last), ..contract.clone() };
        let window = contract.settlement_window(month("2025-02"));
        assert_eq!((window.from, window.to), (day(from), day(to)));
        assert_eq!(contract.settlement_month(day(from)), month("2025-02"));
        assert_eq!(contract.settlement_month(day(to)), month("2025-02"));
    }
    assert_eq!(contract.settlement_month(day("2024-12-26")), month("2025-01"));
}

#[test]
fn a_late_ticket_is_settled_with_the_next_window() {
    let mut world = world(None);
    load(&mut world, "dlv_1", MARCH_END, ("20", "20"));
    settle_march(&mut world);
    // Found on the 2nd of April, and dated as it happened.
    load(&mut world, "dlv_late", "2025-03-20T08:00:00.000Z", ("7", "7"));
    let delivery = world.state::<Delivery>("dlv_late");
    assert!(delivery.nonconformities.contains(&Nonconformity::LateForSettlement));
    assert_eq!(delivery.booked, day("2025-04-01"));
    assert_eq!(delivery.received.as_ref().unwrap().day, day("2025-03-20"));
    assert!(is_late(&delivery) && !is_late(&world.state::<Delivery>("dlv_1")));
    assert_eq!(sheet(&world, "ctr_slag", "2025-03")["deliveries"], 1);
    assert_eq!(sheet(&world, "ctr_slag", "2025-04")["deliveries"], 1);
}

#[test]
fn a_dispatch_recorded_after_the_settlement_is_noted_and_makes_the_signatures_stale() {
    let mut world = world(None);
    let data = json!({
        "contract": "ctr_slag", "delivery": "dlv_1", "line": 1,
        "measured": estimated(&tonnes("20")),
    });
    world.take("frm_cement", MARCH_END, "receive_delivery", &data);
    world.take("frm_cement", MARCH_END, "accept_delivery", &json!({"delivery": "dlv_1"}));
    settle_march(&mut world);
    send(&mut world, "dlv_1", MARCH_END, "20.5");
    let delivery = world.state::<Delivery>("dlv_1");
    assert!(delivery.nonconformities.contains(&Nonconformity::LateForSettlement));
    assert_eq!((delivery.booked, is_late(&delivery)), (day("2025-03-31"), false));
    // What both sides have signed stays beside what the sheet is now.
    let drawn = draw(&world.states, &world.state::<Contract>("ctr_slag"), month("2025-03"));
    let lines = drawn.lines().unwrap();
    assert_eq!(json!(lines[0].dispatched), tonnes("20.5"));
    let signed = world.state::<Sheet>("ctr_slag/2025-03");
    assert!(!signed.signature(Side::Supplier).unwrap().is_of(1, &lines));
}

#[test]
fn a_late_metered_period_is_settled_with_the_next_window() {
    let mut world = World::standard();
    let steam = proposal("ctr_steam", ("power", "cement"), "mat_steam", &gigajoules("1000"));
    world.conclude(&steam);
    for firm in ["frm_power", "frm_cement"] {
        let data = sheet(&world, "ctr_steam", "2025-03");
        world.take(firm, APRIL, "sign_sheet", &data);
    }
    let data = json!({
        "contract": "ctr_steam", "delivery": "dlv_1", "from": "2025-03-30T16:00:00.000Z",
        "line": 1, "method": "calculated", "quantity": gigajoules("26.93"),
        "to": "2025-03-31T16:00:00.000Z",
    });
    world.take("frm_power", APRIL, "record_metered_period", &data);
    let delivery = world.state::<Delivery>("dlv_1");
    assert_eq!(delivery.nonconformities, [Nonconformity::LateForSettlement]);
    assert_eq!((delivery.booked, is_late(&delivery)), (day("2025-04-01"), true));
}

#[test]
fn a_window_is_opened_again_one_after_the_other_from_the_last() {
    let mut world = world(None);
    load(&mut world, "dlv_1", "2025-02-20T08:00:00.000Z", ("20", "20"));
    load(&mut world, "dlv_2", MARCH_END, ("20", "20"));
    for of in ["2025-02", "2025-03"] {
        for firm in ["frm_cement", "frm_steel"] {
            sign(&mut world, firm, of, APRIL);
        }
    }
    let restate = |of: &str| json!({"contract": "ctr_slag", "month": of, "reason": "a mistake"});
    let refused = world.refuse("frm_cement", APRIL, "restate_window", &restate("2025-02"));
    assert_eq!(refused, ("not_settled", "/data/month".to_owned()));
    world.take("frm_cement", APRIL, "restate_window", &restate("2025-03"));
    assert_eq!(world.state::<Contract>("ctr_slag").settled_to, Some(day("2025-02-28")));
    world.take("frm_cement", APRIL, "restate_window", &restate("2025-02"));
    assert_eq!(world.state::<Contract>("ctr_slag").settled_to, None);
}

#[test]
fn a_restated_window_takes_the_late_ticket_and_is_signed_anew() {
    let mut world = world(None);
    load(&mut world, "dlv_1", MARCH_END, ("20", "20"));
    let data = json!({"contract": "ctr_slag", "month": "2025-03", "reason": "a ticket was found"});
    let refused = world.refuse("frm_power", APRIL, "restate_window", &data);
    assert_eq!(refused, ("not_a_party", "/actor".to_owned()));
    let refused = world.refuse("frm_steel", APRIL, "restate_window", &data);
    assert_eq!(refused, ("not_settled", "/data/month".to_owned()));
    settle_march(&mut world);
    world.take("frm_steel", APRIL, "restate_window", &data);
    assert_eq!(world.state::<Contract>("ctr_slag").settled_to, None);
    load(&mut world, "dlv_late", "2025-03-20T08:00:00.000Z", ("7", "7"));
    let delivery = world.state::<Delivery>("dlv_late");
    assert_eq!((delivery.booked, delivery.nonconformities), (day("2025-03-20"), vec![]));
    settle_march(&mut world);
    let sheet = world.state::<Sheet>("ctr_slag/2025-03");
    let earlier: Vec<_> = sheet.earlier.iter().map(|it| (it.side, it.deliveries)).collect();
    assert_eq!(earlier, [(Side::Supplier, 1), (Side::Receiver, 1)]);
    assert_eq!(sheet.restated[0].reason.as_str(), "a ticket was found");
    assert_eq!(sheet.signature(Side::Supplier).unwrap().deliveries, 2);
}

#[test]
fn a_change_between_the_signatures_makes_the_first_one_stale() {
    let mut world = world(None);
    load(&mut world, "dlv_1", MARCH_END, ("20", "20"));
    let first = sheet(&world, "ctr_slag", "2025-03");
    assert_eq!(sign(&mut world, "frm_steel", "2025-03", APRIL), ["sheet_signed"]);
    load(&mut world, "dlv_2", MARCH_END, ("5", "5"));
    // The second can't sign what is not so any more, and what it signs is not what the first did.
    let refused = world.refuse("frm_cement", APRIL, "sign_sheet", &first);
    assert_eq!(refused, ("sheet_outdated", "/data/deliveries".to_owned()));
    assert_eq!(sign(&mut world, "frm_cement", "2025-03", APRIL), ["sheet_signed"]);
    let events = sign(&mut world, "frm_steel", "2025-03", APRIL);
    assert_eq!(events, ["sheet_signed", "window_settled"]);
}

#[test]
fn what_is_settled_stands_beside_what_was_weighed() {
    let mut world = world(None);
    load(&mut world, "dlv_1", MARCH_END, ("20", "20"));
    send(&mut world, "dlv_2", MARCH_END, "4");
    let settle = |delivery: &str, quantity: Value| {
        json!({
            "deduction": "12 % of moisture, 8 % are agreed", "delivery": delivery,
            "quantity": quantity, "reason": "moisture",
        })
    };
    refused_in_order(
        &mut world,
        Ask {
            actor: "frm_power",
            at: MARCH_END,
            kind: "settle_quantity",
            data: settle("dlv_none", json!({"unit": "MTQ", "value": "1"})),
        },
        &[
            ("unknown_delivery", "/data/delivery", |_, ask| ask.data["delivery"] = "dlv_2".into()),
            ("not_a_party", "/actor", |_, ask| ask.actor = "frm_steel"),
            ("not_received", "/data/delivery", |world, _| {
                let data = json!({"delivery": "dlv_2", "measured": estimated(&tonnes("4"))});
                world.take("frm_cement", MARCH_END, "receive_delivery", &data);
            }),
            ("not_accepted", "/data/delivery", |_, ask| ask.data["delivery"] = "dlv_1".into()),
            ("unlike_dimension", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("20.1");
            }),
            ("settled_exceeds_weighed", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("19.1");
            }),
        ],
    );
    let mut counted = 0;
    facts(world.log.last().unwrap(), |_| counted += 1);
    assert_eq!(counted, 0, "a tonne is counted once, by its acceptance");
    world.take(
        "frm_cement",
        MARCH_END,
        "reject_delivery",
        &json!({
            "delivery": "dlv_2", "reason": "wet",
        }),
    );
    let data = sheet(&world, "ctr_slag", "2025-03");
    assert_eq!(data["lines"][0]["accepted"], tonnes("20"));
    assert_eq!(data["lines"][0]["settled"], tonnes("19.1"));
    settle_march(&mut world);
    let data = settle("dlv_1", tonnes("18"));
    let refused = world.refuse("frm_steel", APRIL, "settle_quantity", &data);
    assert_eq!(refused, ("already_settled", "/data/delivery".to_owned()));
}

#[test]
fn the_payee_bills_and_either_side_records_the_payment() {
    let mut world = World::standard();
    let mut slag = proposal("ctr_slag", ("steel", "cement"), "mat_slag", &tonnes("100"));
    slag["lines"][0]["price"] = json!({
        "amount": {"amount": "86.50", "currency": "CNY"}, "direction": "receiver_pays",
        "per": "TNE",
    });
    world.conclude(&slag);
    let money = json!({"amount": "4321.00", "currency": "CNY"});
    let invoice = json!({
        "amount": money, "contract": "ctr_slag", "kind": "invoice", "month": "2025-03",
        "number": "INV-7", "of": "INV-7",
    });
    refused_in_order(
        &mut world,
        Ask { actor: "frm_cement", at: APRIL, kind: "record_invoice", data: invoice.clone() },
        &[
            ("not_the_payee", "/actor", |_, ask| ask.actor = "frm_steel"),
            ("unexpected_member", "/data/of", |_, ask| {
                ask.data["kind"] = "credit_note".into();
            }),
            ("unknown_invoice", "/data/of", |_, ask| {
                ask.data.as_object_mut().unwrap().remove("of");
            }),
            ("missing_member", "/data/of", |_, ask| ask.data["kind"] = "invoice".into()),
        ],
    );
    let text = serde_json::to_string(world.log.last().unwrap()).unwrap();
    assert!(!text.contains("4321"), "{text}");
    let refused = world.refuse("frm_steel", APRIL, "record_invoice", &invoice);
    assert_eq!(refused, ("already_exists", "/data/number".to_owned()));
    let note = with(invoice, json!({"kind": "credit_note", "number": "CN-1"}));
    world.take("frm_steel", APRIL, "record_invoice", &note);
    let payment = json!({
        "amount": money, "contract": "ctr_slag", "invoice": "INV-8", "paid_on": "2025-04-02",
    });
    refused_in_order(
        &mut world,
        Ask { actor: "frm_power", at: APRIL, kind: "record_payment", data: payment },
        &[
            ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
            ("unknown_invoice", "/data/invoice", |_, ask| ask.data["invoice"] = "INV-7".into()),
            ("occurred_in_future", "/data/paid_on", |_, ask| {
                ask.data["paid_on"] = "2025-04-01".into();
            }),
        ],
    );
    let invoice = world.state::<Invoice>("ctr_slag/INV-7");
    assert_eq!(invoice.payments[0].paid_on, day("2025-04-01"));
    let sheet = world.state::<Sheet>("ctr_slag/2025-03");
    let numbers: Vec<_> = sheet.invoices.iter().map(|number| number.as_str()).collect();
    assert_eq!(numbers, ["INV-7", "CN-1"]);
}

/// The steelworks sells to a mill that has never heard of the ledger.
fn with_mill() -> World {
    let mut world = World::standard();
    let mill = json!({
        "firm": "frm_mill", "name": "a mill", "park": "prk_guigang", "site": "sit_mill",
        "site_name": "gate 2",
    });
    world.take("frm_steel", OPENED, "record_counterparty", &mill);
    let paper = json!({"evidence": [{"hash": "ab".repeat(32), "title": "signed in ink"}]});
    let slag = proposal("ctr_mill", ("steel", "mill"), "mat_slag", &tonnes("100"));
    world.take("frm_steel", OPENED, "propose_contract", &with(slag, paper));
    for (delivery, net) in [("dlv_1", 40), ("dlv_2", 30)] {
        let measured = weighed("scl_steel", delivery, net);
        let data = json!({
            "contract": "ctr_mill", "delivery": delivery, "line": 1, "measured": measured,
        });
        world.take("frm_steel", MARCH_END, "dispatch_delivery", &data);
    }
    world
}

fn answer(world: &mut World, key: &str, at: &str) -> Vec<&'static str> {
    let link = json!({
        "expires": "2025-04-30", "key": key, "label": "to the mill",
        "secret_hash": "5e".repeat(32), "subject": {"contract": "ctr_mill", "month": "2025-03"},
    });
    world.take("frm_steel", at, "issue_link", &link);
    let answer = json!({"answer": "confirmed", "key": key});
    kinds(&world.take("frm_mill", at, "answer_link", &answer))
}

#[test]
fn a_partner_who_is_not_registered_signs_by_its_answer() {
    let mut world = with_mill();
    let one = ["delivery_received", "delivery_accepted", "entry_confirmed"];
    let events = answer(&mut world, "key_1", APRIL);
    assert_eq!(events, [&["link_answered"][..], &one, &one, &["sheet_signed"]].concat());
    // What was signed before the events is what the sheet is after them.
    let sheet_now = sheet(&world, "ctr_mill", "2025-03");
    let signed = world.state::<Sheet>("ctr_mill/2025-03");
    let signature = signed.signature(Side::Receiver).unwrap();
    assert_eq!(json!(signature.lines), sheet_now["lines"]);
    assert_eq!(sheet_now["lines"][0]["accepted"], tonnes("70"));
    let events = world.take("frm_steel", APRIL, "sign_sheet", &sheet_now);
    assert_eq!(kinds(&events), ["sheet_signed", "window_settled"]);
}

#[test]
fn a_partner_s_answer_before_the_end_of_the_window_confirms_deliveries_only() {
    let mut world = with_mill();
    let events = answer(&mut world, "key_1", MARCH_END);
    assert!(!events.contains(&"sheet_signed") && events.len() == 7, "{events:?}");
    // Later there is nothing left to confirm, but the sheet to sign.
    let data = sheet(&world, "ctr_mill", "2025-03");
    world.take("frm_steel", APRIL, "sign_sheet", &data);
    let events = answer(&mut world, "key_2", APRIL);
    assert_eq!(events, ["link_answered", "sheet_signed", "window_settled"]);
}

#[test]
fn a_firm_on_both_sides_signs_once() {
    let mut world = World::standard();
    let yard = json!({
        "firm": "frm_steel", "name": "yard", "park": "prk_guigang", "site": "sit_yard",
    });
    world.take("keeper", OPENED, "register_site", &yard);
    let own = proposal("ctr_own", ("steel", "yard"), "mat_slag", &tonnes("10"));
    world.take("frm_steel", OPENED, "propose_contract", &own);
    let data = sheet(&world, "ctr_own", "2025-03");
    let events = world.take("frm_steel", APRIL, "sign_sheet", &data);
    assert_eq!(kinds(&events), ["sheet_signed", "sheet_signed", "window_settled"]);
}
