//! Rules of market.

use crate::domain::command::{AmendListing, PublishListing, WithdrawListing};
use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::states::{States, StatesMut};

type Decision = Result<Vec<Event>, Refusal>;

pub fn publish_listing<S: States>(_context: &Context<'_, S>, _data: &PublishListing) -> Decision {
    unreachable!()
}

pub fn amend_listing<S: States>(_context: &Context<'_, S>, _data: &AmendListing) -> Decision {
    unreachable!()
}

pub fn withdraw_listing<S: States>(_context: &Context<'_, S>, _data: &WithdrawListing) -> Decision {
    unreachable!()
}

pub fn evolve<S: StatesMut>(_states: &mut S, _meta: &Meta<'_>, _event: &Event) {}
