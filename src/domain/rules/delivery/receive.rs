//! `receive_delivery`: a load arrives. Taken whatever it is.

use std::sync::Arc;

use crate::domain::command::ReceiveDelivery;
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryReceived, Event, Side};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, difference, weighing};
use crate::domain::rules::lookup;
use crate::domain::rules::partner::{first_word_of_receiver, is_unregistered};
use crate::domain::shapes::Nonconformity;
use crate::domain::state::{Contract, Delivery};
use crate::domain::states::{States, Stored};

pub fn receive_delivery<S: States>(context: &Context<'_, S>, data: &ReceiveDelivery) -> Decision {
    let before = context.states.find::<Delivery>(data.delivery.as_str());
    let before = before.as_deref().map(|before| &before.state);
    let (contract, number) = contract_of(context, data, before)?;
    let contract = &contract.state;
    named::require_side(context, Side::Receiver, &contract.receiver)?;
    let line = named::line(contract, number, "/data/line")?;
    if let Some(before) = before {
        check_before(before, data)?;
    }
    let dispatched = before.and_then(|before| before.dispatched.as_ref());
    weighing::check(&data.measured, line.material.dimension)?;
    let receiver = &contract.receiver;
    let day = lookup::day_at(context, &receiver.park);
    let (measured, mut noted) = (&data.measured, Noted::default());
    weighing::check_ticket(context, measured, &receiver.site, day, &mut noted)?;
    let material = shared::material(context.states, &line.material.material);
    let (material, quantity) = (&material.state, &measured.quantity);
    let pointer = "/data/measured/quantity";
    let total =
        shared::window_total(contract, line, day, |window| window.received, quantity, pointer)?;
    noted.contract(contract, material, day);
    noted.over_delivery(contract, line, day, total);
    noted.gate(context, receiver, material, day, quantity.amount());
    noted.closed(context, &receiver.park, day);
    let can_dispatch = !is_unregistered(context.states, &contract.supplier.firm);
    noted.add_if(dispatched.is_none() && can_dispatch, Nonconformity::NotDispatched);
    let exchange = shared::exchange(contract, line, material, &data.delivery);
    let discrepancy = dispatched.and_then(|dispatched| {
        difference::compare(line, &dispatched.quantity, quantity, day, &mut noted, &exchange)
    });
    let received = DeliveryReceived {
        day,
        exchange,
        measured: measured.clone(),
        nonconformities: noted.into_list(),
        plate: named::sealed(data.plate.as_ref()),
    };
    let mut events = vec![Event::from(received)];
    events.extend(discrepancy.map(Event::from));
    events.extend(before.and_then(first_word_of_receiver));
    Ok(events)
}

/// The contract and line: the dispatch's, else those that the command names.
fn contract_of<S: States>(
    context: &Context<'_, S>,
    data: &ReceiveDelivery,
    before: Option<&Delivery>,
) -> Result<(Arc<Stored<Contract>>, u16), Refusal> {
    const CONTRACT: &str = "/data/contract";
    if let Some(before) = before {
        let exchange = &before.exchange;
        return Ok((named::contract(context, &exchange.contract, CONTRACT)?, exchange.line));
    }
    let missing = |member: &str| {
        let message = format!("no dispatch of {} is recorded, so name the {member}", data.delivery);
        Refusal::new(Code::MissingMember, format!("/data/{member}"), message)
    };
    let contract = data.contract.as_ref().ok_or_else(|| missing("contract"))?;
    let number = data.line.ok_or_else(|| missing("line"))?;
    Ok((named::contract(context, contract, CONTRACT)?, number))
}

