//! `use_delivery` and `dispose_delivery`: what became of what was accepted.
//!
//! Invariant: used, passed on and disposed of are together at most what was accepted, and what a
//! lot has of a delivery goes only by the lot's name. An interim recovery (R12, R13) is recorded
//! and never counts as used. Hazardous waste goes only into an operation that a permit of the day
//! of its receipt allows.

use crate::domain::code::Operation;
use crate::domain::command::{DisposeDelivery, UseDelivery};
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryDisposed, DeliveryUsed, Event, Exchange, Side};
use crate::domain::id::LotId;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, dispute};
use crate::domain::rules::{claim, lookup, permits, stock};
use crate::domain::shapes::{HazardClass, MaterialKind};
use crate::domain::state::{Delivery, Weight, account_id};
use crate::domain::states::States;
use crate::domain::text::Text;
use crate::domain::time::Day;

const QUANTITY: &str = "/data/quantity";
const LOT: &str = "/data/lot";
const OPERATION: &str = "/data/operation";

pub fn use_delivery<S: States>(context: &Context<'_, S>, data: &UseDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let received = accepted(context, delivery)?;
    check_recovery(data.operation, delivery.exchange.material.kind)?;
    let asked = data.quantity.as_ref();
    let of = Of { asked, lot: data.lot.as_ref(), operation: data.operation, what: "the use" };
    let part = part(context, delivery, received, &of)?;
    let used = DeliveryUsed {
        day: part.day,
        exchange: delivery.exchange.clone(),
        lot: data.lot.clone(),
        method: part.method,
        operation: data.operation,
        product: data.product.clone(),
        quantity: part.quantity,
    };
    Ok(vec![used.into()])
}

pub fn dispose_delivery<S: States>(context: &Context<'_, S>, data: &DisposeDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let received = accepted(context, delivery)?;
    require_disposal(data.operation)?;
    let (asked, operation) = (data.quantity.as_ref(), Some(data.operation));
    let of = Of { asked, lot: data.lot.as_ref(), operation, what: "the disposal" };
    let part = part(context, delivery, received, &of)?;
    let disposed = DeliveryDisposed {
        day: part.day,
        exchange: delivery.exchange.clone(),
        lot: data.lot.clone(),
        method: part.method,
        operation: data.operation,
        quantity: part.quantity,
    };
    Ok(vec![disposed.into()])
}

/// What arrived, of a delivery of which something was accepted.
fn accepted<'a, S: States>(
    context: &Context<'_, S>,
    delivery: &'a Delivery,
) -> Result<&'a Weight, Refusal> {
    named::require_side(context, Side::Receiver, &delivery.exchange.receiver)?;
    let received = delivery.received.as_ref().filter(|_| delivery.accepted.is_some());
    let received = received.ok_or_else(|| {
        let id = &delivery.exchange.delivery;
        let message = format!("nothing of {id} was accepted; accept it first (accept_delivery)");
        Refusal::new(Code::NotAccepted, DELIVERY, message)
    })?;
    dispute::not_disputed(delivery)?;
    Ok(received)
}

fn check_recovery(operation: Option<Operation>, kind: MaterialKind) -> Result<(), Refusal> {
    match (operation, kind) {
        (None, MaterialKind::ByProduct | MaterialKind::Residue) => {
            let message = "a by-product is used in a recovery operation; name it, as R5";
            Err(Refusal::new(Code::OperationNeeded, OPERATION, message))
        }
        (Some(operation), _) if !operation.is_recovery() => {
            let message =
                format!("{operation} is a disposal (dispose_delivery); a use is R1 to R13");
            Err(Refusal::new(Code::NotARecovery, OPERATION, message))
        }
        (None, MaterialKind::Utility | MaterialKind::Product) | (Some(_), _) => Ok(()),
    }
}

/// Refuses what is no disposal operation.
pub fn require_disposal(operation: Operation) -> Result<(), Refusal> {
    if operation.is_disposal() {
        return Ok(());
    }
    let message = format!("{operation} is a recovery; a disposal is D1 to D15");
    Err(Refusal::new(Code::NotADisposal, OPERATION, message))
}

/// A part of what was accepted.
struct Part {
    quantity: Quantity,
    method: Method,
    day: Day,
}

