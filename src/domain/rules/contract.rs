//! Rules of contract.

use crate::domain::command::{
    ConfirmContract, DeclineContract, PlaceCallOff, ProposeContract, TerminateContract,
};
use crate::domain::decide::Context;
use crate::domain::event::Event;
use crate::domain::evolve::Meta;
use crate::domain::refusal::Refusal;
use crate::domain::states::{States, StatesMut};

type Decision = Result<Vec<Event>, Refusal>;

pub fn propose_contract<S: States>(_context: &Context<'_, S>, _data: &ProposeContract) -> Decision {
    unreachable!()
}

pub fn confirm_contract<S: States>(_context: &Context<'_, S>, _data: &ConfirmContract) -> Decision {
    unreachable!()
}

pub fn decline_contract<S: States>(_context: &Context<'_, S>, _data: &DeclineContract) -> Decision {
    unreachable!()
}

pub fn terminate_contract<S: States>(
    _context: &Context<'_, S>,
    _data: &TerminateContract,
) -> Decision {
    unreachable!()
}

pub fn place_call_off<S: States>(_context: &Context<'_, S>, _data: &PlaceCallOff) -> Decision {
    unreachable!()
}

pub fn evolve<S: StatesMut>(_states: &mut S, _meta: &Meta<'_>, _event: &Event) {}
