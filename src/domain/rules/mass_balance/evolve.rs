//! What events of mass balance accounts leave behind, and how accounts follow corrected loads.

use crate::domain::command::Entry;
use crate::domain::event::{Event, MassBalanceOpened};
use crate::domain::evolve::Meta;
use crate::domain::id::DeliveryId;
use crate::domain::state::{ClosedBalance, Delivery, MassBalance, MassBalanceGroup, Output};
use crate::domain::states::StatesMut;

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::MassBalanceOpened(e) => opened(states, at, e),
        Event::InputsBooked(e) => {
            let sum: i128 = e.inputs.iter().map(|input| i128::from(input.quantity.amount())).sum();
            states.change::<MassBalance>(e.balance.as_str(), at, true, |balance| {
                balance.input += sum;
                balance.inputs += e.inputs.len() as u32;
                balance.supplier = e.supplier.clone();
            });
            for input in &e.inputs {
                let id = input.delivery.as_str();
                states.change::<Delivery>(id, at, false, |delivery| {
                    delivery.mass_balance = Some(e.balance.clone());
                });
            }
        }
        Event::OutputClaimed(e) => {
            let (day, quantity, reference) = (e.day, e.quantity, e.reference.clone());
            let output = Output { day, quantity, record: at, reference };
            states.change::<MassBalance>(e.balance.as_str(), at, true, |balance| {
                balance.outputs.push(output);
            });
        }
        Event::MassBalanceClosed(e) => {
            let closed = ClosedBalance { backing: e.backing.amount(), record: at };
            states.change::<MassBalance>(e.balance.as_str(), at, true, |balance| {
                balance.closed = Some(closed);
            });
        }
        _ => unreachable!("{} is no event of a mass balance", event.kind()),
    }
}

fn opened<S: StatesMut>(states: &mut S, at: u64, event: &MassBalanceOpened) {
    let MassBalanceOpened { balance: id, continues, conversion, firm, materials, .. } =
        event.clone();
    let MassBalanceOpened { model, park, product, product_group, site, term, .. } = event.clone();
    if let Some(before) = &continues {
        states.change::<MassBalance>(before.as_str(), at, false, |before| {
            before.continued_by = Some(id.clone());
        });
    }
    let group = MassBalanceGroup::id(&site, &product_group);
    states.create(&group, at, false, MassBalanceGroup { last: id.clone() });
    let balance = MassBalance {
        balance: id.clone(),
        carried: event.carried.amount(),
        closed: None,
        continued_by: None,
        continues,
        conversion,
        firm,
        input: 0,
        inputs: 0,
        materials,
        model,
        outputs: Vec::new(),
        park,
        product,
        product_group,
        site,
        supplier: None,
        term,
    };
    states.create(id.as_str(), at, true, balance);
}

/// A corrected load is as much input as is accepted of it now.
#[expect(clippy::wildcard_enum_match_arm, reason = "only corrections change what was accepted")]
pub fn follow<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::EntryReversed(e) if e.entry == Entry::Received => {
            let less = e.accepted.as_ref().map_or(0, |accepted| -accepted.amount());
            correct(states, at, &e.exchange.delivery, less);
        }
        Event::EntryReplaced(e) if e.entry == Entry::Received => {
            let more = e.accepted.as_ref().map_or(0, |accepted| accepted.amount());
            correct(states, at, &e.exchange.delivery, more);
        }
        _ => {}
    }
}

fn correct<S: StatesMut>(states: &mut S, at: u64, delivery: &DeliveryId, difference: i64) {
    let delivery = states.find::<Delivery>(delivery.as_str()).expect("it was just changed");
    let Some(id) = delivery.state.mass_balance.clone() else { return };
    let change = |balance: &mut MassBalance| balance.input += i128::from(difference);
    states.change::<MassBalance>(id.as_str(), at, false, change);
    // Accounts that continue it have carried what it had then.
    let mut id = id;
    loop {
        let balance = states.find::<MassBalance>(id.as_str()).expect("it was just changed");
        let Some(next) = balance.state.continued_by.clone() else { return };
        let carried = balance.state.carried_out();
        states.change::<MassBalance>(next.as_str(), at, false, |next| next.carried = carried);
        id = next;
    }
}
