//! `accept_delivery` and `reject_delivery`: what the receiver says to what arrived.
//!
//! Invariant: accepted and rejected are what was received. Nothing is accepted beyond the contract,
//! its term and its grade, nor hazardous waste beyond the receiver's permit, all as on the day of
//! the receipt. To reject is always possible, so a load that may not be accepted has a way on.

use crate::domain::command::{AcceptDelivery, RejectDelivery};
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryAccepted, DeliveryRejected, Event, Exchange, Side};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, dispute};
use crate::domain::rules::partner::first_word_of_receiver;
use crate::domain::rules::{lookup, permits};
use crate::domain::shapes::{HazardClass, Nonconformity};
use crate::domain::state::{Contract, ContractStage, Delivery, Material, Weight};
use crate::domain::states::States;
use crate::domain::time::Day;

const QUANTITY: &str = "/data/quantity";
const REASON: &str = "/data/reason";

pub fn accept_delivery<S: States>(context: &Context<'_, S>, data: &AcceptDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let received = undecided(context, delivery)?;
    dispute::not_disputed(delivery)?;
    let (accepted, rest) = split(&received.quantity, data)?;
    let mut events = Vec::with_capacity(2);
    let mut exchange = delivery.exchange.clone();
    if !accepted.is_zero() {
        let material = shared::material(context.states, &exchange.material.material);
        exchange.material.hazard = material.state.hazard;
        check_claim(context, delivery, &material.state, received.day, &accepted)?;
        events.push(Event::from(DeliveryAccepted {
            day: received.day,
            exchange: exchange.clone(),
            method: received.method,
            one_sided: !delivery.supplier_spoke,
            quantity: accepted,
        }));
    }
    if let (false, Some(reason)) = (rest.is_zero(), &data.reason) {
        events.push(Event::from(DeliveryRejected {
            day: decision_day(context, &exchange)?,
            evidence: Vec::new(),
            exchange,
            method: received.method,
            quantity: rest,
            reason: reason.clone(),
        }));
    }
    events.extend(first_word_of_receiver(delivery));
    Ok(events)
}

pub fn reject_delivery<S: States>(context: &Context<'_, S>, data: &RejectDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let received = undecided(context, delivery)?;
    let rejected = DeliveryRejected {
        day: decision_day(context, &delivery.exchange)?,
        evidence: data.evidence.clone(),
        exchange: delivery.exchange.clone(),
        method: received.method,
        quantity: received.quantity,
        reason: data.reason.clone(),
    };
    let mut events = vec![rejected.into()];
    events.extend(first_word_of_receiver(delivery));
    Ok(events)
}

/// What arrived and was neither accepted nor rejected yet.
fn undecided<'a, S: States>(
    context: &Context<'_, S>,
    delivery: &'a Delivery,
) -> Result<&'a Weight, Refusal> {
    named::require_side(context, Side::Receiver, &delivery.exchange.receiver)?;
    let received = shared::received(delivery)?;
    if delivery.accepted.is_some() || delivery.rejected.is_some() {
        let message = format!("{} is accepted or rejected already", delivery.exchange.delivery);
        return Err(Refusal::new(Code::AlreadyDecided, DELIVERY, message));
    }
    Ok(received)
}

/// The accepted quantity and the rest.
fn split(received: &Quantity, data: &AcceptDelivery) -> Result<(Quantity, Quantity), Refusal> {
    let accepted = data.quantity.unwrap_or(*received);
    named::like(&accepted, received.dimension(), QUANTITY)?;
    let Ok(rest) = received.checked_sub(&accepted) else {
        let message = format!("{accepted} is more than the {received} that were received");
        return Err(Refusal::new(Code::AcceptedExceedsReceived, QUANTITY, message));
    };
    match &data.reason {
        None if !rest.is_zero() => {
            let message = format!("say why the rest, {rest}, is rejected");
            Err(Refusal::new(Code::ReasonNeeded, REASON, message))
        }
        Some(_) if rest.is_zero() => {
            let message = "all is accepted, so there is nothing to give a reason for";
            Err(Refusal::new(Code::UnexpectedMember, REASON, message))
        }
        None | Some(_) => Ok((accepted, rest)),
    }
}