/// What a command asks for.
struct Of<'a> {
    asked: Option<&'a Quantity>,
    lot: Option<&'a LotId>,
    operation: Option<Operation>,
    what: &'static str,
}

/// The part that a command asks for, all that is left in its lot, or in none, by default.
fn part<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    received: &Weight,
    of: &Of<'_>,
) -> Result<Part, Refusal> {
    let exchange = &delivery.exchange;
    let park = &exchange.receiver.park;
    let day = lookup::day_at(context, park);
    let there = available(context.states, delivery);
    let most = match of.lot {
        Some(lot) => in_lot(context.states, exchange, lot, day)?.min(there),
        None => (there - delivery.in_lots).max(0),
    };
    let left = received.quantity.resized(most);
    if let Some(asked) = of.asked {
        named::like(asked, left.dimension(), QUANTITY)?;
        named::not_zero(asked, QUANTITY)?;
    }
    let quantity = of.asked.copied().unwrap_or(left);
    if quantity.amount() > left.amount() || left.is_zero() {
        return Err(too_much(delivery, &quantity, &left, of.lot, there));
    }
    check_permit(context, exchange, received.day, of.operation)?;
    shared::not_closed(context, park, day, of.what)?;
    Ok(Part { quantity, method: received.method, day })
}

fn too_much(
    delivery: &Delivery,
    quantity: &Quantity,
    left: &Quantity,
    lot: Option<&LotId>,
    there: i64,
) -> Refusal {
    let id = &delivery.exchange.delivery;
    if lot.is_none() && there > 0 && quantity.amount() <= there {
        let message = format!(
            "{left} of what is left of {id} is in no lot; name the lot (`lot`) that the rest is of"
        );
        return Refusal::new(Code::NameTheLot, QUANTITY, message);
    }
    let message = if left.is_zero() {
        format!("nothing is left of {id}: all that was accepted was used or disposed of")
    } else {
        format!("{quantity} is more than is left of {id}: {left}")
    };
    Refusal::new(Code::UseExceedsAccepted, QUANTITY, message)
}

/// What a lot at the receiver's site has of a delivery.
fn in_lot<S: States>(
    states: &S,
    exchange: &Exchange,
    lot: &LotId,
    day: Day,
) -> Result<i64, Refusal> {
    let account = account_id(&exchange.receiver.site, &exchange.material.material);
    let found = stock::lot_of(states, &account, lot, day, LOT)?;
    let amount = found.state.of(Some(&exchange.delivery));
    if amount == 0 {
        let message = format!("{lot} has nothing of {}", exchange.delivery);
        return Err(Refusal::new(Code::NotInLot, LOT, message));
    }
    Ok(amount)
}

/// What is left and no claim says to have been passed on: a trader that resells has not used it.
fn available<S: States>(states: &S, delivery: &Delivery) -> i64 {
    let used_up = delivery.used + delivery.disposed + delivery.lost;
    let passed = delivery.accepted.unwrap_or(0) - used_up - claim::passed_on(states, delivery);
    delivery.left().min(passed).max(0)
}

/// What is left of a delivery in no lot; nothing of one that is disputed.
pub fn free_of<S: States>(states: &S, delivery: &Delivery) -> i64 {
    match dispute::not_disputed(delivery) {
        Ok(()) => (available(states, delivery) - delivery.in_lots).max(0),
        Err(_) => 0,
    }
}

/// What is drawn from a pile comes from one of its deliveries: as much as is left of it in no lot,
/// at most `most`. With the event, its amount; none where nothing is left or the rest is disputed.
pub fn part_of_pile<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    operation: Operation,
    product: Option<&Text>,
    day: Day,
    most: i64,
) -> Result<Option<(Event, i64)>, Refusal> {
    let amount = free_of(context.states, delivery).min(most);
    drawn(context, delivery, (operation, product), day, amount, None)
}

/// As [`part_of_pile`], of what a lot has of the delivery, at most `most`.
pub fn part_of_lot<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    operation: Operation,
    product: Option<&Text>,
    day: Day,
    (lot, most): (&LotId, i64),
) -> Result<Option<(Event, i64)>, Refusal> {
    let disputed = dispute::not_disputed(delivery).is_err();
    let amount = if disputed { 0 } else { available(context.states, delivery).min(most) };
    drawn(context, delivery, (operation, product), day, amount, Some(lot))
}

