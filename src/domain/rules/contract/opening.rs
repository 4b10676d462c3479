//! `open_balance`: what was delivered under a contract before it came into this ledger.
//!
//! Invariant: a line is opened once, with evidence. It counts where the contract is counted, and in
//! no figure: nobody can open it down to a ticket.

use crate::domain::command::OpenBalance;
use crate::domain::decide::Context;
use crate::domain::event::BalanceOpened;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::{Decision, named};
use crate::domain::state::ContractStage;
use crate::domain::states::States;

pub fn open_balance<S: States>(context: &Context<'_, S>, data: &OpenBalance) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    let by = named::side(context, &contract.supplier, &contract.receiver)?;
    let refuse = |code, pointer: &str, message: String| Err(Refusal::new(code, pointer, message));
    if contract.stage == ContractStage::Declined {
        let message = format!("{} was declined; nothing is delivered under it", data.contract);
        return refuse(Code::ContractNotConcluded, "/data/contract", message);
    }
    let line = named::line(contract, data.line, "/data/line")?;
    if let Some(opening) = &line.opening {
        let message = format!("line {} was opened with {} already", line.line, opening.quantity);
        return refuse(Code::AlreadyOpened, "/data/line", message);
    }
    named::like(&data.quantity, line.material.dimension, "/data/quantity")?;
    named::not_zero(&data.quantity, "/data/quantity")?;
    if data.evidence.is_empty() {
        let message = "what no ticket here proves needs evidence".to_owned();
        return refuse(Code::EvidenceNeeded, "/data/evidence", message);
    }
    if !contract.term.contains(data.day) {
        let (from, to) = (contract.term.from, contract.term.to);
        let message = format!("{} is outside of the term, {from} to {to}", data.day);
        return refuse(Code::OutsideTerm, "/data/day", message);
    }
    let opened = BalanceOpened {
        by,
        contract: contract.contract.clone(),
        day: data.day,
        evidence: data.evidence.clone(),
        line: data.line,
        parks: named::parks(&contract.supplier, &contract.receiver),
        quantity: data.quantity,
    };
    Ok(vec![opened.into()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::fact::facts;
    use crate::domain::rules::testing::{DAY, tonnes, with};
    use crate::domain::shapes::Nonconformity;
    use crate::domain::state::Contract;
    use crate::domain::testing::World;

    #[test]
    fn what_came_before_counts_for_the_contract_and_in_no_figure() {
        let mut world = World::with_slag();
        let evidence = json!([{"hash": "ab".repeat(32), "title": "last year's sheet"}]);
        let data = json!({
            "contract": "ctr_slag", "day": "2025-02-28", "evidence": evidence, "line": 1,
            "quantity": tonnes("90"),
        });
        let refused = |world: &mut World, more| {
            world.refuse("frm_steel", DAY, "open_balance", &with(data.clone(), more)).0
        };
        assert_eq!(refused(&mut world, json!({"evidence": []})), "evidence_needed");
        assert_eq!(refused(&mut world, json!({"day": "2026-01-01"})), "outside_term");
        assert_eq!(
            refused(&mut world, json!({"quantity": tonnes("0")})),
            "quantity_must_not_be_zero"
        );
        assert_eq!(world.refuse("frm_power", DAY, "open_balance", &data).0, "not_a_party");
        let events = world.take("frm_steel", DAY, "open_balance", &data);
        facts(&events[0], |fact| panic!("{fact:?}"));
        assert_eq!(refused(&mut world, json!({})), "already_opened");
        let opening = world.state::<Contract>("ctr_slag").lines[0].opening.clone().unwrap();
        assert_eq!(opening.quantity.to_string(), "90 TNE");
        // 90 and 10 t are within 100.3, 90 and 10.4 are not.
        world.deliver("dlv_1", "ctr_slag", "10");
        assert_eq!(world.noted("dlv_1"), []);
        world.by_receiver("accept_delivery", "dlv_1", json!({}));
        world.deliver("dlv_2", "ctr_slag", "0.4");
        assert_eq!(world.noted("dlv_2"), [Nonconformity::OverDelivery]);
        let accept = json!({"delivery": "dlv_2"});
        assert_eq!(world.refuse("frm_cement", DAY, "accept_delivery", &accept).0, "over_contract");
    }
}
