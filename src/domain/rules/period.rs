//! Rules of period.

use crate::domain::command::{ClosePeriod, SubmitReturn};
use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::states::{States, StatesMut};

type Decision = Result<Vec<Event>, Refusal>;

pub fn submit_return<S: States>(_context: &Context<'_, S>, _data: &SubmitReturn) -> Decision {
    unreachable!()
}

pub fn close_period<S: States>(_context: &Context<'_, S>, _data: &ClosePeriod) -> Decision {
    unreachable!()
}

pub fn evolve<S: StatesMut>(_states: &mut S, _meta: &Meta<'_>, _event: &Event) {}

/// Counts the record in every park that it concerns.
pub fn count_places<S: StatesMut>(_states: &mut S, _meta: &Meta<'_>) {}
