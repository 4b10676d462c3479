//! What commands about contracts and deliveries name: a contract, its line, its call-off, and the
//! side that acts.
//!
//! Invariant: who has no part in a contract learns nothing of it from a refusal, not even whose it
//! is.

use crate::domain::confidential::Confidential;
use crate::domain::decide::Context;
use crate::domain::event::Side;
use crate::domain::id::{CallOffId, ContractId, ParkId};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup::Found;
use crate::domain::shapes::Party;
use crate::domain::state::{CallOff, Contract, Line};
use crate::domain::states::States;
use crate::domain::unit::{Dimension, Unit};

/// The contract with that id.
pub fn contract<S: States>(
    context: &Context<'_, S>,
    id: &ContractId,
    pointer: &str,
) -> Found<Contract> {
    context.states.find(id.as_str()).ok_or_else(|| {
        let message = format!("there is no contract {id}; propose it first (propose_contract)");
        Refusal::new(Code::UnknownContract, pointer, message)
    })
}

/// The line with that number.
pub fn line<'a>(contract: &'a Contract, number: u16, pointer: &str) -> Result<&'a Line, Refusal> {
    contract.line(number).ok_or_else(|| {
        let (id, last) = (&contract.contract, contract.lines.len());
        let message = format!("{id} has no line {number}; its lines are 1 to {last}");
        Refusal::new(Code::UnknownLine, pointer, message)
    })
}

/// The call-off with that id, which must be of that line.
pub fn call_off<'a>(
    contract: &'a Contract,
    line: u16,
    id: &CallOffId,
    pointer: &str,
) -> Result<&'a CallOff, Refusal> {
    let refuse = |message: String| Err(Refusal::new(Code::UnknownCallOff, pointer, message));
    match contract.call_offs.iter().find(|call_off| call_off.call_off == *id) {
        Some(call_off) if call_off.line == line => Ok(call_off),
        Some(call_off) => refuse(format!("{id} calls off line {}, not line {line}", call_off.line)),
        None => {
            let contract = &contract.contract;
            refuse(format!("{contract} has no call-off {id}; place it first (place_call_off)"))
        }
    }
}

/// The actor's side. A firm that is on both acts as the supplier.
pub fn side<S: States>(
    context: &Context<'_, S>,
    supplier: &Party,
    receiver: &Party,
) -> Result<Side, Refusal> {
    if context.actor.is_firm(&supplier.firm) {
        Ok(Side::Supplier)
    } else if context.actor.is_firm(&receiver.firm) {
        Ok(Side::Receiver)
    } else {
        Err(not_a_party(context, "supplier's and the receiver's firms"))
    }
}

/// Refuses all but the firm of that side.
pub fn require_side<S: States>(
    context: &Context<'_, S>,
    side: Side,
    party: &Party,
) -> Result<(), Refusal> {
    if context.actor.is_firm(&party.firm) {
        return Ok(());
    }
    Err(not_a_party(
        context,
        match side {
            Side::Supplier => "supplier's firm",
            Side::Receiver => "receiver's firm",
        },
    ))
}

pub fn not_a_party<S: States>(context: &Context<'_, S>, who: &str) -> Refusal {
    let message = format!("only the {who} may do this, and {} is not", context.actor);
    Refusal::new(Code::NotAParty, "/actor", message)
}

/// Refuses a quantity that can't be one of a material.
pub fn like(quantity: &Quantity, dimension: Dimension, pointer: &str) -> Result<(), Refusal> {
    alike(quantity.unit(), dimension, pointer)
}

/// Refuses a unit in which a material is not counted.
pub fn alike(unit: Unit, dimension: Dimension, pointer: &str) -> Result<(), Refusal> {
    if unit.dimension() == dimension {
        return Ok(());
    }
    let message = format!(
        "{unit} is a unit of {}, and the material is counted by {dimension}, as in {}",
        unit.dimension(),
        dimension.shown_in()
    );
    Err(Refusal::new(Code::UnlikeDimension, pointer, message))
}

/// Refuses a zero quantity.
pub fn not_zero(quantity: &Quantity, pointer: &str) -> Result<(), Refusal> {
    if quantity.is_zero() {
        let message = "the quantity is zero; it must be more";
        return Err(Refusal::new(Code::QuantityMustNotBeZero, pointer, message));
    }
    Ok(())
}

/// The parks of both sides, each once.
pub fn parks(supplier: &Party, receiver: &Party) -> Vec<ParkId> {
    let mut parks = vec![supplier.park.clone()];
    if receiver.park != supplier.park {
        parks.push(receiver.park.clone());
    }
    parks
}

/// A confidential member on its way into an event. The writer has sealed it before any rule sees
/// the command; an open value must never reach a log that can't forget.
pub fn sealed<T: Clone + serde::Serialize>(
    value: Option<&Confidential<T>>,
) -> Option<Confidential<T>> {
    assert!(value.is_none_or(Confidential::is_sealed), "confidential members are sealed by now");
    value.cloned()
}

/// As [`sealed`], of a member that is always there.
pub fn sealed_value<T: Clone + serde::Serialize>(value: &Confidential<T>) -> Confidential<T> {
    assert!(value.is_sealed(), "confidential members are sealed by now");
    value.clone()
}
