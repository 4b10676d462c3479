//! `resolve_discrepancy`: why two weights of one load differ.

use crate::domain::command::ResolveDiscrepancy;
use crate::domain::decide::Context;
use crate::domain::event::DiscrepancyResolved;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::Decision;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::lookup;
use crate::domain::states::States;

pub fn resolve_discrepancy<S: States>(
    context: &Context<'_, S>,
    data: &ResolveDiscrepancy,
) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    named::side(context, &exchange.supplier, &exchange.receiver)?;
    let open = delivery.discrepancy.as_ref().is_some_and(|discrepancy| !discrepancy.resolved);
    let (true, Some(dispatched), Some(received)) = (open, &delivery.dispatched, &delivery.received)
    else {
        let message = format!("{} has no discrepancy that waits to be resolved", data.delivery);
        return Err(Refusal::new(Code::NoOpenDiscrepancy, DELIVERY, message));
    };
    let park = &exchange.receiver.park;
    let day = lookup::day_at(context, park);
    shared::not_closed(context, park, day, "the explanation")?;
    let resolved = DiscrepancyResolved {
        day,
        dispatched: dispatched.quantity,
        evidence: data.evidence.clone(),
        exchange: exchange.clone(),
        explanation: data.explanation.clone(),
        received: received.quantity,
    };
    Ok(vec![resolved.into()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::fact::{Measure, facts};
    use crate::domain::rules::testing::{Ask, DAY, refused_in_order};
    use crate::domain::state::Delivery;
    use crate::domain::testing::World;

    /// Invariant 16: what two statements of one load differ by is unreconciled until it is
    /// explained.
    #[test]
    fn invariant_16_an_explained_difference_is_reconciled() {
        for actor in ["frm_steel", "frm_recycler"] {
            let mut world = World::with_tar();
            world.dispatch("dlv_1", "ctr_tar", "32.40");
            world.receive("dlv_1", "28.90");
            let unreconciled = |world: &World| {
                let mut sum = 0;
                for event in &world.log {
                    facts(event, |fact| {
                        sum += if fact.measure == Measure::Unreconciled { fact.amount } else { 0 };
                    });
                }
                sum
            };
            assert_eq!(unreconciled(&world), 3_500_000);
            let data = json!({"delivery": "dlv_1", "explanation": "water drained on the way"});
            world.take(actor, DAY, "resolve_discrepancy", &data);
            assert_eq!(unreconciled(&world), 0);
            assert!(world.state::<Delivery>("dlv_1").discrepancy.unwrap().resolved);
        }
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = World::with_tar();
        world.deliver("dlv_fine", "ctr_tar", "1");
        for delivery in ["dlv_1", "dlv_2"] {
            world.dispatch(delivery, "ctr_tar", "32.40");
            world.receive(delivery, "28.90");
        }
        let data = json!({"delivery": "dlv_1", "explanation": "water drained on the way"});
        world.take("frm_steel", DAY, "resolve_discrepancy", &data);
        world.close_march();
        let ask = Ask {
            actor: "frm_cement",
            at: DAY,
            kind: "resolve_discrepancy",
            data: json!({"delivery": "dlv_none", "explanation": "water drained on the way"}),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_delivery", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_fine".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_recycler"),
                ("no_open_discrepancy", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_1".into();
                }),
                ("no_open_discrepancy", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_2".into();
                }),
                ("period_closed", "/occurred_at", |_, ask| {
                    ask.at = "2025-04-05T08:00:00.000Z";
                }),
            ],
        );
    }
}
