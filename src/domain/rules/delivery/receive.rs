//! `receive_delivery`: a load arrives. Taken whatever it is.

use std::sync::Arc;

use crate::domain::command::ReceiveDelivery;
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryReceived, Event, Side};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, difference, weighing};
use crate::domain::rules::lookup;
use crate::domain::shapes::Nonconformity;
use crate::domain::state::{Contract, Delivery};
use crate::domain::states::{States, Stored};

pub fn receive_delivery<S: States>(context: &Context<'_, S>, data: &ReceiveDelivery) -> Decision {
    let before = context.states.find::<Delivery>(data.delivery.as_str());
    let before = before.as_deref().map(|before| &before.state);
    let (contract, number) = contract_of(context, data, before)?;
    let contract = &contract.state;
    named::require_side(context, Side::Receiver, &contract.receiver)?;
    let line = named::line(contract, number, "/data/line")?;
    if let Some(before) = before {
        check_before(before, data)?;
    }
    let dispatched = before.and_then(|before| before.dispatched.as_ref());
    weighing::check(&data.measured, line.material.dimension)?;
    let receiver = &contract.receiver;
    let day = lookup::day_at(context, &receiver.park);
    let (measured, mut noted) = (&data.measured, Noted::default());
    weighing::check_ticket(context, measured, &data.delivery, &receiver.site, day, &mut noted)?;
    let material = shared::material(context.states, &line.material.material);
    let (material, quantity) = (&material.state, &measured.quantity);
    let pointer = "/data/measured/quantity";
    let total =
        shared::window_total(contract, line, day, |window| window.received, quantity, pointer)?;
    noted.contract(contract, material, day);
    noted.over_delivery(line, total);
    noted.gate(context, receiver, material, day, quantity.amount());
    noted.closed(context, &receiver.park, day);
    noted.add_if(dispatched.is_none(), Nonconformity::NotDispatched);
    let exchange = shared::exchange(contract, line, material, &data.delivery);
    let discrepancy = dispatched.and_then(|dispatched| {
        difference::compare(line, &dispatched.quantity, quantity, day, &mut noted, &exchange)
    });
    let received = DeliveryReceived {
        day,
        exchange,
        measured: measured.clone(),
        nonconformities: noted.into_list(),
        plate: named::sealed(data.plate.as_ref()),
    };
    let mut events = vec![Event::from(received)];
    events.extend(discrepancy.map(Event::from));
    Ok(events)
}

/// The contract and line: the dispatch's, else those that the command names.
fn contract_of<S: States>(
    context: &Context<'_, S>,
    data: &ReceiveDelivery,
    before: Option<&Delivery>,
) -> Result<(Arc<Stored<Contract>>, u16), Refusal> {
    const CONTRACT: &str = "/data/contract";
    if let Some(before) = before {
        let exchange = &before.exchange;
        return Ok((named::contract(context, &exchange.contract, CONTRACT)?, exchange.line));
    }
    let missing = |member: &str| {
        let message = format!("no dispatch of {} is recorded, so name the {member}", data.delivery);
        Refusal::new(Code::MissingMember, format!("/data/{member}"), message)
    };
    let contract = data.contract.as_ref().ok_or_else(|| missing("contract"))?;
    let number = data.line.ok_or_else(|| missing("line"))?;
    Ok((named::contract(context, contract, CONTRACT)?, number))
}

fn check_before(before: &Delivery, data: &ReceiveDelivery) -> Result<(), Refusal> {
    let (id, exchange) = (&data.delivery, &before.exchange);
    let other = |pointer: &str| {
        let Delivery { exchange, .. } = before;
        let message = format!("{id} is of {}, line {}", exchange.contract, exchange.line);
        Err(Refusal::new(Code::OtherContract, pointer, message))
    };
    if data.contract.as_ref().is_some_and(|contract| *contract != exchange.contract) {
        return other("/data/contract");
    }
    if data.line.is_some_and(|line| line != exchange.line) {
        return other("/data/line");
    }
    shared::not_cancelled(before)?;
    if before.received.is_some() {
        let message = format!("the receipt of {id} is recorded already");
        return Err(Refusal::new(Code::AlreadyReceived, DELIVERY, message));
    }
    Ok(())
}
