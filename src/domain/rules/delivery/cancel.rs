//! `cancel_delivery`: a dispatched load did not leave after all.

use crate::domain::command::CancelDelivery;
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryCancelled, Side};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::Decision;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::lookup;
use crate::domain::states::States;

pub fn cancel_delivery<S: States>(context: &Context<'_, S>, data: &CancelDelivery) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    let supplier = &exchange.supplier;
    named::require_side(context, Side::Supplier, supplier)?;
    shared::not_cancelled(delivery, DELIVERY)?;
    let (None, Some(dispatched)) = (&delivery.received, &delivery.dispatched) else {
        let message = format!("{} has arrived; the receiver may reject it", data.delivery);
        return Err(Refusal::new(Code::AlreadyReceived, DELIVERY, message));
    };
    let day = lookup::day_at(context, &supplier.park);
    shared::not_closed(context, &supplier.park, day, "the cancellation")?;
    let cancelled = DeliveryCancelled {
        day,
        exchange: exchange.clone(),
        method: dispatched.method,
        one_sided: delivery.one_sided_dispatch != 0,
        quantity: dispatched.quantity,
        reason: data.reason.clone(),
    };
    Ok(vec![cancelled.into()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::rules::testing::{
        Ask, DAY, TONNE, estimated, proposal, refused_in_order, tonnes,
    };
    use crate::domain::state::{Contract, Delivery, DeliveryStage};
    use crate::domain::testing::World;

    #[test]
    fn a_cancelled_load_is_taken_out_of_the_window_that_it_was_booked_in() {
        let mut world = World::standard();
        let mut data = proposal("ctr_month", ("steel", "cement"), "mat_slag", &tonnes("100"));
        data["kind"] = "recurring".into();
        data["lines"][0]["window"] = "month".into();
        world.conclude(&data);
        world.dispatch("dlv_1", "ctr_month", "20");
        world.dispatch("dlv_2", "ctr_month", "30");
        let data = json!({"delivery": "dlv_1", "reason": "broken axle"});
        world.take("frm_steel", "2025-04-02T08:00:00.000Z", "cancel_delivery", &data);
        assert_eq!(world.state::<Delivery>("dlv_1").stage(), DeliveryStage::Cancelled);
        let windows = world.state::<Contract>("ctr_month").lines[0].windows.clone();
        assert_eq!((windows.len(), windows[0].dispatched), (1, 30 * TONNE));
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = World::with_slag();
        world.deliver("dlv_here", "ctr_slag", "1");
        let receipt = json!({
            "contract": "ctr_slag", "delivery": "dlv_first", "line": 1,
            "measured": estimated(&tonnes("1")),
        });
        world.take("frm_cement", DAY, "receive_delivery", &receipt);
        world.dispatch("dlv_gone", "ctr_slag", "1");
        let data = json!({"delivery": "dlv_gone", "reason": "broken axle"});
        world.take("frm_steel", DAY, "cancel_delivery", &data);
        world.dispatch("dlv_under_way", "ctr_slag", "1");
        world.close_march();
        let ask = Ask {
            actor: "frm_cement",
            at: DAY,
            kind: "cancel_delivery",
            data: json!({"delivery": "dlv_none", "reason": "broken axle"}),
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
                    ask.data["delivery"] = "dlv_here".into();
                }),
                ("already_received", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_first".into();
                }),
                ("already_received", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_under_way".into();
                }),
                ("period_closed", "/occurred_at", |_, ask| {
                    ask.at = "2025-04-05T08:00:00.000Z";
                }),
            ],
        );
    }
}
