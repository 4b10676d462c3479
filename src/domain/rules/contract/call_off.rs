//! `place_call_off`: a part of a framework contract is asked for.
//!
//! Invariant: what is called off of a line for one window never exceeds what the line allows there.
//! A call-off belongs to the window in which its term begins.

use crate::domain::command::{ContractKind, PlaceCallOff};
use crate::domain::decide::Context;
use crate::domain::event::{CallOffPlaced, Side};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::{Decision, named, sides};
use crate::domain::rules::lookup;
use crate::domain::state::{Contract, Line};
use crate::domain::states::States;

pub fn place_call_off<S: States>(context: &Context<'_, S>, data: &PlaceCallOff) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    named::require_side(context, Side::Receiver, &contract.receiver)?;
    if contract.kind != ContractKind::Framework {
        let message = format!("{} is no framework; nothing is called off of it", data.contract);
        return Err(Refusal::new(Code::NotAFramework, "/data/contract", message));
    }
    sides::require_concluded(contract, "/data/contract")?;
    if contract.call_offs.iter().any(|call_off| call_off.call_off == data.call_off) {
        let message = format!("{} exists already; choose another id", data.call_off);
        return Err(Refusal::new(Code::AlreadyExists, "/data/call_off", message));
    }
    let line = named::line(contract, data.line, "/data/line")?;
    named::like(&data.quantity, line.material.dimension, "/data/quantity")?;
    named::not_zero(&data.quantity, "/data/quantity")?;
    lookup::in_order(&data.term, "/data/term")?;
    let (from, to) = (contract.term.from, contract.term.to);
    if data.term.from < from || to < data.term.to {
        let message = format!("a call-off lies within the contract's term, {from} to {to}");
        return Err(Refusal::new(Code::OutsideTerm, "/data/term", message));
    }
    check_limit(contract, line, data)?;
    let placed = CallOffPlaced {
        call_off: data.call_off.clone(),
        contract: data.contract.clone(),
        line: data.line,
        parks: named::parks(&contract.supplier, &contract.receiver),
        quantity: data.quantity,
        term: data.term.clone(),
    };
    Ok(vec![placed.into()])
}

fn check_limit(contract: &Contract, line: &Line, data: &PlaceCallOff) -> Result<(), Refusal> {
    let window = |day| line.window_start(&contract.term, day);
    let start = window(data.term.from);
    let of_window = contract
        .call_offs
        .iter()
        .filter(|other| other.line == line.line && window(other.term.from) == start);
    let called: i128 = of_window.map(|other| i128::from(other.quantity.amount())).sum();
    // A placed call-off was within the limit, so what is left is not negative.
    let left = i128::from(line.limit()) - called;
    if i128::from(data.quantity.amount()) <= left {
        return Ok(());
    }
    let left = i64::try_from(left).unwrap_or(0);
    let message = format!(
        "{} is more than line {} still allows from {start} on: {}",
        data.quantity,
        line.line,
        line.quantity.resized(left)
    );
    Err(Refusal::new(Code::OverContract, "/data/quantity", message))
}
