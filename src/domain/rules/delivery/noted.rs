//! Nonconformities: the rules that a recorded fact breaks.
//!
//! Invariant: an event has each at most once, in the order of their declaration.

use crate::domain::decide::Context;
use crate::domain::id::ParkId;
use crate::domain::rules::delivery::shared;
use crate::domain::rules::{lookup, permits};
use crate::domain::shapes::{HazardClass, Nonconformity, Party};
use crate::domain::state::{Contract, Line, Material};
use crate::domain::states::States;
use crate::domain::time::Day;

/// What was noted so far. Nothing is allocated until something is.
#[derive(Default)]
pub struct Noted(Vec<Nonconformity>);

impl Noted {
    pub fn add(&mut self, nonconformity: Nonconformity) {
        self.0.push(nonconformity);
    }

    pub fn add_if(&mut self, is: bool, nonconformity: Nonconformity) {
        if is {
            self.add(nonconformity);
        }
    }

    pub fn has(&self, nonconformity: Nonconformity) -> bool {
        self.0.contains(&nonconformity)
    }

    pub fn into_list(mut self) -> Vec<Nonconformity> {
        self.0.sort_unstable();
        self.0.dedup();
        self.0
    }

    /// Whether the contract holds on that day and can still settle it, and what is wrong with its
    /// material on any.
    pub fn contract(&mut self, contract: &Contract, material: &Material, day: Day) {
        self.add_if(!contract.stands(day), Nonconformity::ContractNotInForce);
        self.add_if(!contract.term.contains(day), Nonconformity::OutsideTerm);
        self.add_if(material.hazard == HazardClass::Undecided, Nonconformity::HazardUndecided);
        self.add_if(material.unknown_code, Nonconformity::UnknownCode);
        self.add_if(contract.is_settled(day), Nonconformity::LateForSettlement);
    }

    /// Whether a line has had enough in the window, given what it has with this.
    pub fn over_delivery(&mut self, contract: &Contract, line: &Line, day: Day, total: i64) {
        let limit = line.limit_in(&contract.term, line.window_start(&contract.term, day));
        self.add_if(total > limit, Nonconformity::OverDelivery);
    }

    pub fn closed<S: States>(&mut self, context: &Context<'_, S>, park: &ParkId, day: Day) {
        let closed = lookup::is_closed(context.states, park, day.month());
        self.add_if(closed, Nonconformity::PeriodClosed);
    }

    /// Whether the receiver may take the material.
    pub fn gate<S: States>(
        &mut self,
        context: &Context<'_, S>,
        receiver: &Party,
        material: &Material,
        day: Day,
        amount: i64,
    ) {
        if material.hazard == HazardClass::NonHazardous {
            return;
        }
        let site = shared::site(context.states, receiver);
        let gate = permits::hazard_gate(context.states, &site.state, material, None, day, amount);
        if let Err(problem) = gate {
            self.add(problem.nonconformity());
        }
    }
}
