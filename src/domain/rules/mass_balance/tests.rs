//! Rules of mass balance accounts.

use serde_json::{Value, json};

use crate::domain::rules::testing::{
    Ask, DAY, TONNE, estimated, proposal, refused_in_order, tonnes, with,
};
use crate::domain::state::MassBalance;
use crate::domain::testing::World;

const AFTER: &str = "2025-06-02T08:00:00.000Z";

fn open(balance: &str, group: &str) -> Value {
    json!({
        "balance": balance, "conversion": "1.0", "from": "2025-03", "materials": ["mat_slag"],
        "model": "mass_balance", "months": 3, "product": "mat_clinker", "product_group": group,
        "site": "sit_cement",
    })
}

fn book(balance: &str, deliveries: &[&str]) -> Value {
    json!({"balance": balance, "deliveries": deliveries})
}

fn claim(balance: &str, quantity: &str, reference: &str) -> Value {
    json!({"balance": balance, "quantity": tonnes(quantity), "reference": reference})
}

/// 40 tonnes of qualifying slag and 60 of ash, which does not qualify, accepted; an account of the
/// slag.
fn mixed() -> World {
    let mut world = World::with_slag();
    world.conclude(&proposal("ctr_ash", ("power", "cement"), "mat_ash", &tonnes("100")));
    for (delivery, contract, net) in [("dlv_40", "ctr_slag", "40"), ("dlv_60", "ctr_ash", "60")] {
        world.deliver(delivery, contract, net);
        world.by_receiver("accept_delivery", delivery, json!({}));
    }
    world.take("frm_cement", DAY, "open_mass_balance", &open("mbl_1", "cement"));
    world
}

#[test]
fn of_40_qualifying_and_60_other_tonnes_at_most_40_are_claimable() {
    let mut world = mixed();
    let both = book("mbl_1", &["dlv_40", "dlv_60"]);
    let refused = world.refuse("frm_cement", DAY, "book_inputs", &both);
    assert_eq!(refused, ("not_qualifying", "/data/deliveries/1".to_owned()));
    world.take("frm_cement", DAY, "book_inputs", &book("mbl_1", &["dlv_40"]));
    world.take("frm_cement", DAY, "claim_output", &claim("mbl_1", "40", "lot 1"));
    let more = claim("mbl_1", "1", "lot 2");
    assert_eq!(world.refuse("frm_cement", DAY, "claim_output", &more).0, "mass_balance_exceeded");
    let again = claim("mbl_1", "1", "lot 1");
    assert_eq!(world.refuse("frm_cement", DAY, "claim_output", &again).0, "already_exists");
}

#[test]
fn an_account_is_for_three_months_at_most_and_takes_what_came_in_them() {
    let mut world = mixed();
    let data = with(open("mbl_2", "bricks"), json!({"conversion": "0", "months": 4}));
    let ask = Ask { actor: "frm_steel", at: DAY, kind: "open_mass_balance", data };
    refused_in_order(
        &mut world,
        ask,
        &[
            ("not_permitted", "/actor", |_, ask| ask.actor = "frm_cement"),
            ("bad_conversion", "/data/conversion", |_, ask| {
                ask.data["conversion"] = "0.5".into();
            }),
            ("mass_balance_too_long", "/data/months", |_, ask| ask.data["months"] = 0.into()),
            ("mass_balance_too_long", "/data/months", |_, ask| {
                ask.data["months"] = 1.into();
                ask.data["from"] = "2025-02".into();
            }),
        ],
    );
    let early = book("mbl_2", &["dlv_40"]);
    let refused = world.refuse("frm_cement", DAY, "book_inputs", &early);
    assert_eq!(refused.0, "outside_mass_balance");
    world.take("frm_cement", DAY, "book_inputs", &book("mbl_1", &["dlv_40"]));
    let late = claim("mbl_1", "1", "lot 1");
    assert_eq!(world.refuse("frm_cement", AFTER, "claim_output", &late).0, "outside_mass_balance");
}

#[test]
fn the_conversion_is_rounded_down() {
    let mut world = mixed();
    let data = with(open("mbl_2", "bricks"), json!({"conversion": "0.33333333"}));
    world.take("frm_cement", DAY, "open_mass_balance", &data);
    world.take("frm_cement", DAY, "book_inputs", &book("mbl_2", &["dlv_40"]));
    assert_eq!(world.state::<MassBalance>("mbl_2").left(), 13_333_333);
    let over = claim("mbl_2", "13.333334", "lot 1");
    assert_eq!(world.refuse("frm_cement", DAY, "claim_output", &over).0, "mass_balance_exceeded");
    world.take("frm_cement", DAY, "claim_output", &claim("mbl_2", "13.333333", "lot 1"));
}

