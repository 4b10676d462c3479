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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::rules::testing::{
        Ask, DAY, gigajoules, proposal, refused_in_order, tonnes, with,
    };
    use crate::domain::state::Contract;
    use crate::domain::testing::{OPENED, World};

    fn framework(window: &str) -> Value {
        let mut data = proposal("ctr_frame", ("steel", "cement"), "mat_slag", &tonnes("100"));
        data["kind"] = "framework".into();
        data["lines"][0]["window"] = window.into();
        data
    }

    fn call_off(id: &str, tonnage: &str, from: &str, to: &str) -> Value {
        json!({
            "call_off": id,
            "contract": "ctr_frame",
            "line": 1,
            "quantity": tonnes(tonnage),
            "term": {"from": from, "to": to},
        })
    }

    #[test]
    fn call_offs_of_a_term_add_up_to_the_line_s_limit_and_no_further() {
        let mut world = World::standard();
        world.conclude(&framework("term"));
        let mut place = |data: &Value| world.ask("frm_cement", DAY, "place_call_off", data);
        place(&call_off("cof_1", "60", "2025-03-01", "2025-03-31")).unwrap();
        let over = call_off("cof_2", "40.300001", "2025-04-01", "2025-04-30");
        let refusal = place(&over).unwrap_err();
        assert_eq!(refusal.code.as_str(), "over_contract");
        assert!(refusal.message.contains("40.3 TNE"), "{refusal}");
        place(&call_off("cof_2", "40.3", "2025-04-01", "2025-04-30")).unwrap();
        assert_eq!(world.state::<Contract>("ctr_frame").call_offs.len(), 2);
    }

    #[test]
    fn a_window_has_call_offs_of_its_own() {
        let mut world = World::standard();
        world.conclude(&framework("month"));
        let mut place = |data: &Value| world.ask("frm_cement", DAY, "place_call_off", data);
        place(&call_off("cof_1", "100", "2025-03-01", "2025-03-31")).unwrap();
        place(&call_off("cof_2", "100", "2025-04-01", "2025-04-30")).unwrap();
        let refusal = place(&call_off("cof_3", "1", "2025-04-30", "2025-05-02")).unwrap_err();
        assert_eq!(refusal.code.as_str(), "over_contract");
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = World::with_slag();
        world.take("frm_steel", OPENED, "propose_contract", &framework("term"));
        let other = with(framework("term"), json!({"contract": "ctr_frame2"}));
        world.conclude(&other);
        let ask = Ask {
            actor: "frm_steel",
            at: DAY,
            kind: "place_call_off",
            data: json!({
                "call_off": "cof_1",
                "contract": "ctr_none",
                "line": 9,
                "quantity": gigajoules("1"),
                "term": {"from": "2025-05-01", "to": "2024-12-31"},
            }),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_slag".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
                ("not_a_framework", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_frame".into();
                }),
                ("contract_not_concluded", "/data/contract", |world, _| {
                    let data = json!({"contract": "ctr_frame"});
                    world.take("frm_cement", DAY, "confirm_contract", &data);
                    let first = call_off("cof_1", "1", "2025-03-01", "2025-03-01");
                    world.take("frm_cement", DAY, "place_call_off", &first);
                }),
                ("already_exists", "/data/call_off", |_, ask| {
                    ask.data["call_off"] = "cof_2".into()
                }),
                ("unknown_line", "/data/line", |_, ask| ask.data["line"] = 1.into()),
                ("unlike_dimension", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("0")),
                ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = tonnes("100");
                }),
                ("term_reversed", "/data/term", |_, ask| {
                    ask.data["term"] = json!({"from": "2024-12-31", "to": "2025-05-01"});
                }),
                ("outside_term", "/data/term", |_, ask| {
                    ask.data["term"] = json!({"from": "2025-12-31", "to": "2026-01-01"});
                }),
                ("outside_term", "/data/term", |_, ask| {
                    ask.data["term"] = json!({"from": "2025-12-31", "to": "2025-12-31"});
                }),
                ("over_contract", "/data/quantity", |_, ask| ask.data["quantity"] = tonnes("99.3")),
            ],
        );
        let data = json!({"contract": "ctr_frame", "last_day": "2025-12-31", "reason": "closing"});
        world.take("frm_steel", DAY, "terminate_contract", &data);
        let late = call_off("cof_3", "1", "2025-04-01", "2025-04-01");
        let refused = world.refuse("frm_cement", DAY, "place_call_off", &late);
        assert_eq!(refused, ("contract_terminated", "/data/contract".to_owned()));
    }
}