/// The day of a rejection: that of its command, since it says nothing about the receipt's month.
fn decision_day<S: States>(context: &Context<'_, S>, exchange: &Exchange) -> Result<Day, Refusal> {
    let park = &exchange.receiver.park;
    let day = lookup::day_at(context, park);
    shared::not_closed(context, park, day, "the rejection")?;
    Ok(day)
}

/// Every rule that an accepted quantity must keep, as on the day of its receipt.
pub fn check_claim<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    material: &Material,
    day: Day,
    accepted: &Quantity,
) -> Result<(), Refusal> {
    let exchange = &delivery.exchange;
    let contract = named::contract(context, &exchange.contract, DELIVERY)?;
    let contract = &contract.state;
    check_in_force(contract, day)?;
    check_limit(contract, exchange.line, day, accepted)?;
    if material.hazard != HazardClass::NonHazardous {
        let site = shared::site(context.states, &exchange.receiver);
        let (site, amount) = (&site.state, accepted.amount());
        permits::hazard_gate(context.states, site, material, None, day, amount)
            .map_err(|problem| problem.refusal(site, material, day, DELIVERY))?;
    }
    if delivery.nonconformities.contains(&Nonconformity::BelowGrade) {
        let message = "it was supplied below the contracted grade; reject it";
        return Err(Refusal::new(Code::BelowGrade, DELIVERY, message));
    }
    let park = &exchange.receiver.park;
    if lookup::is_closed(context.states, park, day.month()) {
        let message = format!(
            "it was received on {day}, when it counts as exchanged, and {} is closed in {park}",
            day.month()
        );
        return Err(Refusal::new(Code::PeriodClosed, DELIVERY, message));
    }
    Ok(())
}

fn check_in_force(contract: &Contract, day: Day) -> Result<(), Refusal> {
    let Contract { contract: id, stage, term, .. } = contract;
    let refuse = |code, message| Err(Refusal::new(code, DELIVERY, message));
    match stage {
        ContractStage::Proposed | ContractStage::Declined => {
            let message = format!("{id} is not concluded; both sides confirm it first");
            return refuse(Code::ContractNotConcluded, message);
        }
        ContractStage::Concluded | ContractStage::Terminated if !contract.stands(day) => {
            let message = format!("{id} was terminated before {day}, the day of the receipt");
            return refuse(Code::ContractTerminated, message);
        }
        ContractStage::Concluded | ContractStage::Terminated => {}
    }
    if !term.contains(day) {
        let (from, to) = (term.from, term.to);
        let message = format!("received on {day}, outside the term of {id}, {from} to {to}");
        return refuse(Code::OutsideTerm, message);
    }
    Ok(())
}