#[test]
fn a_surplus_is_carried_as_far_as_stock_backs_it() {
    let mut world = mixed();
    world.take("frm_cement", DAY, "book_inputs", &book("mbl_1", &["dlv_40"]));
    world.take("frm_cement", DAY, "claim_output", &claim("mbl_1", "10", "lot 1"));
    let close = json!({"balance": "mbl_1", "stock": tonnes("12")});
    assert_eq!(world.refuse("frm_cement", DAY, "close_mass_balance", &close).0, "period_not_over");
    let unproven = world.refuse("frm_cement", AFTER, "close_mass_balance", &close);
    assert_eq!(unproven.0, "evidence_needed");
    let next = with(open("mbl_2", "cement"), json!({"continues": "mbl_1", "from": "2025-06"}));
    let refused = world.refuse("frm_cement", AFTER, "open_mass_balance", &next);
    assert_eq!(refused.0, "mass_balance_open");
    let evidence = json!([{"hash": "11".repeat(32), "title": "count of the silo"}]);
    let close = with(close, json!({"evidence": evidence}));
    world.take("frm_cement", AFTER, "close_mass_balance", &close);
    assert_eq!(world.state::<MassBalance>("mbl_1").carried_out(), i128::from(12 * TONNE));
    let within = with(next.clone(), json!({"from": "2025-05"}));
    let refused = world.refuse("frm_cement", AFTER, "open_mass_balance", &within);
    assert_eq!(refused.0, "mass_balance_overlaps");
    let alone = with(open("mbl_2", "cement"), json!({"from": "2025-06"}));
    let refused = world.refuse("frm_cement", AFTER, "open_mass_balance", &alone);
    assert_eq!(refused.0, "other_mass_balance");
    world.take("frm_cement", AFTER, "open_mass_balance", &next);
    let over = claim("mbl_2", "12.000001", "lot 2");
    assert_eq!(world.refuse("frm_cement", AFTER, "claim_output", &over).0, "mass_balance_exceeded");
    world.take("frm_cement", AFTER, "claim_output", &claim("mbl_2", "12", "lot 2"));
    let closed = book("mbl_1", &["dlv_40"]);
    assert_eq!(world.refuse("frm_cement", AFTER, "book_inputs", &closed).0, "mass_balance_closed");
}

#[test]
fn a_stock_account_says_what_backs_a_surplus() {
    let mut world = mixed();
    world.take("frm_cement", DAY, "book_inputs", &book("mbl_1", &["dlv_40"]));
    let evidence = json!([{"hash": "11".repeat(32), "title": "survey"}]);
    let stock = json!({
        "evidence": evidence, "material": "mat_clinker", "method": "estimated",
        "quantity": tonnes("7"), "site": "sit_cement",
    });
    world.take("frm_cement", DAY, "open_stock", &stock);
    let counted = json!({"balance": "mbl_1", "evidence": evidence, "stock": tonnes("40")});
    let refused = world.refuse("frm_cement", AFTER, "close_mass_balance", &counted);
    assert_eq!(refused, ("unexpected_member", "/data/stock".to_owned()));
    world.take("frm_cement", AFTER, "close_mass_balance", &json!({"balance": "mbl_1"}));
    assert_eq!(world.state::<MassBalance>("mbl_1").carried_out(), i128::from(7 * TONNE));
}

#[test]
fn a_corrected_load_corrects_the_account_and_those_that_continue_it() {
    let mut world = mixed();
    world.take("frm_cement", DAY, "book_inputs", &book("mbl_1", &["dlv_40"]));
    world.take("frm_cement", DAY, "claim_output", &claim("mbl_1", "38", "lot 1"));
    let evidence = json!([{"hash": "11".repeat(32), "title": "count of the silo"}]);
    let close = json!({"balance": "mbl_1", "evidence": evidence, "stock": tonnes("9")});
    world.take("frm_cement", AFTER, "close_mass_balance", &close);
    let next = with(open("mbl_2", "cement"), json!({"continues": "mbl_1", "from": "2025-06"}));
    world.take("frm_cement", AFTER, "open_mass_balance", &next);
    assert_eq!(world.state::<MassBalance>("mbl_2").left(), i128::from(2 * TONNE));
    let ask = json!({
        "correction": "cor_1", "delivery": "dlv_40", "entry": "received",
        "measured": estimated(&tonnes("37")), "reason": "typed wrongly",
    });
    world.take("frm_cement", AFTER, "request_correction", &ask);
    let answer = json!({"correction": "cor_1", "delivery": "dlv_40"});
    world.take("frm_steel", AFTER, "approve_correction", &answer);
    assert_eq!(world.state::<MassBalance>("mbl_1").left(), i128::from(-TONNE));
    assert_eq!(world.state::<MassBalance>("mbl_2").left(), i128::from(-TONNE));
    let any = claim("mbl_2", "0.000001", "lot 2");
    assert_eq!(world.refuse("frm_cement", AFTER, "claim_output", &any).0, "mass_balance_exceeded");
}

#[test]
fn an_identity_is_of_one_supplier_and_content_is_claimed_in_one_way() {
    let mut world = mixed();
    let data = json!({"materials": ["mat_ash", "mat_slag"], "model": "identity_preserved"});
    let data = with(open("mbl_2", "bricks"), data);
    world.take("frm_cement", DAY, "open_mass_balance", &data);
    world.take("frm_cement", DAY, "book_inputs", &book("mbl_2", &["dlv_40"]));
    let other = book("mbl_2", &["dlv_60"]);
    assert_eq!(world.refuse("frm_cement", DAY, "book_inputs", &other).0, "other_origin");
    for delivery in ["dlv_40", "dlv_60"] {
        world.by_receiver("use_delivery", delivery, json!({"operation": "R5"}));
    }
    let unit = |claim: &str, delivery: &str| {
        json!({
            "claim": claim, "delivery": delivery,
            "period": {"from": "2025-01-01", "to": "2025-12-31"}, "purpose": "recycled_content",
            "quantity": tonnes("1"), "scheme": "any",
        })
    };
    let booked = world.refuse("frm_cement", DAY, "issue_claim", &unit("clm_1", "dlv_40"));
    assert_eq!(booked.0, "in_mass_balance");
    world.take("frm_cement", DAY, "issue_claim", &unit("clm_1", "dlv_60"));
    let data = json!({"materials": ["mat_ash"]});
    world.take("frm_cement", DAY, "open_mass_balance", &with(open("mbl_3", "tiles"), data));
    let claimed = world.refuse("frm_cement", DAY, "book_inputs", &book("mbl_3", &["dlv_60"]));
    assert_eq!(claimed.0, "claimed_before");
}
