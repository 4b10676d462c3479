//! What becomes of a rejected quantity: it goes back, it goes on, or it is disposed of.
//!
//! Invariant: a rejected quantity has exactly one end. What goes on is a delivery of its own, which
//! names its parent; if that one is cancelled, the rejection is open again. Its end is the
//! supplier's affair, so its day is that of the supplier's park.

use crate::domain::command::{DisposeRejection, RedirectRejection, ReturnRejection};
use crate::domain::decide::Context;
use crate::domain::event::{
    Event, Exchange, RejectionDisposed, RejectionRedirected, RejectionReturned, Side,
};
use crate::domain::id::DeliveryId;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::dispatch::{Departure, joined};
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, usage};
use crate::domain::rules::lookup;
use crate::domain::rules::partner::first_word_of_supplier;
use crate::domain::shapes::Measured;
use crate::domain::state::{Contract, Delivery, RejectionEnd};
use crate::domain::states::States;
use crate::domain::time::Day;

pub fn return_rejection<S: States>(context: &Context<'_, S>, data: &ReturnRejection) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    named::side(context, &exchange.supplier, &exchange.receiver)?;
    let Open { quantity, method, day } = open(context, &delivery.state)?;
    let exchange = exchange.clone();
    Ok(vec![RejectionReturned { day, exchange, method, quantity }.into()])
}

pub fn dispose_rejection<S: States>(context: &Context<'_, S>, data: &DisposeRejection) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    named::side(context, &exchange.supplier, &exchange.receiver)?;
    usage::require_disposal(data.operation)?;
    let Open { quantity, method, day } = open(context, &delivery.state)?;
    let disposed = RejectionDisposed {
        day,
        evidence: data.evidence.clone(),
        exchange: exchange.clone(),
        method,
        operation: data.operation,
        quantity,
    };
    Ok(vec![disposed.into()])
}

pub fn redirect_rejection<S: States>(
    context: &Context<'_, S>,
    data: &RedirectRejection,
) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    named::require_side(context, Side::Supplier, &exchange.supplier)?;
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    check_way(exchange, contract)?;
    let line = named::line(contract, data.line, "/data/line")?;
    if line.material.material != exchange.material.material {
        let message = format!(
            "line {} of {} is {}; what was rejected is {}",
            data.line, data.contract, line.material.material, exchange.material.material
        );
        return Err(Refusal::new(Code::OtherContract, "/data/line", message));
    }
    let Open { quantity, method, day } = open(context, &delivery.state)?;
    let before = joined(context, &data.new_delivery, "/data/new_delivery", contract, line)?;
    // No scale has weighed what leaves again, so it has no ticket.
    let measured = Measured { method: shared::method_of_part(method), quantity, ticket: None };
    let departure = Departure {
        contract,
        line,
        call_off: None,
        delivery: &data.new_delivery,
        measured: &measured,
        before: before.as_deref(),
        day,
        quantity_at: DELIVERY,
    };
    let (mut dispatched, discrepancy) = departure.events(context, Noted::default())?;
    dispatched.parent = Some(data.delivery.clone());
    let redirected = RejectionRedirected {
        day,
        exchange: exchange.clone(),
        method,
        new_delivery: data.new_delivery.clone(),
        quantity,
    };
    let mut events = vec![Event::from(redirected), dispatched.into()];
    events.extend(discrepancy);
    events.extend(before.and_then(|before| first_word_of_supplier(&before.state)));
    Ok(events)
}

/// A redirected load leaves the same site for another one.
fn check_way(exchange: &Exchange, contract: &Contract) -> Result<(), Refusal> {
    let refuse = |message| Err(Refusal::new(Code::OtherContract, "/data/contract", message));
    if contract.supplier.site != exchange.supplier.site {
        let site = &exchange.supplier.site;
        return refuse(format!("{} is no contract of {site} as supplier", contract.contract));
    }
    if contract.receiver.site == exchange.receiver.site {
        let site = &contract.receiver.site;
        return refuse(format!("{site} has rejected it; name a contract with another receiver"));
    }
    Ok(())
}

