//! `dispute_delivery`, `settle_dispute`, `withdraw_dispute`: a side contests what was recorded of a
//! delivery.
//!
//! Invariant: a delivery has at most one open dispute, and while it has one nothing of it is
//! accepted, used or disposed of. A dispute ends by the same words of both sides, or is taken back
//! by the side that raised it; it changes no quantity. To reject stays possible, as always.

use crate::domain::command::{DisputeDelivery, SettleDispute, WithdrawDispute};
use crate::domain::decide::Context;
use crate::domain::event::{
    DeliveryDisputed, DisputeSettled, DisputeWithdrawn, Exchange, Held, SettlementProposed, Side,
};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::Decision;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::lookup;
use crate::domain::state::{Delivery, Dispute};
use crate::domain::states::States;
use crate::domain::time::Day;

pub fn dispute_delivery<S: States>(context: &Context<'_, S>, data: &DisputeDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    let by = named::side(context, &exchange.supplier, &exchange.receiver)?;
    shared::not_cancelled(delivery, DELIVERY)?;
    not_disputed(delivery)?;
    let weight = delivery.received.as_ref().or(delivery.dispatched.as_ref());
    let weight = weight.expect("a delivery begins with a dispatch or a receipt");
    let disputed = DeliveryDisputed {
        by,
        day: day(context, exchange, "the dispute")?,
        evidence: data.evidence.clone(),
        exchange: exchange.clone(),
        held: Held { day: weight.day, method: weight.method, quantity: weight.quantity },
        reason: data.reason.clone(),
    };
    Ok(vec![disputed.into()])
}

pub fn settle_dispute<S: States>(context: &Context<'_, S>, data: &SettleDispute) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    let by = named::side(context, &exchange.supplier, &exchange.receiver)?;
    let dispute = open(&delivery.state)?;
    let day = day(context, exchange, "the settlement")?;
    // Words, not a bare yes: so nobody agrees to what was changed a moment before.
    let same = |(side, words): &(Side, _)| *side != by && *words == data.settlement;
    let (evidence, exchange) = (data.evidence.clone(), exchange.clone());
    let (settlement, held) = (data.settlement.clone(), dispute.held.clone());
    if is_one_firm(&exchange) || dispute.proposed.as_ref().is_some_and(same) {
        return Ok(vec![DisputeSettled { by, day, evidence, exchange, held, settlement }.into()]);
    }
    Ok(vec![SettlementProposed { by, day, evidence, exchange, settlement }.into()])
}

pub fn withdraw_dispute<S: States>(context: &Context<'_, S>, data: &WithdrawDispute) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    named::side(context, &exchange.supplier, &exchange.receiver)?;
    let dispute = open(&delivery.state)?;
    let by = dispute.by;
    let party = match by {
        Side::Supplier => &exchange.supplier,
        Side::Receiver => &exchange.receiver,
    };
    named::require_side(context, by, party)?;
    let withdrawn = DisputeWithdrawn {
        by,
        day: day(context, exchange, "the withdrawal")?,
        exchange: exchange.clone(),
        held: dispute.held.clone(),
        reason: data.reason.clone(),
    };
    Ok(vec![withdrawn.into()])
}

/// Refuses what is claimed of a delivery that is disputed.
pub fn not_disputed(delivery: &Delivery) -> Result<(), Refusal> {
    let Some(dispute) = delivery.open_dispute() else { return Ok(()) };
    let message = format!(
        "{} is disputed since {}: {}; settle it first (settle_dispute)",
        delivery.exchange.delivery, dispute.since, dispute.reason
    );
    Err(Refusal::new(Code::DeliveryDisputed, DELIVERY, message))
}

fn open(delivery: &Delivery) -> Result<&Dispute, Refusal> {
    delivery.open_dispute().ok_or_else(|| {
        let message = format!("{} has no open dispute", delivery.exchange.delivery);
        Refusal::new(Code::NoOpenDispute, DELIVERY, message)
    })
}

/// A firm that is on both sides needs nobody else's word.
fn is_one_firm(exchange: &Exchange) -> bool {
    exchange.supplier.firm == exchange.receiver.firm
}

