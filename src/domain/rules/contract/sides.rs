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
    // One that was signed on paper is concluded already.
    if other && contract.stage == ContractStage::Proposed {
        events.push(ContractConcluded { contract: id, one_sided: false, parks }.into());
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::rules::testing::{Ask, DAY, kinds, proposal, refused_in_order, tonnes};
    use crate::domain::state::{Contract, ContractStage};
    use crate::domain::testing::{OPENED, World};
    use crate::domain::time::Day;

    fn proposed() -> World {
        let mut world = World::standard();
        let data = proposal("ctr_slag", ("steel", "cement"), "mat_slag", &tonnes("100"));
        world.take("frm_steel", OPENED, "propose_contract", &data);
        world
    }

    #[test]
    fn the_other_side_s_confirmation_concludes_the_contract() {
        let mut world = proposed();
        let data = json!({"contract": "ctr_slag"});
        let refused = world.refuse("frm_steel", DAY, "confirm_contract", &data);
        assert_eq!(refused, ("already_confirmed", "/data/contract".to_owned()));
        let events = world.take("frm_cement", DAY, "confirm_contract", &data);
        assert_eq!(kinds(&events), ["contract_confirmed", "contract_concluded"]);
        assert_eq!(world.state::<Contract>("ctr_slag").stage, ContractStage::Concluded);
        for firm in ["frm_steel", "frm_cement"] {
            let refused = world.refuse(firm, DAY, "confirm_contract", &data);
            assert_eq!(refused.0, "already_confirmed", "{firm}");
        }
    }

    #[test]
    fn a_declined_contract_is_never_concluded() {
        for firm in ["frm_steel", "frm_cement"] {
            let mut world = proposed();
            let data = json!({"contract": "ctr_slag", "reason": "another buyer"});
            world.take(firm, DAY, "decline_contract", &data);
            assert_eq!(world.state::<Contract>("ctr_slag").stage, ContractStage::Declined);
            let refused = world.refuse(firm, DAY, "decline_contract", &data);
            assert_eq!(refused.0, "contract_not_proposed");
            let data = json!({"contract": "ctr_slag"});
            let refused = world.refuse("frm_cement", DAY, "confirm_contract", &data);
            assert_eq!(refused, ("contract_not_proposed", "/data/contract".to_owned()));
        }
    }

    #[test]
    fn a_concluded_contract_is_terminated_and_not_declined() {
        let mut world = World::with_slag();
        let data = json!({"contract": "ctr_slag"});
        let refused = world.refuse("frm_steel", DAY, "decline_contract", &data);
        assert_eq!(refused.0, "contract_not_proposed");
    }

    #[test]
    fn strangers_learn_nothing_of_a_contract() {
        let mut world = World::with_slag();
        let data = json!({"contract": "ctr_slag", "last_day": "2025-05-01", "reason": "none"});
        for (kind, members) in [
            ("confirm_contract", &["contract"][..]),
            ("decline_contract", &["contract"]),
            ("terminate_contract", &["contract", "last_day", "reason"]),
        ] {
            let data = members.iter().map(|member| (*member, data[*member].clone())).collect();
            for actor in ["frm_power", "prk_guigang", "keeper"] {
                let refusal = world.ask(actor, DAY, kind, &data).unwrap_err();
                assert_eq!(refusal.code.as_str(), "not_a_party");
                assert!(!refusal.message.contains("frm_steel"), "{refusal}");
            }
        }
    }

    #[test]
    fn a_termination_is_refused_in_a_fixed_order() {
        let mut world = proposed();
        let ask = Ask {
            actor: "frm_power",
            at: DAY,
            kind: "terminate_contract",
            data: json!({"contract": "ctr_none", "last_day": "2025-03-09", "reason": "closing"}),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_slag".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_steel"),
                ("contract_not_concluded", "/data/contract", |world, _| {
                    let data = json!({"contract": "ctr_slag"});
                    world.take("frm_cement", DAY, "confirm_contract", &data);
                }),
                ("outside_term", "/data/last_day", |_, ask| {
                    ask.data["last_day"] = "2026-01-01".into();
                }),
                ("outside_term", "/data/last_day", |_, ask| {
                    ask.data["last_day"] = "2025-03-10".into();
                }),
            ],
        );
        let contract = world.state::<Contract>("ctr_slag");
        let day = |day: &str| day.parse::<Day>().unwrap();
        assert!(contract.in_force(day("2025-03-10")) && !contract.in_force(day("2025-03-11")));
        let data = json!({"contract": "ctr_slag", "last_day": "2025-03-12", "reason": "closing"});
        let refused = world.refuse("frm_cement", DAY, "terminate_contract", &data);
        assert_eq!(refused, ("contract_terminated", "/data/contract".to_owned()));
    }

    #[test]
    fn a_contract_whose_term_is_over_has_nothing_left_to_terminate() {
        let mut world = World::with_slag();
        let data = json!({"contract": "ctr_slag", "last_day": "2025-12-31", "reason": "closing"});
        let at = "2026-01-05T08:00:00.000Z";
        let refused = world.refuse("frm_steel", at, "terminate_contract", &data);
        assert_eq!(refused, ("outside_term", "/data/last_day".to_owned()));
    }
}
