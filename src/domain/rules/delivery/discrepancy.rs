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
