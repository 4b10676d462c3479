//! What pages pick out of events: the ticket, the quantity, what somebody remarked.

use crate::domain::event::Event;
use crate::domain::quantity::Quantity;
use crate::domain::shapes::Ticket;

/// The ticket of a weighing.
#[expect(clippy::wildcard_enum_match_arm, reason = "only loads are weighed")]
pub fn ticket(event: &Event) -> Option<&Ticket> {
    match event {
        Event::DeliveryDispatched(event) => event.measured.ticket.as_ref(),
        Event::DeliveryReceived(event) => event.measured.ticket.as_ref(),
        Event::EntryReplaced(event) => event.measured.ticket.as_ref(),
        _ => None,
    }
}

/// The quantity that an event of a delivery is about.
#[expect(clippy::wildcard_enum_match_arm, reason = "other events have several or none")]
pub fn quantity(event: &Event) -> Option<&Quantity> {
    match event {
        Event::DeliveryDispatched(event) => Some(&event.measured.quantity),
        Event::DeliveryReceived(event) => Some(&event.measured.quantity),
        Event::MeteredPeriodRecorded(event) => Some(&event.quantity),
        Event::DeliveryAccepted(event) => Some(&event.quantity),
        Event::DeliveryRejected(event) => Some(&event.quantity),
        Event::RejectionReturned(event) => Some(&event.quantity),
        Event::RejectionRedirected(event) => Some(&event.quantity),
        Event::RejectionDisposed(event) => Some(&event.quantity),
        Event::DeliveryUsed(event) => Some(&event.quantity),
        Event::DeliveryDisposed(event) => Some(&event.quantity),
        Event::DeliveryCancelled(event) => Some(&event.quantity),
        Event::QuantitySettled(event) => Some(&event.quantity),
        Event::CorrectionRequested(event) => Some(&event.measured.quantity),
        Event::EntryReversed(event) => Some(&event.quantity),
        Event::EntryReplaced(event) => Some(&event.measured.quantity),
        _ => None,
    }
}

/// A reason, explanation, product or operation, as it was written.
#[expect(clippy::wildcard_enum_match_arm, reason = "other events have none")]
pub fn remark(event: &Event) -> Option<String> {
    match event {
        Event::DiscrepancyResolved(event) => Some(event.explanation.to_string()),
        Event::DeliveryRejected(event) => Some(event.reason.to_string()),
        Event::DeliveryCancelled(event) => Some(event.reason.to_string()),
        Event::CorrectionRequested(event) => Some(event.reason.to_string()),
        Event::CorrectionDeclined(event) => Some(event.reason.to_string()),
        Event::DeliveryDisputed(event) => Some(event.reason.to_string()),
        Event::SettlementProposed(event) => Some(event.settlement.to_string()),
        Event::DisputeSettled(event) => Some(event.settlement.to_string()),
        Event::DisputeWithdrawn(event) => Some(event.reason.to_string()),
        Event::QuantitySettled(event) => event.deduction.as_ref().map(ToString::to_string),
        Event::RejectionDisposed(event) => Some(event.operation.to_string()),
        Event::DeliveryDisposed(event) => Some(event.operation.to_string()),
        Event::DeliveryUsed(event) => {
            let operation = event.operation.map(|operation| operation.to_string());
            let product = event.product.as_ref().map(ToString::to_string);
            let parts: Vec<_> = operation.into_iter().chain(product).collect();
            Some(parts.join(", "))
        }
        _ => None,
    }
}
