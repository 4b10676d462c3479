//! Rules of delivery.

use crate::domain::command::{
    AcceptDelivery, CancelDelivery, DispatchDelivery, DisposeDelivery, DisposeRejection,
    ReceiveDelivery, RecordMeteredPeriod, RedirectRejection, RejectDelivery, ResolveDiscrepancy,
    ReturnRejection, UseDelivery,
};
use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::states::{States, StatesMut};

type Decision = Result<Vec<Event>, Refusal>;

pub fn dispatch_delivery<S: States>(
    _context: &Context<'_, S>,
    _data: &DispatchDelivery,
) -> Decision {
    unreachable!()
}

pub fn receive_delivery<S: States>(_context: &Context<'_, S>, _data: &ReceiveDelivery) -> Decision {
    unreachable!()
}

pub fn record_metered_period<S: States>(
    _context: &Context<'_, S>,
    _data: &RecordMeteredPeriod,
) -> Decision {
    unreachable!()
}

pub fn accept_delivery<S: States>(_context: &Context<'_, S>, _data: &AcceptDelivery) -> Decision {
    unreachable!()
}

pub fn reject_delivery<S: States>(_context: &Context<'_, S>, _data: &RejectDelivery) -> Decision {
    unreachable!()
}

pub fn return_rejection<S: States>(_context: &Context<'_, S>, _data: &ReturnRejection) -> Decision {
    unreachable!()
}

pub fn redirect_rejection<S: States>(
    _context: &Context<'_, S>,
    _data: &RedirectRejection,
) -> Decision {
    unreachable!()
}

pub fn dispose_rejection<S: States>(
    _context: &Context<'_, S>,
    _data: &DisposeRejection,
) -> Decision {
    unreachable!()
}

pub fn use_delivery<S: States>(_context: &Context<'_, S>, _data: &UseDelivery) -> Decision {
    unreachable!()
}

pub fn dispose_delivery<S: States>(_context: &Context<'_, S>, _data: &DisposeDelivery) -> Decision {
    unreachable!()
}

pub fn cancel_delivery<S: States>(_context: &Context<'_, S>, _data: &CancelDelivery) -> Decision {
    unreachable!()
}

pub fn resolve_discrepancy<S: States>(
    _context: &Context<'_, S>,
    _data: &ResolveDiscrepancy,
) -> Decision {
    unreachable!()
}

pub fn evolve<S: StatesMut>(_states: &mut S, _meta: &Meta<'_>, _event: &Event) {}