/// The day of what is said in a dispute: that of the receiver's park, as of a discrepancy.
fn day<S: States>(
    context: &Context<'_, S>,
    exchange: &Exchange,
    what: &str,
) -> Result<Day, Refusal> {
    let park = &exchange.receiver.park;
    let day = lookup::day_at(context, park);
    shared::not_closed(context, park, day, what)?;
    Ok(day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::fact::{Measure, facts};
    use crate::domain::rules::testing::{
        Ask, DAY, TONNE, estimated, gigajoules, kinds, proposal, refused_in_order, tonnes,
    };
    use crate::domain::state::{Delivery, DisputeEnd};
    use crate::domain::testing::World;

    const SIDES: [(&str, &str); 2] = [("frm_steel", "frm_cement"), ("frm_cement", "frm_steel")];

    fn disputed(by: &str) -> World {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "20");
        let data = json!({"delivery": "dlv_1", "reason": "the ticket is of another truck"});
        world.take(by, DAY, "dispute_delivery", &data);
        world
    }

    fn settle(words: &str) -> serde_json::Value {
        json!({"delivery": "dlv_1", "settlement": words})
    }

    fn end(world: &World) -> Option<DisputeEnd> {
        world.state::<Delivery>("dlv_1").dispute.unwrap().end
    }

    #[test]
    fn what_is_disputed_is_not_accepted_until_both_sides_say_the_same() {
        for (by, other) in SIDES {
            let mut world = disputed(by);
            let accept = json!({"delivery": "dlv_1"});
            let held = ("delivery_disputed", "/data/delivery".to_owned());
            assert_eq!(world.refuse("frm_cement", DAY, "accept_delivery", &accept), held);
            let propose = |world: &mut World, who, words| {
                let events = world.take(who, DAY, "settle_dispute", &settle(words));
                kinds(&events)[0]
            };
            assert_eq!(propose(&mut world, by, "it stands"), "settlement_proposed");
            assert_eq!(propose(&mut world, by, "it stands"), "settlement_proposed", "one side");
            assert_eq!(propose(&mut world, other, "half of it"), "settlement_proposed");
            assert_eq!(propose(&mut world, by, "it stands"), "settlement_proposed", "other words");
            assert_eq!(world.refuse("frm_cement", DAY, "accept_delivery", &accept), held);
            assert_eq!(end(&world), None);
            assert_eq!(propose(&mut world, other, "it stands"), "dispute_settled");
            assert_eq!(end(&world), Some(DisputeEnd::Settled));
            world.take("frm_cement", DAY, "accept_delivery", &accept);
        }
    }

    #[test]
    fn a_metered_period_is_disputed_as_a_load_is() {
        let mut world = World::standard();
        let steam = proposal("ctr_steam", ("power", "cement"), "mat_steam", &gigajoules("1000"));
        world.conclude(&steam);
        let data = json!({
            "contract": "ctr_steam", "delivery": "dlv_1", "from": "2025-03-08T16:00:00.000Z",
            "line": 1, "method": "estimated", "quantity": gigajoules("5"),
            "to": "2025-03-09T16:00:00.000Z",
        });
        world.take("frm_power", DAY, "record_metered_period", &data);
        let data = json!({"delivery": "dlv_1", "reason": "the line was shut on Sunday"});
        world.take("frm_cement", DAY, "dispute_delivery", &data);
        let refused = world.refuse_receiver("accept_delivery", "dlv_1", json!({}));
        assert_eq!(refused.0, "delivery_disputed");
    }

    #[test]
    fn what_was_accepted_is_neither_used_nor_disposed_of_while_it_is_disputed() {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "20");
        world.by_receiver("accept_delivery", "dlv_1", json!({}));
        let data = json!({"delivery": "dlv_1", "reason": "too wet"});
        world.take("frm_cement", DAY, "dispute_delivery", &data);
        for (kind, operation) in [("use_delivery", "R5"), ("dispose_delivery", "D1")] {
            let data = json!({"operation": operation});
            assert_eq!(world.refuse_receiver(kind, "dlv_1", data).0, "delivery_disputed");
        }
        let data = json!({"delivery": "dlv_1", "reason": "measured again"});
        world.take("frm_cement", DAY, "withdraw_dispute", &data);
        assert_eq!(end(&world), Some(DisputeEnd::Withdrawn));
        world.by_receiver("use_delivery", "dlv_1", json!({"operation": "R5"}));
    }

    #[test]
    fn what_is_disputed_may_be_rejected_and_disputed_anew_once_it_is_over() {
        let mut world = disputed("frm_cement");
        world.by_receiver("reject_delivery", "dlv_1", json!({"reason": "another truck's"}));
        let data = json!({"delivery": "dlv_1", "reason": "it is rejected"});
        world.take("frm_cement", DAY, "withdraw_dispute", &data);
        let data = json!({"delivery": "dlv_1", "reason": "it was ours"});
        world.take("frm_steel", DAY, "dispute_delivery", &data);
        assert_eq!(end(&world), None);
    }

    #[test]
    fn what_is_disputed_is_told_as_such_until_the_dispute_ends() {
        let mut world = disputed("frm_steel");
        let before = world.log.len() - 1;
        world.take("frm_steel", DAY, "settle_dispute", &settle("it stands"));
        world.take("frm_cement", DAY, "settle_dispute", &settle("it stands"));
        let again = json!({"delivery": "dlv_1", "reason": "and yet"});
        world.take("frm_steel", DAY, "dispute_delivery", &again);
        world.take("frm_steel", DAY, "withdraw_dispute", &again);
        let events = &world.log[before..];
        assert_eq!(events.len(), 5);
        let mut told = Vec::new();
        for event in events {
            facts(event, |fact| told.push((fact.measure, fact.day.to_string(), fact.amount)));
        }
        let fact = |amount| (Measure::Disputed, "2025-03-10".to_owned(), amount * TONNE);
        assert_eq!(told, [fact(20), fact(-20), fact(20), fact(-20)]);
    }

    #[test]
    fn disputes_are_refused_in_a_fixed_order() {
        let mut world = disputed("frm_steel");
        world.dispatch("dlv_gone", "ctr_slag", "1");
        let data = json!({"delivery": "dlv_gone", "reason": "broken axle"});
        world.take("frm_steel", DAY, "cancel_delivery", &data);
        let receipt = json!({
            "contract": "ctr_slag", "delivery": "dlv_2", "line": 1,
            "measured": estimated(&tonnes("1")),
        });
        world.take("frm_cement", DAY, "receive_delivery", &receipt);
        world.close_march();
        let ask = Ask {
            actor: "frm_power",
            at: DAY,
            kind: "dispute_delivery",
            data: json!({"delivery": "dlv_none", "reason": "wet"}),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_delivery", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_gone".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_steel"),
                ("delivery_cancelled", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_1".into();
                }),
                ("delivery_disputed", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_2".into();
                }),
                ("period_closed", "/occurred_at", |_, ask| ask.at = "2025-04-05T08:00:00.000Z"),
            ],
        );
    }

    #[test]
    fn their_ends_are_refused_in_a_fixed_order() {
        for (kind, member) in [("settle_dispute", "settlement"), ("withdraw_dispute", "reason")] {
            let mut world = disputed("frm_steel");
            world.deliver("dlv_fine", "ctr_slag", "1");
            world.close_march();
            let mut data = json!({"delivery": "dlv_none", member: "it stands"});
            let refuse = |world: &mut World, actor, data: &_| world.refuse(actor, DAY, kind, data);
            let of_delivery = |code| (code, "/data/delivery".to_owned());
            assert_eq!(refuse(&mut world, "frm_power", &data), of_delivery("unknown_delivery"));
            data["delivery"] = "dlv_fine".into();
            let not_a_party = ("not_a_party", "/actor".to_owned());
            assert_eq!(refuse(&mut world, "frm_power", &data), not_a_party);
            assert_eq!(refuse(&mut world, "frm_cement", &data), of_delivery("no_open_dispute"));
            data["delivery"] = "dlv_1".into();
            if kind == "withdraw_dispute" {
                assert_eq!(refuse(&mut world, "frm_cement", &data), not_a_party, "not its own");
            }
            let closed = ("period_closed", "/occurred_at".to_owned());
            assert_eq!(refuse(&mut world, "frm_steel", &data), closed);
            world.take("frm_steel", "2025-04-05T08:00:00.000Z", kind, &data);
        }
    }
}
