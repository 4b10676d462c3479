//! Rules of access.

use crate::domain::command::{IssueKey, RevokeKey};
use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::states::{States, StatesMut};

type Decision = Result<Vec<Event>, Refusal>;

pub fn issue_key<S: States>(_context: &Context<'_, S>, _data: &IssueKey) -> Decision {
    unreachable!()
}

pub fn revoke_key<S: States>(_context: &Context<'_, S>, _data: &RevokeKey) -> Decision {
    unreachable!()
}

pub fn evolve<S: StatesMut>(_states: &mut S, _meta: &Meta<'_>, _event: &Event) {}
