//! What one side does with a contract: confirm, decline, terminate.

use crate::domain::command::{ConfirmContract, DeclineContract, TerminateContract};
use crate::domain::decide::Context;
use crate::domain::event::{
    ContractConcluded, ContractConfirmed, ContractDeclined, ContractTerminated, Event, Side,
};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::{Decision, named};
use crate::domain::rules::lookup;
use crate::domain::state::{Contract, ContractStage};
use crate::domain::states::States;

const CONTRACT: &str = "/data/contract";

pub fn confirm_contract<S: States>(context: &Context<'_, S>, data: &ConfirmContract) -> Decision {
    let contract = named::contract(context, &data.contract, CONTRACT)?;
    let contract = &contract.state;
    let side = named::side(context, &contract.supplier, &contract.receiver)?;
    if matches!(contract.stage, ContractStage::Declined | ContractStage::Terminated) {
        return Err(not_proposed(contract));
    }
    let (confirmed, other) = match side {
        Side::Supplier => (contract.confirmed_by_supplier, contract.confirmed_by_receiver),
        Side::Receiver => (contract.confirmed_by_receiver, contract.confirmed_by_supplier),
    };
    if confirmed {
        let message = format!("your side has confirmed {} already", contract.contract);
        return Err(Refusal::new(Code::AlreadyConfirmed, CONTRACT, message));
    }
    let (id, parks) =
        (contract.contract.clone(), named::parks(&contract.supplier, &contract.receiver));
    let mut events = Vec::with_capacity(2);
    let confirmed = ContractConfirmed { contract: id.clone(), parks: parks.clone(), side };
    events.push(Event::from(confirmed));
    if other {
        events.push(ContractConcluded { contract: id, parks }.into());
    }
    Ok(events)
}

pub fn decline_contract<S: States>(context: &Context<'_, S>, data: &DeclineContract) -> Decision {
    let contract = named::contract(context, &data.contract, CONTRACT)?;
    let contract = &contract.state;
    let side = named::side(context, &contract.supplier, &contract.receiver)?;
    if contract.stage != ContractStage::Proposed {
        return Err(not_proposed(contract));
    }
    let declined = ContractDeclined {
        contract: contract.contract.clone(),
        parks: named::parks(&contract.supplier, &contract.receiver),
        reason: data.reason.clone(),
        side,
    };
    Ok(vec![declined.into()])
}

pub fn terminate_contract<S: States>(
    context: &Context<'_, S>,
    data: &TerminateContract,
) -> Decision {
    let contract = named::contract(context, &data.contract, CONTRACT)?;
    let contract = &contract.state;
    let side = named::side(context, &contract.supplier, &contract.receiver)?;
    require_concluded(contract, CONTRACT)?;
    let party = match side {
        Side::Supplier => &contract.supplier,
        Side::Receiver => &contract.receiver,
    };
    let today = lookup::day_at(context, &party.park);
    // What was delivered up to today was delivered under a contract, and stays so.
    let first = today.max(contract.term.from);
    if data.last_day < first || contract.term.to < data.last_day {
        let last = contract.term.to;
        let message = if first <= last {
            format!("the last day must lie in the term and not in the past: {first} to {last}")
        } else {
            format!("the term has ended on {last}; there is nothing left to terminate")
        };
        return Err(Refusal::new(Code::OutsideTerm, "/data/last_day", message));
    }
    let terminated = ContractTerminated {
        contract: contract.contract.clone(),
        last_day: data.last_day,
        parks: named::parks(&contract.supplier, &contract.receiver),
        reason: data.reason.clone(),
        side,
    };
    Ok(vec![terminated.into()])
}

/// Refuses a contract that is not concluded, or was terminated.
pub(super) fn require_concluded(contract: &Contract, pointer: &str) -> Result<(), Refusal> {
    let id = &contract.contract;
    match contract.stage {
        ContractStage::Concluded => Ok(()),
        ContractStage::Terminated => {
            let message = format!("{id} was terminated");
            Err(Refusal::new(Code::ContractTerminated, pointer, message))
        }
        ContractStage::Proposed => {
            let message = format!("{id} waits for the other side to confirm (confirm_contract)");
            Err(Refusal::new(Code::ContractNotConcluded, pointer, message))
        }
        ContractStage::Declined => {
            let message = format!("{id} was declined; propose a new contract");
            Err(Refusal::new(Code::ContractNotConcluded, pointer, message))
        }
    }
}

fn not_proposed(contract: &Contract) -> Refusal {
    let is = match contract.stage {
        ContractStage::Proposed => "proposed",
        ContractStage::Declined => "declined",
        ContractStage::Concluded => "concluded",
        ContractStage::Terminated => "terminated",
    };
    let message = format!("{} is {is}; only a proposed contract is answered", contract.contract);
    Refusal::new(Code::ContractNotProposed, CONTRACT, message)
}
