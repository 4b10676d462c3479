//! What events of contracts leave behind.

use crate::domain::event::{AgreedLine, CallOffPlaced, ContractProposed, Event, Side};
use crate::domain::evolve::Meta;
use crate::domain::id::ContractId;
use crate::domain::state::{CallOff, Contract, ContractStage, Line, Opening};
use crate::domain::states::StatesMut;

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over events of contracts")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let position = meta.position;
    let change = |states: &mut S, id: &ContractId, change: &dyn Fn(&mut Contract)| {
        states.change(id.as_str(), position, true, change);
    };
    match event {
        Event::ContractProposed(e) => {
            states.create(e.contract.as_str(), position, true, proposed(meta, e));
        }
        Event::ContractConfirmed(e) => change(states, &e.contract, &|contract| match e.side {
            Side::Supplier => contract.confirmed_by_supplier = true,
            Side::Receiver => contract.confirmed_by_receiver = true,
        }),
        Event::ContractConcluded(e) => change(states, &e.contract, &|contract| {
            contract.stage = ContractStage::Concluded;
        }),
        Event::ContractDeclined(e) => change(states, &e.contract, &|contract| {
            contract.stage = ContractStage::Declined;
        }),
        Event::ContractTerminated(e) => change(states, &e.contract, &|contract| {
            contract.stage = ContractStage::Terminated;
            contract.last_day = Some(e.last_day);
        }),
        Event::BalanceOpened(e) => change(states, &e.contract, &|contract| {
            let line = contract.lines.iter_mut().find(|line| line.line == e.line);
            let opening = Opening { by: e.by, day: e.day, quantity: e.quantity };
            line.expect("a rule has found the line").opening = Some(opening);
        }),
        Event::CallOffPlaced(e) => {
            let CallOffPlaced { call_off, line, quantity, term, .. } = e;
            change(states, &e.contract, &|contract| {
                contract.call_offs.push(CallOff {
                    call_off: call_off.clone(),
                    dispatched: 0,
                    line: *line,
                    quantity: *quantity,
                    term: term.clone(),
                });
            });
        }
        _ => unreachable!("{} is no event of a contract", event.kind()),
    }
}

fn proposed(meta: &Meta<'_>, event: &ContractProposed) -> Contract {
    let by_supplier = meta.actor.is_firm(&event.supplier.firm);
    Contract {
        adjustments: Vec::new(),
        call_offs: Vec::new(),
        confirmed_by_receiver: false,
        confirmed_by_supplier: false,
        contract: event.contract.clone(),
        distances: Vec::new(),
        first_booked: None,
        kind: event.kind,
        last_day: None,
        lines: event.lines.iter().map(line).collect(),
        listing: event.listing.clone(),
        losses: Vec::new(),
        proposed_by: if by_supplier { Side::Supplier } else { Side::Receiver },
        receiver: event.receiver.clone(),
        settled_to: None,
        settlement_day: event.settlement_day,
        stage: ContractStage::Proposed,
        supplier: event.supplier.clone(),
        term: event.term.clone(),
    }
}

fn line(agreed: &AgreedLine) -> Line {
    Line {
        baseline_fate: agreed.baseline_fate,
        baselines: Vec::new(),
        grade: agreed.grade.clone(),
        line: agreed.line,
        material: agreed.material.clone(),
        minimum: agreed.minimum,
        opening: None,
        price_direction: agreed.price.as_ref().map(|price| price.direction),
        quantity: agreed.quantity,
        tolerance_percent: agreed.tolerance_percent,
        window: agreed.window,
        windows: Vec::new(),
    }
}