/// A rejected quantity that has no end yet.
struct Open {
    quantity: Quantity,
    method: Method,
    day: Day,
}

fn open<S: States>(context: &Context<'_, S>, delivery: &Delivery) -> Result<Open, Refusal> {
    let Exchange { delivery: id, supplier, .. } = &delivery.exchange;
    let (Some(received), Some(rejected)) = (&delivery.received, &delivery.rejected) else {
        let message = format!("nothing of {id} was rejected; reject it first (reject_delivery)");
        return Err(Refusal::new(Code::NothingRejected, DELIVERY, message));
    };
    if let Some(end) = &rejected.end {
        return Err(Refusal::new(Code::RejectionAlreadyEnded, DELIVERY, ended(id, end)));
    }
    let day = lookup::day_at(context, &supplier.park);
    shared::not_closed(context, &supplier.park, day, "the end of the rejection")?;
    let quantity = received.quantity.resized(rejected.amount);
    Ok(Open { quantity, method: received.method, day })
}

fn ended(id: &DeliveryId, end: &RejectionEnd) -> String {
    match end {
        RejectionEnd::Returned => format!("what was rejected of {id} went back already"),
        RejectionEnd::Disposed => format!("what was rejected of {id} was disposed of already"),
        RejectionEnd::Redirected(new) => format!("what was rejected of {id} went on as {new}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::event::Event;
    use crate::domain::quantity::Method;
    use crate::domain::rules::testing::{
        Ask, DAY, TONNE, estimated, kinds, proposal, refused_in_order, tonnes, weighed,
    };
    use crate::domain::shapes::Nonconformity;
    use crate::domain::state::{Delivery, RejectionEnd};
    use crate::domain::testing::World;

    /// `dlv_1`, 20 tonnes for the cement works, of which 8 are rejected, and a second contract with
    /// the power station, a third with the far site.
    fn rejected() -> World {
        let mut world = World::with_slag();
        world.conclude(&proposal("ctr_power", ("steel", "power"), "mat_slag", &tonnes("100")));
        world.conclude(&proposal("ctr_far", ("steel", "far"), "mat_slag", &tonnes("100")));
        world.dispatch("dlv_1", "ctr_slag", "20");
        let data = json!({"delivery": "dlv_1", "measured": weighed("scl_cement", "1", 20)});
        world.take("frm_cement", DAY, "receive_delivery", &data);
        let part = json!({"quantity": tonnes("12"), "reason": "wet"});
        world.by_receiver("accept_delivery", "dlv_1", part);
        world
    }

    fn end(world: &World, delivery: &str) -> Option<RejectionEnd> {
        world.state::<Delivery>(delivery).rejected.unwrap().end
    }

    #[test]
    fn invariant_7_a_rejected_quantity_has_exactly_one_end() {
        let ends = [
            ("return_rejection", json!({"delivery": "dlv_1"})),
            ("dispose_rejection", json!({"delivery": "dlv_1", "operation": "D5"})),
            (
                "redirect_rejection",
                json!({
                    "contract": "ctr_power", "delivery": "dlv_1", "line": 1,
                    "new_delivery": "dlv_2",
                }),
            ),
        ];
        for (kind, data) in &ends {
            let mut world = rejected();
            world.take("frm_steel", DAY, kind, data);
            assert!(end(&world, "dlv_1").is_some());
            for (second, data) in &ends {
                let refused = world.refuse("frm_steel", DAY, second, data);
                let expected = ("rejection_already_ended", "/data/delivery".to_owned());
                assert_eq!(refused, expected, "{second} after {kind}");
            }
        }
    }

    #[test]
    fn either_side_may_say_that_it_went_back_or_was_disposed_of() {
        for actor in ["frm_steel", "frm_cement"] {
            let mut world = rejected();
            let events = world.take(actor, DAY, "return_rejection", &json!({"delivery": "dlv_1"}));
            let [Event::RejectionReturned(returned)] = &events[..] else { panic!("returned") };
            assert_eq!(returned.quantity.to_string(), "8 TNE");
            let mut world = rejected();
            let data = json!({"delivery": "dlv_1", "operation": "D10"});
            let events = world.take(actor, DAY, "dispose_rejection", &data);
            assert_eq!(kinds(&events), ["rejection_disposed"]);
        }
    }

    #[test]
    fn invariant_7_what_is_redirected_is_a_delivery_of_its_own_with_its_parent() {
        let mut world = rejected();
        let mut redirect = |from: &str, contract: &str, to: &str| {
            let data =
                json!({"contract": contract, "delivery": from, "line": 1, "new_delivery": to});
            let events = world.take("frm_steel", DAY, "redirect_rejection", &data);
            assert_eq!(kinds(&events), ["rejection_redirected", "delivery_dispatched"]);
            let Event::DeliveryDispatched(dispatched) = &events[1] else { panic!("dispatched") };
            assert_eq!(dispatched.parent.as_ref().unwrap().as_str(), from);
            assert_eq!(dispatched.measured.quantity.to_string(), "8 TNE");
            assert!(dispatched.measured.ticket.is_none());
            assert_ne!(dispatched.measured.method, Method::Weighed, "it was not weighed again");
            assert_eq!(end(&world, from), Some(RejectionEnd::Redirected(to.parse().unwrap())));
            // Each receiver rejects it in turn.
            world.receive(to, "8");
            world.by_receiver("reject_delivery", to, json!({"reason": "wet"}));
        };
        redirect("dlv_1", "ctr_power", "dlv_2");
        redirect("dlv_2", "ctr_far", "dlv_3");
        redirect("dlv_3", "ctr_slag", "dlv_4");
        world.take("frm_steel", DAY, "return_rejection", &json!({"delivery": "dlv_4"}));
        assert_eq!(end(&world, "dlv_4"), Some(RejectionEnd::Returned));
        assert_eq!(world.balance("ctr_power").rejected, 8 * TONNE);
    }

    #[test]
    fn a_redirected_load_joins_a_receipt_that_was_recorded_first() {
        let mut world = rejected();
        let receipt = json!({
            "contract": "ctr_power", "delivery": "dlv_2", "line": 1,
            "measured": estimated(&tonnes("7")),
        });
        world.take("frm_power", DAY, "receive_delivery", &receipt);
        let data = json!({
            "contract": "ctr_power", "delivery": "dlv_1", "line": 1, "new_delivery": "dlv_2",
        });
        let events = world.take("frm_steel", DAY, "redirect_rejection", &data);
        let expected = ["rejection_redirected", "delivery_dispatched", "discrepancy_raised"];
        assert_eq!(kinds(&events), expected);
        assert_eq!(world.state::<Delivery>("dlv_2").parent.unwrap().as_str(), "dlv_1");
    }

    #[test]
    fn invariant_7_a_redirection_that_is_cancelled_leaves_the_rejection_open_again() {
        let mut world = rejected();
        let data = json!({
            "contract": "ctr_power", "delivery": "dlv_1", "line": 1, "new_delivery": "dlv_2",
        });
        world.take("frm_steel", DAY, "redirect_rejection", &data);
        let cancel = json!({"delivery": "dlv_2", "reason": "broken axle"});
        world.take("frm_steel", DAY, "cancel_delivery", &cancel);
        assert_eq!(end(&world, "dlv_1"), None);
        let refused = world.refuse("frm_steel", DAY, "redirect_rejection", &data);
        assert_eq!(refused, ("delivery_cancelled", "/data/new_delivery".to_owned()));
        world.take("frm_steel", DAY, "return_rejection", &json!({"delivery": "dlv_1"}));
    }

    #[test]
    fn a_redirected_load_is_noted_like_any_other() {
        let mut world = rejected();
        let mut frame = proposal("ctr_frame", ("steel", "power"), "mat_slag", &tonnes("7"));
        frame["kind"] = "framework".into();
        world.conclude(&frame);
        let data = json!({
            "contract": "ctr_frame", "delivery": "dlv_1", "line": 1, "new_delivery": "dlv_2",
        });
        world.take("frm_steel", DAY, "redirect_rejection", &data);
        let noted = [Nonconformity::OverDelivery, Nonconformity::NoCallOff];
        assert_eq!(world.noted("dlv_2"), noted);
    }

    #[test]
    fn redirections_are_refused_in_a_fixed_order() {
        let mut world = rejected();
        world.conclude(&proposal("ctr_other", ("power", "far"), "mat_slag", &tonnes("100")));
        let mut two = proposal("ctr_two", ("steel", "power"), "mat_ash", &tonnes("100"));
        let mut second = two["lines"][0].clone();
        second["line"] = 2.into();
        second["material"] = "mat_slag".into();
        two["lines"].as_array_mut().unwrap().push(second);
        world.conclude(&two);
        world.deliver("dlv_fine", "ctr_slag", "1");
        world.dispatch("dlv_taken", "ctr_slag", "1");
        let ask = Ask {
            actor: "frm_cement",
            at: DAY,
            kind: "redirect_rejection",
            data: json!({
                "contract": "ctr_none", "delivery": "dlv_none", "line": 9,
                "new_delivery": "dlv_taken",
            }),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_delivery", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_fine".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_steel"),
                ("unknown_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_other".into();
                }),
                ("other_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_slag".into();
                }),
                ("other_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_two".into();
                }),
                ("unknown_line", "/data/line", |_, ask| ask.data["line"] = 1.into()),
                ("other_contract", "/data/line", |_, ask| ask.data["line"] = 2.into()),
                ("nothing_rejected", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_1".into();
                }),
                ("other_contract", "/data/new_delivery", |_, ask| {
                    ask.data["new_delivery"] = "dlv_2".into();
                }),
            ],
        );
    }

    #[test]
    fn other_ends_are_refused_in_a_fixed_order() {
        for (kind, operation) in [("return_rejection", None), ("dispose_rejection", Some("R5"))] {
            let mut world = rejected();
            world.deliver("dlv_fine", "ctr_slag", "1");
            let mut data = json!({"delivery": "dlv_none"});
            if let Some(operation) = operation {
                data["operation"] = operation.into();
            }
            let refuse = |world: &mut World, actor, data: &_| world.refuse(actor, DAY, kind, data);
            let of_delivery = |code| (code, "/data/delivery".to_owned());
            assert_eq!(refuse(&mut world, "frm_power", &data), of_delivery("unknown_delivery"));
            data["delivery"] = "dlv_fine".into();
            let expected = ("not_a_party", "/actor".to_owned());
            assert_eq!(refuse(&mut world, "frm_power", &data), expected);
            if operation.is_some() {
                let expected = ("not_a_disposal", "/data/operation".to_owned());
                assert_eq!(refuse(&mut world, "frm_steel", &data), expected);
                data["operation"] = "D5".into();
            }
            assert_eq!(refuse(&mut world, "frm_steel", &data), of_delivery("nothing_rejected"));
        }
    }

    #[test]
    fn invariant_2_no_rejection_ends_in_a_closed_month() {
        let mut world = rejected();
        world.close_march();
        let data = json!({"delivery": "dlv_1"});
        let refused = world.refuse("frm_steel", DAY, "return_rejection", &data);
        assert_eq!(refused, ("period_closed", "/occurred_at".to_owned()));
        world.take("frm_steel", "2025-04-05T08:00:00.000Z", "return_rejection", &data);
    }
}