fn drawn<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    (operation, product): (Operation, Option<&Text>),
    day: Day,
    amount: i64,
    lot: Option<&LotId>,
) -> Result<Option<(Event, i64)>, Refusal> {
    let received = delivery.received.as_ref().filter(|_| amount > 0);
    let Some(received) = received else { return Ok(None) };
    let exchange = &delivery.exchange;
    check_permit(context, exchange, received.day, Some(operation))?;
    let (exchange, lot, method) = (exchange.clone(), lot.cloned(), received.method);
    let quantity = received.quantity.resized(amount);
    let event = if operation.is_disposal() {
        DeliveryDisposed { day, exchange, lot, method, operation, quantity }.into()
    } else {
        let (operation, product) = (Some(operation), product.cloned());
        DeliveryUsed { day, exchange, lot, method, operation, product, quantity }.into()
    };
    Ok(Some((event, amount)))
}

/// The permit's capacity was counted when the waste was accepted; what is asked here is whether it
/// allows the operation.
fn check_permit<S: States>(
    context: &Context<'_, S>,
    exchange: &Exchange,
    receipt: Day,
    operation: Option<Operation>,
) -> Result<(), Refusal> {
    if exchange.material.hazard == HazardClass::NonHazardous {
        return Ok(());
    }
    let site = shared::site(context.states, &exchange.receiver);
    let material = shared::material(context.states, &exchange.material.material);
    let (site, material) = (&site.state, &material.state);
    permits::hazard_gate(context.states, site, material, operation, receipt, 0)
        .map_err(|problem| problem.refusal(site, material, receipt, OPERATION))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::event::Event;
    use crate::domain::fact::{Measure, facts};
    use crate::domain::rules::testing::{
        Ask, DAY, TONNE, gigajoules, proposal, refused_in_order, tonnes,
    };
    use crate::domain::state::{Delivery, DeliveryStage};
    use crate::domain::testing::World;

    /// `dlv_1`, 20 tonnes of slag, accepted.
    fn accepted() -> World {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "20");
        world.by_receiver("accept_delivery", "dlv_1", json!({}));
        world
    }

    fn measures(events: &[Event]) -> Vec<(Measure, i64)> {
        let mut all = Vec::new();
        for event in events {
            facts(event, |fact| all.push((fact.measure, fact.amount)));
        }
        all
    }

    #[test]
    fn all_that_is_left_is_used_if_no_quantity_is_named() {
        let mut world = accepted();
        let part = json!({"operation": "R5", "product": "cement", "quantity": tonnes("5")});
        world.by_receiver("use_delivery", "dlv_1", part);
        assert_eq!(world.state::<Delivery>("dlv_1").stage(), DeliveryStage::Accepted);
        let part = json!({"operation": "D1", "quantity": tonnes("1")});
        world.by_receiver("dispose_delivery", "dlv_1", part);
        let events = world.by_receiver("use_delivery", "dlv_1", json!({"operation": "R5"}));
        assert_eq!(measures(&events), [(Measure::Used, 14 * TONNE)]);
        assert_eq!(world.state::<Delivery>("dlv_1").stage(), DeliveryStage::Finished);
        let balance = world.balance("ctr_slag");
        assert_eq!((balance.used, balance.disposed), (19 * TONNE, TONNE));
    }

    #[test]
    fn invariant_10_no_more_is_used_than_was_accepted() {
        let mut world = accepted();
        let part = json!({"operation": "R5", "quantity": tonnes("13.5")});
        world.by_receiver("use_delivery", "dlv_1", part);
        for (kind, operation) in [("use_delivery", "R5"), ("dispose_delivery", "D5")] {
            let data = json!({
                "delivery": "dlv_1", "operation": operation, "quantity": tonnes("6.500001"),
            });
            let refusal = world.ask("frm_cement", DAY, kind, &data).unwrap_err();
            assert_eq!(refusal.code.as_str(), "use_exceeds_accepted");
            assert_eq!(refusal.pointer, "/data/quantity");
            assert!(refusal.message.contains("6.5 TNE"), "{refusal}");
        }
        world.by_receiver("use_delivery", "dlv_1", json!({"operation": "R5"}));
        for (kind, operation) in [("use_delivery", "R5"), ("dispose_delivery", "D5")] {
            let data = json!({"operation": operation});
            let refused = world.refuse_receiver(kind, "dlv_1", data);
            assert_eq!(refused.0, "use_exceeds_accepted");
        }
    }

    #[test]
    fn invariant_10_interim_recovery_never_counts_as_used() {
        for operation in ["R12", "R13"] {
            let mut world = accepted();
            let part = json!({"operation": operation, "quantity": tonnes("15")});
            let events = world.by_receiver("use_delivery", "dlv_1", part);
            assert_eq!(measures(&events), [(Measure::UsedInterim, 15 * TONNE)]);
            let balance = world.balance("ctr_slag");
            assert_eq!((balance.used, balance.used_interim), (0, 15 * TONNE));
            let rest = json!({"operation": "R5", "quantity": tonnes("5.000001")});
            let refused = world.refuse_receiver("use_delivery", "dlv_1", rest);
            assert_eq!(refused.0, "use_exceeds_accepted");
        }
    }

    #[test]
    fn uses_are_refused_in_a_fixed_order() {
        let mut world = accepted();
        world.deliver("dlv_2", "ctr_slag", "1");
        world.close_march();
        let ask = Ask {
            actor: "frm_steel",
            at: DAY,
            kind: "use_delivery",
            data: json!({"delivery": "dlv_none", "quantity": gigajoules("0")}),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_delivery", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_2".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
                ("not_accepted", "/data/delivery", |_, ask| ask.data["delivery"] = "dlv_1".into()),
                ("operation_needed", "/data/operation", |_, ask| {
                    ask.data["operation"] = "D5".into();
                }),
                ("not_a_recovery", "/data/operation", |_, ask| {
                    ask.data["operation"] = "R5".into();
                }),
                ("unlike_dimension", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("0")),
                ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = tonnes("20.000001");
                }),
                ("use_exceeds_accepted", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = tonnes("20");
                }),
                ("period_closed", "/occurred_at", |_, ask| {
                    ask.at = "2025-04-05T08:00:00.000Z";
                }),
            ],
        );
    }

    #[test]
    fn disposals_are_refused_in_a_fixed_order() {
        let mut world = accepted();
        world.deliver("dlv_2", "ctr_slag", "1");
        world.by_receiver("reject_delivery", "dlv_2", json!({"reason": "wet"}));
        world.close_march();
        let ask = Ask {
            actor: "frm_steel",
            at: DAY,
            kind: "dispose_delivery",
            data: json!({
                "delivery": "dlv_none", "operation": "R5", "quantity": tonnes("21"),
            }),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_delivery", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_2".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
                ("not_accepted", "/data/delivery", |_, ask| ask.data["delivery"] = "dlv_1".into()),
                ("not_a_disposal", "/data/operation", |_, ask| {
                    ask.data["operation"] = "D1".into();
                }),
                ("use_exceeds_accepted", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = tonnes("1");
                }),
                ("period_closed", "/occurred_at", |_, ask| {
                    ask.at = "2025-04-05T08:00:00.000Z";
                }),
            ],
        );
    }

    #[test]
    fn a_product_needs_no_recovery_operation() {
        let mut world = World::standard();
        let data = proposal("ctr_clinker", ("cement", "steel"), "mat_clinker", &tonnes("10"));
        world.conclude(&data);
        world.deliver("dlv_1", "ctr_clinker", "1");
        world.by_receiver("accept_delivery", "dlv_1", json!({}));
        let events = world.by_receiver("use_delivery", "dlv_1", json!({}));
        assert_eq!(measures(&events), [(Measure::Used, TONNE)]);
    }

    #[test]
    fn invariant_11_hazardous_waste_goes_only_into_what_a_permit_allows() {
        let mut world = World::with_tar();
        // All that the permit's capacity allows in the year, which the use doesn't take again.
        world.deliver("dlv_1", "ctr_tar", "100");
        world.by_receiver("accept_delivery", "dlv_1", json!({}));
        for (kind, operation) in [("use_delivery", "R5"), ("dispose_delivery", "D5")] {
            let data = json!({"operation": operation});
            let refused = world.refuse_receiver(kind, "dlv_1", data);
            assert_eq!(refused, ("no_permit", "/data/operation".to_owned()), "{operation}");
        }
        let part = json!({"operation": "R9", "quantity": tonnes("60")});
        world.by_receiver("use_delivery", "dlv_1", part);
        world.by_receiver("dispose_delivery", "dlv_1", json!({"operation": "D10"}));
    }
}