fn check_limit(
    contract: &Contract,
    number: u16,
    day: Day,
    accepted: &Quantity,
) -> Result<(), Refusal> {
    let line = contract.line(number).expect("a delivery names a line of its contract");
    let from = line.window_start(&contract.term, day);
    // With an opening balance it may have had more than enough before anything was delivered.
    let left = (line.limit_in(&contract.term, from) - line.balance(from).accepted).max(0);
    if accepted.amount() <= left {
        return Ok(());
    }
    let message = format!(
        "{accepted} is more than line {number} of {} allows in this window, tolerance included; \
         {} may still be accepted, the rest be rejected",
        contract.contract,
        line.quantity.resized(left)
    );
    Err(Refusal::new(Code::OverContract, QUANTITY, message))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::event::Event;
    use crate::domain::rules::testing::{
        Ask, DAY, TONNE, estimated, gigajoules, kinds, proposal, refused_in_order, tonnes,
    };
    use crate::domain::state::{Delivery, DeliveryStage, PermitUse};
    use crate::domain::testing::{OPENED, World};

    fn refused(code: &'static str, pointer: &str) -> (&'static str, String) {
        (code, pointer.to_owned())
    }

    #[test]
    fn what_was_received_is_accepted_on_the_day_of_its_receipt() {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "20.10");
        let data = json!({"delivery": "dlv_1"});
        let events = world.take("frm_cement", "2025-04-02T08:00:00.000Z", "accept_delivery", &data);
        let [Event::DeliveryAccepted(accepted)] = &events[..] else { panic!("one record") };
        assert_eq!(accepted.day.to_string(), "2025-03-10");
        assert_eq!(accepted.quantity.to_string(), "20.10 TNE");
        let delivery = world.state::<Delivery>("dlv_1");
        assert_eq!(delivery.stage(), DeliveryStage::Accepted);
        assert_eq!(delivery.left(), 20_100_000);
        assert_eq!(world.balance("ctr_slag").accepted, 20_100_000);
    }

    #[test]
    fn invariant_6_accepted_and_rejected_are_what_was_received() {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "20.10");
        let part = json!({"quantity": tonnes("15"), "reason": "wet"});
        let events = world.by_receiver("accept_delivery", "dlv_1", part);
        assert_eq!(kinds(&events), ["delivery_accepted", "delivery_rejected"]);
        let Event::DeliveryRejected(rejected) = &events[1] else { panic!("rejected") };
        assert_eq!(rejected.quantity.to_string(), "5.10 TNE");
        let delivery = world.state::<Delivery>("dlv_1");
        assert_eq!(delivery.stage(), DeliveryStage::PartlyRejected);
        assert_eq!(delivery.accepted.unwrap() + delivery.rejected.unwrap().amount, 20_100_000);
        world.deliver("dlv_2", "ctr_slag", "1");
        let nothing = json!({"quantity": tonnes("0"), "reason": "wet"});
        let events = world.by_receiver("accept_delivery", "dlv_2", nothing);
        assert_eq!(kinds(&events), ["delivery_rejected"]);
        world.deliver("dlv_3", "ctr_slag", "2");
        let events = world.by_receiver("reject_delivery", "dlv_3", json!({"reason": "wet"}));
        assert_eq!(kinds(&events), ["delivery_rejected"]);
        assert_eq!(world.state::<Delivery>("dlv_3").stage(), DeliveryStage::Rejected);
        let balance = world.balance("ctr_slag");
        assert_eq!((balance.accepted, balance.rejected), (15 * TONNE, 8_100_000));
        assert_eq!(balance.accepted + balance.rejected, balance.received);
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = World::with_slag();
        world.dispatch("dlv_gone", "ctr_slag", "1");
        let data = json!({"delivery": "dlv_gone", "reason": "broken axle"});
        world.take("frm_steel", DAY, "cancel_delivery", &data);
        world.dispatch("dlv_under_way", "ctr_slag", "1");
        world.deliver("dlv_done", "ctr_slag", "1");
        world.by_receiver("accept_delivery", "dlv_done", json!({}));
        world.deliver("dlv_new", "ctr_slag", "10");
        let ask = Ask {
            actor: "frm_steel",
            at: DAY,
            kind: "accept_delivery",
            data: json!({"delivery": "dlv_none", "quantity": gigajoules("1")}),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_delivery", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_gone".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
                ("delivery_cancelled", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_under_way".into();
                }),
                ("not_received", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_done".into();
                }),
                ("already_decided", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_new".into();
                }),
                ("unlike_dimension", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = tonnes("10.000001");
                }),
                ("accepted_exceeds_received", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = tonnes("9.999999");
                }),
                ("reason_needed", "/data/reason", |_, ask| {
                    ask.data["quantity"] = tonnes("10");
                    ask.data["reason"] = "none".into();
                }),
                ("unexpected_member", "/data/reason", |_, ask| {
                    ask.data.as_object_mut().unwrap().remove("reason");
                }),
            ],
        );
        for (delivery, code) in [
            ("dlv_gone", "delivery_cancelled"),
            ("dlv_under_way", "not_received"),
            ("dlv_done", "already_decided"),
        ] {
            let data = json!({"reason": "wet"});
            let expected = refused(code, "/data/delivery");
            assert_eq!(world.refuse_receiver("reject_delivery", delivery, data), expected);
        }
    }

    /// All that a claim may break at once, in the order in which it is refused.
    #[test]
    fn claims_are_refused_in_a_fixed_order() {
        let mut world = World::standard();
        let dust = |id: &str| {
            let mut data = proposal(id, ("steel", "recycler"), "mat_dust", &tonnes("1"));
            data["term"]["to"] = "2025-02-28".into();
            data
        };
        world.take("frm_steel", OPENED, "propose_contract", &dust("ctr_open"));
        world.conclude(&dust("ctr_old"));
        let load = |contract: &str| {
            json!({
                "contract": contract, "delivery": format!("dlv_{contract}"), "line": 1,
                "measured": estimated(&tonnes("2")),
            })
        };
        for contract in ["ctr_open", "ctr_old"] {
            world.take("frm_recycler", DAY, "receive_delivery", &load(contract));
        }
        let february = "2025-02-28T08:00:00.000Z";
        let mut in_term = load("ctr_old");
        in_term["delivery"] = "dlv_in_term".into();
        world.take("frm_recycler", february, "receive_delivery", &in_term);
        let close = |period: &str| json!({"park": "prk_guigang", "period": period});
        for period in ["2025-02", "2025-03"] {
            let at = "2025-04-05T08:00:00.000Z";
            world.take("prk_guigang", at, "close_period", &close(period));
        }
        let ask = Ask {
            actor: "frm_recycler",
            at: "2025-04-05T08:00:00.000Z",
            kind: "accept_delivery",
            data: json!({"delivery": "dlv_ctr_open"}),
        };
        let delivery = "/data/delivery";
        let steps: &[crate::domain::rules::testing::Step] = &[
            ("contract_not_concluded", delivery, |_, ask| {
                ask.data["delivery"] = "dlv_ctr_old".into();
            }),
            ("outside_term", delivery, |_, ask| ask.data["delivery"] = "dlv_in_term".into()),
            ("over_contract", "/data/quantity", |_, ask| {
                ask.data["quantity"] = tonnes("1");
                ask.data["reason"] = "too much".into();
            }),
            ("hazard_undecided", delivery, |world, _| world.classify("mat_dust", "hazardous")),
            ("period_closed", delivery, |_, ask| ask.data["quantity"] = tonnes("0")),
        ];
        refused_in_order(&mut world, ask, steps);
    }

    #[test]
    fn invariant_4_only_what_came_under_a_contract_in_force_is_accepted() {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "1");
        let data = json!({"contract": "ctr_slag", "last_day": "2025-03-10", "reason": "closing"});
        world.take("frm_cement", DAY, "terminate_contract", &data);
        world.by_receiver("accept_delivery", "dlv_1", json!({}));
        let load = json!({
            "contract": "ctr_slag", "delivery": "dlv_2", "line": 1,
            "measured": estimated(&tonnes("1")),
        });
        world.take("frm_cement", "2025-03-11T08:00:00.000Z", "receive_delivery", &load);
        let expected = refused("contract_terminated", "/data/delivery");
        assert_eq!(world.refuse_receiver("accept_delivery", "dlv_2", json!({})), expected);
        world.by_receiver("reject_delivery", "dlv_2", json!({"reason": "too late"}));
    }

    #[test]
    fn invariant_5_no_more_is_accepted_than_the_line_and_its_tolerance_allow() {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "90");
        world.by_receiver("accept_delivery", "dlv_1", json!({}));
        world.deliver("dlv_2", "ctr_slag", "20");
        let data = json!({"delivery": "dlv_2"});
        let refusal = world.ask("frm_cement", DAY, "accept_delivery", &data).unwrap_err();
        assert_eq!((refusal.code.as_str(), &*refusal.pointer), ("over_contract", "/data/quantity"));
        assert!(refusal.message.contains("10.3 TNE may still be accepted"), "{refusal}");
        let part = json!({"quantity": tonnes("10.300001"), "reason": "too much"});
        assert_eq!(world.refuse_receiver("accept_delivery", "dlv_2", part).0, "over_contract");
        let part = json!({"quantity": tonnes("10.3"), "reason": "too much"});
        world.by_receiver("accept_delivery", "dlv_2", part);
        assert_eq!(world.balance("ctr_slag").accepted, 100_300_000);
    }

    #[test]
    fn invariant_5_holds_in_each_window_for_itself() {
        let mut world = World::standard();
        let mut data = proposal("ctr_year", ("steel", "cement"), "mat_slag", &tonnes("100"));
        data["kind"] = "recurring".into();
        data["lines"][0]["window"] = "year".into();
        data["term"]["to"] = "2026-12-31".into();
        world.conclude(&data);
        for (delivery, at, taken) in [
            ("dlv_1", "2025-12-31T15:59:59.999Z", true),
            ("dlv_2", "2025-12-31T16:00:00.000Z", true),
            ("dlv_3", "2025-06-01T08:00:00.000Z", false),
        ] {
            let load = json!({
                "contract": "ctr_year", "delivery": delivery, "line": 1,
                "measured": estimated(&tonnes("100")),
            });
            world.take("frm_cement", at, "receive_delivery", &load);
            let data = json!({"delivery": delivery});
            let result = world.ask("frm_cement", at, "accept_delivery", &data);
            let code = result.err().map(|refusal| refusal.code.as_str());
            assert_eq!(code, (!taken).then_some("over_contract"), "{delivery}");
        }
    }

    #[test]
    fn invariant_11_hazardous_waste_is_accepted_under_a_permit_of_the_day_only() {
        let mut world = World::with_tar();
        world.conclude(&proposal("ctr_bad", ("steel", "cement"), "mat_tar", &tonnes("1000")));
        world.deliver("dlv_1", "ctr_bad", "1");
        let of_delivery = |code| refused(code, "/data/delivery");
        let expected = of_delivery("no_permit");
        assert_eq!(world.refuse_receiver("accept_delivery", "dlv_1", json!({})), expected);
        world.deliver("dlv_2", "ctr_tar", "60");
        world.by_receiver("accept_delivery", "dlv_2", json!({}));
        assert_eq!(world.state::<PermitUse>("prm_recycler/2025").accepted, 60 * TONNE);
        world.deliver("dlv_3", "ctr_tar", "41");
        let expected = of_delivery("over_permit_capacity");
        assert_eq!(world.refuse_receiver("accept_delivery", "dlv_3", json!({})), expected);
        let part = json!({"quantity": tonnes("40"), "reason": "no room"});
        world.by_receiver("accept_delivery", "dlv_3", part);
        assert_eq!(world.state::<PermitUse>("prm_recycler/2025").accepted, 100 * TONNE);
        let data = json!({"from": "2025-03-10", "permit": "prm_recycler", "reason": "fire"});
        world.take("prk_guigang", DAY, "suspend_permit", &data);
        world.deliver("dlv_4", "ctr_tar", "1");
        let expected = of_delivery("permit_not_valid");
        assert_eq!(world.refuse_receiver("accept_delivery", "dlv_4", json!({})), expected);
        world.by_receiver("reject_delivery", "dlv_4", json!({"reason": "no permit"}));
    }

    #[test]
    fn invariant_12_a_mirror_code_s_load_is_accepted_after_the_decision_and_as_it_says() {
        for (hazard, taken) in [("non_hazardous", true), ("hazardous", false)] {
            let mut world = World::standard();
            world.conclude(&proposal("ctr_dust", ("steel", "cement"), "mat_dust", &tonnes("9")));
            world.deliver("dlv_1", "ctr_dust", "1");
            let expected = refused("hazard_undecided", "/data/delivery");
            assert_eq!(world.refuse_receiver("accept_delivery", "dlv_1", json!({})), expected);
            world.classify("mat_dust", hazard);
            if taken {
                world.by_receiver("accept_delivery", "dlv_1", json!({}));
                let hazard = world.state::<Delivery>("dlv_1").exchange.material.hazard;
                assert_eq!(hazard, crate::domain::shapes::HazardClass::NonHazardous);
            } else {
                let expected = refused("no_permit", "/data/delivery");
                assert_eq!(world.refuse_receiver("accept_delivery", "dlv_1", json!({})), expected);
            }
        }
    }

    #[test]
    fn invariant_2_nothing_is_accepted_into_a_closed_month_nor_rejected_in_one() {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "1");
        world.close_march();
        let now = "2025-04-05T08:00:00.000Z";
        let data = json!({"delivery": "dlv_1"});
        let result = world.refuse("frm_cement", now, "accept_delivery", &data);
        assert_eq!(result, refused("period_closed", "/data/delivery"));
        let data = json!({"delivery": "dlv_1", "reason": "forgotten"});
        let result = world.refuse("frm_cement", DAY, "reject_delivery", &data);
        assert_eq!(result, refused("period_closed", "/occurred_at"));
        world.take("frm_cement", now, "reject_delivery", &data);
        // The receipt's month keeps accepted and rejected as what was received.
        let balance = world.balance("ctr_slag");
        assert_eq!(balance.rejected, balance.received);
    }

    #[test]
    fn quantities_in_other_units_of_the_dimension_are_as_good() {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "1.5");
        let part = json!({"quantity": {"unit": "KGM", "value": "1500"}});
        world.by_receiver("accept_delivery", "dlv_1", part);
        let use_it = json!({"operation": "R5"});
        let events = world.by_receiver("use_delivery", "dlv_1", use_it);
        let Event::DeliveryUsed(used) = &events[0] else { panic!("used") };
        assert_eq!(used.quantity.amount(), 1_500_000);
    }
}