fn check_before(before: &Delivery, data: &ReceiveDelivery) -> Result<(), Refusal> {
    let (id, exchange) = (&data.delivery, &before.exchange);
    let other = |pointer: &str| {
        let Delivery { exchange, .. } = before;
        let message = format!("{id} is of {}, line {}", exchange.contract, exchange.line);
        Err(Refusal::new(Code::OtherContract, pointer, message))
    };
    if data.contract.as_ref().is_some_and(|contract| *contract != exchange.contract) {
        return other("/data/contract");
    }
    if data.line.is_some_and(|line| line != exchange.line) {
        return other("/data/line");
    }
    shared::not_cancelled(before, DELIVERY)?;
    if before.received.is_some() {
        let message = format!("the receipt of {id} is recorded already");
        return Err(Refusal::new(Code::AlreadyReceived, DELIVERY, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::rules::testing::{
        Ask, DAY, TONNE, estimated, gigajoules, proposal, refused_in_order, tonnes, weighed, with,
    };
    use crate::domain::shapes::Nonconformity;
    use crate::domain::state::{Delivery, DeliveryStage};
    use crate::domain::testing::{OPENED, World};

    fn receipt(delivery: &str, contract: &str, net: &str) -> Value {
        json!({
            "contract": contract,
            "delivery": delivery,
            "line": 1,
            "measured": estimated(&tonnes(net)),
        })
    }

    #[test]
    fn a_load_arrives_under_the_contract_of_its_dispatch() {
        let mut world = World::with_slag();
        world.dispatch("dlv_1", "ctr_slag", "20");
        let measured = weighed("scl_cement", "1", 20);
        let data = json!({"delivery": "dlv_1", "measured": measured, "plate": "桂R 12345"});
        let events = world.take("frm_cement", DAY, "receive_delivery", &data);
        let text = serde_json::to_string(&events[0]).unwrap();
        assert!(!text.contains("12345") && !text.contains("nonconformities"), "{text}");
        let delivery = world.state::<Delivery>("dlv_1");
        assert_eq!(delivery.stage(), DeliveryStage::Received);
        assert_eq!(delivery.records.last(), Some(&delivery.received.unwrap().record));
        let balance = world.balance("ctr_slag");
        assert_eq!((balance.dispatched, balance.received), (20 * TONNE, 20 * TONNE));
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = World::with_slag();
        world.dispatch("dlv_gone", "ctr_slag", "1");
        let data = json!({"delivery": "dlv_gone", "reason": "broken axle"});
        world.take("frm_steel", DAY, "cancel_delivery", &data);
        world.deliver("dlv_twice", "ctr_slag", "1");
        world.dispatch("dlv_new", "ctr_slag", "22");
        let taken = with(
            receipt("dlv_taken", "ctr_slag", "1"),
            json!({"measured": weighed("scl_cement", "1", 20)}),
        );
        world.take("frm_cement", DAY, "receive_delivery", &taken);
        let ask = Ask {
            actor: "frm_steel",
            at: DAY,
            kind: "receive_delivery",
            data: json!({
                "delivery": "dlv_unheard",
                "measured": {"method": "weighed", "quantity": gigajoules("0")},
            }),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("missing_member", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_none".into();
                }),
                ("missing_member", "/data/line", |_, ask| ask.data["line"] = 2.into()),
                ("unknown_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_slag".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
                ("unknown_line", "/data/line", |_, ask| {
                    ask.data["delivery"] = "dlv_gone".into();
                    ask.data["contract"] = "ctr_other".into();
                }),
                ("other_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_slag".into();
                }),
                ("other_contract", "/data/line", |_, ask| ask.data["line"] = 1.into()),
                ("delivery_cancelled", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_twice".into();
                }),
                ("already_received", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_new".into();
                }),
                ("unlike_dimension", "/data/measured/quantity", |_, ask| {
                    ask.data["measured"]["quantity"] = tonnes("0");
                }),
                ("quantity_must_not_be_zero", "/data/measured/quantity", |_, ask| {
                    ask.data["measured"]["quantity"] = tonnes("21");
                }),
                ("ticket_needed", "/data/measured/ticket", |_, ask| {
                    ask.data["measured"] = weighed("scl_cement", "1", 21);
                    ask.data["measured"]["method"] = "estimated".into();
                }),
                ("ticket_not_weighed", "/data/measured/ticket", |_, ask| {
                    ask.data["measured"]["method"] = "weighed".into();
                    ask.data["measured"]["ticket"]["tare"] = tonnes("11");
                }),
                ("net_is_not_gross_less_tare", "/data/measured/quantity", |_, ask| {
                    ask.data["measured"] = weighed("scl_cement", "1", 21);
                }),
                ("ticket_taken", "/data/measured/ticket/number", |_, ask| {
                    ask.data["measured"]["ticket"]["number"] = "2".into();
                }),
            ],
        );
    }

    #[test]
    fn a_load_is_taken_whatever_rule_of_its_contract_it_breaks() {
        let mut world = World::with_slag();
        let data = proposal("ctr_open", ("steel", "cement"), "mat_slag", &tonnes("100"));
        world.take("frm_steel", OPENED, "propose_contract", &data);
        use Nonconformity::{
            ContractNotInForce, NotDispatched, OutsideTerm, OverDelivery, PeriodClosed,
        };
        world.close_march();
        for (delivery, contract, at, net, noted) in [
            ("dlv_1", "ctr_open", "2025-04-01T08:00:00.000Z", "1", &[ContractNotInForce][..]),
            ("dlv_2", "ctr_slag", "2026-01-01T08:00:00.000Z", "1", &[OutsideTerm]),
            ("dlv_3", "ctr_slag", "2025-04-01T08:00:00.000Z", "99.3", &[]),
            ("dlv_4", "ctr_slag", "2025-04-01T08:00:00.000Z", "1", &[OverDelivery]),
            ("dlv_5", "ctr_slag", DAY, "1", &[OverDelivery, PeriodClosed]),
        ] {
            let data = receipt(delivery, contract, net);
            world.take("frm_cement", at, "receive_delivery", &data);
            assert_eq!(world.noted(delivery), [noted, &[NotDispatched]].concat(), "{delivery}");
        }
    }

    #[test]
    fn invariant_11_hazardous_waste_is_taken_and_what_its_permit_lacks_is_noted() {
        let mut world = World::with_tar();
        let tar = proposal("ctr_bad", ("steel", "cement"), "mat_tar", &tonnes("1000"));
        world.conclude(&tar);
        use Nonconformity::{NoPermit, OutsideTerm, OverPermitCapacity, PermitNotValid};
        let late = "2026-01-01T08:00:00.000Z";
        for (delivery, contract, at, net, noted) in [
            ("dlv_1", "ctr_tar", DAY, "100", &[][..]),
            ("dlv_2", "ctr_tar", DAY, "100.000001", &[OverPermitCapacity]),
            ("dlv_3", "ctr_tar", late, "1", &[OutsideTerm, PermitNotValid]),
            ("dlv_4", "ctr_bad", DAY, "1", &[NoPermit]),
        ] {
            world.dispatch(delivery, contract, net);
            let data = json!({"delivery": delivery, "measured": estimated(&tonnes(net))});
            let receiver = world.receiver(delivery);
            world.take(&receiver, at, "receive_delivery", &data);
            assert_eq!(world.noted(delivery), noted, "{delivery}");
        }
        let data = json!({"from": "2025-03-10", "permit": "prm_recycler", "reason": "fire"});
        world.take("prk_guigang", DAY, "suspend_permit", &data);
        world.deliver("dlv_5", "ctr_tar", "1");
        assert_eq!(world.noted("dlv_5"), [PermitNotValid]);
    }

    #[test]
    fn invariant_12_an_undecided_hazard_is_noted_at_the_receipt_too() {
        let mut world = World::standard();
        world.conclude(&proposal("ctr_dust", ("steel", "recycler"), "mat_dust", &tonnes("100")));
        let data = receipt("dlv_1", "ctr_dust", "1");
        world.take("frm_recycler", DAY, "receive_delivery", &data);
        let noted = [Nonconformity::HazardUndecided, Nonconformity::NotDispatched];
        assert_eq!(world.noted("dlv_1"), noted);
    }
}
